//! Bringing a record that is there to what a request names.

use super::{Field, Imported, Importer, Outcome};
use crate::error::{Incomplete, Result, Step};
use crate::model::{ImportRequest, NumberRecord, NumberUpdate};

impl Importer {
    /// Brings a record that is there to what the request names.
    pub(super) async fn finish(
        &self,
        found: NumberRecord,
        request: &ImportRequest,
        outcome: Outcome,
    ) -> Result<Imported> {
        let (update, unmet) = self.missing(&found, request);
        if update.is_empty() {
            return Ok(Imported { unmet, ..Imported::new(found, outcome) });
        }
        match self.platform.update(&found.id, &update).await {
            Ok(record) => Ok(Imported { before: Some(found), unmet, ..Imported::new(record, outcome) }),
            Err(error) => Err(Box::new(Incomplete::imported(found, Step::Configure, error)).into()),
        }
    }

    /// Where the record differs: what can be set, and what cannot.
    fn missing(&self, found: &NumberRecord, request: &ImportRequest) -> (NumberUpdate, Vec<Field>) {
        let can = self.platform.capabilities();
        let (mut update, mut unmet) = (NumberUpdate::new(), Vec::new());
        if let Some(label) = request.label_text().filter(|&label| found.label.as_deref() != Some(label)) {
            if can.label.set {
                update = update.label(label);
            } else {
                unmet.push(Field::Label);
            }
        }
        if let Some(agent) = request.agent_id().filter(|&agent| found.agent.as_ref() != Some(agent)) {
            if can.agent.set {
                update = update.agent(agent.as_str());
            } else {
                unmet.push(Field::Agent);
            }
        }
        if let Some(inbound) = request.inbound_enabled().filter(|&wanted| found.inbound != Some(wanted)) {
            if can.inbound.set {
                update = update.inbound(inbound);
            } else {
                unmet.push(Field::Inbound);
            }
        }
        if let Some(outbound) = request.outbound_enabled().filter(|&wanted| found.outbound != Some(wanted)) {
            if can.outbound.set {
                update = update.outbound(outbound);
            } else {
                unmet.push(Field::Outbound);
            }
        }
        (update, unmet)
    }
}
