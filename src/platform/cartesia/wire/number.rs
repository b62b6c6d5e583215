use super::{ProviderRef, ProviderType, Region};
use crate::E164;
use crate::model::{ProblemCode, Problems};
use crate::wire::{query_object, received_object, request_object};

/// The maximum number of entries per page.
pub const LIMIT_MAX: u8 = 100;

received_object! {
    snake_case;

    /// A number as Cartesia stores it.
    pub struct PhoneNumber {
        required {
            /// Its id, `pn_…`.
            id: String,
            /// The number, in E.164 form.
            number: String,
        }
        nullable {
            /// The agent that answers its calls; null if there is none.
            agent: Agent,
        }
        optional {
            /// Its name for people.
            label: String,
            /// Where the number is held. The response to a purchase may omit it.
            provider: NumberProvider,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }

    /// The agent of a number.
    pub struct Agent {
        optional {
            /// Its id.
            id: String,
            /// Its name.
            name: String,
        }
    }

    /// Where a number is held: a linked Twilio account, or Cartesia itself, of which only the type is shown.
    pub struct NumberProvider {
        optional {
            /// Who holds it. Some documented responses omit it.
            kind: ProviderType = "type",
            /// The id of the linked account.
            id: String,
            /// The account's SID.
            account_sid: String,
            /// The SID of the API key, partly masked.
            api_key_sid: String,
            /// The region of the API key.
            region: Region,
        }
    }

    /// One page of numbers.
    pub struct NumberPage {
        required {
            /// The numbers.
            data: Vec<PhoneNumber>,
        }
        optional {
            /// Whether another page follows.
            has_more: bool,
        }
    }
}

request_object! {
    snake_case;

    /// The body of an import.
    pub struct ImportNumber {
        required {
            /// Its name for people.
            label: String,
            /// The number.
            number: E164,
            /// The linked account that holds it.
            provider: ProviderRef,
        }
        optional {
            /// The agent that answers its calls. Without one, the number only makes calls.
            agent_id: String,
        }
    }

    /// The body of a purchase of a number that Cartesia holds.
    pub struct ProvisionNumber {
        required {
            /// Its name for people.
            label: String,
        }
    }

    /// The body of an update.
    pub struct UpdateNumber {
        optional {
            /// Its name for people.
            label: String,
            /// Another linked account, which must hold the number.
            provider: ProviderRef,
        }
        patch {
            /// The agent that answers its calls.
            agent_id: String,
        }
    }
}

query_object! {
    /// Which numbers to list.
    pub struct ListNumbers {
        texts {
            /// Only numbers of this agent.
            agent_id = "agent_id",
            /// Only numbers of this linked account.
            provider_id = "provider_id",
            /// Only numbers whose number, label or agent's name has this text.
            q = "q",
            /// Starts the list after the number with this id.
            starting_after = "starting_after",
            /// Ends the list before the number with this id.
            ending_before = "ending_before",
        }
        values {
            /// Only numbers that are held there.
            kind: ProviderType = "type",
            /// The maximum number of entries per page, up to 100. Defaults to 10.
            limit: u8 = "limit",
        }
    }
}

impl ListNumbers {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if let Some(limit) = self.limit {
            problems.range("limit", &limit.into(), 1, LIMIT_MAX.into());
        }
    }
}

impl ImportNumber {
    pub(in super::super) fn number(&self) -> &E164 {
        &self.number
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        filled("label", Some(&self.label), problems);
        filled("agent_id", self.agent_id.as_deref(), problems);
        problems.within("provider", |problems| self.provider.check(problems));
    }
}

impl ProvisionNumber {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        filled("label", Some(&self.label), problems);
    }
}

impl UpdateNumber {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        filled("agent_id", self.agent_id.set().map(String::as_str), problems);
        if let Some(provider) = &self.provider {
            problems.within("provider", |problems| {
                provider.check(problems);
                if !matches!(provider, ProviderRef::Id { .. }) {
                    let remedy = "give the id of the linked account";
                    problems.add(
                        ProblemCode::Unsupported,
                        "id",
                        "is missing, and an update accepts nothing else",
                        remedy,
                    );
                }
            });
        }
    }
}

pub(super) fn filled(field: &str, text: Option<&str>, problems: &mut Problems) {
    if text.is_some_and(str::is_empty) {
        problems.add(ProblemCode::Empty, field, "is empty", "give it a value");
    }
}
