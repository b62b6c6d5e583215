use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::hook::Hook;
use super::server::Server;
use super::sip::SipAuthentication;
use super::transfer::Destination;
use crate::model::{Extra, Secret, Unknown, expose, open::open_enum};

/// A number as Vapi keeps it: the answer of every call. What only some carriers have stands in
/// [`provider`](Self::provider).
///
/// `Serialize` writes the wire form, secrets included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Flat", into = "Flat")]
#[non_exhaustive]
pub struct PhoneNumber {
    /// Its id.
    pub id: String,
    /// The owning organisation.
    pub org_id: Option<String>,
    /// When it was made: ISO 8601, UTC.
    pub created_at: Option<String>,
    /// When it was last changed.
    pub updated_at: Option<String>,
    /// The number: E.164, or as a trunk sends it, or masked; absent on SIP-only numbers.
    pub number: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// The assistant that answers.
    pub assistant_id: Option<String>,
    /// The squad that answers.
    pub squad_id: Option<String>,
    /// The workflow that answers.
    pub workflow_id: Option<String>,
    /// Where its webhooks go.
    pub server: Option<Server>,
    /// The old form of `server.url`.
    pub server_url: Option<String>,
    /// The old secret of the webhook.
    pub server_url_secret: Option<Secret>,
    /// Where a call goes when nobody answers for the number.
    pub fallback_destination: Option<Destination>,
    /// What happens on call events.
    pub hooks: Option<Vec<Hook>>,
    /// Its state.
    pub status: Option<NumberStatus>,
    /// The carrier, and what only its numbers have.
    pub provider: Provider,
    /// Every field that this crate does not know, or does not know of this provider.
    pub extra: Extra,
}

/// The carrier of a number, and what only its numbers have.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Provider {
    /// `byo-phone-number`: a SIP trunk of your own.
    Byo {
        /// The trunk's credential.
        credential_id: Option<String>,
        /// Whether the number must be E.164.
        number_e164_check_enabled: Option<bool>,
    },
    /// `twilio`.
    Twilio {
        /// The account. Numbers bought long ago have none.
        account_sid: Option<String>,
        /// Its token. Whether reads return it is not documented.
        auth_token: Option<Secret>,
        /// The API key's id.
        api_key: Option<String>,
        /// Its secret.
        api_secret: Option<Secret>,
        /// Whether text messages go to Vapi too.
        sms_enabled: Option<bool>,
    },
    /// `vonage`.
    Vonage {
        /// The Vonage credential.
        credential_id: Option<String>,
    },
    /// `vapi`: a free number, or a SIP address.
    Vapi {
        /// The SIP address.
        sip_uri: Option<String>,
        /// What callers of the SIP address are asked for.
        authentication: Option<SipAuthentication>,
        /// The area code that was wished for.
        number_desired_area_code: Option<String>,
    },
    /// `telnyx`.
    Telnyx {
        /// The Telnyx credential.
        credential_id: Option<String>,
    },
    /// A carrier that this crate does not know; its own fields are in [`PhoneNumber::extra`].
    Unknown(Unknown),
}

open_enum! {
    /// The state of a number.
    pub enum NumberStatus {
        /// In use.
        Active = "active",
        /// Being set up.
        Activating = "activating",
        /// Blocked.
        Blocked = "blocked",
    }
}

impl Provider {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Byo { .. } => "byo-phone-number",
            Self::Twilio { .. } => "twilio",
            Self::Vonage { .. } => "vonage",
            Self::Vapi { .. } => "vapi",
            Self::Telnyx { .. } => "telnyx",
            Self::Unknown(name) => name.as_str(),
        }
    }
}

/// The object as it is on the wire. Read flat, it needs no look ahead for `provider`, and a fault keeps
/// its path.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assistant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    squad_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Server>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    server_url_secret: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback_destination: Option<Destination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hooks: Option<Vec<Hook>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<NumberStatus>,
    #[serde(flatten)]
    rest: Extra,
}

impl From<Flat> for PhoneNumber {
    fn from(flat: Flat) -> Self {
        let mut extra = flat.rest;
        let provider = Provider::take(flat.provider.as_deref().unwrap_or_default(), &mut extra);
        Self {
            id: flat.id,
            org_id: flat.org_id,
            created_at: flat.created_at,
            updated_at: flat.updated_at,
            number: flat.number,
            name: flat.name,
            assistant_id: flat.assistant_id,
            squad_id: flat.squad_id,
            workflow_id: flat.workflow_id,
            server: flat.server,
            server_url: flat.server_url,
            server_url_secret: flat.server_url_secret,
            fallback_destination: flat.fallback_destination,
            hooks: flat.hooks,
            status: flat.status,
            provider,
            extra,
        }
    }
}

impl From<PhoneNumber> for Flat {
    fn from(number: PhoneNumber) -> Self {
        let mut rest = number.extra;
        let provider = Some(number.provider.as_str().to_owned()).filter(|name| !name.is_empty());
        number.provider.put(&mut rest);
        Self {
            id: number.id,
            provider,
            org_id: number.org_id,
            created_at: number.created_at,
            updated_at: number.updated_at,
            number: number.number,
            name: number.name,
            assistant_id: number.assistant_id,
            squad_id: number.squad_id,
            workflow_id: number.workflow_id,
            server: number.server,
            server_url: number.server_url,
            server_url_secret: number.server_url_secret,
            fallback_destination: number.fallback_destination,
            hooks: number.hooks,
            status: number.status,
            rest,
        }
    }
}

impl Provider {
    /// Takes the provider's own fields out of the rest. A field of another form than documented stays
    /// there.
    fn take(name: &str, rest: &mut Extra) -> Self {
        let mut text = |field: &str| match rest.0.remove(field) {
            Some(Value::String(text)) => Some(text),
            other => {
                rest.0.extend(other.map(|value| (field.to_owned(), value)));
                None
            }
        };
        match name {
            "byo-phone-number" => Self::Byo {
                credential_id: text("credentialId"),
                number_e164_check_enabled: take_flag("numberE164CheckEnabled", rest),
            },
            "twilio" => Self::Twilio {
                account_sid: text("twilioAccountSid"),
                auth_token: text("twilioAuthToken").map(Secret::new),
                api_key: text("twilioApiKey"),
                api_secret: text("twilioApiSecret").map(Secret::new),
                sms_enabled: take_flag("smsEnabled", rest),
            },
            "vonage" => Self::Vonage { credential_id: text("credentialId") },
            "vapi" => Self::Vapi {
                sip_uri: text("sipUri"),
                number_desired_area_code: text("numberDesiredAreaCode"),
                authentication: take_authentication(rest),
            },
            "telnyx" => Self::Telnyx { credential_id: text("credentialId") },
            other => Self::Unknown(Unknown::new(other)),
        }
    }

    fn put(self, rest: &mut Extra) {
        let mut put = |field: &str, value: Option<Value>| rest.0.extend(value.map(|value| (field.to_owned(), value)));
        let secret = |secret: Option<Secret>| secret.map(|secret| Value::from(secret.expose()));
        match self {
            Self::Byo { credential_id, number_e164_check_enabled } => {
                put("credentialId", credential_id.map(Value::from));
                put("numberE164CheckEnabled", number_e164_check_enabled.map(Value::from));
            }
            Self::Twilio { account_sid, auth_token, api_key, api_secret, sms_enabled } => {
                put("twilioAccountSid", account_sid.map(Value::from));
                put("twilioAuthToken", secret(auth_token));
                put("twilioApiKey", api_key.map(Value::from));
                put("twilioApiSecret", secret(api_secret));
                put("smsEnabled", sms_enabled.map(Value::from));
            }
            Self::Vonage { credential_id } | Self::Telnyx { credential_id } => {
                put("credentialId", credential_id.map(Value::from));
            }
            Self::Vapi { sip_uri, authentication, number_desired_area_code } => {
                put("sipUri", sip_uri.map(Value::from));
                put("authentication", authentication.and_then(|object| serde_json::to_value(object).ok()));
                put("numberDesiredAreaCode", number_desired_area_code.map(Value::from));
            }
            Self::Unknown(_) => {}
        }
    }
}

fn take_flag(field: &str, rest: &mut Extra) -> Option<bool> {
    let flag = rest.0.get(field)?.as_bool()?;
    rest.0.remove(field);
    Some(flag)
}

fn take_authentication(rest: &mut Extra) -> Option<SipAuthentication> {
    let object = SipAuthentication::deserialize(rest.0.get("authentication")?).ok()?;
    rest.0.remove("authentication");
    Some(object)
}
