use std::time::Duration;

use tokio::time::{Instant, error::Elapsed, timeout};

use super::unresolved::{Created, Sending};
use super::{JournalId, Key, MAX_UNRESOLVED, Unresolved, json, memory};
use crate::E164;
use crate::error::{Withheld, WithheldReason};
use crate::import::{Change, Importer, Undo};
use crate::journal::{self, JournalError, JournalFault, Lease, Settled, UnresolvedImport};
use crate::model::{AccountId, NumberId, ProviderKind, Routing};

/// How long is waited for a journal that is told of what is done already.
const PATIENCE: Duration = Duration::from_secs(30);

/// The only import of a number into an account, in this process and in all that share its journal. Dropping it lets the
/// next one begin.
#[derive(Debug)]
pub(in crate::import) struct NumberLock {
    key: Key,
    is_held: bool,
    /// The import that was unresolved when the lock was taken.
    pub(in crate::import) unresolved: Option<Box<Unresolved>>,
    /// Where the carrier sends the calls, as seen under this lock. It is kept with an import that stays unresolved.
    pub(in crate::import) routing: Option<Routing>,
    /// Whether a create was sent under this lock.
    pub(in crate::import) has_sent: bool,
    /// Whether an update was sent under this lock with which the platform may have taken the calls over.
    has_updated: bool,
    /// Whether another create was unresolved when the last one was sent.
    has_earlier: bool,
    /// Whether the record could come from that one.
    has_own_earlier: bool,
    /// Whether the first of those that are unresolved was sent under this lock.
    is_first: bool,
    /// Whether nothing is unresolved any more.
    is_resolved: bool,
    /// The record that was created.
    created: Option<NumberId>,
    /// The locks in the journal, if there is one: of the account's id, then of those that it had before.
    leases: Vec<Box<dyn Lease>>,
    /// That journal.
    journal: Option<JournalId>,
    /// What the journal was told is about to be sent.
    written: Option<Box<UnresolvedImport>>,
    /// Whether the platform answered the create that it has the number already.
    is_taken: bool,
}

impl Importer {
    /// Waits until nobody else works on this number in this account.
    pub(in crate::import) async fn lock(&self, number: &E164) -> Result<NumberLock, Box<Withheld>> {
        let limit = self.lock_timeout;
        let withheld = |reason| Box::new(Withheld::new(self.account.0, *number, reason));
        let locked = || withheld(WithheldReason::Locked { waited: limit });
        let begun = Instant::now();
        let lock = NumberLock::of(Key::new(self.account, number), limit).await;
        let mut lock = lock.map_err(|_| locked())?;
        let Some((journal, id)) = &self.journal else { return Ok(lock) };
        let account = self.platform.account();
        let mut texts: Vec<&str> = account.texts().collect();
        // In the same order for everybody, so that no two wait for each other.
        texts.sort_unstable();
        texts.dedup();
        for text in texts {
            let key = journal::Key::new(self.account.0, AccountId::new(text), *number);
            let lease = journal.lock(&key, limit.saturating_sub(begun.elapsed())).await;
            let lease = lease.map_err(|error| withheld(WithheldReason::Journal(error)))?.ok_or_else(locked)?;
            let place = if text == account.as_str() { 0 } else { lock.leases.len() };
            lock.leases.insert(place, lease);
        }
        lock.learn(*id);
        Ok(lock)
    }
}

impl NumberLock {
    pub(super) async fn of(key: Key, limit: Duration) -> Result<Self, Elapsed> {
        // It exists before it is waited for, so that giving up the wait cleans up as well.
        let mut lock = Self {
            key,
            is_held: false,
            unresolved: None,
            routing: None,
            has_sent: false,
            has_updated: false,
            has_earlier: false,
            has_own_earlier: false,
            is_first: false,
            is_resolved: false,
            created: None,
            leases: Vec::new(),
            journal: None,
            written: None,
            is_taken: false,
        };
        let joined = memory().join(key);
        lock.unresolved = match joined {
            Ok(unresolved) => unresolved.map(Box::new),
            Err(queue) => {
                if let Ok(permit) = timeout(limit, queue.acquire()).await? {
                    permit.forget();
                }
                memory().numbers.get(&key).and_then(|number| number.unresolved.clone()).map(Box::new)
            }
        };
        lock.is_held = true;
        Ok(lock)
    }

    /// Takes over what the journal keeps.
    fn learn(&mut self, journal: JournalId) {
        self.journal = Some(journal);
        let mut memory = memory();
        memory.learn(self.key, journal, self.leases.iter().map(|lease| lease.kept()));
        self.unresolved = memory.numbers.get(&self.key).and_then(|number| number.unresolved.clone()).map(Box::new);
    }

    /// Whether there is a journal.
    pub(in crate::import) const fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    /// Writes into the journal, if there is one, that a request is about to be sent that may change the routing: a
    /// create, or an update that makes these changes.
    pub(in crate::import) async fn write_down(
        &mut self,
        carrier: ProviderKind,
        creates: bool,
        changes: &[Change],
        key: impl FnOnce() -> journal::Key,
    ) -> Result<(), WithheldReason> {
        if let Some(lease) = self.leases.first_mut() {
            let earlier = memory().numbers.get(&self.key).and_then(|number| number.unresolved.clone());
            let key = key();
            let mut entry = UnresolvedImport::new(&key, Some(carrier), self.routing.clone());
            (entry.creates, entry.changes) = (creates, changes.to_vec());
            if let Some(earlier) = earlier.map(|earlier| earlier.entry(&key)) {
                // The routing before the first of them, which may have been sent under this lock.
                if !self.is_first {
                    entry.routing_before = earlier.routing_before;
                }
                entry.first_sent_at = earlier.first_sent_at;
                entry.creates |= earlier.creates;
                entry.changes = Change::after(&earlier.changes, entry.changes);
            }
            let entry = self.written.insert(Box::new(entry));
            lease.sending(entry).await.map_err(WithheldReason::Journal)?;
        }
        Ok(())
    }

    /// A create is being sent. From here on it is unresolved, also if this lock is dropped. The routing before the
    /// first one of several that are unresolved is kept.
    pub(in crate::import) fn sending(&mut self, carrier: ProviderKind) -> Result<(), WithheldReason> {
        self.has_own_earlier = memory().may_be_own(self.key);
        self.remember(carrier, true, Vec::new())?;
        (self.has_sent, self.is_taken, self.is_resolved) = (true, false, false);
        Ok(())
    }

    /// An update is being sent with which the platform may take the calls over. It is kept as a create is, for the
    /// routing before it.
    pub(in crate::import) fn updating(
        &mut self,
        carrier: ProviderKind,
        changes: Vec<Change>,
    ) -> Result<(), WithheldReason> {
        self.remember(carrier, false, changes)?;
        (self.has_updated, self.is_resolved) = (true, false);
        Ok(())
    }

    fn remember(&mut self, carrier: ProviderKind, creates: bool, changes: Vec<Change>) -> Result<(), WithheldReason> {
        let sent = Sending { carrier, creates, changes, journal: self.journal.filter(|_| self.written.is_some()) };
        let earlier = memory().sending(self.key, sent);
        self.has_earlier = earlier.ok_or(WithheldReason::TooManyUnresolved { limit: MAX_UNRESOLVED })?;
        self.is_first |= !self.has_earlier;
        Ok(())
    }

    /// The platform answered the create that was sent last that it has the number already. The record is somebody else's
    /// then, unless it may be that of an earlier create.
    pub(in crate::import) fn taken(&mut self) {
        if !self.has_own_earlier {
            self.is_taken = true;
            memory().taken(self.key);
        }
    }

    /// Whether the record may come from a create that was sent under this lock, or from an earlier one whose result is
    /// unknown.
    pub(in crate::import) fn may_have_created(&self) -> bool {
        (self.has_sent && !self.is_taken) || self.unresolved.as_ref().is_some_and(|earlier| earlier.may_be_own())
    }

    /// Tells the journal that the result is known, if it is. `undo` is what is needed to roll it back.
    ///
    /// If that fails the number stays unresolved there, and the next import looks it up.
    pub(in crate::import) async fn settle(&mut self, undo: impl FnOnce() -> Option<Undo>) {
        if self.leases.is_empty() {
            return;
        }
        if !self.is_resolved {
            return self.write_down_taken().await;
        }
        let mut settled = Settled { created: self.created.take(), undo: undo() };
        let is_new = self.written.take().is_some() || settled != Settled::default();
        for (index, lease) in self.leases.iter_mut().enumerate() {
            let is_needed = (index == 0 && is_new) || lease.kept().unresolved.is_some();
            if is_needed {
                warn(&in_time(lease.settle(&std::mem::take(&mut settled))).await);
            }
        }
    }

    /// Tells the journal that the platform has the number already, if it said so.
    async fn write_down_taken(&mut self) {
        let (Some(lease), Some(written)) = (self.leases.first_mut(), &mut self.written) else { return };
        if self.is_taken && !written.taken {
            written.taken = true;
            warn(&in_time(lease.sending(written)).await);
        }
    }

    /// Tells the journal that this record, or any, was removed. Other processes then believe no list that is older.
    pub(in crate::import) async fn removed(&mut self, id: Option<&NumberId>) -> Result<(), JournalError> {
        for (index, lease) in self.leases.iter_mut().enumerate() {
            let created = lease.kept().created.as_ref();
            let is_it = created.map(|created| id.is_none_or(|id| created.id == *id));
            if is_it.unwrap_or(index == 0) {
                let written = in_time(lease.forget_created()).await;
                warn(&written);
                written?;
            }
        }
        Ok(())
    }

    /// The create that was sent last was not carried out, or none was sent. An earlier one may still be.
    pub(in crate::import) fn not_done(&mut self) {
        let has_sent = self.has_sent || self.has_updated;
        let has_earlier = if has_sent { self.has_earlier } else { self.unresolved.is_some() };
        self.is_resolved = (has_sent || self.written.is_some()) && !has_earlier;
    }

    /// The result of every create that was sent is known.
    pub(in crate::import) fn resolved(&mut self) {
        self.is_resolved = true;
    }

    /// The calls were sent elsewhere, and the record was removed. A create that is unresolved stays so.
    pub(in crate::import) async fn moved(&mut self) {
        if self.unresolved.as_ref().map_or(self.has_updated, |earlier| !earlier.creates) {
            self.resolved();
            self.settle(|| None).await;
        }
    }

    /// Forgets the import that was unresolved when the lock was taken.
    pub(in crate::import) fn expire(&mut self) {
        (self.unresolved, self.is_resolved) = (None, true);
        memory().resolve(self.key);
    }

    /// Remembers a record that was created under this lock.
    pub(in crate::import) fn created(&mut self, id: &NumberId) {
        self.created = Some(id.clone()).filter(|_| !self.leases.is_empty());
        let journal = self.journal;
        memory().create(self.key, Created { id: id.clone(), at: Instant::now(), journal });
    }
}

/// What a journal says, or that it says nothing.
async fn in_time(written: impl Future<Output = Result<(), JournalError>>) -> Result<(), JournalError> {
    timeout(PATIENCE, written).await.unwrap_or_else(|_| {
        Err(JournalError::new("of this number", JournalFault::Unreachable, format!("no answer in {PATIENCE:?}")))
    })
}

fn warn(written: &Result<(), JournalError>) {
    if let Err(error) = written {
        tracing::warn!(%error, "the journal was not written");
    }
}

impl Drop for NumberLock {
    fn drop(&mut self) {
        let Self { key, is_held, is_resolved, .. } = *self;
        let routing = self.routing.take().filter(|_| self.is_first && !is_resolved);
        // Before the memory is locked, since it takes a while.
        let routing = routing.as_ref().and_then(json);
        // Before the next one of this process can ask for them.
        self.leases.clear();
        let mut memory = memory();
        if is_resolved {
            memory.resolve(key);
        } else if let Some(unresolved) = memory.numbers.get_mut(&key).and_then(|number| number.unresolved.as_mut()) {
            if self.is_first {
                unresolved.routing = routing;
            }
        }
        memory.leave(key, is_held);
    }
}
