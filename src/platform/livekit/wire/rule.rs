use serde_json::Number;

use super::shared::{Identified, ListUpdate, MediaConfig, MediaEncryption, Page, Texts, check_new};
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{request_object, wire_object};

wire_object! {
    snake_case;

    /// Says which room a call enters and which agents join it. Two rules must not have a trunk, a caller, a number and a
    /// PIN in common.
    pub struct DispatchRule {
        required {
            /// The room.
            rule: Rule,
        }
        optional {
            /// Its id, `SDR_…`. LiveKit assigns it.
            sip_dispatch_rule_id: String,
            /// The trunks of the calls; empty for all trunks.
            trunk_ids: Vec<String>,
            /// Whether the caller's number is hidden.
            hide_phone_number: bool,
            /// The numbers of the callers; empty for all.
            inbound_numbers: Vec<String>,
            /// The numbers that are called; empty for all.
            numbers: Vec<String>,
            /// Its name for people.
            name: String,
            /// Any text. numport marks the rules that it creates here. Participants can read it.
            metadata: String,
            /// Attributes of the participant.
            attributes: Texts,
            /// The name of stored room settings.
            room_preset: String,
            /// The room settings, with the agents.
            room_config: RoomConfiguration,
            /// Whether noise is cancelled.
            krisp_enabled: bool,
            /// Whether media are encrypted. Deprecated in favour of `media`.
            media_encryption: MediaEncryption,
            /// The media.
            media: MediaConfig,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }

    /// The room that a call enters: one of three kinds.
    pub struct Rule {
        optional {
            /// All calls enter one room.
            dispatch_rule_direct: DirectRule,
            /// Each call enters a room of its own.
            dispatch_rule_individual: IndividualRule,
            /// Calls to a number enter the number's room.
            dispatch_rule_callee: CalleeRule,
        }
    }

    /// One room for all calls.
    pub struct DirectRule {
        required {
            /// The room's name.
            room_name: String,
        }
        optional {
            /// The PIN that callers must enter.
            pin: Secret,
        }
    }

    /// A room for each call.
    pub struct IndividualRule {
        required {
            /// The beginning of the rooms' names.
            room_prefix: String,
        }
        optional {
            /// The PIN that callers must enter.
            pin: Secret,
            /// Whether nothing random is added to the name.
            no_randomness: bool,
        }
    }

    /// A room for each called number.
    pub struct CalleeRule {
        required {
            /// The beginning of the rooms' names.
            room_prefix: String,
        }
        optional {
            /// The PIN that callers must enter.
            pin: Secret,
            /// Whether something random is added to the name.
            randomize: bool,
        }
    }

    /// The settings of a room.
    pub struct RoomConfiguration {
        optional {
            /// The name of the settings.
            name: String,
            /// How long an empty room stays, in seconds.
            empty_timeout: Number,
            /// How long a room stays after the last participant left, in seconds.
            departure_timeout: Number,
            /// The maximum number of participants.
            max_participants: Number,
            /// Any text.
            metadata: String,
            /// The agents that join the room.
            agents: Vec<AgentDispatch>,
            /// Tags.
            tags: Texts,
        }
    }

    /// An agent that joins a room.
    pub struct AgentDispatch {
        required {
            /// The name under which the agent registers.
            agent_name: String,
        }
        optional {
            /// Any text for the agent.
            metadata: String,
            /// The deployment of the agent.
            deployment: String,
            /// Attributes of the agent.
            attributes: Texts,
        }
    }
}

request_object! {
    snake_case;

    /// The fields of a rule that an update can change. `room_config`, `numbers` and `inbound_numbers` need a replacement.
    pub struct UpdateDispatchRule {
        optional {
            /// Changes the trunks.
            trunk_ids: ListUpdate,
            /// Changes the room.
            rule: Rule,
            /// Changes attributes of the participant. An empty map changes nothing.
            attributes: Texts,
            /// Changes whether media are encrypted. Deprecated in favour of `media`.
            media_encryption: MediaEncryption,
            /// Changes the media.
            media: MediaConfig,
        }
        emptied {
            /// Changes the name.
            name: String,
            /// Changes the metadata.
            metadata: String,
        }
    }

    /// Which rules a list has. Without a filter it has all.
    pub struct ListRules {
        optional {
            /// The page.
            page: Page,
            /// The rules with these ids.
            dispatch_rule_ids: Vec<String>,
            /// The rules for these trunks, and those for all trunks.
            trunk_ids: Vec<String>,
        }
    }
}

impl ListRules {
    pub(in super::super) fn at(&self, after: Option<String>) -> Self {
        let mut list = self.clone();
        if let Some(id) = after {
            list.page = Some(list.page.unwrap_or_else(Page::new).after_id(id));
        }
        list
    }
}

impl Rule {
    /// Each call enters a room of its own, whose name begins like this.
    #[must_use]
    pub fn individual(room_prefix: impl Into<String>) -> Self {
        Self::new().dispatch_rule_individual(IndividualRule::new(room_prefix))
    }

    fn check(&self, problems: &mut Problems) {
        let Self { dispatch_rule_direct: direct, dispatch_rule_individual, dispatch_rule_callee, .. } = self;
        let kinds = [direct.is_some(), dispatch_rule_individual.is_some(), dispatch_rule_callee.is_some()];
        if kinds.iter().filter(|given| **given).count() != 1 {
            problems.add(ProblemCode::Conflict, "rule", "is not of one kind", "give one kind of room");
        }
        if direct.as_ref().is_some_and(|direct| direct.room_name.as_ref().is_none_or(String::is_empty)) {
            problems.add(ProblemCode::Missing, "rule.room_name", "is empty", "give the room's name");
        }
    }
}

impl Identified for DispatchRule {
    fn id(&self) -> Option<&str> {
        self.sip_dispatch_rule_id.as_deref()
    }
}

impl DispatchRule {
    pub(crate) fn check(&self, problems: &mut Problems) {
        check_new(self.sip_dispatch_rule_id.as_ref(), "sip_dispatch_rule_id", problems);
        self.check_kept(problems);
    }

    /// What also holds for a replacement.
    pub(crate) fn check_kept(&self, problems: &mut Problems) {
        match &self.rule {
            Some(rule) => rule.check(problems),
            None => problems.add(ProblemCode::Missing, "rule", "is missing", "give one kind of room"),
        }
    }
}

impl UpdateDispatchRule {
    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(rule) = &self.rule {
            rule.check(problems);
        }
    }
}
