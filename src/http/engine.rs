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
use super::pacing::Pacing;
use super::redact::{Known, Sent};
use super::retry::{Budget, RetryPolicy, chance};
use super::service::ErrorBody;
use super::transport::{Attempt, Body, Head, Transport};
use crate::error::{
    CallError, CallFault, DecodeFault, Delivery, Error, Loss, Mismatch, Refusal, Result, Safety, TransportFault,
};
use crate::model::{Secret, Service};
use crate::wire::document::Fault;

/// The answer to a call that succeeded.
pub(super) struct Answered {
    head: Head,
    attempts: u32,
    pub(super) body: Bytes,
    sent: Sent,
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
    pub(super) known: Known,
    pub(super) error_body: fn(&Value) -> ErrorBody,
    /// Whether the body of a success says that it is none.
    pub(super) rejects: fn(&[u8]) -> bool,
    /// Says when the service's rate limit ends.
    pub(super) reset_header: Option<&'static str>,
    pub(super) timeout: Duration,
    pub(super) max_body: usize,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
    pub(super) pacing: Pacing,
    pub(super) lists: ListLimits,
}

/// Whether a body is HTML or other markup. JSON never begins so.
fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// Logs the end of a call: at INFO what changed something, at WARN what may have. The span gets each field once.
fn log(safety: Safety, delivery: Delivery, attempts: u32, start: Instant, status: Option<u16>) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    if let Some(status) = status {
        span.record("status", status);
    }
    span.record("attempts", attempts);
    span.record("elapsed_ms", u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
    match (safety, delivery) {
        (Safety::Read, _) => tracing::debug!("answered"),
        (_, Delivery::Accepted) => tracing::info!("carried out"),
        (_, Delivery::Unknown) => {
            tracing::warn!("no usable response: it is unknown whether this was carried out");
        }
        (_, Delivery::NotSent) => tracing::info!("not sent"),
        (_, Delivery::Refused | Delivery::Read) => tracing::info!("refused"),
    }
}

/// The error of a call that the budget of retries has ended.
fn budget_spent(mut error: Error) -> Error {
    if let Error::Call(call) = &mut error {
        call.retry_budget_spent = true;
    }
    error
}

impl Engine {
    /// Sends a request until it has an answer, or no attempt is left.
    pub(super) async fn run(&self, asked: Asked, request: &Prepared) -> Result<Answered> {
        let Self { transport, headers, signer, retry, budget, pacing, max_body, .. } = self;
        let start = Instant::now();
        let (mut now, deadline) = (start, later(start, retry.deadline));
        let mut attempts = 0;
        // Whether an attempt before the last may have been carried out.
        let mut open = false;
        let mut last = None;
        let mut sent = Sent { body: request.body.clone(), content: request.content, signed: Vec::new() };
        self.known.remember_sent(&sent);
        loop {
            let sent_at = pacing.wait(now, deadline).await.ok();
            let mut attempt = if let Some(sent_at) = sent_at {
                let mut headers = headers.of(request.content).clone();
                headers.extend(request.headers.clone());
                match signer.as_ref().map_or(Ok(()), |signer| signer.sign(request, &mut headers, &mut sent.signed)) {
                    Ok(()) => {
                        // A later answer may repeat it. Without its scheme it is found with it, too.
                        self.known.remember(sent.signed.iter().filter(|value| !value.expose().contains(' ')));
                        attempts += 1;
                        super::count::sent();
                        let left = deadline.saturating_duration_since(sent_at);
                        transport.attempt(request, headers, self.timeout.min(left), *max_body).await
                    }
                    Err(error) => Attempt::Lost { loss: Loss::NotSigned, head: None, error: Some(error) },
                }
            } else {
                // What the service answered says more.
                last.take().unwrap_or(Attempt::Lost { loss: Loss::HeldBack, head: None, error: None })
            };
            if let (Some(name), Some(head)) = (self.reset_header, attempt.head_mut()) {
                head.wait_for_reset(name);
            }
            let (ending, head) = match &attempt {
                Attempt::Answered { head, body: Body::Redirected } => (Ending::Redirected, Some(head)),
                Attempt::Answered { head, body: Body::Whole(body) } if head.status.is_success() && is_page(body) => {
                    (Ending::Page, Some(head))
                }
                Attempt::Answered { head, .. } => (Ending::Answered(head.status), Some(head)),
                Attempt::Lost { loss, head, .. } => (Ending::Lost(*loss), head.as_ref()),
            };
            let refuses = head.is_some_and(Head::refuses_for_now);
            match (sent_at, &attempt, head) {
                (Some(sent_at), _, Some(head)) if refuses => pacing.refused(self.service, sent_at, head.retry_after),
                (Some(sent_at), Attempt::Answered { .. }, _) => pacing.accepted(sent_at),
                _ => {}
            }
            let verdict = classify(asked.safety, ending);
            let mut is_spent = false;
            if let (Verdict::Again(delivery), Some(_)) = (verdict, sent_at) {
                let wait = head.and_then(|head| head.retry_after);
                let wait = wait.unwrap_or_else(|| retry.wait(attempts, chance()));
                let in_time = Instant::now().checked_add(wait).is_some_and(|then| then < deadline);
                // What is paced needs no other bound.
                let paced = refuses && pacing.is_adaptive();
                let may_retry = attempts < retry.max_attempts && in_time;
                is_spent = may_retry && !paced && !budget.take();
                if may_retry && !is_spent {
                    tracing::debug!(attempt = attempts, ?ending, wait_ms = wait.as_millis(), "retrying");
                    open |= delivery == Delivery::Unknown;
                    last = Some(attempt);
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
            log(asked.safety, delivery, attempts, start, head.map(|head| head.status.as_u16()));
            let result = self.conclude(asked, attempts, delivery, attempt, sent);
            return result.map_err(|error| if is_spent { budget_spent(error) } else { error });
        }
    }

    fn conclude(
        &self,
        asked: Asked,
        attempts: u32,
        delivery: Delivery,
        attempt: Attempt,
        sent: Sent,
    ) -> Result<Answered> {
        let (head, delivery, fault) = match attempt {
            Attempt::Answered { head, body: Body::Whole(body) }
                if head.status.is_success() && (self.rejects)(&body) =>
            {
                (Some(head), Delivery::Refused, CallFault::Refusal(self.refusal(&body, &sent.secrets())))
            }
            Attempt::Answered { head, body: Body::Whole(body) } if head.status.is_success() => {
                self.budget.refill();
                return Ok(Answered { head, attempts, body, sent });
            }
            Attempt::Answered { head, body: Body::Whole(body) } => {
                (Some(head), delivery, CallFault::Refusal(self.refusal(&body, &sent.secrets())))
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
        Err(self.failed(asked, attempts, delivery, head.as_ref(), fault, &sent.secrets()))
    }

    /// The service's own words, without the secrets that it may have echoed.
    fn refusal(&self, body: &[u8], secrets: &[Secret]) -> Refusal {
        let body = self.known.redact(&String::from_utf8_lossy(body), secrets);
        let told = serde_json::from_str(&body).map(|json| (self.error_body)(&json)).unwrap_or_default();
        // A message may be a document itself, and both may have been put together of parts.
        Refusal::received(told.code.as_deref(), told.messages, body, &|text| self.known.redact(text, secrets))
    }

    /// The error of an answer that cannot be read. It tells the value that it is about, which may be a secret.
    pub(super) fn unreadable(&self, asked: Asked, answered: &Answered, Fault { path, error }: Fault) -> Error {
        self.transport.reconnect();
        let fault = CallFault::Decode(DecodeFault { path, error });
        self.failed(asked, answered.attempts, Delivery::Accepted, Some(&answered.head), fault, &answered.sent.secrets())
    }

    /// The error of an answer to something else. So may be all that follow it on its connection.
    pub(super) fn mismatched(&self, asked: Asked, answered: &Answered, mut mismatch: Mismatch) -> Error {
        self.transport.reconnect();
        let (service, operation) = (self.service.as_str(), asked.operation);
        mismatch.found = self.known.redact(&mismatch.found, &answered.sent.secrets());
        tracing::warn!(service, operation, %mismatch, "a response was rejected, because it is about something else");
        let fault = CallFault::Mismatch(mismatch);
        self.failed(asked, answered.attempts, Delivery::Unknown, Some(&answered.head), fault, &answered.sent.secrets())
    }

    /// The error of a call. Everything that others wrote of it is redacted here.
    pub(super) fn failed(
        &self,
        Asked { operation, safety }: Asked,
        attempts: u32,
        delivery: Delivery,
        head: Option<&Head>,
        fault: CallFault,
        secrets: &[Secret],
    ) -> Error {
        let clean = |text: &str| self.known.redact(text, secrets);
        let (status, request_id, retry_after): (Option<StatusCode>, _, _) = match head {
            Some(head) => (Some(head.status), head.request_id().map(|id| clean(&id)), head.retry_after),
            None => (None, None, None),
        };
        let (service, fault) = (self.service, fault.cleaned(&clean));
        let delivery = match delivery {
            Delivery::Unknown | Delivery::Accepted if safety == Safety::Read => Delivery::Read,
            delivery => delivery,
        };
        Box::new(CallError {
            service,
            operation,
            safety,
            delivery,
            attempts,
            status,
            request_id,
            retry_after,
            retry_budget_spent: false,
            fault,
            means: None,
        })
        .into()
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
pub(crate) mod tests;
