//! Lists with several pages, and Telnyx's errors.

use std::time::Duration;

use futures_util::TryStreamExt;
use numport::error::PageFault;
use numport::provider::telnyx::{ErrorCode, ListConnections, ListNumbers, ListVoiceSettings};
use numport::sandbox::telnyx::TelnyxNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{Error, RetryPolicy, Telnyx};
use serde_json::{Value, json};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{ID, client};
use super::lookup::documented;
use crate::support::lists::{drained, page_fault};
use crate::support::server;

#[tokio::test]
async fn pages_are_followed_to_the_last_one() {
    let numbers: Vec<String> = (0..600).map(|nth| format!("+1303{nth:07}")).collect();
    let held = numbers.iter().map(|text| TelnyxNumber::new(text.parse().unwrap()));
    let sandbox = Sandbox::builder().hold_telnyx(held).start().await.unwrap();
    let telnyx = Telnyx::from_vars(|name| sandbox.var(name)).unwrap();
    let list = ListNumbers::new().page_size(250);
    let found: Vec<String> =
        telnyx.numbers(list).map_ok(|number| number.phone_number.unwrap()).try_collect().await.unwrap();
    assert!(found == numbers.iter().rev().cloned().collect::<Vec<_>>(), "the newest first");
    assert_eq!(sandbox.requests().len(), 3);
    let list = ListVoiceSettings::new().page_size(250).page_number(3);
    assert_eq!(telnyx.voice_settings(list).try_collect::<Vec<_>>().await.unwrap().len(), 100);
}

/// Pages by their number, from 1; the last one is repeated forever.
async fn pages(pages: &[Value]) -> MockServer {
    let server = MockServer::start().await;
    for (nth, page) in pages.iter().enumerate() {
        let answer = ResponseTemplate::new(200).set_body_json(page);
        let of = Mock::given(query_param("page[number]", (nth + 1).to_string()));
        of.respond_with(answer).mount(&server).await;
    }
    let first = ResponseTemplate::new(200).set_body_json(&pages[0]);
    Mock::given(any()).respond_with(first).mount(&server).await;
    server
}

#[tokio::test]
async fn without_page_totals_the_first_empty_page_is_the_last() {
    let page = |id: &str| json!({"data": [documented(json!({"id": id}))]});
    let server = pages(&[page("1"), page("2"), json!({"data": []})]).await;
    let (numbers, error) = drained(client(server.uri()).numbers(ListNumbers::new())).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers.len(), 2);
    let empty = pages(&[json!({"data": [], "meta": {"page_number": 1, "total_pages": 9}})]).await;
    let (numbers, error) = drained(client(empty.uri()).numbers(ListNumbers::new())).await;
    assert_eq!((numbers.len(), error.is_none()), (0, true));
}

#[tokio::test]
async fn a_server_that_ignores_page_numbers_is_an_error() {
    let server = pages(&[json!({"data": [documented(json!({}))]})]).await;
    let (numbers, error) = drained(client(server.uri()).numbers(ListNumbers::new())).await;
    assert_eq!(numbers.len(), 1);
    assert!(matches!(page_fault(error), PageFault::Repeated));
}

#[tokio::test]
async fn errors_have_a_code_and_a_path() {
    let error = json!({"errors": [
        {"code": "10017", "title": "Associated resource does not exist", "detail": "No such connection.",
            "source": {"pointer": "/connection_id"}},
        {"code": "10015", "title": "Bad Request"},
    ]});
    let server = server(ResponseTemplate::new(422).set_body_json(error)).await;
    let error = client(server.uri()).get_number(ID).await.unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::NoSuchTarget));
    let report = error.report();
    assert!(report.contains("/connection_id: No such connection.") && report.contains("Bad Request"), "{report}");
}

#[tokio::test]
async fn the_sandbox_refuses_a_wrong_key_and_missing_objects() {
    let sandbox = Sandbox::start().await.unwrap();
    let base = sandbox.var("TELNYX_BASE_URL").unwrap();
    assert!(base.ends_with("/v2"));
    let wrong = Telnyx::builder("KEYwrong").base_url(&base).build().unwrap();
    let code = |error: Error| ErrorCode::of(&error).unwrap();
    assert_eq!(code(wrong.get_balance().await.unwrap_err()), ErrorCode::Unauthorized);
    let never = Telnyx::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never());
    let telnyx = never.build().unwrap();
    assert_eq!(code(telnyx.get_number("1").await.unwrap_err()), ErrorCode::NotFound);
    assert_eq!(code(telnyx.get_connection("1").await.unwrap_err()), ErrorCode::NotFound);
    for (status, wanted) in
        [(429, ErrorCode::TooManyRequests), (403, ErrorCode::Forbidden), (500, ErrorCode::Unexpected)]
    {
        sandbox.fault(numport::model::ProviderKind::TELNYX, Fault::Refuse { status, retry_after: None });
        let (_, error) = drained(telnyx.connections(ListConnections::new())).await;
        assert_eq!(code(error.unwrap()), wanted);
    }
    sandbox.telnyx().rotate_api_key("KEYnew");
    assert_eq!(code(telnyx.get_balance().await.unwrap_err()), ErrorCode::Unauthorized);
}

/// Telnyx has no `Retry-After` in its documents: every response says how long the limit lasts.
#[tokio::test]
async fn the_end_of_the_rate_limit_is_when_to_try_again() {
    let wait = async |status: u16, headers: &[(&str, &str)]| {
        let answer = ResponseTemplate::new(status).set_body_json(json!({"errors": []}));
        let answer = headers.iter().fold(answer, |answer, (name, value)| answer.insert_header(*name, *value));
        let server = server(answer).await;
        let telnyx = Telnyx::builder("KEY0123").base_url(format!("{}/v2", server.uri())).retry(RetryPolicy::never());
        telnyx.build().unwrap().get_balance().await.unwrap_err().retry_after()
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(wait(429, &[("x-ratelimit-reset", "7")]).await, seconds(7));
    assert_eq!(wait(429, &[("x-ratelimit-reset", "7"), ("retry-after", "3")]).await, seconds(3));
    assert_eq!(wait(429, &[("x-ratelimit-reset", "soon")]).await, None);
    assert_eq!(wait(429, &[("x-ratelimit-reset", "-1")]).await, None);
    // It stands in every response, and says nothing of a fault.
    assert_eq!(wait(500, &[("x-ratelimit-reset", "7")]).await, None);
}
