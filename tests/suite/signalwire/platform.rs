//! SignalWire through the platform-independent API: records, updates, and refused requests. Imports are in `imports`.

use futures_util::TryStreamExt;
use numport::model::{ProviderKind, RecordNumber};
use numport::platform::signalwire::{MessageHandlerKind, PhoneNumber};
use numport::{
    Byo, E164, Error, ImportRequest, NumberSource, NumberUpdate, Removal, SignalWire, SipTrunk, VoicePlatform,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::signalwire::endpoints::{AGENT, ID, PROJECT};
use crate::support::validation::problem_fields;
use crate::support::{CreateNow, KEY, at_once, test_key};

pub(crate) const IMPORT: &str = "/api/relay/rest/imported_phone_numbers";
pub(crate) const NUMBERS: &str = "/api/relay/rest/phone_numbers";
pub(crate) const NUMBER: &str = "+14155552671";

pub(crate) fn client(server: &MockServer) -> SignalWire {
    SignalWire::builder(PROJECT, KEY, "example")
        .account_name(test_key(), [""; 0])
        .base_url(server.uri())
        .retry(at_once())
        .build()
        .unwrap()
}

pub(crate) fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

pub(crate) fn byo() -> NumberSource {
    Byo::stored_default(ProviderKind::TELNYX).into()
}

pub(crate) fn one() -> String {
    format!("{NUMBERS}/{ID}")
}

pub(crate) async fn respond(server: &MockServer, verb: &str, route: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).and(path(route)).respond_with(answer).mount(server).await;
}

/// A Space that imports, and gives this response to the update that follows.
pub(crate) async fn space(status: u16, updated: Value) -> MockServer {
    let server = MockServer::start().await;
    let imported =
        json!({"id": ID, "number": NUMBER, "call_handler": "laml_webhooks", "created_at": "2025-05-08T19:08:41Z"});
    respond(&server, "POST", IMPORT, 201, imported).await;
    respond(&server, "PUT", &one(), status, updated).await;
    server
}

pub(crate) fn json_of(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The methods and paths that were sent.
pub(crate) async fn sent(server: &MockServer) -> Vec<(String, String)> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| (request.method.to_string(), request.url.path().to_owned())).collect()
}

pub(crate) fn steps(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(verb, path)| ((*verb).to_owned(), (*path).to_owned())).collect()
}

#[tokio::test]
async fn a_number_is_found_by_the_filter_and_compared_exactly() {
    let server = MockServer::start().await;
    let page = |numbers: &[(&str, &str)], next: &str| {
        let data: Vec<Value> = numbers.iter().map(|(id, number)| json!({"id": id, "number": number})).collect();
        ResponseTemplate::new(200).set_body_json(json!({"data": data, "links": {"next": next}}))
    };
    let next = format!("{NUMBERS}?page_token=PA1");
    let near = page(&[("n0", "+141555526710"), ("n1", "+114155552671")], &next);
    Mock::given(method("GET")).and(query_param("filter_number", NUMBER)).respond_with(near).mount(&server).await;
    let exact = page(&[("n2", "+14155552670"), ("n3", NUMBER)], "");
    Mock::given(method("GET")).and(query_param("page_token", "PA1")).respond_with(exact).mount(&server).await;
    let none = page(&[("n4", "+4930123456")], "");
    Mock::given(method("GET")).and(query_param("filter_number", "+493012345")).respond_with(none).mount(&server).await;

    let found = client(&server).find(&number(NUMBER)).await.unwrap().unwrap();
    assert_eq!(found.id.as_str(), "n3");
    assert_eq!(client(&server).find(&number("+493012345")).await.unwrap().map(|record| record.id), None);
    let requests = server.received_requests().await.unwrap();
    let queries: Vec<_> = requests.iter().map(|request| request.url.query().unwrap()).collect();
    assert_eq!(queries, ["filter_number=%2B14155552671", "page_token=PA1", "filter_number=%2B493012345"]);
}

#[tokio::test]
async fn all_numbers_are_listed_with_the_largest_page_size() {
    let server = MockServer::start().await;
    let data =
        json!([{"id": "a", "number": NUMBER, "name": ""}, {"id": "b", "number": "sip:x@example.com", "name": "Desk"}]);
    let answer = ResponseTemplate::new(200).set_body_json(json!({"data": data, "links": {}}));
    Mock::given(query_param("page_size", "1000")).respond_with(answer).mount(&server).await;
    let records: Vec<_> = client(&server).list().try_collect().await.unwrap();
    assert_eq!((records[0].label.as_deref(), records[1].label.as_deref()), (None, Some("Desk")));
    assert_eq!(records[1].number, RecordNumber::Other("sip:x@example.com".to_owned()));
}

#[tokio::test]
async fn only_an_active_handler_is_the_agent() {
    let server = MockServer::start().await;
    for (id, handler, agent) in
        [("a", "ai_agent", Some(AGENT)), ("b", "call_flow", None), ("c", "relay_script", None), ("d", "pigeon", None)]
    {
        let body = json!({"id": id, "number": NUMBER, "call_handler": handler, "calling_handler_resource_id": AGENT});
        respond(&server, "GET", &format!("{NUMBERS}/{id}"), 200, body).await;
        let record = client(&server).get(&id.into()).await.unwrap();
        assert_eq!(record.agent.as_ref().map(AsRef::as_ref), agent, "{handler}");
    }
}

#[tokio::test]
async fn a_record_has_the_platforms_own_object() {
    let server = MockServer::start().await;
    respond(&server, "GET", &one(), 200, json!({"id": ID, "number": NUMBER, "message_handler": "relay_topic"})).await;
    let record = client(&server).get(&ID.into()).await.unwrap();
    let details = record.details.get::<PhoneNumber>().expect("the number's object");
    assert_eq!(details.message_handler, Some(MessageHandlerKind::RelayTopic));
}

#[tokio::test]
async fn an_update_is_one_request() {
    let updated = json!({"id": ID, "number": NUMBER, "name": "Desk", "call_handler": "ai_agent", "calling_handler_resource_id": AGENT});
    let new = NumberUpdate::new;
    for (update, body) in [
        (new().label("Desk"), json!({"name": "Desk"})),
        (new().agent(AGENT), json!({"call_handler": "ai_agent", "call_ai_agent_id": AGENT})),
        (new().label("").agent(AGENT), json!({"name": "", "call_handler": "ai_agent", "call_ai_agent_id": AGENT})),
    ] {
        let server = space(200, updated.clone()).await;
        let record = client(&server).update(&ID.into(), &update).await.unwrap();
        assert_eq!(record.agent.as_ref().map(AsRef::as_ref), Some(AGENT));
        assert_eq!(sent(&server).await, steps(&[("PUT", &one())]));
        assert_eq!(json_of(&server.received_requests().await.unwrap()[0]), body);
    }
}

#[tokio::test]
async fn a_missing_record_is_not_found() {
    let server = MockServer::start().await;
    let client = client(&server);
    let id = ID.into();
    let errors = [
        client.get(&id).await.map(drop).unwrap_err(),
        client.update(&id, &NumberUpdate::new().label("x")).await.map(drop).unwrap_err(),
        client.remove(&id, Removal::RecordAndNumber).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(&error, Error::NotFound(missing) if missing.id.as_str() == ID), "{error:?}");
        assert_eq!(error.status().unwrap().as_u16(), 404);
    }
}

#[tokio::test]
async fn a_number_is_released_only_with_consent() {
    let server = MockServer::start().await;
    Mock::given(method("DELETE")).and(path(one())).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let client = client(&server);
    let error = client.remove(&ID.into(), Removal::Record).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["remove"]);
    assert!(error.to_string().contains("releases the number itself permanently"), "{error}");
    assert!(sent(&server).await.is_empty());
    client.remove(&ID.into(), Removal::RecordAndNumber).await.unwrap();
    assert_eq!(sent(&server).await, steps(&[("DELETE", &one())]));
}

#[tokio::test]
async fn unsupported_requests_are_refused_before_anything_is_sent() {
    let server = MockServer::start().await;
    let client = client(&server);
    let plain = || ImportRequest::new(number(NUMBER));
    let trunk: NumberSource = SipTrunk::new("").into();
    let short = ImportRequest::new(number("+123"));
    for (source, request, fields) in [
        (byo(), plain().inbound(true), vec!["inbound"]),
        (byo(), plain().outbound(false), vec!["outbound"]),
        (byo(), plain().agent("agent-1"), vec!["agent"]),
        (byo(), plain().agent(" "), vec!["agent"]),
        (byo(), short.clone(), vec!["number"]),
        (trunk.clone(), plain(), vec!["source.host"]),
        (
            trunk,
            short.inbound(true).outbound(true).agent("agent-1"),
            vec!["source.host", "inbound", "outbound", "number", "agent"],
        ),
    ] {
        let error = client.create(&source, &request).unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
        let error = client.create_now(&source, &request).await.unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
    }
    drop(client.create(&byo(), &ImportRequest::new(number("+1234"))).unwrap());

    let new = NumberUpdate::new;
    for (update, fields) in [
        (new(), vec!["update"]),
        (new().clear_label(), vec!["label"]),
        (new().clear_agent(), vec!["agent"]),
        (new().inbound(true), vec!["inbound"]),
        (new().agent("agent-1"), vec!["agent"]),
        (new().clear_label().agent("").inbound(false).outbound(true), vec!["label", "inbound", "outbound", "agent"]),
    ] {
        let error = client.update(&ID.into(), &update).await.unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
    }
    assert!(sent(&server).await.is_empty());
}
