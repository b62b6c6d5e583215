//! One attempt: sends a request and reads its response. Transport errors are translated here, once.

use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use super::call::Prepared;
use super::retry_after::retry_after;
use crate::error::Loss;
use crate::model::Timestamp;

/// How much of an answer that is no success is read, in bytes.
const MAX_REFUSAL: usize = 64 * 1024;
/// Where services put their id of a request.
const REQUEST_ID: [&str; 5] = ["x-request-id", "request-id", "twilio-request-id", "x-signalwire-request-id", "cf-ray"];

#[derive(Debug)]
pub(crate) enum Transport {
    /// The user's own client.
    Given(reqwest::Client),
    /// A client made here.
    Own(Own),
    #[cfg(test)]
    Script(super::engine::tests::Script),
}

/// A client that can be replaced by one like it without its connections.
pub(crate) struct Own {
    client: RwLock<reqwest::Client>,
    make: Box<dyn Fn() -> reqwest::Result<reqwest::Client> + Send + Sync>,
    /// The time that it gives each request unless the request says otherwise.
    timeout: Duration,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(crate) enum Attempt {
    Answered { head: Head, body: Body },
    Lost { loss: Loss, head: Option<Head>, error: Option<Box<dyn std::error::Error + Send + Sync>> },
}

/// What is known of an answer, whatever became of its body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    headers: HeaderMap,
}

#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    TooLarge,
    /// The user's own client followed a redirect: whose answer this is, nobody knows.
    Redirected,
}

impl Attempt {
    pub(crate) const fn head_mut(&mut self) -> Option<&mut Head> {
        match self {
            Self::Answered { head, .. } | Self::Lost { head: Some(head), .. } => Some(head),
            Self::Lost { head: None, .. } => None,
        }
    }
}

impl Head {
    pub(crate) fn read(status: StatusCode, headers: HeaderMap, now: fn() -> Timestamp) -> Self {
        Self { status, retry_after: retry_after(&headers, now), headers }
    }

    /// Reads from this header how long to wait after a 429, if no `Retry-After` says it: whole seconds.
    pub(crate) fn wait_for_reset(&mut self, name: &str) {
        if self.status == StatusCode::TOO_MANY_REQUESTS && self.retry_after.is_none() {
            let seconds = self.headers.get(name).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            self.retry_after = seconds.map(Duration::from_secs);
        }
    }

    /// Whether the service asks for fewer requests.
    pub(crate) fn refuses_for_now(&self) -> bool {
        let unavailable = self.status == StatusCode::SERVICE_UNAVAILABLE && self.retry_after.is_some();
        unavailable || self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// The service's id of the request. Only errors tell it, so it is looked for when there is one.
    pub(crate) fn request_id(&self) -> Option<String> {
        let id = REQUEST_ID.iter().find_map(|&name| self.headers.get(name)?.to_str().ok());
        id.filter(|id| !id.is_empty()).map(|id| id.chars().take(200).collect())
    }
}

impl Transport {
    /// A client made by `make`, which gives each request this time.
    pub(crate) fn own(
        timeout: Duration,
        make: impl Fn() -> reqwest::Result<reqwest::Client> + Send + Sync + 'static,
    ) -> reqwest::Result<Self> {
        Ok(Self::Own(Own { client: RwLock::new(make()?), make: Box::new(make), timeout }))
    }

    /// Uses new connections from here on, as far as the client is made here.
    pub(crate) fn reconnect(&self) {
        if let Self::Own(Own { client, make, .. }) = self {
            // It was made once, with the same settings.
            if let Ok(new) = make() {
                *client.write().unwrap_or_else(PoisonError::into_inner) = new;
            }
        }
    }

    pub(crate) async fn attempt(
        &self,
        request: &Prepared,
        headers: HeaderMap,
        timeout: Duration,
        max_body: usize,
    ) -> Attempt {
        // A fuzz target is the network itself.
        #[cfg(fuzzing)]
        if true {
            return crate::fuzzing::attempt(request);
        }
        match self {
            Self::Given(client) => over_http(client, request, headers, Some(timeout), max_body).await,
            Self::Own(own) => {
                let client = own.client.read().unwrap_or_else(PoisonError::into_inner).clone();
                // A request's own timeout costs allocations; the client's costs none.
                let timeout = Some(timeout).filter(|timeout| own.timeout != *timeout);
                over_http(&client, request, headers, timeout, max_body).await
            }
            #[cfg(test)]
            Self::Script(script) => script.attempt(request, timeout).await,
        }
    }
}

async fn over_http(
    client: &reqwest::Client,
    prepared: &Prepared,
    headers: HeaderMap,
    timeout: Option<Duration>,
    max_body: usize,
) -> Attempt {
    let mut request = reqwest::Request::new(prepared.method.clone(), prepared.url.clone());
    *request.headers_mut() = headers;
    if timeout.is_some() {
        *request.timeout_mut() = timeout;
    }
    if !prepared.body.is_empty() {
        *request.body_mut() = Some(prepared.body.clone().into());
    }
    let mut response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) => return lost(error, None),
    };
    let head = Head::read(response.status(), std::mem::take(response.headers_mut()), Timestamp::now);
    if response.url() != &prepared.url {
        return Attempt::Answered { head, body: Body::Redirected };
    }
    match read(&mut response, head.status.is_success(), max_body).await {
        Ok(body) => Attempt::Answered { head, body },
        Err(error) => lost(error, Some(head)),
    }
}

/// Reads a body within bounds. What is no success is read as far as it comes: its status counts.
async fn read(response: &mut reqwest::Response, success: bool, max_body: usize) -> reqwest::Result<Body> {
    let limit = if success { max_body } else { MAX_REFUSAL };
    if success
        && response
            .content_length()
            .is_some_and(|announced| usize::try_from(announced).map_or(true, |announced| announced > limit))
    {
        return Ok(Body::TooLarge);
    }
    let mut body = Pieces::default();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= limit => body.push(chunk),
            Ok(Some(_)) if success => return Ok(Body::TooLarge),
            Ok(Some(chunk)) => {
                body.push(chunk.slice(..limit - body.len()));
                break;
            }
            Ok(None) => break,
            Err(error) if success => return Err(error),
            Err(_) => break,
        }
    }
    Ok(Body::Whole(body.whole()))
}

/// A body as it comes. Most come in one piece, which is not copied. Its room grows with what came, whatever length was
/// announced.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    joined: BytesMut,
}

impl Pieces {
    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn push(&mut self, piece: Bytes) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&piece);
    }

    fn whole(self) -> Bytes {
        if self.joined.is_empty() { self.first } else { self.joined.freeze() }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(pieces: &[&'static str]) -> Bytes {
        let mut body = Pieces::default();
        for (at, piece) in pieces.iter().enumerate() {
            assert_eq!(body.len(), pieces[..at].concat().len());
            body.push(Bytes::from_static(piece.as_bytes()));
        }
        body.whole()
    }

    #[test]
    fn a_body_is_its_pieces_in_order() {
        for pieces in [&[][..], &[""], &["ab"], &["", "ab"], &["ab", ""], &["ab", "c", "de"]] {
            assert_eq!(whole(pieces), pieces.concat(), "{pieces:?}");
        }
    }

    #[test]
    fn a_service_asks_for_fewer_requests_by_429_or_by_503_with_a_time() {
        for (status, waits, refuses) in
            [(429, false, true), (429, true, true), (503, true, true), (503, false, false), (500, true, false)]
        {
            let mut headers = HeaderMap::new();
            if waits {
                headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("7"));
            }
            let head = Head::read(StatusCode::from_u16(status).unwrap(), headers, Timestamp::now);
            assert_eq!(head.refuses_for_now(), refuses, "{status} {waits}");
        }
    }

    #[test]
    fn a_body_of_one_piece_is_not_copied() {
        let piece = "a piece";
        assert_eq!(whole(&[piece]).as_ptr(), piece.as_ptr());
    }
}
