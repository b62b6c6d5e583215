use std::fmt;

use super::{CallError, Error, Meaning};
use crate::E164;
use crate::model::{
    CredentialId, ImportRequest, NumberId, NumberRecord, PlatformKind, RecordNumber, Routing, Timestamp, codes,
};

/// The platform has no record of this id.
///
/// ```
/// use numport::Error;
/// use numport::error::NotFound;
/// use numport::model::{NumberId, PlatformKind};
///
/// let error = Error::from(NotFound::new(PlatformKind::VAPI, NumberId::new("n1")));
/// match &error {
///     Error::NotFound(missing) => println!("{} is gone", missing.id),
///     other => println!("{other}"),
/// }
/// assert_eq!(error.to_string(), "vapi: there is no record with the id n1");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{platform}: there is no record with the id {id}")]
#[non_exhaustive]
pub struct NotFound {
    /// The platform.
    pub platform: PlatformKind,
    /// The id that was asked for.
    pub id: NumberId,
    /// The platform's response; `None` if the id was looked up in a list.
    #[source]
    pub error: Option<Box<CallError>>,
}

impl NotFound {
    /// Creates the error for an id that does not exist, for platforms of your own.
    #[must_use]
    pub const fn new(platform: PlatformKind, id: NumberId) -> Self {
        Self { platform, id, error: None }
    }

    /// Converts the error of a call about this id: a response that means [`Meaning::Missing`], such as status 404, becomes
    /// [`Error::NotFound`], and any other error stays unchanged.
    #[must_use]
    pub fn or(error: Error, platform: PlatformKind, id: &NumberId) -> Error {
        match error {
            Error::Call(call) if call.meaning() == Some(Meaning::Missing) => {
                Self { platform, id: id.clone(), error: Some(call) }.into()
            }
            other => other,
        }
    }

    pub(super) fn call(&self) -> Option<&CallError> {
        self.error.as_deref()
    }
}

codes! {
    /// A step of an import.
    ///
    /// ```
    /// use numport::Error;
    /// use numport::error::Step;
    ///
    /// /// Whether the calls may be answered already.
    /// fn may_be_answered(error: &Error) -> bool {
    ///     let Error::Incomplete(incomplete) = error else { return false };
    ///     matches!(incomplete.step, Step::Configure | Step::Point) && incomplete.record.is_some()
    /// }
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Step {
        /// Creating the platform's credential for the carrier.
        MakeCredential => "make_credential",
        /// Importing the number itself.
        ImportNumber => "import_number",
        /// Setting the agent, the label or the directions of the imported number.
        Configure => "configure",
        /// Removing a credential that was created for an import that then failed or was rolled back.
        RemoveCredential => "remove_credential",
        /// Removing the record of an import that is rolled back, or restoring its fields. The routing is already
        /// restored.
        Undo => "undo",
        /// Restoring the routing that the removal of a record changed. The record is removed.
        Restore => "restore",
        /// Pointing the number's calls at the platform.
        Point => "point",
        /// Renewing the credentials of the record.
        Renew => "renew",
        /// Removing its record, after its calls were sent elsewhere.
        Remove => "remove",
        /// Importing the number again, after a replacement removed its record.
        Replace => "replace",
        /// The import with the new source in a replacement, which was then rolled back. The number has its old source if
        /// there is a record, and is not imported otherwise.
        RollBack => "roll_back",
        /// Giving the new record of a replacement the settings of the removed one.
        RestoreSettings => "restore_settings",
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MakeCredential => "creating the credential",
            Self::ImportNumber => "importing the number",
            Self::Configure => "configuring the record",
            Self::Restore => "restoring the routing that the removal of its record changed",
            Self::Undo => "rolling back the record (the routing is already restored)",
            Self::Point => "pointing its calls at the platform",
            Self::Renew => "renewing its credentials",
            Self::Remove => "removing the record (the calls already go elsewhere)",
            Self::Replace | Self::RollBack => "the import after the removal of its record",
            Self::RestoreSettings => "restoring the settings of its removed record",
            Self::RemoveCredential => "removing the credential created for it",
        })
    }
}

/// An operation that failed between two of its steps. It names what exists. [`Error::advice`] says which call
/// finishes it: mostly the same one.
///
/// ```
/// use numport::error::{Incomplete, Step};
/// # use numport::error::{Error, checked};
/// # use numport::model::PlatformKind;
///
/// fn what_is_left(incomplete: &Incomplete) -> String {
///     match (&incomplete.record, incomplete.step) {
///         (Some(record), Step::Configure) => format!("{} is imported, and not set up", record.id),
///         (Some(record), _) => format!("{} is imported", record.id),
///         (None, Step::MakeCredential) => "nothing was created".to_owned(),
///         (None, _) => format!("left behind: {:?}", incomplete.left_behind),
///     }
/// }
/// # let cause = || checked("parrot", "make credential", |found| found.required("key", None::<&()>)).unwrap_err();
/// # let number = "+14155552671".parse()?;
/// # let incomplete = Incomplete::not_imported(PlatformKind::VAPI, number, None, Step::MakeCredential, cause());
/// # assert_eq!(what_is_left(&incomplete), "nothing was created");
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}", self.sentence())]
#[non_exhaustive]
pub struct Incomplete {
    /// The platform.
    pub platform: PlatformKind,
    /// The number.
    pub number: RecordNumber,
    /// The record, if the number is imported.
    pub record: Option<NumberRecord>,
    /// A credential that was created for this import, is not in use, and could not be removed.
    pub left_behind: Option<CredentialId>,
    /// The step that failed.
    pub step: Step,
    /// Whether this import created the record. [`Importer::undo_of`](crate::Importer::undo_of) then tells how to roll it
    /// back.
    pub created: bool,
    /// The routing from before this import, if it was looked up.
    pub routing_before: Option<Routing>,
    /// The request of this import, if it was an import. The record may have any of its fields by now.
    pub request: Option<ImportRequest>,
    /// The reason for the failure.
    #[source]
    pub error: Error,
}

impl Incomplete {
    /// Returns the error of an import whose number is imported and whose later step failed.
    #[must_use]
    pub fn imported(record: NumberRecord, step: Step, error: Error) -> Self {
        let (platform, number) = (record.platform, record.number.clone());
        Self {
            platform,
            number,
            record: Some(record),
            left_behind: None,
            step,
            created: false,
            routing_before: None,
            request: None,
            error,
        }
    }

    /// Returns the error of an import whose number is not imported: a step before it failed, or a step that was to undo
    /// it.
    #[must_use]
    pub fn not_imported(
        platform: PlatformKind,
        number: E164,
        left_behind: Option<CredentialId>,
        step: Step,
        error: Error,
    ) -> Self {
        let number = RecordNumber::E164(number);
        Self {
            platform,
            number,
            record: None,
            left_behind,
            step,
            created: false,
            routing_before: None,
            request: None,
            error,
        }
    }

    fn sentence(&self) -> String {
        let Self { platform, number, step, .. } = self;
        match (&self.record, &self.left_behind) {
            (Some(record), _) if *step == Step::RollBack => format!(
                "{platform}: {number} has its old source again, under the new id {}, because the import with the new one \
                 failed",
                record.id
            ),
            (None, left) if *step == Step::RollBack => {
                let left =
                    left.as_ref().map(|left| format!("; the credential {left} is left behind")).unwrap_or_default();
                format!(
                    "{platform}: the record of {number} was removed, and the number is not imported: the import with the \
                     new source and the roll-back with the old one failed{left}"
                )
            }
            (Some(record), _) => format!("{platform}: {number} is imported as {}, but {step} failed", record.id),
            (None, Some(left)) => {
                format!(
                    "{platform}: {number} is not imported, and {step} failed, so the credential {left} is left behind"
                )
            }
            (None, None) => format!("{platform}: {number} is not imported: {step} failed"),
        }
    }
}

/// An import whose response was lost or is unclear, as a 503 or a 409 is, and whose number no lookup found afterwards.
#[derive(Debug, thiserror::Error)]
#[error("{platform}: {}", self.sentence())]
#[non_exhaustive]
pub struct Indeterminate {
    /// The platform.
    pub platform: PlatformKind,
    /// The number.
    pub number: E164,
    /// The time at which the import was sent, by this machine's clock.
    pub sent_at: Timestamp,
    /// The number of lookups since then.
    pub lookups: u32,
    /// The error of the last lookup, if it failed; `None` if it did not find the number.
    pub last_lookup_error: Option<Box<Error>>,
    /// The routing from before this import, if it was looked up.
    pub routing_before: Option<Routing>,
    /// How the response was lost.
    #[source]
    pub error: Error,
}

impl Indeterminate {
    fn sentence(&self) -> String {
        let Self { number, sent_at, .. } = self;
        let lookups = self.lookups_text();
        if self.is_conflict() {
            return format!(
                "the platform says that it already has {number}, and {lookups}: another account may have it, or the platform \
                 shows it late"
            );
        }
        format!(
            "it is unknown whether {number} is imported: the request sent at {sent_at:.0} got no clear response, and {lookups}"
        )
    }

    fn lookups_text(&self) -> String {
        match (self.lookups, &self.last_lookup_error) {
            (0, _) => "the number was not looked up afterwards".to_owned(),
            (1, Some(_)) => "the lookup afterwards failed".to_owned(),
            (lookups, Some(_)) => {
                format!("the number was not found afterwards ({lookups} lookups, of which the last failed)")
            }
            (1, None) => "the number was not found afterwards (1 lookup)".to_owned(),
            (lookups, None) => format!("the number was not found afterwards ({lookups} lookups)"),
        }
    }

    /// Whether the platform said that it has the number.
    pub(super) fn is_conflict(&self) -> bool {
        self.error.meaning() == Some(Meaning::Conflict)
    }
}
