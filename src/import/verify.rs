//! Reading the carrier again after an import.

use super::{Imported, Importer};
use crate::model::{Finding, Routing};
use crate::platform::Takeover;

impl Importer {
    /// Checks after an import whether the platform gets the calls. `now` is the routing read at the beginning; it
    /// still holds if the record was found before anything was sent.
    pub(super) async fn verify(&self, imported: &mut Imported, now: Routing, sent: bool) {
        let takeover = self.platform.capabilities().takeover;
        let found = imported.outcome.was_there();
        // An update may have given it the agent with which the platform takes the calls over.
        let agent_set = takeover == Takeover::WithAgent && imported.before.is_some();
        let mut before = if found && !agent_set {
            None
        } else {
            Some(imported.routing_before.take().unwrap_or_else(|| now.clone()))
        };
        let control =
            self.provider.routing().filter(|_| takeover != Takeover::Nothing && (sent || !found || agent_set));
        let after = match control {
            Some(control) => control.snapshot(&now.number).await,
            None => Ok(Some(now)),
        };
        match after {
            Ok(Some(after)) => {
                let documented = match takeover {
                    Takeover::AtImport => true,
                    Takeover::WithAgent => (!found || agent_set) && imported.record.agent.is_some(),
                    Takeover::Unknown | Takeover::Nothing => false,
                };
                let as_before = before.as_ref().is_none_or(|before| before.calls == after.calls);
                imported.reached = self.reached(Some(&after.calls));
                let stays = self.calls_finding(&after.calls, imported.record.agent.is_some());
                let stays = stays.filter(|finding| match finding {
                    Finding::NotTakenOver { .. } => documented && as_before,
                    _ => true,
                });
                if let Some(stays) = stays {
                    imported.findings.push(stays);
                }
                if let Some(before) = before.as_mut().filter(|_| control.is_some()) {
                    before.replaced_by = Some(self.left_by_import(before, &after));
                }
            }
            Ok(None) => imported.findings.push(Finding::NotHeld),
            Err(error) => imported.findings.push(Finding::NotReadAgain { reason: error.to_string() }),
        }
        imported.routing_before = before;
    }
}
