//! What an import left, which its undo needs.

use serde::{Deserialize, Serialize};

use super::Stays;
use crate::E164;
use crate::import::{Change, Field};
use crate::model::{AccountId, AgentId, CredentialId, NumberId, NumberRecord, PlatformKind, Routing};

/// What is needed to undo an import: [`Imported::undo`](crate::Imported::undo) returns it and
/// [`Importer::undo`](crate::Importer::undo) takes it. serde reads and writes it, so that it can be kept.
///
/// It is confidential as its [`Routing`] is.
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
    /// Whether the import created the record. One that was there before is never removed.
    pub created: bool,
    /// The record as the import left it.
    pub left: Left,
    /// What the import changed of a record that was there before.
    pub changes: Vec<Change>,
    /// The platform's credential, if this import may have made it.
    pub credential: Option<CredentialId>,
    /// Where the calls went before the import.
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
    /// Whether it takes calls, where the platform told.
    pub inbound: Option<bool>,
    /// Whether it may make calls, where the platform told.
    pub outbound: Option<bool>,
}

impl Undo {
    /// Why a record that the import created must stay as it is.
    pub(super) fn stays(&self, record: &NumberRecord) -> Option<Stays> {
        if record.id != self.id || !(record.number.is(&self.number) || record.number.may_be(&self.number)) {
            return Some(Stays::OtherNumber);
        }
        let told = |left: Option<bool>, now: Option<bool>| left.is_some() && left != now;
        let fields = [
            (Field::Label, record.label != self.left.label),
            (Field::Agent, record.agent != self.left.agent),
            (Field::Handler, record.handler != self.left.handler),
            (Field::Inbound, told(self.left.inbound, record.inbound)),
            (Field::Outbound, told(self.left.outbound, record.outbound)),
        ];
        let changed: Vec<Field> = fields.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field).collect();
        if self.created && !changed.is_empty() { Some(Stays::Changed(changed)) } else { None }
    }
}

impl From<&NumberRecord> for Left {
    fn from(record: &NumberRecord) -> Self {
        Self {
            label: record.label.clone(),
            agent: record.agent.clone(),
            handler: record.handler.clone(),
            inbound: record.inbound,
            outbound: record.outbound,
        }
    }
}
