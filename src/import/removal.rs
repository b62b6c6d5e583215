//! Removing a record, and making sure that it is gone.

use tokio::time::{Instant, timeout_at};

use super::Importer;
use super::memory::{Changing, NumberLock};
use crate::error::{CallError, CallFault, Delivery, Error, Incomplete, Mismatch, Result, Safety, Step};
use crate::model::{NumberRecord, Removal};
use crate::platform::Capabilities;

/// Why a record is not known to be gone.
struct NotGone {
    error: Error,
    /// Whether the record is there, as far as anybody can tell.
    is_there: bool,
}

impl Importer {
    /// Removes a record, and reads it by its id afterwards: most responses to a removal have nothing to compare with
    /// the request, so a response to an earlier one would be believed. A record that is still there, and as before, is
    /// removed once more. The record is gone after `Ok`.
    ///
    /// The error is [`Error::NotFound`] if there was nothing to remove. Otherwise
    /// [`surely_not_done`](Error::surely_not_done) says whether the record may be gone.
    pub(super) async fn remove_record(
        &self,
        record: &NumberRecord,
        consent: Removal,
        mut changing: Option<&mut Changing>,
        lock: Option<&mut NumberLock>,
    ) -> Result<()> {
        if let Some(changing) = &mut changing {
            changing.removing(&record.id);
        }
        let removed = self.remove_and_read(record, consent).await;
        if removed.as_ref().is_err_and(|left| left.is_there) {
            if let Some(changing) = changing {
                changing.not_removed();
            }
        } else if let Some(lock) = lock {
            // It is written in the log if that fails. The next import of the number then waits for 10 minutes at most.
            drop(lock.removed(Some(&record.id)).await);
        }
        removed.map_err(|left| left.error)
    }

    async fn remove_and_read(&self, record: &NumberRecord, consent: Removal) -> Result<(), NotGone> {
        let mut said = self.platform.remove(&record.id, consent).await;
        if said.as_ref().is_err_and(|error| error.surely_not_done() && !error.is_not_found()) {
            return said.map_err(|error| NotGone { error, is_there: true });
        }
        let unknown = |error| NotGone { error: unverified(record, error), is_there: false };
        let now = self.read(record, self.lookup_policy.waits().deadline).await;
        if said.as_ref().is_err_and(|error| !error.is_not_found()) {
            // After a lost response the record itself tells. One that is still there may go later.
            return if let Ok(None) = now { Ok(()) } else { said.map_err(unknown) };
        }
        let Some(now) = now.map_err(unknown)? else { return said.map_err(gone_before) };
        // Another one under the same id is somebody else's.
        if is_as_before(record, &now, self.platform.capabilities()) {
            tracing::warn!("the record is still there after its removal, and is removed once more");
            match self.platform.remove(&record.id, consent).await {
                Err(error) if !error.is_not_found() => tracing::warn!(%error, "the second removal failed"),
                _ => said = Ok(()),
            }
        }
        // A platform may show for a moment what is gone.
        let mut waits = self.lookup_policy.waits();
        while self.read(record, waits.deadline).await.map_err(unknown)?.is_some() {
            if !waits.next().await {
                return Err(NotGone { error: self.still_there(record), is_there: true });
            }
        }
        said.map_err(gone_before)
    }

    async fn read(&self, record: &NumberRecord, deadline: Instant) -> Result<Option<NumberRecord>> {
        let late = || CallError::timed_out(self.platform.kind().into(), "get number", Safety::Repeatable);
        match timeout_at(deadline, self.platform.get(&record.id)).await.unwrap_or_else(|_| Err(late())) {
            Ok(now) => Ok(Some(now)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn still_there(&self, record: &NumberRecord) -> Error {
        let (removal, found) =
            (format!("the removal of {}", record.id), format!("{}, which is still there", record.id));
        let fault = CallFault::Mismatch(Mismatch::new(removal, Some(&found)));
        let call = CallError::new(self.platform.kind().into(), "remove number", Delivery::Unknown, fault);
        Box::new(CallError { safety: Safety::Repeatable, ..call }).into()
    }
}

const fn gone_before(error: Error) -> NotGone {
    NotGone { error, is_there: false }
}

/// The error of a removal of which nobody knows whether it was done.
fn unverified(record: &NumberRecord, error: Error) -> Error {
    let error = error.after_write();
    if error.surely_not_done() {
        return Box::new(Incomplete::imported(record.clone(), Step::Remove, error)).into();
    }
    error
}

/// Whether this is the record as it was before its removal, which may have taken the agent off.
fn is_as_before(before: &NumberRecord, now: &NumberRecord, can: &Capabilities) -> bool {
    let shown = |record: &NumberRecord| {
        let texts = (record.label.clone(), record.handler.clone(), record.carrier.clone());
        let flags = (record.inbound, record.outbound, record.releases);
        (record.id.clone(), record.number.clone(), texts, flags, record.created_at)
    };
    let is_unassigned = can.removal_unassigns && now.agent.is_none() && before.agent.is_some();
    let agent = |record: &NumberRecord| (record.agent.clone(), record.settings.agent.clone());
    let is_untouched = agent(now) == agent(before) && now.updated_at == before.updated_at;
    shown(before) == shown(now) && (is_untouched || is_unassigned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Details, PlatformKind, RecordNumber};
    use crate::platform::{Find, OnRemoval, Sources};

    #[test]
    fn a_record_is_as_before_its_removal_if_at_most_its_agent_is_off() {
        let number = RecordNumber::E164("+14155552671".parse().unwrap());
        let mut before = NumberRecord::new(PlatformKind::VAPI, "r1", number, Details::new(()));
        before.agent = Some("a-1".into());
        let changed = |agent: Option<&str>, later: bool, label: Option<&str>| {
            let mut now = before.clone();
            (now.agent, now.label) = (agent.map(Into::into), label.map(ToOwned::to_owned));
            now.updated_at = later.then(crate::Timestamp::now);
            now
        };
        let mut can = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets);
        for unassigns in [false, true] {
            can.removal_unassigns = unassigns;
            for (agent, later, label, expected) in [
                (Some("a-1"), false, None, true),
                (Some("a-1"), true, None, false),
                (Some("a-2"), false, None, false),
                (None, false, None, unassigns),
                (None, true, None, unassigns),
                (None, true, Some("Theirs"), false),
            ] {
                let found = is_as_before(&before, &changed(agent, later, label), &can);
                assert_eq!(found, expected, "{unassigns} {agent:?} {later} {label:?}");
            }
        }
    }
}
