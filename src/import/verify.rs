//! Reading the carrier again after an import.

use futures_util::future::join_all;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use super::listing::Lists;
use super::memory::NumberLock;
use super::{Imported, Importer, Outcome};
use crate::error;
use crate::http::deadline::after;
use crate::model::{Finding, Reached, Routing};
use crate::platform::Takeover;

/// A look at a carrier, unless it takes too long.
pub(super) type Read = Result<error::Result<Option<Routing>>, Elapsed>;

/// The routing after an import, or why it could not be read.
type After = Result<Option<Routing>, String>;

/// An import whose record is there and set up. Whether the platform gets the calls is still to be looked at.
///
/// Dropped, it stays unresolved: nobody has learned where the calls went before.
pub(super) struct Unverified {
    pub(super) lock: NumberLock,
    pub(super) imported: Imported,
    /// The index of the carrier that the number was imported from.
    pub(super) carrier: usize,
}

impl Unverified {
    /// Whether the carrier must be read again. What was read at the beginning still holds if the record was found
    /// before anything was sent.
    pub(super) fn needs_read(&self, importer: &Importer) -> bool {
        let takeover = importer.takeover(importer.sources.get(self.carrier));
        self.lock.routing.is_some()
            && importer.provider.routing().is_some()
            && takeover != Takeover::Nothing
            && (self.lock.has_sent || !self.imported.outcome.was_there() || self.agent_set(takeover))
    }

    /// Whether an update has given the record the agent with which the platform takes the calls over.
    fn agent_set(&self, takeover: Takeover) -> bool {
        takeover == Takeover::WithAgent && self.imported.before.is_some()
    }

    /// Whether the platform is documented to have taken the calls over.
    fn is_taken_over(&self, importer: &Importer) -> bool {
        let takeover = importer.takeover(importer.sources.get(self.carrier));
        match takeover {
            Takeover::AtImport => true,
            Takeover::WithAgent => {
                let is_set = !self.imported.outcome.was_there() || self.agent_set(takeover);
                is_set && self.imported.record.agent.is_some()
            }
            Takeover::Unknown | Takeover::Nothing => false,
        }
    }

    /// Whether a list that shows this routing after the import is believed. One that lags shows the one before.
    pub(super) fn believes(&self, importer: &Importer, listed: &Routing) -> bool {
        !self.is_taken_over(importer) || importer.receives(&listed.calls)
    }

    /// Ends the import with what the carrier says afterwards, if it was read again.
    pub(super) async fn end(mut self, importer: &Importer, after: Option<After>) -> Imported {
        self.verified(importer, after);
        self.settle().await;
        self.imported
    }

    fn verified(&mut self, importer: &Importer, after: Option<After>) {
        match (self.lock.routing.clone(), after) {
            (None, _) if !importer.skip_preflight => self.imported.findings.push(Finding::RoutingUnknown),
            (None, _) => {}
            (Some(now), after) => self.compare(importer, now, after),
        }
    }

    /// Tells the journal what was done.
    pub(super) async fn settle(&mut self) {
        self.lock.resolved();
        let Self { lock, imported, .. } = self;
        let has_changed = imported.outcome != Outcome::AlreadyThere
            || imported.routing_before.is_some()
            || !imported.earlier_changes.is_empty();
        lock.settle(|| has_changed.then(|| imported.undo())).await;
    }

    /// `now` is the routing that was read at the beginning.
    fn compare(&mut self, importer: &Importer, now: Routing, after: Option<After>) {
        let takeover = importer.takeover(importer.sources.get(self.carrier));
        let (agent_set, documented) = (self.agent_set(takeover), self.is_taken_over(importer));
        let imported = &mut self.imported;
        let found = imported.outcome.was_there();
        let mut before = if found && !agent_set && imported.routing_before.is_none() {
            None
        } else {
            Some(imported.routing_before.take().unwrap_or_else(|| now.clone()))
        };
        let was_read = after.is_some();
        match after.unwrap_or(Ok(Some(now))) {
            Ok(Some(after)) => {
                let as_before = before.as_ref().is_none_or(|before| before.calls == after.calls);
                imported.reached = importer.reached(Some(&after.calls));
                if imported.reached == Reached::Platform {
                    imported.findings.retain(|finding| !finding.is_of_pointing());
                }
                // An address that nobody knows and that is new is the platform's.
                let is_elsewhere = as_before || imported.reached == Reached::Elsewhere;
                let stays = importer.calls_finding(&after.calls, imported.record.agent.is_some(), takeover);
                let stays = stays.filter(|finding| match finding {
                    Finding::NotTakenOver { .. } => documented && is_elsewhere,
                    _ => true,
                });
                if let Some(stays) = stays {
                    imported.findings.push(stays);
                }
                if let Some(before) = before.as_mut().filter(|_| was_read) {
                    before.replaced_by = Some(importer.left_by_import(before, &after, takeover));
                }
            }
            Ok(None) => imported.findings.push(Finding::NotHeld),
            Err(reason) => imported.findings.push(Finding::VerificationFailed { reason }),
        }
        imported.routing_before = before;
    }
}

impl Importer {
    /// Looks at the carrier after one import, until the import's deadline.
    pub(super) async fn verify(&self, unverified: &mut Unverified, deadline: Instant) {
        self.look_again(unverified, deadline).await;
        unverified.settle().await;
    }

    /// The same for an import that is not over then.
    pub(super) async fn look_again(&self, unverified: &mut Unverified, deadline: Instant) {
        let after = match self.provider.routing().filter(|_| unverified.needs_read(self)) {
            Some(control) => {
                Some(self.after(timeout_at(deadline, control.snapshot(unverified.imported.number())).await))
            }
            None => None,
        };
        unverified.verified(self, after);
    }

    /// Looks at the carriers after many imports, in their order. All of them together have as long as one import.
    pub(super) async fn verify_all(&self, unverified: Vec<Unverified>, lists: &Lists) -> Vec<Imported> {
        let routings = lists.carriers.routings(self, &unverified, after(self.deadline)).await;
        let ended = unverified.into_iter().zip(routings);
        join_all(ended.map(|(unverified, read)| unverified.end(self, Some(self.after(read))))).await
    }

    fn after(&self, read: Read) -> After {
        match read {
            Ok(read) => read.map_err(|error| error.to_string()),
            Err(_) => Err(format!("the deadline of {:?} passed", self.deadline)),
        }
    }
}
