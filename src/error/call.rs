use std::time::Duration;

use http::StatusCode;

use super::{Mismatch, PageFault, Refusal, Safety};
use crate::model::{Service, codes, word};

/// A failed call to a platform or carrier.
///
/// ```
/// use numport::error::{CallError, CallFault, Delivery, Loss, TransportFault};
/// use numport::model::{PlatformKind, Service};
///
/// let fault = CallFault::Transport(TransportFault::new(Loss::NotConnected));
/// let error = CallError::new(Service::Platform(PlatformKind::VAPI), "import number", Delivery::NotSent, fault);
/// assert_eq!(error.to_string(), "vapi: import number was not sent");
/// assert!(error.is_retryable());
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}", self.sentence())]
#[non_exhaustive]
pub struct CallError {
    /// The platform or carrier.
    pub service: Service,
    /// The operation, such as `import number`.
    pub operation: &'static str,
    /// What sending the call twice would do.
    pub safety: Safety,
    /// Whether the call was carried out.
    pub delivery: Delivery,
    /// The number of attempts, including those that made no connection.
    pub attempts: u32,
    /// The status of the last response.
    pub status: Option<StatusCode>,
    /// The service's id of the last request, for its support.
    pub request_id: Option<String>,
    /// How long the service asked to wait (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// Whether the client would have retried, but its retry budget was spent
    /// ([`RetryPolicy::budget`](crate::RetryPolicy::budget)).
    pub retry_budget_spent: bool,
    /// The reason for the failure.
    #[source]
    pub fault: CallFault,
    /// What the response means, where that is not the usual meaning of its status.
    pub(crate) means: Option<Meaning>,
}

codes! {
    /// Whether the service carried the request out.
    ///
    /// ```
    /// use numport::error::Delivery;
    ///
    /// /// Whether the service carried a request out; `None` if nobody knows.
    /// fn was_done(delivery: Delivery) -> Option<bool> {
    ///     match delivery {
    ///         Delivery::NotSent | Delivery::Refused | Delivery::Read => Some(false),
    ///         Delivery::Accepted => Some(true),
    ///         _ => None,
    ///     }
    /// }
    /// assert_eq!(was_done(Delivery::Unknown), None);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Delivery {
        /// The request was not sent.
        NotSent => "not_sent",
        /// The service refused the request, and surely did not carry it out.
        Refused => "refused",
        /// It is unknown whether the request was carried out: the response was lost, or does not tell.
        Unknown => "unknown",
        /// The request was carried out, but its response cannot be used.
        Accepted => "accepted",
        /// The request was a read, and its response was lost or cannot be used. Nothing was changed.
        Read => "read",
    }
}

codes! {
    /// The meaning of an HTTP status. Services use different statuses for the same thing.
    ///
    /// ```
    /// use numport::error::Meaning;
    ///
    /// /// Whether to look at the key.
    /// fn is_the_key(error: &numport::Error) -> bool {
    ///     matches!(error.meaning(), Some(Meaning::Unauthorized | Meaning::Forbidden))
    /// }
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Meaning {
        /// 400 and 422: a field is missing or wrong.
        Invalid => "invalid",
        /// 401: the credentials are not valid.
        Unauthorized => "unauthorized",
        /// 403: the credentials do not allow this, or the resource belongs to another account.
        Forbidden => "forbidden",
        /// 404: the resource does not exist.
        Missing => "missing",
        /// 409: the resource exists already, or is in use.
        Conflict => "conflict",
        /// 429: too many requests.
        TooMany => "too_many",
        /// 500 and above: the service failed.
        Unavailable => "unavailable",
        /// Any other status.
        Other => "other",
    }
}

/// The reason why a call failed: the source of a [`CallError`].
///
/// ```
/// use numport::error::{CallFault, Refusal};
///
/// fn why(fault: &CallFault) -> String {
///     match fault {
///         CallFault::Transport(lost) => format!("no complete response: {}", lost.loss.as_str()),
///         CallFault::Refusal(refusal) => format!("refused: {}", refusal.messages.join("; ")),
///         other => other.code().to_owned(),
///     }
/// }
/// assert_eq!(why(&CallFault::Refusal(Refusal::new("no such agent"))), "refused: no such agent");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallFault {
    /// No complete response arrived.
    #[error(transparent)]
    Transport(TransportFault),
    /// The service refused the call.
    #[error(transparent)]
    Refusal(Refusal),
    /// The response does not have the documented form.
    #[error(transparent)]
    Decode(DecodeFault),
    /// The response is about something else than the request, so the client rejects it.
    #[error(transparent)]
    Mismatch(Mismatch),
    /// The response is longer than the client's limit.
    #[error("the response is longer than {limit} bytes")]
    TooLarge {
        /// The client's limit, in bytes.
        limit: usize,
    },
    /// The HTTP client given to the builder followed a redirect, so it is unknown which server answered.
    #[error("the HTTP client followed a redirect; give the builder one whose redirect policy is `none`")]
    Redirected,
    /// A page of a list does not lead to a safe next page.
    #[error(transparent)]
    Page(PageFault),
}

impl CallFault {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Transport(_) => "transport",
            Self::Refusal(_) => "refusal",
            Self::Decode(_) => "decode",
            Self::Mismatch(_) => "mismatch",
            Self::TooLarge { .. } => "too_large",
            Self::Redirected => "redirected",
            Self::Page(_) => "page",
        }
    }
}

codes! {
    /// How a request or its response was lost.
    ///
    /// ```
    /// use numport::error::Loss;
    ///
    /// /// Whether the service can have seen the request.
    /// const fn was_sent(loss: Loss) -> bool {
    ///     !matches!(loss, Loss::HeldBack | Loss::NotSigned | Loss::NotConnected)
    /// }
    /// assert!(was_sent(Loss::TimedOut) && !was_sent(Loss::NotConnected));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Loss {
        /// The client delayed it past the deadline, so nothing was sent: its limit of requests per second, the rate that
        /// it adapted to the service, or a `Retry-After`.
        HeldBack => "held_back",
        /// The headers that prove who is calling could not be made, so nothing was sent.
        NotSigned => "not_signed",
        /// No connection could be made, so nothing was sent.
        NotConnected => "not_connected",
        /// No response came within the time limit.
        TimedOut => "timed_out",
        /// The connection broke before the response began.
        Reset => "reset",
        /// The connection broke in the middle of the response.
        CutOff => "cut_off",
    }
}

/// A request without a complete response.
#[derive(Debug, thiserror::Error)]
#[error("{}", match self.loss {
    Loss::HeldBack => "the client's own limit, or its pause after a 429, delayed the request past the deadline",
    Loss::NotSigned => "the request could not be signed",
    Loss::NotConnected => "no connection could be made",
    Loss::TimedOut => "no response arrived within the time limit",
    Loss::Reset => "the connection broke before a response arrived",
    Loss::CutOff => "the connection broke in the middle of the response",
})]
#[non_exhaustive]
pub struct TransportFault {
    /// How the request or its response was lost.
    pub loss: Loss,
    /// The transport's own error, without the address.
    #[source]
    pub error: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TransportFault {
    /// Returns a fault of this kind, for platforms of your own.
    #[must_use]
    pub const fn new(loss: Loss) -> Self {
        Self { loss, error: None }
    }
}

/// A response that does not have the documented form.
#[derive(Debug, thiserror::Error)]
#[error("the response cannot be read at `{}`", word(.path))]
#[non_exhaustive]
pub struct DecodeFault {
    /// The path in the JSON document, such as `[3].server.timeoutSeconds`. `.` is the whole document.
    pub path: String,
    /// What is wrong there.
    #[source]
    pub error: serde_json::Error,
}

impl CallError {
    /// Returns the error of a call that failed, for platforms of your own. Set the other fields on it.
    ///
    /// The call's [`safety`](Self::safety) is [`Safety::Read`] when the delivery is [`Delivery::Read`], and
    /// [`Safety::Create`] otherwise.
    #[must_use]
    pub const fn new(service: Service, operation: &'static str, delivery: Delivery, fault: CallFault) -> Self {
        let safety = if matches!(delivery, Delivery::Read) { Safety::Read } else { Safety::Create };
        Self {
            safety,
            service,
            operation,
            delivery,
            attempts: 1,
            status: None,
            request_id: None,
            retry_after: None,
            retry_budget_spent: false,
            fault,
            means: None,
        }
    }

    /// Sets what the response means, for a service that uses a status in another way: one that answers 400 for a number
    /// that exists already, or 422 for one that does not exist.
    #[must_use]
    pub const fn meaning_of(mut self, meaning: Meaning) -> Self {
        self.means = Some(meaning);
        self
    }

    /// The error of a call that was dropped at a deadline. It may have been sent.
    pub(crate) fn timed_out(service: Service, operation: &'static str, safety: Safety) -> super::Error {
        let fault = CallFault::Transport(TransportFault::new(Loss::TimedOut));
        Box::new(Self { safety, ..Self::new(service, operation, Delivery::Unknown, fault) }).into()
    }

    fn sentence(&self) -> String {
        let Self { service, operation, .. } = self;
        let mut text = format!("{service}: {operation}");
        match (&self.fault, self.status) {
            (CallFault::Transport(_), None) if self.delivery == Delivery::NotSent => text.push_str(" was not sent"),
            (CallFault::Transport(_), None) => text.push_str(" was sent, but got no response"),
            (CallFault::Transport(_), Some(status)) => {
                text.push_str(&format!(" got an incomplete response ({status})"));
            }
            (CallFault::Refusal(_), Some(status)) => text.push_str(&format!(" failed with {status}")),
            (_, Some(status)) => text.push_str(&format!(" got an unusable response ({status})")),
            (_, None) => text.push_str(" failed"),
        }
        if let Some(id) = &self.request_id {
            text.push_str(&format!(" (request id {})", word(id)));
        }
        if self.attempts > 1 {
            text.push_str(&format!(", after {} attempts", self.attempts));
        }
        if self.retry_budget_spent {
            text.push_str(", and was not retried because the client's retry budget is spent");
        }
        text
    }

    pub(super) fn lost(&self) -> Option<Loss> {
        match &self.fault {
            CallFault::Transport(fault) => Some(fault.loss),
            _ => None,
        }
    }

    /// Returns what the status of the response means.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        let status = self.status?;
        if self.means.is_some() {
            return self.means;
        }
        Some(match status.as_u16() {
            200..=299 => return None,
            400 | 422 => Meaning::Invalid,
            401 => Meaning::Unauthorized,
            403 => Meaning::Forbidden,
            404 => Meaning::Missing,
            409 => Meaning::Conflict,
            429 => Meaning::TooMany,
            500.. => Meaning::Unavailable,
            _ => Meaning::Other,
        })
    }
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
