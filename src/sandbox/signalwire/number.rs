//! Imports, returns and releases numbers.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{SignalWire, body, errors, invalid};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, picked, text};
use crate::sandbox::rules::Rule::{self, Filled, Object as Fields, Passes, Word};
use crate::sandbox::rules::{optional, required};

pub(super) const CAPABILITIES: [&str; 4] = ["voice", "fax", "sms", "mms"];

/// The fields that responses contain. Other stored fields cannot be read.
const SHOWN: [&str; 42] = [
    "id",
    "number",
    "name",
    "capabilities",
    "number_type",
    "e911_address_id",
    "e911_status",
    "cnam",
    "created_at",
    "updated_at",
    "next_billed_at",
    "call_handler",
    "calling_handler_resource_id",
    "call_receive_mode",
    "call_request_url",
    "call_request_method",
    "call_fallback_url",
    "call_fallback_method",
    "call_status_callback_url",
    "call_status_callback_method",
    "call_laml_application_id",
    "call_dialogflow_agent_id",
    "call_relay_topic",
    "call_relay_topic_status_callback_url",
    "call_relay_script_url",
    "call_relay_context",
    "call_relay_context_status_callback_url",
    "call_relay_application",
    "call_relay_connector_id",
    "call_sip_endpoint_id",
    "call_verto_resource",
    "call_video_room_id",
    "message_handler",
    "messaging_handler_resource_id",
    "message_request_url",
    "message_request_method",
    "message_fallback_url",
    "message_fallback_method",
    "message_laml_application_id",
    "message_relay_topic",
    "message_relay_context",
    "country_code",
];
/// Stored for a bought number, because it cannot be released immediately.
pub(super) const BOUGHT: &str = "bought";

static IMPORT: Rule = Fields(&[
    required("number", Passes(is_number, "5 to 30 characters, with nothing but digits after an optional +")),
    required("number_type", Word(&["longcode", "tollfree"])),
    optional("capabilities", Filled(&Word(&CAPABILITIES))),
]);

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=30).contains(&text.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl SignalWire {
    /// Adds a number. Responses show it in E.164, even if it came without the `+`.
    pub(super) fn add(&mut self, context: &mut Context<'_>, number: &str, kind: &str, capabilities: Value) -> Object {
        let now = seconds(context.moment());
        let added = fields(json!({
            "id": context.id(),
            "number": format!("+{}", number.trim_start_matches('+')),
            "number_type": if kind == "tollfree" { "toll-free" } else { "longcode" },
            "capabilities": capabilities,
            "created_at": now,
            "updated_at": now,
            "call_handler": "laml_webhooks",
            "call_receive_mode": "voice",
            "message_handler": "laml_webhooks",
        }));
        self.numbers.put(added.clone());
        added
    }

    pub(super) fn import(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &IMPORT)?;
        let number = text(&body, "number").unwrap_or_default();
        if self.has(number) {
            return Err(invalid("Number has already been taken"));
        }
        let capabilities = body.get("capabilities").cloned().unwrap_or_else(|| json!(CAPABILITIES));
        let added = self.add(context, number, text(&body, "number_type").unwrap_or_default(), capabilities);
        Ok(Reply::json(201, shown(&added)))
    }

    pub(super) fn has(&self, number: &str) -> bool {
        let shown = format!("+{}", number.trim_start_matches('+'));
        self.numbers.near(&shown).into_iter().any(|held| text(held, "number") == Some(&shown))
    }

    pub(super) fn get(&mut self, id: &str) -> Answer {
        Ok(Reply::json(200, shown(self.number(id)?)))
    }

    pub(super) fn release(&mut self, id: &str) -> Answer {
        // The sandbox's clock never reaches the fourteenth day after a purchase.
        if self.number(id)?.contains_key(BOUGHT) {
            return Err(errors("purchased_too_recently", [Value::from("Number was purchased too recently")]));
        }
        self.numbers.remove(id);
        Ok(Reply::empty(204))
    }
}

/// Every documented field, null if it has no value.
pub(super) fn shown(number: &Object) -> Object {
    picked(number, &SHOWN)
}

/// A time in this service's format.
pub(super) fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}
