//! Checks that a connection is a session of its own, and not one that a proxy lends by the transaction.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::faults::{fault, unsuitable};
use super::sql;
use super::target::Target;
use crate::journal::{JournalError, JournalFault};

pub(super) const POOLED: &str = "a proxy between this process and the server pools by transaction, and locks do not hold \
                                 through it: connect to the server itself, or pool by session";

const BEGIN: &str = "SELECT set_config('numport.session', md5(random()::text || clock_timestamp()::text), false),
                     pg_backend_pid(), pg_is_in_recovery(), current_setting('transaction_read_only')";
const WHO: &str = "SELECT current_setting('numport.session', true), pg_backend_pid()";
/// A pool that gives its connections in turn gives another one within this many statements.
const TIMES: usize = 3;

/// Returns the server's process.
pub(super) async fn check(client: &Client, target: &Target) -> Result<i32, JournalError> {
    let failed = |error: tokio_postgres::Error| fault(&target.place, &error);
    let pooled = || unsuitable(&target.place, POOLED);
    let mine = first_row(client, BEGIN).await.map_err(failed)?;
    let [token, backend, is_standby, is_read_only] = <[String; 4]>::try_from(mine).map_err(|_| pooled())?;
    if is_standby == "t" {
        return Err(JournalError::new(&target.place, JournalFault::ReadOnly, "the server is a standby"));
    }
    if is_read_only == "on" {
        let cause = "`default_transaction_read_only` is on";
        return Err(JournalError::new(&target.place, JournalFault::ReadOnly, cause));
    }
    let mine = vec![token, backend];
    // Another connection in a transaction. A pool lends it the idle connection of the first, or has to lend the first
    // another one from now on.
    let (other, _task) = target.open().await?;
    other.simple_query("BEGIN").await.map_err(|error| match error.code() {
        // A pool by the statement has no transactions.
        Some(&SqlState::PROTOCOL_VIOLATION) => pooled(),
        _ => failed(error),
    })?;
    if first_row(&other, WHO).await.map_err(failed)?.get(1) == mine.get(1) {
        return Err(pooled());
    }
    for _ in 0..TIMES {
        if first_row(client, WHO).await.map_err(failed)? != mine {
            return Err(pooled());
        }
    }
    other.simple_query("COMMIT").await.map_err(failed)?;
    for _ in 0..TIMES {
        if first_row(client, WHO).await.map_err(failed)? != mine {
            return Err(pooled());
        }
    }
    mine.get(1).and_then(|backend| backend.parse().ok()).ok_or_else(pooled)
}

/// Looks for the tables, and refuses those of another version, and several. Returns the id of their journal; `None` if
/// there are no tables.
pub(super) async fn tables(client: &Client, target: &Target) -> Result<Option<String>, JournalError> {
    let failed = |error: tokio_postgres::Error| fault(&target.place, &error);
    let schemas = rows(client, sql::FIND_SCHEMAS).await.map_err(failed)?.concat();
    if schemas.is_empty() {
        return Ok(None);
    }
    if schemas.len() > 1 {
        let cause = format!(
            "several schemas of the `search_path` have its tables ({}): set the role's `search_path` to the one in use",
            schemas.join(", ")
        );
        return Err(unsuitable(&target.place, cause));
    }
    match <[String; 2]>::try_from(first_row(client, sql::READ_VERSION).await.map_err(failed)?) {
        Ok([version, journal]) if version == sql::VERSION && !journal.is_empty() => Ok(Some(journal)),
        _ => Err(JournalError::new(&target.place, JournalFault::Foreign, "tables of another version")),
    }
}

/// Keeps the session to the tables that were found.
pub(super) async fn keep_tables(client: &Client, target: &Target) -> Result<(), JournalError> {
    let failed = |error: tokio_postgres::Error| fault(&target.place, &error);
    client.simple_query(sql::KEEP_SCHEMA).await.map_err(failed)?;
    match first_row(client, sql::UNLOGGED).await.map_err(failed)?.first() {
        Some(table) => Err(unsuitable(&target.place, format!("the table {table} is UNLOGGED: a crash empties it"))),
        None => Ok(()),
    }
}

async fn first_row(client: &Client, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    Ok(rows(client, sql).await?.into_iter().next().unwrap_or_default())
}

/// The rows, as text. Statements of this kind need nothing prepared, which some proxies lose.
async fn rows(client: &Client, sql: &str) -> Result<Vec<Vec<String>>, tokio_postgres::Error> {
    let texts =
        |row: &SimpleQueryRow| (0..row.len()).map(|column| row.get(column).unwrap_or_default().to_owned()).collect();
    let messages = client.simple_query(sql).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(texts(row)),
        _ => None,
    });
    Ok(rows.collect())
}
