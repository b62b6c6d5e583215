use std::time::Duration;

use tokio::time::{error::Elapsed, timeout};

use super::{Account, Key, MAX_UNRESOLVED, Unresolved, memory};
use crate::E164;
use crate::error::{Withheld, WithheldReason};
use crate::model::{NumberId, Routing};

/// The only import of a number into an account, in this process. Dropping it lets the next one begin.
#[derive(Debug)]
pub(in crate::import) struct NumberLock {
    key: Key,
    is_held: bool,
    /// The import that was unresolved when the lock was taken.
    pub(in crate::import) unresolved: Option<Unresolved>,
    /// Where the carrier sends the calls, as seen under this lock. It is kept with an import that stays unresolved.
    pub(in crate::import) routing: Option<Routing>,
    /// Whether a create was sent under this lock.
    pub(in crate::import) has_sent: bool,
    /// Whether another create was unresolved when the last one was sent.
    has_earlier: bool,
    /// Whether the first of those that are unresolved was sent under this lock.
    is_first: bool,
    /// Whether nothing is unresolved any more.
    is_resolved: bool,
}

impl NumberLock {
    /// Waits until nobody else imports this number into this account, and no longer than this.
    pub(in crate::import) async fn take(
        account: Account,
        number: &E164,
        limit: Duration,
    ) -> Result<Self, Box<Withheld>> {
        let lock = Self::of(Key::new(account, number), limit).await;
        lock.map_err(|_| Box::new(Withheld::new(account.0, *number, WithheldReason::Locked { waited: limit })))
    }

    pub(super) async fn of(key: Key, limit: Duration) -> Result<Self, Elapsed> {
        // It exists before it is waited for, so that giving up the wait cleans up as well.
        let mut lock = Self {
            key,
            is_held: false,
            unresolved: None,
            routing: None,
            has_sent: false,
            has_earlier: false,
            is_first: false,
            is_resolved: false,
        };
        let joined = memory().join(key);
        lock.unresolved = match joined {
            Ok(unresolved) => unresolved,
            Err(queue) => {
                if let Ok(permit) = timeout(limit, queue.acquire()).await? {
                    permit.forget();
                }
                memory().numbers.get(&key).and_then(|number| number.unresolved.clone())
            }
        };
        lock.is_held = true;
        Ok(lock)
    }

    /// A create is being sent. From here on it is unresolved, also if this lock is dropped. The routing before the
    /// first one of several that are unresolved is kept.
    pub(in crate::import) fn sending(&mut self) -> Result<(), WithheldReason> {
        let earlier = memory().sending(self.key);
        self.has_earlier = earlier.ok_or(WithheldReason::TooManyUnresolved { limit: MAX_UNRESOLVED })?;
        self.is_first |= !self.has_earlier;
        (self.has_sent, self.is_resolved) = (true, false);
        Ok(())
    }

    /// The create that was sent last was not carried out. An earlier one may still be.
    pub(in crate::import) fn not_done(&mut self) {
        self.is_resolved = self.has_sent && !self.has_earlier;
    }

    /// The result of every create that was sent is known.
    pub(in crate::import) fn resolved(&mut self) {
        self.is_resolved = true;
    }

    /// Forgets the import that was unresolved when the lock was taken.
    pub(in crate::import) fn expire(&mut self) {
        self.unresolved = None;
        memory().resolve(self.key);
    }

    /// Remembers a record that was created under this lock.
    pub(in crate::import) fn created(&self, id: &NumberId) {
        memory().create(self.key, id);
    }
}

impl Drop for NumberLock {
    fn drop(&mut self) {
        let Self { key, is_held, is_resolved, .. } = *self;
        let routing = self.routing.take().filter(|_| self.is_first && !is_resolved);
        // Before the memory is locked, since it takes a while.
        let routing = routing.and_then(|routing| serde_json::to_string(&routing).ok()).map(Into::into);
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
