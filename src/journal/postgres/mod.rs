mod faults;
mod lease;
mod line;
mod probe;
mod rows;
mod session;
mod sql;
mod target;
mod written;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use tokio_postgres::Socket;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

use self::faults::{fault, unsuitable};
use self::lease::{Held, HistoryLimits};
use self::line::Line;
use self::session::Lock;
use self::target::Target;
use super::wait::Attempts;
use super::{Journal, JournalError, JournalFault, Key, Lease, Past, UnresolvedImport};
use crate::E164;
use crate::model::{AccountId, PlatformKind};

/// How long a call that waits for no lock waits for a lost connection to come back.
const RECONNECT: Duration = Duration::from_secs(10);
const LONGEST_AGE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A [`Journal`] in PostgreSQL 12 or later, for the processes of several machines.
///
/// One session of the database holds all locks of the process, as advisory locks, and writes everything. Clones share
/// it: connect once, and give every [`Importer`](crate::Importer) of the process a clone. Call
/// [`migrate`](Self::migrate) once before, which makes the tables.
///
/// # What it guarantees
///
/// - An unresolved import is on the server's disk before its create is sent.
/// - The locks end with the session, which ends with the process. If the machine or the network goes away, the server
///   notices it after about a minute.
/// - If the session ends first, because the server is restarted or the connection is lost, the imports under way can send
///   no create any more: writing the create down is the check that the lock is still held. They fail with
///   [`JournalFault::Unreachable`] and stay unresolved. Later imports open another session, for which they wait as long
///   as for a lock ([`Importer::lock_timeout`](crate::Importer::lock_timeout)).
/// - How long ago a create was sent is told by the server's clock.
///
/// # What it does not guarantee
///
/// - A process may be paused after it has written a create down and before it sends it. If its session ends meanwhile
///   and the pause is longer than [`Importer::resend_after`](crate::Importer::resend_after) (2 min by default), another
///   process may have created the number before the first one sends its create. Where the platform accepts duplicates,
///   there are two records then.
/// - A standby that takes over lacks what was not replicated to it. Use synchronous replication.
/// - Locks do not hold through a proxy that pools by transaction, such as PgBouncer in that mode. Such a proxy is refused
///   when the session is opened. Pool by session, or connect to the server itself.
///
/// # TLS
///
/// Any TLS connector for tokio-postgres can be used, for example those of the crates tokio-postgres-rustls and
/// postgres-native-tls. The connector verifies the certificate; with one, the journal never falls back to a connection
/// without TLS. [`NoTls`](super::NoTls) is accepted for this machine only, unless the connection string says
/// `sslmode=disable`.
///
/// # Example
///
/// ```no_run
/// # #[cfg(all(feature = "twilio", feature = "vapi"))] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::journal::{NoTls, PostgresJournal};
/// use numport::{ImportRequest, Importer, Twilio, Vapi};
///
/// let url = "postgres://numport@localhost/numport";
/// PostgresJournal::migrate(url, NoTls).await?;
/// let journal = PostgresJournal::connect(url, NoTls).await?;
/// let importer = Importer::new(Twilio::from_env()?, Vapi::from_env()?).journal(journal.clone());
///
/// // What an earlier process has left.
/// for resolved in importer.resolve_all().await? {
///     println!("{resolved}");
/// }
/// importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
/// # Ok(())
/// # }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PostgresJournal {
    line: Arc<Line>,
    history: Option<HistoryLimits>,
    settled: Arc<AtomicU64>,
}

impl PostgresJournal {
    /// Connects to the journal in a database. `config` is a URL (`postgres://user:password@host/database`) or a text of
    /// `key=value` pairs, as libpq reads them.
    ///
    /// The journal keeps one connection, and opens a second one for a moment. Call it within a tokio runtime that lives
    /// as long as the journal is used.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the connection string is not valid, the server cannot be reached or refuses the user, TLS is
    /// required and there is no connector, the tables are not there ([`migrate`](Self::migrate) makes them) or are of
    /// another version, several schemas of the `search_path` have them, the server is a standby or
    /// `default_transaction_read_only` is on, and when a proxy pools by transaction. No error shows the password.
    pub async fn connect<T>(config: &str, tls: T) -> Result<Self, JournalError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::TlsConnect: Send,
        T::Stream: Send + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let line = Line::open(Target::new(config, tls)?).await?;
        Ok(Self { line: Arc::new(line), history: None, settled: Arc::default() })
    }

    /// Makes the tables of this version: `numport_journal`, `numport_journal_history` and `numport_journal_version`, in
    /// the first schema of the user's `search_path`. It changes nothing if a schema of the `search_path` has them, and
    /// several processes may call it at the same time.
    ///
    /// It needs a user who may create tables. [`connect`](Self::connect) needs one who may read and write their rows.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect), and [`JournalError`] when the user may not create tables.
    pub async fn migrate<T>(config: &str, tls: T) -> Result<(), JournalError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::TlsConnect: Send,
        T::Stream: Send + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let target = Target::new(config, tls)?;
        let failed = |error: tokio_postgres::Error| fault(&target.place, &error);
        let (client, _task) = target.open().await?;
        probe::tables(&client, &target).await?;
        client.batch_execute(sql::MIGRATE).await.map_err(failed)
    }

    /// Keeps what is needed to roll back settled imports: the newest `imports` of each number, for at most `age`. Not
    /// kept by default. [`Importer::history`](crate::Importer::history) returns it.
    #[must_use]
    pub fn keep_history(mut self, imports: usize, age: Duration) -> Self {
        // A longer time is none that a database can count back.
        let age = age.min(LONGEST_AGE);
        self.history = Some(HistoryLimits { imports, age }).filter(|limits| limits.imports > 0);
        self
    }

    /// Takes a lock now, or fails.
    async fn lock_now(&self, key: &Key) -> Result<Held, JournalError> {
        let session = self.line.session(Instant::now() + RECONNECT).await?;
        match Lock::try_take(&session, key).await? {
            Some((lock, kept)) => Ok(self.held(lock, key, kept)),
            None => {
                let place = format!("{}, number {}", session.place, key.number);
                Err(JournalError::new(place, JournalFault::Locked, ""))
            }
        }
    }

    fn held(&self, lock: Lock, key: &Key, kept: super::Kept) -> Held {
        Held::new(lock, key.clone(), kept, self.history, self.settled.clone())
    }
}

#[async_trait]
impl Journal for PostgresJournal {
    fn id(&self) -> &str {
        &self.line.id
    }

    async fn lock(&self, key: &Key, wait: Duration) -> Result<Option<Box<dyn Lease>>, JournalError> {
        let mut attempts = Attempts::within(wait);
        loop {
            let session = self.line.session(attempts.end).await?;
            match Lock::try_take(&session, key).await {
                Ok(Some((lock, kept))) => return Ok(Some(Box::new(self.held(lock, key, kept)))),
                Ok(None) => {}
                // Nothing was sent under it.
                Err(error) if error.fault == JournalFault::Unreachable && Instant::now() < attempts.end => {}
                Err(error) => return Err(error),
            }
            if !attempts.wait().await {
                return Ok(None);
            }
        }
    }

    async fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        let session = self.line.session(Instant::now() + RECONNECT).await?;
        let rows = session.rows(&session.statements.unresolved, &[]).await?;
        let entries = rows.iter().filter_map(|row| {
            rows::entry(row).map_err(|cause| rows::foreign(&session.place, rows::number(row), cause)).transpose()
        });
        entries.collect()
    }

    async fn move_account(
        &self,
        platform: PlatformKind,
        from: &AccountId,
        to: &AccountId,
    ) -> Result<usize, JournalError> {
        if from == to {
            return Ok(0);
        }
        let session = self.line.session(Instant::now() + RECONNECT).await?;
        let of_account: session::Parameters<'_> = &[&platform.as_str(), &from.as_str()];
        let rows = session.rows(&session.statements.numbers, of_account).await?;
        let mut moved = 0;
        for row in &rows {
            let Ok(number) = rows::number(row).parse::<E164>() else { continue };
            let old = self.lock_now(&Key::new(platform, from.clone(), number)).await?;
            let new = self.lock_now(&Key::new(platform, to.clone(), number)).await?;
            if old.kept().unresolved.is_some() && new.kept().unresolved.is_some() {
                let place = format!("{}, number {number}", session.place);
                return Err(unsuitable(&place, "the number is unresolved under both ids: import it first"));
            }
            old.move_to(&new).await?;
            moved += 1;
        }
        Ok(moved)
    }

    async fn history(&self, number: &E164) -> Result<Vec<Past>, JournalError> {
        let session = self.line.session(Instant::now() + RECONNECT).await?;
        let rows = session.rows(&session.statements.history, &[&number.as_str()]).await?;
        let past = |row| rows::past(row).map_err(|cause| rows::foreign(&session.place, number, cause));
        rows.iter().map(past).collect()
    }
}
