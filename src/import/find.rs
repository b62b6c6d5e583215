//! Looking up the record of a number, and believing what is about that number only.

use super::listing::{Listed, Listing};
use super::memory::Changing;
use super::{Importer, memory};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Mismatch, Result, Withheld, WithheldReason};
use crate::model::{NumberRecord, NumberUpdate, RecordNumber};

impl Importer {
    /// The record of this number, by the listing if there is one.
    ///
    /// A record that this process created lately is fetched by its id if the platform does not list it (yet). If that
    /// does not show it either, nothing tells a record that was removed from one that lags.
    pub(super) async fn find(&self, number: &E164, listing: Option<&Listing>) -> Result<Option<NumberRecord>> {
        let listed = match listing {
            Some(listing) => listing.ask(number).await,
            None => Listed::Unknown,
        };
        let found = match listed {
            Listed::There(record) => Some(*record),
            Listed::Absent => None,
            Listed::Possible(withheld) => return Err(withheld.into()),
            Listed::Unknown => self.platform.find(number).await?,
        };
        match found {
            Some(record) if record.number.is(number) => Ok(Some(record)),
            Some(stranger) => Err(self.mismatch("find number", Delivery::Read, number, &stranger.number.to_string())),
            None => self.created_lately(number).await,
        }
    }

    pub(super) async fn created_lately(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let platform = &*self.platform;
        let Some(created) = memory::created(self.account, number) else { return Ok(None) };
        match platform.get(&created.id).await {
            Ok(record) if record.number.is(number) => Ok(Some(record)),
            Ok(record) if record.number.may_be(number) => Ok(Some(unmasked(record, number))),
            Ok(other) => Err(self.mismatch("get number", Delivery::Read, number, &other.number.to_string())),
            // A record by its id may lag as the list does.
            Err(error) if error.is_not_found() => {
                let reason = WithheldReason::NotListed { id: created.id, age: created.at.elapsed() };
                Err(Box::new(Withheld::new(platform.kind(), *number, reason)).into())
            }
            Err(error) => Err(error),
        }
    }

    /// The same for a caller without the number's lock. The journal tells whether another process has removed the record.
    pub(super) async fn created_lately_unlocked(&self, number: &E164) -> Result<Option<NumberRecord>> {
        match self.created_lately(number).await {
            Err(Error::Withheld(withheld)) if self.journal.is_some() => match withheld.reason {
                WithheldReason::NotListed { .. } => {
                    drop(self.lock(number).await?);
                    self.created_lately(number).await
                }
                _ => Err(withheld.into()),
            },
            found => found,
        }
    }

    /// Compares the record of a create with this number. One that tells no number is fetched by its id.
    pub(super) async fn believe_created(&self, record: &mut NumberRecord, number: &E164) -> Result<()> {
        let found = match record.number.telephone() {
            _ if record.id.as_str().is_empty() => "a record without an id".to_owned(),
            Some(found) if found == *number => return Ok(()),
            None if record.number == RecordNumber::Absent => match self.platform.get(&record.id).await {
                Ok(fetched) if fetched.id == record.id && fetched.number.is(number) => {
                    *record = fetched;
                    return Ok(());
                }
                Ok(fetched) => fetched.number.to_string(),
                Err(_) => "a record that cannot be fetched".to_owned(),
            },
            _ if record.number.may_be(number) => {
                record.number = (*number).into();
                return Ok(());
            }
            _ => record.number.to_string(),
        };
        Err(self.mismatch("import number", Delivery::Unknown, number, &found))
    }

    /// Updates the record of a number, and compares the answer. The record keeps the settings that only its platform
    /// knows; those of the agent are what the update names, if it names them.
    pub(super) async fn update_record(
        &self,
        record: &NumberRecord,
        number: &E164,
        update: NumberUpdate,
    ) -> Result<NumberRecord> {
        let id = &record.id;
        let mut settings = record.settings.clone();
        if let Some(named) = update.kept_settings() {
            settings.agent.clone_from(&named.agent);
        }
        let update = &update.settings(settings);
        // A platform may take the calls over with it.
        let _changing = Changing::begin(self.account, number);
        let updated = self.platform.update(id, update).await?;
        if updated.id == *id && updated.number.may_be(number) {
            return Ok(unmasked(updated, number));
        }
        if updated.id == *id && updated.number.telephone().is_none_or(|found| found == *number) {
            return Ok(updated);
        }
        let found = format!("{} ({})", updated.id, updated.number);
        Err(self.mismatch("update number", Delivery::Unknown, number, &found))
    }

    fn mismatch(&self, operation: &'static str, delivery: Delivery, number: &E164, found: &str) -> Error {
        let fault = CallFault::Mismatch(Mismatch::new(number, Some(found)));
        Box::new(CallError::new(self.platform.kind().into(), operation, delivery, fault)).into()
    }
}

/// A record that is of this number, and whose number the platform masks.
fn unmasked(record: NumberRecord, number: &E164) -> NumberRecord {
    NumberRecord { number: (*number).into(), ..record }
}
