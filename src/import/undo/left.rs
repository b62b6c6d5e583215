//! What an import left, which its undo needs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Stays;
use crate::E164;
use crate::import::{Change, Field};
use crate::model::{AccountId, AgentId, CredentialId, NumberId, NumberRecord, PlatformKind, Routing};
use crate::platform::Capabilities;

/// The data that is needed to roll back an import. [`Imported::undo`](crate::Imported::undo) returns it and
/// [`Importer::undo`](crate::Importer::undo) takes it. serde reads and writes it, so that you can save it.
///
/// Treat it as confidential, because its [`Routing`] may hold secrets.
///
/// ```
/// # #[cfg(all(feature = "sandbox", feature = "twilio", feature = "vapi"))] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::import::Undo;
/// use numport::sandbox::Sandbox;
/// use numport::{ImportRequest, Importer, Removal, Twilio, Vapi};
///
/// let sandbox = Sandbox::start().await?;
/// let vars = |name: &str| sandbox.var(name);
/// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
/// let imported = importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
/// let saved = serde_json::to_string(&imported.undo())?;
///
/// let undo: Undo = serde_json::from_str(&saved)?;
/// assert!(importer.undo(&undo, Removal::Record).await?.is_complete());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Undo {
    /// The number.
    pub number: E164,
    /// The platform.
    pub platform: PlatformKind,
    /// The account at the platform.
    pub account: AccountId,
    /// The platform's id of the record.
    pub id: NumberId,
    /// Whether the import created the record. A record that existed before is never removed.
    pub created: bool,
    /// The record as the import left it.
    pub left: Left,
    /// The import's changes to a record that existed before. For a record that the import created, the changes of which
    /// the import does not know whether it made them.
    pub changes: Vec<Change>,
    /// The platform's credential, if the import may have created it.
    pub credential: Option<CredentialId>,
    /// Whether the credential may be older than the import, so that an undo leaves it
    /// ([`Undone::credential_left`](crate::import::Undone::credential_left)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub credential_stays: bool,
    /// The routing from before the import.
    pub routing: Option<Routing>,
}

/// The fields of a record as an import left them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Left {
    /// The label.
    pub label: Option<String>,
    /// The agent.
    pub agent: Option<AgentId>,
    /// What answered its calls in place of an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// The settings that only the platform knows and that belong to the agent
    /// ([`Settings::agent`](crate::model::Settings::agent)), if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_settings: Option<Map<String, Value>>,
    /// What tells the record from a later one with the same id ([`NumberRecord::instance`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Whether it takes calls, where the platform told.
    pub inbound: Option<bool>,
    /// Whether the number may make calls, if the platform told.
    pub outbound: Option<bool>,
}

impl Undo {
    /// Whether the settings of the record's agent are not those that the import left.
    pub(super) fn has_other_settings(&self, record: &NumberRecord) -> bool {
        self.left.agent_settings.as_ref().is_some_and(|left| *left != record.settings.agent)
    }

    /// Why a record that the import created must stay as it is.
    pub(super) fn stays(&self, record: &NumberRecord, can: &Capabilities) -> Option<Stays> {
        if record.id != self.id || !(record.number.is(&self.number) || record.number.may_be(&self.number)) {
            return Some(Stays::OtherNumber);
        }
        let told = |left: Option<bool>, now: Option<bool>| left.is_some() && left != now;
        // An undo that was interrupted before its removal leaves it like this, and no agent answers it.
        let is_being_removed = can.removal_unassigns && record.agent.is_none();
        let is_set = self.has_other_settings(record);
        let fields = [
            (Field::Label, record.label != self.left.label),
            (Field::Agent, (record.agent != self.left.agent || is_set) && !is_being_removed),
            (Field::Handler, record.handler != self.left.handler),
            (Field::Inbound, told(self.left.inbound, record.inbound)),
            (Field::Outbound, told(self.left.outbound, record.outbound)),
        ];
        let is_own = |field: Field| self.changes.iter().any(|change| change.field() == field && change.is_done(record));
        let changed = fields.into_iter().filter(|(field, changed)| *changed && !is_own(*field));
        let changed: Vec<Field> = changed.map(|(field, _)| field).collect();
        // After an update that may have been made, nobody knows which one the import left.
        let is_same = is_being_removed || self.left.instance.is_none() || self.left.instance == record.instance;
        let is_another = !is_same && self.changes.is_empty();
        match (self.created, changed.is_empty()) {
            (true, false) => Some(Stays::Changed(changed)),
            (true, true) if is_another => Some(Stays::MayBeAnother),
            _ => None,
        }
    }
}

impl From<&NumberRecord> for Left {
    fn from(record: &NumberRecord) -> Self {
        Self {
            label: record.label.clone(),
            agent: record.agent.clone(),
            handler: record.handler.clone(),
            agent_settings: Some(record.settings.agent.clone()),
            instance: record.instance.clone(),
            inbound: record.inbound,
            outbound: record.outbound,
        }
    }
}
