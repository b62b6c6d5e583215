//! The meaning of an error for a program: its kind, whether the number may be imported, and whether to retry.

use std::time::Duration;

use super::{CallError, CallFault, Delivery, Error, Loss, Meaning, Safety, WithheldReason};
use crate::model::codes;

/// How long a platform may show a new record late.
const SHOWN_LATE: Duration = Duration::from_secs(60);

codes! {
    /// The kind of an [`Error`]: what went wrong. [`Error::failure`] says whether anything was changed.
    ///
    /// ```
    /// use numport::error::ErrorKind;
    ///
    /// /// The status with which a web service answers.
    /// fn status(error: &numport::Error) -> u16 {
    ///     match error.kind() {
    ///         ErrorKind::Invalid | ErrorKind::Preflight | ErrorKind::Rejected => 422,
    ///         ErrorKind::NotFound => 404, // also of a wrong base URL
    ///         ErrorKind::Conflict => 409,
    ///         ErrorKind::Busy | ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Journal => 503,
    ///         ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::BadResponse => 502,
    ///         ErrorKind::Incomplete | ErrorKind::Unresolved => 504,
    ///         _ => 500,
    ///     }
    /// }
    /// # assert_eq!(status(&numport::error::checked("parrot", "import number", |found| found.required("label", None::<&()>)).unwrap_err()), 422);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The request, a setting or an environment variable is invalid. Nothing was sent.
        Invalid => "invalid",
        /// A finding at the carrier forbids the import. The import was not sent.
        Preflight => "preflight",
        /// The platform or carrier rejected the request, for example with status 400 or 422.
        Rejected => "rejected",
        /// The platform or carrier did not accept the credentials (401).
        Unauthorized => "unauthorized",
        /// The credentials do not allow the request (403).
        Forbidden => "forbidden",
        /// The platform or carrier has no such resource (404).
        NotFound => "not_found",
        /// The resource already exists or is in use (409), or the platform has a record that may be of this number. An
        /// import that got a 409, and whose number no lookup found, is unresolved as well.
        Conflict => "conflict",
        /// Another import of the number is in progress, its record is not visible yet, or too many imports are
        /// unresolved. The import was not sent.
        Busy => "busy",
        /// Too many requests: the service said so (429), or the client's own limit held the request back.
        RateLimited => "rate_limited",
        /// The service cannot be reached, did not answer in time, or failed (500 and above).
        Unavailable => "unavailable",
        /// The response cannot be read, is not about the request, or is too long.
        BadResponse => "bad_response",
        /// The [journal](crate::journal) could not be read or written. The import was not sent.
        Journal => "journal",
        /// An operation of several steps failed between two of them. Fix the cause and run it again to finish it.
        Incomplete => "incomplete",
        /// Nobody knows whether the number is imported. Run the same import again later.
        Unresolved => "unresolved",
    }
}

codes! {
    /// Whether an operation that failed changed anything.
    ///
    /// ```
    /// use numport::error::Failure;
    ///
    /// /// What to tell somebody who asked for an import.
    /// fn told(error: &numport::Error) -> &'static str {
    ///     match error.failure() {
    ///         Failure::Refused => "the number is not imported, and will not be",
    ///         Failure::Failed => "the number is not ready; it may work later",
    ///         _ => "nobody knows yet whether the number is imported",
    ///     }
    /// }
    /// # let error = numport::error::checked("parrot", "import number", |found| found.required("label", None::<&()>));
    /// # assert_eq!(told(&error.unwrap_err()), "the number is not imported, and will not be");
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Failure {
        /// The operation was refused, and surely not done. The same request will be refused again.
        Refused => "refused",
        /// The operation was surely not done, or was done in part. The same request may succeed if it is sent again.
        Failed => "failed",
        /// It is unknown whether the operation was done.
        Unknown => "unknown",
    }
}

impl Error {
    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Preflight(_) => ErrorKind::Preflight,
            Self::Withheld(withheld) => match withheld.reason {
                WithheldReason::Ambiguous { .. } => ErrorKind::Conflict,
                WithheldReason::Unresolved { .. } => ErrorKind::Unresolved,
                WithheldReason::Journal(_) => ErrorKind::Journal,
                _ => ErrorKind::Busy,
            },
            Self::Call(call) => call.kind(),
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Incomplete(_) => ErrorKind::Incomplete,
            Self::Indeterminate(unresolved) if unresolved.is_conflict() => ErrorKind::Conflict,
            Self::Indeterminate(_) => ErrorKind::Unresolved,
        }
    }

    /// Returns whether the operation changed anything.
    #[must_use]
    pub fn failure(&self) -> Failure {
        if self.is_unknown() {
            Failure::Unknown
        } else if self.surely_not_done() && !self.is_retryable() {
            Failure::Refused
        } else {
            Failure::Failed
        }
    }

    /// Returns whether it is safe to make the same call again, and whether it may then succeed without anything being
    /// changed before.
    ///
    /// After a lost response, a create through a typed client is not safe to repeat, because the record may already
    /// exist. An import is safe to repeat, because [`Importer::import`](crate::Importer::import) looks the number up
    /// first. Every import whose [`failure`](Self::failure) is unknown is retryable, because only another import tells
    /// what became of it. This is so after a 409, too: the record may be shown later. If it never is, the number may be
    /// in another account of the platform, so limit the retries.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Invalid(_) | Self::Preflight(_) | Self::NotFound(_) => false,
            Self::Withheld(withheld) => match &withheld.reason {
                WithheldReason::Ambiguous { .. } => false,
                WithheldReason::Journal(error) => error.is_retryable(),
                _ => true,
            },
            Self::Call(call) => call.is_retryable(),
            Self::Incomplete(incomplete) if incomplete.is_of_replacement() => false,
            Self::Incomplete(incomplete) => !incomplete.error.surely_not_done() || incomplete.error.is_retryable(),
            Self::Indeterminate(_) => true,
        }
    }

    /// Returns how long to wait before the same call: what the service asked for, or what is left until an unresolved import
    /// may be sent again, or a minute if the platform says that it has a number that it does not show.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Withheld(withheld) => match withheld.reason {
                WithheldReason::Unresolved { retry_after, .. } => Some(retry_after),
                _ => None,
            },
            Self::Indeterminate(unresolved) if unresolved.is_conflict() => {
                Some(self.call().and_then(|call| call.retry_after).unwrap_or(SHOWN_LATE))
            }
            _ => self.call().and_then(|call| call.retry_after),
        }
    }

    fn is_unknown(&self) -> bool {
        match self {
            Self::Call(call) => call.delivery == Delivery::Unknown,
            Self::Indeterminate(_) => true,
            Self::Withheld(withheld) => matches!(withheld.reason, WithheldReason::Unresolved { .. }),
            _ => false,
        }
    }
}

impl CallError {
    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match (&self.fault, self.meaning()) {
            (CallFault::Refusal(_) | CallFault::Transport(_), Some(meaning)) => match meaning {
                Meaning::Unauthorized => ErrorKind::Unauthorized,
                Meaning::Forbidden => ErrorKind::Forbidden,
                Meaning::Missing => ErrorKind::NotFound,
                Meaning::Conflict => ErrorKind::Conflict,
                Meaning::TooMany => ErrorKind::RateLimited,
                Meaning::Unavailable => ErrorKind::Unavailable,
                Meaning::Invalid | Meaning::Other => match self.status.map(|status| status.as_u16()) {
                    Some(408 | 425) => ErrorKind::Unavailable,
                    Some(400..=499) => ErrorKind::Rejected,
                    _ => ErrorKind::BadResponse,
                },
            },
            (CallFault::Transport(fault), None) => match fault.loss {
                Loss::HeldBack => ErrorKind::RateLimited,
                Loss::NotSigned => ErrorKind::Invalid,
                _ => ErrorKind::Unavailable,
            },
            _ => ErrorKind::BadResponse,
        }
    }

    /// Returns whether it is safe to make the same call again, and whether it may then succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let is_safe = self.safety != Safety::Create || matches!(self.delivery, Delivery::NotSent | Delivery::Refused);
        is_safe && matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable)
    }
}
