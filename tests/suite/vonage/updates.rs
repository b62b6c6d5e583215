//! An update replaces all fields, so the client sends back the ones that it has read.

use std::sync::{Arc, Mutex};

use numport::model::{CallbackUrl, Removal};
use numport::provider::vonage::*;
use numport::sandbox::Sandbox;
use numport::{Error, Patch, Vonage};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::endpoints::{APPLICATION, client, number};
use crate::support::case;
use crate::support::validation::problem_fields;

/// An account whose number has the first fields, and after an update the second ones. Returns the sent forms.
async fn updated(before: Value, after: Value, update: UpdateNumber) -> (Result<OwnedNumber, Error>, Vec<String>) {
    let server = MockServer::start().await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = sent.clone();
    let answer = move |request: &Request| {
        let mut sent = log.lock().unwrap();
        let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
        if request.method == "POST" {
            assert_eq!(request.url.path(), "/number/update");
            assert_eq!(request.url.query(), None, "no key in the query");
            sent.push(String::from_utf8(request.body.clone()).unwrap());
            return answer(json!({"error-code": "200", "error-code-label": "success"}));
        }
        assert_eq!(request.url.query(), Some("pattern=447700900000&search_pattern=0&size=100"));
        let mut found = json!({"country": "GB", "msisdn": "447700900000", "features": ["VOICE"]});
        let changes = if sent.is_empty() { &before } else { &after };
        found.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let longer = json!({"country": "GB", "msisdn": "4477009000001"});
        answer(json!({"count": 2, "numbers": [longer, found]}))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let result = client(server.uri()).update_number(&number(), &update).await;
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    (result, sent)
}

/// A number with every field that can be read.
fn whole() -> Value {
    json!({"app_id": APPLICATION, "moHttpUrl": "https://example.com/sms", "voiceCallbackType": "sip",
        "voiceCallbackValue": "sip:447700900000@sip.example.com"})
}

const OTHER: &str = "bbbbbbbb-bbbb-cccc-dddd-0123456789ab";
const NUMBER: &str = "country=GB&msisdn=447700900000";

/// The form of a golden request.
fn golden(name: &str) -> String {
    case(&format!("vonage/{name}")).request.form.unwrap()
}

#[tokio::test]
async fn fields_that_an_update_does_not_set_are_sent_back() {
    let new = UpdateNumber::new;
    let with = |changes: Value| {
        let mut number = whole();
        number.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        number
    };
    let without = |fields: &[&str]| {
        let mut number = whole();
        number.as_object_mut().unwrap().retain(|name, _| !fields.contains(&name.as_str()));
        number
    };
    for (name, update, after) in [
        ("application", new().app_id(OTHER.to_owned()), with(json!({"app_id": OTHER}))),
        ("no_application", new().app_id(Patch::Clear), without(&["app_id"])),
        ("no_message_url", new().mo_http_url(Patch::Clear), without(&["moHttpUrl"])),
        ("no_forwarding", new().end_forwarding(), without(&["voiceCallbackType", "voiceCallbackValue"])),
        (
            "forwarded",
            new().forward_to(VoiceCallbackType::Tel, "447700900009"),
            with(json!({"voiceCallbackType": "tel", "voiceCallbackValue": "447700900009"})),
        ),
        (
            "every_field",
            new().voice_status_callback(CallbackUrl::new("https://example.com/status")).mo_smpp_sys_type("inbound"),
            whole(),
        ),
    ] {
        let (result, sent) = updated(whole(), after, update).await;
        result.unwrap();
        assert_eq!(sent, [golden(&format!("update_number/{name}"))], "{name}");
    }
}

#[tokio::test]
async fn an_application_is_never_sent_as_a_callback() {
    let linked = json!({"app_id": APPLICATION, "voiceCallbackType": "app", "voiceCallbackValue": APPLICATION,
        "messagesCallbackType": "app", "messagesCallbackValue": APPLICATION});
    let after = json!({"app_id": APPLICATION, "voiceCallbackType": "app", "voiceCallbackValue": APPLICATION,
        "moHttpUrl": "https://example.com/sms"});
    let update = || UpdateNumber::new().mo_http_url(CallbackUrl::new("https://example.com/sms"));
    let form = format!("{NUMBER}&app_id={APPLICATION}&moHttpUrl=https%3A%2F%2Fexample.com%2Fsms");
    let (result, sent) = updated(linked, after.clone(), update()).await;
    assert_eq!((result.is_ok(), sent), (true, vec![form.clone()]));
    // Only by the older fields.
    let older = json!({"voiceCallbackType": "app", "voiceCallbackValue": APPLICATION});
    let (result, sent) = updated(older, after, update()).await;
    assert_eq!((result.is_ok(), sent), (true, vec![form]));
}

#[tokio::test]
async fn a_number_that_differs_after_an_update_is_an_error() {
    let (result, sent) = updated(whole(), whole(), UpdateNumber::new().app_id("other".to_owned())).await;
    assert_eq!(sent.len(), 1);
    let error = result.unwrap_err();
    assert!(!error.surely_not_done() && error.report().contains("app_id"), "{}", error.report());
    // Another field was lost.
    let mut lost = whole();
    lost.as_object_mut().unwrap().remove("moHttpUrl");
    let (result, _) = updated(whole(), lost, UpdateNumber::new().mo_smpp_sys_type("inbound")).await;
    assert!(result.unwrap_err().report().contains("moHttpUrl"));
}

#[tokio::test]
async fn contradictions_are_refused_before_anything_is_sent() {
    let vonage = client("http://127.0.0.1:1".to_owned());
    let new = UpdateNumber::new;
    for (update, fields) in [
        (new(), &["update"][..]),
        (new().forward_to(VoiceCallbackType::App, APPLICATION), &["voice_callback_type"]),
        (new().forward_to(VoiceCallbackType::Sip, ""), &["voice_callback_value"]),
    ] {
        assert_eq!(problem_fields(&vonage.update_number(&number(), &update).await.unwrap_err()), fields);
    }
    assert_eq!(problem_fields(&vonage.cancel_number(&number(), Removal::Record).await.unwrap_err()), ["consent"]);
}

#[tokio::test]
async fn a_number_is_released_and_a_missing_one_is_an_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let vonage = Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    vonage.cancel_number(&number(), Removal::RecordAndNumber).await.unwrap();
    assert_eq!(vonage.find_number(&number()).await.unwrap(), None);
    let requests = sandbox.requests();
    let cancel = requests.iter().find(|request| request.path == "/number/cancel").unwrap();
    let form: Vec<String> = cancel.form.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(form.join("&"), golden("cancel_number/documented"));
    let error = vonage.update_number(&number(), &UpdateNumber::new().end_forwarding()).await.unwrap_err();
    assert!(sandbox.requests().iter().filter(|request| request.path == "/number/update").count() == 0, "{error}");
}
