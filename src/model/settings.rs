use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Settings of a record that only its platform knows, by the platform's own names: at ElevenLabs the environment and the
/// branch of the agent, and the trunk; at Retell several agents, or one of a version. An update must not lose them, and
/// [`restore_settings`](crate::VoicePlatform::restore_settings) gives them to a record again.
///
/// serde reads and writes them, so that another process can restore them. `Debug` shows only their names, because a header
/// of a trunk may hold a secret.
///
/// ```
/// # fn save(record: &numport::NumberRecord) -> serde_json::Result<()> {
/// use numport::model::Settings;
///
/// let saved = serde_json::to_string(&record.settings)?;
/// let settings: Settings = serde_json::from_str(&saved)?;
/// assert_eq!(settings, record.settings);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Those that belong to the agent, and the agent. An undo that sets the agent back sets them back as well, so an
    /// [`Undo`](crate::import::Undo) and a plan hold them. They contain no secrets.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub agent: Map<String, Value>,
    /// Those of the number, whatever its agent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub number: Map<String, Value>,
}

impl Settings {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.agent.is_empty() && self.number.is_empty()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.agent.keys().chain(self.number.keys())).finish()
    }
}
