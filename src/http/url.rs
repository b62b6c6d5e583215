//! The base URL of a client. Every path and query is built here, by the `url` crate, and stays on its origin.

use url::{Host, Url};

use crate::error::PageFault;
use crate::model::Problems;

/// The segments of a path, a line each: no segment may have a line break. Each stays one segment, whatever else
/// it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segments(String);

impl Segments {
    /// Refuses segments that no encoding can keep in place.
    pub(crate) fn new(segments: &[&str]) -> Result<Self, Vec<&'static str>> {
        let mut lines = String::with_capacity(segments.iter().map(|segment| segment.len() + 1).sum());
        let mut faults = Vec::new();
        for &segment in segments {
            match segment {
                "" => faults.push("is empty"),
                "." | ".." => faults.push("is a dot segment, which no URL keeps"),
                text if text.chars().any(char::is_control) => {
                    faults.push("has a line break or another control character");
                }
                text => {
                    lines.push_str(text);
                    lines.push('\n');
                }
            }
        }
        if faults.is_empty() { Ok(Self(lines)) } else { Err(faults) }
    }
}

/// A base URL: `https`, or `http` on loopback.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    url: Url,
    /// Addresses that were made before they are asked for.
    made: Vec<(Segments, Url)>,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str, field: &str, problems: &mut Problems) -> Option<Self> {
        let remedy = "give an address such as https://api.example.com";
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => {
                problems.add(field, format!("is not a URL ({error})"), remedy);
                return None;
            }
        };
        let fault = match url.scheme() {
            "https" => None,
            "http" if is_loopback(&url) => None,
            "http" => Some("is plain http, which would show the key to the network"),
            _ => Some("is not an https address"),
        };
        let fault = fault.or_else(|| {
            let credentials = !url.username().is_empty() || url.password().is_some();
            (credentials || url.query().is_some() || url.fragment().is_some())
                .then_some("has more than a host, a port and a path")
        });
        if let Some(fault) = fault {
            problems.add(field, fault, remedy);
            return None;
        }
        Some(Self { url, made: Vec::new() })
    }

    /// Makes the URLs of these paths once and for all.
    pub(crate) fn prepare(mut self, paths: &[&[&str]]) -> Self {
        let paths = paths.iter().filter_map(|path| Segments::new(path).ok());
        self.made = paths.map(|path| (path.clone(), self.extended(&path))).collect();
        self
    }

    /// The base itself.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    fn extended(&self, path: &Segments) -> Url {
        let mut url = self.url.clone();
        // An `https` base always has a path; `Err` would mean one that cannot.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.0.lines());
        }
        url
    }

    /// The address of a resource, or what is wrong with its path.
    pub(crate) fn join(
        &self,
        path: Result<Segments, Vec<&'static str>>,
        query: &[(&str, String)],
        problems: &mut Problems,
    ) -> Url {
        let path = path.unwrap_or_else(|faults| {
            for fault in faults {
                problems.add("id", fault, "give the id exactly as the service wrote it");
            }
            Segments::default()
        });
        let made = self.made.iter().find(|(made, _)| *made == path);
        let mut url = made.map_or_else(|| self.extended(&path), |(_, url)| url.clone());
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Where a link in an answer leads, if that is the same origin.
    pub(crate) fn follow(&self, link: &str) -> Result<Url, PageFault> {
        let url = self.url.join(link).map_err(|_| PageFault::BadLink)?;
        if url.origin() != self.url.origin() {
            return Err(PageFault::ForeignOrigin { origin: url.origin().ascii_serialization() });
        }
        Ok(url)
    }

    /// The same address with another first label of its host, if `own` is the first one now.
    pub(crate) fn sister(&self, own: &str, other: &str) -> Self {
        let rest = self.url.domain().and_then(|host| host.strip_prefix(own)).filter(|rest| rest.starts_with('.'));
        let mut url = self.url.clone();
        if let Some(host) = rest.map(|rest| format!("{other}{rest}")) {
            // The new host differs by a label of plain letters, so it is one.
            let _ = url.set_host(Some(&host));
        }
        Self { url, made: Vec::new() }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
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
        let sister = |text: &str| base(text).expect("a base").sister("api", "trunking").url.to_string();
        assert_eq!(sister("https://api.twilio.com"), "https://trunking.twilio.com/");
        assert_eq!(sister("https://api.dublin.ie1.twilio.com/x"), "https://trunking.dublin.ie1.twilio.com/x");
        for same in ["https://apis.example.com/", "http://127.0.0.1:4010/", "https://proxy.api.example.com/"] {
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
    fn only_links_of_the_same_origin_are_followed() {
        let base = base("https://api.twilio.com").expect("a base");
        let followed = |link| base.follow(link).map(String::from);
        assert_eq!(followed("/2010/x?Page=1"), Ok("https://api.twilio.com/2010/x?Page=1".to_owned()));
        assert_eq!(followed("https://api.twilio.com:443/y"), Ok("https://api.twilio.com/y".to_owned()));
        for foreign in
            ["https://evil.example/x", "//evil.example/x", "http://api.twilio.com/x", "https://api.twilio.com:8443/x"]
        {
            assert!(matches!(followed(foreign), Err(PageFault::ForeignOrigin { .. })), "{foreign}");
        }
        assert_eq!(followed("https://["), Err(PageFault::BadLink));
    }
}
