//! Responses that are missing, late or truncated, and what was carried out all the same.

use std::time::Duration;

use numport::sandbox::{Fault, Sandbox};
use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, advance};

use super::plain_requests::{
    BUTTER, HOUR, INTERACTLY, SIGNALWIRE, VAPI, all, as_text, base, json_of, only, refuse, request, success, until,
    write, written, written_by_hand,
};

#[tokio::test]
async fn a_dropped_connection_gives_no_response_and_keeps_the_commit() {
    for (fault, done) in [(Fault::DropBeforeCommit, false), (Fault::CommitThenDrop, true)] {
        for service in all() {
            let sandbox = Sandbox::start().await.unwrap();
            sandbox.fault(service, fault.clone());
            let error = write(&sandbox, service).send().await.unwrap_err();
            assert!(error.is_request() && !error.is_connect(), "{service}: {error:?}");
            assert_eq!(written(&sandbox, service), usize::from(done), "{service} {fault:?}");
            assert_eq!(only(&sandbox), (None, done.then_some(success(&sandbox, service)), Some(fault.clone())));
        }
    }
}

#[tokio::test]
async fn a_closed_connection_is_closed_without_a_byte() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault(VAPI, Fault::CommitThenDrop);
    let mut answer = Vec::new();
    let mut socket = written_by_hand(&sandbox, write(&sandbox, VAPI)).await;
    assert_eq!(socket.read_to_end(&mut answer).await.unwrap(), 0);
}

#[tokio::test]
async fn a_failure_after_the_commit_looks_like_one_before_it() {
    for service in all() {
        for status in [500, 502, 503, 504, 408] {
            let sandbox = Sandbox::start().await.unwrap();
            sandbox.fault(service, refuse(status, None));
            let refused = json_of(write(&sandbox, service)).await;
            assert_eq!((refused.0, written(&sandbox, service)), (status, 0));
            sandbox.fault(service, Fault::CommitThenRefuse { status });
            assert_eq!(json_of(write(&sandbox, service)).await, refused, "{service}");
            assert_eq!(written(&sandbox, service), 1, "{service} {status}");
            let entry = &sandbox.requests()[1];
            assert_eq!((entry.status, entry.own_status), (Some(status), Some(success(&sandbox, service))));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_commit_happens_after_the_client_has_disconnected() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault(VAPI, Fault::DelayBeforeCommit(HOUR));
    let socket = written_by_hand(&sandbox, write(&sandbox, VAPI)).await;
    until(|| sandbox.waiting() == 1).await;
    drop(socket);
    // This request does not wait for the other one.
    sandbox.fault(VAPI, refuse(500, None));
    let mut other = written_by_hand(&sandbox, write(&sandbox, VAPI)).await;
    until(|| sandbox.requests().len() == 1).await;
    assert!(other.read(&mut [0; 12]).await.unwrap() > 0);
    assert_eq!((written(&sandbox, VAPI), sandbox.waiting()), (0, 1));

    advance(HOUR).await;
    until(|| sandbox.waiting() == 0).await;
    assert_eq!(written(&sandbox, VAPI), 1);
    let entry = &sandbox.requests()[1];
    assert_eq!((entry.status, entry.own_status), (Some(201), Some(201)));
    assert_eq!(entry.fault, Some(Fault::DelayBeforeCommit(HOUR)));
}

#[tokio::test(start_paused = true)]
async fn a_late_response_is_that_of_an_immediate_commit() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault(VAPI, Fault::CommitThenDelay(HOUR));
    let mut socket = written_by_hand(&sandbox, write(&sandbox, VAPI)).await;
    until(|| written(&sandbox, VAPI) == 1).await;
    assert_eq!((sandbox.waiting(), sandbox.requests().len()), (0, 1));
    assert!(socket.try_read(&mut [0; 1]).is_err(), "nothing is there yet");
    let start = Instant::now();
    let mut head = [0; 12];
    socket.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 201");
    assert!(start.elapsed() >= HOUR, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_truncated_body_has_the_full_content_length() {
    for service in all() {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.fault(service, Fault::TruncatedBody);
        let mut answer = String::new();
        let mut socket = written_by_hand(&sandbox, write(&sandbox, service)).await;
        socket.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {}", success(&sandbox, service))), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2, "{service}");
        assert!(body.starts_with('{') && serde_json::from_str::<Value>(body).is_err());
        assert_eq!(written(&sandbox, service), 1);
        assert_eq!(
            only(&sandbox),
            (Some(success(&sandbox, service)), Some(success(&sandbox, service)), Some(Fault::TruncatedBody))
        );

        sandbox.fault(service, Fault::TruncatedBody);
        let error = write(&sandbox, service).send().await.unwrap().text().await.unwrap_err();
        assert!(error.is_decode() || error.is_body(), "{error:?}");
    }
}

#[tokio::test]
async fn a_response_without_a_body_is_not_truncated() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, made) = json_of(write(&sandbox, SIGNALWIRE)).await;
    let target = format!("/api/relay/rest/phone_numbers/{}", made["id"].as_str().unwrap());
    sandbox.fault(SIGNALWIRE, Fault::TruncatedBody);
    let removed = request(&sandbox, SIGNALWIRE, Method::DELETE, &target).send().await.unwrap();
    assert_eq!((removed.status().as_u16(), removed.text().await.unwrap().as_str()), (204, ""));
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_arrives_in_pieces_and_complete() {
    let sandbox = Sandbox::start().await.unwrap();
    for (pieces, waits) in [(1, 0), (3, 2), (usize::MAX, 1_000_000)] {
        let list = || request(&sandbox, BUTTER, Method::GET, "/api/phone-numbers");
        let mut socket = written_by_hand(&sandbox, list()).await;
        let mut plain = vec![0; 4096];
        let length = socket.read(&mut plain).await.unwrap();
        plain.truncate(length);

        sandbox.fault(BUTTER, Fault::SlowBody { pieces, pause: HOUR });
        let start = Instant::now();
        let mut socket = written_by_hand(&sandbox, list()).await;
        let mut slow = vec![0; length];
        socket.read_exact(&mut slow).await.unwrap();
        let body = |answer: &[u8]| String::from_utf8_lossy(answer).split_once("\r\n\r\n").unwrap().1.to_owned();
        assert_eq!(body(&slow), body(&plain));
        let waits = waits.min(body(&plain).len() - 1);
        let hours = start.elapsed().as_secs() / HOUR.as_secs();
        assert_eq!(hours, u64::try_from(waits).unwrap(), "{pieces} pieces");
    }
}

#[tokio::test]
async fn a_gateways_page_is_the_same_with_and_without_a_commit() {
    for service in all() {
        for (status, commit) in [(502, true), (502, false), (200, true), (200, false), (204, true)] {
            let sandbox = Sandbox::start().await.unwrap();
            let fault = Fault::HtmlBody { status, commit };
            sandbox.fault(service, fault.clone());
            let response = write(&sandbox, service).send().await.unwrap();
            assert_eq!(
                (response.status().as_u16(), &response.headers()["content-type"]),
                (status, &"text/html".parse().unwrap())
            );
            let page = response.text().await.unwrap();
            assert!(status == 204 || page.starts_with(&format!("<html>\n<head><title>{status} ")), "{page}");
            assert_eq!(written(&sandbox, service), usize::from(commit), "{service} {fault:?}");
            assert_eq!(only(&sandbox), (Some(status), commit.then_some(success(&sandbox, service)), Some(fault)));
        }
    }
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_ends_with_the_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    let text = as_text(&request(&sandbox, INTERACTLY, Method::GET, "/assistants/v1/numbers").build().unwrap());
    let address = base(&sandbox, INTERACTLY).replace("http://", "");
    let mut socket = TcpStream::connect(&address).await.unwrap();
    for _ in 0..3 {
        socket.write_all(&text).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = socket.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!(sandbox.requests().len(), 3);
    drop(sandbox);
    assert!(matches!(socket.read(&mut [0; 1]).await, Ok(0) | Err(_)), "the connection is closed");
    assert!(TcpStream::connect(&address).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn a_body_of_more_than_two_megabytes_is_refused_unread() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = |bytes: usize| request(&sandbox, VAPI, Method::POST, "/phone-number").body(vec![b' '; bytes]);
    let limit = 2 * 1024 * 1024;
    assert_eq!(json_of(body(limit)).await.0, 400, "it is read, and is no JSON");
    // The response may arrive while the body is still being sent, so this is written by hand.
    let mut socket = written_by_hand(&sandbox, body(limit + 1)).await;
    let mut head = [0; 12];
    tokio::time::timeout(Duration::from_secs(30), socket.read_exact(&mut head)).await.unwrap().unwrap();
    assert_eq!(&head, b"HTTP/1.1 413");
    assert_eq!(sandbox.requests()[1].status, Some(413));
}
