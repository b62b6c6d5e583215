//! Texts from services show no secret, break no line, and have a maximum length.

use std::error::Error as _;
use std::fmt;

use futures_util::TryStreamExt;
use numport::error::{CallFault, PageFault, Refusal};
use numport::http::{Auth, Call, Next};
use numport::{Error, Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::outside_client::Parrot;
use crate::support::{KEY, server};

/// Line breaks, a terminal escape, and a mark that changes the writing direction.
const FORGED: &str = "bad\r\n2026-01-01 ERROR forged \u{1b}[31m\u{202e}\u{2028}";

fn texts(error: &Error) -> Vec<String> {
    let mut texts = vec![format!("{error:?}"), format!("{error:#?}"), error.to_string(), error.report()];
    texts.extend(error.request_id().map(str::to_owned));
    let mut cause = error.source();
    while let Some(deeper) = cause {
        texts.extend([deeper.to_string(), format!("{deeper:?}")]);
        cause = deeper.source();
    }
    texts
}

fn assert_hidden(error: &Error, secrets: &[&str]) {
    for text in texts(error) {
        let shown = secrets.iter().find(|secret| text.contains(**secret));
        assert_eq!(shown, None, "{text}");
    }
}

async fn refused(answer: ResponseTemplate) -> Error {
    let server = server(answer).await;
    Parrot::at(&server.uri()).http.request::<Value>(Call::get("get number", &["numbers"])).await.unwrap_err()
}

#[tokio::test]
async fn request_ids_are_redacted_escaped_and_bounded() {
    let answer = |id: &str| ResponseTemplate::new(400).insert_header("x-request-id", id);
    assert_eq!(refused(answer("r-1")).await.request_id(), Some("r-1"));
    let error = refused(answer(&format!("r-{KEY} token=hunter2 https://u:hunter2@h"))).await;
    assert_hidden(&error, &[KEY, "hunter2"]);
    assert_eq!(error.request_id(), Some("r-[redacted] token=[redacted] https://[redacted]@h"));
    assert_eq!(refused(answer(&"x".repeat(5000))).await.request_id().unwrap().len(), 200);
    assert!(!refused(answer("a\tb")).await.report().contains('\t'));
}

#[tokio::test]
async fn messages_are_escaped_and_bounded() {
    let error = refused(ResponseTemplate::new(400).set_body_json(json!({"why": FORGED, "nr": 7}))).await;
    for text in [error.to_string(), error.report(), error.source().unwrap().to_string()] {
        assert!(!text.contains(['\r', '\n', '\u{1b}', '\u{202e}', '\u{2028}']), "{text:?}");
    }
    assert!(error.report().contains(r"bad\r\n2026-01-01 ERROR forged \u{1b}[31m\u{202e}\u{2028}"));

    let long = refused(ResponseTemplate::new(400).set_body_json(json!({"why": "ä\n".repeat(9000)}))).await;
    let Some(CallFault::Refusal(refusal)) = long.call().map(|call| &call.fault) else { panic!("{long:?}") };
    assert!(refusal.messages[0].chars().count() <= Refusal::MAX_MESSAGE && refusal.messages[0].ends_with('…'));
}

#[tokio::test]
async fn a_list_of_messages_is_bounded() {
    let messages: Vec<String> = (0..6000).map(|nth| format!("m{nth}")).collect();
    let vapi = crate::support::server(ResponseTemplate::new(400).set_body_json(json!({"message": messages}))).await;
    let vapi = numport::Vapi::builder(KEY).base_url(vapi.uri()).build().unwrap();
    let error = vapi.get_number("n1").await.unwrap_err();
    let line = error.report();
    assert!(line.contains("m0; m1;") && line.contains("m9; … and 5990 more") && line.len() < 500, "{line}");
    let Some(CallFault::Refusal(refusal)) = error.call().map(|call| &call.fault) else { panic!("{error:?}") };
    assert_eq!((refusal.messages.len(), refusal.omitted), (10, 5990));

    // This also applies to a refusal that a caller creates.
    let mut own = Refusal::new(FORGED);
    own.messages.extend(vec!["x".repeat(9000); 20]);
    own.code = Some(FORGED.to_owned());
    let line = own.to_string();
    assert!(line.chars().count() < 6000 && line.ends_with("; … and 11 more") && !line.contains('\n'), "{line}");
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)] // it is never read
struct Login {
    password: u32,
    name: u32,
}

#[tokio::test]
async fn an_unreadable_secret_is_not_shown() {
    for (body, shown) in [
        (json!({"password": "hunter2"}), "invalid value: [redacted], expected u32"),
        (json!({"password": 77_777_777_777_u64}), "invalid value: [redacted], expected u32"),
        (json!({"name": "token=hunter2"}), "invalid type: string \"token=[redacted]\", expected u32"),
        (json!({"name": FORGED}), r"forged \u{1b}"),
        (json!({"name": "x".repeat(9000)}), "xxx…"),
    ] {
        let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
        let http = Parrot::at(&server.uri()).http;
        let error = http.request::<Login>(Call::get("get login", &["login"])).await.unwrap_err();
        assert_hidden(&error, &["hunter2", "77777777777"]);
        assert!(error.report().contains(shown) && error.report().len() < 1000, "{}", error.report());
        assert!(!error.report().contains('\n'));
    }
    // For unions, the path of the problem is in prose.
    let body = json!({"id": "c1", "provider": "twilio", "authToken": 77_777_777_777_u64});
    let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
    let vapi = numport::Vapi::builder(KEY).base_url(server.uri()).build().unwrap();
    let error = vapi.get_credential("c1").await.unwrap_err();
    assert_hidden(&error, &["77777777777"]);
    assert!(error.report().contains("authToken"), "{}", error.report());
}

#[tokio::test]
async fn the_host_of_a_link_shows_no_key() {
    let link = format!("https://{KEY}.example.com/next");
    let server = server(ResponseTemplate::new(200).set_body_json(json!({"next": link, "items": [1]}))).await;
    let parrot = Parrot::at(&server.uri());
    let list = parrot.http.pages(Ok(Call::get("list numbers", &["numbers"])), |page: Value| {
        (vec![page["items"].clone()], Next::link(page["next"].as_str().map(str::to_owned)))
    });
    let error = list.try_collect::<Vec<_>>().await.unwrap_err();
    assert_hidden(&error, &[KEY]);
    let Some(CallFault::Page(PageFault::ForeignOrigin { origin })) = error.call().map(|call| &call.fault) else {
        panic!("{error:?}")
    };
    assert_eq!(origin, "https://[redacted].example.com");
}

/// An error whose cause contains a secret.
#[derive(Debug)]
struct Outer(std::io::Error);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no token was made")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[tokio::test]
async fn errors_of_a_signer_are_redacted() {
    let key = Secret::new("the-signing-key");
    for (told, shown) in [
        ("bad the-signing-key", "no token was made: bad [redacted]"),
        ("{\"secret\":\"hunter2\"}", "no token was made: {\"secret\":\"[redacted]\"}"),
        ("a\nb", r"no token was made: a\nb"),
    ] {
        let auth = Auth::per_call("a", move |_| Err(Box::new(Outer(std::io::Error::other(told)))));
        let parrot = Parrot::builder(auth.and_secret(&key)).base_url("http://127.0.0.1:1").build().unwrap();
        let error = parrot.http.request::<Value>(Call::get("get number", &["numbers"])).await.unwrap_err();
        assert_hidden(&error, &["the-signing-key", "hunter2"]);
        assert!(error.report().contains(shown) && !error.report().contains('\n'), "{}", error.report());
    }
}

#[tokio::test]
async fn a_secret_sent_by_one_call_is_redacted_in_the_next() {
    let server =
        server(ResponseTemplate::new(404).set_body_json(json!({"why": "no tok-4711, hdr-4711, url-4711"}))).await;
    let parrot = Parrot::at(&server.uri());
    let read = |parrot: &Parrot| {
        let http = parrot.http.clone();
        async move { http.request::<Value>(Call::get("get number", &["numbers"])).await.unwrap_err() }
    };
    assert!(read(&parrot).await.report().contains("tok-4711"));
    let body = json!({
        "twilio_token": "tok-4711", "server": {"headers": {"X": "hdr-4711"}}, "url": "https://user:url-4711@example.com",
    });
    let _ = parrot.http.request::<Value>(Call::post("make number", &["numbers"]).json(&body)).await;
    assert_hidden(&read(&parrot).await, &["tok-4711", "hdr-4711", "url-4711"]);
    // Another client redacts it only after it learns it.
    let other = Parrot::at(&server.uri());
    assert!(read(&other).await.report().contains("tok-4711"));
    other.http.redact(&[Secret::new("tok-4711")]);
    assert_hidden(&read(&other.clone()).await, &["tok-4711"]);
}

#[tokio::test]
async fn an_echoed_form_shows_no_password() {
    let form = Call::post("make user", &["users"]).form(&[("Password", "hunter 2&3"), ("Name", "n")]);
    let echo = "<p>hunter+2%263</p><p>hunter 2&3</p>Password=hunter+2%263&Other_Secret=swordfish&Name=n";
    let server = server(ResponseTemplate::new(400).set_body_json(json!({"why": echo}))).await;
    let error = Parrot::at(&server.uri()).http.request::<Value>(form).await.unwrap_err();
    assert_hidden(&error, &["hunter", "swordfish"]);
    assert!(error.report().contains("Name=n"), "{}", error.report());
}
