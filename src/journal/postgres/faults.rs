use std::error::Error;

use tokio_postgres::error::SqlState;

use crate::journal::{JournalError, JournalFault};

/// What an error of the database says of a journal. Neither the details of an error nor its statement are kept: they
/// may show what is written.
pub(super) fn fault(place: &str, error: &tokio_postgres::Error) -> JournalError {
    let Some(database) = error.as_db_error() else {
        let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        return JournalError::new(place, JournalFault::Unreachable, format!("{error}{source}"));
    };
    let code = database.code();
    let fault = match code.code().get(..2) {
        _ if *code == SqlState::DISK_FULL || *code == SqlState::OUT_OF_MEMORY => JournalFault::Full,
        _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION || *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            JournalFault::ReadOnly
        }
        // No such user, password, database, table or function, and values that it cannot hold.
        Some("28" | "3D" | "3F" | "42" | "22" | "0A") => JournalFault::Unsuitable,
        _ => JournalFault::Unreachable,
    };
    JournalError::new(place, fault, database.message())
}

pub(super) fn unsuitable(place: &str, cause: impl Into<String>) -> JournalError {
    JournalError::new(place, JournalFault::Unsuitable, cause)
}
