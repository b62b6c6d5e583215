use super::*;

fn base(text: &str) -> Result<BaseUrl, String> {
    let mut problems = Problems::default();
    let base = BaseUrl::parse(text, "base_url", &mut problems);
    base.ok_or_else(|| problems.into_result().expect_err("a problem")[0].to_string())
}

fn joined(segments: &[&str]) -> Result<String, String> {
    let mut problems = Problems::default();
    let url = base("https://api.vapi.ai").expect("a base").join(Segments::new(segments), &[], &mut problems);
    problems.into_result().map(|()| url.to_string()).map_err(|problems| problems[0].fault.clone())
}

#[test]
fn a_sister_host_differs_by_its_first_label_alone() {
    let sister = |text: &str| base(text).expect("a base").sister("api", "trunking", "twilio.com").url.to_string();
    assert_eq!(sister("https://api.twilio.com"), "https://trunking.twilio.com/");
    assert_eq!(sister("https://api.dublin.ie1.twilio.com/x"), "https://trunking.dublin.ie1.twilio.com/x");
    for same in [
        "https://apis.twilio.com/",
        "https://api.example.com/",
        "https://api.nottwilio.com/",
        "https://api.twilio.com.example.com/",
        "http://127.0.0.1:4010/",
        "https://proxy.api.twilio.com/",
    ] {
        assert_eq!(sister(same), same);
    }
}

#[test]
fn https_is_asked_for_everywhere_but_on_loopback() {
    for good in ["https://api.vapi.ai", "http://127.0.0.1:4010", "http://[::1]:80/x", "http://localhost:1/"] {
        assert!(base(good).is_ok(), "{good}");
    }
    for bad in [
        "http://api.vapi.ai",
        "http://localhost.example.com",
        "http://evillocalhost",
        "http://evil.localhost",
        "http://localhost.evil",
        "http://evil127.0.0.1",
        "http://126.0.0.1",
        "http://[::2]",
        "http://0.0.0.0",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "file:///etc",
        "api.vapi.ai",
        "",
        "https://user@api.vapi.ai",
        "https://:pw@api.vapi.ai",
        "https://api.vapi.ai?x=1",
        "https://api.vapi.ai#x",
    ] {
        assert!(base(bad).is_err(), "{bad}");
    }
}

#[test]
fn plain_http_and_another_scheme_are_told_apart() {
    let told = |text: &str| base(text).expect_err("a problem");
    assert!(told("http://api.vapi.ai").contains("would show the key to the network"));
    assert!(told("ftp://api.vapi.ai").contains("is not an https address"));
}

#[test]
fn a_secret_in_a_bad_base_url_is_not_repeated() {
    let error = base("https://user:hunter22@api.vapi.ai").expect_err("credentials");
    assert!(!error.contains("hunter22"), "{error}");
}

#[test]
fn an_id_cannot_leave_its_segment() {
    for (id, encoded) in [
        ("a/b", "a%2Fb"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("%2e%2e", "%252e%252e"),
        ("a b", "a%20b"),
        ("..a", "..a"),
        ("ä", "%C3%A4"),
        ("a\\b", "a%5Cb"),
    ] {
        assert_eq!(joined(&["phone-number", id]), Ok(format!("https://api.vapi.ai/phone-number/{encoded}")));
    }
}

#[test]
fn an_id_that_no_encoding_keeps_is_refused() {
    for id in ["", ".", "..", "a\nb", "\t", ".\r.", "a\u{0}"] {
        assert!(joined(&["phone-number", id]).is_err(), "{id:?}");
    }
}

#[test]
fn a_base_path_and_a_plus_in_the_query_are_kept() {
    for text in ["https://example.com/proxy", "https://example.com/proxy/"] {
        let base = base(text).expect("a base");
        let query = [("search", "+1415".to_owned()), ("x", "a b&c".to_owned())];
        let url = base.join(Segments::new(&["v2"]), &query, &mut Problems::default());
        assert_eq!(url.as_str(), "https://example.com/proxy/v2?search=%2B1415&x=a+b%26c");
    }
}

#[test]
fn an_address_made_beforehand_is_the_same_one() {
    let query = [("search", "+1415".to_owned())];
    let plain = base("https://example.com/proxy").expect("a base");
    let made = plain.clone().prepare(&[&["v2", "phone-number"]]);
    assert_eq!(made.made.len(), 1);
    for path in [&["v2", "phone-number"][..], &["v2"], &["v2", "phone-number", "a/b"]] {
        for query in [&[][..], &query] {
            let join = |base: &BaseUrl| base.join(Segments::new(path), query, &mut Problems::default());
            assert_eq!(join(&made), join(&plain));
        }
    }
}

#[test]
fn the_pages_of_a_base_with_a_path_stay_below_it() {
    for text in ["https://example.com/x", "https://example.com/x/"] {
        let base = base(text).expect("a base");
        let page = Url::parse("https://example.com/x/v1/numbers?page=1").expect("a URL");
        let followed =
            |link| base.follow(Some(&page), link).map(|url| url.as_str()["https://example.com".len()..].to_owned());
        for (link, target) in [
            ("/x/v1/numbers?page=2", "/x/v1/numbers?page=2"),
            ("https://example.com/x?page=2", "/x?page=2"),
            ("?page=2", "/x/v1/numbers?page=2"),
            ("../v2/numbers", "/x/v2/numbers"),
            ("/x/a..b/%2e%2e.", "/x/a..b/%2e%2e."),
        ] {
            assert_eq!(followed(link), Ok(target.to_owned()), "{link}");
        }
        for link in [
            "/v1/numbers?page=2",
            "/xy/v1",
            "/X/v1",
            "/",
            "../../y",
            "/x/../y",
            "/x/%2e%2e/y",
            "/x/..%2fy",
            "/x/a/%2E%2E%5Cy",
            "https://example.com/y",
            "//example.com/y",
        ] {
            assert!(matches!(followed(link), Err(PageFault::OutsideBase { .. })), "{link}: {:?}", followed(link));
        }
    }
}

#[test]
fn a_link_goes_out_as_it_is_sent() {
    let base = base("https://api.twilio.com").expect("a base");
    for link in ["/x?p=2#part", "https://user:pw@api.twilio.com/x?p=2#"] {
        assert_eq!(base.follow(None, link).map(String::from), Ok("https://api.twilio.com/x?p=2".to_owned()));
    }
}

#[test]
fn spellings_of_one_address_are_one() {
    let hasher = std::hash::RandomState::new();
    let identity = |text: &str| std::hash::BuildHasher::hash_one(&hasher, base(text).expect("a base").identity());
    for (one, other) in [
        ("https://example.com/x", "https://example.com/x/"),
        ("https://example.com", "https://EXAMPLE.com.:443/"),
        ("http://localhost:80", "http://127.0.0.1"),
        ("http://localhost:7/x", "http://[::1]:7/x/"),
    ] {
        assert_eq!(identity(one), identity(other), "{one} {other}");
    }
    for (one, other) in [
        ("https://example.com/x", "https://example.com/X"),
        ("https://example.com/x", "https://example.com"),
        ("https://localhost", "http://localhost:443"),
        ("http://localhost:7", "http://127.0.0.1:8"),
        ("http://localhost:7", "http://127.0.0.2:7"),
    ] {
        assert_ne!(identity(one), identity(other), "{one} {other}");
    }
}

#[test]
fn only_links_of_the_same_origin_are_followed() {
    let base = base("https://api.twilio.com").expect("a base");
    let followed = |link| base.follow(None, link).map(String::from);
    assert_eq!(followed("/2010/x?Page=1"), Ok("https://api.twilio.com/2010/x?Page=1".to_owned()));
    assert_eq!(followed("https://api.twilio.com:443/y"), Ok("https://api.twilio.com/y".to_owned()));
    for foreign in
        ["https://evil.example/x", "//evil.example/x", "http://api.twilio.com/x", "https://api.twilio.com:8443/x"]
    {
        assert!(matches!(followed(foreign), Err(PageFault::ForeignOrigin { .. })), "{foreign}");
    }
    assert_eq!(followed("https://["), Err(PageFault::BadLink));
}
