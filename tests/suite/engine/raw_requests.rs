//! Calls to endpoints without a method in a typed client.

use numport::error::{CallFault, Delivery, Safety, StatusCode};
use numport::http::Call;
use numport::{AccountKey, Butter, Error, Interactly, SignalWire, Twilio, Vapi};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::responses::vapi;
use crate::signalwire::endpoints::PROJECT;
use crate::support::{KEY, at_once, server};

/// Answers 503 once, and then with this body.
async fn transient(then: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let once = Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(1);
    once.with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(then).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn a_request_is_sent_as_given() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!([{"id": "t1"}]))).await;
    let call = Call::get("list tools", &["tool", "a/b"]).query("limit", Some(5)).query("none", None::<u8>);
    let tools: Vec<Value> = vapi(&server.uri()).request(call).await.unwrap();
    assert_eq!(tools, [json!({"id": "t1"})]);
    let body = json!({"type": "endCall"});
    vapi(&server.uri()).request::<Value>(Call::patch("change tool", &["tool"]).json(&body)).await.unwrap();
    let sent = server.received_requests().await.unwrap();
    assert_eq!((sent[0].method.as_str(), sent[0].url.path()), ("GET", "/tool/a%2Fb"));
    assert_eq!(sent[0].url.query(), Some("limit=5"));
    assert_eq!(sent[0].headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!((sent[1].method.as_str(), sent[1].body_json::<Value>().unwrap()), ("PATCH", body));
}

#[tokio::test]
async fn every_client_sends_raw_requests() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!({"ok": true}))).await;
    let (uri, key) = (server.uri(), AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token"));
    let call = || Call::get("get status", &["status"]);
    let answers: [Value; 5] = [
        vapi(&uri).request(call()).await.unwrap(),
        Interactly::builder(KEY).base_url(&uri).build().unwrap().request(call()).await.unwrap(),
        SignalWire::builder(PROJECT, KEY, "space").base_url(&uri).build().unwrap().request(call()).await.unwrap(),
        Butter::builder(KEY, "org").base_url(&uri).build().unwrap().request(call()).await.unwrap(),
        Twilio::builder(key).base_url(&uri).build().unwrap().request(call()).await.unwrap(),
    ];
    assert!(answers.iter().all(|answer| answer["ok"] == true));
    assert_eq!(requests(&server).await, 5);
}

#[tokio::test]
async fn reads_are_retried_whatever_their_method() {
    for call in [Call::get("list tools", &["tool"]), Call::post("list tools", &["List"]).read_only().json(&json!({}))] {
        let server = transient(ResponseTemplate::new(200).set_body_string("[]")).await;
        assert!(vapi(&server.uri()).request::<Vec<Value>>(call).await.unwrap().is_empty());
        assert_eq!(requests(&server).await, 2);
    }
    // The response may be lost, because a read changes nothing.
    let server = server(ResponseTemplate::new(200).set_body_string("no JSON")).await;
    let read = vapi(&server.uri()).request::<Value>(Call::post("list tools", &["List"]).read_only()).await;
    assert_eq!(read.unwrap_err().call().unwrap().delivery, Delivery::Read);
}

#[tokio::test]
async fn everything_else_is_sent_once() {
    type Make = fn(&'static str, &[&str]) -> Call;
    for make in [Call::post as Make, Call::put, Call::patch, Call::delete] {
        let server = transient(ResponseTemplate::new(200).set_body_string("{}")).await;
        let error = vapi(&server.uri()).request::<Value>(make("change tool", &["tool"])).await.unwrap_err();
        let call = error.create_failure().expect("a create's");
        assert_eq!((call.safety, call.delivery, call.attempts), (Safety::Create, Delivery::Unknown, 1));
        assert_eq!(call.status, Some(StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(requests(&server).await, 1);
    }
}

#[tokio::test]
async fn repeatable_calls_are_retried() {
    let server = transient(ResponseTemplate::new(200).set_body_string("{}")).await;
    let call = Call::put("change tool", &["tool", "t1"]).repeatable().json(&json!({}));
    vapi(&server.uri()).request::<Value>(call).await.unwrap();
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn only_the_error_of_a_create_is_a_create_failure() {
    let server = server(ResponseTemplate::new(404)).await;
    let client = vapi(&server.uri());
    for call in [Call::get("get tool", &["tool", "t1"]), Call::delete("remove tool", &["tool", "t1"]).repeatable()] {
        let error = client.request::<Value>(call).await.unwrap_err();
        assert!(error.call().is_some() && error.create_failure().is_none(), "{error:?}");
    }
    let refused = client.request::<Value>(Call::post("make tool", &[".."])).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)) && refused.create_failure().is_none());
}

#[tokio::test]
async fn no_path_leaves_the_origin() {
    let server = server(ResponseTemplate::new(200).set_body_string("{}")).await;
    let client = Vapi::builder(KEY).base_url(format!("{}/v1", server.uri())).retry(at_once()).build().unwrap();
    for segment in ["https://evil.example", "//evil.example/x", "@evil.example", "a\\..\\b", "%2e%2e", "a?b#c"] {
        client.request::<Value>(Call::get("get tool", &[segment])).await.unwrap();
    }
    for sent in server.received_requests().await.unwrap() {
        assert!(sent.url.path().starts_with("/v1/") && sent.url.query().is_none(), "{}", sent.url);
        assert_eq!(sent.url.path().matches('/').count(), 2, "{}", sent.url);
    }
    let sent = requests(&server).await;
    for segment in ["..", ".", "", "a\r\nHost: evil.example"] {
        let error = client.request::<Value>(Call::get("get tool", &[segment])).await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{segment:?}: {error:?}");
    }
    assert_eq!(requests(&server).await, sent);
}

#[tokio::test]
async fn an_empty_response_is_null_and_can_be_ignored() {
    let server = server(ResponseTemplate::new(204)).await;
    let client = vapi(&server.uri());
    let delete = || Call::delete("remove tool", &["tool", "t1"]);
    assert_eq!(client.request::<Value>(delete()).await.unwrap(), Value::Null);
    assert_eq!(client.request::<Option<String>>(delete()).await.unwrap(), None);
    client.request::<IgnoredAny>(delete()).await.unwrap();
    client.http().request_empty(delete()).await.unwrap();
    // A type with required fields still fails.
    let error = client.request::<Vec<Value>>(delete()).await.unwrap_err();
    let call = error.call().unwrap();
    assert!(matches!(call.fault, CallFault::Decode(_)) && call.delivery == Delivery::Accepted, "{call:?}");
}
