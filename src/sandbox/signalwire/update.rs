//! Partial updates by PUT.

use serde_json::Value;

use super::number::{seconds, shown};
use super::{SignalWire, body};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, set, text};
use crate::sandbox::rules::Rule::{self, Object as Fields, Passes, Text, Uuid, Word};
use crate::sandbox::rules::optional;

const ANY: Rule = Text(0, usize::MAX);
const URL: Rule = Passes(is_web_address, "an HTTP URL");
const METHOD: Rule = Word(&["GET", "POST"]);

static UPDATE: Rule = Fields(&[
    optional("name", ANY),
    optional(
        "call_handler",
        Word(&[
            "relay_script",
            "laml_webhooks",
            "laml_application",
            "relay_application",
            "relay_topic",
            "relay_context",
            "relay_connector",
            "relay_sip_endpoint",
            "relay_verto_endpoint",
            "video_room",
            "dialogflow",
            "ai_agent",
            "call_flow",
        ]),
    ),
    optional("call_receive_mode", Word(&["voice", "fax"])),
    optional("call_request_url", URL),
    optional("call_request_method", METHOD),
    optional("call_fallback_url", URL),
    optional("call_fallback_method", METHOD),
    optional("call_status_callback_url", URL),
    optional("call_status_callback_method", METHOD),
    optional("call_laml_application_id", ANY),
    optional("call_dialogflow_agent_id", ANY),
    optional("call_relay_topic", ANY),
    optional("call_relay_topic_status_callback_url", URL),
    optional("call_relay_script_url", URL),
    optional("call_relay_script_url_method", METHOD),
    optional("call_relay_context", ANY),
    optional("call_relay_context_status_callback_url", URL),
    optional("call_relay_application", ANY),
    optional("call_relay_connector_id", ANY),
    optional("call_sip_endpoint_id", ANY),
    optional("call_verto_resource", ANY),
    optional("call_video_room_id", Uuid),
    optional("call_ai_agent_id", Uuid),
    optional("call_flow_id", Uuid),
    optional("call_flow_version", Word(&["working_copy", "current_deployed"])),
    optional(
        "message_handler",
        Word(&["laml_webhooks", "laml_application", "relay_topic", "relay_application", "relay_context"]),
    ),
    optional("message_request_url", URL),
    optional("message_request_method", METHOD),
    optional("message_fallback_url", URL),
    optional("message_fallback_method", METHOD),
    optional("message_laml_application_id", ANY),
    optional("message_relay_topic", ANY),
    optional("message_relay_context", ANY),
    optional("message_relay_application", ANY),
]);

/// The names of one setting. An earlier one takes precedence.
const ALIASES: [[&str; 3]; 2] = [
    ["call_relay_application", "call_relay_topic", "call_relay_context"],
    ["message_relay_application", "message_relay_topic", "message_relay_context"],
];
/// Fields that are `POST` once calls or messages are set up.
const METHODS: [(&str, &[&str]); 2] = [
    ("call_", &["call_request_method", "call_fallback_method", "call_status_callback_method"]),
    ("message_", &["message_request_method", "message_fallback_method"]),
];
const RESOURCE: &str = "calling_handler_resource_id";

impl SignalWire {
    pub(super) fn update(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let made = context.id();
        let number = self.number(id)?;
        apply(number, body(request, &UPDATE)?, made);
        set(number, "updated_at", seconds(context.moment()));
        Ok(Reply::json(200, shown(number)))
    }
}

/// Fields of an earlier handler are kept. Only the handler says which field applies.
fn apply(number: &mut Object, mut changes: Object, made: String) {
    for names in ALIASES {
        let value = names.iter().find_map(|name| changes.get(*name)).cloned();
        changes.extend(value.iter().flat_map(|value| names.map(|name| (name.to_owned(), value.clone()))));
    }
    let named: Vec<String> = changes.keys().cloned().collect();
    number.extend(changes);
    for (side, methods) in METHODS {
        let sets_up = |name: &String| name.starts_with(side) && (name.ends_with("_handler") || name.ends_with("_url"));
        if named.iter().any(sets_up) {
            for method in methods {
                number.entry(*method).or_insert_with(|| "POST".into());
            }
        }
    }
    let (pointer, target) = target(number, made);
    if named.iter().any(|name| name == "call_handler" || name == pointer) {
        set(number, RESOURCE, target);
    }
}

/// The field of the present handler, and its resource: the target itself, or one that the server creates.
fn target(number: &Object, made: String) -> (&'static str, Value) {
    let handler = text(number, "call_handler").unwrap_or_default();
    let (pointer, is_made) = match handler {
        "ai_agent" => ("call_ai_agent_id", false),
        "call_flow" => ("call_flow_id", false),
        "video_room" => ("call_video_room_id", false),
        "relay_script" => ("call_relay_script_url", true),
        "laml_webhooks" => ("call_request_url", true),
        "laml_application" => ("call_laml_application_id", true),
        "relay_application" => ("call_relay_application", true),
        _ => return ("call_handler", Value::Null),
    };
    let value = number.get(pointer).cloned().unwrap_or_default();
    (pointer, if is_made && !value.is_null() { made.into() } else { value })
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
