use crate::model::{CallbackUrl, Timestamp};
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number in a Twilio account. Nearly every field may be null. An empty text also means that the field is not
    /// set.
    ///
    /// Its calls go to [`trunk_sid`](Self::trunk_sid) if that is set, else to
    /// [`voice_application_sid`](Self::voice_application_sid), else to [`voice_url`](Self::voice_url)
    /// (<https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>).
    pub struct IncomingPhoneNumber {
        nullable {
            /// Its id, `PN` and 32 hexadecimal digits. Documented as nullable; without it the number cannot be changed.
            sid: String,
            /// The number, in E.164 form. Documented as nullable.
            phone_number: String,
            /// The account that owns it.
            account_sid: String,
            /// Its name for people.
            friendly_name: String,
            /// The number's features.
            capabilities: Capabilities,
            /// `in-use` in all documented examples.
            status: String,
            /// Who holds the number.
            origin: Origin,
            /// Whether the number is new on Twilio's platform.
            beta: bool,
            /// The URL that answers its calls.
            voice_url: CallbackUrl,
            /// The method of that request, `GET` or `POST`.
            voice_method: String,
            /// The URL that answers its calls if `voice_url` fails.
            voice_fallback_url: CallbackUrl,
            /// The method of that request.
            voice_fallback_method: String,
            /// Whether callers' names are looked up.
            voice_caller_id_lookup: bool,
            /// Whether the number takes calls or faxes.
            voice_receive_mode: VoiceReceiveMode,
            /// The application that answers its calls. It takes precedence over `voice_url`.
            voice_application_sid: String,
            /// The trunk that its calls go to. It takes precedence over the application and `voice_url`.
            trunk_sid: String,
            /// The URL that receives its messages.
            sms_url: CallbackUrl,
            /// The method of that request.
            sms_method: String,
            /// The URL that receives its messages if `sms_url` fails.
            sms_fallback_url: CallbackUrl,
            /// The method of that request.
            sms_fallback_method: String,
            /// The application that receives its messages. It takes precedence over `sms_url`.
            sms_application_sid: String,
            /// The URL that Twilio calls when a call ends.
            status_callback: CallbackUrl,
            /// The method of that request.
            status_callback_method: String,
            /// Whether the number is set up for emergency calls.
            emergency_status: EmergencyStatus,
            /// The address for emergency calls.
            emergency_address_sid: String,
            /// The status of the registration of that address.
            emergency_address_status: EmergencyAddressStatus,
            /// When the number was added to the account: RFC 2822.
            date_created: String,
            /// When it was last changed: RFC 2822.
            date_updated: String,
        }
        lenient {
            /// The kind of address that the number requires: `none`, `any`, `local` or `foreign`.
            address_requirements: String,
            /// Its address.
            address_sid: String,
            /// The bundle of documents that allows its use.
            bundle_sid: String,
            /// The identity that allows its use.
            identity_sid: String,
            /// The kind of number, such as `local`.
            kind: String = "type",
            /// The version of the API.
            api_version: String,
            /// The path of this resource, relative to the host.
            uri: String,
        }
    }
}

impl IncomingPhoneNumber {
    /// Returns when the number was added to the account, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }

    /// Returns when the number was last changed, if that can be read.
    #[must_use]
    pub fn updated_at(&self) -> Option<Timestamp> {
        super::time(self.date_updated.as_deref())
    }
}

received_object! {
    snake_case;

    /// The features of a Twilio number.
    pub struct Capabilities {
        optional {
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

open_enum! {
    /// Who holds a number.
    pub enum Origin {
        /// Twilio holds the number.
        Twilio = "twilio",
        /// Another carrier holds the number, and Twilio hosts only a part of it, usually messages.
        Hosted = "hosted",
    }

    /// The kind of calls that a number takes.
    pub enum VoiceReceiveMode {
        /// Voice calls.
        Voice = "voice",
        /// Faxes.
        Fax = "fax",
    }

    /// Whether a number is set up for emergency calls.
    pub enum EmergencyStatus {
        /// The number is set up for emergency calls.
        Active = "Active",
        /// The number is not set up for emergency calls.
        Inactive = "Inactive",
    }

    /// The status of the registration of an emergency address.
    pub enum EmergencyAddressStatus {
        /// The address is registered.
        Registered = "registered",
        /// The address is not registered.
        Unregistered = "unregistered",
        /// The registration is in progress.
        PendingRegistration = "pending-registration",
        /// The registration failed.
        RegistrationFailure = "registration-failure",
        /// The removal of the registration is in progress.
        PendingUnregistration = "pending-unregistration",
        /// The removal of the registration failed.
        UnregistrationFailure = "unregistration-failure",
    }
}
