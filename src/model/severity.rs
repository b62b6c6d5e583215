use std::fmt;

use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::Finding;

/// The severity of a [`Finding`].
///
/// ```
/// use numport::model::{Preflight, Severity};
///
/// fn sign(preflight: &Preflight) -> &'static str {
///     match preflight.severity() {
///         Some(Severity::Error) => "cannot be imported",
///         Some(Severity::Warning) => "look at it first",
///         _ => "ready",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Information only.
    Note,
    /// The import continues, and it may not have the desired effect.
    Warning,
    /// The import is not made.
    Error,
}

impl Severity {
    /// Returns its stable code: `note`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
