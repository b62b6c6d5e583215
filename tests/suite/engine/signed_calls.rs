//! Services that require a signature on each call.

use numport::Secret;
use numport::error::{CallFault, Delivery, Loss};
use numport::http::{Auth, Call};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::outside_client::{Parrot, counting};
use crate::support::server;

fn read() -> Call {
    Call::post("list trunks", &["ListTrunks"]).read_only().json(&json!({}))
}

#[tokio::test]
async fn each_attempt_is_signed_again() {
    let server = MockServer::start().await;
    let busy = Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(2);
    busy.with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_string("[]")).mount(&server).await;
    let parrot = Parrot::builder(counting("a").0).base_url(server.uri()).build().unwrap();
    parrot.http.request::<Vec<Value>>(read()).await.unwrap();
    let sent = server.received_requests().await.unwrap();
    let header = |nth: usize, name: &str| sent[nth].headers[name].to_str().unwrap().to_owned();
    for nth in 0..3 {
        assert_eq!(header(nth, "authorization"), format!("Bearer token-{nth}"));
        assert_eq!(header(nth, "x-signature"), format!("sig-{nth}"));
        assert_eq!(header(nth, "content-type"), "application/json");
    }
    assert_eq!(sent.len(), 3);
}

#[tokio::test]
async fn the_signature_is_of_what_is_sent() {
    let server = server(ResponseTemplate::new(200).set_body_string("[]")).await;
    let auth = Auth::per_call("a", |request| {
        // The body may hold secrets.
        assert_eq!(format!("{request:?}"), r#"Unsigned { method: POST, path: "/ListTrunks", .. }"#);
        let (path, body) = (request.url().path(), String::from_utf8_lossy(request.body()));
        Ok(vec![("x-signed", format!("{} {path} {body}", request.method()).into())])
    });
    let parrot = Parrot::builder(auth).base_url(server.uri()).build().unwrap();
    parrot.http.request::<Vec<Value>>(read().json(&json!({"page": 2}))).await.unwrap();
    let sent = server.received_requests().await.unwrap();
    assert_eq!(sent[0].headers["x-signed"], "POST /ListTrunks {\"page\":2}");
}

#[test]
fn the_account_is_the_given_one() {
    let account =
        |stated: &str, url: &str| Parrot::builder(counting(stated).0).base_url(url).build().unwrap().http.account();
    let (here, there) = ("https://a.example", "https://b.example");
    assert_eq!(account("one", here), account("one", here));
    assert_ne!(account("one", here), account("two", here));
    assert_ne!(account("one", here), account("one", there));
    let fixed = |key: &str| {
        let auth = Auth::header("x-key", "key", &Secret::new(key));
        Parrot::builder(auth).user_agent(key).base_url(here).build().unwrap().http.account()
    };
    assert_eq!(fixed("one"), fixed("one"));
    assert_ne!(fixed("one"), fixed("two"));
}

/// A response may repeat what an earlier call sent, which was signed for that call.
#[tokio::test]
async fn what_was_signed_for_an_earlier_call_is_redacted() {
    let server = MockServer::start().await;
    let first = Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_string("[]"));
    first.up_to_n_times(1).with_priority(1).mount(&server).await;
    let echo = json!({"why": "token-0, sig-0", "sent": "Bearer token-0"});
    Mock::given(any()).respond_with(ResponseTemplate::new(400).set_body_json(echo)).mount(&server).await;
    let parrot = Parrot::builder(counting("a").0).base_url(server.uri()).build().unwrap();
    parrot.http.request::<Vec<Value>>(read()).await.unwrap();
    let error = parrot.http.request::<Vec<Value>>(read()).await.unwrap_err();
    let shown = format!("{error:?} {}", error.report());
    assert!(!shown.contains("token-0") && !shown.contains("sig-0"), "{shown}");
}

#[tokio::test]
async fn the_signing_key_is_redacted() {
    let echo = json!({"why": "token-0, sig-0", "sent": "Bearer token-0"});
    for (status, body) in [(400, echo.clone()), (200, json!("token-0"))] {
        let server = server(ResponseTemplate::new(status).set_body_json(body)).await;
        let parrot = Parrot::builder(counting("a").0).base_url(server.uri()).build().unwrap();
        let error = parrot.http.request::<u32>(read()).await.unwrap_err();
        let shown = format!("{error:?} {}", error.report());
        assert!(!shown.contains("token-0") && !shown.contains("sig-0"), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_signed_is_not_sent() {
    let server = server(ResponseTemplate::new(200)).await;
    let failing = Auth::per_call("a", |_| Err("the key has expired".into()));
    let broken = Auth::per_call("a", |_| Ok(vec![("authorization", "to\nken".into())]));
    for auth in [failing, broken] {
        let parrot = Parrot::builder(auth).base_url(server.uri()).build().unwrap();
        let error = parrot.http.request::<Value>(Call::post("create number", &["numbers"])).await.unwrap_err();
        let call = error.create_failure().unwrap();
        assert_eq!((call.delivery, call.attempts), (Delivery::NotSent, 0));
        let CallFault::Transport(fault) = &call.fault else { panic!("{call:?}") };
        assert_eq!(fault.loss, Loss::NotSigned);
        assert!(error.report().contains("Check the credentials that sign the requests"), "{}", error.report());
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[test]
fn signatures_are_not_shown() {
    let secret = Secret::new("planted-secret");
    let call = Call::post("a", &["planted-secret"]).json(&json!({"b": "planted-secret"}));
    let auth = [
        Auth::bearer("key", &secret),
        Auth::basic("planted-secret", &secret),
        Auth::header("x-key", "key", &secret).and_header("x-org", "org", "planted-secret"),
        Auth::per_call("planted-secret", |_| Ok(vec![])),
    ];
    let shown = format!("{call:?} {auth:?}");
    assert!(shown.starts_with("Call {") && shown.contains("} [Auth {") && !shown.contains("planted"), "{shown}");
}
