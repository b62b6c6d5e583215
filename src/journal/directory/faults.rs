use std::fmt::Display;
use std::io;

use crate::journal::{JournalError, JournalFault};

/// What an error of the system says of a journal.
pub(super) fn fault(place: impl Display, error: &io::Error) -> JournalError {
    let fault = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => JournalFault::Full,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => JournalFault::ReadOnly,
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => JournalFault::Foreign,
        _ => JournalFault::Unreachable,
    };
    JournalError::new(place.to_string(), fault, error.to_string())
}
