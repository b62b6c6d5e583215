use serde::Deserialize;
use serde_json::Number;

use crate::E164;
use crate::http::Call;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{Patch, open_enum, received_object, request_object, request_union};

/// The minimum and maximum length of an inbound PIN, in characters.
pub const PIN_LENGTH: (usize, usize) = (4, 10);
/// The minimum and maximum length of an integration's name, in characters.
pub const NAME_LENGTH: (usize, usize) = (1, 100);

/// The envelope of every response.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
}

received_object! {
    snake_case;

    /// A number as the list shows it.
    pub struct NumberSummary {
        required {
            /// Its id, `phon_…`.
            phone_number_id: String,
            /// The number, in E.164 form.
            phone_number: String,
        }
        nullable {
            /// The agent that it is assigned to; null if there is none.
            assigned_agent_id: String,
        }
        optional {
            /// The carrier.
            provider: Provider,
            /// Whether it is assigned to an agent.
            status: NumberStatus,
            /// Whether it receives calls.
            supports_inbound: bool,
            /// Whether it may make calls.
            supports_outbound: bool,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
        }
    }

    /// A number as its import returns it. The list returns another object.
    pub struct ImportedNumber {
        required {
            /// Its id, `phon_…`.
            phone_number_id: String,
            /// The number, in E.164 form.
            phone_number: String,
        }
        optional {
            /// The carrier.
            provider: Provider,
            /// Whether it is assigned to an agent.
            status: NumberStatus,
            /// Whether it receives calls.
            supports_inbound: bool,
            /// Whether it may make calls.
            supports_outbound: bool,
            /// The integration behind it.
            integration_id: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }

    /// One page of numbers.
    pub struct NumberPage {
        required {
            /// The numbers.
            data: Vec<NumberSummary>,
        }
        optional {
            /// The position of the page in the list.
            pagination: Pagination,
        }
    }

    /// The position of a page in its list. Only `has_more` says whether another page follows.
    pub struct Pagination {
        nullable {
            /// The cursor of the next page.
            next_cursor: String,
        }
        optional {
            /// Whether there is a next page.
            has_more: bool,
            /// The number of entries per page.
            page_size: Number,
            /// The total number of entries.
            total_count: Number,
        }
    }
}

/// Which numbers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListNumbers {
    status: Option<NumberStatus>,
    cursor: Option<String>,
}

impl ListNumbers {
    /// Lists all numbers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists only numbers in this state.
    pub fn status(mut self, status: NumberStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Starts the list at a [`next_cursor`](Pagination::next_cursor). The parameter's name, `cursor`, is inferred from
    /// Butter's other lists.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    pub(super) fn write(&self, call: Call) -> Call {
        call.query("status", self.status.as_ref()).query("cursor", self.cursor.as_deref())
    }
}

open_enum! {
    /// The carrier of a number.
    pub enum Provider {
        /// Twilio.
        Twilio = "twilio",
        /// A SIP trunk.
        Sip = "sip",
    }

    /// Whether a number is assigned to an agent.
    pub enum NumberStatus {
        /// It is not assigned.
        Free = "free",
        /// It is assigned.
        Assigned = "assigned",
    }

    /// Whether media are encrypted.
    pub enum MediaEncryption {
        /// Never.
        Disable = "disable",
        /// If the other side supports it. The default.
        Allow = "allow",
        /// Always.
        Require = "require",
    }
}

request_union! {
    /// The body of an import.
    pub enum ImportNumber by "provider" {
        /// An import from Twilio.
        Twilio(ImportTwilioNumber) = "twilio",
        /// An import from a SIP trunk.
        Sip(ImportSipNumber) = "sip",
    }
}

request_object! {
    snake_case;

    /// A number held at Twilio, reached through an integration. Both directions default to off.
    pub struct ImportTwilioNumber {
        required {
            /// The number.
            phone_number: E164,
            /// The Twilio integration, which belongs to the same organization.
            integration_id: String,
        }
        optional {
            /// Whether it receives calls.
            supports_inbound: bool,
            /// Whether it may make calls.
            supports_outbound: bool,
        }
    }

    /// A number on a SIP trunk. Both directions default to off.
    pub struct ImportSipNumber {
        required {
            /// The number.
            phone_number: E164,
        }
        optional {
            /// Whether it receives calls.
            supports_inbound: bool,
            /// Whether it may make calls. Requires the server's address.
            supports_outbound: bool,
            /// The trunk's name.
            sip_trunk_name: String,
            /// The carrier's SIP server.
            sip_server_address: String,
            /// The user name for the trunk.
            sip_username: String,
            /// Its password.
            sip_password: Secret,
            /// The pattern of room names for inbound calls.
            inbound_room_name: String,
            /// The PIN of inbound calls, 4 to 10 characters.
            inbound_pin: Secret,
            /// Whether media are encrypted. Defaults to [`Allow`](MediaEncryption::Allow).
            media_encryption: MediaEncryption,
        }
    }

    /// The body of an update of an integration.
    pub struct UpdateIntegration {
        patch {
            /// Its name, 1 to 100 characters.
            name: String,
            /// Its credentials.
            credentials: IntegrationCredentials,
        }
    }
}

impl ImportNumber {
    pub(super) const fn number(&self) -> &E164 {
        match self {
            Self::Twilio(import) => &import.phone_number,
            Self::Sip(import) => &import.phone_number,
        }
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Twilio(import) => {
                if import.integration_id.is_empty() {
                    problems.add(
                        ProblemCode::Empty,
                        "integration_id",
                        "is empty",
                        "give the id of a Twilio integration",
                    );
                }
            }
            Self::Sip(import) => {
                let server = import.sip_server_address.as_deref().is_some_and(|server| !server.is_empty());
                if import.supports_outbound == Some(true) && !server {
                    problems.add(
                        ProblemCode::Missing,
                        "sip_server_address",
                        "is missing, but outbound is on",
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

received_object! {
    snake_case;

    /// The response to an assignment: a part of the agent.
    pub struct Assignment {
        required {
            /// The agent.
            agent_id: String,
        }
        optional {
            /// Its name.
            agent_name: String,
            /// The numbers that are assigned to it now.
            assigned_phone_number_ids: Vec<String>,
            /// When it was last changed.
            updated_at: String,
        }
    }
}

request_object! {
    snake_case;

    /// The body that creates an integration.
    pub struct CreateIntegration {
        required {
            /// Its name, 1 to 100 characters.
            name: String,
            /// Its credentials.
            credentials: IntegrationCredentials,
        }
    }

    /// The credentials of a Twilio account. Butter documents only the auth token.
    pub struct TwilioIntegration {
        required {
            /// The account's SID.
            account_sid: String,
            /// Its auth token.
            auth_token: Secret,
        }
    }
}

request_union! {
    /// The credentials of an integration. Butter never returns them.
    pub enum IntegrationCredentials by "provider" {
        /// The credentials of a Twilio account.
        Twilio(TwilioIntegration) = "twilio",
    }
}

impl CreateIntegration {
    /// An integration of a Twilio account. The name has 1 to 100 characters.
    pub fn twilio(name: impl Into<String>, account_sid: impl Into<String>, auth_token: impl Into<Secret>) -> Self {
        Self::new(name, TwilioIntegration::new(account_sid, auth_token))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
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
                problems.add(
                    ProblemCode::Unsupported,
                    field,
                    "cannot be cleared",
                    "set a value, or leave it unchanged",
                );
            }
        }
    }
}

impl IntegrationCredentials {
    fn check(&self, problems: &mut Problems) {
        let Self::Twilio(TwilioIntegration { account_sid, auth_token }) = self;
        if account_sid.is_empty() {
            problems.add(ProblemCode::Empty, "account_sid", "is empty", "give the account's SID");
        }
        if auth_token.expose().is_empty() {
            problems.add(ProblemCode::Empty, "auth_token", "is empty", "give the account's auth token");
        }
    }
}

received_object! {
    snake_case;

    /// An integration as Butter stores it, without its credentials.
    pub struct Integration {
        required {
            /// Its id, `intg_…`.
            integration_id: String,
        }
        optional {
            /// The organization.
            client_id: String,
            /// Its name.
            name: String,
            /// The service that it connects.
            provider: String,
            /// Its kind, for example `telephony`.
            category: String,
            /// Its state, for example `active`.
            status: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}
