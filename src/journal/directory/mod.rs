mod disk;
mod faults;
mod files;
mod header;
mod lease;
mod locks;
mod numbered;
mod place;
#[cfg(test)]
mod simulated;
mod store;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use self::disk::{Folder, Local};
use self::faults::fault;
use self::header::Header;
use self::lease::{Sending, Settling, Taking};
use self::locks::Locks;
use self::place::{make_private, refuse_network};
use self::store::{CHANGED, HISTORY, HistoryLimits, NUMBERS, Store};
use super::together::{self, Together};
use super::wait::Attempts;
use super::{Journal, JournalError, JournalFault, Key, Lease, Past, UnresolvedImport};
use crate::E164;
use crate::model::{AccountId, PlatformKind};

/// A [`Journal`] in a directory, for the processes of one machine. No service is needed.
///
/// It has a small JSON file for each unresolved import; imports that are written down at the same moment share one, which
/// has a name (a hard link) for each. The file is on the disk (fsync) before the create is sent, and its name is removed
/// once the result is known. Locks are of the file system, and end with the process.
///
/// The directory must be on a local disk and belong to this process' user alone (mode 0700; its files have 0600). On
/// Linux, network file systems (NFS, SMB, 9P, Ceph, Lustre and others) are refused; FUSE and other systems cannot be
/// told apart. On Windows, permissions are not checked and the lock files stay.
///
/// Cheap to clone. A process that was forked must open it again. On Linux the locks are ranges of one file. Elsewhere, and in 32-bit programs, each is a file of its own
/// that is open until the import is verified, some 300 in a run over many numbers. A journal of one kind is refused by
/// programs of the other.
///
/// ```
/// # #[cfg(all(feature = "sandbox", feature = "twilio", feature = "vapi"))] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::journal::DirectoryJournal;
/// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let vars = |name: &str| sandbox.var(name);
/// # let folder = std::env::temp_dir().join(format!("numport-doc-{}", std::process::id()));
/// # let path = &folder;
/// let journal = DirectoryJournal::open(path)?;
/// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?).journal(journal);
///
/// // What an earlier process has left.
/// for resolved in importer.resolve_all().await? {
///     println!("{resolved:?}");
/// }
/// importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
/// assert!(importer.unresolved().await?.is_empty());
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DirectoryJournal {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    locks: Arc<Locks>,
    /// The id of the journal.
    id: String,
    store: Store<Local>,
    settled: AtomicU64,
    /// Held by the writer that takes the locks of its rows.
    acquiring: Mutex<()>,
    taking: Together<Taking>,
    sending: Together<Sending>,
    settling: Together<Settling>,
}

impl DirectoryJournal {
    /// Opens the journal in this directory, and makes it if there is none. This blocks the thread for some
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the directory cannot be made, belongs to somebody else, may be read by others, is on a
    /// network file system, or holds something that is not a journal of this version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let root = std::path::absolute(path.as_ref()).map_err(|error| fault(path.as_ref().display(), &error))?;
        make_private(&root)?;
        // A link that leads elsewhere later takes nothing with it.
        let root = fs::canonicalize(&root).map_err(|error| fault(root.display(), &error))?;
        refuse_network(&root)?;
        let failed = |error: io::Error| fault(root.display(), &error);
        let header = Arc::new(Header::open(&root, &[NUMBERS, CHANGED, HISTORY, "locks"])?);
        for folder in [NUMBERS, CHANGED, HISTORY] {
            make_private(&root.join(folder))?;
            // It may be a mount or a link of its own.
            refuse_network(&root.join(folder))?;
        }
        Folder::open(&root).and_then(Folder::sync).map_err(failed)?;
        let store = Store::new(Local { root: root.clone() }, root.display().to_string());
        let id = header.id.clone();
        let locks = Locks::open(&root, header)?;
        Ok(Self { shared: Shared::new(root, locks, id, store) })
    }

    /// Keeps what is needed to roll back settled imports: the newest `imports` of each number, for at most `age`. Not
    /// kept by default. [`Importer::history`](crate::Importer::history) returns it.
    ///
    /// It takes one more write to the disk for each import that changed something.
    #[must_use]
    pub fn keep_history(self, imports: usize, age: Duration) -> Self {
        let Shared { root, locks, id, .. } = &*self.shared;
        let mut store = Store::new(Local { root: root.clone() }, root.display().to_string());
        store.history = Some(HistoryLimits { imports, age });
        Self { shared: Shared::new(root.clone(), locks.clone(), id.clone(), store) }
    }
}

impl Shared {
    fn new(root: PathBuf, locks: Arc<Locks>, id: String, store: Store<Local>) -> Arc<Self> {
        let (settled, acquiring, taking, sending, settling) = Default::default();
        Arc::new(Self { root, locks, id, store, settled, acquiring, taking, sending, settling })
    }

    /// Removes what is old of all numbers that nobody works on.
    fn prune(&self) -> Result<(), JournalError> {
        for name in self.store.all_names()? {
            if !self.store.is_old(&name)? {
                continue;
            }
            if let Some(_lock) = self.locks.try_take(&name)? {
                self.store.prune(&name)?;
            }
        }
        Ok(())
    }
}

/// Runs what waits for the disk on a thread that may wait. It goes on if the caller is dropped.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(JournalError::new("", JournalFault::Unreachable, error.to_string())))
}

#[async_trait]
impl Journal for DirectoryJournal {
    fn id(&self) -> &str {
        &self.shared.id
    }

    async fn lock(&self, key: &Key, wait: Duration) -> Result<Option<Box<dyn Lease>>, JournalError> {
        let mut attempts = Attempts::within(wait);
        loop {
            if let Some(held) = together::write_down(&self.shared, Taking { key: key.clone() }).await?? {
                return Ok(Some(Box::new(held)));
            }
            if !attempts.wait().await {
                return Ok(None);
            }
        }
    }

    async fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        let shared = self.shared.clone();
        on_thread(move || shared.store.unresolved()).await
    }

    async fn move_account(
        &self,
        platform: PlatformKind,
        from: &AccountId,
        to: &AccountId,
    ) -> Result<usize, JournalError> {
        let (shared, from, to) = (self.shared.clone(), from.clone(), to.clone());
        on_thread(move || {
            let of = |account: &AccountId, number| Key::new(platform, account.clone(), number);
            // The name of a number ends with its digits.
            let number = |name: &str| -> Option<E164> { format!("+{}", name.rsplit('-').next()?).parse().ok() };
            let mut moved = 0;
            for name in shared.store.all_names()? {
                let Some(number) = number(&name) else { continue };
                let (old, new) = (of(&from, number), of(&to, number));
                if from == to || store::name(&old) != name {
                    continue;
                }
                let locked = |name: &str| match shared.locks.try_take(name)? {
                    Some(lock) => Ok(lock),
                    None => {
                        let place = format!("{}, {name}", shared.root.display());
                        Err(JournalError::new(place, JournalFault::Locked, ""))
                    }
                };
                let _locks = (locked(&name)?, locked(&store::name(&new))?);
                shared.store.rename(&old, &new)?;
                moved += 1;
            }
            Ok(moved)
        })
        .await
    }

    async fn history(&self, number: &E164) -> Result<Vec<Past>, JournalError> {
        let (shared, number) = (self.shared.clone(), *number);
        on_thread(move || shared.store.history(&number)).await
    }
}
