//! Credentials that a client makes at its platform: one for each source, shared by all its numbers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::E164;
use crate::error::{Error, Incomplete, Result, Step};
use crate::model::{CredentialId, PlatformKind};

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
#[derive(Debug)]
pub(super) struct Made {
    pub(super) id: CredentialId,
    /// Whether it was surely made here; what was found there is never removed.
    pub(super) own: bool,
}

impl<S: Clone + PartialEq> Credentials<S> {
    /// Creates a number with the credential of its source. Whoever comes first makes the credential; whoever comes
    /// meanwhile waits for it. It is removed again if it was made here, the number was surely not created, and no other
    /// import uses it.
    pub(super) async fn with<T, C, R>(
        &self,
        source: &S,
        (platform, number): (PlatformKind, E164),
        make: impl Future<Output = Result<Made>>,
        create: impl FnOnce(&CredentialId) -> C,
        remove: impl FnOnce(CredentialId) -> R,
    ) -> Result<T>
    where
        C: Future<Output = Result<T>>,
        R: Future<Output = Result<()>>,
    {
        let incomplete = |step, left_behind, error| {
            Error::from(Box::new(Incomplete::not_imported(platform, number, left_behind, step, error)))
        };
        let cell = self.join(source);
        let made = match cell.get_or_try_init(|| make).await {
            Ok(made) => made,
            Err(error) => {
                self.leave(&cell);
                return Err(incomplete(Step::MakeCredential, None, error));
            }
        };
        let error = match create(&made.id).await {
            Ok(created) => return Ok(created),
            Err(error) => error,
        };
        let is_unused = error.surely_not_done() && self.leave(&cell) && made.own;
        if !is_unused {
            return Err(error);
        }
        match remove(made.id.clone()).await {
            Err(left) if !left.is_removed_before() => {
                Err(incomplete(Step::RemoveCredential, Some(made.id.clone()), error))
            }
            _ => Err(error),
        }
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

    /// Gives up one use. Returns whether it was the last one; the credential is forgotten then.
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
