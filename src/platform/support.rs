//! What a platform can do with a field, at a look-up, at a second import and at a removal.

use serde::{Deserialize, Serialize};

/// The support of a platform for one field.
///
/// ```
/// use numport::platform::Support;
///
/// // Set by the create, changed by an update, and never cleared.
/// let label = Support::CREATE_AND_SET;
/// assert!(label.at_import() && label.set && !label.clear);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// The create can set the field.
    pub create: bool,
    /// An update can set the field.
    pub set: bool,
    /// An update can clear the field.
    pub clear: bool,
}

/// How a platform looks up one record.
///
/// ```
/// use numport::VoicePlatform;
/// use numport::platform::Find;
///
/// /// Whether one lookup may cost as much as a list.
/// fn is_dear(platform: &dyn VoicePlatform) -> bool {
///     platform.capabilities().find == Find::ThroughList
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Find {
    /// The platform has a request for one record.
    Native,
    /// The client lists all records.
    ThroughList,
    /// The platform keeps a record in several objects. The client sends about this many requests to read them, and does
    /// so for an update too.
    Several(u8),
}

/// The effect of a second import of a number.
///
/// ```
/// use numport::VoicePlatform;
/// use numport::platform::Duplicates;
///
/// /// Whether two processes may import the same numbers without a journal.
/// fn is_safe_alone(platform: &dyn VoicePlatform) -> bool {
///     platform.capabilities().duplicates == Duplicates::Refused
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duplicates {
    /// The effect is not documented: two records may exist afterwards.
    Unknown,
    /// The platform refuses it.
    Refused,
}

/// The effect of an import on the routing of the number at a carrier such as Twilio.
///
/// ```
/// use numport::platform::Takeover;
///
/// let told = |takeover: Takeover| match takeover {
///     Takeover::AtImport => "the calls go to the platform at once",
///     Takeover::WithAgent => "the calls go to the platform once the number has an agent",
///     Takeover::Nothing => "point the calls yourself",
///     _ => "not documented",
/// };
/// assert_eq!(told(Takeover::Nothing), "point the calls yourself");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takeover {
    /// The effect is not documented: the calls may go to the platform afterwards.
    Unknown,
    /// The import sets the number's voice URL.
    AtImport,
    /// The platform sets the number's webhooks when the number gets an agent.
    WithAgent,
    /// No effect: the user points the calls at the platform.
    Nothing,
}

/// The effect of removing a record.
///
/// ```
/// use numport::VoicePlatform;
/// use numport::platform::OnRemoval;
///
/// /// Whether a removal would give the number away.
/// fn gives_away(platform: &dyn VoicePlatform) -> bool {
///     platform.capabilities().removal == OnRemoval::Releases
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnRemoval {
    /// The platform does not document a removal, so removals are refused.
    Unsupported,
    /// The platform removes the record, and the carrier keeps the number.
    Forgets,
    /// The platform releases the number itself, for good.
    Releases,
}

impl Support {
    /// The field cannot be set at all.
    pub const NONE: Self = Self { create: false, set: false, clear: false };
    /// The create and an update can set the field, and an update can clear it.
    pub const FULL: Self = Self { create: true, set: true, clear: true };
    /// Only the create can set the field.
    pub const CREATE: Self = Self { create: true, set: false, clear: false };
    /// The create and an update can set the field, and nothing can clear it.
    pub const CREATE_AND_SET: Self = Self { create: true, set: true, clear: false };
    /// Only an update can set the field, and nothing can clear it.
    pub const SET: Self = Self { create: false, set: true, clear: false };
    /// Only an update can set and clear the field.
    pub const SET_AND_CLEAR: Self = Self { create: false, set: true, clear: true };

    /// Returns whether an import can set the field, by the create or by an update that follows it.
    #[must_use]
    pub const fn at_import(self) -> bool {
        self.create || self.set
    }
}
