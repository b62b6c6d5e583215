//! Doing what a plan says, as long as the world is as it was planned for.

use std::fmt;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};

use super::make::calls;
use super::{Plan, PlanStep};
use crate::E164;
use crate::error::{Error, Result};
use crate::import::bulk::Refused;
use crate::import::change::Change;
use crate::import::listing::{Listed, Listing};
use crate::import::memory::NumberLock;
use crate::import::reconcile::Differences;
use crate::import::run::Run;
use crate::import::{Imported, Importer};
use crate::model::{Finding, ImportRequest, NumberId, NumberRecord, Problem, Service};
use crate::platform::Find;

/// A step of a plan, and what became of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct AppliedStep {
    /// The step's index in the plan; the first is 0.
    pub index: usize,
    /// The step.
    pub step: PlanStep,
    /// What became of it.
    pub outcome: Applied,
}

/// What became of a step of a plan.
#[derive(Debug)]
#[non_exhaustive]
pub enum Applied {
    /// The number is imported.
    Imported(Box<Imported>),
    /// Its record is changed; this is how it is now.
    Updated(Box<NumberRecord>),
    /// Its record is removed.
    Removed {
        /// What was found at the provider afterwards, if anything.
        findings: Vec<Finding>,
    },
    /// Nothing was to be done: the step says so, or it was done before.
    Unchanged,
    /// The plan leaves the record alone.
    Kept,
    /// It cannot be done: the plan says so, or the provider does now.
    Blocked {
        /// What the provider says against it, if that is why; else the step's own `problems` tell.
        findings: Vec<Finding>,
    },
    /// The world is no longer as it was planned for; nothing was changed. Make a new plan.
    Moved(Vec<Difference>),
    /// It went wrong, as the errors of [`Importer::import`] and of the platform's update and removal say.
    Failed(Error),
    /// Nothing was sent: a key was refused (401) before its turn came.
    NotAttempted,
}

/// How the world differs from a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What differs, such as `record`, `label` or `calls`.
    pub what: &'static str,
    /// How it was when the plan was made.
    pub planned: String,
    /// How it is.
    pub found: String,
}

impl AppliedStep {
    /// The step's number, what became of it, why, and what to do about it, in a line for people.
    #[must_use]
    pub fn report(&self) -> String {
        let (number, word) = (self.step.number(), self.outcome.as_str());
        let why = match (&self.outcome, &self.step) {
            (Applied::Failed(error), _) => error.report(),
            (Applied::Moved(differences), _) => {
                let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
                format!("{}. Make a new plan.", differences.join("; "))
            }
            (Applied::Blocked { findings }, step) => {
                let problems: &[Problem] = match step {
                    PlanStep::Blocked { problems, .. } => problems,
                    _ => &[],
                };
                let problems = problems.iter().map(|problem| format!("{problem}."));
                let findings = findings.iter().map(|finding| format!("it {finding}. {}", finding.advice()));
                problems.chain(findings).collect::<Vec<_>>().join(" ")
            }
            _ => return format!("{number} {word}"),
        };
        format!("{number} {word}: {why}")
    }
}

impl Applied {
    /// In two words at most, such as `updated` or `not attempted`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Imported(imported) => imported.outcome.as_str(),
            Self::Updated(_) => "updated",
            Self::Removed { .. } => "removed",
            Self::Unchanged => "unchanged",
            Self::Kept => "kept",
            Self::Blocked { .. } => "blocked",
            Self::Moved(_) => "moved",
            Self::Failed(_) => "failed",
            Self::NotAttempted => "not attempted",
        }
    }

    /// Whether what the step was to bring about is not so, as far as is known.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Blocked { .. } | Self::Moved(_) | Self::Failed(_) | Self::NotAttempted)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: planned {}, found {}", self.what, self.planned, self.found)
    }
}

/// What the steps of one plan share.
struct Shared {
    importer: Importer,
    /// For platforms that find a number by listing them all.
    listing: Option<Listing>,
    refused: Refused,
}

impl Importer {
    /// Does what a plan says, several steps [concurrently](Self::concurrency), and returns what became of each as it is
    /// ready.
    ///
    /// Each step looks first whether the world still is as it was planned for, and is not done when it is not
    /// ([`Applied::Moved`]). A step that fails ends nothing but a key that is refused (401). Nothing happens unless
    /// the stream is read. Whoever drops it drops what is under way; a new plan then shows what is left.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when the plan is of another platform or provider, or removes what the platform cannot
    /// remove or gives away without consent; nothing was done.
    pub fn apply(&self, plan: Plan) -> Result<BoxStream<'static, AppliedStep>> {
        self.check_plan(&plan)?;
        let listed = self.platform.capabilities().find == Find::ThroughList;
        let listing = listed.then(|| Listing::new(self.platform.clone(), plan.steps.len(), |_| true));
        let shared = Arc::new(Shared { importer: self.clone(), listing, refused: Refused::default() });
        let steps = stream::iter(plan.steps).enumerate().map(move |(index, step)| {
            let shared = shared.clone();
            async move {
                let outcome = shared.outcome(&step).await;
                AppliedStep { index, step, outcome }
            }
        });
        Ok(steps.buffer_unordered(self.concurrency).boxed())
    }

    fn check_plan(&self, plan: &Plan) -> Result<()> {
        let mut problems = Vec::new();
        let kinds: [(_, Service, Service); 2] = [
            ("platform", plan.platform.into(), self.platform.kind().into()),
            ("provider", plan.provider.into(), self.provider.kind().into()),
        ];
        for (field, planned, own) in kinds {
            if planned != own {
                let fault = format!("is {:?}, and the importer's is {own}", planned.as_str());
                problems.push(Problem::new(field, fault, "apply it with the importer that it was made for"));
            }
        }
        let mut consents: Vec<_> = plan.steps.iter().filter_map(PlanStep::removal).collect();
        consents.dedup();
        for consent in consents {
            if let Err(Error::Invalid(invalid)) =
                self.platform.capabilities().check_removal(self.platform.kind(), consent)
            {
                problems.extend(invalid.problems);
            }
        }
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(Error::invalid("the plan was not applied", problems)) }
    }
}

impl Shared {
    async fn outcome(&self, step: &PlanStep) -> Applied {
        if !step.does_something() {
            return match step {
                PlanStep::Blocked { findings, .. } => Applied::Blocked { findings: findings.clone() },
                PlanStep::Extra { .. } => Applied::Kept,
                _ => Applied::Unchanged,
            };
        }
        if self.refused.already() {
            return Applied::NotAttempted;
        }
        let done = match step {
            PlanStep::Import { request, calls, .. } => self.import(request, calls.as_deref()).await,
            PlanStep::Update { number, id, changes, .. } => self.update(number, id, changes).await,
            PlanStep::Extra { number, id, second, remove: Some(consent), .. } => {
                self.importer.remove_planned(number, id, *second, *consent).await
            }
            _ => Ok(Applied::Unchanged),
        };
        match self.refused.watch(done) {
            Ok(applied) => applied,
            Err(Error::Preflight(refused)) => Applied::Blocked { findings: refused.findings },
            Err(error) => Applied::Failed(error),
        }
    }

    async fn import(&self, request: &ImportRequest, planned: Option<&str>) -> Result<Applied> {
        let importer = &self.importer;
        let sources = importer.sources();
        let create = importer.check(&sources, request)?;
        let mut run = Run::begin(importer, &sources, request).await?;
        let found = run.find(self.listing.as_ref()).await?;
        // A record of an import that was unresolved is ours, and is finished.
        if let Some(record) = found.as_ref().filter(|_| !run.is_unresolved()) {
            let differences = Differences::of(importer.platform.capabilities(), record, request, false);
            let planned = format!("none at {}", importer.platform.kind());
            let found = if differences.changes.is_empty() {
                return Ok(Applied::Unchanged);
            } else {
                format!("id {}", record.id)
            };
            return Ok(Applied::Moved(vec![Difference { what: "record", planned, found }]));
        }
        run.check_preflight()?;
        let now = run.preflight.as_ref().and_then(calls);
        if let (Some(planned), Some(now), None) = (planned, &now, &found) {
            if planned != now {
                let difference = Difference { what: "calls", planned: planned.to_owned(), found: now.clone() };
                return Ok(Applied::Moved(vec![difference]));
            }
        }
        run.complete(found, create).await.map(|imported| Applied::Imported(Box::new(imported)))
    }

    async fn update(&self, number: &E164, id: &NumberId, changes: &[Change]) -> Result<Applied> {
        let platform = &self.importer.platform;
        let _lock = NumberLock::take(&**platform, number, self.importer.lock_timeout).await?;
        let listed = match &self.listing {
            Some(listing) => listing.ask(number).await,
            None => Listed::Unknown,
        };
        let record = match listed {
            Listed::There(record) if record.id == *id => *record,
            _ => match platform.get(id).await {
                Err(error) if error.is_not_found() => return Ok(Applied::Moved(vec![gone(id)])),
                record => record?,
            },
        };
        if changes.iter().all(|change| change.is_done(&record)) {
            return Ok(Applied::Unchanged);
        }
        let mut moved: Vec<_> = changes
            .iter()
            // One that is done already may be of an update that broke off midway.
            .filter(|change| !change.is_open(&record) && !change.is_done(&record))
            .map(|change| Difference {
                what: change.field().as_str(),
                planned: change.planned_text(),
                found: change.found_text(&record),
            })
            .collect();
        if record.number.telephone() != Some(*number) {
            moved.push(Difference { what: "number", planned: number.to_string(), found: record.number.to_string() });
        }
        if !moved.is_empty() {
            return Ok(Applied::Moved(moved));
        }
        let updated = self.importer.update_record(id, number, &Change::update(changes)).await;
        updated.map(|record| Applied::Updated(Box::new(record)))
    }
}

pub(super) fn gone(id: &NumberId) -> Difference {
    Difference { what: "record", planned: format!("id {id}"), found: "none".to_owned() }
}
