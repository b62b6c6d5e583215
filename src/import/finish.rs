//! Bringing a record that is there to what a request names.

use super::plan::Change;
use super::{Field, Imported, Importer, Outcome};
use crate::error::{Incomplete, Result, Step};
use crate::model::{ImportRequest, NumberRecord};
use crate::platform::Capabilities;

impl Importer {
    /// Brings a record that is there to what the request names.
    pub(super) async fn finish(
        &self,
        found: NumberRecord,
        request: &ImportRequest,
        outcome: Outcome,
    ) -> Result<Box<Imported>> {
        let (changes, unmet) = missing(self.platform.capabilities(), &found, request);
        if changes.is_empty() {
            let mut imported = Imported::new(found, outcome);
            imported.unmet = unmet;
            return Ok(imported);
        }
        match self.platform.update(&found.id, &Change::update(&changes)).await {
            Ok(record) => {
                let mut imported = Imported::new(record, outcome);
                (imported.before, imported.unmet) = (Some(found), unmet);
                Ok(imported)
            }
            Err(error) => Err(Box::new(Incomplete::imported(found, Step::Configure, error)).into()),
        }
    }
}

/// Where the record differs from what a request names: what can be set, and what cannot.
pub(super) fn missing(can: &Capabilities, found: &NumberRecord, request: &ImportRequest) -> (Vec<Change>, Vec<Field>) {
    let (mut changes, mut unmet) = (Vec::new(), Vec::new());
    for change in Change::all(found, request) {
        let support = match change.field() {
            Field::Label => can.label,
            Field::Agent => can.agent,
            Field::Inbound => can.inbound,
            Field::Outbound => can.outbound,
        };
        if support.set {
            changes.push(change);
        } else {
            unmet.push(change.field());
        }
    }
    (changes, unmet)
}
