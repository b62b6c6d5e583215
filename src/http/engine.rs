//! One engine for every call: build, send, classify, retry, read.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use tokio::time::Instant;
use tracing::Span;

use super::auth::{Headers, Signer};
use super::call::Prepared;
use super::classify::{Ending, Verdict, classify};
use super::deadline::later;
use super::list_limits::ListLimits;
use super::rate::RateLimit;
use super::redact::{redact, secrets_of};
use super::retry::{Budget, RetryPolicy, chance};
use super::service::ErrorBody;
use super::transport::{Attempt, Body, Head, Transport};
use crate::error::{
    CallError, CallFault, DecodeFault, Delivery, Error, Loss, Mismatch, Refusal, Result, Safety, TransportFault,
};
use crate::model::{Secret, Service};
use crate::wire::document::Fault;

/// How much of one message of a service is kept, in characters.
const MAX_MESSAGE: usize = 500;

/// The answer to a call that succeeded.
pub(super) struct Answered {
    head: Head,
    attempts: u32,
    pub(super) body: Bytes,
    /// What the signatures of its attempts must not show.
    signed: Vec<Secret>,
}

/// What an error tells of the call that it comes from.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) operation: &'static str,
    pub(super) safety: Safety,
}

/// Everything that the calls of one client share.
pub(super) struct Engine {
    pub(super) service: Service,
    pub(super) transport: Transport,
    /// Sent with every request; those that hold secrets are marked sensitive.
    pub(super) headers: Headers,
    pub(super) signer: Option<Signer>,
    /// What must not stand in anything that is kept.
    pub(super) secrets: Vec<Secret>,
    pub(super) error_body: fn(&Value) -> ErrorBody,
    /// Whether the body of a success says that it is none.
    pub(super) rejects: fn(&[u8]) -> bool,
    pub(super) timeout: Duration,
    pub(super) max_body: usize,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
    pub(super) limit: Option<RateLimit>,
    pub(super) lists: ListLimits,
}

impl Engine {
    /// Sends a request until it has an answer, or no attempt is left.
    pub(super) async fn run(&self, asked: Asked, request: &Prepared, span: &Span) -> Result<Answered> {
        let Self { transport, headers, signer, retry, budget, limit, max_body, .. } = self;
        let start = Instant::now();
        let (mut now, deadline) = (start, later(start, retry.deadline));
        let mut attempts = 0;
        // Whether an attempt before the last may have been carried out.
        let mut open = false;
        let mut signed = Vec::new();
        loop {
            let held_back = match limit {
                Some(limit) => {
                    let late = limit.wait(deadline).await.is_err();
                    now = Instant::now();
                    late
                }
                None => false,
            };
            let attempt = if held_back {
                Attempt::Lost { loss: Loss::HeldBack, head: None, error: None }
            } else {
                let mut headers = headers.of(request.content).clone();
                match signer.as_ref().map_or(Ok(()), |signer| signer.sign(request, &mut headers, &mut signed)) {
                    Ok(()) => {
                        attempts += 1;
                        let left = deadline.saturating_duration_since(now);
                        transport.attempt(request, headers, self.timeout.min(left), *max_body).await
                    }
                    Err(error) => Attempt::Lost { loss: Loss::NotSigned, head: None, error: Some(error) },
                }
            };
            let (ending, head) = match &attempt {
                Attempt::Answered { head, body: Body::Redirected } => (Ending::Redirected, Some(head)),
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
                let wait = wait.unwrap_or_else(|| retry.wait(attempts, chance()));
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
            return self.conclude(asked, attempts, delivery, attempt, request, signed);
        }
    }

    fn conclude(
        &self,
        asked: Asked,
        attempts: u32,
        delivery: Delivery,
        attempt: Attempt,
        request: &Prepared,
        signed: Vec<Secret>,
    ) -> Result<Answered> {
        let (head, delivery, fault) = match attempt {
            Attempt::Answered { head, body: Body::Whole(body) }
                if head.status.is_success() && (self.rejects)(&body) =>
            {
                (Some(head), Delivery::Refused, CallFault::Refusal(self.refusal(&body, request, &signed)))
            }
            Attempt::Answered { head, body: Body::Whole(body) } if head.status.is_success() => {
                self.budget.refill();
                return Ok(Answered { head, attempts, body, signed });
            }
            Attempt::Answered { head, body: Body::Whole(body) } => {
                (Some(head), delivery, CallFault::Refusal(self.refusal(&body, request, &signed)))
            }
            Attempt::Answered { head, body: Body::TooLarge } => {
                (Some(head), delivery, CallFault::TooLarge { limit: self.max_body })
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
    fn refusal(&self, body: &[u8], request: &Prepared, signed: &[Secret]) -> Refusal {
        let known = self.secrets(&request.body, signed);
        let mut body = redact(&String::from_utf8_lossy(body), &known);
        let told = serde_json::from_str(&body).map(|json| (self.error_body)(&json)).unwrap_or_default();
        let mut messages = told.messages;
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
        Refusal { code: told.code, messages, body }
    }

    /// The error of an answer that cannot be read. It tells the value that it is about, which may be a secret.
    pub(super) fn unreadable(
        &self,
        asked: Asked,
        request: &Prepared,
        answered: &Answered,
        Fault { path, error }: Fault,
    ) -> Error {
        self.transport.reconnect();
        let (known, text) = (self.secrets(&request.body, &answered.signed), error.to_string());
        let clean = redact(&text, &known);
        let error = if clean == text { error } else { serde::de::Error::custom(clean) };
        let fault = CallFault::Decode(DecodeFault { path: redact(&path, &known), error });
        self.failed(asked, answered.attempts, Delivery::Accepted, Some(&answered.head), fault)
    }

    /// The error of an answer to something else. So may be all that follow it on its connection.
    pub(super) fn mismatched(&self, asked: Asked, answered: &Answered, mismatch: Mismatch) -> Error {
        self.transport.reconnect();
        let (service, operation) = (self.service.as_str(), asked.operation);
        tracing::warn!(service, operation, %mismatch, "a response is not believed");
        let fault = CallFault::Mismatch(mismatch);
        self.failed(asked, answered.attempts, Delivery::Unknown, Some(&answered.head), fault)
    }

    /// Those of a request's body, of its signatures, and of this client.
    fn secrets(&self, sent: &[u8], signed: &[Secret]) -> Vec<String> {
        let own = self.secrets.iter().chain(signed).map(|secret| secret.expose().to_owned());
        secrets_of(sent).into_iter().chain(own).collect()
    }

    pub(super) fn failed(
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
        let service = self.service;
        let delivery = match delivery {
            Delivery::Unknown | Delivery::Accepted if safety == Safety::Read => Delivery::Read,
            delivery => delivery,
        };
        Box::new(CallError { service, operation, safety, delivery, attempts, status, request_id, retry_after, fault })
            .into()
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
pub(crate) mod tests;
