use super::{AgentWeight, agent};
use crate::E164;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{Patch, open_enum, query_object, request_object};

/// The maximum number of entries per page.
pub const LIMIT_MAX: u16 = 1000;

open_enum! {
    /// The transport of a trunk's signalling.
    pub enum Transport {
        /// TLS.
        Tls = "TLS",
        /// TCP, the default.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
    }

    /// The country of a number to buy.
    pub enum CountryCode {
        /// The United States, the default.
        Us = "US",
        /// Canada.
        Ca = "CA",
    }

    /// The carrier of a number to buy.
    pub enum NumberProvider {
        /// Twilio, the default.
        Twilio = "twilio",
        /// Telnyx.
        Telnyx = "telnyx",
    }

    /// The order of a list. The field that it orders by is not documented.
    pub enum SortOrder {
        /// The lowest first.
        Ascending = "ascending",
        /// The highest first, the default.
        Descending = "descending",
    }
}

request_object! {
    snake_case;

    /// The body of an import. Text agents, the webhook of text messages and the fallback number need an update afterwards.
    pub struct ImportNumber {
        required {
            /// The number, in E.164 form.
            phone_number: String,
            /// The host of the carrier's trunk, such as `acme.pstn.twilio.com`.
            termination_uri: String,
        }
        optional {
            /// The user for outbound calls.
            sip_trunk_auth_username: String,
            /// Its password.
            sip_trunk_auth_password: Secret,
            /// The transport of outbound calls. Defaults to TCP.
            transport: Transport,
            /// The preferred codecs, such as `PCMU`. An empty list is Retell's default.
            codecs: Vec<String>,
            /// Whether any text is accepted as a number. Retell's default is true.
            ignore_e164_validation: bool,
            /// The agents that answer its calls.
            inbound_agents: Vec<AgentWeight>,
            /// The agents of its outbound calls.
            outbound_agents: Vec<AgentWeight>,
            /// The URL that is called at each inbound call. It may choose the agent, or refuse the call.
            inbound_webhook_url: String,
            /// Its name for people.
            nickname: String,
            /// The countries that may call it, by their ISO 3166-1 codes. An empty list allows all.
            allowed_inbound_country_list: Vec<String>,
            /// The countries that it may call.
            allowed_outbound_country_list: Vec<String>,
        }
    }

    /// The body of a purchase. It costs money.
    pub struct PurchaseNumber {
        optional {
            /// A certain number, in E.164 form. Without it each purchase buys another number.
            phone_number: String,
            /// The area code, three digits, in the United States.
            area_code: u16,
            /// The country.
            country_code: CountryCode,
            /// The carrier.
            number_provider: NumberProvider,
            /// Whether it is toll-free, which costs more.
            toll_free: bool,
            /// Its name for people.
            nickname: String,
            /// The transport of outbound calls. Defaults to TCP.
            transport: Transport,
            /// The number that takes calls when the limit of concurrent calls is reached.
            fallback_number: String,
            /// The agents that answer its calls.
            inbound_agents: Vec<AgentWeight>,
            /// The agents of its outbound calls.
            outbound_agents: Vec<AgentWeight>,
            /// The URL that is called at each inbound call. It may choose the agent, or refuse the call.
            inbound_webhook_url: String,
            /// The countries that may call it, by their ISO 3166-1 codes. An empty list allows all.
            allowed_inbound_country_list: Vec<String>,
            /// The countries that it may call.
            allowed_outbound_country_list: Vec<String>,
        }
    }

    /// The body of an update. Lists are replaced.
    pub struct UpdateNumber {
        optional {
            /// The host of the carrier's trunk. It cannot be cleared.
            termination_uri: String,
            /// The user for outbound calls. It cannot be cleared.
            auth_username: String,
            /// Its password. It cannot be cleared.
            auth_password: Secret,
            /// The preferred codecs. An empty list is Retell's default.
            codecs: Vec<String>,
        }
        patch {
            /// The agents that answer its calls.
            inbound_agents: Vec<AgentWeight>,
            /// The agents of its outbound calls.
            outbound_agents: Vec<AgentWeight>,
            /// The agents that answer its text messages.
            inbound_sms_agents: Vec<AgentWeight>,
            /// The agents of its outbound text messages.
            outbound_sms_agents: Vec<AgentWeight>,
            /// The URL that is called at each inbound call.
            inbound_webhook_url: String,
            /// The URL that is called at each inbound text message.
            inbound_sms_webhook_url: String,
            /// Its name for people.
            nickname: String,
            /// The number that takes calls when the limit of concurrent calls is reached. It must not be the number
            /// itself, nor one that has a fallback.
            fallback_number: String,
            /// The countries that may call it, by their ISO 3166-1 codes. Clearing allows all.
            allowed_inbound_country_list: Vec<String>,
            /// The countries that it may call.
            allowed_outbound_country_list: Vec<String>,
            /// The transport of outbound calls.
            transport: Transport,
        }
    }
}

query_object! {
    /// Which page of numbers to list. There are no filters.
    pub struct ListNumbers {
        texts {
            /// Starts the list at a [`pagination_key`](super::NumberPage::pagination_key).
            pagination_key = "pagination_key",
        }
        values {
            /// The maximum number of entries per page, up to 1000. Defaults to 50.
            limit: u16 = "limit",
            /// The order.
            sort_order: SortOrder = "sort_order",
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
    pub(in super::super) fn number(&self) -> &str {
        &self.phone_number
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if self.ignore_e164_validation == Some(false) {
            e164("phone_number", &self.phone_number, problems);
        } else {
            filled("phone_number", &self.phone_number, problems);
        }
        uri(&self.termination_uri, problems);
        for (field, agents) in [("inbound_agents", &self.inbound_agents), ("outbound_agents", &self.outbound_agents)] {
            agent::check(field, agents.as_deref().unwrap_or_default(), problems);
        }
        countries(
            [self.allowed_inbound_country_list.as_deref(), self.allowed_outbound_country_list.as_deref()],
            problems,
        );
    }
}

impl PurchaseNumber {
    pub(in super::super) fn number(&self) -> Option<&str> {
        self.phone_number.as_deref()
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if let Some(number) = &self.phone_number {
            e164("phone_number", number, problems);
        }
        if let Some(code) = self.area_code {
            problems.range("area_code", &code.into(), 100, 999);
        }
        for (field, agents) in [("inbound_agents", &self.inbound_agents), ("outbound_agents", &self.outbound_agents)] {
            agent::check(field, agents.as_deref().unwrap_or_default(), problems);
        }
        countries(
            [self.allowed_inbound_country_list.as_deref(), self.allowed_outbound_country_list.as_deref()],
            problems,
        );
    }
}

impl UpdateNumber {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if let Some(host) = &self.termination_uri {
            uri(host, problems);
        }
        if let Some(user) = &self.auth_username {
            filled("auth_username", user, problems);
        }
        if let Some(password) = &self.auth_password {
            filled("auth_password", password.expose(), problems);
        }
        for (field, agents) in [
            ("inbound_agents", &self.inbound_agents),
            ("outbound_agents", &self.outbound_agents),
            ("inbound_sms_agents", &self.inbound_sms_agents),
            ("outbound_sms_agents", &self.outbound_sms_agents),
        ] {
            agent::check(field, agents.set().map(Vec::as_slice).unwrap_or_default(), problems);
        }
        let set = |list: &'_ Patch<Vec<String>>| list.set().cloned();
        let (inbound, outbound) = (set(&self.allowed_inbound_country_list), set(&self.allowed_outbound_country_list));
        countries([inbound.as_deref(), outbound.as_deref()], problems);
    }
}

fn e164(field: &str, number: &str, problems: &mut Problems) {
    if let Err(error) = number.parse::<E164>() {
        let remedy = "give the number in E.164 form";
        problems.add(ProblemCode::Malformed, field, error.clause().to_string(), remedy);
    }
}

fn filled(field: &str, text: &str, problems: &mut Problems) {
    if text.is_empty() {
        problems.add(ProblemCode::Empty, field, "is empty", "give it a value");
    }
}

/// The documents say only that it has no spaces.
fn uri(uri: &str, problems: &mut Problems) {
    filled("termination_uri", uri, problems);
    if uri.contains(char::is_whitespace) {
        problems.add(ProblemCode::Malformed, "termination_uri", "has a space", "give the trunk's host without it");
    }
}

fn countries([inbound, outbound]: [Option<&[String]>; 2], problems: &mut Problems) {
    for (field, list) in [("allowed_inbound_country_list", inbound), ("allowed_outbound_country_list", outbound)] {
        let good = |code: &&String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(code) = list.unwrap_or_default().iter().find(|code| !good(code)) {
            let fault = format!("has {code:?}, which is not a country code");
            problems.add(ProblemCode::Malformed, field, fault, "use two capitals, such as US");
        }
    }
}
