use serde::{Deserialize, Serialize};

use crate::wire::UnknownFields;

/// A number as the compatibility API writes it, in the manner of Twilio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompatNumber {
    /// Its id.
    pub sid: String,
    /// The number.
    pub phone_number: String,
    /// The project.
    pub account_sid: Option<String>,
    /// The project, once more.
    pub account_id: Option<String>,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// Where its calls go.
    pub voice_url: Option<String>,
    /// How that is requested.
    pub voice_method: Option<String>,
    /// Where its calls go when that fails.
    pub voice_fallback_url: Option<String>,
    /// How that is requested.
    pub voice_fallback_method: Option<String>,
    /// Where states of calls are told.
    pub status_callback: Option<String>,
    /// How that is requested.
    pub status_callback_method: Option<String>,
    /// The application that takes its calls.
    pub voice_application_sid: Option<String>,
    /// Whether callers are looked up.
    pub voice_caller_id_lookup: Option<bool>,
    /// Where its messages go.
    pub sms_url: Option<String>,
    /// How that is requested.
    pub sms_method: Option<String>,
    /// Where its messages go when that fails.
    pub sms_fallback_url: Option<String>,
    /// How that is requested.
    pub sms_fallback_method: Option<String>,
    /// The application that takes its messages.
    pub sms_application_sid: Option<String>,
    /// When it was made: RFC 2822.
    pub date_created: Option<String>,
    /// When it was last changed.
    pub date_updated: Option<String>,
    /// What it can do.
    pub capabilities: Option<CompatCapabilities>,
    /// Whether it is new on the platform.
    pub beta: Option<bool>,
    /// The version of the API.
    pub api_version: Option<String>,
    /// Where it is read: under `IncomingPhoneNumbers`.
    pub uri: Option<String>,
    /// `none`, `any`, `local` or `foreign`.
    pub address_requirements: Option<String>,
    /// Its address.
    pub address_sid: Option<String>,
    /// Its identity.
    pub identity_sid: Option<String>,
    /// Its trunk.
    pub trunk_sid: Option<String>,
    /// `signalwire` or `hosted`.
    pub origin: Option<String>,
    /// Its emergency address.
    pub emergency_address_sid: Option<String>,
    /// `Active` or `Inactive`.
    pub emergency_status: Option<String>,
    /// Its country, two letters.
    pub country_code: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// What a number can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompatCapabilities {
    /// Voice calls.
    pub voice: Option<bool>,
    /// Text messages.
    pub sms: Option<bool>,
    /// Picture messages.
    pub mms: Option<bool>,
    /// Fax.
    pub fax: Option<bool>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}
