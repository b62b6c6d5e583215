use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CallbackUrl, word};
use crate::E164;

/// The routing of a number at a carrier at one moment: where the carrier sends its calls and messages.
/// [`Importer::restore`](crate::Importer::restore) restores it.
///
/// serde reads and writes it, so that you can save it. It contains no credential of the account. It contains the whole
/// addresses of your own application, which may hold secrets, because they could not be restored otherwise. `Debug`
/// does not show them.
///
/// ```
/// use numport::model::Routing;
///
/// /// Saves where the calls go; `Importer::restore` takes it.
/// fn save(routing: &Routing) -> serde_json::Result<String> {
///     serde_json::to_string(routing)
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Routing {
    /// The number.
    pub number: E164,
    /// The carrier's own id of the number.
    pub id: String,
    /// The target of the number's calls.
    pub calls: Calls,
    /// Every setting of the routing, by the carrier's own names. An empty text means that the setting is not set.
    pub settings: BTreeMap<String, String>,
    /// The same settings as an import left them, read after the import. It does not contain settings that somebody else
    /// changed in the meantime: an import sets only addresses of the platform and the settings that belong to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<BTreeMap<String, String>>,
}

/// The target of a number's calls.
///
/// ```
/// use numport::model::Calls;
///
/// let calls = Calls::Url("https://app.example.com/voice?token=t".into());
/// match &calls {
///     Calls::Nowhere => println!("nobody gets them"),
///     Calls::Url(url) => println!("a server: {url}"),
///     other => println!("the carrier's {other}"),
/// }
/// assert_eq!(calls.to_string(), "https://app.example.com/…", "an address may hold a secret");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calls {
    /// No target.
    Nowhere,
    /// The server at this address.
    Url(CallbackUrl),
    /// An application at the carrier, by its id.
    Application(String),
    /// A trunk, by its id.
    Trunk(String),
    /// Another telephone number or SIP address, to which the carrier forwards them.
    Forwarded(String),
}

impl Routing {
    /// Creates the routing of a number, for carriers of your own.
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
            Self::Forwarded(to) => f.pad(&format!("{} by forwarding", word(to))),
        }
    }
}
