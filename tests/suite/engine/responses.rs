//! Unexpected responses: errors always keep the status and the request id.

use std::time::Duration;

use numport::error::{CallError, CallFault, Delivery, Loss, Refusal, StatusCode};
use numport::platform::interactly::{ImportNumber, PurchaseNumber};
use numport::platform::vapi::{CreateTwilioNumber, CreateVapiNumber, SettingsPatch};
use numport::provider::twilio::ListNumbers;
use numport::{AccountKey, ClientBuilder, E164, Error, Interactly, RetryPolicy, Twilio, Vapi};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::ResponseTemplate;

use crate::support::hostile::{Answer, Hostile};
use crate::support::{KEY, at_once, server};

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

/// A client with its base URL.
pub(crate) fn vapi(uri: &str) -> Vapi {
    Vapi::builder(KEY).base_url(uri).retry(at_once()).build().unwrap()
}

fn interactly(uri: &str) -> Interactly {
    Interactly::builder(KEY).base_url(uri).retry(at_once()).build().unwrap()
}

fn twilio(uri: &str) -> Twilio {
    let credentials = AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token");
    Twilio::builder(credentials).base_url(uri).retry(at_once()).build().unwrap()
}

/// One call of each client: two reads, two creates.
async fn failures(uri: &str) -> Vec<CallError> {
    let errors = [
        interactly(uri).list_numbers(None).await.map(drop).unwrap_err(),
        twilio(uri).list_numbers(&ListNumbers::new()).await.map(drop).unwrap_err(),
        interactly(uri).import_number(&ImportNumber::new(number())).await.map(drop).unwrap_err(),
        vapi(uri).create_number(CreateVapiNumber::new()).await.map(drop).unwrap_err(),
    ];
    errors.into_iter().map(call).collect()
}

/// The kind of loss for each of those calls, given the kind for a create.
fn deliveries(of_creates: Delivery) -> [Delivery; 4] {
    [Delivery::Read, Delivery::Read, of_creates, of_creates]
}

fn call(error: Error) -> CallError {
    match error {
        Error::Call(call) => *call,
        other => panic!("{other:?}"),
    }
}

async fn answered(status: u16, body: &str) -> Vec<CallError> {
    let answer = ResponseTemplate::new(status).set_body_string(body).insert_header("x-request-id", "r-7");
    let server = server(answer).await;
    let failures = failures(&server.uri()).await;
    for failure in &failures {
        assert_eq!(failure.status.map(|status| status.as_u16()), Some(status), "{failure:?}");
        assert_eq!(failure.request_id.as_deref(), Some("r-7"), "{failure:?}");
    }
    failures
}

#[tokio::test]
async fn a_create_is_not_retried_after_an_unreadable_success() {
    for body in ["", "<html>welcome</html>", "{\"_id\":", "7", "\"text\"", "{\"id\":7,\"_id\":7}", "[[]]", "\u{feff}[]"]
    {
        for (failure, delivery) in answered(200, body).await.into_iter().zip(deliveries(Delivery::Accepted)) {
            assert!(matches!(failure.fault, CallFault::Decode(_)), "{body}: {failure:?}");
            assert_eq!(failure.delivery, delivery, "{body}");
            // A gateway sends pages of HTML, so a read is retried.
            let is_retried = body.starts_with('<') && delivery == Delivery::Read;
            assert_eq!(failure.attempts > 1, is_retried, "{body}");
        }
    }
}

#[tokio::test]
async fn an_error_response_keeps_its_body() {
    for body in ["", "<html><h1>Bad gateway</h1></html>", "{\"message\":", "[]", "null", "{\"message\":{\"deep\":7}}"] {
        for failure in answered(400, body).await {
            let CallFault::Refusal(refusal) = &failure.fault else { panic!("{failure:?}") };
            assert_eq!(refusal.body, body);
            assert_eq!(refusal.messages, Vec::<String>::new());
            assert_eq!(failure.delivery, Delivery::Refused);
        }
    }
}

#[tokio::test]
async fn ten_megabytes_end_in_a_bounded_error() {
    let long = format!("{{\"message\":\"{}\"}}", "x".repeat(10 << 20));
    for (failure, delivery) in answered(200, &long).await.into_iter().zip(deliveries(Delivery::Accepted)) {
        assert!(matches!(failure.fault, CallFault::TooLarge { limit: 8_388_608 }), "{:?}", failure.fault);
        assert_eq!(failure.delivery, delivery);
    }
    for failure in answered(404, &long).await {
        let CallFault::Refusal(refusal) = &failure.fault else { panic!("{failure:?}") };
        assert_eq!(refusal.body.len(), Refusal::MAX_BODY);
    }
}

#[tokio::test]
async fn a_response_has_a_maximum_length() {
    let announced = server(ResponseTemplate::new(200).set_body_string(format!("[{}]", " ".repeat(8)))).await;
    let pieces = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n[     \r\n4\r\n   ]\r\n0\r\n\r\n";
    let unannounced = Hostile::always(Answer::Bytes(pieces.to_vec())).await;
    for uri in [announced.uri(), unannounced.uri.clone()] {
        let client =
            |most| Interactly::builder(KEY).base_url(&uri).retry(at_once()).max_response_bytes(most).build().unwrap();
        assert_eq!(client(10).list_numbers(None).await.unwrap(), []);
        let failure = call(client(9).list_numbers(None).await.unwrap_err());
        assert!(matches!(failure.fault, CallFault::TooLarge { limit: 9 }), "{failure:?}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let there = server(ResponseTemplate::new(200).set_body_string("[]")).await;
    let here = server(ResponseTemplate::new(302).insert_header("location", there.uri())).await;
    for failure in failures(&here.uri()).await {
        assert_eq!(failure.status, Some(StatusCode::FOUND));
    }
    assert!(there.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_response_after_a_redirect_of_a_given_client_is_refused() {
    let there = server(ResponseTemplate::new(200).set_body_string("[]")).await;
    let here = server(ResponseTemplate::new(307).insert_header("location", there.uri())).await;
    let client = Interactly::builder(KEY).base_url(here.uri()).http_client(reqwest::Client::new()).build().unwrap();
    let failure = call(client.list_numbers(None).await.unwrap_err());
    assert!(matches!(failure.fault, CallFault::Redirected), "{failure:?}");
}

/// A part of a response's head.
fn cut_in_head() -> Answer {
    Answer::Broken(b"HTTP/1.1 201 Cre".to_vec())
}

/// A response with this status whose body ends early.
fn cut_in_body(status: &str) -> Answer {
    let part = format!("HTTP/1.1 {status}\r\nx-request-id: r-7\r\ncontent-length: 100\r\n\r\n{{\"id\":");
    Answer::Broken(part.into_bytes())
}

#[tokio::test]
async fn a_redirected_call_is_not_retried() {
    for status in [200, 404, 429, 503] {
        let there = server(ResponseTemplate::new(status).set_body_string("[]")).await;
        let here = server(ResponseTemplate::new(308).insert_header("location", there.uri())).await;
        let uri = here.uri();
        let client = Interactly::builder(KEY).base_url(&uri).retry(at_once()).http_client(reqwest::Client::new());
        let client = client.build().unwrap();
        let read = call(client.list_numbers(None).await.unwrap_err());
        let created = call(client.import_number(&ImportNumber::new(number())).await.unwrap_err());
        for (failure, delivery) in [(read, Delivery::Read), (created, Delivery::Unknown)] {
            assert!(matches!(failure.fault, CallFault::Redirected), "{failure:?}");
            assert_eq!((failure.delivery, failure.attempts), (delivery, 1), "{status}");
        }
        assert_eq!(there.received_requests().await.unwrap().len(), 2, "{status}");
    }
}

/// Serves one request. Writes a head and then spaces, up to this number or until the client stops reading. The task's
/// result is the number of written spaces.
async fn endless(head: &'static str, most: usize) -> (String, tokio::task::JoinHandle<usize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let _ = connection.read(&mut [0; 8192]).await.unwrap();
        connection.write_all(head.as_bytes()).await.unwrap();
        let (blanks, mut written) = (vec![b' '; 65_536], 0);
        while written < most && connection.write_all(&blanks).await.is_ok() {
            written += blanks.len();
        }
        written
    });
    (uri, task)
}

#[tokio::test]
async fn an_endless_error_response_is_read_in_part() {
    let most = 256 * 1024 * 1024;
    let (uri, written) = endless("HTTP/1.1 400 Bad Request\r\nx-request-id: r-7\r\n\r\n", most).await;
    let failure = call(vapi(&uri).get_number("n1").await.unwrap_err());
    assert_eq!((failure.status, failure.request_id.as_deref()), (Some(StatusCode::BAD_REQUEST), Some("r-7")));
    // The system's buffers accept data that nobody reads.
    let written = written.await.unwrap();
    assert!(written < most / 4, "{written}");
}

#[tokio::test]
async fn a_content_length_reserves_no_memory() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775000\r\n\r\n";
    let (uri, written) = endless(head, 1024 * 1024).await;
    let client = Vapi::builder(KEY).base_url(uri).retry(RetryPolicy::never()).max_response_bytes(usize::MAX);
    let failure = call(client.build().unwrap().get_number("n1").await.unwrap_err());
    let CallFault::Transport(fault) = &failure.fault else { panic!("{failure:?}") };
    assert_eq!((fault.loss, written.await.unwrap()), (Loss::CutOff, 1024 * 1024));
}

#[tokio::test]
async fn a_create_is_never_resent_after_a_lost_response() {
    for (how, answer, loss, status) in [
        ("before the answer", Answer::closed(), Loss::Reset, None),
        ("in the head", cut_in_head(), Loss::Reset, None),
        ("in the body", cut_in_body("201 Created"), Loss::CutOff, Some(StatusCode::CREATED)),
        ("no answer", Answer::Silence, Loss::TimedOut, None),
    ] {
        let raw = Hostile::always(answer).await;
        let client = |uri: &str| {
            let patient = Duration::from_secs(if loss == Loss::TimedOut { 1 } else { 60 });
            Vapi::builder(KEY).base_url(uri).retry(at_once()).timeout(patient).build().unwrap()
        };
        let create = CreateTwilioNumber::new(number(), "AC1").twilio_auth_token("token");
        let failure = call(client(&raw.uri).create_number(create).await.unwrap_err());
        let CallFault::Transport(fault) = &failure.fault else { panic!("{failure:?}") };
        assert_eq!((fault.loss, failure.status), (loss, status), "{how}");
        assert_eq!((failure.delivery, failure.attempts), (Delivery::Unknown, 1), "{how}");
        assert_eq!(raw.requests().len(), 1, "{how}");

        let purchase = PurchaseNumber::new(number());
        let uri = raw.uri.clone();
        let client = Interactly::builder(KEY).base_url(uri).timeout(Duration::from_secs(1)).build().unwrap();
        assert_eq!(call(client.purchase_number(&purchase).await.unwrap_err()).delivery, Delivery::Unknown);
        assert_eq!(raw.requests().len(), 2, "{how}");
    }
}

#[tokio::test]
async fn the_earlier_of_timeout_and_deadline_ends_an_attempt() {
    let (soon, late) = (Duration::from_millis(200), Duration::from_secs(60));
    for (timeout, deadline) in [(soon, late), (late, soon)] {
        // Both also apply to a client that the user gives, which has a timeout of its own.
        for own in [None, Some(reqwest::Client::builder().timeout(late).build().unwrap())] {
            let raw = Hostile::always(Answer::Silence).await;
            let retry = RetryPolicy::never().deadline(deadline);
            let builder = Vapi::builder(KEY).base_url(raw.uri.clone()).timeout(timeout).retry(retry);
            let client = own.into_iter().fold(builder, ClientBuilder::http_client).build().unwrap();
            let answer = tokio::time::timeout(late / 2, client.create_number(CreateVapiNumber::new())).await;
            let failure = call(answer.expect("it ends").unwrap_err());
            let CallFault::Transport(fault) = &failure.fault else { panic!("{failure:?}") };
            assert_eq!(fault.loss, Loss::TimedOut);
        }
    }
}

#[tokio::test]
async fn reads_and_updates_are_retried() {
    for answer in [Answer::closed(), cut_in_head(), cut_in_body("201 Created")] {
        let how = format!("{answer:?}");
        let raw = Hostile::always(answer).await;
        let failure = call(vapi(&raw.uri).get_number("n1").await.unwrap_err());
        assert_eq!((failure.attempts, raw.requests().len()), (4, 4), "{how}");
        let update = SettingsPatch::new().name("x".to_owned());
        let failure = call(vapi(&raw.uri).update_number("n1", update).await.unwrap_err());
        assert_eq!((failure.attempts, raw.requests().len()), (4, 8), "{how}");
    }
}

#[tokio::test]
async fn a_truncated_error_response_keeps_its_status() {
    let raw = Hostile::always(cut_in_body("400 Bad Request")).await;
    let failure = call(vapi(&raw.uri).create_number(CreateVapiNumber::new()).await.unwrap_err());
    assert_eq!((failure.delivery, failure.status), (Delivery::Refused, Some(StatusCode::BAD_REQUEST)));
    assert_eq!(failure.request_id.as_deref(), Some("r-7"));
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent_and_all_attempts_are_used() {
    // A port that was free a moment ago, on which nobody listens.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for failure in failures(&uri).await {
        assert_eq!((failure.delivery, failure.attempts), (Delivery::NotSent, 4));
        assert!(failure.to_string().ends_with("was not sent, after 4 attempts"), "{failure}");
    }
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_the_status() {
    for status in (300..=308).chain(400..=451).chain(500..=511) {
        let server = server(ResponseTemplate::new(status)).await;
        let failure = call(vapi(&server.uri()).create_number(CreateVapiNumber::new()).await.unwrap_err());
        let open = matches!(status, 408 | 409 | 429) || !(400..500).contains(&status);
        let expected = if open { Delivery::Unknown } else { Delivery::Refused };
        assert_eq!(failure.delivery, expected, "{status}");
        assert_eq!(server.received_requests().await.unwrap().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn one_attempt_means_no_retry() {
    let server = server(ResponseTemplate::new(503)).await;
    let client = Vapi::builder(KEY).base_url(server.uri()).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(call(client.get_number("n1").await.unwrap_err()).attempts, 1);
}
