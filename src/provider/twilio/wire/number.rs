use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::CallbackUrl;
use crate::wire::{UnknownFields, open_enum};

/// A number in a Twilio account. Nearly every field may be null, and an empty text means "unset" too.
///
/// Its calls go to [`trunk_sid`](Self::trunk_sid) if that is set, else to
/// [`voice_application_sid`](Self::voice_application_sid), else to [`voice_url`](Self::voice_url)
/// (<https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IncomingPhoneNumber {
    /// Its id, `PN` and 32 hexadecimal digits.
    pub sid: String,
    /// The account that owns it.
    pub account_sid: Option<String>,
    /// The number, in E.164 form.
    pub phone_number: String,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// What it can do.
    pub capabilities: Option<Capabilities>,
    /// `in-use` in all documented examples.
    pub status: Option<String>,
    /// Whose number it is.
    pub origin: Option<Origin>,
    /// Whether it is new on Twilio's platform.
    pub beta: Option<bool>,
    /// Where its calls go.
    pub voice_url: Option<CallbackUrl>,
    /// How that is asked, `GET` or `POST`.
    pub voice_method: Option<String>,
    /// Where its calls go when `voice_url` fails.
    pub voice_fallback_url: Option<CallbackUrl>,
    /// How that is asked.
    pub voice_fallback_method: Option<String>,
    /// Whether callers' names are looked up.
    pub voice_caller_id_lookup: Option<bool>,
    /// Whether it takes calls or faxes.
    pub voice_receive_mode: Option<VoiceReceiveMode>,
    /// The application that answers its calls; beats `voice_url`.
    pub voice_application_sid: Option<String>,
    /// The trunk that its calls go to; beats both.
    pub trunk_sid: Option<String>,
    /// Where its messages go.
    pub sms_url: Option<CallbackUrl>,
    /// How that is asked.
    pub sms_method: Option<String>,
    /// Where its messages go when `sms_url` fails.
    pub sms_fallback_url: Option<CallbackUrl>,
    /// How that is asked.
    pub sms_fallback_method: Option<String>,
    /// The application that takes its messages; beats `sms_url`.
    pub sms_application_sid: Option<String>,
    /// Whom Twilio tells when a call ends.
    pub status_callback: Option<CallbackUrl>,
    /// How that is told.
    pub status_callback_method: Option<String>,
    /// Whether it is set up for emergency calls.
    pub emergency_status: Option<EmergencyStatus>,
    /// The address for emergency calls.
    pub emergency_address_sid: Option<String>,
    /// How the registration of that address stands.
    pub emergency_address_status: Option<EmergencyAddressStatus>,
    /// When it came to the account: RFC 2822.
    pub date_created: Option<String>,
    /// When it was last changed: RFC 2822.
    pub date_updated: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
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

/// What a Twilio number can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// Voice calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<bool>,
    /// Text messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<bool>,
    /// Picture messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mms: Option<bool>,
    /// Fax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fax: Option<bool>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
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
