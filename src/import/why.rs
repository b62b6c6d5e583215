//! Why an item of a run did not succeed, and what to do about it: the parts of its report.

use super::plan::{Applied, AppliedStep};
use super::{BulkItem, BulkOutcome, RenewalOutcome, RenewedItem, UndoOutcome, UndoneItem};
use crate::error::are_values;
use crate::model::{Finding, Severity};

pub(super) const NOT_ATTEMPTED: &str = "the credentials were refused earlier in this run";
const CREDENTIALS: &str = "Correct the credentials, then run it again.";

/// The sentences in one line, if there are any.
fn joined(sentences: impl Iterator<Item = String>, separator: &str) -> Option<String> {
    let line = sentences.collect::<Vec<_>>().join(separator);
    (!line.is_empty()).then_some(line)
}

/// A result with what to do about it.
pub(super) fn advised(result: String, advice: Option<String>) -> String {
    match advice {
        Some(advice) => format!("{result}. {advice}"),
        None => result,
    }
}

fn reasons(findings: &[Finding]) -> Option<String> {
    joined(findings.iter().map(ToString::to_string), "; ")
}

fn advice(findings: &[Finding]) -> Option<String> {
    let important = findings.iter().filter(|finding| finding.severity() > Severity::Note);
    joined(important.map(|finding| finding.advice().to_owned()), " ")
}

impl BulkItem {
    /// Returns why the number is not imported, in one line; `None` if it is.
    /// [`MaskNumbers`](crate::model::MaskNumbers) masks its numbers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    ///
    /// let mut items = importer.import_many([ImportRequest::new("+12025550143".parse()?)]);
    /// while let Some(item) = items.next().await {
    ///     let (reason, advice) = (item.reason().unwrap_or_default(), item.advice().unwrap_or_default());
    ///     println!("{}\t{}\t{reason}\t{advice}", item.request.number(), item.outcome.code());
    ///     assert!(reason.ends_with("the carrier does not hold the number"), "{reason}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match &self.outcome {
            BulkOutcome::Imported(_) => None,
            BulkOutcome::Failed(error) => Some(error.message()),
            BulkOutcome::Duplicate { of, differing } => {
                let mut reason = format!("the input already has it at index {of}");
                if let Some(fields) = joined(differing.iter().map(ToString::to_string), " and ") {
                    reason.push_str(&format!(", with another {fields}"));
                }
                Some(reason)
            }
            BulkOutcome::NotAttempted => Some(NOT_ATTEMPTED.to_owned()),
        }
    }

    /// Returns what to do about the outcome, in one line; `None` if nothing is to be done. For a number that is imported
    /// it is the advice of its warnings.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match &self.outcome {
            BulkOutcome::Imported(imported) => advice(&imported.findings),
            BulkOutcome::Failed(error) => Some(error.advice()),
            BulkOutcome::Duplicate { differing, .. } if differing.is_empty() => None,
            BulkOutcome::Duplicate { .. } => {
                Some("Decide which of the two requests is right, and import the number by it.".to_owned())
            }
            BulkOutcome::NotAttempted => Some(CREDENTIALS.to_owned()),
        }
    }
}

impl AppliedStep {
    /// Returns why the step did not reach its goal, in one line; `None` if it did.
    /// [`MaskNumbers`](crate::model::MaskNumbers) masks its numbers.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match &self.outcome {
            Applied::Failed(error) => Some(error.message()),
            Applied::Moved(differences) => joined(differences.iter().map(ToString::to_string), "; "),
            Applied::Blocked { findings } => {
                let problems = self.step.problems().iter().map(ToString::to_string);
                joined(problems.chain(reasons(findings)), ". ")
            }
            Applied::Kept { findings } => reasons(findings),
            Applied::NotAttempted => Some(NOT_ATTEMPTED.to_owned()),
            Applied::Imported(_) | Applied::Changed(_) | Applied::Removed { .. } | Applied::Unchanged => None,
        }
    }

    /// Returns what to do about the outcome, in one line; `None` if nothing is to be done. For a step that reached its
    /// goal it is the advice of its warnings.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match &self.outcome {
            Applied::Failed(error) => Some(error.advice()),
            Applied::Moved(_) => Some("Make a new plan.".to_owned()),
            Applied::Blocked { findings } if findings.is_empty() => {
                let are_values = are_values(self.step.problems());
                let first = if are_values { "Correct the named values" } else { "Do what the message says" };
                Some(format!("{first}, then make a new plan."))
            }
            Applied::Blocked { findings } | Applied::Kept { findings } | Applied::Removed { findings } => {
                advice(findings)
            }
            Applied::Imported(imported) => advice(&imported.findings),
            Applied::Unchanged | Applied::Changed(_) => advice(self.step.findings()),
            Applied::NotAttempted => Some(CREDENTIALS.to_owned()),
        }
    }
}

impl RenewedItem {
    /// Returns why the credentials are not renewed, in one line; `None` if they are.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match &self.outcome {
            RenewalOutcome::Renewed(_) => None,
            RenewalOutcome::Failed(error) => Some(error.message()),
            RenewalOutcome::Duplicate => Some("the input already has it".to_owned()),
            RenewalOutcome::NotAttempted => Some(NOT_ATTEMPTED.to_owned()),
        }
    }

    /// Returns what to do about the outcome, in one line; `None` if nothing is to be done.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match &self.outcome {
            RenewalOutcome::Renewed(renewed) => advice(&renewed.findings),
            RenewalOutcome::Failed(error) => Some(error.advice()),
            RenewalOutcome::Duplicate => None,
            RenewalOutcome::NotAttempted => Some(CREDENTIALS.to_owned()),
        }
    }
}

impl UndoneItem {
    /// Returns why the import is not rolled back completely, or why a credential stays, in one line; `None` if
    /// nothing is left.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match &self.outcome {
            UndoOutcome::Undone(undone) => undone.advice().map(|_| undone.to_string()),
            UndoOutcome::Failed(error) => Some(error.message()),
            UndoOutcome::NotAttempted => Some(NOT_ATTEMPTED.to_owned()),
        }
    }

    /// Returns what to do about the outcome, in one line; `None` if nothing is to be done.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match &self.outcome {
            UndoOutcome::Undone(undone) => undone.advice().map(str::to_owned),
            UndoOutcome::Failed(error) => Some(error.advice()),
            UndoOutcome::NotAttempted => Some(CREDENTIALS.to_owned()),
        }
    }
}
