use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use super::rows::CHANGED_FOR;
use super::session::{Lock, write_down};
use super::written::{Sending, Settling};
use crate::journal::{JournalError, JournalFault, Kept, Key, Lease, Settled, UnresolvedImport};

/// After how many settled imports what is old is removed.
const PRUNE_AFTER: u64 = 1_000;

/// How much is kept for rolling back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HistoryLimits {
    pub(super) imports: usize,
    pub(super) age: Duration,
}

/// A number whose lock is held. All that it writes is sent in the session of the lock: what was sent before a lease is
/// dropped is carried out before the lock is given up.
#[derive(Debug)]
pub(super) struct Held {
    lock: Lock,
    key: Key,
    kept: Kept,
    /// Whether the journal has an unresolved import of the number.
    is_unresolved: bool,
    history: Option<HistoryLimits>,
    settled: Arc<AtomicU64>,
}

impl Held {
    pub(super) fn new(
        lock: Lock,
        key: Key,
        kept: Kept,
        history: Option<HistoryLimits>,
        settled: Arc<AtomicU64>,
    ) -> Self {
        let is_unresolved = kept.unresolved.is_some();
        Self { lock, key, kept, is_unresolved, history, settled }
    }

    /// Moves all that is kept of the number to the account of another lease.
    pub(super) async fn move_to(&self, new: &Self) -> Result<(), JournalError> {
        let (session, (platform, account, number)) = (&self.lock.session, self.columns());
        let (_, to, _) = new.columns();
        session.run(&session.statements.rename, &[&platform, &account, &to, &number, &session.backend]).await
    }

    fn columns(&self) -> (&str, &str, &str) {
        (self.key.platform.as_str(), self.key.account.as_str(), self.key.number.as_str())
    }

    fn json(&self, value: &impl Serialize) -> Result<String, JournalError> {
        let failed = |error: serde_json::Error| {
            JournalError::new(&self.lock.session.place, JournalFault::Unsuitable, error.to_string())
        };
        serde_json::to_string(value).map_err(failed)
    }

    /// Removes what is old of all numbers, now and then.
    async fn prune(&self) {
        let session = &self.lock.session;
        // What is old harms nobody.
        drop(session.run(&session.statements.prune_numbers, &[&CHANGED_FOR.as_secs_f64()]).await);
        if let Some(limits) = self.history {
            drop(session.run(&session.statements.prune_history, &[&limits.age.as_secs_f64()]).await);
        }
    }
}

#[async_trait]
impl Lease for Held {
    fn kept(&self) -> &Kept {
        &self.kept
    }

    async fn sending(&mut self, entry: &UnresolvedImport) -> Result<(), JournalError> {
        let json = self.json(entry)?;
        self.is_unresolved = true;
        let since_first = entry.sent_at.saturating_duration_since(entry.first_sent_at).as_secs_f64();
        write_down(&self.lock.session, Sending { key: self.key.clone(), entry: json, since_first }).await
    }

    async fn settle(&mut self, settled: &Settled) -> Result<(), JournalError> {
        let undo = settled.undo.as_ref().filter(|_| self.history.is_some());
        let undo = undo.map(|undo| self.json(undo)).transpose()?;
        // Lost with the power, it leaves the import unresolved, and the next one looks the number up.
        let is_lazy = self.is_unresolved && undo.is_none();
        let limits = self.history.unwrap_or(HistoryLimits { imports: 1, age: Duration::ZERO });
        let created = settled.created.as_ref().map(|id| id.as_str().to_owned());
        let settling = Settling { key: self.key.clone(), created, undo, limits, is_lazy };
        write_down(&self.lock.session, settling).await?;
        self.is_unresolved = false;
        if (self.settled.fetch_add(1, Ordering::Relaxed) + 1) % PRUNE_AFTER == 0 {
            self.prune().await;
        }
        Ok(())
    }

    async fn forget_created(&mut self) -> Result<(), JournalError> {
        let (session, (platform, account, number)) = (&self.lock.session, self.columns());
        session.write(&session.statements.forget_created, &[&platform, &account, &number, &session.backend], 1).await
    }
}
