//! What is left of imports that were interrupted, in this process or in an earlier one.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::timeout_at;

use super::run::Run;
use super::{Imported, Importer, memory};
use crate::E164;
use crate::error::{Result, Withheld, WithheldReason};
use crate::http::deadline::after;
use crate::journal::{Journal, JournalError, Past, UnresolvedImport};
use crate::model::ImportRequest;

/// What became of an unresolved import. [`Importer::resolve_all`] returns it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Resolved {
    /// The import as it was kept.
    pub import: UnresolvedImport,
    /// What is known of it now.
    pub resolution: Result<Resolution>,
}

/// What is known of an unresolved import after another lookup.
///
/// ```
/// use numport::import::Resolution;
///
/// fn is_over(resolution: &Resolution) -> bool {
///     matches!(resolution, Resolution::Imported(_) | Resolution::Settled)
/// }
/// assert!(is_over(&Resolution::Settled) && !is_over(&Resolution::NotFound));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Resolution {
    /// The number has a record, and its import is no longer unresolved. What the request named and the create could not
    /// set is missing perhaps: importing the number again sets it.
    Imported(Box<Imported>),
    /// No lookup shows a record. Importing the number again sends another create, if the platform refuses duplicates or
    /// [`Importer::resend_after`] has passed.
    NotFound,
    /// A request of it may still be carried out, so what a lookup shows may change: [`Importer::resend_after`] has not
    /// passed since it was sent. Importing the number again ends it at once.
    TooEarly {
        /// The time that is left.
        retry_after: Duration,
    },
    /// Another process, or another task of this one, has resolved it meanwhile.
    Settled,
}

impl Importer {
    /// Sets a journal: it keeps the locks of numbers and the unresolved imports for other processes and after a crash.
    /// All processes that import into an account must have the same one. Without it, only this process remembers.
    ///
    /// Each import then takes the number's lock in the journal and writes down its create before it is sent.
    #[must_use]
    pub fn journal(mut self, journal: impl Journal + 'static) -> Self {
        let id = memory::journal(journal.id());
        self.journal = Some((Arc::new(journal), id));
        self
    }

    /// Sets after which time a create whose result is unknown is sent again, if no lookup shows a record and the
    /// platform accepts duplicates. Defaults to 2 min, counted from when the create was sent. Until then an import of
    /// the number fails with [`WithheldReason::Unresolved`], whose `retry_after` is the time that is left.
    ///
    /// It must be longer than a platform may need to carry out a request that it has received. A platform that refuses
    /// duplicates is asked again at once.
    #[must_use]
    pub const fn resend_after(mut self, time: Duration) -> Self {
        self.resend_after = time;
        self
    }

    /// Returns the imports whose result is unknown: a create was sent, and the import was cancelled or killed, failed
    /// before it finished, or lost its response and no lookup has found the record. Importing one of these numbers again
    /// looks it up by the whole [`LookupPolicy`](crate::LookupPolicy) before it creates anything.
    ///
    /// With a [`journal`](Self::journal), these are the imports of all processes and of *all accounts* in it, so that
    /// entries made under an earlier id of an account are seen ([`Journal::move_account`] moves them). An import that is
    /// under way in another process is one of them. Without a journal, these are the imports of this process into this
    /// account.
    ///
    /// A process remembers at most 10,000 and refuses further creates then. An entry older than 24 hours is forgotten
    /// after such a lookup.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read.
    pub async fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        match &self.journal {
            Some((journal, _)) => journal.unresolved().await,
            None => Ok(memory::unresolved(self.account, &self.platform.account())),
        }
    }

    /// Looks up the numbers of all unresolved imports into this account, [concurrently](Self::concurrency), for a
    /// program that starts after a crash. It changes nothing at the carrier or the platform. An import whose record is
    /// found is resolved, and [`Imported::undo`] rolls it back; one whose record is not found stays unresolved.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read. What fails for one number is in its [`Resolved`].
    pub async fn resolve_all(&self) -> Result<Vec<Resolved>, JournalError> {
        let account = self.platform.account();
        let mut imports = self.unresolved().await?;
        imports.retain(|import| import.platform == self.platform.kind() && account.is(&import.account));
        let resolved = stream::iter(imports).map(|import| async move {
            let resolution = self.resolve_one(&import.number).await;
            Resolved { import, resolution }
        });
        Ok(resolved.buffer_unordered(self.concurrency).collect().await)
    }

    async fn resolve_one(&self, number: &E164) -> Result<Resolution> {
        let request = ImportRequest::new(*number);
        let mut run = Run::new(self, &request, self.lock(number).await?);
        if !run.is_unresolved() {
            return Ok(Resolution::Settled);
        }
        if let Some(retry_after) = run.may_still_be_changed() {
            return Ok(Resolution::TooEarly { retry_after });
        }
        let deadline = after(self.deadline);
        let imported = async {
            let found = run.look(None).await??;
            // What the carrier finds now prevents nothing that was done.
            drop(run.check_preflight());
            match found {
                Some(record) => Ok(Some(run.complete(Some(record), None).await?)),
                None => Ok(None),
            }
        };
        match timeout_at(deadline, imported).await.unwrap_or_else(|_| Err(run.late()))? {
            Some(imported) => {
                let mut unverified = run.unverified(imported);
                self.verify(&mut unverified, deadline).await;
                Ok(Resolution::Imported(Box::new(unverified.imported)))
            }
            None => {
                run.settle_failed().await;
                Ok(Resolution::NotFound)
            }
        }
    }

    /// Returns what is needed to roll back earlier imports of a number into this account, newest first, for
    /// [`undo`](Self::undo). Empty without a [`journal`](Self::journal) that keeps a history.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be read.
    pub async fn history(&self, number: &E164) -> Result<Vec<Past>, JournalError> {
        let Some((journal, _)) = &self.journal else { return Ok(Vec::new()) };
        let (kind, account) = (self.platform.kind(), self.platform.account());
        let mut all = journal.history(number).await?;
        all.retain(|past| past.undo.platform == kind && account.is(&past.undo.account));
        Ok(all)
    }

    /// Forgets which record of this number was created lately, so that [`import`](Self::import) may create another
    /// one. Call it after somebody removed the record in the platform's dashboard or through the typed client.
    ///
    /// A process, and a [`journal`](Self::journal), remember for 10 minutes which records were created. During that time
    /// an import of a number whose record the platform does not show is refused
    /// ([`WithheldReason::NotListed`]), because the platform may show the record later. [`apply`](Self::apply) and
    /// [`undo`](Self::undo) forget the records that they remove.
    ///
    /// This method does not forget an unresolved import.
    ///
    /// # Errors
    ///
    /// [`Error::Withheld`](crate::Error::Withheld) when another import of the number does not end in time, and when the
    /// journal cannot be read or written.
    pub async fn forget_created(&self, number: &E164) -> Result<()> {
        memory::forget_created(self.account, number, None);
        if self.journal.is_none() {
            return Ok(());
        }
        let mut lock = self.lock(number).await?;
        let forgotten = lock.removed(None).await;
        memory::forget_created(self.account, number, None);
        let withheld = |error| Withheld::new(self.platform.kind(), *number, WithheldReason::Journal(error));
        forgotten.map_err(|error| Box::new(withheld(error)).into())
    }
}

/// The number and what is known of it, in a line.
impl fmt::Display for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnresolvedImport { number, sent_at, .. } = &self.import;
        write!(f, "{number}: import sent at {sent_at}: ")?;
        match &self.resolution {
            Ok(Resolution::Imported(imported)) => write!(f, "the record {} is there", imported.record.id),
            Ok(Resolution::NotFound) => f.write_str("no record is found"),
            Ok(Resolution::TooEarly { .. }) => f.write_str("a request may still be carried out"),
            Ok(Resolution::Settled) => f.write_str("resolved meanwhile"),
            Err(error) => write!(f, "not resolved: {error}"),
        }
    }
}
