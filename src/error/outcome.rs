use std::fmt;

use http::StatusCode;

use super::{CallError, Error};
use crate::E164;
use crate::model::{CredentialId, NumberId, NumberRecord, PlatformKind, RecordNumber, Routing, Timestamp, codes};

/// The platform has no record of this id.
#[derive(Debug, thiserror::Error)]
#[error("{platform}: there is no record with the id {id}")]
#[non_exhaustive]
pub struct NotFound {
    /// The platform.
    pub platform: PlatformKind,
    /// The id that was asked for.
    pub id: NumberId,
    /// The platform's answer; `None` when the id was looked for in a list.
    #[source]
    pub error: Option<Box<CallError>>,
}

impl NotFound {
    /// A record that is not there, for platforms of your own.
    #[must_use]
    pub const fn new(platform: PlatformKind, id: NumberId) -> Self {
        Self { platform, id, error: None }
    }

    /// Returns the error of a call about this id: a response with status 404 means that there is no such record, any
    /// other error stays as it is.
    #[must_use]
    pub fn or(error: Error, platform: PlatformKind, id: &NumberId) -> Error {
        match error {
            Error::Call(call) if call.status == Some(StatusCode::NOT_FOUND) => {
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
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Step {
        /// Making the platform's credential for the provider.
        MakeCredential => "make_credential",
        /// Importing the number itself.
        ImportNumber => "import_number",
        /// Setting the agent, the label or the directions of the imported number.
        Configure => "configure",
        /// Removing a credential that was made for an import that then failed or was undone.
        RemoveCredential => "remove_credential",
        /// Removing the record of an import that is undone, or setting its fields back. The routing is put back already.
        Undo => "undo",
        /// Pointing the number's calls at the platform.
        Point => "point",
        /// Renewing the credentials of its record.
        Renew => "renew",
        /// Removing its record, after its calls were sent elsewhere.
        Remove => "remove",
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MakeCredential => "making the credential",
            Self::ImportNumber => "importing the number",
            Self::Configure => "setting it up",
            Self::Undo => "undoing it, after its routing,",
            Self::Point => "pointing its calls at the platform",
            Self::Renew => "renewing its credentials",
            Self::Remove => "removing its record, after its calls were sent elsewhere,",
            Self::RemoveCredential => "removing the credential made for it",
        })
    }
}

/// An import that broke between its steps. What exists is named; running the import again finishes it.
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
    /// A credential that was made for this import, is not in use, and could not be removed.
    pub left_behind: Option<CredentialId>,
    /// The step that failed.
    pub step: Step,
    /// Where the provider sent the number's calls before this import, if it was looked at.
    pub routing_before: Option<Routing>,
    /// Why.
    #[source]
    pub error: Error,
}

impl Incomplete {
    /// The number is imported, but a later step failed.
    #[must_use]
    pub fn imported(record: NumberRecord, step: Step, error: Error) -> Self {
        let (platform, number) = (record.platform, record.number.clone());
        Self { platform, number, record: Some(record), left_behind: None, step, routing_before: None, error }
    }

    /// The number is not imported: a step before failed, or one that was to undo it.
    #[must_use]
    pub fn not_imported(
        platform: PlatformKind,
        number: E164,
        left_behind: Option<CredentialId>,
        step: Step,
        error: Error,
    ) -> Self {
        let number = RecordNumber::E164(number);
        Self { platform, number, record: None, left_behind, step, routing_before: None, error }
    }

    fn sentence(&self) -> String {
        let Self { platform, number, step, .. } = self;
        match (&self.record, &self.left_behind) {
            (Some(record), _) => format!("{platform}: {number} is imported as {}, but {step} failed", record.id),
            (None, Some(left)) => {
                format!("{platform}: {number} is not imported, and {step} failed, so {left} is left behind")
            }
            (None, None) => format!("{platform}: {number} is not imported: {step} failed"),
        }
    }
}

/// An import whose answer was lost or leaves its fate open, as a 503 does, and whose number was not found
/// afterwards.
#[derive(Debug, thiserror::Error)]
#[error(
    "{platform}: nobody knows whether {number} is imported: what was sent at {sent_at:.0} got no clear answer, and the \
     number was not found afterwards ({looks} looks)"
)]
#[non_exhaustive]
pub struct Indeterminate {
    /// The platform.
    pub platform: PlatformKind,
    /// The number.
    pub number: E164,
    /// When the import was sent, by this machine's clock.
    pub sent_at: Timestamp,
    /// How often the number was looked for since.
    pub looks: u32,
    /// Why the last of these looks showed nothing, if it failed; otherwise the number was not there.
    pub last_look: Option<Box<Error>>,
    /// Where the provider sent the number's calls before this import, if it was looked at.
    pub routing_before: Option<Routing>,
    /// How the answer was lost.
    #[source]
    pub error: Error,
}
