//! Checks that a connection is a session of its own, and not one that a proxy lends by the transaction.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::faults::{fault, unsuitable};
use super::sql;
use super::target::Target;
use crate::journal::{JournalError, JournalFault};

pub(super) const POOLED: &str = "a proxy between this process and the server pools by transaction, and locks do not hold \
                                 through it: connect to the server itself, or pool by session";

const BEGIN: &str = "SELECT set_config('numport.session', md5(random()::text || clock_timestamp()::text), false),
                     pg_backend_pid(), pg_is_in_recovery()";
const WHO: &str = "SELECT current_setting('numport.session', true), pg_backend_pid()";
/// A pool that gives its connections in turn gives another one within this many statements.
const TIMES: usize = 3;

/// Returns the server's process.
pub(super) async fn check(client: &Client, target: &Target) -> Result<i32, JournalError> {
    let failed = |error: tokio_postgres::Error| fault(&target.place, &error);
    let pooled = || unsuitable(&target.place, POOLED);
    let mine = first_row(client, BEGIN).await.map_err(failed)?;
    let [token, backend, is_standby] = <[String; 3]>::try_from(mine).map_err(|_| pooled())?;
    if is_standby == "t" {
        return Err(JournalError::new(&target.place, JournalFault::ReadOnly, "the server is a standby"));
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

/// The version of the tables that are there.
pub(super) async fn version(client: &Client) -> Result<Option<i32>, tokio_postgres::Error> {
    if first_row(client, sql::FIND_VERSION).await?.first().is_none_or(|is_there| is_there != "t") {
        return Ok(None);
    }
    Ok(first_row(client, sql::READ_VERSION).await?.first().and_then(|version| version.parse().ok()))
}

/// The first row, as text. Statements of this kind need nothing prepared, which some proxies lose.
async fn first_row(client: &Client, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let messages = client.simple_query(sql).await?;
    let row = messages.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let texts = |row: tokio_postgres::SimpleQueryRow| {
        (0..row.len()).map(|column| row.get(column).unwrap_or_default().to_owned()).collect()
    };
    Ok(row.map(texts).unwrap_or_default())
}
