use crate::model::{CallbackUrl, Timestamp};
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number in a Twilio account. Nearly every field may be null, and an empty text means "unset" too.
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
            /// What it can do.
            capabilities: Capabilities,
            /// `in-use` in all documented examples.
            status: String,
            /// Whose number it is.
            origin: Origin,
            /// Whether it is new on Twilio's platform.
            beta: bool,
            /// Where its calls go.
            voice_url: CallbackUrl,
            /// How that is asked, `GET` or `POST`.
            voice_method: String,
            /// Where its calls go when `voice_url` fails.
            voice_fallback_url: CallbackUrl,
            /// How that is asked.
            voice_fallback_method: String,
            /// Whether callers' names are looked up.
            voice_caller_id_lookup: bool,
            /// Whether it takes calls or faxes.
            voice_receive_mode: VoiceReceiveMode,
            /// The application that answers its calls; beats `voice_url`.
            voice_application_sid: String,
            /// The trunk that its calls go to; beats both.
            trunk_sid: String,
            /// Where its messages go.
            sms_url: CallbackUrl,
            /// How that is asked.
            sms_method: String,
            /// Where its messages go when `sms_url` fails.
            sms_fallback_url: CallbackUrl,
            /// How that is asked.
            sms_fallback_method: String,
            /// The application that takes its messages; beats `sms_url`.
            sms_application_sid: String,
            /// Whom Twilio tells when a call ends.
            status_callback: CallbackUrl,
            /// How that is told.
            status_callback_method: String,
            /// Whether it is set up for emergency calls.
            emergency_status: EmergencyStatus,
            /// The address for emergency calls.
            emergency_address_sid: String,
            /// How the registration of that address stands.
            emergency_address_status: EmergencyAddressStatus,
            /// When it came to the account: RFC 2822.
            date_created: String,
            /// When it was last changed: RFC 2822.
            date_updated: String,
        }
        lenient {
            /// Which address it needs: `none`, `any`, `local` or `foreign`.
            address_requirements: String,
            /// Its address.
            address_sid: String,
            /// The bundle of documents that allows its use.
            bundle_sid: String,
            /// The identity that allows its use.
            identity_sid: String,
            /// What kind of number it is, such as `local`.
            kind: String = "type",
            /// The version of the API.
            api_version: String,
            /// Where it is read, relative to the host.
            uri: String,
        }
    }
}

impl IncomingPhoneNumber {
    /// When it came to the account, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }

    /// When it was last changed, if that can be read.
    #[must_use]
    pub fn updated_at(&self) -> Option<Timestamp> {
        super::time(self.date_updated.as_deref())
    }
}

received_object! {
    snake_case;

    /// What a Twilio number can do.
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
    /// Whose number it is.
    pub enum Origin {
        /// Twilio's.
        Twilio = "twilio",
        /// Another carrier's, of which Twilio carries a part, messages as a rule.
        Hosted = "hosted",
    }

    /// What a number takes.
    pub enum VoiceReceiveMode {
        /// Calls.
        Voice = "voice",
        /// Faxes.
        Fax = "fax",
    }

    /// Whether a number is set up for emergency calls.
    pub enum EmergencyStatus {
        /// It is.
        Active = "Active",
        /// It is not.
        Inactive = "Inactive",
    }

    /// How the registration of an emergency address stands.
    pub enum EmergencyAddressStatus {
        /// Done.
        Registered = "registered",
        /// There is none.
        Unregistered = "unregistered",
        /// Under way.
        PendingRegistration = "pending-registration",
        /// It failed.
        RegistrationFailure = "registration-failure",
        /// Its end is under way.
        PendingUnregistration = "pending-unregistration",
        /// Its end failed.
        UnregistrationFailure = "unregistration-failure",
    }
}
