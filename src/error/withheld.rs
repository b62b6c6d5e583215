use std::time::Duration;

use crate::E164;
use crate::journal::JournalError;
use crate::model::{NumberId, NumberRecord, PlatformKind, Timestamp};

/// An import or another operation that the importer did not send, because the platform may already have the number, or
/// another import of it may be in progress, or the deadline passed. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{platform}: {number} was not {}: {reason}", .withheld)]
#[non_exhaustive]
pub struct Withheld {
    /// The platform.
    pub platform: PlatformKind,
    /// The number.
    pub number: E164,
    /// The reason.
    pub reason: WithheldReason,
    /// What was not done with the number.
    pub(super) withheld: &'static str,
}

/// The reason why an import was not sent.
///
/// ```
/// use std::time::Duration;
///
/// use numport::error::{Withheld, WithheldReason};
/// use numport::model::PlatformKind;
///
/// let reason = WithheldReason::Locked { waited: Duration::from_secs(120) };
/// let withheld = Withheld::new(PlatformKind::VAPI, "+14155552671".parse()?, reason);
/// match &withheld.reason {
///     WithheldReason::Ambiguous { id, listed } => println!("see whether {id}, listed as {listed}, is the number"),
///     WithheldReason::Locked { .. } | WithheldReason::Deadline { .. } => println!("import it again"),
///     other => println!("{other}"),
/// }
/// assert_eq!(withheld.reason.code(), "locked");
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WithheldReason {
    /// The platform has a record that may be of this number, such as one whose number is masked.
    #[error("the record {id} is listed as {listed}, which may be this number")]
    Ambiguous {
        /// The record.
        id: NumberId,
        /// The number as the platform writes it: at most 100 characters, escaped.
        listed: String,
    },
    /// This process created the record recently, and the platform shows it neither in its list nor by its id. If
    /// somebody removed the record, [`Importer::forget_created`](crate::Importer::forget_created) lets the next import
    /// create another.
    #[error("the record {id} was created {} s ago, and the platform does not show it", .age.as_secs())]
    NotListed {
        /// The record.
        id: NumberId,
        /// How long ago it was created.
        age: Duration,
    },
    /// Another import of the number in this process did not end within [`Importer::lock_timeout`](crate::Importer::lock_timeout).
    #[error("another import of the number has been in progress for {} s", .waited.as_secs())]
    Locked {
        /// How long this import waited.
        waited: Duration,
    },
    /// The import did not come to its create, or another operation to its first change, within
    /// [`Importer::deadline`](crate::Importer::deadline).
    #[error("looking up the number took longer than the deadline of {} s", .after.as_secs_f64())]
    Deadline {
        /// The deadline.
        after: Duration,
    },
    /// An earlier create of the number was sent, no lookup shows its record, and the platform accepts duplicates. It may
    /// still carry that create out, so another one is not sent until
    /// [`Importer::resend_after`](crate::Importer::resend_after) has passed.
    #[error("an import of it that was sent at {sent_at} may still be carried out; it can be sent again in {} s", .retry_after.as_secs() + 1)]
    Unresolved {
        /// When the last create was sent.
        sent_at: Timestamp,
        /// After which time another one may be sent.
        retry_after: Duration,
    },
    /// The [journal](crate::journal) could not be read or written.
    #[error("{_0}")]
    Journal(#[source] JournalError),
    /// This process has as many unresolved imports as it remembers.
    #[error("this process already has {limit} unresolved imports, which is the maximum")]
    TooManyUnresolved {
        /// The maximum number of unresolved imports.
        limit: usize,
    },
}

impl WithheldReason {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "ambiguous",
            Self::NotListed { .. } => "not_listed",
            Self::Locked { .. } => "locked",
            Self::Deadline { .. } => "deadline",
            Self::Unresolved { .. } => "unresolved",
            Self::Journal(_) => "journal",
            Self::TooManyUnresolved { .. } => "too_many_unresolved",
        }
    }
}

impl Withheld {
    /// Creates the error of an import that is not sent for this reason.
    #[must_use]
    pub const fn new(platform: PlatformKind, number: E164, reason: WithheldReason) -> Self {
        Self { platform, number, reason, withheld: "imported" }
    }

    /// The error of an operation that did not come to its first change within this deadline.
    pub(crate) fn late(platform: PlatformKind, number: E164, after: Duration) -> Box<Self> {
        Box::new(Self::new(platform, number, WithheldReason::Deadline { after }))
    }

    /// Creates the error for a record that [may be](crate::model::RecordNumber::may_be) of this number.
    #[must_use]
    pub fn ambiguous(record: &NumberRecord, number: E164) -> Self {
        let listed = record.number.to_string().chars().take(100).flat_map(char::escape_debug).collect();
        Self::new(record.platform, number, WithheldReason::Ambiguous { id: record.id.clone(), listed })
    }

    pub(crate) fn advice(&self) -> &'static str {
        match &self.reason {
            WithheldReason::Ambiguous { .. } => {
                "Check in the platform's dashboard whether that record is of this number, then rename or remove it there."
            }
            WithheldReason::NotListed { .. } => {
                "Run the import again in a few minutes. If the record was removed, call `Importer::forget_created` first, or \
                 wait until 10 minutes have passed since it was created."
            }
            WithheldReason::Locked { .. } => "Wait for the other import, then run this one again.",
            WithheldReason::Deadline { .. } => {
                "Run the same call again. If the carrier or the platform is always this slow, raise `Importer::deadline`."
            }
            WithheldReason::Unresolved { .. } => "Run the import again after that time. It looks the number up first.",
            WithheldReason::Journal(_) => "Mend the journal, then run the import again.",
            WithheldReason::TooManyUnresolved { .. } => {
                "Import the numbers of `Importer::unresolved` again, which looks them up, then import this one."
            }
        }
    }
}
