//! One attempt: a request out, an answer or a loss back. Transport errors are translated here, once.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::call::Prepared;
use super::retry_after::retry_after;
use crate::error::Loss;

/// How much of an answer that is no success is read, in bytes.
const MAX_REFUSAL: usize = 64 * 1024;
/// Where services put their id of a request.
const REQUEST_ID: [&str; 5] = ["x-request-id", "request-id", "twilio-request-id", "x-signalwire-request-id", "cf-ray"];

#[derive(Debug)]
pub(crate) enum Transport {
    Http(reqwest::Client),
    #[cfg(test)]
    Script(super::engine::tests::Script),
}

#[derive(Debug)]
pub(crate) enum Attempt {
    Answered { head: Head, body: Body },
    Lost { loss: Loss, head: Option<Head>, error: Option<Box<dyn std::error::Error + Send + Sync>> },
}

/// What is known of an answer, whatever became of its body.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    TooLarge,
    /// The user's own client followed a redirect: whose answer this is, nobody knows.
    Redirected,
}

impl Head {
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Self {
        let id = REQUEST_ID.iter().find_map(|&name| headers.get(name)?.to_str().ok());
        Self {
            status,
            request_id: id.filter(|id| !id.is_empty()).map(|id| id.chars().take(200).collect()),
            retry_after: retry_after(headers, now),
        }
    }
}

impl Transport {
    pub(crate) async fn attempt(
        &self,
        request: &Prepared,
        headers: &HeaderMap,
        timeout: Duration,
        max_body: usize,
    ) -> Attempt {
        match self {
            Self::Http(client) => over_http(client, request, headers, timeout, max_body).await,
            #[cfg(test)]
            Self::Script(script) => script.attempt(request, timeout).await,
        }
    }
}

async fn over_http(
    client: &reqwest::Client,
    prepared: &Prepared,
    headers: &HeaderMap,
    timeout: Duration,
    max_body: usize,
) -> Attempt {
    let mut request = reqwest::Request::new(prepared.method.clone(), prepared.url.clone());
    *request.headers_mut() = headers.clone();
    *request.timeout_mut() = Some(timeout);
    if !prepared.body.is_empty() {
        let content_type = http::HeaderValue::from_static(prepared.content_type);
        request.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
        *request.body_mut() = Some(prepared.body.clone().into());
    }
    let response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) => return lost(error, None),
    };
    let head = Head::read(response.status(), response.headers(), Timestamp::now());
    if response.url() != &prepared.url {
        return Attempt::Answered { head, body: Body::Redirected };
    }
    read(response, head, max_body).await
}

/// Reads a body within bounds. What is no success is read as far as it comes: its status counts.
async fn read(mut response: reqwest::Response, head: Head, max_body: usize) -> Attempt {
    let success = head.status.is_success();
    let limit = if success { max_body } else { MAX_REFUSAL };
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if success && announced > limit {
        return Attempt::Answered { head, body: Body::TooLarge };
    }
    let mut body = BytesMut::with_capacity(announced.min(limit));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= limit => body.extend_from_slice(&chunk),
            Ok(Some(_)) if success => return Attempt::Answered { head, body: Body::TooLarge },
            Ok(Some(chunk)) => {
                body.extend_from_slice(&chunk[..limit - body.len()]);
                break;
            }
            Ok(None) => break,
            Err(error) if success => return lost(error, Some(head)),
            Err(_) => break,
        }
    }
    Attempt::Answered { head, body: Body::Whole(body.freeze()) }
}

fn lost(error: reqwest::Error, head: Option<Head>) -> Attempt {
    let loss = if head.is_some() {
        Loss::CutOff
    } else if error.is_connect() || error.is_builder() {
        // Also when connecting took too long: nothing was sent.
        Loss::NotConnected
    } else if error.is_timeout() {
        Loss::TimedOut
    } else {
        Loss::Reset
    };
    Attempt::Lost { loss, head, error: Some(error.without_url().into()) }
}
