use crate::model::CallbackUrl;
use crate::wire::received_object;

received_object! {
    snake_case;

    /// A number as the compatibility API returns it, similar to Twilio's.
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
            /// The project again.
            account_id: String,
            /// The name for people.
            friendly_name: String,
            /// The URL that answers its calls.
            voice_url: CallbackUrl,
            /// The method of that request.
            voice_method: String,
            /// The URL that answers its calls if the first one fails.
            voice_fallback_url: CallbackUrl,
            /// The method of that request.
            voice_fallback_method: String,
            /// The URL that receives the states of calls.
            status_callback: CallbackUrl,
            /// The method of that request.
            status_callback_method: String,
            /// The application that answers its calls.
            voice_application_sid: String,
            /// Whether callers' names are looked up.
            voice_caller_id_lookup: bool,
            /// The URL that receives its messages.
            sms_url: CallbackUrl,
            /// The method of that request.
            sms_method: String,
            /// The URL that receives its messages if the first one fails.
            sms_fallback_url: CallbackUrl,
            /// The method of that request.
            sms_fallback_method: String,
            /// The application that receives its messages.
            sms_application_sid: String,
            /// When it was created: RFC 2822.
            date_created: String,
            /// When it was last changed.
            date_updated: String,
            /// Its features.
            capabilities: CompatCapabilities,
            /// Whether the number is new on the platform.
            beta: bool,
            /// The version of the API.
            api_version: String,
            /// The path of this resource, under `IncomingPhoneNumbers`.
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
            /// The verification status. Only toll-free numbers have one.
            verification_status: String,
        }
    }

    /// The features of a number.
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
