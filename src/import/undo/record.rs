//! The record and the credential of an import that is rolled back.

use super::late::Far;
use super::{Stays, Undo, Undone, UndoneRecord};
use crate::error::{Failure, Incomplete, Result, Step};
use crate::import::Importer;
use crate::import::change::{Change, Field};
use crate::import::keep::{Seen, seen};
use crate::import::memory::{Changing, NumberLock};
use crate::model::{Calls, Finding, NumberRecord, NumberUpdate, Reached, Removal, Settings};
use crate::platform::OnRemoval;

impl Importer {
    /// Sets the fields back that are still as the import left them. Returns those that are not as before then; `None`
    /// when the record is gone meanwhile.
    pub(super) async fn set_back(
        &self,
        undo: &Undo,
        record: &NumberRecord,
        verify: bool,
        far: &mut Far,
    ) -> Result<Option<Vec<Field>>> {
        let kept = |record: &NumberRecord| {
            undo.changes.iter().filter(|change| !change.is_undone(record)).map(Change::field).collect()
        };
        // A number whose calls were not put back keeps its agent.
        if undo.routing.is_some() && record.agent.is_some() {
            if let Err(stays) = self.calls_are_away(undo, verify).await? {
                tracing::warn!(reason = stays.code(), "the record was not changed");
                return Ok(Some(kept(record)));
            }
        }
        // Somebody else may have changed it while the calls were put back.
        let now = if undo.routing.is_some() { self.record_of(undo).await? } else { Some(record.clone()) };
        let Some(record) = now else { return Ok(None) };
        // Somebody else has given the import's agent other settings since, which those from before would replace.
        let is_reset = undo.has_other_settings(&record);
        let mut changes = undo.changes.clone();
        changes.retain(|change| !(is_reset && change.field() == Field::Agent));
        let (update, _) = Change::undo(&changes, &record, self.platform.capabilities());
        if undo.stays(&record, self.platform.capabilities()).is_some() {
            return Ok(Some(kept(&record)));
        }
        let handler = Change::former_handler(&changes, &record);
        if update.is_empty() && handler.is_none() {
            return Ok(Some(kept(&record)));
        }
        *far = Far::Changing(record.clone());
        let mut now = if update.is_empty() { record } else { self.update_back(&record, undo, update).await? };
        if let Some(handler) = handler {
            let _changing = Changing::begin(self.account, &undo.number);
            now = self.platform.restore_settings(&now.id, &handler).await?;
        }
        Ok(Some(kept(&now)))
    }

    async fn update_back(&self, record: &NumberRecord, undo: &Undo, update: NumberUpdate) -> Result<NumberRecord> {
        let without_settings = update.clone().settings(Settings::default());
        let has_settings = update.kept_settings().is_some_and(|settings| !settings.is_empty());
        match self.update_record(record, &undo.number, update).await {
            // What belonged to the agent may be gone, such as a branch. The agent then counts as kept.
            Err(error) if has_settings && error.failure() == Failure::Refused => {
                tracing::warn!(%error, "the settings of the agent were not restored");
                self.update_record(record, &undo.number, without_settings).await
            }
            now => now,
        }
    }

    /// Removes the record, if nobody can reach it any more and nobody else has changed it.
    pub(super) async fn remove_undone(
        &self,
        undo: &Undo,
        consent: Removal,
        verify: bool,
        lock: &mut NumberLock,
        far: &mut Far,
    ) -> Result<UndoneRecord> {
        match (self.platform.capabilities().removal, consent) {
            (OnRemoval::Unsupported, _) => return Ok(UndoneRecord::Stays(Stays::Unsupported)),
            (OnRemoval::Releases, Removal::Record) => return Ok(UndoneRecord::Stays(Stays::WouldRelease)),
            _ => {}
        }
        let seen = match self.calls_are_away(undo, verify).await? {
            Ok(seen) => seen,
            Err(stays) => return Ok(UndoneRecord::Stays(stays)),
        };
        let Some(record) = self.record_of(undo).await? else { return Ok(UndoneRecord::Gone) };
        if record.releases && consent == Removal::Record {
            return Ok(UndoneRecord::Stays(Stays::WouldRelease));
        }
        if let Some(stays) = undo.stays(&record, self.platform.capabilities()) {
            return Ok(UndoneRecord::Stays(stays));
        }
        let mut changing = Changing::begin(self.account, &undo.number);
        *far = Far::Changing(record.clone());
        let removed = match self.remove_record(&record, consent, Some(&mut changing), Some(lock)).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        };
        if removed.is_ok() {
            *far = Far::Keeping;
        }
        // Also after a lost response: the record may be gone.
        let may_be_gone = removed.as_ref().err().is_none_or(|error| !error.surely_not_done());
        let kept = if may_be_gone { self.keep_routing(&seen).await } else { Ok(()) };
        removed?;
        let (platform, number) = (undo.platform, undo.number);
        kept.map_err(|error| Box::new(Incomplete::not_imported(platform, number, None, Step::Restore, error)))?;
        Ok(UndoneRecord::Removed)
    }

    /// Reads where the calls go, if the carriers show that, or says why they may still go to the platform. Those that
    /// go where they went before the import are no reason: nothing is taken away then.
    async fn calls_are_away(&self, undo: &Undo, verify: bool) -> Result<Result<Seen, Stays>> {
        let carriers = self.provider.carriers();
        let holding = self.holding(&carriers, &undo.number).await?;
        let preflight = self.assess_holding(&undo.number, &carriers, &holding);
        let is_unsure = |finding: &Finding| matches!(finding, Finding::CarrierLookupFailed { .. });
        // Several hold it, or another one may: the calls of one of them tell nothing of those of the others.
        let is_clear = preflight.carrier.is_some() && !preflight.findings.iter().any(is_unsure);
        let calls = preflight.routing.as_ref().map(|now| &now.calls);
        let as_before = undo.routing.as_ref().is_some_and(|before| Some(&before.calls) == calls);
        Ok(match self.reached(calls) {
            // The import did not set the trunk, so its calls went there before as well. A record that was there answered
            // them as it will again.
            Reached::Platform if as_before && (!undo.created || matches!(calls, Some(Calls::Trunk(_)))) => {
                Ok(seen(&holding))
            }
            Reached::Platform => Err(Stays::StillAnswered),
            _ if verify && !is_clear => Err(Stays::MayBeAnswered),
            Reached::Unknown if verify && !as_before => Err(Stays::MayBeAnswered),
            _ => Ok(seen(&holding)),
        })
    }

    /// Removes the credential, once the record is gone.
    pub(super) async fn finish_undo(&self, undo: &Undo, mut undone: Undone, far: &mut Far) -> Result<Undone> {
        let Some(credential) = undo.credential.as_ref().filter(|_| undo.created) else { return Ok(undone) };
        if undo.credential_stays {
            undone.credential_left = Some(credential.clone());
            return Ok(undone);
        }
        *far = Far::Credential(credential.clone());
        match self.platform.remove_credential(credential, &undo.number).await {
            Ok(true) => Ok(undone),
            Ok(false) => {
                undone.credential_left = Some(credential.clone());
                Ok(undone)
            }
            Err(error) => {
                let (left, step) = (Some(credential.clone()), Step::RemoveCredential);
                Err(Box::new(Incomplete::not_imported(undo.platform, undo.number, left, step, error)).into())
            }
        }
    }
}
