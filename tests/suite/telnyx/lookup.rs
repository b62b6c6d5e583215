//! Whether Telnyx holds a number, and its findings.

use futures_util::TryStreamExt;
use numport::model::{CallbackUrl, Calls, ProviderKind, Reach};
use numport::provider::{HeldNumber, Ownership};
use numport::sandbox::telnyx::TelnyxNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, NumberProvider, Telnyx};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{ID, client};
use crate::support::case;

pub(super) const NUMBER: &str = "+19705555098";

pub(super) fn number() -> E164 {
    NUMBER.parse().unwrap()
}

/// The documented number with some fields changed.
pub(super) fn documented(changes: Value) -> Value {
    let mut body = case("telnyx/get_number/routed").response.body["data"].take();
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

/// An account that holds these numbers, all with the same voice settings, connection and features.
pub(super) async fn holding(numbers: Value) -> MockServer {
    let server = MockServer::start().await;
    let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let page = json!({"data": numbers, "meta": {"page_number": 1, "page_size": 250, "total_pages": 1}});
    Mock::given(method("GET")).and(path("/v2/phone_numbers")).respond_with(answer(page)).mount(&server).await;
    let voice = case("telnyx/get_voice_settings/plain").response.body;
    Mock::given(path_regex("^/v2/phone_numbers/[0-9]+/voice$")).respond_with(answer(voice)).mount(&server).await;
    let connection = case("telnyx/get_connection/call_control").response.body;
    Mock::given(path_regex("^/v2/connections/")).respond_with(answer(connection)).mount(&server).await;
    let features = case("telnyx/number_features/documented").response.body;
    Mock::given(path("/v2/numbers_features")).respond_with(answer(features)).mount(&server).await;
    server
}

async fn lookup(numbers: Value) -> Option<HeldNumber> {
    let server = holding(numbers).await;
    match client(server.uri()).lookup(&number()).await.unwrap() {
        Ownership::Held(held) => Some(held),
        Ownership::NotHeld => None,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_documented_number_is_held() {
    let server = holding(json!([documented(json!({"customer_reference": "Desk"}))])).await;
    let Ownership::Held(held) = client(server.uri()).lookup(&number()).await.unwrap() else { panic!("it is held") };
    assert_eq!((held.number, held.id.as_deref(), held.label.as_deref()), (number(), Some(ID), Some("Desk")));
    assert_eq!((held.voice, held.hosted, held.unusual_status), (Some(true), false, None));
    let routing = held.routing.unwrap();
    assert_eq!(routing.calls, Calls::Url(CallbackUrl::new("https://example.com/calls")));
    let requests = server.received_requests().await.unwrap();
    let query = requests[0].url.query().unwrap();
    assert!(query.contains("filter%5Bphone_number%5D=19705555098&"), "digits alone: {query}");
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn a_lookup_ignores_partial_matches_of_the_filter() {
    let longer = documented(json!({"id": "1", "phone_number": "+197055550981"}));
    assert!(lookup(json!([longer])).await.is_none());
    let held = lookup(json!([longer, documented(json!({}))])).await.unwrap();
    assert_eq!(held.id.as_deref(), Some(ID));
}

#[tokio::test]
async fn released_numbers_are_not_held_in_either_spelling() {
    for status in ["deleted", "ported-out", "ported_out", "port_failed", "purchase-failed"] {
        assert!(lookup(json!([documented(json!({"status": status}))])).await.is_none(), "{status}");
    }
    let gone = documented(json!({"id": "1", "status": "ported-out"}));
    let held = lookup(json!([gone, documented(json!({}))])).await.unwrap();
    assert_eq!(held.id.as_deref(), Some(ID), "the number came back");
    for status in ["port-pending", "port_out_pending", "emergency-only", "brand-new"] {
        let held = lookup(json!([documented(json!({"status": status}))])).await.unwrap();
        assert_eq!(held.unusual_status.as_deref(), Some(status));
    }
}

#[tokio::test]
async fn a_number_too_short_for_the_filter_is_not_held_and_sends_no_request() {
    let server = MockServer::start().await;
    let found = client(server.uri()).lookup(&"+30".parse().unwrap()).await.unwrap();
    assert!(matches!(found, Ownership::NotHeld));
    assert_eq!(server.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn voice_is_unknown_without_features() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = Telnyx::from_vars(|name| sandbox.var(name)).unwrap();
    let refuse = |status| Fault::Refuse { status, retry_after: None };
    for (status, voice) in [(403, None), (400, None), (404, None)] {
        sandbox.fault_on(ProviderKind::TELNYX, "POST /v2/numbers_features", refuse(status));
        let Ownership::Held(held) = telnyx.lookup(&number()).await.unwrap() else { panic!("it is held") };
        assert_eq!(held.voice, voice);
    }
    sandbox.fault_on(ProviderKind::TELNYX, "POST /v2/numbers_features", refuse(401));
    telnyx.lookup(&number()).await.unwrap_err();
}

#[tokio::test]
async fn the_list_and_the_lookup_agree() {
    let texts: Vec<String> = (0..230).map(|nth| format!("+1303555{nth:04}")).collect();
    let numbers = texts.iter().enumerate().map(|(nth, text)| {
        let number = TelnyxNumber::new(text.parse().unwrap());
        match nth % 4 {
            0 => number.on_connection(),
            1 => number.without_voice(),
            2 => number.forwarded_to("+13039990000"),
            _ => number.status("deleted"),
        }
    });
    let sandbox = Sandbox::builder().hold_telnyx(numbers).start().await.unwrap();
    let telnyx = Telnyx::from_vars(|name| sandbox.var(name)).unwrap();
    let held: Vec<HeldNumber> = telnyx.list().try_collect().await.unwrap();
    // One page each of numbers, voice settings and connections, and the features of a hundred numbers per request.
    assert_eq!(sandbox.requests().len(), 3 + 3);
    let listed: Vec<&str> = held.iter().map(|held| held.number.as_str()).collect();
    let wanted: Vec<&str> = texts.iter().enumerate().filter(|(nth, _)| nth % 4 != 3).map(|(_, text)| &**text).collect();
    assert_eq!(listed, wanted);
    for held in &held[..4] {
        let Ownership::Held(looked) = telnyx.lookup(&held.number).await.unwrap() else { panic!("it is held") };
        assert_eq!((&held.voice, &held.routing), (&looked.voice, &looked.routing));
    }
    assert_eq!(held[1].voice, Some(false));
    assert_eq!(held[2].routing.as_ref().unwrap().calls, Calls::Forwarded("+13039990000".to_owned()));
}

#[tokio::test]
async fn the_source_is_the_key() {
    let telnyx = client("http://127.0.0.1:1".to_owned());
    let source = telnyx.source();
    assert_eq!((telnyx.kind(), source.carrier), (ProviderKind::TELNYX, ProviderKind::TELNYX));
    assert!(matches!(&source.reach, Reach::Account(_)));
    assert_eq!(source.secrets()[0].expose(), "KEY0123");
}
