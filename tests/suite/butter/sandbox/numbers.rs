//! Imports and the list.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    AGENT, HELD, NUMBERS, answer, assign, credentials, get, import, integrate, is_id, post, refused, request, send,
    sip, start, twilio,
};

#[tokio::test]
async fn an_import_and_the_list_return_different_objects() {
    let sandbox = start().await;
    let integration = integrate(&sandbox, credentials(&sandbox)).await;
    let mut body = twilio(&integration);
    body["supports_outbound"] = json!(true);
    let (status, made) = post(&sandbox, NUMBERS, body).await;
    let (id, time) = (made["data"]["phone_number_id"].as_str().unwrap(), made["data"]["created_at"].as_str().unwrap());
    assert!(is_id(id, "phon_") && is_id(&integration, "intg_"), "{id} {integration}");
    assert_eq!((time.len(), time.ends_with('Z')), ("2024-01-15T10:30:00Z".len(), true));
    let data = json!({
        "phone_number_id": id, "phone_number": HELD, "provider": "twilio", "status": "free",
        "supports_inbound": false, "supports_outbound": true, "integration_id": integration, "created_at": time,
        "updated_at": time,
    });
    let message = "Phone number imported successfully with twilio";
    assert_eq!((status, &made), (201, &json!({"success": true, "message": message, "data": data})));
    let item = json!({
        "phone_number_id": id, "phone_number": HELD, "provider": "twilio", "status": "free",
        "supports_inbound": false, "supports_outbound": true, "assigned_agent_id": null, "created_at": time,
    });
    let pagination = json!({"next_cursor": null, "has_more": false, "page_size": 1, "total_count": 1});
    assert_eq!(get(&sandbox, NUMBERS).await, json!({"success": true, "data": [item], "pagination": pagination}));
    assert!(
        sandbox.twilio().voice_url(&HELD.parse().unwrap()).unwrap().contains("demo"),
        "only an assignment takes over"
    );
}

#[tokio::test]
async fn a_sip_import_needs_no_integration_and_returns_no_password() {
    let sandbox = start().await;
    let body = json!({
        "phone_number": "+15559876543", "provider": "sip", "supports_inbound": true, "supports_outbound": true,
        "sip_trunk_name": "my-trunk", "sip_server_address": "sip.example.com", "sip_username": "user",
        "sip_password": "hidden-word", "inbound_room_name": "room", "inbound_pin": "1234",
        "media_encryption": "require",
    });
    let (status, made) = post(&sandbox, NUMBERS, body).await;
    assert_eq!((status, &made["message"]), (201, &json!("Phone number imported successfully with sip")));
    assert_eq!((&made["data"]["supports_inbound"], &made["data"]["supports_outbound"]), (&json!(true), &json!(true)));
    assert_eq!(made["data"]["integration_id"], Value::Null);
    assert!(!made.to_string().contains("hidden-word"));
    let (_, plain) = post(&sandbox, NUMBERS, sip("+15559876544")).await;
    assert_eq!(
        (&plain["data"]["supports_inbound"], &plain["data"]["supports_outbound"]),
        (&json!(false), &json!(false))
    );
    for pin in ["1234567890", "abcd"] {
        let mut body = sip(if pin == "abcd" { "+15559876545" } else { "+15559876546" });
        body["inbound_pin"] = json!(pin);
        import(&sandbox, body).await;
    }
}

#[tokio::test]
async fn invalid_imports_are_400() {
    let sandbox = start().await;
    let integration = integrate(&sandbox, credentials(&sandbox)).await;
    for (fields, detail) in [
        (json!({"provider": "vonage"}), "provider must be one of the following values: twilio, sip"),
        (json!({"provider": null}), "provider must be one of the following values: twilio, sip"),
        (json!({"provider": "twilio"}), "integration_id should not be empty"),
        (
            json!({"provider": "twilio", "integration_id": integration, "sip_username": "u"}),
            "property sip_username should not exist",
        ),
        (json!({"integration_id": integration}), "property integration_id should not exist"),
        (json!({"label": "x"}), "property label should not exist"),
        (json!({"supports_inbound": null}), "supports_inbound must be a boolean value"),
        (json!({"supports_outbound": true}), "sip_server_address is required when supports_outbound is true"),
        (json!({"inbound_pin": "123"}), "inbound_pin must be a string of 4 to 10 characters"),
        (json!({"inbound_pin": "12345678901"}), "inbound_pin must be a string of 4 to 10 characters"),
        (
            json!({"media_encryption": "on"}),
            "media_encryption must be one of the following values: disable, allow, require",
        ),
    ] {
        let mut body = sip("+15559876543");
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(post(&sandbox, NUMBERS, body).await, refused(400, detail));
    }
    assert_eq!(
        post(&sandbox, NUMBERS, json!({"provider": "sip"})).await,
        refused(400, "phone_number should not be empty")
    );
    assert_eq!(post(&sandbox, NUMBERS, sip("15559876543")).await.0, 400, "not E.164");
    assert_eq!(get(&sandbox, NUMBERS).await["data"], json!([]));
    let untyped = request(&sandbox, Method::POST, NUMBERS).body(sip("+15559876543").to_string());
    assert_eq!(answer(untyped).await.1["detail"][0]["type"], "json_invalid", "it is not said to be JSON");
}

#[tokio::test]
async fn an_import_needs_an_own_integration_and_a_new_number() {
    let sandbox = start().await;
    let unknown = post(&sandbox, NUMBERS, twilio("intg_0123456789ab")).await;
    assert_eq!(unknown, refused(404, "Integration not found"));
    let anothers = post(&sandbox, NUMBERS, twilio("intg_f00000000000")).await;
    assert_eq!(anothers, refused(403, "Integration belongs to different organization"));
    import(&sandbox, sip(HELD)).await;
    let integration = integrate(&sandbox, credentials(&sandbox)).await;
    for again in [sip(HELD), twilio(&integration)] {
        assert_eq!(post(&sandbox, NUMBERS, again).await, refused(409, "Phone number already exists"));
    }
}

#[tokio::test]
async fn the_list_is_newest_first_filtered_and_paged() {
    let sandbox = start().await;
    let mut ids = Vec::new();
    for nth in 0..51 {
        ids.push(import(&sandbox, sip(&format!("+155598765{nth:02}"))).await);
    }
    let page = get(&sandbox, NUMBERS).await;
    assert_eq!(page["data"][0]["phone_number_id"], json!(ids[50]));
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    let told = json!({"next_cursor": cursor, "has_more": true, "page_size": 50, "total_count": 51});
    assert_eq!(page["pagination"], told);
    import(&sandbox, sip("+15550000000")).await;
    let query: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    let last = get(&sandbox, &format!("{NUMBERS}?cursor={query}")).await;
    assert_eq!(last["data"].as_array().unwrap().len(), 1, "a newer number does not shift the page");
    assert_eq!(last["data"][0]["phone_number_id"], json!(ids[0]));
    assert_eq!(last["pagination"], json!({"next_cursor": null, "has_more": false, "page_size": 1, "total_count": 52}));
    assign(&sandbox, AGENT, &ids[7]).await;
    let assigned = get(&sandbox, &format!("{NUMBERS}?status=assigned")).await;
    assert_eq!(
        (&assigned["data"][0]["phone_number_id"], &assigned["pagination"]["total_count"]),
        (&json!(ids[7]), &json!(1))
    );
    assert_eq!(get(&sandbox, &format!("{NUMBERS}?status=free")).await["pagination"]["total_count"], 51);
    for (query, place) in [("status=busy", "status"), ("status=", "status"), ("cursor=x", "cursor")] {
        let (status, refusal) = send(&sandbox, Method::GET, &format!("{NUMBERS}?{query}"), Value::Null).await;
        assert_eq!((status, &refusal["detail"][0]["loc"]), (422, &json!(["query", place])));
    }
}
