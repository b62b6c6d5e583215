use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CallbackUrl, word};
use crate::E164;

/// Where a carrier sends a number's calls and messages, at one moment: what
/// [`Importer::restore`](crate::Importer::restore) puts back.
///
/// It is read and written by serde, so that it can be kept. It holds no credential of the account; the
/// addresses of the user's own application are whole in it, with what they may hold of secrets, since
/// they could not be put back otherwise. `Debug` leaves these out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Routing {
    /// The number.
    pub number: E164,
    /// The provider's own id of it.
    pub id: String,
    /// What gets its calls.
    pub calls: Calls,
    /// Every setting that says so, by the provider's own names. An empty text is one that is not set.
    pub settings: BTreeMap<String, String>,
    /// The same settings as an import left them, when it read them again. A setting that somebody else changed
    /// meanwhile is missing: the import sets addresses of the platform alone, with what belongs to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<BTreeMap<String, String>>,
}

/// What gets a number's calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calls {
    /// Nothing.
    Nowhere,
    /// Whatever answers at this address.
    Url(CallbackUrl),
    /// An application kept at the carrier, by its id.
    Application(String),
    /// A trunk, by its id.
    Trunk(String),
}

impl Routing {
    /// The routing of a number, for providers of your own.
    #[must_use]
    pub const fn new(number: E164, id: String, calls: Calls, settings: BTreeMap<String, String>) -> Self {
        Self { number, id, calls, settings, replaced_by: None }
    }
}

impl fmt::Debug for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routing")
            .field("number", &self.number)
            .field("id", &self.id)
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.pad("nowhere"),
            Self::Url(url) => fmt::Display::fmt(url, f),
            Self::Application(id) => f.pad(&format!("application {}", word(id))),
            Self::Trunk(id) => f.pad(&format!("trunk {}", word(id))),
        }
    }
}
