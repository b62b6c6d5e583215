//! Credentials that a client makes at its platform: one for each source, shared by all its numbers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::error::Result;
use crate::model::CredentialId;

/// The credentials that a client and its clones made.
#[derive(Debug)]
pub(super) struct Credentials<S>(Arc<Mutex<Vec<Entry<S>>>>);

impl<S> Clone for Credentials<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Default for Credentials<S> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

#[derive(Debug)]
struct Entry<S> {
    source: S,
    made: Arc<OnceCell<Made>>,
    /// Imports under way, done, or of unknown fate: while there is one, the credential stays.
    users: usize,
}

/// A credential at the platform.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) id: CredentialId,
    /// Whether it was surely made here; what was found there is never removed.
    pub(super) own: bool,
}

/// One import's use of a credential.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) id: CredentialId,
    own: bool,
    cell: Arc<OnceCell<Made>>,
}

impl<S: Clone + PartialEq> Credentials<S> {
    /// The credential of a source. Whoever asks first makes it; whoever asks meanwhile waits for it.
    pub(super) async fn get(&self, source: &S, make: impl Future<Output = Result<Made>>) -> Result<Use> {
        let cell = self.join(source);
        match cell.get_or_try_init(|| make).await.cloned() {
            Ok(Made { id, own }) => Ok(Use { id, own, cell }),
            Err(error) => {
                self.leave(&cell);
                Err(error)
            }
        }
    }

    /// Gives up one use, after an import that surely did not happen. `true` when nobody else uses the
    /// credential and it was made here: it is forgotten, and the caller removes it at the platform.
    pub(super) fn give_up(&self, given: &Use) -> bool {
        self.leave(&given.cell) && given.own
    }

    fn join(&self, source: &S) -> Arc<OnceCell<Made>> {
        let mut entries = self.lock();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.source == *source) {
            entry.users += 1;
            return entry.made.clone();
        }
        let made = Arc::new(OnceCell::new());
        entries.push(Entry { source: source.clone(), made: made.clone(), users: 1 });
        made
    }

    fn leave(&self, cell: &Arc<OnceCell<Made>>) -> bool {
        let mut entries = self.lock();
        let Some(at) = entries.iter().position(|entry| Arc::ptr_eq(&entry.made, cell)) else { return false };
        entries[at].users -= 1;
        let last = entries[at].users == 0;
        if last {
            entries.swap_remove(at);
        }
        last
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry<S>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
