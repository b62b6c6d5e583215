use serde_json::{Map, Value};

use super::Capabilities;
use crate::model::{CallbackUrl, Timestamp};
use crate::wire::received_object;

received_object! {
    snake_case;

    /// A number on an elastic SIP trunk (<https://www.twilio.com/docs/sip-trunking/api/phonenumber-resource>).
    pub struct TrunkNumber {
        nullable {
            /// The number's id, the same as in the account.
            sid: String,
            /// The account that owns it.
            account_sid: String,
            /// The trunk.
            trunk_sid: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// Its name for people.
            friendly_name: String,
            /// When it came to the account: ISO 8601.
            date_created: String,
            /// When it was last changed: ISO 8601.
            date_updated: String,
            /// What it can do.
            capabilities: Capabilities,
            /// Whether it is new on Twilio's platform.
            beta: bool,
            /// Where its calls would go without the trunk.
            voice_url: CallbackUrl,
            /// How that is asked.
            voice_method: String,
            /// Where they would go when `voice_url` fails.
            voice_fallback_url: CallbackUrl,
            /// How that is asked.
            voice_fallback_method: String,
            /// Whether callers' names are looked up.
            voice_caller_id_lookup: bool,
            /// The application that would answer its calls.
            voice_application_sid: String,
            /// Where its messages go.
            sms_url: CallbackUrl,
            /// How that is asked.
            sms_method: String,
            /// Where its messages go when `sms_url` fails.
            sms_fallback_url: CallbackUrl,
            /// How that is asked.
            sms_fallback_method: String,
            /// The application that takes its messages.
            sms_application_sid: String,
            /// Whom Twilio tells when a call ends.
            status_callback: CallbackUrl,
            /// How that is told.
            status_callback_method: String,
            /// Which address it needs: `none`, `any`, `local` or `foreign`.
            address_requirements: String,
            /// The version of the API.
            api_version: String,
            /// Where it is read.
            url: String,
            /// What belongs to it, by name.
            links: Map<String, Value>,
        }
    }
}

impl TrunkNumber {
    /// When it came to the account, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }
}

received_object! {
    snake_case;

    /// One page of the numbers on a trunk.
    pub struct TrunkNumberPage {
        required {
            /// The numbers.
            phone_numbers: Vec<TrunkNumber>,
        }
        nullable {
            /// Where the next page is, and more about the list.
            meta: Meta,
        }
    }

    /// About a page of a list.
    pub struct Meta {
        nullable {
            /// The whole address of the next page; null at the end.
            next_page_url: String,
        }
    }
}
