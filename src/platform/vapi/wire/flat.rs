//! A number on the wire, and how it becomes a [`PhoneNumber`] and back.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::hook::Hook;
use super::number::{NumberStatus, PhoneNumber, Provider};
use super::server::Server;
use super::sip::SipAuthentication;
use super::transfer::Destination;
use crate::model::{Secret, expose};
use crate::wire::{Unknown, UnknownFields, keep};

/// The object as it is on the wire, what is there most first, since names are looked for in this order. Read flat,
/// it needs no look ahead for `provider`, and a fault keeps its path.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename = "PhoneNumber", rename_all = "camelCase")]
pub(super) struct Flat {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<NumberStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assistant_id: Option<String>,
    // What some providers alone have, of whatever form.
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    credential_id: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    twilio_account_sid: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    sms_enabled: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    number_e164_check_enabled: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    sip_uri: Option<Value>,
    // What few numbers have.
    #[serde(skip_serializing_if = "Option::is_none")]
    squad_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Box<Server>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    server_url_secret: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback_destination: Option<Box<Destination>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hooks: Option<Vec<Hook>>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    authentication: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    number_desired_area_code: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    twilio_auth_token: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    twilio_api_key: Option<Value>,
    #[serde(default, deserialize_with = "any", skip_serializing_if = "Option::is_none")]
    twilio_api_secret: Option<Value>,
    #[serde(flatten, skip_deserializing)]
    rest: UnknownFields,
}

/// Unlike an `Option`, knows a field that is null from one that is absent.
fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut extra = UnknownFields::default();
        let mut flat: Flat = keep::read(deserializer, &mut extra)?;
        let provider = Provider::take(&mut flat);
        for (name, left) in flat.own() {
            extra.0.extend(left.take().map(|value| (name.to_owned(), value)));
        }
        Ok(Self {
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
        })
    }
}

impl From<PhoneNumber> for Flat {
    fn from(number: PhoneNumber) -> Self {
        let mut flat = Self {
            id: number.id,
            provider: Some(number.provider.as_str().to_owned()).filter(|name| !name.is_empty()),
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
            ..Self::default()
        };
        let mut rest = number.extra;
        number.provider.put(&mut flat);
        for (name, own) in flat.own() {
            if own.is_some() {
                rest.0.remove(name);
            }
        }
        Self { rest, ..flat }
    }
}

impl Flat {
    /// What some providers alone have, by name.
    fn own(&mut self) -> [(&'static str, &mut Option<Value>); 10] {
        [
            ("credentialId", &mut self.credential_id),
            ("numberE164CheckEnabled", &mut self.number_e164_check_enabled),
            ("twilioAccountSid", &mut self.twilio_account_sid),
            ("twilioAuthToken", &mut self.twilio_auth_token),
            ("twilioApiKey", &mut self.twilio_api_key),
            ("twilioApiSecret", &mut self.twilio_api_secret),
            ("smsEnabled", &mut self.sms_enabled),
            ("sipUri", &mut self.sip_uri),
            ("authentication", &mut self.authentication),
            ("numberDesiredAreaCode", &mut self.number_desired_area_code),
        ]
    }
}

impl Provider {
    /// Takes the provider's own fields. A field of another form than documented stays where it is.
    fn take(flat: &mut Flat) -> Self {
        match flat.provider.as_deref().unwrap_or_default() {
            "byo-phone-number" => Self::Byo {
                credential_id: text(&mut flat.credential_id),
                number_e164_check_enabled: flag(&mut flat.number_e164_check_enabled),
            },
            "twilio" => Self::Twilio {
                account_sid: text(&mut flat.twilio_account_sid),
                auth_token: text(&mut flat.twilio_auth_token).map(Secret::new),
                api_key: text(&mut flat.twilio_api_key),
                api_secret: text(&mut flat.twilio_api_secret).map(Secret::new),
                sms_enabled: flag(&mut flat.sms_enabled),
            },
            "vonage" => Self::Vonage { credential_id: text(&mut flat.credential_id) },
            "vapi" => Self::Vapi {
                sip_uri: text(&mut flat.sip_uri),
                number_desired_area_code: text(&mut flat.number_desired_area_code),
                authentication: take(&mut flat.authentication, |value| SipAuthentication::deserialize(&*value).ok()),
            },
            "telnyx" => Self::Telnyx { credential_id: text(&mut flat.credential_id) },
            other => Self::Unknown(Unknown::new(other)),
        }
    }

    fn put(self, flat: &mut Flat) {
        let secret = |secret: Option<Secret>| secret.map(|secret| Value::from(secret.expose()));
        match self {
            Self::Byo { credential_id, number_e164_check_enabled } => {
                flat.credential_id = credential_id.map(Value::from);
                flat.number_e164_check_enabled = number_e164_check_enabled.map(Value::from);
            }
            Self::Twilio { account_sid, auth_token, api_key, api_secret, sms_enabled } => {
                flat.twilio_account_sid = account_sid.map(Value::from);
                flat.twilio_auth_token = secret(auth_token);
                flat.twilio_api_key = api_key.map(Value::from);
                flat.twilio_api_secret = secret(api_secret);
                flat.sms_enabled = sms_enabled.map(Value::from);
            }
            Self::Vonage { credential_id } | Self::Telnyx { credential_id } => {
                flat.credential_id = credential_id.map(Value::from);
            }
            Self::Vapi { sip_uri, authentication, number_desired_area_code } => {
                flat.sip_uri = sip_uri.map(Value::from);
                flat.authentication = authentication.and_then(|object| serde_json::to_value(object).ok());
                flat.number_desired_area_code = number_desired_area_code.map(Value::from);
            }
            Self::Unknown(_) => {}
        }
    }
}

/// Takes a field if it is of the right form.
fn take<T>(field: &mut Option<Value>, read: impl FnOnce(&mut Value) -> Option<T>) -> Option<T> {
    let taken = read(field.as_mut()?)?;
    *field = None;
    Some(taken)
}

fn text(field: &mut Option<Value>) -> Option<String> {
    take(field, |value| match value {
        Value::String(text) => Some(std::mem::take(text)),
        _ => None,
    })
}

fn flag(field: &mut Option<Value>) -> Option<bool> {
    take(field, |value| value.as_bool())
}
