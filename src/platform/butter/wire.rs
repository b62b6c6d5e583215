use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::E164;
use crate::model::{Problems, Secret, expose};
use crate::wire::{Patch, UnknownFields, open_enum, request_object};

/// The fewest and the most characters of an inbound PIN.
pub const PIN_LENGTH: (usize, usize) = (4, 10);
/// The fewest and the most characters of an integration's name.
pub const NAME_LENGTH: (usize, usize) = (1, 100);

/// What every answer is wrapped in.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
}

/// A number as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberSummary {
    /// Its id, `phon_…`.
    pub phone_number_id: String,
    /// The number, in E.164 form.
    pub phone_number: String,
    /// The carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// Whether an agent has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<NumberStatus>,
    /// Whether it takes calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_inbound: Option<bool>,
    /// Whether it may make calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_outbound: Option<bool>,
    /// The agent that has it; null while it is free.
    pub assigned_agent_id: Option<String>,
    /// When it was made: ISO 8601, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// A number as its import answers it: another object than the list's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportedNumber {
    /// Its id, `phon_…`.
    pub phone_number_id: String,
    /// The number, in E.164 form.
    pub phone_number: String,
    /// The carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// Whether an agent has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<NumberStatus>,
    /// Whether it takes calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_inbound: Option<bool>,
    /// Whether it may make calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_outbound: Option<bool>,
    /// The integration behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// When it was made: ISO 8601, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// Every field that this crate does not know. What a SIP import answers is not documented.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// One page of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberPage {
    /// The numbers.
    pub data: Vec<NumberSummary>,
    /// Where the page stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Every other field of the envelope.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// Where a page stands in its list. `has_more` alone tells whether another follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pagination {
    /// What leads to the next page.
    pub next_cursor: Option<String>,
    /// Whether there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// How many a page has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<Number>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<Number>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

open_enum! {
    /// The carrier of a number.
    pub enum Provider {
        /// Twilio.
        Twilio = "twilio",
        /// A SIP trunk.
        Sip = "sip",
    }

    /// Whether an agent has a number.
    pub enum NumberStatus {
        /// None has.
        Free = "free",
        /// One has.
        Assigned = "assigned",
    }

    /// Whether media are encrypted.
    pub enum MediaEncryption {
        /// Never.
        Disable = "disable",
        /// Where the other side can; the default.
        Allow = "allow",
        /// Always.
        Require = "require",
    }
}

/// The body of an import.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
#[non_exhaustive]
pub enum ImportNumber {
    /// From Twilio.
    Twilio(ImportTwilioNumber),
    /// From a SIP trunk.
    Sip(ImportSipNumber),
}

request_object! {
    snake_case;

    /// A number held at Twilio, reached by an integration. Both directions are off unless switched on.
    pub struct ImportTwilioNumber {
        required {
            /// The number.
            phone_number: E164,
            /// The Twilio integration, of the same organization.
            integration_id: String,
        }
        optional {
            /// Whether it takes calls.
            supports_inbound: bool,
            /// Whether it may make calls.
            supports_outbound: bool,
        }
    }

    /// A number on a SIP trunk. Both directions are off unless switched on.
    pub struct ImportSipNumber {
        required {
            /// The number.
            phone_number: E164,
        }
        optional {
            /// Whether it takes calls.
            supports_inbound: bool,
            /// Whether it may make calls; needs the server's address.
            supports_outbound: bool,
            /// The trunk's name.
            sip_trunk_name: String,
            /// The carrier's SIP server.
            sip_server_address: String,
            /// The user that the trunk asks for.
            sip_username: String,
            /// Its password.
            #[serde(serialize_with = "expose")]
            sip_password: Secret,
            /// A pattern of the room names of inbound calls.
            inbound_room_name: String,
            /// The PIN of inbound calls, 4 to 10 characters.
            #[serde(serialize_with = "expose")]
            inbound_pin: Secret,
            /// Whether media are encrypted; where possible, unless said otherwise.
            media_encryption: MediaEncryption,
        }
    }

    /// Changes of an integration.
    pub struct UpdateIntegration {
        patch {
            /// Its name, 1 to 100 characters.
            name: String,
            /// Its credentials.
            credentials: IntegrationCredentials,
        }
    }
}

impl From<ImportTwilioNumber> for ImportNumber {
    fn from(import: ImportTwilioNumber) -> Self {
        Self::Twilio(import)
    }
}

impl From<ImportSipNumber> for ImportNumber {
    fn from(import: ImportSipNumber) -> Self {
        Self::Sip(import)
    }
}

impl ImportNumber {
    pub(super) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Twilio(import) => {
                if import.integration_id.is_empty() {
                    problems.add("integration_id", "is empty", "give the id of a Twilio integration");
                }
            }
            Self::Sip(import) => {
                let server = import.sip_server_address.as_deref().is_some_and(|server| !server.is_empty());
                if import.supports_outbound == Some(true) && !server {
                    problems.add(
                        "sip_server_address",
                        "is missing, and outbound is on",
                        "give the carrier's SIP server",
                    );
                }
                if let Some(pin) = &import.inbound_pin {
                    problems.length("inbound_pin", pin.expose(), PIN_LENGTH.0, PIN_LENGTH.1);
                }
            }
        }
    }
}

/// What an assignment answers: an excerpt of the agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assignment {
    /// The agent.
    pub agent_id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// The numbers that it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_phone_number_ids: Option<Vec<String>>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// The body that makes an integration.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use]
pub struct CreateIntegration {
    name: String,
    credentials: IntegrationCredentials,
}

/// The credentials of an integration. They are never answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
#[non_exhaustive]
pub enum IntegrationCredentials {
    /// Of a Twilio account, by its auth token; no other way is documented.
    Twilio {
        /// The account's SID.
        account_sid: String,
        /// Its auth token.
        #[serde(serialize_with = "expose")]
        auth_token: Secret,
    },
}

impl CreateIntegration {
    /// An integration of a Twilio account. The name has 1 to 100 characters.
    pub fn twilio(name: impl Into<String>, account_sid: impl Into<String>, auth_token: impl Into<Secret>) -> Self {
        let credentials =
            IntegrationCredentials::Twilio { account_sid: account_sid.into(), auth_token: auth_token.into() };
        Self { name: name.into(), credentials }
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        problems.length("name", &self.name, NAME_LENGTH.0, NAME_LENGTH.1);
        problems.within("credentials", |problems| self.credentials.check(problems));
    }
}

impl UpdateIntegration {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Patch::Set(name) = &self.name {
            problems.length("name", name, NAME_LENGTH.0, NAME_LENGTH.1);
        }
        if let Patch::Set(credentials) = &self.credentials {
            problems.within("credentials", |problems| credentials.check(problems));
        }
        for (field, cleared) in [("name", self.name == Patch::Clear), ("credentials", self.credentials == Patch::Clear)]
        {
            if cleared {
                problems.add(field, "cannot be cleared", "give it a value, or leave it as it is");
            }
        }
    }
}

impl IntegrationCredentials {
    fn check(&self, problems: &mut Problems) {
        let Self::Twilio { account_sid, auth_token } = self;
        if account_sid.is_empty() {
            problems.add("account_sid", "is empty", "give the account's SID");
        }
        if auth_token.expose().is_empty() {
            problems.add("auth_token", "is empty", "give the account's auth token");
        }
    }
}

/// An integration as Butter keeps it, without its credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Integration {
    /// Its id, `intg_…`.
    pub integration_id: String,
    /// The organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The service that it connects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its kind, such as `telephony`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Its state, such as `active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When it was made: ISO 8601, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}
