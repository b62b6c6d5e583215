//! Partial updates.

use reqwest::Method;
use serde_json::{Value, json};

use super::{TARGET, get, imported_path, send, start};

#[tokio::test]
async fn every_documented_field_is_accepted_and_all_but_five_are_returned() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    let url = "https://example.com/x";
    let mut fields = json!({
        "name": "Main", "call_handler": "relay_connector", "call_receive_mode": "fax", "call_request_url": url,
        "call_request_method": "GET", "call_fallback_url": url, "call_fallback_method": "GET",
        "call_status_callback_url": url, "call_status_callback_method": "GET", "call_laml_application_id": "a",
        "call_dialogflow_agent_id": "b", "call_relay_topic": "t", "call_relay_topic_status_callback_url": url,
        "call_relay_script_url": url, "call_relay_script_url_method": "GET", "call_relay_context": "t",
        "call_relay_context_status_callback_url": url, "call_relay_application": "t", "call_relay_connector_id": "d",
        "call_sip_endpoint_id": TARGET, "call_verto_resource": "e", "call_video_room_id": TARGET,
        "call_ai_agent_id": TARGET, "call_flow_id": TARGET, "call_flow_version": "working_copy",
        "message_handler": "relay_topic", "message_request_url": url, "message_request_method": "GET",
        "message_fallback_url": url, "message_fallback_method": "GET", "message_laml_application_id": "f",
        "message_relay_topic": "m", "message_relay_context": "m", "message_relay_application": "m",
    });
    let (status, updated) = send(&sandbox, Method::PUT, &path, fields.clone()).await;
    assert_eq!(status, 200, "{updated}");
    for hidden in [
        "call_relay_script_url_method",
        "call_ai_agent_id",
        "call_flow_id",
        "call_flow_version",
        "message_relay_application",
    ] {
        fields.as_object_mut().unwrap().remove(hidden);
        assert_eq!(updated.get(hidden), None);
    }
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&updated[name], value, "{name}");
    }
    assert_eq!(updated.as_object().unwrap().len(), 42);
}

#[tokio::test]
async fn an_update_refuses_unknown_fields_and_null() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    let before = get(&sandbox, &path).await;
    for body in [
        json!({"calling_handler_resource_id": TARGET}),
        json!({"number": "+1"}),
        json!({"name": null}),
        json!({"name": 7}),
        json!({"call_request_url": null}),
        json!({"call_handler": "fabric_subscriber"}),
        json!({"call_handler": "sip_gateway"}),
        json!({"call_handler": "call_queue"}),
        json!({"call_handler": "swml"}),
        json!({"message_handler": "relay_script"}),
        json!({"call_receive_mode": "both"}),
        json!({"call_request_method": "PUT"}),
        json!({"call_relay_script_url": "example.com"}),
        json!({"call_request_url": "ftp://example.com"}),
        json!({"call_ai_agent_id": "a1"}),
        json!({"call_flow_version": "1"}),
        json!(["name"]),
    ] {
        let (status, answer) = send(&sandbox, Method::PUT, &path, body.clone()).await;
        assert_eq!((status, answer["errors"].as_array().map(Vec::len)), (422, Some(1)), "{body}");
    }
    assert_eq!(get(&sandbox, &path).await, before);
    let (status, unchanged) = send(&sandbox, Method::PUT, &path, json!({})).await;
    assert_eq!((status, &unchanged["call_request_method"]), (200, &Value::Null));
}

#[tokio::test]
async fn an_update_keeps_fields_of_old_handlers_and_sets_methods() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    let cxml = json!({"name": "A", "call_request_url": "https://example.com/voice.xml", "call_request_method": "GET"});
    let (_, updated) = send(&sandbox, Method::PUT, &path, cxml).await;
    assert!(updated["calling_handler_resource_id"].is_string());
    let swml = json!({"call_handler": "relay_script", "call_relay_script_url": "https://example.com/swml"});
    let (_, both) = send(&sandbox, Method::PUT, &path, swml).await;
    assert_eq!((&both["name"], &both["call_request_url"]), (&updated["name"], &updated["call_request_url"]));
    let methods = ["call_request_method", "call_fallback_method", "call_status_callback_method"];
    assert_eq!(methods.map(|method| both[method].as_str().unwrap()), ["GET", "POST", "POST"]);
    assert!(both["calling_handler_resource_id"].is_string());
    assert_ne!(both["calling_handler_resource_id"], updated["calling_handler_resource_id"]);
    assert_eq!(both["message_request_method"], Value::Null);
    let (_, texts) =
        send(&sandbox, Method::PUT, &path, json!({"message_request_url": "https://example.com/sms"})).await;
    assert_eq!((&texts["message_request_method"], &texts["message_fallback_method"]), (&json!("POST"), &json!("POST")));
    assert_eq!(texts["calling_handler_resource_id"], both["calling_handler_resource_id"]);
}

#[tokio::test]
async fn three_handlers_return_their_target_only_as_the_resource() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    for (handler, pointer) in
        [("ai_agent", "call_ai_agent_id"), ("call_flow", "call_flow_id"), ("video_room", "call_video_room_id")]
    {
        let (_, bare) = send(&sandbox, Method::PUT, &path, json!({"call_handler": handler})).await;
        assert_eq!(bare["calling_handler_resource_id"], Value::Null, "{handler}");
        let (_, updated) = send(&sandbox, Method::PUT, &path, json!({pointer: TARGET})).await;
        assert_eq!(
            (&updated["call_handler"], &updated["calling_handler_resource_id"]),
            (&json!(handler), &json!(TARGET))
        );
        assert_eq!(updated.get(pointer).is_some(), handler == "video_room");
    }
    let (_, topic) =
        send(&sandbox, Method::PUT, &path, json!({"call_handler": "relay_topic", "call_relay_topic": "t"})).await;
    assert_eq!(topic["calling_handler_resource_id"], Value::Null, "nothing is behind a topic");
}

#[tokio::test]
async fn the_relay_names_are_aliases_and_the_application_wins() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    let read = |number: &Value| {
        let fields = ["call_relay_topic", "call_relay_context", "call_relay_application", "message_relay_topic"];
        fields.map(|field| number[field].as_str().map(str::to_owned))
    };
    let (_, one) = send(&sandbox, Method::PUT, &path, json!({"call_relay_context": "c"})).await;
    assert_eq!(read(&one), [Some("c".into()), Some("c".into()), Some("c".into()), None]);
    let several = json!({"call_relay_topic": "t", "call_relay_application": "a", "message_relay_application": "m"});
    let (_, updated) = send(&sandbox, Method::PUT, &path, several).await;
    assert_eq!(read(&updated), [Some("a".into()), Some("a".into()), Some("a".into()), Some("m".into())]);
}
