//! Challenges, and the one request that answers them. The server checks with its own arithmetic.

use std::fmt::Write as _;

use md5::Digest as _;
use numport::SipTrunk;
use numport::model::{ProbeCheck, ProbeFinding, Severity};

use crate::servers::{Requests, response, udp};
use crate::{codes, new_host, probe, prober, said};

const PASSWORD: &str = "pass \"word\" \\ ü";

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02x}").unwrap();
        text
    })
}

fn hash(algorithm: &str, text: &str) -> String {
    match algorithm {
        "SHA-256" => hex(&hmac_sha256::Hash::hash(text.as_bytes())),
        _ => hex(&md5::Md5::digest(text.as_bytes())),
    }
}

/// A parameter of the credentials, without its quotes.
fn parameter<'a>(credentials: &'a str, name: &str) -> Option<&'a str> {
    let found =
        credentials.split(", ").find_map(|part| part.trim_start_matches("Digest ").strip_prefix(&format!("{name}=")));
    found.map(|value| value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

/// Whether a request has credentials for the realm, made with the password.
fn is_right(request: &str, header: &str, algorithm: &str, realm: &str) -> Option<bool> {
    let line = request.lines().find_map(|line| line.strip_prefix(&format!("{header}: ")))?;
    let get = |name| parameter(line, name).unwrap_or_default();
    assert_eq!(get("realm"), realm);
    let first = hash(algorithm, &format!("alice:{realm}:{PASSWORD}"));
    let second = hash(algorithm, &format!("OPTIONS:{}", get("uri")));
    let expected = match parameter(line, "qop") {
        Some(qop) => format!("{first}:{}:{}:{}:{qop}:{second}", get("nonce"), get("nc"), get("cnonce")),
        None => format!("{first}:{}:{second}", get("nonce")),
    };
    Some(get("username") == "alice" && get("nonce") == "n0nce" && get("response") == hash(algorithm, &expected))
}

/// A server that demands credentials. `more` are further parameters of the challenge.
async fn guarded(status: &'static str, algorithm: &'static str, more: &'static str) -> (u16, Requests) {
    let (demand, header) = match status {
        "407 Proxy Authentication Required" => ("Proxy-Authenticate", "Proxy-Authorization"),
        _ => ("WWW-Authenticate", "Authorization"),
    };
    udp(move |request, _| {
        let is_right =
            is_right(request, header, if algorithm.is_empty() { "MD5" } else { algorithm }, "pbx,\\\"one\\\"");
        if is_right == Some(true) {
            return vec![response(request, "200 OK", "")];
        }
        let named = if algorithm.is_empty() { String::new() } else { format!(", algorithm={algorithm}") };
        let demand = format!("{demand}: Digest realm=\"pbx,\\\"one\\\"\", nonce=\"n0nce\"{named}{more}\r\n");
        vec![response(request, status, &demand)]
    })
    .await
}

const REALM: &str = "pbx,\\\"one\\\"";

fn trunk(port: u16, password: &str) -> SipTrunk {
    SipTrunk::new(new_host("digest.test")).port(port).credentials("alice", password)
}

#[tokio::test]
async fn the_password_is_checked_by_md5_and_sha_256() {
    for status in ["401 Unauthorized", "407 Proxy Authentication Required"] {
        for (algorithm, more) in [
            ("", ""),
            ("MD5", ", qop=\"auth\""),
            ("SHA-256", ", qop=\"auth-int, auth\", opaque=\"o\""),
            ("SHA-256", ""),
        ] {
            let (port, requests) = guarded(status, algorithm, more).await;
            let prober = prober().realm(REALM);
            let right = probe(&trunk(port, PASSWORD), &prober).await;
            let expected = "resolved reached not_tls answered challenged credentials_accepted";
            assert_eq!(codes(&right), expected, "{status} {algorithm} {more}");
            assert_eq!((requests.count(), right.packets, right.severity()), (2, 2, None));
            let second = &requests.all()[1];
            assert!(second.contains("\r\nCSeq: 2 OPTIONS\r\n") && !second.contains(PASSWORD));

            let wrong = probe(&trunk(port, "wrong"), &prober).await;
            assert_eq!(codes(&wrong), "resolved reached not_tls answered challenged credentials_rejected");
            assert_eq!((requests.count(), wrong.severity()), (4, Some(Severity::Warning)));
        }
    }
}

#[tokio::test]
async fn the_password_is_sent_to_no_realm_that_was_not_allowed() {
    let (port, requests) = guarded("401 Unauthorized", "MD5", ", qop=\"auth\"").await;
    let probe = probe(&trunk(port, PASSWORD), &prober().realm("other")).await;
    assert_eq!(codes(&probe), "resolved reached not_tls answered challenged realm_not_allowed");
    assert_eq!(*probe.finding(ProbeCheck::Credentials), ProbeFinding::RealmNotAllowed { realm: REALM.to_owned() });
    assert_eq!(requests.count(), 1);
    assert!(!requests.all()[0].contains("Authorization"));
}

#[tokio::test]
async fn a_challenge_that_cannot_be_answered_is_reported() {
    for (algorithm, more) in [("SHA-512-256", ""), ("MD5-sess", ""), ("AKAv1-MD5", ""), ("MD5", ", qop=\"auth-int\"")] {
        let (port, requests) = guarded("401 Unauthorized", algorithm, more).await;
        let probe = probe(&trunk(port, PASSWORD), &prober().realm(REALM)).await;
        assert_eq!(codes(&probe), "resolved reached not_tls answered challenged unsupported_challenge");
        assert!(said(&probe, ProbeCheck::Credentials).ends_with(algorithm));
        assert_eq!(requests.count(), 1);
    }
}

#[tokio::test]
async fn of_several_challenges_the_first_that_can_be_answered_is() {
    let (port, requests) = udp(|request, _| {
        if let Some(right) = is_right(request, "Authorization", "SHA-256", "pbx") {
            return vec![response(request, if right { "404 Not Found" } else { "403 Forbidden" }, "")];
        }
        let demands = ["SHA-512-256", "SHA-256", "MD5"].map(|algorithm| {
            format!("WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n0nce\", algorithm={algorithm}, qop=\"auth\"\r\n")
        });
        vec![response(request, "401 Unauthorized", &demands.concat())]
    })
    .await;
    let probe = probe(&trunk(port, PASSWORD), &prober().realm("pbx")).await;
    let expected = "it demands a user and a password for pbx by SHA-512-256, SHA-256, MD5";
    assert_eq!(said(&probe, ProbeCheck::Challenges), expected);
    assert_eq!(said(&probe, ProbeCheck::Credentials), "it accepts the user and the password (status 404)");
    assert_eq!(requests.count(), 2);
}

/// Unknown is never yes.
#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_password_leaves_it_unknown() {
    let stale = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"new\", stale=true\r\n";
    for (answer, status) in [
        (Some(("503 Service Unavailable", "")), Some(503)),
        (Some(("401 Unauthorized", stale)), Some(401)),
        (None, None),
    ] {
        let (port, requests) = udp(move |request, _| {
            let is_first = !request.contains("\r\nAuthorization:");
            let demand = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n0nce\"\r\n";
            match answer {
                _ if is_first => vec![response(request, "401 Unauthorized", demand)],
                Some((status, headers)) => vec![response(request, status, headers)],
                None => Vec::new(),
            }
        })
        .await;
        let probe = probe(&trunk(port, PASSWORD), &prober().realm("pbx")).await;
        assert_eq!(*probe.finding(ProbeCheck::Credentials), ProbeFinding::CredentialsUnknown { status });
        let sent = requests.all().iter().filter(|request| request.contains("\r\nAuthorization:")).count();
        assert!(sent == 1 && probe.packets <= 5, "{sent} {}", probe.packets);
    }
}

#[tokio::test]
async fn malformed_challenges_are_not_answered() {
    for demand in [
        "Basic realm=\"pbx\"",
        "Digest",
        "Digest realm=\"pbx",
        "Digest nonce=\"n\"",
        "Digest realm=\"pbx\", nonce=\"n\rX-Injected: 1\"",
        "",
    ] {
        let (port, requests) = udp(move |request, _| {
            vec![response(request, "401 Unauthorized", &format!("WWW-Authenticate: {demand}\r\n"))]
        })
        .await;
        let probe = probe(&trunk(port, PASSWORD), &prober().realm("pbx")).await;
        assert_eq!(codes(&probe), "resolved reached not_tls answered challenged unsupported_challenge", "{demand}");
        assert_eq!(requests.count(), 1);
    }
}

#[tokio::test]
async fn a_user_cannot_bring_in_headers_and_no_secret_shows() {
    let trunk = SipTrunk::new(new_host("digest.test")).credentials("a\r\nX: y", PASSWORD);
    let error = trunk.probe(&prober()).await.unwrap_err();
    assert!(error.to_string().contains("control character"), "{error}");
    assert!(!format!("{error:?} {error}").contains(PASSWORD));
}
