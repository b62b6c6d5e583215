//! Whether a number's calls reach a platform, and why an import did not bring them there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a number's calls reach a platform.
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
                "Point its calls at the platform, by a trunk or an address that the platform gives you: \
                 `Importer::inbound_address` and `Plan::point_calls` do it."
            }
            Self::NoAgent => "Give it an agent.",
            Self::NotDocumented => "Call it. If the platform does not answer, point its calls there yourself.",
        }
    }
}

impl fmt::Display for NoTakeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LeavesCarrier => "the platform does not change that",
            Self::NoAgent => "the platform takes them over when it has an agent",
            Self::NotDocumented => "the platform does not say whether it takes them over",
        })
    }
}
