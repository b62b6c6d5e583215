//! The one session of a process: it holds the locks and writes everything.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, yield_now};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::faults::{fault, unsuitable};
use super::target::Target;
use super::written::{Sending, Settling, Taking};
use super::{probe, rows, sql};
use crate::journal::together::{self, Place, Row, Together};
use crate::journal::{JournalError, JournalFault, Kept, Key};

/// How long the server may take for a statement. They take milliseconds; after this the session is given up.
const ANSWER: Duration = Duration::from_secs(10);
/// And for those of others before it.
const ALL_ANSWERS: Duration = Duration::from_secs(60);

pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

pub(in crate::journal) struct Session {
    client: Client,
    task: AbortHandle,
    /// That of the connection, which runs as long as the session is used.
    runtime: Handle,
    /// Whether it is given up. If its runtime stands still, the client does not learn it.
    is_given_up: AtomicBool,
    pub(super) place: String,
    /// The id of the journal.
    pub(super) journal: String,
    /// The server's process. Another one would not have the locks.
    pub(super) backend: i32,
    pub(super) statements: Statements,
    locks: Mutex<Locks>,
    pub(super) taking: Together<Taking>,
    pub(super) sending: Together<Sending>,
    pub(super) settling: Together<Settling>,
}

/// Writes it down together with what others write. If the runtime of the connection stands still, nobody waits forever.
pub(super) async fn write_down<R: Row<Place = Session>>(
    session: &Arc<Session>,
    row: R,
) -> Result<R::Answer, JournalError> {
    timeout(ALL_ANSWERS, together::write_down(session, row)).await.unwrap_or_else(|_| {
        session.give_up();
        let cause = format!("no answer within {} s", ALL_ANSWERS.as_secs());
        Err(JournalError::new(&session.place, JournalFault::Unreachable, cause))
    })
}

/// The locks of this process.
#[derive(Default)]
struct Locks {
    /// Those that it has or asks for: the server would give one to the same session twice.
    held: HashSet<i64>,
    /// Those that were given up, or perhaps never given, and of which the server is not told yet.
    given_up: Vec<i64>,
}

macro_rules! statements {
    ($($name:ident: $sql:ident,)+) => {
        /// Prepared, so that each is one message.
        pub(super) struct Statements { $(pub(super) $name: Statement,)+ }

        impl Statements {
            async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
                Ok(Self { $($name: client.prepare(sql::$sql).await?,)+ })
            }
        }
    };
}

statements! {
    lock: LOCK,
    unlock: UNLOCK,
    kept: KEPT,
    set_back: SET_BACK,
    unresolved: UNRESOLVED,
    sending: SENDING,
    settle: SETTLE,
    forget_created: FORGET_CREATED,
    history: HISTORY,
    numbers: NUMBERS,
    rename: MOVE,
    prune_numbers: PRUNE_NUMBERS,
    prune_history: PRUNE_HISTORY,
}

impl Session {
    /// Opens a session, and checks that it is one: that no proxy gives its statements to others.
    pub(super) async fn open(target: &Target) -> Result<Self, JournalError> {
        let failed = |error: tokio_postgres::Error| fault(&target.place, &error);
        let (client, task) = target.open().await?;
        let backend = probe::check(&client, target).await?;
        client.simple_query(sql::SETTINGS).await.map_err(failed)?;
        let Some(journal) = probe::tables(&client, target).await? else {
            let cause = "its tables are not there: call `PostgresJournal::migrate` once";
            return Err(unsuitable(&target.place, cause));
        };
        probe::keep_tables(&client, target).await?;
        let statements = Statements::prepare(&client).await.map_err(failed)?;
        let place = target.place.clone();
        let (is_given_up, locks, taking, sending, settling) = Default::default();
        let runtime = Handle::current();
        Ok(Self {
            client,
            task,
            runtime,
            is_given_up,
            place,
            journal,
            backend,
            statements,
            locks,
            taking,
            sending,
            settling,
        })
    }

    /// Ends the session, and with it its locks and everything that waits for it.
    fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
        self.task.abort();
    }

    pub(super) async fn rows(
        &self,
        of: &Statement,
        with: Parameters<'_>,
    ) -> Result<Vec<tokio_postgres::Row>, JournalError> {
        self.answer(self.client.query(of, with)).await
    }

    /// Writes, if the session still is the one that holds the locks.
    pub(super) async fn write(&self, of: &Statement, with: Parameters<'_>, rows: usize) -> Result<(), JournalError> {
        match self.answer(self.client.execute(of, with)).await? {
            written if usize::try_from(written) == Ok(rows) => Ok(()),
            _ => {
                // The session is another one, and its locks may be another process'.
                self.give_up();
                Err(unsuitable(&self.place, probe::POOLED))
            }
        }
    }

    /// Runs a statement that may change any number of rows.
    pub(super) async fn run(&self, of: &Statement, with: Parameters<'_>) -> Result<(), JournalError> {
        self.answer(self.client.execute(of, with)).await.map(drop)
    }

    async fn answer<T>(
        &self,
        statement: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, JournalError> {
        match timeout(ANSWER, statement).await {
            Ok(answer) => answer.map_err(|error| {
                // Somebody has altered the tables, and what is prepared does not fit them any more.
                if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
                    self.give_up();
                }
                fault(&self.place, &error)
            }),
            Err(_) => {
                self.give_up();
                let cause = format!("the server did not answer within {} s", ANSWER.as_secs());
                Err(JournalError::new(&self.place, JournalFault::Unreachable, cause))
            }
        }
    }

    fn locks(&self) -> MutexGuard<'_, Locks> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note that a lock is wanted; `false` if this process has it or asks for it already.
    fn want(&self, id: i64) -> bool {
        let mut locks = self.locks();
        let is_new = locks.held.insert(id);
        // It would be given up after it is given.
        if is_new && locks.given_up.contains(&id) {
            self.unlock(&mut locks);
        }
        is_new
    }

    /// Tells the server which locks are given up, behind all that was sent under them. Nobody can ask for one of them
    /// before it is sent.
    fn unlock(&self, locks: &mut Locks) {
        let ids = std::mem::take(&mut locks.given_up);
        let with: Parameters<'_> = &[&ids];
        if !ids.is_empty() {
            // The first poll sends it, and nobody needs the answer.
            let _ = self.client.execute(&self.statements.unlock, with).now_or_never();
        }
    }
}

impl Place for Session {
    fn name(&self) -> String {
        self.place.clone()
    }

    fn is_lost(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed) || self.client.is_closed()
    }

    fn spawn(&self, writer: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(writer);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("place", &self.place).field("backend", &self.backend).finish_non_exhaustive()
    }
}

/// A lock of the session. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Lock {
    pub(super) session: Arc<Session>,
    id: i64,
    /// Whether the server was asked for it, and has not said no.
    is_asked: bool,
}

impl Lock {
    /// Takes the lock of a number if nobody has it, and reads what is kept of the number under it.
    pub(super) async fn try_take(session: &Arc<Session>, key: &Key) -> Result<Option<(Self, Kept)>, JournalError> {
        let id = id(key);
        if !session.want(id) {
            return Ok(None);
        }
        // It exists before it is asked for, so that a caller that goes away leaves none.
        let mut lock = Self { session: session.clone(), id, is_asked: true };
        let given = write_down(session, Taking { key: key.clone(), id }).await?;
        lock.is_asked = given.is_some();
        let Some(row) = given else { return Ok(None) };
        let kept = rows::kept(row.as_ref(), key);
        let kept = kept.map_err(|cause| rows::foreign(&session.place, key.number, cause))?;
        if row.as_ref().is_some_and(rows::is_ahead) {
            let (platform, account, number) = (key.platform.as_str(), key.account.as_str(), key.number.as_str());
            let with: Parameters<'_> = &[&platform, &account, &number, &session.backend];
            session.write(&session.statements.set_back, with, 1).await?;
        }
        Ok(Some((lock, kept)))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let is_first = {
            let mut locks = self.session.locks();
            locks.held.remove(&self.id);
            locks.given_up.extend(Some(self.id).filter(|_| self.is_asked));
            self.is_asked && locks.given_up.len() == 1
        };
        if is_first {
            let unlocking = Unlocking(self.session.clone());
            // Those that are dropped at the same moment are given up together.
            self.session.runtime.spawn(async move {
                yield_now().await;
                drop(unlocking);
            });
        }
    }
}

/// Gives locks up when it is dropped, also with its runtime.
struct Unlocking(Arc<Session>);

impl Drop for Unlocking {
    fn drop(&mut self) {
        self.0.unlock(&mut self.0.locks());
    }
}

/// The advisory lock of a number. Two numbers that share one only wait for each other.
fn id(key: &Key) -> i64 {
    let text = format!("numport\n{}\n{}\n{}", key.platform, key.account.as_str(), key.number);
    let digest = hmac_sha256::Hash::hash(text.as_bytes());
    digest.iter().take(8).fold(0, |id, byte| id << 8 | i64::from(*byte))
}
