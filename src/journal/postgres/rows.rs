//! Reads what the tables hold.

use std::time::Duration;

use tokio_postgres::Row;

use crate::E164;
use crate::journal::{JournalError, JournalFault, Kept, KeptRecord, Key, Past, UnresolvedImport};
use crate::model::{AccountId, Timestamp};

/// How long it is kept that a number was changed: longer than any list is believed, which is 10 minutes at most.
pub(super) const CHANGED_FOR: Duration = Duration::from_secs(15 * 60);

/// Why a row was not written by this version.
type Cause = String;

pub(super) fn foreign(place: &str, number: impl std::fmt::Display, cause: Cause) -> JournalError {
    JournalError::new(format!("{place}, number {number}"), JournalFault::Foreign, cause)
}

pub(super) fn kept(row: Option<&Row>, key: &Key) -> Result<Kept, Cause> {
    let Some(row) = row else { return Ok(Kept::default()) };
    let unresolved = match row.try_get::<_, Option<f64>>(6).map_err(cause)? {
        Some(age) => entry(row)?.map(|entry| (entry, seconds(age))),
        None => None,
    };
    if unresolved.as_ref().is_some_and(|(entry, _)| entry.key() != *key) {
        return Err("another number".to_owned());
    }
    let created: Option<String> = row.try_get(7).map_err(cause)?;
    let created_at: Option<f64> = row.try_get(8).map_err(cause)?;
    let changed: Option<f64> = row.try_get(9).map_err(cause)?;
    let is_young = |age: &Duration| *age < CHANGED_FOR;
    let created = created.zip(created_at.map(seconds).filter(is_young));
    let created = created.map(|(id, age)| KeptRecord { id: id.as_str().into(), age });
    Ok(Kept::new(unresolved, created, changed.map(seconds).filter(is_young)))
}

/// The unresolved import of a row, with the times that the database's clock told.
pub(super) fn entry(row: &Row) -> Result<Option<UnresolvedImport>, Cause> {
    let Some(text) = row.try_get::<_, Option<&str>>(0).map_err(cause)? else { return Ok(None) };
    let entry: UnresolvedImport = json(text)?;
    check(row, entry.platform.as_str(), entry.number)?;
    let time = |column| row.try_get::<_, &str>(column).map_err(cause)?.parse::<Timestamp>().map_err(cause);
    let account = account(row)?;
    Ok(Some(UnresolvedImport { account, first_sent_at: time(4)?, sent_at: time(5)?, ..entry }))
}

pub(super) fn past(row: &Row) -> Result<Past, Cause> {
    let mut undo: crate::import::Undo = json(row.try_get(0).map_err(cause)?)?;
    check(row, undo.platform.as_str(), undo.number)?;
    undo.account = account(row)?;
    let settled_at = row.try_get::<_, &str>(4).map_err(cause)?.parse().map_err(cause)?;
    Ok(Past { settled_at, undo })
}

fn account(row: &Row) -> Result<AccountId, Cause> {
    row.try_get::<_, &str>(2).map(AccountId::new).map_err(cause)
}

fn check(row: &Row, platform: &str, number: E164) -> Result<(), Cause> {
    let is_same = row.try_get::<_, &str>(1).map_err(cause)? == platform
        && row.try_get::<_, &str>(3).map_err(cause)? == number.as_str();
    if is_same { Ok(()) } else { Err("another number".to_owned()) }
}

/// What a message says of the text may be a secret.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Cause> {
    serde_json::from_str(text).map_err(|error| format!("line {}, column {}", error.line(), error.column()))
}

fn cause(error: impl std::fmt::Display) -> Cause {
    error.to_string()
}

/// Whether a time of a number is later than the database's clock.
pub(super) fn is_ahead(row: &Row) -> bool {
    let is_negative = |column| row.try_get::<_, Option<f64>>(column).ok().flatten().is_some_and(|age| age < 0.0);
    [6, 8, 9].into_iter().any(is_negative)
}

/// Whether a row is of this number in this account.
pub(super) fn is_of(row: &Row, key: &Key) -> bool {
    let is = |column, value: &str| row.try_get::<_, &str>(column).is_ok_and(|found| found == value);
    is(1, key.platform.as_str()) && is(2, key.account.as_str()) && is(3, key.number.as_str())
}

/// An age, also if the database's clock was set back.
fn seconds(age: f64) -> Duration {
    Duration::try_from_secs_f64(age.max(0.0)).unwrap_or(Duration::MAX)
}

/// The number of a row, in the one column of that name.
pub(super) fn number(row: &Row) -> &str {
    row.try_get("number").unwrap_or_default()
}
