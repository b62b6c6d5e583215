//! Reading the carrier again after an import.

use super::routing::url;
use super::{Imported, Importer, Outcome};
use crate::model::{Finding, Routing};
use crate::platform::Takeover;

impl Importer {
    /// Checks after an import whether the platform gets the calls. `now` is the routing read at the beginning; it
    /// still holds if the record was found before anything was sent.
    pub(super) async fn verify(&self, imported: &mut Imported, now: Routing, sent: bool) {
        let takeover = self.platform.capabilities().takeover;
        let found = imported.outcome == Outcome::AlreadyThere;
        let mut before = if found { None } else { Some(imported.routing_before.take().unwrap_or_else(|| now.clone())) };
        let control = self.provider.routing().filter(|_| takeover != Takeover::Nothing && (sent || !found));
        let after = match control {
            Some(control) => control.snapshot(&now.number).await,
            None => Ok(Some(now)),
        };
        match after {
            Ok(Some(after)) => {
                let documented = match takeover {
                    Takeover::AtImport => true,
                    Takeover::WithAgent => !found && imported.record.agent.is_some(),
                    Takeover::Unknown | Takeover::Nothing => false,
                };
                let as_before = before.as_ref().is_none_or(|before| before.calls == after.calls);
                if documented && as_before && !self.receives(&after.calls) {
                    imported.findings.push(Finding::NotTakenOver { url: url(&after.calls).cloned() });
                }
                if let Some(before) = before.as_mut().filter(|_| control.is_some()) {
                    before.replaced_by = Some(after.settings);
                }
            }
            Ok(None) => imported.findings.push(Finding::NotHeld),
            Err(error) => imported.findings.push(Finding::NotReadAgain { reason: error.to_string() }),
        }
        imported.routing_before = before;
    }
}
