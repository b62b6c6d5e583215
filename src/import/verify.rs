//! Reading the carrier again after an import.

use tokio::time::{Instant, timeout_at};

use super::listing::Lists;
use super::memory::NumberLock;
use super::{Imported, Importer};
use crate::E164;
use crate::model::{Finding, Routing};
use crate::platform::Takeover;

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

    /// Ends the import with what the carrier says afterwards, if it was read again.
    pub(super) fn end(mut self, importer: &Importer, after: Option<After>) -> Imported {
        match (self.lock.routing.clone(), after) {
            (None, _) if !importer.skip_preflight => self.imported.findings.push(Finding::RoutingUnknown),
            (None, _) => {}
            (Some(now), after) => self.compare(importer, now, after),
        }
        self.lock.resolved();
        self.imported
    }

    /// `now` is the routing that was read at the beginning.
    fn compare(&mut self, importer: &Importer, now: Routing, after: Option<After>) {
        let takeover = importer.takeover(importer.sources.get(self.carrier));
        let agent_set = self.agent_set(takeover);
        let imported = &mut self.imported;
        let found = imported.outcome.was_there();
        let mut before = if found && !agent_set {
            None
        } else {
            Some(imported.routing_before.take().unwrap_or_else(|| now.clone()))
        };
        let was_read = after.is_some();
        match after.unwrap_or(Ok(Some(now))) {
            Ok(Some(after)) => {
                let documented = match takeover {
                    Takeover::AtImport => true,
                    Takeover::WithAgent => (!found || agent_set) && imported.record.agent.is_some(),
                    Takeover::Unknown | Takeover::Nothing => false,
                };
                let as_before = before.as_ref().is_none_or(|before| before.calls == after.calls);
                imported.reached = importer.reached(Some(&after.calls));
                let stays = importer.calls_finding(&after.calls, imported.record.agent.is_some(), takeover);
                let stays = stays.filter(|finding| match finding {
                    Finding::NotTakenOver { .. } => documented && as_before,
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
            Err(reason) => imported.findings.push(Finding::NotReadAgain { reason }),
        }
        imported.routing_before = before;
    }
}

impl Importer {
    /// Looks at the carrier after one import, until the import's deadline.
    pub(super) async fn verify(&self, unverified: Unverified, deadline: Instant) -> Imported {
        let control = self.provider.routing().filter(|_| unverified.needs_read(self));
        let Some(control) = control else { return unverified.end(self, None) };
        let read = timeout_at(deadline, control.snapshot(unverified.imported.number())).await;
        let late = || Err(format!("the import's deadline of {:?} passed", self.deadline));
        let after = read.map_or_else(|_| late(), |read| read.map_err(|error| error.to_string()));
        unverified.end(self, Some(after))
    }

    /// Looks at the carriers after many imports, in their order.
    pub(super) async fn verify_all(&self, unverified: Vec<Unverified>, lists: &Lists) -> Vec<Imported> {
        let numbers: Vec<(usize, E164)> =
            unverified.iter().map(|unverified| (unverified.carrier, *unverified.imported.number())).collect();
        let routings = lists.carriers.routings(self, &numbers).await;
        let after = routings.into_iter().map(|read| read.map_err(|error| error.to_string()));
        unverified.into_iter().zip(after).map(|(unverified, after)| unverified.end(self, Some(after))).collect()
    }
}
