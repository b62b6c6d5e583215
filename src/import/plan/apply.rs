//! Doing what a plan says, as long as the world is as it was planned for.

use std::fmt;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};

use super::calls::{PlannedCalls, Seal};
use super::{Plan, PlanStep};
use crate::E164;
use crate::error::{Error, Result};
use crate::import::bulk::Refused;
use crate::import::change::Change;
use crate::import::listing::{Listed, Listing};
use crate::import::memory::NumberLock;
use crate::import::reconcile::Differences;
use crate::import::renew::Renewed;
use crate::import::run::Run;
use crate::import::{Imported, Importer};
use crate::model::{
    AccountId, CallbackUrl, Calls, Finding, ImportRequest, NumberId, NumberRecord, Problem, ProblemCode, Reached,
    Routing, Service,
};
use crate::platform::{Find, RenewalRun};

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
    /// Its calls are pointed at the platform; this is the carrier's routing now.
    Pointed(Box<Routing>),
    /// Its credentials are renewed, and nothing else was to be done.
    Renewed(Box<Renewed>),
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
        let (number, word) = (self.step.number(), self.outcome.code().replace('_', " "));
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
            (Applied::Imported(imported), _) if !imported.findings.is_empty() => {
                let findings = imported.findings.iter().map(|finding| format!("it {finding}. {}", finding.advice()));
                findings.collect::<Vec<_>>().join(" ")
            }
            _ => return format!("{number} {word}"),
        };
        format!("{number} {word}: {why}")
    }
}

impl Applied {
    /// Returns its stable code, such as `updated` or `not_attempted`. That of an import is the code of its
    /// [`Outcome`](crate::Outcome), that of a failure the code of its [`Failure`](crate::error::Failure).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Imported(imported) => imported.outcome.as_str(),
            Self::Updated(_) => "updated",
            Self::Pointed(_) => "pointed",
            Self::Renewed(_) => "renewed",
            Self::Removed { .. } => "removed",
            Self::Unchanged => "unchanged",
            Self::Kept => "kept",
            Self::Blocked { .. } => "blocked",
            Self::Moved(_) => "moved",
            Self::Failed(error) => error.failure().as_str(),
            Self::NotAttempted => "not_attempted",
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
    seal: Seal,
    renewals: RenewalRun,
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
    /// [`Error::Invalid`] when the plan is of another platform, provider or account, or removes what the platform cannot
    /// remove or gives away without consent; nothing was done.
    pub fn apply(&self, plan: Plan) -> Result<BoxStream<'static, AppliedStep>> {
        self.check_plan(&plan)?;
        let listed = self.platform.capabilities().find == Find::ThroughList;
        let listing = listed.then(|| Listing::new(self.platform.clone(), plan.steps.len(), |_| true));
        let shared = Arc::new(Shared {
            importer: self.clone(),
            listing,
            refused: Refused::of(self),
            seal: plan.seal.clone(),
            renewals: RenewalRun::new(),
        });
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
                problems.push(Problem::new(
                    ProblemCode::Mismatch,
                    field,
                    fault,
                    "apply it with the importer that it was made for",
                ));
            }
        }
        let accounts = "was made for another account";
        let remedy = "apply it with the account that it was made for; `ClientBuilder::account_name` gives an account whose \
                      key was renewed its former name";
        if !self.platform.account().is(&plan.account) {
            let fault = format!("{accounts}, {}", plan.account);
            problems.push(Problem::new(ProblemCode::Mismatch, "account", fault, remedy));
        }
        let own: Vec<AccountId> = self.provider.carriers().iter().map(|carrier| carrier.account()).collect();
        let same = own.len() == plan.carriers.len() && own.iter().zip(&plan.carriers).all(|(own, kept)| own.is(kept));
        if !same {
            let kept: Vec<String> = plan.carriers.iter().map(ToString::to_string).collect();
            let fault = format!("{accounts}, {}", kept.join(", "));
            problems.push(Problem::new(ProblemCode::Mismatch, "carriers", fault, remedy));
        }
        let removal = |step: &PlanStep| match step {
            PlanStep::Extra(extra) => extra.remove.as_ref().map(|removal| removal.consent),
            _ => None,
        };
        let mut consents: Vec<_> = plan.steps.iter().filter_map(removal).collect();
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
                // It was to be removed.
                PlanStep::Extra(extra) if !extra.kept.is_empty() => Applied::Blocked { findings: extra.kept.clone() },
                PlanStep::Extra(_) => Applied::Kept,
                _ => Applied::Unchanged,
            };
        }
        if self.refused.already() {
            return Applied::NotAttempted;
        }
        let done = match step {
            PlanStep::Import { request, calls, .. } => self.import(request, calls).await,
            PlanStep::Update { number, id, changes, calls, renew, .. } => {
                let updated = self.update(number, id, changes, calls).await;
                self.renew(number, *renew, updated).await
            }
            PlanStep::Unchanged { number, id, calls, renew, .. } => {
                let updated = self.update(number, id, &[], calls).await;
                self.renew(number, *renew, updated).await
            }
            PlanStep::Extra(extra) => match &extra.remove {
                Some(removal) => self.importer.remove_planned(extra, removal, &self.seal).await,
                None => Ok(Applied::Kept),
            },
            PlanStep::Blocked { .. } => Ok(Applied::Unchanged),
        };
        match self.refused.watch(done) {
            Ok(applied) => applied,
            Err(Error::Preflight(refused)) => Applied::Blocked { findings: refused.findings },
            Err(error) => Applied::Failed(error),
        }
    }

    async fn import(&self, request: &ImportRequest, planned: &PlannedCalls) -> Result<Applied> {
        let importer = &self.importer;
        let create = importer.prepare(request)?;
        let mut run = Run::begin(importer, request).await?;
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
        let now = run.preflight.as_ref().and_then(|preflight| preflight.routing.clone());
        if found.is_none() && run.preflight.is_some() {
            let moved = calls_moved(planned, now.as_ref(), &self.seal);
            if !moved.is_empty() {
                return Ok(Applied::Moved(moved));
            }
        }
        let mut imported = run.complete(found, create).await?;
        if let (Some(address), true) = (&planned.point_to, imported.reached != Reached::Platform) {
            importer.point_imported(&mut imported, request.number(), now.as_ref(), address).await;
        }
        Ok(Applied::Imported(Box::new(imported)))
    }

    /// Changes a record, and points its calls at the platform if that is planned.
    async fn update(
        &self,
        number: &E164,
        id: &NumberId,
        changes: &[Change],
        planned: &PlannedCalls,
    ) -> Result<Applied> {
        let platform = &self.importer.platform;
        let _lock = NumberLock::take(self.importer.account, number, self.importer.lock_timeout).await?;
        let listed = match &self.listing {
            Some(listing) if planned.point_to.is_none() => listing.ask(number).await,
            // Calls are only sent to a record that is there now.
            _ => Listed::Unknown,
        };
        let record = match listed {
            Listed::There(record) if record.id == *id => *record,
            _ => match platform.get(id).await {
                Err(error) if error.is_not_found() => return Ok(Applied::Moved(vec![gone(id)])),
                record => record?,
            },
        };
        if changes.iter().all(|change| change.is_done(&record)) && planned.point_to.is_none() {
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
        let mut applied = Applied::Unchanged;
        if !changes.iter().all(|change| change.is_done(&record)) {
            let updated = self.importer.update_record(id, number, &Change::update(changes)).await?;
            applied = Applied::Updated(Box::new(updated));
        }
        let Some(address) = &planned.point_to else { return Ok(applied) };
        match (self.point(number, planned, address).await?, applied) {
            (Applied::Pointed(_) | Applied::Unchanged, updated @ Applied::Updated(_)) => Ok(updated),
            (pointed, _) => Ok(pointed),
        }
    }

    /// Renews credentials after what else was to be done.
    async fn renew(&self, number: &E164, renew: bool, done: Result<Applied>) -> Result<Applied> {
        match done {
            Ok(done @ (Applied::Unchanged | Applied::Updated(_) | Applied::Pointed(_))) if renew => {
                let renewed = self.importer.renew_listed(number, self.listing.as_ref(), &self.renewals).await?;
                Ok(if matches!(done, Applied::Unchanged) { Applied::Renewed(Box::new(renewed)) } else { done })
            }
            done => done,
        }
    }

    /// Points calls that are still as they were planned for.
    async fn point(&self, number: &E164, planned: &PlannedCalls, address: &CallbackUrl) -> Result<Applied> {
        let Some(control) = self.importer.provider.routing() else { return Ok(Applied::Unchanged) };
        let now = control.snapshot(number).await?;
        if now.as_ref().is_some_and(|now| now.calls == Calls::Url(address.clone())) {
            return Ok(Applied::Unchanged);
        }
        let moved = calls_moved(planned, now.as_ref(), &self.seal);
        match now {
            Some(now) if moved.is_empty() => {
                Ok(Applied::Pointed(Box::new(self.importer.point(control, &now, address).await?)))
            }
            _ => Ok(Applied::Moved(moved)),
        }
    }
}

/// How the calls differ from the plan.
fn calls_moved(planned: &PlannedCalls, now: Option<&Routing>, seal: &Seal) -> Vec<Difference> {
    let shown = now.map_or_else(|| "not told".to_owned(), |now| now.calls.to_string());
    let found = |setting: String| {
        if shown == planned.shown() { format!("{shown}, with another {setting}") } else { shown.clone() }
    };
    let changed = planned.changed(now, seal).into_iter();
    changed
        .map(|setting| Difference { what: "calls", planned: planned.shown().to_owned(), found: found(setting) })
        .collect()
}

pub(super) fn gone(id: &NumberId) -> Difference {
    Difference { what: "record", planned: format!("id {id}"), found: "none".to_owned() }
}
