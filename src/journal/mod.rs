//! Journals: what must not be forgotten when a process ends, and what several processes must know of each other.
//!
//! An [`Importer`](crate::Importer) always keeps the locks of numbers and its unresolved imports in the memory of the
//! process. A [`Journal`] keeps them elsewhere as well:
//!
//! - Only one process at a time imports, changes or rolls back a number of an account.
//! - Before a create is sent, the journal writes down that it will be sent, and where the number's calls went before.
//!   The next import of the number looks it up first, also in another process and after a crash.
//!
//! [`Importer::journal`](crate::Importer::journal) sets one. All processes that import into an account must use the
//! same journal.
//!
#![cfg_attr(feature = "directory", doc = "- [`DirectoryJournal`]: a directory, for the processes of one machine.")]
#![cfg_attr(
    feature = "postgres",
    doc = "- [`PostgresJournal`]: tables in PostgreSQL, for the processes of several machines."
)]
//! - Your own: implement [`Journal`] and [`Lease`].
//!
//! A journal holds no credentials and no whole requests. It holds addresses of your own application, which may hold
//! secrets: treat it as confidential.

#[cfg(feature = "directory")]
mod directory;
mod entry;
mod error;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "directory", feature = "postgres"))]
mod together;
#[cfg(any(feature = "directory", feature = "postgres"))]
mod wait;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
#[cfg(feature = "postgres")]
pub use tokio_postgres::NoTls;

#[cfg(feature = "directory")]
pub use self::directory::DirectoryJournal;
pub use self::entry::{Kept, KeptRecord, Key, Past, Settled, UnresolvedImport};
pub use self::error::{JournalError, JournalFault};
#[cfg(feature = "postgres")]
pub use self::postgres::PostgresJournal;
use crate::E164;
use crate::model::{AccountId, PlatformKind};

/// Keeps the locks of numbers and the imports whose result is unknown, for several processes.
///
/// The importer calls it in this order: [`lock`](Self::lock), then for each create [`Lease::sending`], and
/// [`Lease::settle`] once the result is known and the routing verified. Every call of a journal must take effect before
/// it returns: what it wrote survives the end of the process, and [`Lease::sending`] also a power failure.
#[async_trait]
pub trait Journal: fmt::Debug + Send + Sync {
    /// Returns the id of this journal. All values that share locks and entries have the same id, in every process. A journal
    /// that was begun anew has another one, also in the same place.
    ///
    /// If an import is unresolved in the memory of this process, and the journal with that id no longer has it, the
    /// importer takes it that another process has settled it.
    fn id(&self) -> &str;

    /// Takes the lock of a number in an account, for all processes that share the journal. Returns `None` if somebody
    /// else holds it for all of `wait`.
    ///
    /// The lock ends when the [`Lease`] is dropped and when the process ends, however it ends.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read. The importer then changes nothing of the number.
    async fn lock(&self, key: &Key, wait: Duration) -> Result<Option<Box<dyn Lease>>, JournalError>;

    /// Returns the imports of all accounts whose result is unknown.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read.
    async fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError>;

    /// Moves what the journal keeps of an account to the account's new id. Returns the number of numbers that it moved.
    /// Call it when nobody imports into the account.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read or written, and when a number is locked or is kept under both
    /// ids. What was moved until then stays moved.
    async fn move_account(
        &self,
        platform: PlatformKind,
        from: &AccountId,
        to: &AccountId,
    ) -> Result<usize, JournalError>;

    /// Returns what is needed to roll back earlier imports of a number, newest first. Empty unless the journal keeps a
    /// history.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read.
    async fn history(&self, number: &E164) -> Result<Vec<Past>, JournalError>;
}

/// The lock of one number in a [`Journal`]. Dropping it gives the lock up and changes nothing that was written.
#[async_trait]
pub trait Lease: fmt::Debug + Send + Sync {
    /// Returns what the journal kept of the number when the lock was taken.
    fn kept(&self) -> &Kept;

    /// Writes down that a create is about to be sent, in place of what was written of an earlier one. Also checks that
    /// this process still holds the lock. It must survive a power failure from the moment it returns.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it could not be written or the lock is lost. The importer then sends nothing.
    async fn sending(&mut self, entry: &UnresolvedImport) -> Result<(), JournalError>;

    /// Writes down that the results of all creates of the number are known.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it could not be written. The import then stays unresolved, and the next one looks the
    /// number up.
    async fn settle(&mut self, settled: &Settled) -> Result<(), JournalError>;

    /// Forgets which record of the number was created lately, since it was removed.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it could not be written.
    async fn forget_created(&mut self) -> Result<(), JournalError>;
}
