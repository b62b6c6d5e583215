//! The result of rolling back an import.

use std::fmt;

use crate::E164;
use crate::import::{Field, Restored};
use crate::model::CredentialId;

/// The result of [`Importer::undo`](crate::Importer::undo). `Display` shows it in one line.
///
/// ```
/// fn print(undone: &numport::import::Undone) {
///     println!("{undone}");
///     if let Some(credential) = &undone.credential_left {
///         println!("the credential {credential} is still there");
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Undone {
    /// The number.
    pub number: E164,
    /// The result for the routing. `None` if it was left unchanged: the import saved no routing, or the record stays
    /// because somebody else has changed it.
    pub routing: Option<Restored>,
    /// The result for the record.
    pub record: UndoneRecord,
    /// A credential that the import may have created and that stays, because other numbers use it, because the platform does
    /// not tell which numbers use it, or because it may be older than the import. Of several imports that share a credential,
    /// the last undo removes it.
    pub credential_left: Option<CredentialId>,
}

/// The result for the record of an import that is rolled back.
///
/// ```
/// use numport::import::{Stays, UndoneRecord};
///
/// fn what_to_do(record: &UndoneRecord) -> &'static str {
///     match record {
///         UndoneRecord::Removed | UndoneRecord::Gone => "nothing",
///         UndoneRecord::Restored { kept } if kept.is_empty() => "nothing",
///         UndoneRecord::Stays(why) => why.advice(),
///         _ => "look at the record in the dashboard",
///     }
/// }
/// assert_eq!(what_to_do(&UndoneRecord::Stays(Stays::Unsupported)), Stays::Unsupported.advice());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UndoneRecord {
    /// The record was removed.
    Removed,
    /// The record no longer existed.
    Gone,
    /// It was not there any more, and the number has another record. The calls were left alone: they are that one's.
    Replaced,
    /// It was there before the import and stays. These fields could not be put back: the platform cannot, or somebody
    /// else has changed them.
    Restored {
        /// The fields that could not be restored.
        kept: Vec<Field>,
    },
    /// The record stays unchanged, for this reason.
    Stays(Stays),
}

/// The reason why a record stays although its import is rolled back.
///
/// ```
/// # fn show(undone: &numport::import::Undone) {
/// use numport::import::{Stays, UndoneRecord};
///
/// match &undone.record {
///     UndoneRecord::Stays(Stays::MayBeAnswered) => println!("check the trunk, then call `undo_unverified`"),
///     UndoneRecord::Stays(Stays::WouldRelease) => println!("the removal would release {}", undone.number),
///     UndoneRecord::Stays(why) => println!("{}: {}", why.code(), why.advice()),
///     other => println!("{}", other.code()),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stays {
    /// The record now belongs to another number. The routing was left unchanged.
    OtherNumber,
    /// These fields are not as the import left them: a later import, a plan or somebody else changed them. The routing
    /// was also left unchanged.
    Changed(Vec<Field>),
    /// The record was changed after the import, or somebody removed it and created another one with the same id. The
    /// routing was also left unchanged.
    MayBeAnother,
    /// The number's calls go to the platform, and their routing was not restored.
    StillAnswered,
    /// The number's calls may go to the platform: somebody else has changed the routing, or the carrier does not show
    /// it, as with a SIP trunk. [`Importer::undo_unverified`](crate::Importer::undo_unverified) removes the record
    /// anyway.
    MayBeAnswered,
    /// The platform cannot remove records. Remove it in its dashboard.
    Unsupported,
    /// The platform would release the number for good, which needs
    /// [`Removal::RecordAndNumber`](crate::model::Removal::RecordAndNumber).
    WouldRelease,
}

impl UndoneRecord {
    /// Returns the outcome's stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Gone => "gone",
            Self::Replaced => "replaced",
            Self::Restored { .. } => "restored",
            Self::Stays(_) => "stays",
        }
    }
}

impl Stays {
    /// Returns the reason's stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherNumber => "other_number",
            Self::Changed(_) => "changed",
            Self::MayBeAnother => "may_be_another",
            Self::StillAnswered => "still_answered",
            Self::MayBeAnswered => "may_be_answered",
            Self::Unsupported => "unsupported",
            Self::WouldRelease => "would_release",
        }
    }
}

impl Stays {
    /// Returns what a user can do about it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::OtherNumber => {
                "Check that the number's calls do not go to the platform, where the import's record no longer exists. \
                 `Importer::restore` restores their routing."
            }
            Self::Changed(_) => {
                "If a later import or plan of yours changed the record, undo that first. Otherwise make sure that nobody uses \
                 the record, then remove it with a plan or in the dashboard."
            }
            Self::MayBeAnother => {
                "Find out in the platform's dashboard whether somebody uses the record. If nobody does, remove it with a plan or \
                 there."
            }
            Self::StillAnswered => {
                "Send the calls elsewhere: import the number into the platform that will answer it, or set the routing at the \
                 carrier. Then roll back the import again."
            }
            Self::MayBeAnswered => {
                "Make sure that the calls do not go to the platform, then call `Importer::undo_unverified`."
            }
            Self::Unsupported => "Remove the record in the platform's dashboard.",
            Self::WouldRelease => {
                "Keep the record, or roll back the import again with `Removal::RecordAndNumber`. The release cannot be undone."
            }
        }
    }
}

impl Undone {
    /// Returns whether the routing and the record are rolled back completely. It is `false` if the number has another
    /// record by now ([`UndoneRecord::Replaced`]), because the calls stay with that one.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let routing = match &self.routing {
            None | Some(Restored::AsBefore(_) | Restored::PutBack(_)) => true,
            Some(_) => false,
        };
        let record = match &self.record {
            UndoneRecord::Removed | UndoneRecord::Gone => true,
            UndoneRecord::Restored { kept } => kept.is_empty(),
            UndoneRecord::Replaced | UndoneRecord::Stays(_) => false,
        };
        routing && record
    }
}

impl Undone {
    /// Returns what a user can do about what is not rolled back, or about a credential that stays; `None` if
    /// nothing is to be done.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        match (&self.record, &self.routing) {
            _ if self.is_complete() => self.credential_left.as_ref().map(
                |_| "If no other number uses the credential after all undos, remove it in the platform's dashboard.",
            ),
            (UndoneRecord::Stays(why), _) => Some(why.advice()),
            (UndoneRecord::Replaced, _) => {
                Some("Roll back the import that made the other record, if that is wanted: the calls are its own.")
            }
            (UndoneRecord::Restored { kept }, _) if !kept.is_empty() => {
                Some("Set the fields that were kept in the platform's dashboard, if they are not as wanted.")
            }
            (_, Some(Restored::NoRecord { .. })) => Some(
                "Import the number into the platform that answered it before, then call `Importer::restore_unverified`.",
            ),
            (_, Some(Restored::Gone)) => Some("Nothing can be restored: the carrier no longer holds the number."),
            _ => Some("Set the routing at the carrier, if it is not as wanted."),
        }
    }
}

impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |fields: &[Field]| fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match &self.routing {
            Some(routing) => write!(f, "{routing}")?,
            None => write!(f, "{}: its routing was not changed", self.number)?,
        }
        match &self.record {
            UndoneRecord::Removed => f.write_str("; its record is removed")?,
            UndoneRecord::Gone => f.write_str("; its record no longer exists")?,
            UndoneRecord::Replaced => {
                f.write_str("; its record no longer exists, and the number has another record")?;
            }
            UndoneRecord::Restored { kept } if kept.is_empty() => f.write_str("; its record is restored")?,
            UndoneRecord::Restored { kept } => write!(f, "; its record stays, without its former {}", fields(kept))?,
            UndoneRecord::Stays(why) => {
                f.write_str("; its record stays: ")?;
                match why {
                    Stays::OtherNumber => f.write_str("it belongs to another number")?,
                    Stays::Changed(changed) => {
                        let (are, it) = if changed.len() == 1 { ("is", "it") } else { ("are", "them") };
                        write!(f, "its {} {are} not as the import left {it}", fields(changed))?;
                    }
                    Stays::MayBeAnother => {
                        f.write_str("it was changed since the import, or it is another one with the same id")?;
                    }
                    Stays::StillAnswered => f.write_str("the calls go to the platform")?,
                    // Another carrier may hold the number as well.
                    Stays::MayBeAnswered
                        if matches!(self.routing, Some(Restored::PutBack(_) | Restored::AsBefore(_))) =>
                    {
                        f.write_str("it is unknown whether other calls of the number go to the platform")?;
                    }
                    Stays::MayBeAnswered => f.write_str("the calls may go to the platform")?,
                    Stays::Unsupported => f.write_str("the platform cannot remove it")?,
                    Stays::WouldRelease => f.write_str("the platform would release the number permanently")?,
                }
            }
        }
        match &self.credential_left {
            Some(credential) => {
                write!(f, "; the credential {credential} stays, because other numbers use it or may use it")
            }
            None => Ok(()),
        }
    }
}
