use serde_json::Number;

use super::{AgentWeight, Transport};
use crate::wire::{open_enum, received_object};

open_enum! {
    /// Where a number comes from. Only a number of the type [`Custom`](Self::Custom) stays with its owner after a removal.
    pub enum NumberType {
        /// Bought from Retell, at Twilio.
        RetellTwilio = "retell-twilio",
        /// Bought from Retell, at Telnyx.
        RetellTelnyx = "retell-telnyx",
        /// Imported.
        Custom = "custom",
    }
}

received_object! {
    snake_case;

    /// A number as Retell stores it. Every call but a removal returns it.
    pub struct PhoneNumber {
        required {
            /// The number, in E.164 form. It is the record's id.
            phone_number: String,
        }
        optional {
            /// Where it comes from.
            phone_number_type: NumberType,
            /// The number as people write it.
            phone_number_pretty: String,
            /// Its area code.
            area_code: Number,
            /// Its name for people.
            nickname: String,
            /// When it was created or last changed, in milliseconds since 1970.
            last_modification_timestamp: Number,
            /// The number that takes calls when the limit of concurrent calls is reached.
            fallback_number: String,
            /// The agents that answer its calls.
            inbound_agents: Vec<AgentWeight>,
            /// The agents of its outbound calls.
            outbound_agents: Vec<AgentWeight>,
            /// The agents that answer its text messages.
            inbound_sms_agents: Vec<AgentWeight>,
            /// The agents of its outbound text messages.
            outbound_sms_agents: Vec<AgentWeight>,
            /// The URL that is called at each inbound call. It may choose the agent, or refuse the call.
            inbound_webhook_url: String,
            /// The same for inbound text messages.
            inbound_sms_webhook_url: String,
            /// The countries that may call it, by their ISO 3166-1 codes. Null and an empty list allow all.
            allowed_inbound_country_list: Vec<String>,
            /// The countries that it may call.
            allowed_outbound_country_list: Vec<String>,
            /// The trunk of an imported number, without its password.
            sip_outbound_trunk_config: TrunkConfig,
        }
    }

    /// The trunk of a number. Retell never returns the password.
    pub struct TrunkConfig {
        optional {
            /// The trunk's host.
            termination_uri: String,
            /// The user for outbound calls.
            auth_username: String,
            /// The transport of outbound calls. Defaults to TCP.
            transport: Transport,
            /// The preferred codecs. An empty list is Retell's default.
            codecs: Vec<String>,
        }
    }

    /// One page of numbers.
    pub struct NumberPage {
        required {
            /// The numbers.
            items: Vec<PhoneNumber>,
            /// Whether another page follows.
            has_more: bool,
        }
        optional {
            /// The key of the next page.
            pagination_key: String,
        }
    }
}
