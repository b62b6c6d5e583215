//! The outcomes of the steps of a plan.

use std::fmt;

use serde_json::{Map, Value};
use tracing::Span;

use super::PlanStep;
use crate::error::Error;
use crate::import::renew::Renewed;
use crate::import::{Imported, log};
use crate::model::{Finding, MaskNumbers, NumberRecord, Routing};

/// The result of one step of a plan.
///
/// ```
/// use numport::import::plan::{Applied, AppliedStep};
///
/// fn print(step: &AppliedStep) {
///     match &step.outcome {
///         Applied::Unchanged => {}
///         _ => println!("step {}: {}", step.index + 1, step.report()),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct AppliedStep {
    /// The step's index in the plan; the first is 0.
    pub index: usize,
    /// The step.
    pub step: PlanStep,
    /// The outcome of the step.
    pub outcome: Applied,
    /// How many requests the run has sent since the step before this one, as
    /// [`BulkItem::requests`](crate::import::BulkItem::requests).
    pub requests: u64,
}

/// The outcome of a step of a plan.
///
/// ```
/// use numport::import::plan::Applied;
///
/// fn told(outcome: &Applied) -> String {
///     match outcome {
///         Applied::Imported(imported) => imported.to_string(),
///         Applied::Moved(differences) => format!("make a new plan: {} differences", differences.len()),
///         Applied::Failed(error) => error.report(),
///         other => other.code().replace('_', " "),
///     }
/// }
/// assert_eq!(told(&Applied::NotAttempted), "not attempted");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Applied {
    /// The number is imported.
    Imported(Box<Imported>),
    /// The platform had the number, and the step changed its record, its routing or its credentials.
    Changed(Box<Changed>),
    /// The record is removed.
    Removed {
        /// The findings of the carrier lookup after the removal.
        findings: Vec<Finding>,
    },
    /// Nothing had to be done: the plan says so, or the step was done before.
    Unchanged,
    /// The plan keeps the record, which is not desired.
    Kept {
        /// Why the record stays, although the plan was told to remove it ([`Extra::kept`](super::Extra::kept)). If there
        /// is one, the step is a [failure](Self::is_failure).
        findings: Vec<Finding>,
    },
    /// The step cannot be done: the plan says so, or the carrier says so now.
    Blocked {
        /// The carrier's findings against the step. If they are empty, the step's own `problems` say why.
        findings: Vec<Finding>,
    },
    /// Something changed since the plan was made, so the step was skipped. Make a new plan.
    Moved(Vec<Difference>),
    /// It went wrong, as the errors of [`Importer::import`](crate::Importer::import) and of the platform's update and removal say.
    Failed(Error),
    /// Nothing was sent, because a service refused a key (401) before this step was reached.
    NotAttempted,
}

/// The changes of a step to a number that the platform had. At least one of them is set.
///
/// ```
/// use numport::import::plan::Applied;
///
/// fn was_pointed(outcome: &Applied) -> bool {
///     matches!(outcome, Applied::Changed(changed) if changed.routing.is_some())
/// }
/// assert!(!was_pointed(&Applied::Unchanged));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Changed {
    /// The record after its update.
    pub record: Option<NumberRecord>,
    /// The carrier's routing after the calls were pointed at the platform.
    pub routing: Option<Routing>,
    /// The credentials that were renewed.
    pub renewed: Option<Renewed>,
}

/// A difference between a plan and the current state.
///
/// ```
/// use numport::import::plan::Applied;
///
/// fn print(outcome: &Applied) {
///     let Applied::Moved(differences) = outcome else { return };
///     for difference in differences {
///         println!("{}: planned {}, now {}", difference.what, difference.planned, difference.found);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The name of what differs, such as `record`, `label` or `calls`.
    pub what: &'static str,
    /// The state when the plan was made.
    pub planned: String,
    /// The current state.
    pub found: String,
}

impl Difference {
    /// Of the settings that belong to an agent.
    pub(super) fn of_settings(planned: &Map<String, Value>, found: &Map<String, Value>) -> Self {
        let shown = |settings| serde_json::to_string(settings).unwrap_or_default();
        Self { what: "agent's settings", planned: shown(planned), found: shown(found) }
    }
}

impl AppliedStep {
    /// Returns one line for people: the step's number, the outcome, its reason, and what to do about it.
    #[must_use]
    pub fn report(&self) -> String {
        let number = self.step.number();
        let word = match &self.outcome {
            Applied::Changed(changed) => changed.words().collect::<Vec<_>>().join(", "),
            other => other.code().replace('_', " "),
        };
        let told = |findings: &[Finding]| {
            let told = findings.iter().map(|finding| format!("{finding}. {}", finding.advice()));
            told.collect::<Vec<_>>().join(" ")
        };
        let why = match &self.outcome {
            Applied::Failed(error) => error.report(),
            Applied::Moved(differences) => {
                let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
                format!("{}. Make a new plan.", differences.join("; "))
            }
            Applied::Kept { findings } => told(findings),
            Applied::Blocked { findings } => {
                let problems = self.step.problems().iter().map(|problem| format!("{problem}."));
                problems.chain(Some(told(findings)).filter(|told| !told.is_empty())).collect::<Vec<_>>().join(" ")
            }
            Applied::Imported(imported) => told(&imported.findings),
            Applied::Unchanged => told(self.step.findings()),
            // What the plan says of the record and its calls may be different by now, but not this.
            Applied::Changed(_) => told(&self.step.cannot()),
            _ => String::new(),
        };
        if why.is_empty() {
            return format!("{number} {word}");
        }
        format!("{number} {word}: {why}")
    }
}

impl PlanStep {
    /// What was asked of the plan and is not done.
    fn cannot(&self) -> Vec<Finding> {
        let is_so = |finding: &&Finding| finding.is_of_pointing() || matches!(finding, Finding::CannotRenew { .. });
        self.findings().iter().filter(is_so).cloned().collect()
    }
}

impl Applied {
    /// Returns the outcome's stable code, such as `updated` or `not_attempted`. The code of an import is the code of
    /// its
    /// [`Outcome`](crate::Outcome). The code of a failure is the code of its [`Failure`](crate::error::Failure).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Imported(imported) => imported.outcome.as_str(),
            Self::Changed(changed) => changed.words().next().unwrap_or("updated"),
            Self::Removed { .. } => "removed",
            Self::Unchanged => "unchanged",
            Self::Kept { .. } => "kept",
            Self::Blocked { .. } => "blocked",
            Self::Moved(_) => "moved",
            Self::Failed(error) => error.failure().as_str(),
            Self::NotAttempted => "not_attempted",
        }
    }

    /// Logs what became of a step that was to do something.
    pub(super) fn log(&self, step: &PlanStep) {
        Span::current().record("outcome", self.code());
        match self {
            Self::Imported(imported) => log::outcome(imported),
            Self::Failed(error) => log::failed(error),
            Self::Moved(differences) => {
                let told: Vec<_> = differences.iter().map(ToString::to_string).collect();
                tracing::warn!("moved: {}", MaskNumbers(told.join("; ")));
            }
            Self::Blocked { findings } => {
                tracing::info!("blocked");
                log::findings(findings);
            }
            Self::Removed { findings } => {
                tracing::info!("removed");
                log::findings(findings);
            }
            Self::Changed(_) => tracing::info!("{}", self.code()),
            Self::Kept { findings } if !findings.is_empty() => {
                tracing::info!("kept");
                log::findings(findings);
            }
            Self::Unchanged | Self::NotAttempted if step.does_something() => {
                tracing::info!("{}", self.code().replace('_', " "));
            }
            Self::Unchanged | Self::Kept { .. } | Self::NotAttempted => {}
        }
    }

    /// Returns whether the step did not reach its goal, as far as known.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Kept { findings } => !findings.is_empty(),
            Self::Blocked { .. } | Self::Moved(_) | Self::Failed(_) | Self::NotAttempted => true,
            Self::Imported(_) | Self::Changed(_) | Self::Removed { .. } | Self::Unchanged => false,
        }
    }
}

impl Changed {
    /// What was changed, as codes.
    fn words(&self) -> impl Iterator<Item = &'static str> {
        let changed = [
            ("updated", self.record.is_some()),
            ("pointed", self.routing.is_some()),
            ("renewed", self.renewed.is_some()),
        ];
        changed.into_iter().filter_map(|(word, is_so)| is_so.then_some(word))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words().next().is_none()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: planned {}, found {}", self.what, self.planned, self.found)
    }
}
