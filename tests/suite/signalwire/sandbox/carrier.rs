//! Requests that the carrier takes part in: sales, emergency addresses, caller names.

use reqwest::Method;
use serde_json::{Value, json};

use super::{NUMBERS, TARGET, get, imported_path, invalid, plain, send, start};

#[tokio::test]
async fn a_search_follows_the_documented_rules() {
    let sandbox = start().await;
    let path = format!("{NUMBERS}/search");
    let offers = |answer: &Value| -> Vec<String> {
        answer["data"].as_array().unwrap().iter().map(|offer| offer["e164"].as_str().unwrap().to_owned()).collect()
    };
    for (query, found) in [
        ("", 4),
        ("number_type=local", 4),
        ("number_type=toll-free", 1),
        ("areacode=512", 1),
        ("starts_with=7135", 1),
        ("contains=5550", 4),
        ("ends_with=0188", 1),
        ("ends_with=512", 0),
        ("region=tx", 2),
        ("region=TX&city=Austin", 1),
        ("max_results=2", 2),
    ] {
        let (status, answer) = get(&sandbox, &format!("{path}?{query}")).await;
        assert_eq!((status, offers(&answer).len()), (200, found), "{query}");
    }
    assert_eq!(get(&sandbox, &format!("{path}?number_type=longcode")).await, plain(400, "Bad Request"));
    for bad in [
        "starts_with=51",
        "contains=12345678",
        "ends_with=01x",
        "starts_with=512&contains=555",
        "city=Austin",
        "region=Texas",
        "number_type=toll-free&region=TX",
        "max_results=101",
        "max_results=0",
    ] {
        let (status, answer) = get(&sandbox, &format!("{path}?{bad}")).await;
        assert_eq!((status, answer["errors"].as_array().map(Vec::len)), (422, Some(1)), "{bad}");
    }
    let (_, austin) = get(&sandbox, &format!("{path}?areacode=512")).await;
    let offer = json!({
        "e164": "+15125550123", "national_number_formatted": "(512) 555-0123",
        "international_number_formatted": "+1 512-555-0123", "rate_center": "AUSTIN", "region": "TX",
        "country_code": "US", "capabilities": ["voice", "fax", "sms", "mms"],
    });
    assert_eq!(austin, json!({"data": [offer]}));
}

#[tokio::test]
async fn a_purchase_returns_200_and_cannot_be_released_immediately() {
    let sandbox = start().await;
    let body = json!({"number": "+15125550123", "number_type": "local"});
    let (status, bought) = send(&sandbox, Method::POST, NUMBERS, body.clone()).await;
    assert_eq!((status, &bought["number"], &bought["country_code"]), (200, &json!("+15125550123"), &json!("US")));
    assert_eq!((&bought["number_type"], &bought["call_handler"]), (&json!("longcode"), &json!("laml_webhooks")));
    assert!(bought["next_billed_at"].as_str() > bought["created_at"].as_str());
    assert_eq!(bought.as_object().unwrap().len(), 42);
    assert_eq!(get(&sandbox, &format!("{NUMBERS}/search?areacode=512")).await.1, json!({"data": []}));
    let (status, again) = send(&sandbox, Method::POST, NUMBERS, body).await;
    assert_eq!((status, &again["errors"][0]["detail"]), (422, &Value::Null), "no reason is given");
    let (_, free) = send(&sandbox, Method::POST, NUMBERS, json!({"number": "+18885550142"})).await;
    assert_eq!(free["number_type"], "toll-free");
    for bad in
        [json!({}), json!({"number": "+14165550188", "number_type": "toll-free"}), json!({"number": "+1", "x": 1})]
    {
        assert!(send(&sandbox, Method::POST, NUMBERS, bad).await.1["errors"][0]["detail"].is_string());
    }
    let path = format!("{NUMBERS}/{}", bought["id"].as_str().unwrap());
    let (status, refusal) = send(&sandbox, Method::DELETE, &path, Value::Null).await;
    assert_eq!((status, &refusal["errors"][0]["code"]), (422, &json!("purchased_too_recently")));
    assert_eq!(get(&sandbox, &path).await.0, 200);
}

#[tokio::test]
async fn an_emergency_address_waits_for_the_carrier() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    let address = format!("{path}/e911_address");
    let state = |(_, number): (u16, Value)| (number["e911_status"].clone(), number["e911_address_id"].clone());
    assert_eq!(send(&sandbox, Method::DELETE, &address, Value::Null).await, invalid("E911 status must be active"));
    for bad in [json!({}), json!({"e911_address_id": "a1"}), json!({"e911_address_id": TARGET, "label": "x"})] {
        assert_eq!(send(&sandbox, Method::POST, &address, bad).await.0, 422);
    }
    let assigned = send(&sandbox, Method::POST, &address, json!({"e911_address_id": TARGET})).await;
    assert_eq!((assigned.0, assigned.1.as_object().unwrap().len()), (200, 42));
    assert_eq!(state(assigned), (json!("pending"), json!(TARGET)));
    assert_eq!(state(get(&sandbox, &path).await), (json!("active"), json!(TARGET)));
    let removed = send(&sandbox, Method::DELETE, &address, Value::Null).await;
    assert_eq!(state(removed), (json!("pending_removal"), json!(TARGET)));
    assert_eq!(state(get(&sandbox, &path).await), (json!("unregistered"), Value::Null));
    assert_eq!(send(&sandbox, Method::DELETE, &address, Value::Null).await.0, 422);
}

#[tokio::test]
async fn a_caller_name_is_requested_and_then_applied() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    let name = format!("{path}/cnam");
    assert_eq!(get(&sandbox, &name).await, plain(404, "Not Found"), "none was ever asked for");
    assert_eq!(send(&sandbox, Method::DELETE, &name, Value::Null).await.0, 422, "there is none");
    for bad in [json!({}), json!({"name": " "}), json!({"name": "x".repeat(16)}), json!({"name": "A", "x": 1})] {
        assert_eq!(send(&sandbox, Method::POST, &name, bad).await.0, 422);
    }
    let (status, asked) = send(&sandbox, Method::POST, &name, json!({"name": " Acme   Plumbing "})).await;
    assert_eq!((status, &asked["name"], &asked["status"]), (201, &json!("ACME PLUMBING"), &json!("pending")));
    assert_eq!((&asked["type"], path.ends_with(asked["phone_number_id"].as_str().unwrap())), (&json!("cnam"), true));
    let (_, read) = get(&sandbox, &name).await;
    assert_eq!((&read["id"], &read["status"]), (&asked["id"], &json!("approved")));
    assert_eq!(get(&sandbox, &path).await.1["cnam"], "ACME PLUMBING");
    let (status, again) = send(&sandbox, Method::POST, &name, json!({"name": "acme plumbing"})).await;
    assert_eq!((status, again), (201, read), "an approved name is not reviewed again");
    assert_eq!(send(&sandbox, Method::DELETE, &name, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&sandbox, &path).await.1["cnam"], Value::Null);
}
