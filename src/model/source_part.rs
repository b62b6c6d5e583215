use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of a [`NumberSource`](super::NumberSource). A record shows it to identify the source that it uses.
///
/// ```
/// use numport::model::{Finding, SourcePart};
///
/// fn is_another_account(finding: &Finding) -> bool {
///     matches!(finding, Finding::OtherSource { part: SourcePart::Account, .. })
/// }
/// assert!(!is_another_account(&Finding::NotHeld));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SourcePart {
    /// The carrier.
    Carrier,
    /// The account at the carrier.
    Account,
    /// The API key of the account, by its id.
    Key,
    /// The credential that the platform stores, by its id.
    Credential,
    /// The SIP trunk, by its host.
    Trunk,
}

impl SourcePart {
    /// Returns the part's name in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Account => "account",
            Self::Key => "API key",
            Self::Credential => "credential",
            Self::Trunk => "trunk",
        }
    }
}

impl fmt::Display for SourcePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
