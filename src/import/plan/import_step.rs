//! The import of a plan, as long as nothing has changed since the plan was made.

use tokio::time::timeout_at;

use super::PlannedCalls;
use super::applied::{Applied, Changed, Difference};
use super::apply::{Ended, Steps, calls_moved, gone};
use crate::E164;
use crate::error::{CallError, Result, Safety};
use crate::http::deadline::after;
use crate::import::Imported;
use crate::import::memory::NumberLock;
use crate::import::reconcile::Differences;
use crate::import::run::Run;
use crate::model::{Finding, ImportRequest, NumberId, Reached, Routing};
use crate::platform::Create;

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

impl Steps {
    pub(super) async fn import(
        &self,
        request: &ImportRequest,
        planned: &PlannedCalls,
        findings: &[Finding],
    ) -> Result<Ended> {
        let applied = |applied| Ok(Ended::Applied(applied));
        let importer = &self.shared.importer;
        let deadline = after(importer.deadline);
        let create = importer.prepare(request)?;
        let mut run = importer.begin_run(request, deadline).await?;
        let import = self.import_planned(&mut run, create, request, planned);
        let brought = timeout_at(deadline, import).await;
        let brought = match brought.unwrap_or_else(|_| Err(run.late())) {
            Ok(brought) => brought,
            Err(error) => {
                run.settle_failed().await;
                return Err(error);
            }
        };
        let (imported, now, moved) = match brought {
            Brought::Imported { imported, now, moved } => (imported, now, moved),
            Brought::There(record) => {
                let there = self.point_there(&mut run.lock, request.number(), &record, planned);
                let late = |_| {
                    let carrier = importer.provider.kind().into();
                    Err(CallError::timed_out(carrier, "point calls", Safety::Repeatable))
                };
                return applied(timeout_at(deadline, there).await.unwrap_or_else(late)?);
            }
            Brought::Moved(moved) => return applied(Applied::Moved(moved)),
        };
        let mut unverified = run.unverified(*imported);
        // Unless the calls turn out to reach the platform all the same.
        unverified.imported.findings.extend(findings.iter().filter(|finding| finding.is_of_pointing()).cloned());
        let Some(address) = &planned.point_to else {
            return Ok(if unverified.needs_read(importer) {
                Ended::Imported(unverified)
            } else {
                Ended::Applied(Applied::Imported(Box::new(unverified.end(importer, None).await)))
            });
        };
        importer.look_again(&mut unverified, deadline).await;
        let imported = &mut unverified.imported;
        if imported.reached != Reached::Platform {
            let not_pointed = if let Some(moved) = moved.first() {
                Some(moved.to_string())
            } else {
                let point = importer.point_imported(imported, request.number(), now.as_ref(), address);
                let late = timeout_at(deadline, point).await.is_err();
                late.then(|| {
                    format!("the deadline of {:?} passed, so it is unknown whether it was done", importer.deadline)
                })
            };
            imported.findings.extend(not_pointed.map(|reason| Finding::NotPointed { reason }));
        }
        // Not before its calls are pointed, since it would know nothing of that.
        unverified.settle().await;
        applied(Applied::Imported(Box::new(unverified.imported)))
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
    async fn point_there(
        &self,
        lock: &mut NumberLock,
        number: &E164,
        id: &NumberId,
        planned: &PlannedCalls,
    ) -> Result<Applied> {
        let Some(address) = &planned.point_to else { return Ok(Applied::Unchanged) };
        // A list may be old, and calls are only sent to a record that is there now.
        match self.shared.importer.platform.get(id).await {
            Err(error) if error.is_not_found() => Ok(Applied::Moved(vec![gone(id)])),
            there => {
                let mut written = self.write_down(lock, number, there?, &[]).await?;
                let pointed = self.point(number, planned, address).await;
                let pointed = written.watch(pointed).await?;
                Ok(match pointed {
                    Ok(None) => {
                        written.not_done().await;
                        Applied::Unchanged
                    }
                    Ok(routing) => {
                        let changed = Changed { routing, ..Changed::default() };
                        written.done(self, &changed).await;
                        Applied::Changed(Box::new(changed))
                    }
                    Err(moved) => {
                        written.not_done().await;
                        Applied::Moved(moved)
                    }
                })
            }
        }
    }
}
