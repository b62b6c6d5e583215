use std::fmt;

/// The error of a journal that cannot be read or written.
///
/// ```
/// use numport::journal::{JournalError, JournalFault};
///
/// let full = JournalError::new("/var/lib/numport", JournalFault::Full, "no space left on device");
/// assert_eq!(
///     full.to_string(),
///     "the journal /var/lib/numport is full (no space left on device); free some space, then run it again"
/// );
/// assert_eq!(full.fault.code(), "full");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalError {
    /// The journal, or the file of it.
    pub place: String,
    /// What is wrong.
    pub fault: JournalFault,
    /// The cause, as the system or the database says it.
    pub cause: String,
}

/// What is wrong with a journal.
///
/// ```
/// use numport::error::WithheldReason;
/// use numport::journal::JournalFault;
///
/// /// Whether to call the person who looks after the disk.
/// fn is_the_disk(reason: &WithheldReason) -> bool {
///     matches!(reason, WithheldReason::Journal(error) if error.fault == JournalFault::Full)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JournalFault {
    /// Others may read or write it.
    NotPrivate,
    /// It is on a file system of the network, which may give a lock to two processes.
    Network,
    /// There is no space.
    Full,
    /// It cannot be written.
    ReadOnly,
    /// A file is not of this journal, or was changed by others.
    Foreign,
    /// It cannot be reached, or the connection to it was lost.
    Unreachable,
    /// A number is locked by another process.
    Locked,
    /// It does not work as this crate needs it.
    Unsuitable,
}

impl JournalFault {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotPrivate => "not_private",
            Self::Network => "network",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Foreign => "foreign",
            Self::Unreachable => "unreachable",
            Self::Locked => "locked",
            Self::Unsuitable => "unsuitable",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::NotPrivate => "is open to others",
            Self::Network => "is on a network file system",
            Self::Full => "is full",
            Self::ReadOnly => "cannot be written",
            Self::Foreign => "is not a file that this version wrote",
            Self::Unreachable => "cannot be reached",
            Self::Locked => "is locked by another process",
            Self::Unsuitable => "cannot be used",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::NotPrivate => "make it yours alone (`chmod 700` for a directory, `chmod 600` for a file)",
            Self::Network => "use a directory on a local disk, or a journal in a database",
            Self::Full => "free some space, then run it again",
            Self::ReadOnly => "give this process the right to write there",
            Self::Foreign => "look at the file; if it is not of this journal, move it elsewhere",
            Self::Unreachable => "see whether it is there, then run it again",
            Self::Locked => "wait until the other process has ended its work, then run it again",
            Self::Unsuitable => "see the documentation of the journal",
        }
    }
}

impl JournalError {
    /// Creates an error, for journals of your own.
    pub fn new(place: impl Into<String>, fault: JournalFault, cause: impl Into<String>) -> Self {
        Self { place: place.into(), fault, cause: cause.into() }
    }

    /// Returns whether the same call may succeed later without anything being changed.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self.fault, JournalFault::Unreachable | JournalFault::Locked | JournalFault::Full)
    }

    /// Returns what to do.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        self.fault.remedy()
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the journal {} {}", self.place, self.fault.text())?;
        if !self.cause.is_empty() {
            write!(f, " ({})", self.cause)?;
        }
        write!(f, "; {}", self.fault.remedy())
    }
}

impl std::error::Error for JournalError {}
