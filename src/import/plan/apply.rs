//! Applying a plan, as long as nothing has changed since it was made.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use tracing::Instrument;

use super::applied::{Applied, AppliedStep, Changed, Difference};
use super::calls::{PlannedCalls, Seal};
use super::written::Written;
use super::{Plan, PlanStep};
use crate::E164;
use crate::error::{Error, Incomplete, Result, Step};
use crate::import::Importer;
use crate::import::batches::{Item, Shared};
use crate::import::change::Change;
use crate::import::listing::Listed;
use crate::import::point::is_at;
use crate::import::verify::Unverified;
use crate::model;
use crate::model::{CallbackUrl, Finding, NumberId, NumberRecord, Reached, Routing};
use crate::platform::RenewalRun;

/// The steps of one plan, as they are applied.
pub(super) struct Steps {
    pub(super) shared: Arc<Shared>,
    pub(super) seal: Seal,
    renewals: RenewalRun,
}

/// How a step ends.
#[allow(clippy::large_enum_variant)] // it is taken apart where it is made
pub(super) enum Ended {
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
        if let (PlanStep::Import { request, calls, findings }, false) = (step, self.shared.refused.already()) {
            let begun = self.import(request, calls, findings).await;
            return self.shared.refused.watch(begun).unwrap_or_else(|error| Ended::Applied(failed(error)));
        }
        Ended::Applied(self.outcome(step).await)
    }

    async fn outcome(&self, step: &PlanStep) -> Applied {
        if !step.does_something() {
            return match step {
                PlanStep::Blocked { findings, .. } => Applied::Blocked { findings: findings.clone() },
                PlanStep::Extra(extra) => Applied::Kept { findings: extra.kept.clone() },
                step => match step.findings().iter().find(|finding| matches!(finding, Finding::CannotRenew { .. })) {
                    Some(cannot) => Applied::Blocked { findings: vec![cannot.clone()] },
                    None => Applied::Unchanged,
                },
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
        let mut lock = self
            .shared
            .importer
            .lock(number)
            .await
            .map_err(Error::from)
            .map_err(|error| error.withheld_from("changed"))?;
        let record = match self.planned_record(number, id, changes, planned).await? {
            Ok(record) => record,
            Err(moved) => return Ok(Applied::Moved(moved)),
        };
        let updates = !changes.iter().all(|change| change.is_done(&record));
        let mut written = if planned.point_to.is_some() || updates && self.takes_over() {
            self.write_down(&mut lock, number, record.clone(), changes).await?
        } else {
            Written::nothing(&mut lock, number, record.clone())
        };
        if updates {
            let updated = self.shared.importer.update_record(&record, number, Change::update(changes)).await;
            changed.record = Some(written.watch(updated).await?);
        }
        if let Some(address) = &planned.point_to {
            let mut pointed = self.point(number, planned, address).await;
            if changed.is_empty() {
                pointed = written.watch(pointed).await.map(Ok)?;
            }
            match pointed.map_err(|error| changed.broken(&record, Step::Point, error))? {
                Ok(routing) => changed.routing = routing,
                Err(moved) if changed.is_empty() => {
                    written.not_done().await;
                    return Ok(Applied::Moved(moved));
                }
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
        if changed.is_empty() {
            written.not_done().await;
        } else {
            written.done(self, &changed).await;
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
        let is_reset = |change: &&Change| match change {
            Change::Agent { settings, .. } => *settings != record.settings.agent && !change.is_done(&record),
            _ => false,
        };
        if let Some(Change::Agent { settings, .. }) = changes.iter().find(is_reset) {
            moved.push(Difference::of_settings(settings, &record.settings.agent));
        }
        if record.number.telephone() != Some(*number) {
            moved.push(Difference { what: "number", planned: number.to_string(), found: record.number.to_string() });
        }
        Ok(if moved.is_empty() { Ok(record) } else { Err(moved) })
    }

    /// Points calls that are still as they were planned for.
    pub(super) async fn point(
        &self,
        number: &E164,
        planned: &PlannedCalls,
        address: &CallbackUrl,
    ) -> Result<Result<Option<Routing>, Vec<Difference>>> {
        let Some(control) = self.shared.importer.provider.routing() else { return Ok(Ok(None)) };
        let now = control.snapshot(number).await?;
        if let Some(now) = &now {
            if is_at(control, &now.calls, address).await? {
                return Ok(Ok(None));
            }
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
pub(super) fn calls_moved(planned: &PlannedCalls, now: Option<&Routing>, seal: &Seal) -> Vec<Difference> {
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
