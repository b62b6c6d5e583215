//! Butter's pages and errors.

use numport::error::{CallFault, Delivery, PageFault};
use numport::platform::butter::{
    Butter, CreateIntegration, ImportSipNumber, ImportTwilioNumber, ListNumbers, NumberStatus,
};
use numport::{Error, Result};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::butter::endpoints::{AGENT, INTEGRATION, NUMBER, client, number};
use crate::support::lists::{drained, page_fault};
use crate::support::server;

const PHONE: &str = "+15551234567";

fn page(ids: &[&str], pagination: Value) -> Value {
    let data: Vec<Value> = ids.iter().map(|id| json!({"phone_number_id": id, "phone_number": PHONE})).collect();
    json!({"success": true, "data": data, "pagination": pagination})
}

fn more(cursor: &str) -> Value {
    json!({"has_more": true, "next_cursor": cursor})
}

/// A server with these pages: the first without a cursor, the others with theirs. It returns each only once.
async fn pages(pages: &[(Option<&str>, Value)]) -> MockServer {
    let server = MockServer::start().await;
    for (cursor, body) in pages {
        let get = Mock::given(method("GET")).and(path("/api/phone-numbers"));
        let get = match cursor {
            None => get.and(query_param_is_missing("cursor")),
            Some(cursor) => get.and(query_param("cursor", *cursor)),
        };
        get.respond_with(ResponseTemplate::new(200).set_body_json(body)).expect(1).mount(&server).await;
    }
    server
}

/// The ids of a list, and how it ended.
async fn read(client: &Butter, status: Option<NumberStatus>) -> (String, Option<Error>) {
    let (numbers, end) =
        drained(client.numbers(status.into_iter().fold(ListNumbers::new(), ListNumbers::status))).await;
    (numbers.into_iter().map(|number| number.phone_number_id).collect(), end)
}

#[tokio::test]
async fn has_more_decides_whether_another_page_follows() {
    for end in [
        json!({"has_more": false, "next_cursor": null}),
        json!({"has_more": false, "next_cursor": "c9"}),
        json!({"next_cursor": "c9"}),
        json!({"has_more": null, "next_cursor": "c9"}),
        json!({}),
        Value::Null,
    ] {
        let server = pages(&[
            (None, page(&["a", "b"], more("c+1"))),
            (Some("c+1"), page(&[], more("c2"))),
            (Some("c2"), page(&["c"], end.clone())),
        ])
        .await;
        let (ids, fault) = read(&client(server.uri()), None).await;
        assert!(fault.is_none(), "{end}: {fault:?}");
        assert_eq!(ids, "abc", "{end}");
    }
}

#[tokio::test]
async fn every_page_is_requested_with_the_same_status() {
    let server =
        pages(&[(None, page(&["a"], more("c1"))), (Some("c1"), page(&["b"], json!({"has_more": false})))]).await;
    assert_eq!(read(&client(server.uri()), Some(NumberStatus::Free)).await.0, "ab");
    let requests = server.received_requests().await.unwrap();
    let queries: Vec<_> = requests.iter().map(|request| request.url.query().unwrap()).collect();
    assert_eq!(queries, ["status=free", "status=free&cursor=c1"]);
}

#[tokio::test]
async fn has_more_without_a_cursor_is_an_error() {
    for pagination in [json!({"has_more": true, "next_cursor": null}), json!({"has_more": true})] {
        let server = pages(&[(None, page(&["a"], more("c1"))), (Some("c1"), page(&["b"], pagination))]).await;
        let (ids, end) = read(&client(server.uri()), None).await;
        assert!(ids.starts_with('a'), "{ids}");
        assert_eq!(page_fault(end), PageFault::BadLink);
    }
}

#[tokio::test]
async fn a_repeated_cursor_ends_the_list() {
    let server = pages(&[(None, page(&["a"], more("c1"))), (Some("c1"), page(&["b"], more("c1")))]).await;
    let (ids, end) = read(&client(server.uri()), None).await;
    assert!(ids.starts_with('a'), "{ids}");
    assert_eq!(page_fault(end), PageFault::Repeated);

    let server = pages(&[
        (None, page(&["a"], more("c1"))),
        (Some("c1"), page(&["b"], more("c2"))),
        (Some("c2"), page(&["c"], more("c1"))),
    ])
    .await;
    let (ids, end) = read(&client(server.uri()), None).await;
    assert!(ids.starts_with("ab"), "{ids}");
    assert_eq!(page_fault(end), PageFault::Repeated);
}

/// One call of every kind.
async fn failures(client: &Butter) -> [(&'static str, Error); 7] {
    let import = ImportTwilioNumber::new(number(PHONE), INTEGRATION);
    let create = CreateIntegration::twilio("x", "AC1", "planted-token");
    let update = numport::platform::butter::UpdateIntegration::new().name("x".to_owned());
    fn error<T>(result: Result<T>) -> Error {
        result.map(drop).unwrap_err()
    }
    [
        ("list numbers", error(client.list_numbers(&ListNumbers::new()).await)),
        ("import number", error(client.import_number(import).await)),
        ("assign number", error(client.assign_number(AGENT, NUMBER).await)),
        ("unassign number", error(client.unassign_number(AGENT, NUMBER).await)),
        ("make integration", error(client.create_integration(&create).await)),
        ("update integration", error(client.update_integration(INTEGRATION, &update).await)),
        ("remove integration", error(client.delete_integration(INTEGRATION).await)),
    ]
}

fn words(error: &Error) -> String {
    std::error::Error::source(error).unwrap().to_string()
}

#[tokio::test]
async fn every_documented_status_reaches_the_caller_after_one_request() {
    for status in [400, 401, 403, 404, 409, 422] {
        let text = format!("refused with {status}");
        let server = server(ResponseTemplate::new(status).set_body_json(json!({"detail": text}))).await;
        let failures = failures(&client(server.uri())).await;
        for (operation, error) in &failures {
            let call = error.call().unwrap();
            assert_eq!((call.status.unwrap().as_u16(), call.attempts), (status, 1), "{operation}");
            assert_eq!(words(error), text, "{operation}");
            assert!(error.to_string().starts_with(&format!("butter: {operation} failed with {status}")), "{error}");
            // A conflict may be the result of an earlier attempt of the same import.
            let makes = ["import number", "assign number", "unassign number", "make integration"];
            let open = status == 409 && makes.contains(operation);
            let expected = if open { Delivery::Unknown } else { Delivery::Refused };
            assert_eq!(call.delivery, expected, "{operation} {status}");
        }
        assert_eq!(server.received_requests().await.unwrap().len(), failures.len());
    }
}

#[tokio::test]
async fn an_error_has_the_platforms_message() {
    let fault = json!({"loc": ["body", "credentials", 0, "auth_token"], "msg": "Field required", "type": "missing"});
    for (body, told) in [
        (json!({"detail": "Phone number already exists"}), "Phone number already exists"),
        (json!({"detail": [fault]}), "body.credentials.0.auth_token: Field required"),
        (
            json!({"detail": [{"loc": ["query", "status"], "msg": "no"}, {"msg": "bare"}, "text"]}),
            "query.status: no; bare; text",
        ),
        (json!({"detail": [{"odd": 1}]}), r#"{"odd":1}"#),
        (json!({"success": false, "message": "No such agent"}), "No such agent"),
        (json!({"error": "Not allowed"}), "Not allowed"),
        (json!({"detail": "first", "message": "second", "error": "third"}), "first"),
        (json!({"message": "second", "error": "third"}), "second"),
        (json!({"detail": {"deep": 1}}), "the response has no readable message (21 bytes of text)"),
        (json!({"detail": [], "message": "m"}), "m"),
    ] {
        let server = server(ResponseTemplate::new(400).set_body_json(&body)).await;
        for (operation, error) in failures(&client(server.uri())).await {
            assert_eq!(words(&error), told, "{operation}: {body}");
        }
    }
    let html = "<html><h1>502</h1></html>";
    let server = server(ResponseTemplate::new(502).set_body_raw(html, "text/html")).await;
    let error = client(server.uri()).list_numbers(&ListNumbers::new()).await.unwrap_err();
    let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
    assert_eq!((refusal.body.as_str(), refusal.messages.len(), error.call().unwrap().attempts), (html, 0, 4));
}

#[tokio::test]
async fn success_false_is_an_error_whatever_the_status() {
    for status in [200, 201] {
        let body = json!({"success": false, "message": "not today", "data": []});
        let server = server(ResponseTemplate::new(status).set_body_json(body)).await;
        let failures = failures(&client(server.uri())).await;
        for (operation, error) in &failures {
            let call = error.call().unwrap();
            assert_eq!((call.delivery, call.attempts), (Delivery::Refused, 1), "{operation}");
            assert_eq!(call.status.unwrap().as_u16(), status);
            assert!(matches!(call.fault, CallFault::Refusal(_)), "{call:?}");
            assert_eq!(words(error), "not today");
            assert!(error.surely_not_done());
        }
        assert_eq!(server.received_requests().await.unwrap().len(), failures.len());
    }
    // Only the field of the envelope counts, not one inside the data.
    let body = json!({"success": true, "data": {"agent_id": AGENT, "success": false}});
    let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
    client(server.uri()).assign_number(AGENT, NUMBER).await.unwrap();
}

#[tokio::test]
async fn a_response_without_an_envelope_counts_as_carried_out() {
    let bare = json!({"phone_number_id": NUMBER, "phone_number": PHONE, "agent_id": AGENT, "integration_id": "i"});
    for body in [bare, json!({"success": true, "message": "done"}), json!({"success": true, "data": null})] {
        let server = server(ResponseTemplate::new(200).set_body_json(&body)).await;
        for (operation, error) in failures(&client(server.uri())).await {
            let call = error.call().unwrap();
            assert!(matches!(call.fault, CallFault::Decode(_)), "{operation}: {call:?}");
            let delivery = if operation == "list numbers" { Delivery::Read } else { Delivery::Accepted };
            assert_eq!(call.delivery, delivery, "{operation}: {body}");
        }
    }
}

#[tokio::test]
async fn an_envelope_may_have_more_or_fewer_fields() {
    let data = json!({"phone_number_id": NUMBER, "phone_number": PHONE});
    for body in [json!({"data": data}), json!({"success": null, "data": data, "trace": {"id": [1]}})] {
        let server = server(ResponseTemplate::new(201).set_body_json(body)).await;
        let import = ImportTwilioNumber::new(number(PHONE), INTEGRATION);
        assert_eq!(client(server.uri()).import_number(import).await.unwrap().phone_number_id, NUMBER);
    }
}

#[tokio::test]
async fn secrets_in_an_error_response_are_redacted() {
    let echo = json!({"detail": "pin planted-04 and planted-word are wrong", "sent": {"sip_password": "planted-word"}});
    let server = server(ResponseTemplate::new(400).set_body_json(echo)).await;
    let import = ImportSipNumber::new(number(PHONE)).sip_password("planted-word").inbound_pin("planted-04");
    let error = client(server.uri()).import_number(import).await.unwrap_err();
    assert_eq!(words(&error), "pin [redacted] and [redacted] are wrong");
    assert!(!format!("{error:?}").contains("planted"), "{error:?}");
}
