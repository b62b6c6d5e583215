//! The lock of a number, and what is written under it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::locks;
use super::place::refuse_shared;
use super::store::{self, CHANGED, HISTORY, NUMBERS};
use super::{Shared, on_thread};
use crate::journal::together::{self, AllWritten, Place, Row, Together};
use crate::journal::{JournalError, Kept, Key, Lease, Settled, UnresolvedImport};

/// After how many settled imports what is old is removed, at first after one.
const PRUNE_AFTER: u64 = 1_000;

/// A number whose lock is held.
#[derive(Debug)]
pub(super) struct Held {
    shared: Arc<Shared>,
    key: Key,
    kept: Kept,
    lock: Lock,
}

/// Shared with the writes, which run one after the other: the lock ends only after the last of them.
#[derive(Clone, Debug)]
struct Lock(Arc<Mutex<locks::Lock>>);

impl Lock {
    fn wait(&self) -> MutexGuard<'_, locks::Lock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock that is wanted.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) key: Key,
}

/// An import that is about to be sent.
#[derive(Debug)]
pub(super) struct Sending {
    import: UnresolvedImport,
    lock: Lock,
}

/// An import whose result is known.
#[derive(Debug)]
pub(super) struct Settling {
    key: Key,
    settled: Settled,
    lock: Lock,
}

#[async_trait]
impl Lease for Held {
    fn kept(&self) -> &Kept {
        &self.kept
    }

    async fn sending(&mut self, entry: &UnresolvedImport) -> Result<(), JournalError> {
        let sending = Sending { import: entry.clone(), lock: self.lock.clone() };
        together::write_down(&self.shared, sending).await?
    }

    async fn settle(&mut self, settled: &Settled) -> Result<(), JournalError> {
        let settling = Settling { key: self.key.clone(), settled: settled.clone(), lock: self.lock.clone() };
        together::write_down(&self.shared, settling).await??;
        // Also in a process that imports few.
        if self.shared.settled.fetch_add(1, Ordering::Relaxed) % PRUNE_AFTER == 0 {
            let shared = self.shared.clone();
            // What is old harms nobody.
            drop(on_thread(move || shared.prune()).await);
        }
        Ok(())
    }

    async fn forget_created(&mut self) -> Result<(), JournalError> {
        let (shared, key, lock) = (self.shared.clone(), self.key.clone(), self.lock.clone());
        on_thread(move || {
            lock.wait().check()?;
            shared.store.forget_created(&key)
        })
        .await
    }
}

impl Place for Shared {
    fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn is_lost(&self) -> bool {
        false
    }

    /// On a thread of its own, which may wait for the disk and which no runtime has to wait for. If there can be none, the
    /// writer is dropped, and says so to those who wait.
    fn spawn(&self, writer: impl Future<Output = ()> + Send + 'static) {
        let runtime = Handle::current();
        drop(thread::Builder::new().name("numport journal".to_owned()).spawn(move || runtime.block_on(writer)));
    }
}

impl Row for Taking {
    /// `None` if somebody else has the lock.
    type Answer = Result<Option<Held>, JournalError>;
    type Place = Shared;

    fn queue(shared: &Shared) -> &Together<Self> {
        &shared.taking
    }

    async fn write(shared: &Arc<Shared>, rows: Vec<Self>) -> AllWritten<Self> {
        let is_private = [NUMBERS, CHANGED, HISTORY].map(|folder| refuse_shared(&shared.root.join(folder)));
        let is_private: Result<(), _> = is_private.into_iter().collect();
        let take = |key: &Key| {
            let Some(lock) = shared.locks.try_take(&store::name(key))? else { return Ok(None) };
            is_private.clone()?;
            let (lock, kept) = (Lock(Arc::new(Mutex::new(lock))), shared.store.load(key)?);
            Ok(Some(Held { shared: shared.clone(), key: key.clone(), kept, lock }))
        };
        let taken = rows.iter().map(|row| take(&row.key)).collect();
        (rows, Ok(taken))
    }
}

impl Row for Sending {
    type Answer = Result<(), JournalError>;
    type Place = Shared;

    fn queue(shared: &Shared) -> &Together<Self> {
        &shared.sending
    }

    async fn write(shared: &Arc<Shared>, rows: Vec<Self>) -> AllWritten<Self> {
        let send = |held: &[&Self]| shared.store.sending(held.iter().map(|row| row.import.clone()).collect());
        let written = under_locks(shared, &rows, |row| &row.lock, send);
        (rows, Ok(written))
    }
}

impl Row for Settling {
    type Answer = Result<(), JournalError>;
    type Place = Shared;

    fn queue(shared: &Shared) -> &Together<Self> {
        &shared.settling
    }

    async fn write(shared: &Arc<Shared>, rows: Vec<Self>) -> AllWritten<Self> {
        let settle = |held: &[&Self]| {
            let all: Vec<_> = held.iter().map(|row| (&row.key, &row.settled)).collect();
            shared.store.settle(&all)
        };
        let written = under_locks(shared, &rows, |row| &row.lock, settle);
        (rows, Ok(written))
    }
}

/// Writes those whose locks are still held, which they are until it is done.
fn under_locks<R>(
    shared: &Shared,
    rows: &[R],
    lock: impl Fn(&R) -> &Lock,
    write: impl FnOnce(&[&R]) -> Vec<Result<(), JournalError>>,
) -> Vec<Result<(), JournalError>> {
    let locks: Vec<_> = {
        // Two that wait for locks of each other would wait forever.
        let _one_at_a_time = shared.acquiring.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter().map(|row| lock(row).wait()).collect()
    };
    let checked: Vec<_> = locks.iter().map(|lock| lock.check()).collect();
    let held: Vec<&R> = rows.iter().zip(&checked).filter(|(_, checked)| checked.is_ok()).map(|(row, _)| row).collect();
    let mut written = write(&held).into_iter();
    let answers = checked.into_iter().map(|checked| checked.and_then(|()| written.next().unwrap_or(Ok(()))));
    answers.collect()
}
