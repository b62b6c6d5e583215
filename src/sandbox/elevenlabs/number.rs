//! Imports, updates and removals of numbers.

use serde_json::{Value, json};

use super::{AGENTS, ElevenLabs, bodies, body, refused};
use crate::model::ProviderKind;
use crate::sandbox::api::Context;
use crate::sandbox::carriers::{Denied, Login, Routing};
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, set, text};

/// The voice URL of a Twilio number after an import, as several projects have seen it.
const VOICE_URL: &str = "https://api.elevenlabs.io/twilio/inbound_call";
const SMS_URL: &str = "https://api.elevenlabs.io/twilio/inbound_sms";

impl ElevenLabs {
    pub(super) fn import(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let import = body(request, &bodies::IMPORT)?;
        let provider = text(&import, "provider").unwrap_or_default().to_owned();
        let agent = assigned(import.get("agent_id").unwrap_or(&Value::Null))?;
        if provider == "twilio" {
            take_over(context, &import)?;
        }
        let id = context.hex_id("phnum_");
        let mut number = fields(json!({
            "phone_number_id": id,
            "phone_number": import.get("phone_number"),
            "label": import.get("label"),
            "provider": provider,
            "assigned_agent": agent,
            "supports_inbound": true,
            "supports_outbound": true,
        }));
        if provider == "sip_trunk" {
            set(&mut number, "livekit_stack", "standard");
            set(&mut number, "store_sip_messages", true);
            for (config, trunk) in TRUNKS {
                let given = import.get(config).unwrap_or(&Value::Null);
                self.set_trunk(&mut number, (config, trunk), given);
            }
        }
        if let Some(token) = text(&import, "token") {
            self.secrets.insert(id.clone(), token.to_owned());
        }
        self.numbers.put(number);
        Ok(Reply::json(200, json!({"phone_number_id": id})))
    }

    pub(super) fn update(&mut self, id: &str, request: &Request<'_>) -> Answer {
        let mut number = self.number(id)?.clone();
        let changes = body(request, &bodies::UPDATE)?;
        let is_trunk = text(&number, "provider") == Some("sip_trunk");
        let of_trunk = ["inbound_trunk_config", "outbound_trunk_config", "livekit_stack", "store_sip_messages"];
        let mut sent = of_trunk.into_iter().filter(|field| changes.contains_key(*field));
        if let Some(field) = sent.next().filter(|_| !is_trunk) {
            return Err(refused(400, "invalid_parameters", &format!("{field} is for SIP trunk numbers only")));
        }
        if let Some(agent) = changes.get("agent_id") {
            let kept = number.get("assigned_agent").and_then(|now| now["agent_id"].as_str());
            if kept != agent.as_str() || agent.is_null() {
                set(&mut number, "assigned_agent", assigned(agent)?);
            }
        }
        for name in ["environment", "branch_id"] {
            let Some(value) = changes.get(name) else { continue };
            match number.get_mut("assigned_agent") {
                Some(Value::Object(agent)) => set(agent, name, value.clone()),
                _ if value.is_null() => {}
                _ => return Err(refused(400, "invalid_parameters", &format!("{name} needs an agent"))),
            }
        }
        for name in ["label", "livekit_stack", "store_sip_messages"] {
            if let Some(value) = changes.get(name).filter(|value| !value.is_null()) {
                set(&mut number, name, value.clone());
            }
        }
        for (config, trunk) in TRUNKS {
            if let Some(given) = changes.get(config) {
                self.set_trunk(&mut number, (config, trunk), given);
            }
        }
        self.numbers.put(number.clone());
        Ok(Reply::json(200, number))
    }

    pub(super) fn delete(&mut self, id: &str) -> Answer {
        self.number(id)?;
        self.numbers.remove(id);
        self.secrets.remove(id);
        Ok(Reply::json(200, json!({})))
    }

    /// Replaces a trunk as a whole. Fields that are left out return to their defaults, and so does the login, except that a
    /// user without a password keeps the password.
    fn set_trunk(&mut self, number: &mut Object, (config, trunk): (&str, &str), given: &Value) {
        let Value::Object(given) = given else {
            set(number, trunk, Value::Null);
            return;
        };
        let defaults = if config == "outbound_trunk_config" {
            json!({
                "transport": "auto", "media_encryption": "allowed", "headers": {}, "attributes_to_headers": {},
                "has_outbound_trunk": true, "enabled_codecs": [],
            })
        } else {
            json!({
                "allowed_addresses": ["0.0.0.0/0"], "allowed_numbers": null, "media_encryption": "allowed",
                "remote_domains": null, "attributes_to_headers": {},
            })
        };
        let mut shown = fields(defaults);
        shown.extend(
            given.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())),
        );
        let login = shown.remove("credentials").map(fields);
        let user = login.as_ref().and_then(|login| text(login, "username"));
        set(&mut shown, "has_auth_credentials", user.is_some());
        set(&mut shown, "username", user);
        let password = login.as_ref().and_then(|login| text(login, "password"));
        if let (Some(password), Some(id), true) =
            (password, text(number, "phone_number_id"), config == "outbound_trunk_config")
        {
            self.secrets.insert(id.to_owned(), password.to_owned());
        }
        set(number, trunk, shown);
    }
}

/// The names of the trunks in requests and in responses.
const TRUNKS: [(&str, &str); 2] =
    [("inbound_trunk_config", "inbound_trunk"), ("outbound_trunk_config", "outbound_trunk")];

/// The agent as numbers show it.
fn assigned(agent: &Value) -> Result<Value, Reply> {
    let Some(id) = agent.as_str() else { return Ok(Value::Null) };
    let known = AGENTS.iter().find(|(known, _)| *known == id);
    let (id, name) = known.ok_or_else(|| refused(404, "agent_not_found", "Agent not found"))?;
    Ok(json!({"agent_id": id, "agent_name": name, "environment": null, "branch_id": null}))
}

/// Looks up the number in the Twilio account, and takes over its routing.
fn take_over(context: &mut Context<'_>, import: &Object) -> Result<(), Reply> {
    let (sid, token) = (text(import, "sid").unwrap_or_default(), text(import, "token").unwrap_or_default());
    let login = if sid.starts_with("SK") {
        if text(import, "account_auth_token").is_none() {
            return Err(refused(400, "missing_required_field", "account_auth_token is required with an API key"));
        }
        Login { key: Some((sid, token)), ..Login::default() }
    } else {
        Login { account: sid, token: Some(token), ..Login::default() }
    };
    let sms = import.get("enable_sms") != Some(&Value::Bool(false));
    let routing = Routing { calls: Some(VOICE_URL), messages: sms.then_some(SMS_URL) };
    let number = text(import, "phone_number").unwrap_or_default();
    context.take_over(ProviderKind::TWILIO, Some(&login), number, &routing).map_err(|denied| {
        let words = match denied {
            Denied::Login => "Invalid Twilio credentials",
            Denied::Number => "Phone number not found in your Twilio account",
        };
        refused(400, "invalid_provider_config", words)
    })
}
