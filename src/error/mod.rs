//! One error type for the whole crate. It tells what happened, whether the request left, and what to do.

mod call;
mod clean;
mod kind;
mod mismatch;
mod outcome;
mod report;
mod safety;
mod withheld;

use std::fmt;

pub use call::{CallError, CallFault, DecodeFault, Delivery, Loss, Meaning, PageFault, Refusal, TransportFault};
pub use http::StatusCode;
pub use kind::{ErrorKind, Failure};
pub use mismatch::Mismatch;
pub use outcome::{Incomplete, Indeterminate, NotFound, Step};
pub use safety::Safety;
pub use withheld::{Withheld, WithheldReason};

use crate::model::{Finding, Preflight, Problem, ProblemCode, Problems, Service, Shown};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// `Display` is one sentence; [`source`](std::error::Error::source) leads one layer down, to the
/// platform's own words or the transport's. [`advice`](Self::advice) says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not sent: the request, a setting or an environment variable is not right, or the platform
    /// cannot do what is asked. Names every problem at once.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Not sent: what the provider says of the number stands against it.
    #[error("{}: import number was not sent: {} {}", .0.platform, .0.number, stands_against(.0))]
    Preflight(Box<Preflight>),
    /// Not sent: the number may be at the platform already, or another import of it is under way.
    #[error(transparent)]
    Withheld(#[from] Box<Withheld>),
    /// One call to a platform or provider failed; [`CallError::delivery`] says whether it was carried out.
    #[error(transparent)]
    Call(#[from] Box<CallError>),
    /// Answered: the platform has no such record.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Partly done: an operation of several steps broke between them. Run it again to finish it.
    #[error(transparent)]
    Incomplete(#[from] Box<Incomplete>),
    /// Perhaps done: the answer to an import was lost or left it open, and the number was not found
    /// afterwards.
    #[error(transparent)]
    Indeterminate(#[from] Box<Indeterminate>),
}

impl Error {
    /// What is wrong with settings.
    pub(crate) fn invalid(subject: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self::Invalid(Invalid::new(subject, problems))
    }

    /// The call that failed, if the error comes from one, however deep it lies.
    #[must_use]
    pub fn call(&self) -> Option<&CallError> {
        match self {
            Self::Invalid(_) | Self::Preflight(_) | Self::Withheld(_) => None,
            Self::Call(call) => Some(call),
            Self::NotFound(missing) => missing.call(),
            Self::Incomplete(incomplete) => incomplete.error.call(),
            Self::Indeterminate(indeterminate) => indeterminate.error.call(),
        }
    }

    /// Returns the failed call if the error is that of a create itself, such as an import: neither an error found
    /// before it was sent, nor one of a step before or after it ([`Error::Incomplete`]).
    ///
    /// Its [`delivery`](CallError::delivery) says whether the record may exist.
    #[must_use]
    pub fn create_failure(&self) -> Option<&CallError> {
        match self {
            Self::Call(call) if call.safety == Safety::Create => Some(call),
            _ => None,
        }
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.call().and_then(|call| call.status)
    }

    /// What that status means.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        self.call().and_then(CallError::meaning)
    }

    /// The platform's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.call().and_then(|call| call.request_id.as_deref())
    }

    /// Whether what was asked for was surely not done: it was not valid, never left, or was refused.
    #[must_use]
    pub fn surely_not_done(&self) -> bool {
        match self {
            Self::Invalid(_) | Self::Preflight(_) | Self::Withheld(_) | Self::NotFound(_) => true,
            Self::Call(call) => matches!(call.delivery, Delivery::NotSent | Delivery::Refused | Delivery::Read),
            Self::Incomplete(_) | Self::Indeterminate(_) => false,
        }
    }

    /// Whether a removal found nothing to remove after an earlier attempt of it had lost its answer:
    /// then that one did it.
    pub(crate) fn is_removed_before(&self) -> bool {
        let lost = |call: &CallError| call.delivery == Delivery::Unknown && call.meaning() == Some(Meaning::Missing);
        matches!(self, Self::Call(call) if lost(call))
    }

    /// Whether the platform has no such record.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_)) || self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// The sentence, its causes and the advice as one line, for people. It has at most 8,192 characters; whatever would
    /// break the line, move the cursor or turn the direction of writing is escaped.
    ///
    /// ```
    /// # #[cfg(feature = "vapi")] {
    /// let error = numport::Vapi::from_vars(|_| None).unwrap_err();
    /// assert_eq!(
    ///     error.report(),
    ///     "vapi: the settings are not complete: `VAPI_API_KEY` is not set; set it to the private key of \
    ///      Vapi's dashboard. Correct what is named and try again; nothing was sent."
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn report(&self) -> String {
        let line = format!("{}. {}", self.message().trim_end_matches('.'), self.advice());
        Shown { text: &line, max: 8192 }.to_string()
    }

    /// What a user can do about it, in a sentence.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::Invalid(_) => "Correct what is named and try again; nothing was sent.".to_owned(),
            Self::Preflight(preflight) => preflight.errors().map(Finding::advice).collect::<Vec<_>>().join(" "),
            Self::Withheld(withheld) => withheld.advice().to_owned(),
            Self::Call(call) => call.advice(),
            Self::NotFound(_) => "List the platform's records to see which ids it has.".to_owned(),
            Self::Incomplete(incomplete) if incomplete.error.surely_not_done() => {
                let remedy = incomplete.error.call().map_or_else(|| incomplete.error.advice(), CallError::remedy);
                format!("{remedy} Then run the same call again: it finishes what is left.")
            }
            Self::Incomplete(_) => "Run the same call again: it finishes what is left.".to_owned(),
            Self::Indeterminate(_) => "Run the same import again later: it looks for the number first. \
                Do not send it by other means before."
                .to_owned(),
        }
    }
}

fn stands_against(preflight: &Preflight) -> String {
    preflight.errors().map(ToString::to_string).collect::<Vec<_>>().join(", and ")
}

/// Checks a request before it is sent, for platforms of your own.
///
/// # Errors
///
/// [`Error::Invalid`] with every problem that `check` adds.
pub fn checked(service: impl fmt::Display, operation: &str, check: impl FnOnce(&mut Problems)) -> Result<()> {
    let mut problems = Problems::default();
    check(&mut problems);
    sendable(service, operation, problems)
}

/// Whether nothing is wrong with a request.
pub(crate) fn sendable(service: impl fmt::Display, operation: &str, problems: Problems) -> Result<()> {
    problems.into_result().map_err(|found| Error::invalid(format!("{service}: {operation} was not sent"), found))
}

/// The error of a client that this build does not have. `known` are those that a feature brings.
pub(crate) fn not_built(service: Service, known: &[&str]) -> Error {
    let name = service.as_str();
    let (field, what) = match service {
        Service::Platform(_) => ("platform", "VoicePlatform"),
        Service::Provider(_) => ("provider", "NumberProvider"),
    };
    let (code, fault, remedy) = if known.contains(&name) {
        (ProblemCode::NotBuilt, "is not a part of this build".to_owned(), format!("enable the cargo feature `{name}`"))
    } else {
        (
            ProblemCode::Unsupported,
            format!("is {name}, for which this crate has no client"),
            format!("implement `{what}`, or use {}", known.join(", ")),
        )
    };
    Error::invalid(format!("{name}: there is no client"), vec![Problem::new(code, field, fault, remedy)])
}

/// Everything that is wrong with a request or with settings. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Invalid {
    /// What came to nothing, such as `vapi: import number was not sent`.
    pub subject: String,
    /// Every problem found; never empty.
    pub problems: Vec<Problem>,
}

impl Invalid {
    /// What came to nothing, and why, for platforms of your own.
    pub fn new(subject: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self { subject: subject.into(), problems }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.subject)?;
        for (at, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if at == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}
