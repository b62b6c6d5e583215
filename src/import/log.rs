//! What a run leaves in the log: a span for each number, and an event for each outcome. What a call changed is logged by
//! the client, inside of the span.

use tracing::Span;

use super::{Imported, Outcome};
use crate::error::{Error, Result};
use crate::model::{Finding, MaskNumbers, Severity, Shown};

/// The span of what is done with one number.
macro_rules! number_span {
    ($name:literal, $importer:expr, $number:expr) => {
        ::tracing::info_span!(
            $name,
            number = %$number.masked(),
            platform = $importer.platform.kind().as_str(),
            carrier = $importer.provider.kind().as_str(),
            outcome = ::tracing::field::Empty,
        )
    };
}

pub(super) use number_span;

/// Logs how an import ended.
pub(super) fn imported(imported: &Imported) {
    Span::current().record("outcome", imported.outcome.as_str());
    outcome(imported);
}

/// Logs how a record came to be, and the warnings about it.
pub(super) fn outcome(imported: &Imported) {
    let id = &imported.record.id;
    match imported.outcome {
        Outcome::Created => tracing::info!(%id, "imported"),
        Outcome::Updated => tracing::info!(%id, "updated an existing record"),
        Outcome::AlreadyThere => tracing::debug!(%id, "already there"),
        Outcome::Recovered => {
            tracing::warn!(%id, "recovered: the response of an import was lost, and its record was found");
        }
    }
    if !imported.unconfirmed_fields.is_empty() {
        let fields: Vec<_> = imported.unconfirmed_fields.iter().map(|field| field.as_str()).collect();
        tracing::warn!(fields = fields.join(","), "the platform does not confirm these fields");
    }
    findings(&imported.findings);
}

/// Logs the warnings of an operation.
pub(super) fn findings(findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| finding.severity() >= Severity::Warning) {
        tracing::warn!(finding = finding.code(), "{}", MaskNumbers(finding));
    }
}

/// Logs how an operation ended.
pub(super) fn ended<T>(
    result: &Result<T>,
    code: impl FnOnce(&T) -> &'static str,
    told: impl FnOnce(&T) -> Option<String>,
) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    match result {
        Ok(done) => {
            span.record("outcome", code(done));
            if let Some(told) = told(done) {
                tracing::info!("{}", MaskNumbers(told));
            }
        }
        Err(error) => failed(error),
    }
}

/// Logs an error. It is returned as well, so it is no warning unless something is left to be done.
pub(super) fn failed(error: &Error) {
    let message = error.message();
    let message = MaskNumbers(Shown { text: &message, max: 1000 });
    let kind = error.kind().as_str();
    Span::current().record("outcome", error.failure().as_str());
    match error {
        Error::Indeterminate(_) => tracing::warn!(kind, "unresolved: {message}"),
        Error::Incomplete(incomplete) => match &incomplete.left_behind {
            Some(credential) => tracing::warn!(kind, %credential, "a credential is left behind: {message}"),
            None => tracing::warn!(kind, "incomplete: {message}"),
        },
        _ => tracing::info!(kind, "{message}"),
    }
}
