use crate::model::CallbackUrl;
use crate::wire::received_object;

received_object! {
    snake_case;

    /// A number as the compatibility API writes it, in the manner of Twilio.
    pub struct CompatNumber {
        required {
            /// Its id.
            sid: String,
            /// The number.
            phone_number: String,
        }
        nullable {
            /// The project.
            account_sid: String,
            /// The project, once more.
            account_id: String,
            /// Its name for people.
            friendly_name: String,
            /// Where its calls go.
            voice_url: CallbackUrl,
            /// How that is requested.
            voice_method: String,
            /// Where its calls go when that fails.
            voice_fallback_url: CallbackUrl,
            /// How that is requested.
            voice_fallback_method: String,
            /// Where states of calls are told.
            status_callback: CallbackUrl,
            /// How that is requested.
            status_callback_method: String,
            /// The application that takes its calls.
            voice_application_sid: String,
            /// Whether callers are looked up.
            voice_caller_id_lookup: bool,
            /// Where its messages go.
            sms_url: CallbackUrl,
            /// How that is requested.
            sms_method: String,
            /// Where its messages go when that fails.
            sms_fallback_url: CallbackUrl,
            /// How that is requested.
            sms_fallback_method: String,
            /// The application that takes its messages.
            sms_application_sid: String,
            /// When it was made: RFC 2822.
            date_created: String,
            /// When it was last changed.
            date_updated: String,
            /// What it can do.
            capabilities: CompatCapabilities,
            /// Whether it is new on the platform.
            beta: bool,
            /// The version of the API.
            api_version: String,
            /// Where it is read: under `IncomingPhoneNumbers`.
            uri: String,
            /// `none`, `any`, `local` or `foreign`.
            address_requirements: String,
            /// Its address.
            address_sid: String,
            /// Its identity.
            identity_sid: String,
            /// Its trunk.
            trunk_sid: String,
            /// `signalwire` or `hosted`.
            origin: String,
            /// Its emergency address.
            emergency_address_sid: String,
            /// `Active` or `Inactive`.
            emergency_status: String,
            /// Its country, two letters.
            country_code: String,
        }
        lenient {
            /// Of toll-free numbers alone: how their verification stands.
            verification_status: String,
        }
    }

    /// What a number can do.
    pub struct CompatCapabilities {
        nullable {
            /// Voice calls.
            voice: bool,
            /// Text messages.
            sms: bool,
            /// Picture messages.
            mms: bool,
            /// Fax.
            fax: bool,
        }
    }
}
