//! One engine for every call: build, send, classify, retry, read.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span};

use super::call::{Call, Prepared};
use super::classify::{Ending, Verdict, classify};
use super::headers::{Content, Headers};
use super::rate::RateLimit;
use super::redact::{redact, secrets_of};
use super::retry::{Budget, RetryPolicy};
use super::transport::{Attempt, Body, Head, Transport};
use super::url::BaseUrl;
use crate::error::{
    CallError, CallFault, DecodeFault, Delivery, Error, Loss, PageFault, Refusal, Result, Safety, TransportFault,
};
use crate::model::{Secret, Service};

/// How much of one message of a service is kept, in characters.
const MAX_MESSAGE: usize = 500;

/// A service's own words in an error body.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) code: Option<String>,
    pub(crate) messages: Vec<String>,
}

/// The answer to a call that succeeded.
pub(super) struct Answered {
    head: Head,
    attempts: u32,
    pub(super) body: Bytes,
}

/// What an error tells of the call that it comes from.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) operation: &'static str,
    safety: Safety,
}

/// Everything that the calls of one client share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Engine {
    pub(super) shared: Arc<Inner>,
    pub(super) base: Arc<BaseUrl>,
    account: u64,
}

pub(super) struct Inner {
    pub(super) service: Service,
    pub(super) transport: Transport,
    /// Sent with every request; those that hold secrets are marked sensitive.
    pub(super) headers: Headers,
    /// What must not stand in anything that is kept.
    pub(super) secrets: Vec<Secret>,
    pub(super) words: fn(&Value) -> Words,
    /// Whether the body of a success says that it is none.
    pub(super) rejects: fn(&[u8]) -> bool,
    pub(super) timeout: Duration,
    pub(super) max_body: usize,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
    pub(super) limit: Option<RateLimit>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("service", &self.shared.service)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// The same engine for a sister host, such as `trunking.` beside `api.`; an address that is no host of
    /// that name, such as a proxy or the sandbox, serves both.
    pub(crate) fn sister(&self, own: &str, other: &str) -> Self {
        Self::new(self.base.sister(own, other), self.shared.clone())
    }

    /// Tells the account behind it from others, within this process: of the address and the headers.
    pub(crate) fn account(&self) -> u64 {
        self.account
    }

    pub(super) fn new(base: BaseUrl, shared: Arc<Inner>) -> Self {
        Self { account: account(&base, shared.headers.of(Content::None)), base: Arc::new(base), shared }
    }

    /// Sends a call and reads its answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        let (asked, prepared) = self.prepare(call)?;
        let answered = self.exchange(asked, &prepared).await?;
        self.read(asked, &prepared, &answered)
    }

    /// Sends a call whose answer says nothing but that it was done.
    pub(crate) async fn send_for_nothing(&self, call: Call) -> Result<()> {
        let (asked, prepared) = self.prepare(call)?;
        self.exchange(asked, &prepared).await.map(drop)
    }

    pub(super) fn prepare(&self, call: Call) -> Result<(Asked, Prepared)> {
        let asked = Asked { operation: call.operation, safety: call.safety };
        Ok((asked, call.prepare(self.shared.service, &self.base)?))
    }

    pub(super) async fn exchange(&self, asked: Asked, prepared: &Prepared) -> Result<Answered> {
        let span = tracing::info_span!(
            "numport",
            platform = self.shared.service.as_str(),
            operation = asked.operation,
            status = tracing::field::Empty,
            attempt = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        self.run(asked, prepared, &span).instrument(span.clone()).await
    }

    pub(super) fn read<T: DeserializeOwned>(
        &self,
        asked: Asked,
        prepared: &Prepared,
        answered: &Answered,
    ) -> Result<T> {
        decode(&answered.body).map_err(|fault| {
            let fault = CallFault::Decode(self.clean(fault, &prepared.body));
            self.failed(asked, answered.attempts, Delivery::Accepted, Some(&answered.head), fault)
        })
    }

    /// A link that an answer gave, if it may be followed.
    pub(crate) fn follow(&self, operation: &'static str, link: &str) -> Result<Call> {
        let url = self.base.follow(link).map_err(|fault| self.bad_page(operation, fault))?;
        Ok(Call::follow(operation, url))
    }

    /// The error of a list that does not lead on safely.
    pub(crate) fn bad_page(&self, operation: &'static str, fault: PageFault) -> Error {
        self.failed(Asked { operation, safety: Safety::Read }, 1, Delivery::Accepted, None, CallFault::Page(fault))
    }

    /// The error of an answer that lacks what must follow from it.
    pub(crate) fn missing(&self, operation: &'static str, field: &'static str) -> Error {
        let error = serde::de::Error::missing_field(field);
        let fault = CallFault::Decode(DecodeFault { path: field.to_owned(), error });
        self.failed(Asked { operation, safety: Safety::Create }, 1, Delivery::Accepted, None, fault)
    }

    async fn run(&self, asked: Asked, request: &Prepared, span: &Span) -> Result<Answered> {
        let Inner { transport, headers, retry, budget, limit, max_body, .. } = &*self.shared;
        let start = Instant::now();
        let (mut now, deadline) = (start, start + retry.deadline);
        let mut attempts = 0;
        // Whether an attempt before the last may have been carried out.
        let mut open = false;
        loop {
            let held_back = match limit {
                Some(limit) => {
                    let late = timeout_at(deadline, limit.wait()).await.is_err();
                    now = Instant::now();
                    late
                }
                None => false,
            };
            let attempt = if held_back {
                Attempt::Lost { loss: Loss::HeldBack, head: None, error: None }
            } else {
                attempts += 1;
                let left = deadline.saturating_duration_since(now);
                let headers = headers.of(request.content);
                transport.attempt(request, headers, self.shared.timeout.min(left), *max_body).await
            };
            let (ending, head) = match &attempt {
                Attempt::Answered { head, .. } => (Ending::Answered(head.status), Some(head)),
                Attempt::Lost { loss, head, .. } => (Ending::Lost(*loss), head.as_ref()),
            };
            if !span.is_disabled() {
                span.record("attempt", attempts);
                span.record("elapsed_ms", u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
                span.record("status", head.map(|head| head.status.as_u16()));
            }

            let verdict = classify(asked.safety, ending);
            if let Verdict::Again(delivery) = verdict {
                let wait = head.and_then(|head| head.retry_after);
                let wait = wait.unwrap_or_else(|| retry.wait(attempts, fastrand::f64()));
                let in_time = Instant::now().checked_add(wait).is_some_and(|then| then < deadline);
                if attempts < retry.max_attempts && in_time && budget.take() {
                    tracing::debug!(attempt = attempts, ?ending, wait_ms = wait.as_millis(), "trying again");
                    open |= delivery == Delivery::Unknown;
                    tokio::time::sleep(wait).await;
                    now = Instant::now();
                    continue;
                }
            }
            let delivery = match verdict {
                Verdict::Success => Delivery::Accepted,
                Verdict::Again(_) | Verdict::Stop(_) if open => Delivery::Unknown,
                Verdict::Again(delivery) | Verdict::Stop(delivery) => delivery,
            };
            return self.conclude(asked, attempts, delivery, attempt, request);
        }
    }

    fn conclude(
        &self,
        asked: Asked,
        attempts: u32,
        delivery: Delivery,
        attempt: Attempt,
        request: &Prepared,
    ) -> Result<Answered> {
        let (head, delivery, fault) = match attempt {
            Attempt::Answered { head, body: Body::Whole(body) }
                if head.status.is_success() && (self.shared.rejects)(&body) =>
            {
                (Some(head), Delivery::Refused, CallFault::Refusal(self.refusal(&body, request)))
            }
            Attempt::Answered { head, body: Body::Whole(body) } if head.status.is_success() => {
                self.shared.budget.refill();
                return Ok(Answered { head, attempts, body });
            }
            Attempt::Answered { head, body: Body::Whole(body) } => {
                (Some(head), delivery, CallFault::Refusal(self.refusal(&body, request)))
            }
            Attempt::Answered { head, body: Body::TooLarge } => {
                (Some(head), delivery, CallFault::TooLarge { limit: self.shared.max_body })
            }
            Attempt::Answered { head, body: Body::Redirected } => {
                (Some(head), Delivery::Unknown, CallFault::Redirected)
            }
            Attempt::Lost { loss, head, error } => {
                (head, delivery, CallFault::Transport(TransportFault { loss, error }))
            }
        };
        Err(self.failed(asked, attempts, delivery, head.as_ref(), fault))
    }

    /// The service's own words, without the secrets that it may have echoed.
    fn refusal(&self, body: &[u8], request: &Prepared) -> Refusal {
        let known = self.secrets(&request.body);
        let mut body = redact(&String::from_utf8_lossy(body), &known);
        let words = serde_json::from_str(&body).map(|json| (self.shared.words)(&json)).unwrap_or_default();
        let mut messages = words.messages;
        messages.retain(|message| !message.is_empty());
        for message in &mut messages {
            // A message may be a document itself.
            *message = redact(message, &known);
            if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
                message.truncate(end);
            }
        }
        let end = (0..=Refusal::MAX_BODY.min(body.len())).rev().find(|&end| body.is_char_boundary(end));
        body.truncate(end.unwrap_or(0));
        Refusal { code: words.code, messages, body }
    }

    /// A fault tells the value that it is about, which may be a secret.
    fn clean(&self, fault: DecodeFault, sent: &[u8]) -> DecodeFault {
        let (known, text) = (self.secrets(sent), fault.error.to_string());
        let clean = redact(&text, &known);
        let error = if clean == text { fault.error } else { serde::de::Error::custom(clean) };
        DecodeFault { path: redact(&fault.path, &known), error }
    }

    /// Those of a request's body and of this client.
    fn secrets(&self, sent: &[u8]) -> Vec<String> {
        let own = self.shared.secrets.iter().map(|secret| secret.expose().to_owned());
        secrets_of(sent).into_iter().chain(own).collect()
    }

    fn failed(
        &self,
        Asked { operation, safety }: Asked,
        attempts: u32,
        delivery: Delivery,
        head: Option<&Head>,
        fault: CallFault,
    ) -> Error {
        let (status, request_id, retry_after): (Option<StatusCode>, _, _) = match head {
            Some(head) => (Some(head.status), head.request_id(), head.retry_after),
            None => (None, None, None),
        };
        let service = self.shared.service;
        let delivery = match delivery {
            Delivery::Unknown | Delivery::Accepted if safety == Safety::Read => Delivery::Read,
            delivery => delivery,
        };
        Box::new(CallError { service, operation, safety, delivery, attempts, status, request_id, retry_after, fault })
            .into()
    }
}

fn account(base: &BaseUrl, headers: &HeaderMap) -> u64 {
    // Keyed anew in each process, so that it tells nothing of the key.
    static KEYED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let mut hasher = KEYED.build_hasher();
    base.url().hash(&mut hasher);
    let telling = headers.iter().filter(|(name, _)| **name != USER_AGENT);
    let mut headers: Vec<_> = telling.map(|(name, value)| (name.as_str(), value)).collect();
    headers.sort_by_key(|(name, _)| *name);
    headers.hash(&mut hasher);
    hasher.finish()
}

/// Reads an answer. Where in it a fault is costs a good deal to keep track of, so it is looked for only when there
/// is one.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeFault> {
    // One look at the whole text is cheaper than one at each string in it.
    if let Ok(text) = std::str::from_utf8(body) {
        if let Ok(read) = T::deserialize(&mut serde_json::Deserializer::from_str(text)) {
            return Ok(read);
        }
    }
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| {
        let path = error.path().to_string();
        DecodeFault { path, error: error.into_inner() }
    })
}

#[cfg(test)]
#[path = "engine_tests.rs"]
pub(crate) mod tests;
