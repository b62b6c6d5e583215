use super::{EmergencyStatus, VoiceReceiveMode};
use crate::model::{CallbackUrl, ProblemCode, Problems, check_sid};
use crate::wire::open_enum;

/// The longest name for people, in characters.
pub const FRIENDLY_NAME_MAX: usize = 64;

open_enum! {
    /// How Twilio asks an address.
    pub enum CallbackMethod {
        /// By GET.
        Get = "GET",
        /// By POST.
        Post = "POST",
    }
}

/// What to change of a number; what is not named stays. An empty text empties a field.
///
/// Setting a trunk clears the voice application, and setting a voice application clears the trunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct UpdateNumber {
    fields: Vec<(&'static str, CallbackUrl)>,
}

/// Setters of the form's fields: each has its name on the wire and the type that it takes.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $wire:literal, $text:expr;)+) => {$(
        $(#[$doc])*
        pub fn $name(self, value: impl Into<$type>) -> Self {
            let text: fn($type) -> String = $text;
            self.set($wire, text(value.into()))
        }
    )+};
}

fn word(flag: bool) -> String {
    flag.to_string()
}

fn same(text: String) -> String {
    text
}

fn url(url: CallbackUrl) -> String {
    url.as_str().to_owned()
}

fn method(method: CallbackMethod) -> String {
    method.as_str().to_owned()
}

impl UpdateNumber {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fields! {
        /// Its name for people, at most 64 characters.
        friendly_name: String = "FriendlyName", same;
        /// Where its calls go.
        voice_url: CallbackUrl = "VoiceUrl", url;
        /// How that is asked.
        voice_method: CallbackMethod = "VoiceMethod", method;
        /// Where its calls go when the voice URL fails.
        voice_fallback_url: CallbackUrl = "VoiceFallbackUrl", url;
        /// How that is asked.
        voice_fallback_method: CallbackMethod = "VoiceFallbackMethod", method;
        /// Whether callers' names are looked up, which Twilio charges for.
        voice_caller_id_lookup: bool = "VoiceCallerIdLookup", word;
        /// Whether it takes calls or faxes.
        voice_receive_mode: VoiceReceiveMode = "VoiceReceiveMode", |mode| mode.as_str().to_owned();
        /// The application that answers its calls, `AP…`.
        voice_application_sid: String = "VoiceApplicationSid", same;
        /// The trunk that its calls go to, `TK…`.
        trunk_sid: String = "TrunkSid", same;
        /// Where its messages go.
        sms_url: CallbackUrl = "SmsUrl", url;
        /// How that is asked.
        sms_method: CallbackMethod = "SmsMethod", method;
        /// Where its messages go when the SMS URL fails.
        sms_fallback_url: CallbackUrl = "SmsFallbackUrl", url;
        /// How that is asked.
        sms_fallback_method: CallbackMethod = "SmsFallbackMethod", method;
        /// The application that takes its messages, `AP…`.
        sms_application_sid: String = "SmsApplicationSid", same;
        /// Whom Twilio tells when a call ends.
        status_callback: CallbackUrl = "StatusCallback", url;
        /// How that is told.
        status_callback_method: CallbackMethod = "StatusCallbackMethod", method;
        /// Whether it is set up for emergency calls.
        emergency_status: EmergencyStatus = "EmergencyStatus", |status| status.as_str().to_owned();
        /// The address for emergency calls, `AD…`.
        emergency_address_sid: String = "EmergencyAddressSid", same;
        /// The address of its holder, `AD…`.
        address_sid: String = "AddressSid", same;
        /// The holder's identity, `RI…`.
        identity_sid: String = "IdentitySid", same;
        /// The regulatory bundle, `BU…`.
        bundle_sid: String = "BundleSid", same;
        /// The version of Twilio's API that its calls use.
        api_version: String = "ApiVersion", same;
        /// Another account or subaccount, `AC…`: the number is moved to it.
        account_sid: String = "AccountSid", same;
    }

    /// Sets a field by its name on the wire; the last value given counts.
    pub(in super::super) fn set(mut self, name: &'static str, value: String) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        // Any of them may be an address with a password in it, so none is shown by `Debug`.
        self.fields.push((name, value.into()));
        self
    }

    pub(in super::super) fn form(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if self.fields.is_empty() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
        for (name, value) in &self.fields {
            let value = value.as_str();
            let prefix = match *name {
                "VoiceApplicationSid" | "SmsApplicationSid" => "AP",
                "TrunkSid" => "TK",
                "AddressSid" | "EmergencyAddressSid" => "AD",
                "IdentitySid" => "RI",
                "BundleSid" => "BU",
                "AccountSid" => "AC",
                "FriendlyName" => {
                    problems.length(name, value, 0, FRIENDLY_NAME_MAX);
                    continue;
                }
                _ => continue,
            };
            // An empty text clears any of them but the account.
            if !value.is_empty() || prefix == "AC" {
                check_sid(problems, name, value, prefix);
            }
        }
    }
}
