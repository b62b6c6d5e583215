//! One error type for the whole crate. It tells what happened, whether the request was sent, and what to do.

mod advice;
mod call;
mod clean;
mod kind;
mod mismatch;
mod outcome;
mod page;
mod refusal;
mod report;
mod safety;
mod withheld;

use std::fmt;

pub use call::{CallError, CallFault, DecodeFault, Delivery, Loss, Meaning, TransportFault};
pub use http::StatusCode;
pub use kind::{ErrorKind, Failure};
pub use mismatch::Mismatch;
pub use outcome::{Incomplete, Indeterminate, NotFound, Step};
pub use page::PageFault;
pub use refusal::Refusal;
pub use safety::Safety;
pub use withheld::{Withheld, WithheldReason};

use crate::model::{Finding, Preflight, Problem, ProblemCode, Problems, Service, Shown};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of every operation of this crate.
///
/// `Display` is one sentence. [`source`](std::error::Error::source) is the cause: the platform's own message, or the
/// error of the transport. [`advice`](Self::advice) says what to do.
///
/// ```
/// # async fn import(importer: &numport::Importer, request: &numport::ImportRequest) {
/// use numport::Error;
///
/// match importer.import(request).await {
///     Ok(imported) => println!("{imported}"),
///     Err(Error::Invalid(invalid)) => invalid.problems.iter().for_each(|problem| println!("correct this: {problem}")),
///     Err(Error::Indeterminate(unresolved)) => println!("unknown since {}: {unresolved}", unresolved.sent_at),
///     Err(error) if error.is_retryable() => println!("again later: {}", error.report()),
///     Err(error) => println!("{}", error.report()),
/// }
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not sent: the request, a setting or an environment variable is invalid, or the platform does not support the
    /// request. It lists every problem.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Not sent: the carrier's findings about the number prevent the import.
    #[error("{}: import number was not sent for {}: {}", .0.platform, .0.number, errors_of(.0))]
    Preflight(Box<Preflight>),
    /// Not sent: the platform may already have the number, or another import of it is in progress.
    #[error(transparent)]
    Withheld(#[from] Box<Withheld>),
    /// One call to a platform or carrier failed. [`CallError::delivery`] says whether it was carried out.
    #[error(transparent)]
    Call(#[from] Box<CallError>),
    /// The platform answered that it has no such record.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Partly done: an operation of several steps failed between two of them. Run it again to finish it.
    #[error(transparent)]
    Incomplete(#[from] Box<Incomplete>),
    /// Possibly done: the response to an import was lost or is unclear, and no lookup found the number afterwards.
    #[error(transparent)]
    Indeterminate(#[from] Box<Indeterminate>),
}

impl Error {
    /// What is wrong with settings.
    pub(crate) fn invalid(subject: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self::Invalid(Invalid::new(subject, problems))
    }

    /// The same error of another operation than an import, such as `rolled back`.
    pub(crate) fn withheld_from(mut self, operation: &'static str) -> Self {
        if let Self::Withheld(withheld) = &mut self {
            withheld.withheld = operation;
        }
        self
    }

    /// Returns the call that failed, if a call caused the error, at any depth of its causes.
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

    /// Returns the failed call if the create itself failed, such as an import. Returns `None` for an error from before
    /// the create was sent, and for an error of a step before or after it ([`Error::Incomplete`]).
    ///
    /// The call's [`delivery`](CallError::delivery) says whether the record may exist.
    #[must_use]
    pub fn create_failure(&self) -> Option<&CallError> {
        match self {
            Self::Call(call) if call.safety == Safety::Create => Some(call),
            _ => None,
        }
    }

    /// Returns the HTTP status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.call().and_then(|call| call.status)
    }

    /// Returns the meaning of that status.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        self.call().and_then(CallError::meaning)
    }

    /// Returns the platform's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.call().and_then(|call| call.request_id.as_deref())
    }

    /// Returns whether the operation was surely not done: it was invalid, was never sent, or was refused.
    #[must_use]
    pub fn surely_not_done(&self) -> bool {
        match self {
            Self::Invalid(_) | Self::Preflight(_) | Self::NotFound(_) => true,
            // An earlier create may be.
            Self::Withheld(withheld) => !matches!(withheld.reason, WithheldReason::Unresolved { .. }),
            Self::Call(call) => matches!(call.delivery, Delivery::NotSent | Delivery::Refused | Delivery::Read),
            Self::Incomplete(_) | Self::Indeterminate(_) => false,
        }
    }

    /// The same error, if an earlier request of the same operation has changed something: the operation is done in part.
    /// It sets a state, so it may be repeated.
    pub(crate) fn after_write(self) -> Self {
        match self {
            Self::Call(mut call) => {
                if matches!(call.delivery, Delivery::NotSent | Delivery::Refused | Delivery::Read) {
                    (call.delivery, call.safety) = (Delivery::Unknown, Safety::Repeatable);
                }
                Self::Call(call)
            }
            other => other,
        }
    }

    /// Whether a removal found nothing to remove after an earlier attempt of it had lost its answer:
    /// then that one did it.
    pub(crate) fn is_removed_before(&self) -> bool {
        let lost = |call: &CallError| call.delivery == Delivery::Unknown && call.meaning() == Some(Meaning::Missing);
        matches!(self, Self::Call(call) if lost(call))
    }

    /// Returns whether the platform has no such record.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_)) || self.meaning() == Some(Meaning::Missing)
    }

    /// Returns one line for people: the sentence, its causes and the advice. It has at most 8,192 characters. Line
    /// breaks, characters that move the cursor, and marks of direction are escaped.
    ///
    /// ```
    /// # #[cfg(feature = "vapi")] {
    /// let error = numport::Vapi::from_vars(|_| None).unwrap_err();
    /// assert_eq!(
    ///     error.report(),
    ///     "vapi: the settings are incomplete: `VAPI_API_KEY` is not set; set it to the private key of \
    ///      Vapi's dashboard. Correct the named values and try again. Nothing was sent."
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn report(&self) -> String {
        let line = format!("{}. {}", self.message().trim_end_matches('.'), self.advice());
        Shown { text: &line, max: 8192 }.to_string()
    }

    /// The error as a reason in a finding, with the advice unless trying again may help.
    pub(crate) fn as_reason(&self) -> String {
        match self.is_retryable() {
            true => self.to_string(),
            false => format!("{}. {}", self.to_string().trim_end_matches('.'), self.advice().trim_end_matches('.')),
        }
    }

    /// Returns one sentence that says what a user can do about the error.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::Invalid(invalid) if are_values(&invalid.problems) => {
                "Correct the named values and try again. Nothing was sent.".to_owned()
            }
            // Another value would not help: each problem says what does.
            Self::Invalid(_) => "Do what the message says. Nothing was changed.".to_owned(),
            Self::Preflight(preflight) => preflight.errors().map(Finding::advice).collect::<Vec<_>>().join(" "),
            Self::Withheld(withheld) => withheld.advice().to_owned(),
            Self::Call(call) => call.advice(),
            Self::NotFound(_) => "List the platform's records to see their ids.".to_owned(),
            Self::Incomplete(incomplete) => incomplete.advice(),
            Self::Indeterminate(unresolved) if unresolved.is_conflict() => {
                "Run the same import again in a minute: it looks up the number first. If that does not help, find the account or \
                 workspace of the platform that has the number, and check that the API key is that of the account you mean. \
                 Remove the number there, or import it there."
                    .to_owned()
            }
            Self::Indeterminate(_) => "Run the same import again later: it looks up the number first. \
                Do not import the number by other means before that."
                .to_owned(),
        }
    }
}

/// Whether the same request with other values can succeed.
pub(crate) fn are_values(problems: &[Problem]) -> bool {
    let is_value = |problem: &Problem| {
        matches!(
            problem.code,
            ProblemCode::Missing
                | ProblemCode::Empty
                | ProblemCode::Malformed
                | ProblemCode::Length
                | ProblemCode::OutOfRange
                | ProblemCode::NoChange
        )
    };
    problems.iter().all(is_value)
}

fn errors_of(preflight: &Preflight) -> String {
    preflight.errors().map(ToString::to_string).collect::<Vec<_>>().join("; ")
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
        (
            ProblemCode::NotBuilt,
            "is not included in this build".to_owned(),
            format!("enable the cargo feature `{name}`"),
        )
    } else {
        (
            ProblemCode::Unsupported,
            format!("is {name}, for which this crate has no client"),
            format!("implement `{what}`, or use {}", known.join(", ")),
        )
    };
    Error::invalid(format!("{name}: there is no client"), vec![Problem::new(code, field, fault, remedy)])
}

/// All problems of a request or of settings. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Invalid {
    /// The operation that was not done, such as `vapi: import number was not sent`.
    pub subject: String,
    /// All problems; never empty.
    pub problems: Vec<Problem>,
}

impl Invalid {
    /// Creates the error from the operation that was not done and its problems, for platforms of your own.
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
