use serde_json::{Map, Number, Value};

use super::Capabilities;
use crate::model::{CallbackUrl, Timestamp};
use crate::wire::received_object;

received_object! {
    snake_case;

    /// A number on an elastic SIP trunk (<https://www.twilio.com/docs/sip-trunking/api/phonenumber-resource>).
    pub struct TrunkNumber {
        nullable {
            /// The number's id. It is also its id in the account.
            sid: String,
            /// The account that owns it.
            account_sid: String,
            /// The trunk.
            trunk_sid: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// Its name for people.
            friendly_name: String,
            /// When the number was added to the account: ISO 8601.
            date_created: String,
            /// When it was last changed: ISO 8601.
            date_updated: String,
            /// The number's features.
            capabilities: Capabilities,
            /// Whether the number is new on Twilio's platform.
            beta: bool,
            /// The URL that would answer its calls without the trunk.
            voice_url: CallbackUrl,
            /// The method of that request.
            voice_method: String,
            /// The URL that would answer its calls if `voice_url` fails.
            voice_fallback_url: CallbackUrl,
            /// The method of that request.
            voice_fallback_method: String,
            /// Whether callers' names are looked up.
            voice_caller_id_lookup: bool,
            /// The application that would answer its calls without the trunk.
            voice_application_sid: String,
            /// The URL that receives its messages.
            sms_url: CallbackUrl,
            /// The method of that request.
            sms_method: String,
            /// The URL that receives its messages if `sms_url` fails.
            sms_fallback_url: CallbackUrl,
            /// The method of that request.
            sms_fallback_method: String,
            /// The application that receives its messages.
            sms_application_sid: String,
            /// The URL that Twilio calls when a call ends.
            status_callback: CallbackUrl,
            /// The method of that request.
            status_callback_method: String,
            /// The kind of address that the number requires: `none`, `any`, `local` or `foreign`.
            address_requirements: String,
            /// The version of the API.
            api_version: String,
            /// The address of this resource.
            url: String,
            /// The addresses of related resources, by name.
            links: Map<String, Value>,
        }
    }
}

impl TrunkNumber {
    /// Returns when the number was added to the account, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }
}

received_object! {
    snake_case;

    /// An elastic SIP trunk (<https://www.twilio.com/docs/sip-trunking/api/trunk-resource>).
    pub struct Trunk {
        nullable {
            /// Its id, `TK…`.
            sid: String,
            /// The account that owns it.
            account_sid: String,
            /// Its name for people.
            friendly_name: String,
            /// The host to which calls out through the trunk are sent. It ends in `pstn.twilio.com`.
            domain_name: String,
            /// The URL that answers calls when no origination URL does.
            disaster_recovery_url: CallbackUrl,
            /// The method of that request.
            disaster_recovery_method: String,
            /// Whether calls are encrypted: TLS for their signalling, SRTP for their media.
            secure: bool,
            /// What is recorded: an object with a mode and a trim.
            recording: Value,
            /// Which transfers are allowed: `disable-all`, `enable-all` or `sip-only`.
            transfer_mode: String,
            /// The caller id of transfers: `from-transferee` or `from-transferor`.
            transfer_caller_id: String,
            /// Whether callers' names are looked up.
            cnam_lookup_enabled: bool,
            /// Whether media is sent to the address that it comes from.
            symmetric_rtp_enabled: bool,
            /// How the trunk knows who calls out through it: `IP_ACL`, `CREDENTIAL_LIST`, or both with a comma.
            auth_type: String,
            /// The same as a list.
            auth_type_set: Vec<String>,
            /// When it was created: ISO 8601.
            date_created: String,
            /// When it was last changed: ISO 8601.
            date_updated: String,
            /// The absolute URL of this object.
            url: String,
            /// The addresses of related resources, by name.
            links: Map<String, Value>,
        }
    }

    /// One page of an account's trunks.
    pub struct TrunkPage {
        required {
            /// The trunks.
            trunks: Vec<Trunk>,
        }
        nullable {
            /// The address of the next page, and more data about the list.
            meta: Meta,
        }
    }

    /// One page of the numbers on a trunk.
    pub struct TrunkNumberPage {
        required {
            /// The numbers.
            phone_numbers: Vec<TrunkNumber>,
        }
        nullable {
            /// The address of the next page, and more data about the list.
            meta: Meta,
        }
    }

    /// An address to which a trunk sends calls
    /// (<https://www.twilio.com/docs/sip-trunking/api/originationurl-resource>).
    pub struct OriginationUrl {
        nullable {
            /// Its id.
            sid: String,
            /// The account that owns it.
            account_sid: String,
            /// The trunk.
            trunk_sid: String,
            /// The address, a `sip:` URI.
            sip_url: CallbackUrl,
            /// Whether it is in use.
            enabled: bool,
            /// Its rank; the lowest is tried first.
            priority: Number,
            /// Its share of the calls among those of the same priority.
            weight: Number,
            /// Its name for people.
            friendly_name: String,
            /// When it was created: ISO 8601.
            date_created: String,
            /// When it was last changed: ISO 8601.
            date_updated: String,
            /// The absolute URL of this object.
            url: String,
        }
    }

    /// One page of the addresses of a trunk.
    pub struct OriginationUrlPage {
        required {
            /// The addresses.
            origination_urls: Vec<OriginationUrl>,
        }
        nullable {
            /// The address of the next page, and more data about the list.
            meta: Meta,
        }
    }

    /// Data about a page of a list.
    pub struct Meta {
        nullable {
            /// The absolute URL of the next page; null on the last page.
            next_page_url: String,
        }
    }
}
