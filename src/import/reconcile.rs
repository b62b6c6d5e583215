//! Bringing a record to what a request names.

use super::change::{Change, Field};
use super::{Imported, Importer, Outcome};
use crate::error::{Error, Incomplete, Result, Step};
use crate::model::{ImportRequest, NumberRecord};
use crate::platform::{Capabilities, Takeover};

impl Importer {
    /// The changes that bring this record to what the request names, if they may change where the number's calls go.
    pub(super) fn changes_with_takeover(
        &self,
        imported: &Imported,
        request: &ImportRequest,
        carrier: usize,
    ) -> Vec<Change> {
        match self.takeover(self.sources.get(carrier)) {
            Takeover::Nothing => Vec::new(),
            _ => Differences::of(self.platform.capabilities(), &imported.record, request, false).changes,
        }
    }

    /// Refuses an update that would change other numbers too.
    pub(super) fn check_shared(&self, record: &NumberRecord, request: &ImportRequest) -> Result<()> {
        match record.label_problem().filter(|_| Change::of(Field::Label, record, request).is_some()) {
            Some(problem) => {
                Err(Error::invalid(format!("{}: the record was not changed", self.platform.kind()), vec![problem]))
            }
            None => Ok(()),
        }
    }

    /// A listed record whose agent has settings that only the platform knows is read again before the agent is changed: the
    /// update names these settings, and an undo restores them, so they must not be older ones.
    pub(super) async fn as_it_is_now(
        &self,
        record: NumberRecord,
        request: &ImportRequest,
        is_listed: bool,
    ) -> Result<NumberRecord> {
        let names_settings = !record.settings.agent.is_empty() && Change::of(Field::Agent, &record, request).is_some();
        if !(is_listed && names_settings) {
            return Ok(record);
        }
        let now = self.platform.get(&record.id).await?;
        // One that shows another number is compared by the update.
        let is_it = now.number.is(request.number());
        Ok(if is_it { NumberRecord { conflicts: record.conflicts, ..now } } else { record })
    }

    /// Brings the record to what the request names, by one update if it differs.
    pub(super) async fn reconcile(&self, imported: &mut Imported, request: &ImportRequest) -> Result<()> {
        let Imported { record, outcome, .. } = &*imported;
        let is_new = *outcome == Outcome::Created;
        let differences = Differences::of(self.platform.capabilities(), record, request, is_new);
        imported.unsupported_fields = differences.unsupported_fields;
        if !differences.changes.is_empty() {
            let record = &mut imported.record;
            let update = Change::update(&differences.changes);
            match self.update_record(record, request.number(), update).await {
                Ok(updated) => {
                    let before = std::mem::replace(record, updated);
                    imported.before = Some(before).filter(|_| !is_new).map(Box::new);
                    if imported.outcome == Outcome::AlreadyThere {
                        imported.outcome = Outcome::Updated;
                    }
                }
                Err(error) => return Err(Box::new(Incomplete::imported(record.clone(), Step::Configure, error)).into()),
            }
        }
        let differs = |field: &Field| Change::of(*field, &imported.record, request).is_some();
        let unsupported = &imported.unsupported_fields;
        imported.unconfirmed_fields =
            Field::ALL.into_iter().filter(|field| differs(field) && !unsupported.contains(field)).collect();
        Ok(())
    }
}

/// Where a record differs from what a request names.
pub(super) struct Differences {
    /// What an update can set.
    pub(super) changes: Vec<Change>,
    /// What it cannot.
    pub(super) unsupported_fields: Vec<Field>,
}

impl Differences {
    /// `is_new` says that the record was created as the request says: the fields that the create took are set,
    /// whether or not the platform shows them.
    pub(super) fn of(can: &Capabilities, record: &NumberRecord, request: &ImportRequest, is_new: bool) -> Self {
        let (mut changes, mut unsupported_fields) = (Vec::new(), Vec::new());
        let fields = [
            (Field::Label, can.label),
            (Field::Agent, can.agent),
            (Field::Inbound, can.inbound),
            (Field::Outbound, can.outbound),
        ];
        for (field, support) in fields.into_iter().filter(|(_, support)| !(is_new && support.create)) {
            match Change::of(field, record, request) {
                Some(change) if change.is_supported(support) => changes.push(change),
                Some(_) => unsupported_fields.push(field),
                None => {}
            }
        }
        Self { changes, unsupported_fields }
    }
}
