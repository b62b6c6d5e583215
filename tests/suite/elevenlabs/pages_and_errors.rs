//! ElevenLabs' pages and errors.

use numport::error::{CallFault, PageFault};
use numport::platform::elevenlabs::{ListNumbers, ListSipMessages};
use serde_json::{Value, json};
use wiremock::matchers::{path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{ID, client};
use crate::support::lists::{drained, page_fault};
use crate::support::server;

const LIST: &str = "/v1/convai/v2/phone-numbers";

async fn pages(first: Value, second: Value) -> MockServer {
    let server = MockServer::start().await;
    let first = ResponseTemplate::new(200).set_body_json(first);
    Mock::given(query_param_is_missing("cursor")).respond_with(first).mount(&server).await;
    let second = ResponseTemplate::new(200).set_body_json(second);
    Mock::given(query_param("cursor", "c+1")).respond_with(second).mount(&server).await;
    server
}

fn page(id: &str, more: Value) -> Value {
    let mut page = more;
    page["phone_numbers"] = json!([{"phone_number_id": id}]);
    page
}

/// A record that is missed could be created twice, so a cursor is followed unless the page says that it is the last.
#[tokio::test]
async fn a_cursor_is_followed_to_the_last_page() {
    for more in [json!({"next_cursor": "c+1", "has_more": true}), json!({"next_cursor": "c+1"})] {
        for last in [
            json!({"next_cursor": null, "has_more": false}),
            json!({"next_cursor": "c9", "has_more": false}),
            json!({}),
        ] {
            let server = pages(page("a", more.clone()), page("b", last.clone())).await;
            let client = client(server.uri());
            let (numbers, end) = drained(client.numbers(ListNumbers::new())).await;
            assert!(end.is_none(), "{last}: {end:?}");
            let ids: Vec<_> = numbers.iter().map(|number| number.phone_number_id.as_str()).collect();
            assert_eq!(ids, ["a", "b"], "{more} {last}");
        }
    }
    for (more, fault) in [
        (json!({"has_more": true}), PageFault::BadLink),
        (json!({"has_more": true, "next_cursor": "c+1"}), PageFault::Repeated),
    ] {
        let server = pages(page("a", json!({"has_more": true, "next_cursor": "c+1"})), page("b", more)).await;
        let client = client(server.uri());
        assert_eq!(page_fault(drained(client.numbers(ListNumbers::new())).await.1), fault);
    }
}

#[tokio::test]
async fn all_sip_messages_are_read() {
    let message = |id: &str, more: Value| {
        let mut page = more;
        page["sip_messages"] = json!([{"call_id": id}]);
        page
    };
    let server = pages(
        message("a", json!({"next_cursor": "c+1", "has_more": true})),
        message("b", json!({"next_cursor": null, "has_more": false})),
    )
    .await;
    let client = client(server.uri());
    let (messages, end) = drained(client.sip_messages(ID, ListSipMessages::new().page_size(1))).await;
    assert!(end.is_none(), "{end:?}");
    let ids: Vec<_> = messages.iter().map(|message| message.call_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["a", "b"]);
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.url.query().unwrap().contains("page_size=1")), "{requests:?}");
}

#[tokio::test]
async fn every_form_of_an_error_is_read() {
    let detail = |code: &str, status: Value| json!({"type": "t", "code": code, "status": status, "message": "No."});
    let fault = json!({"loc": ["body", "label", 0], "msg": "Field required", "type": "missing"});
    for (body, code, message) in [
        (json!({"detail": detail("not_found", json!(null))}), Some("not_found"), "No."),
        (json!({"detail": detail("unauthorized", json!("missing_permissions"))}), Some("missing_permissions"), "No."),
        (json!({"detail": {"status": "invalid_uid", "message": "No."}}), Some("invalid_uid"), "No."),
        (json!({"detail": [fault]}), None, "body.label.0: Field required"),
        (json!({"detail": "Not Found"}), None, "Not Found"),
        (json!({"detail": [7, {"loc": []}]}), None, "7"),
        (json!({"message": "No."}), None, "No."),
    ] {
        let server = server(ResponseTemplate::new(400).set_body_json(&body)).await;
        let error = client(server.uri()).get_number(ID).await.unwrap_err();
        let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
        assert_eq!((refusal.code.as_deref(), refusal.messages[0].as_str()), (code, message), "{body}");
    }
}

/// Each path is one segment, whatever the id contains.
#[tokio::test]
async fn an_id_cannot_leave_its_path() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"phone_number_id": "../v2"}));
    Mock::given(path("/v1/convai/phone-numbers/..%2Fv2")).respond_with(answer).mount(&server).await;
    client(server.uri()).get_number("../v2").await.unwrap();
    assert_ne!(server.received_requests().await.unwrap()[0].url.path(), LIST);
}
