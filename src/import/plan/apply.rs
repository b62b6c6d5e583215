//! Applying a plan, as long as nothing has changed since it was made.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use tracing::Instrument;

use super::applied::{Applied, AppliedStep, Changed, Difference};
use super::calls::{PlannedCalls, Seal};
use super::extra::PlannedRemoval;
use super::{Plan, PlanStep};
use crate::E164;

use crate::error::{Error, Incomplete, Result, Step};
use crate::http::count::RequestCount;
use crate::http::deadline::after;
use crate::import::Importer;
use crate::import::batches::{Item, batched};
use crate::import::bulk::Refused;
use crate::import::change::Change;
use crate::import::listing::{Listed, Lists};
use crate::import::memory::NumberLock;
use crate::import::reconcile::Differences;
use crate::import::run::Run;
use crate::import::verify::Unverified;
use crate::model;
use crate::model::{
    AccountId, CallbackUrl, Calls, Finding, ImportRequest, NumberId, NumberRecord, Problem, ProblemCode, Reached,
    Routing, Service,
};
use crate::platform::{OnRemoval, RenewalRun};

/// What the steps of one plan share.
struct Shared {
    importer: Importer,
    lists: Lists,
    refused: Refused,
    seal: Seal,
    renewals: RenewalRun,
    requests: RequestCount,
}

/// How a step ends.
#[allow(clippy::large_enum_variant)] // it is taken apart where it is made
enum Ended {
    Applied(Applied),
    /// It is an import that is to be verified first.
    Imported(Unverified),
}

impl Importer {
    /// Applies a plan, several steps [concurrently](Self::concurrency). The stream yields the result of each step as
    /// soon as it is ready. Imports are verified together, as those of [`import_many`](Self::import_many) are.
    ///
    /// Each step first verifies that nothing has changed since the plan was made. If something changed, the step is
    /// skipped and reported as [`Applied::Moved`]. For imports, it may take this from lists that it reads itself
    /// ([`list_age`](Self::list_age)). The stream continues after failures; only a refused key (401) ends
    /// it. Nothing happens until the stream is polled. Dropping the stream cancels the steps that have begun; a new
    /// plan then shows the remaining steps.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when the plan was made for another platform, provider or account, or when it removes a record
    /// that the platform cannot remove, or whose number the platform would release without consent. Nothing was done.
    pub fn apply(&self, plan: Plan) -> Result<BoxStream<'static, AppliedStep>> {
        self.check_plan(&plan, "the plan was not applied")?;
        let imports = plan.steps.iter().filter(|step| matches!(step, PlanStep::Import { .. })).count();
        let numbers: Arc<HashSet<E164>> = Arc::new(
            plan.steps
                .iter()
                .filter(|step| step.does_something())
                .filter_map(|step| step.number().telephone())
                .collect(),
        );
        let importer = self.for_run();
        let shared = Arc::new(Shared {
            lists: Lists::new(&importer, imports, move |number| numbers.contains(number)),
            importer,
            refused: Refused::of(self),
            seal: plan.seal.clone(),
            renewals: RenewalRun::new(),
            requests: RequestCount::default(),
        });
        let (verifier, counted) = (shared.clone(), shared.requests.clone());
        let steps = stream::iter(plan.steps).enumerate().map(move |(index, step)| {
            let shared = shared.clone();
            async move {
                let requests = shared.requests.clone();
                requests.of(shared.begin(index, step)).await
            }
        });
        let verify = move |unverified: Vec<Unverified>| {
            let shared = verifier.clone();
            async move { shared.requests.of(shared.importer.verify_all(unverified, &shared.lists)).await }.boxed()
        };
        let steps = batched(steps, self.concurrency, verify);
        Ok(steps.map(move |step| AppliedStep { requests: counted.take(), ..step }).boxed())
    }

    pub(super) fn check_plan(&self, plan: &Plan, not_done: &str) -> Result<()> {
        let mut problems = Vec::new();
        let kinds: [(_, Service, Service); 2] = [
            ("platform", plan.platform.into(), self.platform.kind().into()),
            ("provider", plan.provider.into(), self.provider.kind().into()),
        ];
        for (field, planned, own) in kinds {
            if planned != own {
                let fault = format!("is {:?}, but the importer's is {own}", planned.as_str());
                problems.push(Problem::new(
                    ProblemCode::Mismatch,
                    field,
                    fault,
                    "use the importer that the plan was made for",
                ));
            }
        }
        let remedy = "use the account that the plan was made for; if its key was renewed, set its former name with \
                      `ClientBuilder::account_name`";
        if !self.platform.account().is(&plan.account) {
            let fault = format!("is {}, and the importer has another account", plan.account);
            problems.push(Problem::new(ProblemCode::Mismatch, "account", fault, remedy));
        }
        let own: Vec<AccountId> = self.provider.carriers().iter().map(|carrier| carrier.account()).collect();
        let same = own.len() == plan.carriers.len()
            && plan.carriers.iter().all(|kept| own.iter().any(|own| own.is(kept)))
            && own.iter().all(|own| plan.carriers.iter().any(|kept| own.is(kept)));
        if !same {
            let kept: Vec<String> = plan.carriers.iter().map(ToString::to_string).collect();
            let fault = format!("are {}, and the importer has other carriers", kept.join(", "));
            problems.push(Problem::new(ProblemCode::Mismatch, "carriers", fault, remedy));
        }
        let removal = |step: &PlanStep| match step {
            PlanStep::Extra(extra) => extra.remove.as_ref().map(|removal| removal.consent),
            _ => None,
        };
        let on_removal = self.platform.capabilities().removal;
        let untrue = |step: &PlanStep| match step {
            PlanStep::Extra(extra) => {
                let is_so = |removal: &PlannedRemoval| removal.releases != (on_removal == OnRemoval::Releases);
                extra.remove.as_ref().is_some_and(is_so)
            }
            _ => false,
        };
        let is_own = plan.platform == self.platform.kind();
        if is_own && (plan.on_removal != on_removal || plan.steps.iter().any(untrue)) {
            let fault = "contradict the platform on whether a removal releases the number";
            problems.push(Problem::new(ProblemCode::Mismatch, "steps", fault, "make a new plan"));
        }
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
        if problems.is_empty() { Ok(()) } else { Err(Error::invalid(not_done, problems)) }
    }
}

impl Shared {
    async fn begin(self: Arc<Self>, index: usize, step: PlanStep) -> Item<AppliedStep> {
        let importer = &self.importer;
        let span = tracing::info_span!(
            "step",
            action = step.code(),
            number = %model::masked_number(&step.number()),
            platform = importer.platform.kind().as_str(),
            carrier = importer.provider.kind().as_str(),
            outcome = tracing::field::Empty,
        );
        let ended = self.run(&step).instrument(span.clone()).await;
        let finish = move |outcome: Applied| {
            span.in_scope(|| outcome.log(&step));
            AppliedStep { index, step, outcome, requests: 0 }
        };
        match ended {
            Ended::Applied(applied) => Item::Done(finish(applied)),
            Ended::Imported(unverified) => Item::Unverified(
                Box::new(unverified),
                Box::new(move |imported| finish(Applied::Imported(Box::new(imported)))),
            ),
        }
    }

    async fn run(&self, step: &PlanStep) -> Ended {
        if let (PlanStep::Import { request, calls, .. }, false) = (step, self.refused.already()) {
            let begun = self.import(request, calls).await;
            return self.refused.watch(begun).unwrap_or_else(|error| Ended::Applied(failed(error)));
        }
        Ended::Applied(self.outcome(step).await)
    }

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
            PlanStep::Update { number, id, changes, calls, renew, .. } => {
                self.change(number, id, changes, calls, *renew).await
            }
            PlanStep::Unchanged { number, id, calls, renew, .. } => self.change(number, id, &[], calls, *renew).await,
            PlanStep::Extra(extra) => match &extra.remove {
                Some(removal) => self.importer.remove_planned(extra, removal, &self.seal).await,
                None => Ok(Applied::Kept),
            },
            // Imports have begun elsewhere.
            PlanStep::Import { .. } | PlanStep::Blocked { .. } => Ok(Applied::Unchanged),
        };
        self.refused.watch(done).unwrap_or_else(failed)
    }

    async fn import(&self, request: &ImportRequest, planned: &PlannedCalls) -> Result<Ended> {
        let applied = |applied| Ok(Ended::Applied(applied));
        let importer = &self.importer;
        let create = importer.prepare(request)?;
        let mut run = Run::begin(importer, request).await?;
        let found = run.look(Some(&self.lists)).await??;
        // A record of an import that was unresolved is ours, and is finished.
        if let Some(record) = found.as_ref().filter(|_| !run.is_unresolved()) {
            let differences = Differences::of(importer.platform.capabilities(), record, request, false);
            if differences.changes.is_empty() {
                // This plan's own import, of an earlier run perhaps that broke off before it pointed the calls.
                let Some(address) = &planned.point_to else { return applied(Applied::Unchanged) };
                // A list may be old, and calls are only sent to a record that is there now.
                match importer.platform.get(&record.id).await {
                    Err(error) if error.is_not_found() => return applied(Applied::Moved(vec![gone(&record.id)])),
                    there => drop(there?),
                }
                return applied(match self.point(request.number(), planned, address).await? {
                    Ok(None) => Applied::Unchanged,
                    Ok(routing) => Applied::Changed(Box::new(Changed { routing, ..Changed::default() })),
                    Err(moved) => Applied::Moved(moved),
                });
            }
            let (planned, found) = (format!("none at {}", importer.platform.kind()), format!("id {}", record.id));
            return applied(Applied::Moved(vec![Difference { what: "record", planned, found }]));
        }
        run.check_preflight()?;
        let now = run.preflight.as_ref().and_then(|preflight| preflight.routing.clone());
        let mut moved = Vec::new();
        if run.preflight.is_some() {
            moved = calls_moved(planned, now.as_ref(), &self.seal);
            if found.is_none() && !moved.is_empty() {
                return applied(Applied::Moved(moved));
            }
        }
        let imported = run.complete(found, create).await?;
        let unverified = run.unverified(imported);
        let Some(address) = &planned.point_to else {
            return Ok(if unverified.needs_read(importer) {
                Ended::Imported(unverified)
            } else {
                Ended::Applied(Applied::Imported(Box::new(unverified.end(importer, None))))
            });
        };
        let mut imported = importer.verify(unverified, after(importer.deadline)).await;
        if imported.reached != Reached::Platform {
            if let Some(moved) = moved.first() {
                imported.findings.push(Finding::NotPointed { reason: moved.to_string() });
            } else {
                importer.point_imported(&mut imported, request.number(), now.as_ref(), address).await;
            }
        }
        applied(Applied::Imported(Box::new(imported)))
    }

    /// Changes a record, points its calls at the platform, and renews its credentials, as far as that is planned.
    async fn change(
        &self,
        number: &E164,
        id: &NumberId,
        changes: &[Change],
        planned: &PlannedCalls,
        renew: bool,
    ) -> Result<Applied> {
        let mut changed = Changed::default();
        let lock = NumberLock::take(self.importer.account, number, self.importer.lock_timeout).await?;
        let record = match self.planned_record(number, id, changes, planned).await? {
            Ok(record) => record,
            Err(moved) => return Ok(Applied::Moved(moved)),
        };
        if !changes.iter().all(|change| change.is_done(&record)) {
            let updated = self.importer.update_record(id, number, &Change::update(changes)).await?;
            changed.record = Some(updated);
        }
        if let Some(address) = &planned.point_to {
            match self
                .point(number, planned, address)
                .await
                .map_err(|error| changed.broken(&record, Step::Point, error))?
            {
                Ok(routing) => changed.routing = routing,
                Err(moved) if changed.is_empty() => return Ok(Applied::Moved(moved)),
                Err(moved) => {
                    let found = moved.first().map(|moved| moved.found.clone()).unwrap_or_default();
                    return Err(changed.broken(&record, Step::Point, self.importer.not_pointed(address, &found)));
                }
            }
        }
        drop(lock);
        if renew {
            let renewed =
                self.importer.renew_listed(number, Some(id), Some(&self.lists.platform), &self.renewals).await;
            changed.renewed = Some(renewed.map_err(|error| changed.broken(&record, Step::Renew, error))?);
        }
        Ok(if changed.is_empty() { Applied::Unchanged } else { Applied::Changed(Box::new(changed)) })
    }

    /// The record, if it is still as it was planned for.
    async fn planned_record(
        &self,
        number: &E164,
        id: &NumberId,
        changes: &[Change],
        planned: &PlannedCalls,
    ) -> Result<Result<NumberRecord, Vec<Difference>>> {
        // A record is only changed, and calls are only sent to it, as it is now.
        let listed = if planned.point_to.is_none() && changes.is_empty() {
            self.lists.platform.ask(number).await
        } else {
            Listed::Unknown
        };
        let record = match listed {
            Listed::There(record) if record.id == *id => *record,
            _ => match self.importer.platform.get(id).await {
                Err(error) if error.is_not_found() => return Ok(Err(vec![gone(id)])),
                record => record?,
            },
        };
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
        Ok(if moved.is_empty() { Ok(record) } else { Err(moved) })
    }

    /// Points calls that are still as they were planned for.
    async fn point(
        &self,
        number: &E164,
        planned: &PlannedCalls,
        address: &CallbackUrl,
    ) -> Result<Result<Option<Routing>, Vec<Difference>>> {
        let Some(control) = self.importer.provider.routing() else { return Ok(Ok(None)) };
        let now = control.snapshot(number).await?;
        if now.as_ref().is_some_and(|now| now.calls == Calls::Url(address.clone())) {
            return Ok(Ok(None));
        }
        let moved = calls_moved(planned, now.as_ref(), &self.seal);
        match now {
            // The platform took them over itself, when its record got an agent.
            Some(now) if !moved.is_empty() && self.importer.reached(Some(&now.calls)) == Reached::Platform => {
                Ok(Ok(None))
            }
            Some(now) if moved.is_empty() => Ok(Ok(Some(self.importer.point(control, &now, address).await?))),
            _ => Ok(Err(moved)),
        }
    }
}

fn failed(error: Error) -> Applied {
    match error {
        Error::Preflight(refused) => Applied::Blocked { findings: refused.findings },
        error => Applied::Failed(error),
    }
}

impl Changed {
    /// The error of a step after which something is changed already.
    fn broken(&self, before: &NumberRecord, step: Step, error: Error) -> Error {
        if self.is_empty() {
            return error;
        }
        let record = self.record.as_ref().unwrap_or(before).clone();
        Box::new(Incomplete::imported(record, step, error)).into()
    }
}

/// How the calls differ from the plan.
fn calls_moved(planned: &PlannedCalls, now: Option<&Routing>, seal: &Seal) -> Vec<Difference> {
    let shown = now.map_or_else(|| "unknown".to_owned(), |now| now.calls.to_string());
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
