//! Lists with several pages, and Plivo's errors.

use futures_util::TryStreamExt;
use numport::error::PageFault;
use numport::model::ProviderKind;
use numport::provider::plivo::{ListApplications, ListNumbers};
use numport::sandbox::plivo::PlivoNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{NumberProvider, Plivo, RetryPolicy};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{client, number};
use crate::support::lists::{drained, page_fault};
use crate::support::{case, server};

#[tokio::test]
async fn a_page_has_twenty_numbers() {
    let numbers: Vec<String> = (0..105).map(|nth| format!("1303{nth:07}")).collect();
    let held = numbers.iter().map(|digits| PlivoNumber::new(format!("+{digits}").parse().unwrap()));
    let sandbox = Sandbox::builder().hold_plivo(held).start().await.unwrap();
    let plivo = Plivo::from_vars(|name| sandbox.var(name)).unwrap();
    let list = ListNumbers::new();
    let found: Vec<String> = plivo.numbers(&list).map_ok(|found| found.number.unwrap()).try_collect().await.unwrap();
    assert_eq!(found, numbers);
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 6);
    // A request with a cursor has no offset.
    assert!(requests.iter().all(|request| !format!("{:?}", request.query).contains("offset")), "{requests:?}");
    // One page each of applications and trunks, and no further request for a number that has neither.
    let count = plivo.list().try_collect::<Vec<_>>().await.unwrap().len();
    assert_eq!((count, sandbox.requests().len()), (105, 6 + 2 + 6));
}

#[tokio::test]
async fn a_repeated_or_foreign_link_ends_the_list() {
    for (next, fault) in [
        ("/v1/Account/MA2025RK4E639VJFZAGV/Number/", "repeated"),
        ("https://elsewhere.example/v1/Account/MA2025RK4E639VJFZAGV/Number/?offset=20", "foreign"),
    ] {
        let mut page = case("plivo/list_numbers/one").response.body;
        page["meta"]["next"] = json!(next);
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(&server).await;
        let client = client(server.uri());
        let list = ListNumbers::new();
        let (numbers, error) = drained(client.numbers(&list)).await;
        assert_eq!(numbers.len(), 1);
        match page_fault(error) {
            PageFault::Repeated => assert_eq!(fault, "repeated"),
            PageFault::ForeignOrigin { .. } => assert_eq!(fault, "foreign"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn errors_are_text_an_object_or_no_json() {
    let json = |error| ResponseTemplate::new(400).set_body_json(json!({"api_id": "1", "error": error}));
    let text = "Could not verify your access level for that URL.";
    for (answer, status, words) in [
        (json(json!("invalid value for app_id")), 400, "invalid value for app_id"),
        (json(json!({"app_id": ["not yours"]})), 400, "not yours"),
        (ResponseTemplate::new(401).set_body_string(text), 401, text),
        (ResponseTemplate::new(401).set_body_string("<p>no access</p>"), 401, "16 bytes of text"),
        (ResponseTemplate::new(401).set_body_string("{\"no end"), 401, "8 bytes of text"),
        (ResponseTemplate::new(401).set_body_string(format!("{text} ").repeat(20)), 401, "980 bytes of text"),
    ] {
        let server = server(answer).await;
        let error = client(server.uri()).get_number(&number()).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.report().contains(words), "{}", error.report());
    }
}

#[tokio::test]
async fn the_sandbox_refuses_a_wrong_token_and_missing_objects() {
    let sandbox = Sandbox::start().await.unwrap();
    let plivo =
        Plivo::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never()).build().unwrap();
    let missing = "+13125550199".parse().unwrap();
    assert!(plivo.get_number(&missing).await.unwrap_err().is_not_found());
    assert!(plivo.get_application("1").await.unwrap_err().is_not_found());
    for status in [429, 403, 500] {
        sandbox.fault(ProviderKind::PLIVO, Fault::Refuse { status, retry_after: None });
        let list = ListApplications::new();
        let (_, error) = drained(plivo.applications(&list)).await;
        assert_eq!(error.unwrap().status().unwrap().as_u16(), status);
    }
    sandbox.plivo().rotate_auth_token("another");
    assert_eq!(plivo.get_account().await.unwrap_err().status().unwrap().as_u16(), 401);
}
