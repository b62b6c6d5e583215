//! What is asked and written together for several numbers.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join;

use super::lease::HistoryLimits;
use super::rows;
use super::session::{Parameters, Session};
use crate::journal::together::{AllWritten, Row, Together};
use crate::journal::{JournalError, Key};

/// What the table has of a number, read under its lock; `None` if somebody else has the lock.
type Taken = Option<Option<tokio_postgres::Row>>;

/// A lock that is wanted.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) key: Key,
    /// The lock of the number.
    pub(super) id: i64,
}

/// An import that is about to be sent.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) key: Key,
    pub(super) entry: String,
    /// Seconds from its first request to this one.
    pub(super) since_first: f64,
}

/// An import whose result is known.
#[derive(Debug)]
pub(super) struct Settling {
    pub(super) key: Key,
    pub(super) created: Option<String>,
    /// What is kept for rolling back, within the limits.
    pub(super) undo: Option<String>,
    pub(super) limits: HistoryLimits,
    /// Whether it need not be on the disk at once.
    pub(super) is_lazy: bool,
}

/// What is done with one statement for several numbers.
pub(in crate::journal) trait Statement: Sized + Send + Sync + 'static {
    type Answer: Send + 'static;

    fn queue(session: &Session) -> &Together<Self>;

    /// Returns the answers in the order of the rows. The first poll sends it.
    fn run(session: &Session, rows: &[Self]) -> impl Future<Output = Result<Vec<Self::Answer>, JournalError>> + Send;
}

impl<S: Statement> Row for S {
    type Answer = S::Answer;
    type Place = Session;

    fn queue(session: &Session) -> &Together<Self> {
        S::queue(session)
    }

    fn write(session: &Arc<Session>, rows: Vec<Self>) -> impl Future<Output = AllWritten<Self>> + Send {
        let session = session.clone();
        let mut writing = Box::pin(async move {
            let written = S::run(&session, &rows).await;
            (rows, written)
        });
        // Sent at once: before anybody who is dropped can give up its lock.
        let first = writing.as_mut().now_or_never();
        async move {
            match first {
                Some(written) => written,
                None => writing.await,
            }
        }
    }
}

impl Statement for Taking {
    type Answer = Taken;

    fn queue(session: &Session) -> &Together<Self> {
        &session.taking
    }

    async fn run(session: &Session, rows: &[Self]) -> Result<Vec<Taken>, JournalError> {
        let ids = each(rows, |row| row.id);
        let (platforms, accounts, numbers) = columns(rows, |row| &row.key);
        let which: Parameters<'_> = &[&ids];
        let with: Parameters<'_> = &[&platforms, &accounts, &numbers];
        // Sent together, and answered one after the other: what is read was written before the locks were given.
        let asked = session.rows(&session.statements.lock, which);
        let (given, mut kept) = match join(asked, session.rows(&session.statements.kept, with)).await {
            (Ok(given), Ok(kept)) => (given, kept),
            (Err(error), _) | (_, Err(error)) => {
                // Some may be given, and would be given once more.
                session.run(&session.statements.unlock, which).await?;
                return Err(error);
            }
        };
        let given: HashSet<i64> = given.iter().map(|row| row.get(0)).collect();
        let answer = |row: &Self| {
            given.contains(&row.id).then(|| {
                let place = kept.iter().position(|kept| rows::is_of(kept, &row.key));
                place.map(|place| kept.swap_remove(place))
            })
        };
        Ok(rows.iter().map(answer).collect())
    }
}

impl Statement for Sending {
    type Answer = ();

    fn queue(session: &Session) -> &Together<Self> {
        &session.sending
    }

    async fn run(session: &Session, rows: &[Self]) -> Result<Vec<()>, JournalError> {
        let (platforms, accounts, numbers) = columns(rows, |row| &row.key);
        let entries = each(rows, |row| row.entry.as_str());
        let since_first = each(rows, |row| row.since_first);
        let with: Parameters<'_> = &[&platforms, &accounts, &numbers, &entries, &since_first, &session.backend];
        session.write(&session.statements.sending, with, rows.len()).await?;
        Ok(vec![(); rows.len()])
    }
}

impl Statement for Settling {
    type Answer = ();

    fn queue(session: &Session) -> &Together<Self> {
        &session.settling
    }

    async fn run(session: &Session, rows: &[Self]) -> Result<Vec<()>, JournalError> {
        let (platforms, accounts, numbers) = columns(rows, |row| &row.key);
        let created = each(rows, |row| row.created.as_deref());
        let undos = each(rows, |row| row.undo.as_deref());
        let imports = each(rows, |row| i64::try_from(row.limits.imports).unwrap_or(i64::MAX));
        let ages = each(rows, |row| row.limits.age.as_secs_f64());
        let is_lazy = rows.iter().all(|row| row.is_lazy);
        let backend = &session.backend;
        let with: Parameters<'_> =
            &[&platforms, &accounts, &numbers, &created, &undos, &imports, &ages, backend, &is_lazy];
        session.write(&session.statements.settle, with, rows.len()).await?;
        Ok(vec![(); rows.len()])
    }
}

fn each<'a, R, T>(rows: &'a [R], of: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// The platforms, accounts and numbers.
fn columns<'a, R>(rows: &'a [R], key: impl Fn(&'a R) -> &'a Key) -> (Vec<&'a str>, Vec<&'a str>, Vec<&'a str>) {
    let of = |column: fn(&Key) -> &str| each(rows, |row| column(key(row)));
    (of(|key| key.platform.as_str()), of(|key| key.account.as_str()), of(|key| key.number.as_str()))
}
