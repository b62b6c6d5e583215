use super::{EmergencyStatus, VoiceReceiveMode};
use crate::model::{CallbackUrl, ProblemCode, Problems, check_sid};
use crate::wire::open_enum;

/// The maximum length of a friendly name, in characters.
pub const FRIENDLY_NAME_MAX: usize = 64;

open_enum! {
    /// The method with which Twilio calls a URL.
    pub enum CallbackMethod {
        /// By GET.
        Get = "GET",
        /// By POST.
        Post = "POST",
    }
}

/// An update of a number. Fields that are not set stay unchanged. An empty text clears a field.
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
    /// Creates an update that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fields! {
        /// Sets the name for people, at most 64 characters.
        friendly_name: String = "FriendlyName", same;
        /// Sets the URL that answers the number's calls.
        voice_url: CallbackUrl = "VoiceUrl", url;
        /// Sets the method of that request.
        voice_method: CallbackMethod = "VoiceMethod", method;
        /// Sets the URL that answers the number's calls if the voice URL fails.
        voice_fallback_url: CallbackUrl = "VoiceFallbackUrl", url;
        /// Sets the method of that request.
        voice_fallback_method: CallbackMethod = "VoiceFallbackMethod", method;
        /// Sets whether Twilio looks up callers' names. Twilio charges for it.
        voice_caller_id_lookup: bool = "VoiceCallerIdLookup", word;
        /// Sets whether the number takes calls or faxes.
        voice_receive_mode: VoiceReceiveMode = "VoiceReceiveMode", |mode| mode.as_str().to_owned();
        /// Sets the application that answers the number's calls, `AP…`.
        voice_application_sid: String = "VoiceApplicationSid", same;
        /// Sets the trunk that the number's calls go to, `TK…`.
        trunk_sid: String = "TrunkSid", same;
        /// Sets the URL that receives the number's messages.
        sms_url: CallbackUrl = "SmsUrl", url;
        /// Sets the method of that request.
        sms_method: CallbackMethod = "SmsMethod", method;
        /// Sets the URL that receives the number's messages if the SMS URL fails.
        sms_fallback_url: CallbackUrl = "SmsFallbackUrl", url;
        /// Sets the method of that request.
        sms_fallback_method: CallbackMethod = "SmsFallbackMethod", method;
        /// Sets the application that receives the number's messages, `AP…`.
        sms_application_sid: String = "SmsApplicationSid", same;
        /// Sets the URL that Twilio calls when a call ends.
        status_callback: CallbackUrl = "StatusCallback", url;
        /// Sets the method of that request.
        status_callback_method: CallbackMethod = "StatusCallbackMethod", method;
        /// Sets whether the number is set up for emergency calls.
        emergency_status: EmergencyStatus = "EmergencyStatus", |status| status.as_str().to_owned();
        /// Sets the address for emergency calls, `AD…`.
        emergency_address_sid: String = "EmergencyAddressSid", same;
        /// Sets the address of the number's holder, `AD…`.
        address_sid: String = "AddressSid", same;
        /// Sets the holder's identity, `RI…`.
        identity_sid: String = "IdentitySid", same;
        /// Sets the regulatory bundle, `BU…`.
        bundle_sid: String = "BundleSid", same;
        /// Sets the version of Twilio's API that the number's calls use.
        api_version: String = "ApiVersion", same;
        /// Moves the number to another account or subaccount, `AC…`.
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
