use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{AgentId, ImportRequest, NumberRecord, NumberUpdate, Settings, quoted};
use crate::platform::{Capabilities, Support};
use crate::wire::Patch;

/// A field of a request.
///
/// ```
/// use numport::Imported;
/// use numport::import::Field;
///
/// /// Whether the agent is surely set.
/// fn has_agent(imported: &Imported) -> bool {
///     let open = [&imported.unsupported_fields, &imported.unconfirmed_fields];
///     imported.record.agent.is_some() && !open.iter().any(|fields| fields.contains(&Field::Agent))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// The label.
    Label,
    /// The agent.
    Agent,
    /// What answers the calls in place of an agent ([`NumberRecord::handler`]). No request names it.
    Handler,
    /// Inbound calls.
    Inbound,
    /// Outbound calls.
    Outbound,
}

/// A change of one field of a record.
///
/// ```
/// use numport::import::Change;
///
/// let change = Change::Label { from: Some("Old".to_owned()), to: None };
/// match &change {
///     Change::Label { to: None, .. } => println!("the label goes"),
///     Change::Label { to: Some(label), .. } => println!("the label becomes {label}"),
///     other => println!("{other}"),
/// }
/// assert_eq!(change.to_string(), "label \"Old\" → none");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// The label.
    Label {
        /// The value when the plan was made.
        from: Option<String>,
        /// As it is to be; `None` clears it.
        to: Option<String>,
    },
    /// The agent.
    Agent {
        /// The value when the plan was made.
        from: Option<AgentId>,
        /// As it is to be; `None` clears it.
        to: Option<AgentId>,
        /// The settings that the record has with the agent `from` ([`Settings::agent`]). An undo restores them.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        settings: Map<String, Value>,
    },
    /// Whether the number takes calls.
    Inbound {
        /// The value when the plan was made; `None` if the platform did not show it.
        from: Option<bool>,
        /// The value to set.
        to: bool,
    },
    /// Whether the number may make calls.
    Outbound {
        /// The value when the plan was made; `None` if the platform did not show it.
        from: Option<bool>,
        /// The value to set.
        to: bool,
    },
}

impl Field {
    pub(super) const ALL: [Self; 4] = [Self::Label, Self::Agent, Self::Inbound, Self::Outbound];

    /// Returns the field's name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Agent => "agent",
            Self::Handler => "handler",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Change {
    /// Returns the field that is changed.
    #[must_use]
    pub const fn field(&self) -> Field {
        match self {
            Self::Label { .. } => Field::Label,
            Self::Agent { .. } => Field::Agent,
            Self::Inbound { .. } => Field::Inbound,
            Self::Outbound { .. } => Field::Outbound,
        }
    }

    /// The change of a field that a request names and the record does not have so.
    pub(super) fn of(field: Field, record: &NumberRecord, request: &ImportRequest) -> Option<Self> {
        match field {
            Field::Handler => None,
            Field::Label => {
                let to = wanted(request.label_patch())?;
                // A platform may show a label that was cleared as an empty one.
                let differs = record.label.as_deref().unwrap_or_default() != to.as_deref().unwrap_or_default();
                differs.then(|| Self::Label { from: record.label.clone(), to })
            }
            Field::Agent => {
                let to = wanted(request.agent_patch()).filter(|to| record.agent != *to)?;
                Some(Self::agent(record, to))
            }
            Field::Inbound => {
                let to = request.inbound_enabled().filter(|to| record.inbound != Some(*to))?;
                Some(Self::Inbound { from: record.inbound, to })
            }
            Field::Outbound => {
                let to = request.outbound_enabled().filter(|to| record.outbound != Some(*to))?;
                Some(Self::Outbound { from: record.outbound, to })
            }
        }
    }

    /// A change of a record's agent.
    fn agent(record: &NumberRecord, to: Option<AgentId>) -> Self {
        Self::Agent { from: record.agent.clone(), to, settings: record.settings.agent.clone() }
    }

    /// What an update has changed of a record.
    pub(super) fn between(before: &NumberRecord, after: &NumberRecord) -> Vec<Self> {
        let fields = Field::ALL.into_iter();
        let changes = fields.filter_map(|field| match field {
            Field::Handler => None,
            Field::Label => Some(Self::Label { from: before.label.clone(), to: after.label.clone() }),
            Field::Agent => Some(Self::agent(before, after.agent.clone())),
            Field::Inbound => Some(Self::Inbound { from: before.inbound, to: after.inbound? }),
            Field::Outbound => Some(Self::Outbound { from: before.outbound, to: after.outbound? }),
        });
        changes.filter(|change| !change.is_open(after)).collect()
    }

    /// These changes, after earlier ones of the same record. It is not known which of the earlier ones were made.
    pub(super) fn after(earlier: &[Self], later: Vec<Self>) -> Vec<Self> {
        let mut all = earlier.to_vec();
        for change in later {
            match all.iter_mut().find(|before| before.field() == change.field()) {
                Some(before) => *before = change.after_one(before),
                None => all.push(change),
            }
        }
        all
    }

    /// It leads from where the earlier one of the field began, unless somebody else has changed the field in between.
    fn after_one(self, earlier: &Self) -> Self {
        match (self, earlier) {
            (Self::Label { from, to }, Self::Label { from: first, to: made }) if from == *made => {
                Self::Label { from: first.clone(), to }
            }
            (Self::Agent { from, to, .. }, Self::Agent { from: first, to: made, settings }) if from == *made => {
                Self::Agent { from: first.clone(), to, settings: settings.clone() }
            }
            (Self::Inbound { from, to }, Self::Inbound { from: first, to: made }) if from == Some(*made) => {
                Self::Inbound { from: *first, to }
            }
            (Self::Outbound { from, to }, Self::Outbound { from: first, to: made }) if from == Some(*made) => {
                Self::Outbound { from: *first, to }
            }
            (later, _) => later,
        }
    }

    /// What is sent to undo those of these changes that the record still has, and the fields that cannot be set back:
    /// the platform cannot, or somebody else has changed them.
    pub(super) fn undo(changes: &[Self], record: &NumberRecord, can: &Capabilities) -> (NumberUpdate, Vec<Field>) {
        let (mut update, mut kept) = (NumberUpdate::new(), Vec::new());
        // A label that other numbers share now stays.
        let label = if record.label_of.is_some() { Support::NONE } else { can.label };
        for change in changes.iter().filter(|change| !change.is_undone(record)) {
            update = match change {
                Self::Label { from: Some(from), .. } if change.is_done(record) && label.set => update.label(from),
                Self::Label { from: None, .. } if change.is_done(record) && label.clear => update.clear_label(),
                Self::Agent { from: Some(from), settings, .. } if change.is_done(record) && can.agent.set => {
                    let update = update.agent(from.as_str());
                    let named = Settings { agent: settings.clone(), ..Settings::default() };
                    if settings.is_empty() { update } else { update.settings(named) }
                }
                // What answered in place of an agent is restored as a whole.
                Self::Agent { from: None, settings, .. } if !settings.is_empty() && change.is_done(record) => update,
                Self::Agent { from: None, .. } if change.is_done(record) && can.agent.clear => update.clear_agent(),
                Self::Inbound { from: Some(from), .. } if change.is_done(record) && can.inbound.set => {
                    update.inbound(*from)
                }
                Self::Outbound { from: Some(from), .. } if change.is_done(record) && can.outbound.set => {
                    update.outbound(*from)
                }
                _ => {
                    kept.push(change.field());
                    update
                }
            };
        }
        (update, kept)
    }

    /// The settings of what answered in place of an agent, if the record still has the agent that one of these changes set.
    pub(super) fn former_handler(changes: &[Self], record: &NumberRecord) -> Option<Settings> {
        changes.iter().find_map(|change| match change {
            Self::Agent { from: None, settings, .. } if !settings.is_empty() && change.is_done(record) => {
                Some(Settings { agent: settings.clone(), ..Settings::default() })
            }
            _ => None,
        })
    }

    /// What is sent to make these changes.
    pub(super) fn update(changes: &[Self]) -> NumberUpdate {
        changes.iter().fold(NumberUpdate::new(), |update, change| match change {
            Self::Label { to: Some(to), .. } => update.label(to),
            Self::Label { to: None, .. } => update.clear_label(),
            Self::Agent { to: Some(to), .. } => update.agent(to.as_str()),
            Self::Agent { to: None, .. } => update.clear_agent(),
            Self::Inbound { to, .. } => update.inbound(*to),
            Self::Outbound { to, .. } => update.outbound(*to),
        })
    }

    /// Whether the record has it already as it is to be.
    pub(super) fn is_done(&self, record: &NumberRecord) -> bool {
        match self {
            Self::Label { to, .. } => record.label == *to,
            Self::Agent { to, .. } => record.agent == *to,
            Self::Inbound { to, .. } => record.inbound == Some(*to),
            Self::Outbound { to, .. } => record.outbound == Some(*to),
        }
    }

    /// Whether the record still has it as when the plan was made.
    pub(super) fn is_open(&self, record: &NumberRecord) -> bool {
        match self {
            Self::Label { from, .. } => record.label == *from,
            Self::Agent { from, .. } => record.agent == *from,
            Self::Inbound { from, .. } => record.inbound == *from,
            Self::Outbound { from, .. } => record.outbound == *from,
        }
    }

    /// Whether a record that was set back has it again as before, with the settings that belong to it.
    pub(super) fn is_undone(&self, record: &NumberRecord) -> bool {
        let has_settings = match self {
            Self::Agent { settings, .. } => settings.is_empty() || record.settings.agent == *settings,
            _ => true,
        };
        self.is_open(record) && has_settings
    }

    /// How it was when the plan was made.
    pub(super) fn planned_text(&self) -> String {
        match self {
            Self::Label { from, .. } => label(from.as_deref()),
            Self::Agent { from, .. } => agent(from.as_ref()),
            Self::Inbound { from, .. } | Self::Outbound { from, .. } => switch(*from),
        }
    }

    /// How the record has it.
    pub(super) fn found_text(&self, record: &NumberRecord) -> String {
        match self {
            Self::Label { .. } => label(record.label.as_deref()),
            Self::Agent { .. } => agent(record.agent.as_ref()),
            Self::Inbound { .. } => switch(record.inbound),
            Self::Outbound { .. } => switch(record.outbound),
        }
    }

    /// Whether a platform with this support can make it by an update.
    pub(super) const fn is_supported(&self, support: Support) -> bool {
        match self {
            Self::Label { to: None, .. } | Self::Agent { to: None, .. } => support.clear,
            _ => support.set,
        }
    }

    fn wanted_text(&self) -> String {
        match self {
            Self::Label { to, .. } => label(to.as_deref()),
            Self::Agent { to, .. } => agent(to.as_ref()),
            Self::Inbound { to, .. } | Self::Outbound { to, .. } => switch(Some(*to)),
        }
    }
}

/// `label "Old" → "New"`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} → {}", self.field(), self.planned_text(), self.wanted_text())
    }
}

/// What a field is to be: `Some(None)` clears it.
fn wanted<T: Clone>(patch: &Patch<T>) -> Option<Option<T>> {
    match patch {
        Patch::Keep => None,
        Patch::Clear => Some(None),
        Patch::Set(value) => Some(Some(value.clone())),
    }
}

pub(super) fn label(label: Option<&str>) -> String {
    label.map_or_else(|| "none".to_owned(), quoted)
}

pub(super) fn agent(agent: Option<&AgentId>) -> String {
    agent.map_or_else(|| "none".to_owned(), ToString::to_string)
}

pub(super) fn switch(enabled: Option<bool>) -> String {
    enabled.map_or("unknown", |enabled| if enabled { "on" } else { "off" }).to_owned()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
