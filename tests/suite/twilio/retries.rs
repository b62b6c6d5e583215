//! Reads and updates are retried. An attachment is never resent after a response.

use std::time::Duration;

use numport::error::Delivery;
use numport::provider::twilio::{ErrorCode, ListNumbers, UpdateNumber};
use numport::{Result, RetryPolicy, Twilio};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, TRUNK, documented, page, patient, refusal};
use crate::support::at_once;

/// A policy whose own wait is longer than its deadline.
fn only_when_told() -> RetryPolicy {
    let day = Duration::from_secs(86_400);
    RetryPolicy::default().initial_backoff(day).max_backoff(day).deadline(Duration::from_secs(20))
}

/// The kinds of call.
#[derive(Clone, Copy, Debug)]
enum What {
    List,
    Get,
    Update,
    Attach,
    Detach,
}

impl What {
    const REPEATABLE: [Self; 4] = [Self::List, Self::Get, Self::Update, Self::Detach];
    const ALL: [Self; 5] = [Self::List, Self::Get, Self::Update, Self::Attach, Self::Detach];

    async fn call(self, client: &Twilio) -> Result<()> {
        let update = UpdateNumber::new().voice_url("https://example.com");
        match self {
            Self::List => client.list_numbers(&ListNumbers::new()).await.map(drop),
            Self::Get => client.get_number(NUMBER).await.map(drop),
            Self::Update => client.update_number(NUMBER, &update).await.map(drop),
            Self::Attach => client.attach_to_trunk(TRUNK, NUMBER).await.map(drop),
            Self::Detach => client.detach_from_trunk(TRUNK, NUMBER).await,
        }
    }

    fn answer(self) -> ResponseTemplate {
        let number = documented(json!({}));
        ResponseTemplate::new(200).set_body_json(if matches!(self, Self::List) {
            page(json!([]), Value::Null)
        } else {
            number
        })
    }
}

/// Makes a call that gets this response once, and then a good one. Returns the result and the sent bodies.
async fn after(first: &ResponseTemplate, what: What, policy: RetryPolicy) -> (Result<()>, Vec<Vec<u8>>) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(first.clone()).up_to_n_times(1).mount(&server).await;
    Mock::given(any()).respond_with(what.answer()).mount(&server).await;
    let result = what.call(&patient(server.uri(), policy)).await;
    let requests = server.received_requests().await.unwrap();
    (result, requests.into_iter().map(|request| request.body).collect())
}

#[tokio::test]
async fn reads_and_updates_are_retried_after_retry_after() {
    for what in What::REPEATABLE {
        let told = refusal(429, 20429).insert_header("Retry-After", "0");
        let (result, bodies) = after(&told, what, only_when_told()).await;
        result.unwrap_or_else(|error| panic!("{what:?}: {error}"));
        assert_eq!(bodies.len(), 2, "{what:?}");
        assert_eq!(bodies[0], bodies[1], "{what:?}");
    }
}

#[tokio::test]
async fn reads_and_updates_are_retried_without_retry_after() {
    for what in What::REPEATABLE {
        for code in [20429, 70005] {
            let (result, bodies) = after(&refusal(429, code), what, at_once()).await;
            result.unwrap_or_else(|error| panic!("{what:?}: {error}"));
            assert_eq!(bodies.len(), 2, "{what:?}");
        }
    }
}

#[tokio::test]
async fn a_retry_after_beyond_the_deadline_is_an_error() {
    let told = refusal(429, 20429).insert_header("Retry-After", "21");
    let (result, bodies) = after(&told, What::Detach, only_when_told()).await;
    let error = result.unwrap_err();
    assert_eq!((ErrorCode::of(&error), bodies.len()), (Some(ErrorCode::TooManyRequests), 1));
    assert!(error.surely_not_done());
    assert_eq!(error.call().unwrap().retry_after, Some(Duration::from_secs(21)));
}

#[tokio::test]
async fn an_attachment_is_not_retried_after_429() {
    for told in [refusal(429, 20429), refusal(429, 20429).insert_header("Retry-After", "0")] {
        let (result, bodies) = after(&told, What::Attach, at_once()).await;
        let error = result.unwrap_err();
        assert_eq!((error.call().unwrap().delivery, bodies.len()), (Delivery::Unknown, 1));
        assert!(!error.surely_not_done());
        assert!(error.call().unwrap().advice().starts_with("Look up whether the request was carried out"), "{error}");
    }
}

#[tokio::test]
async fn all_but_an_attachment_are_retried_after_a_server_error() {
    for status in [500, 503] {
        for what in What::ALL {
            let (result, bodies) = after(&refusal(status, 20500), what, at_once()).await;
            if matches!(what, What::Attach) {
                let error = result.unwrap_err();
                assert_eq!((error.call().unwrap().delivery, bodies.len()), (Delivery::Unknown, 1), "{status}");
            } else {
                result.unwrap_or_else(|error| panic!("{what:?}: {error}"));
                assert_eq!(bodies.len(), 2, "{what:?} {status}");
            }
        }
    }
}
