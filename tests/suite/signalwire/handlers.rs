//! Handlers of a number's calls and messages: each is sent with the fields that it needs, and every one is read.

use numport::platform::signalwire::{
    CallHandler, CallHandlerKind, FlowVersion, HttpMethod, MessageHandler, MessageHandlerKind, PhoneNumber,
    UpdateNumber, Webhook,
};
use serde_json::{Value, json};

use crate::signalwire::endpoints::{AGENT, documented};

fn body(update: UpdateNumber) -> Value {
    serde_json::to_value(update).unwrap()
}

fn url() -> Webhook {
    Webhook::new("https://example.com/a")
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// Every handler that can be set: with all its fields, and with the required ones.
fn call_handlers() -> Vec<(&'static str, CallHandler, Value)> {
    use CallHandler as To;

    let id = || text("x1");
    vec![
        (
            "relay_script",
            To::RelayScript(url().method(HttpMethod::Get)),
            json!({"call_relay_script_url": "https://example.com/a", "call_relay_script_url_method": "GET"}),
        ),
        ("relay_script", To::RelayScript(url()), json!({"call_relay_script_url": "https://example.com/a"})),
        (
            "laml_webhooks",
            To::LamlWebhooks { request: url(), fallback: Some(url()), status_callback: Some(url()) },
            json!({"call_request_url": "https://example.com/a", "call_fallback_url": "https://example.com/a", "call_status_callback_url": "https://example.com/a"}),
        ),
        (
            "laml_webhooks",
            To::LamlWebhooks { request: url(), fallback: None, status_callback: None },
            json!({"call_request_url": "https://example.com/a"}),
        ),
        ("laml_application", To::LamlApplication { id: id() }, json!({"call_laml_application_id": "x1"})),
        ("relay_application", To::RelayApplication { name: id() }, json!({"call_relay_application": "x1"})),
        (
            "relay_topic",
            To::RelayTopic { topic: id(), status_callback_url: Some("https://example.com/s".into()) },
            json!({"call_relay_topic": "x1", "call_relay_topic_status_callback_url": "https://example.com/s"}),
        ),
        ("relay_topic", To::RelayTopic { topic: id(), status_callback_url: None }, json!({"call_relay_topic": "x1"})),
        (
            "relay_context",
            To::RelayContext { context: id(), status_callback_url: Some("https://example.com/s".into()) },
            json!({"call_relay_context": "x1", "call_relay_context_status_callback_url": "https://example.com/s"}),
        ),
        (
            "relay_context",
            To::RelayContext { context: id(), status_callback_url: None },
            json!({"call_relay_context": "x1"}),
        ),
        ("relay_connector", To::RelayConnector { id: id() }, json!({"call_relay_connector_id": "x1"})),
        ("relay_sip_endpoint", To::RelaySipEndpoint { id: id() }, json!({"call_sip_endpoint_id": "x1"})),
        ("relay_verto_endpoint", To::RelayVertoEndpoint { resource: id() }, json!({"call_verto_resource": "x1"})),
        ("video_room", To::VideoRoom { id: text(AGENT) }, json!({"call_video_room_id": AGENT})),
        ("dialogflow", To::Dialogflow { agent_id: id() }, json!({"call_dialogflow_agent_id": "x1"})),
        ("ai_agent", To::AiAgent { agent_id: text(AGENT) }, json!({"call_ai_agent_id": AGENT})),
        (
            "call_flow",
            To::CallFlow { id: text(AGENT), version: Some(FlowVersion::CurrentDeployed) },
            json!({"call_flow_id": AGENT, "call_flow_version": "current_deployed"}),
        ),
        ("call_flow", To::CallFlow { id: text(AGENT), version: None }, json!({"call_flow_id": AGENT})),
    ]
}

fn message_handlers() -> Vec<(&'static str, MessageHandler, Value)> {
    use MessageHandler as To;

    let id = || text("x1");
    vec![
        (
            "laml_webhooks",
            To::LamlWebhooks { request: url().method(HttpMethod::Get), fallback: Some(url().method(HttpMethod::Post)) },
            json!({"message_request_url": "https://example.com/a", "message_request_method": "GET", "message_fallback_url": "https://example.com/a", "message_fallback_method": "POST"}),
        ),
        (
            "laml_webhooks",
            To::LamlWebhooks { request: url(), fallback: None },
            json!({"message_request_url": "https://example.com/a"}),
        ),
        ("laml_application", To::LamlApplication { id: id() }, json!({"message_laml_application_id": "x1"})),
        ("relay_topic", To::RelayTopic { topic: id() }, json!({"message_relay_topic": "x1"})),
        ("relay_application", To::RelayApplication { name: id() }, json!({"message_relay_application": "x1"})),
        ("relay_context", To::RelayContext { context: id() }, json!({"message_relay_context": "x1"})),
    ]
}

#[test]
fn every_call_handler_is_sent_with_its_fields() {
    let mut kinds = Vec::new();
    for (kind, handler, mut wanted) in call_handlers() {
        wanted["call_handler"] = kind.into();
        assert_eq!(handler.kind().as_str(), kind);
        assert_eq!(body(UpdateNumber::new().call_handler(handler)), wanted);
        kinds.push(kind);
    }
    kinds.dedup();
    assert_eq!(kinds.len(), 13, "{kinds:?}");
}

#[test]
fn every_message_handler_is_sent_with_its_fields() {
    let mut kinds = Vec::new();
    for (kind, handler, mut wanted) in message_handlers() {
        wanted["message_handler"] = kind.into();
        assert_eq!(handler.kind().as_str(), kind);
        assert_eq!(body(UpdateNumber::new().message_handler(handler)), wanted);
        kinds.push(kind);
    }
    kinds.dedup();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
}

#[test]
fn an_update_sends_exactly_the_given_handlers() {
    let calls = CallHandler::RelayScript(url());
    let update =
        UpdateNumber::new().call_handler(calls).message_handler(MessageHandler::RelayTopic { topic: text("t") });
    let wanted = json!({
        "call_handler": "relay_script", "call_relay_script_url": "https://example.com/a",
        "message_handler": "relay_topic", "message_relay_topic": "t",
    });
    assert_eq!(body(update), wanted);
    assert_eq!(body(UpdateNumber::new()), json!({}));
}

#[test]
fn handlers_that_cannot_be_set_are_read() {
    let settable: Vec<CallHandlerKind> = call_handlers().iter().map(|(_, handler, _)| handler.kind()).collect();
    for (text, kind) in [
        ("fabric_subscriber", CallHandlerKind::FabricSubscriber),
        ("sip_gateway", CallHandlerKind::SipGateway),
        ("call_queue", CallHandlerKind::CallQueue),
    ] {
        let body = documented(json!({"call_handler": text}));
        let read: PhoneNumber = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(read.call_handler.as_ref(), Some(&kind));
        assert!(!settable.contains(&kind), "{text}");
        assert_eq!(serde_json::to_value(&read).unwrap(), body);
    }
}

#[test]
fn handlers_that_can_be_set_are_read_as_the_same_kind() {
    for (text, handler, _) in call_handlers() {
        let read: PhoneNumber = serde_json::from_value(documented(json!({"call_handler": text}))).unwrap();
        assert_eq!(read.call_handler, Some(handler.kind()), "{text}");
    }
    for (text, handler, _) in message_handlers() {
        let read: PhoneNumber = serde_json::from_value(documented(json!({"message_handler": text}))).unwrap();
        assert_eq!(read.message_handler, Some(handler.kind()), "{text}");
    }
    let unknown = documented(json!({"call_handler": "relay_pigeon", "message_handler": "relay_script"}));
    let read: PhoneNumber = serde_json::from_value(unknown).unwrap();
    assert!(matches!(read.call_handler, Some(CallHandlerKind::Unknown(_))));
    assert!(matches!(read.message_handler, Some(MessageHandlerKind::Unknown(_))), "no SWML for messages");
}
