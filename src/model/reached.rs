//! Whether a number's calls reach a platform, and why an import did not bring them there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a number's calls reach a platform.
///
/// ```
/// use numport::model::Reached;
///
/// let told = |reached: Reached| match reached {
///     Reached::Platform => "the platform answers",
///     Reached::Elsewhere => "somebody else answers",
///     _ => "call the number to find out",
/// };
/// assert_eq!(told(Reached::default()), "call the number to find out");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reached {
    /// The calls go to an address of the platform.
    Platform,
    /// The calls go to another platform, or nowhere.
    Elsewhere,
    /// It is unknown: the carrier does not tell, or the calls go to an address, a trunk or an application that may or
    /// may not lead to the platform.
    #[default]
    Unknown,
}

/// Why an import did not bring a number's calls to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoTakeover {
    /// The platform does not change the carrier's routing.
    LeavesCarrier,
    /// The takeover happens when the number gets an agent, and it has none.
    NoAgent,
    /// It is not documented whether a takeover happens.
    NotDocumented,
}

impl NoTakeover {
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::LeavesCarrier => {
                "Point the calls at the platform, through a trunk or the platform's address: use \
                 `Importer::inbound_address` and `Plan::point_calls`."
            }
            Self::NoAgent => "Assign an agent to the number.",
            Self::NotDocumented => "Call the number. If the platform does not answer, point the calls at it yourself.",
        }
    }
}

impl fmt::Display for NoTakeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LeavesCarrier => "the platform does not change the routing",
            Self::NoAgent => "the platform changes the routing only when the number has an agent",
            Self::NotDocumented => "the platform does not document whether it changes the routing",
        })
    }
}
