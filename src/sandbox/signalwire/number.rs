//! Numbers: imported, shown, released.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{body, errors, find, invalid, missing};
use crate::sandbox::schema::Rule::{self, Filled, Object as Fields, Passes, Word};
use crate::sandbox::schema::{optional, required};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

pub(super) const CAPABILITIES: [&str; 4] = ["voice", "fax", "sms", "mms"];

/// What is shown of a number. Whatever else is kept of it cannot be read back.
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
/// Kept of a bought number, so that it is not released at once.
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

/// A new number. It is shown in E.164, with or without the `+` that it came with.
pub(super) fn add(world: &mut World, number: &str, number_type: &str, capabilities: Value) -> Object {
    let now = seconds(world.moment());
    let fields = json!({
        "id": world.id(),
        "number": format!("+{}", number.trim_start_matches('+')),
        "number_type": if number_type == "tollfree" { "toll-free" } else { "longcode" },
        "capabilities": capabilities,
        "created_at": now,
        "updated_at": now,
        "call_handler": "laml_webhooks",
        "call_receive_mode": "voice",
        "message_handler": "laml_webhooks",
    });
    fields.as_object().cloned().unwrap_or_default()
}

pub(super) fn import(world: &mut World, request: &Request<'_>) -> Reply {
    let body = match body(request, &IMPORT) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let number = text(&body, "number").unwrap_or_default();
    if is_held(world, number) {
        return invalid("Number has already been taken");
    }
    let capabilities = body.get("capabilities").cloned().unwrap_or_else(|| json!(CAPABILITIES));
    let added = add(world, number, text(&body, "number_type").unwrap_or_default(), capabilities);
    world.signalwire.put(added.clone());
    Reply::json(201, shown(&added))
}

pub(super) fn is_held(world: &World, number: &str) -> bool {
    let shown = format!("+{}", number.trim_start_matches('+'));
    world.signalwire.near(&shown).into_iter().any(|held| text(held, "number") == Some(&shown))
}

pub(super) fn get(world: &mut World, id: &str, _: &Request<'_>) -> Reply {
    find(world, id).map_or_else(missing, |number| Reply::json(200, shown(number)))
}

pub(super) fn release(world: &mut World, id: &str, _: &Request<'_>) -> Reply {
    match find(world, id) {
        None => missing(),
        // The sandbox's clock does not reach the fourteenth day after a purchase.
        Some(number) if number.contains_key(BOUGHT) => {
            errors("purchased_too_recently", [Value::from("Number was purchased too recently")])
        }
        Some(_) => {
            world.signalwire.remove(id);
            Reply::empty(204)
        }
    }
}

/// Every documented key, null where there is nothing.
pub(super) fn shown(number: &Object) -> Object {
    let value = |field: &str| number.get(field).cloned().unwrap_or_default();
    SHOWN.into_iter().map(|field| (field.to_owned(), value(field))).collect()
}

/// A time as this service writes it.
pub(super) fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}
