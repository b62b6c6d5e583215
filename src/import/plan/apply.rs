//! Applying a plan, as long as nothing has changed since it was made.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::timeout_at;
use tracing::Instrument;

use super::applied::{Applied, AppliedStep, Changed, Difference};
use super::calls::{PlannedCalls, Seal};
use super::{Plan, PlanStep};
use crate::E164;
use crate::error::{CallError, Error, Incomplete, Result, Safety, Step};
use crate::http::deadline::after;
use crate::import::batches::{Item, Shared};
use crate::import::change::Change;
use crate::import::listing::Listed;
use crate::import::memory::NumberLock;
use crate::import::reconcile::Differences;
use crate::import::run::Run;
use crate::import::verify::Unverified;
use crate::import::{Imported, Importer};
use crate::model;
use crate::model::{CallbackUrl, Calls, Finding, ImportRequest, NumberId, NumberRecord, Reached, Routing};
use crate::platform::{Create, RenewalRun};

/// The steps of one plan, as they are applied.
struct Steps {
    shared: Arc<Shared>,
    seal: Seal,
    renewals: RenewalRun,
}

/// How a step ends.
#[allow(clippy::large_enum_variant)] // it is taken apart where it is made
enum Ended {
    Applied(Applied),
    /// It is an import that is to be verified first.
    Imported(Unverified),
}

/// What became of a planned import before its verification.
enum Brought {
    Imported {
        imported: Box<Imported>,
        /// The routing that was read at the beginning.
        now: Option<Routing>,
        /// How it differs from the plan.
        moved: Vec<Difference>,
    },
    /// The record is there as planned.
    There(NumberId),
    /// Something changed since the plan was made.
    Moved(Vec<Difference>),
}

impl Importer {
    /// Applies a plan, several steps [concurrently](Self::concurrency). The stream yields the result of each step as
    /// soon as it is ready. Imports are verified together, as those of [`import_many`](Self::import_many) are.
    ///
    /// Each step first verifies that nothing has changed since the plan was made. If something changed, the step is
    /// skipped and reported as [`Applied::Moved`]. For imports, it may take this from lists that it reads itself
    /// ([`list_age`](Self::list_age)). The stream continues after failures; only a refused key (401) ends
    /// it. Nothing happens until the stream is polled. Dropping the stream cancels the steps that have begun;
    /// [`apply_until`](Self::apply_until) stops without that. A new plan shows the remaining steps.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when the plan was made for another platform, provider or account, or when it removes a record
    /// that the platform cannot remove, or whose number the platform would release without consent. Nothing was done.
    pub fn apply(&self, plan: Plan) -> Result<BoxStream<'static, AppliedStep>> {
        self.apply_until(plan, std::future::pending())
    }

    /// Applies a plan as [`apply`](Self::apply) does, and begins no further step once `stop` is ready. The steps that
    /// have begun are finished, and the stream ends after them. It yields nothing for the other steps: their number is
    /// `plan.steps.len()` minus that of the results, and a new plan shows them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use numport::{Desired, ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    /// use tokio::sync::oneshot;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?).concurrency(1);
    ///
    /// let desired = Desired::from_iter([
    ///     ImportRequest::new("+14155552671".parse()?),
    ///     ImportRequest::new("+442071838750".parse()?),
    /// ]);
    /// let plan = importer.plan(&desired).await?;
    /// let total = plan.steps.len();
    /// let (stop, stopped) = oneshot::channel::<()>(); // or `tokio::signal::ctrl_c()`
    /// let mut steps = importer.apply_until(plan, async { drop(stopped.await) })?;
    ///
    /// drop(stop);
    /// let mut done = 0;
    /// while steps.next().await.is_some() {
    ///     done += 1;
    /// }
    /// println!("{} steps were not begun", total - done);
    /// # assert_eq!(done, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The same errors as [`apply`](Self::apply).
    pub fn apply_until<'a>(
        &self,
        plan: Plan,
        stop: impl Future<Output = ()> + Send + 'a,
    ) -> Result<BoxStream<'a, AppliedStep>> {
        self.check_plan(&plan, "the plan was not applied")?;
        let imports = plan.steps.iter().filter(|step| matches!(step, PlanStep::Import { .. })).count();
        let numbers: Arc<HashSet<E164>> = Arc::new(
            plan.steps
                .iter()
                .filter(|step| step.does_something())
                .filter_map(|step| step.number().telephone())
                .collect(),
        );
        let shared = Shared::new(self, imports, move |number| numbers.contains(number));
        let run = Arc::new(Steps { shared: shared.clone(), seal: plan.seal, renewals: RenewalRun::new() });
        let begin = move |(index, step)| run.clone().begin(index, step);
        let steps = stream::iter(plan.steps).enumerate().take_until(Box::pin(stop)).map(begin);
        Ok(shared.run(steps, |step, requests| AppliedStep { requests, ..step }))
    }
}

impl Steps {
    async fn begin(self: Arc<Self>, index: usize, step: PlanStep) -> Item<AppliedStep> {
        let importer = &self.shared.importer;
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
        if let (PlanStep::Import { request, calls, .. }, false) = (step, self.shared.refused.already()) {
            let begun = self.import(request, calls).await;
            return self.shared.refused.watch(begun).unwrap_or_else(|error| Ended::Applied(failed(error)));
        }
        Ended::Applied(self.outcome(step).await)
    }

    async fn outcome(&self, step: &PlanStep) -> Applied {
        if !step.does_something() {
            return match step {
                PlanStep::Blocked { findings, .. } => Applied::Blocked { findings: findings.clone() },
                PlanStep::Extra(extra) => Applied::Kept { findings: extra.kept.clone() },
                _ => Applied::Unchanged,
            };
        }
        if self.shared.refused.already() {
            return Applied::NotAttempted;
        }
        let done = match step {
            PlanStep::Update { number, id, changes, calls, renew, .. } => {
                self.change(number, id, changes, calls, *renew).await
            }
            PlanStep::Unchanged { number, id, calls, renew, .. } => self.change(number, id, &[], calls, *renew).await,
            PlanStep::Extra(extra) => match &extra.remove {
                Some(removal) => self.shared.importer.remove_planned(extra, removal, &self.seal).await,
                None => Ok(Applied::Kept { findings: extra.kept.clone() }),
            },
            // Imports have begun elsewhere.
            PlanStep::Import { .. } | PlanStep::Blocked { .. } => Ok(Applied::Unchanged),
        };
        self.shared.refused.watch(done).unwrap_or_else(failed)
    }

    async fn import(&self, request: &ImportRequest, planned: &PlannedCalls) -> Result<Ended> {
        let applied = |applied| Ok(Ended::Applied(applied));
        let importer = &self.shared.importer;
        let deadline = after(importer.deadline);
        let create = importer.prepare(request)?;
        let mut run = importer.begin_run(request, deadline).await?;
        let import = self.import_planned(&mut run, create, request, planned);
        let Ok(brought) = timeout_at(deadline, import).await else { return Err(run.late()) };
        let (imported, now, moved) = match brought? {
            Brought::Imported { imported, now, moved } => (imported, now, moved),
            Brought::There(record) => {
                let there = self.point_there(request.number(), &record, planned);
                let late = |_| {
                    let carrier = importer.provider.kind().into();
                    Err(CallError::timed_out(carrier, "point calls", Safety::Repeatable))
                };
                return applied(timeout_at(deadline, there).await.unwrap_or_else(late)?);
            }
            Brought::Moved(moved) => return applied(Applied::Moved(moved)),
        };
        let unverified = run.unverified(*imported);
        let Some(address) = &planned.point_to else {
            return Ok(if unverified.needs_read(importer) {
                Ended::Imported(unverified)
            } else {
                Ended::Applied(Applied::Imported(Box::new(unverified.end(importer, None))))
            });
        };
        let mut imported = importer.verify(unverified, deadline).await;
        if imported.reached != Reached::Platform {
            let not_pointed = if let Some(moved) = moved.first() {
                Some(moved.to_string())
            } else {
                let point = importer.point_imported(&mut imported, request.number(), now.as_ref(), address);
                let late = timeout_at(deadline, point).await.is_err();
                late.then(|| {
                    format!("the deadline of {:?} passed, so it is unknown whether it was done", importer.deadline)
                })
            };
            imported.findings.extend(not_pointed.map(|reason| Finding::NotPointed { reason }));
        }
        applied(Applied::Imported(Box::new(imported)))
    }

    /// The import, up to its verification, unless the plan is outdated.
    async fn import_planned<'a>(
        &self,
        run: &mut Run<'a>,
        create: Option<Create<'a>>,
        request: &ImportRequest,
        planned: &PlannedCalls,
    ) -> Result<Brought> {
        let importer = &self.shared.importer;
        let found = run.look(Some(&self.shared.lists)).await??;
        // A record of an import that was unresolved is ours, and is finished.
        if let Some(record) = found.as_ref().filter(|_| !run.is_unresolved()) {
            let differences = Differences::of(importer.platform.capabilities(), record, request, false);
            if differences.changes.is_empty() {
                return Ok(Brought::There(record.id.clone()));
            }
            let (planned, found) = (format!("none at {}", importer.platform.kind()), format!("id {}", record.id));
            return Ok(Brought::Moved(vec![Difference { what: "record", planned, found }]));
        }
        run.check_preflight()?;
        let now = run.preflight.as_ref().and_then(|preflight| preflight.routing.clone());
        let mut moved = Vec::new();
        if run.preflight.is_some() {
            moved = calls_moved(planned, now.as_ref(), &self.seal);
            if found.is_none() && !moved.is_empty() {
                return Ok(Brought::Moved(moved));
            }
        }
        let imported = Box::new(run.complete(found, create).await?);
        Ok(Brought::Imported { imported, now, moved })
    }

    /// Points the calls of a number whose record is there as planned: this plan's own import, of an earlier run perhaps
    /// that broke off before it pointed them.
    async fn point_there(&self, number: &E164, id: &NumberId, planned: &PlannedCalls) -> Result<Applied> {
        let Some(address) = &planned.point_to else { return Ok(Applied::Unchanged) };
        // A list may be old, and calls are only sent to a record that is there now.
        match self.shared.importer.platform.get(id).await {
            Err(error) if error.is_not_found() => return Ok(Applied::Moved(vec![gone(id)])),
            there => drop(there?),
        }
        Ok(match self.point(number, planned, address).await? {
            Ok(None) => Applied::Unchanged,
            Ok(routing) => Applied::Changed(Box::new(Changed { routing, ..Changed::default() })),
            Err(moved) => Applied::Moved(moved),
        })
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
        let lock = NumberLock::take(self.shared.importer.account, number, self.shared.importer.lock_timeout).await?;
        let record = match self.planned_record(number, id, changes, planned).await? {
            Ok(record) => record,
            Err(moved) => return Ok(Applied::Moved(moved)),
        };
        if !changes.iter().all(|change| change.is_done(&record)) {
            let updated = self.shared.importer.update_record(id, number, &Change::update(changes)).await?;
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
                    return Err(changed.broken(
                        &record,
                        Step::Point,
                        self.shared.importer.not_pointed(address, &found),
                    ));
                }
            }
        }
        drop(lock);
        if renew {
            let renewed = self
                .shared
                .importer
                .renew_listed(number, Some(id), Some(&self.shared.lists.platform), &self.renewals)
                .await;
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
            self.shared.lists.platform.ask(number).await
        } else {
            Listed::Unknown
        };
        let record = match listed {
            Listed::There(record) if record.id == *id => *record,
            _ => match self.shared.importer.platform.get(id).await {
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
        let Some(control) = self.shared.importer.provider.routing() else { return Ok(Ok(None)) };
        let now = control.snapshot(number).await?;
        if now.as_ref().is_some_and(|now| now.calls == Calls::Url(address.clone())) {
            return Ok(Ok(None));
        }
        let moved = calls_moved(planned, now.as_ref(), &self.seal);
        match now {
            // The platform took them over itself, when its record got an agent.
            Some(now) if !moved.is_empty() && self.shared.importer.reached(Some(&now.calls)) == Reached::Platform => {
                Ok(Ok(None))
            }
            Some(now) if moved.is_empty() => Ok(Ok(Some(self.shared.importer.point(control, &now, address).await?))),
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
