//! The sandbox's LiveKit, by requests that the clients do not send.

use futures_util::TryStreamExt;
use numport::http::SignedToken;
use numport::platform::livekit::{
    InboundTrunk, ListNumbers, ListTrunks, LiveKit, NumberKey, NumberStatus, OutboundTrunk, PurchaseNumbers, Rule,
    SearchNumbers,
};
use numport::sandbox::Sandbox;
use reqwest::Method;
use serde_json::{Value, json};

use super::endpoints::{NUMBER, list};
use crate::services::livekit::subject::SUBJECT;

async fn send(sandbox: &Sandbox, method: &str, body: Value) -> (u16, Value) {
    let target = format!("/twirp/livekit.SIP/{method}");
    let answer = SUBJECT.api.request(sandbox, Method::POST, &target).header("content-type", "application/json");
    let answer = answer.body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_token_needs_a_signature_a_time_and_a_grant() {
    let sandbox = Sandbox::start().await.unwrap();
    let (url, key) = (sandbox.var("LIVEKIT_URL").unwrap(), sandbox.var("LIVEKIT_API_KEY").unwrap());
    let secret = sandbox.var("LIVEKIT_API_SECRET").unwrap();
    let token = |key: &str, secret: &str| SignedToken::new(key, secret);
    let admin = |token: SignedToken| token.claim("sip", json!({"admin": true}));
    for (token, status) in [
        (admin(token(&key, &secret)), 200),
        (admin(token(&key, "another-secret")), 401),
        (admin(token("APIother", &secret)), 401),
        (admin(token(&key, &secret)).life(std::time::Duration::ZERO), 401),
        (token(&key, &secret), 403),
    ] {
        let request = reqwest::Client::new().post(format!("{url}/twirp/livekit.SIP/ListSIPInboundTrunk"));
        let request = request.bearer_auth(token.sign().unwrap()).header("content-type", "application/json");
        assert_eq!(request.body("{}").send().await.unwrap().status().as_u16(), status, "{token:?}");
    }
}

#[tokio::test]
async fn the_same_calls_twice_are_refused_inbound_and_not_outbound() {
    let sandbox = Sandbox::start().await.unwrap();
    let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
    let inbound = |number: &str| InboundTrunk::new().numbers(list(&[number]));
    livekit.create_inbound_trunk(&inbound(NUMBER)).await.unwrap();
    // Addresses play no part, and neither does the spelling.
    let again = inbound("1-415-555-2671").allowed_addresses(list(&["203.0.113.8"]));
    let error = livekit.create_inbound_trunk(&again).await.unwrap_err();
    assert!(error.report().contains("Conflicting inbound SIP Trunks"), "{}", error.report());
    livekit.create_inbound_trunk(&inbound(NUMBER).allowed_numbers(list(&["+14155550100"]))).await.unwrap();
    let outbound = OutboundTrunk::new("example.com", list(&[NUMBER]));
    for _ in 0..2 {
        livekit.create_outbound_trunk(&outbound).await.unwrap();
    }
    let all: Vec<_> = livekit.outbound_trunks(ListTrunks::new()).try_collect().await.unwrap();
    assert_eq!(all.len(), 2);
}

#[tokio::test]
async fn bodies_are_read_in_both_spellings_and_must_be_wrapped() {
    let sandbox = Sandbox::start().await.unwrap();
    let create = "CreateSIPInboundTrunk";
    let (status, made) = send(&sandbox, create, json!({"trunk": {"numbers": [NUMBER], "allowedAddresses": []}})).await;
    assert_eq!((status, &made["media"]), (200, &Value::Null));
    for body in [
        json!({"name": "flat", "numbers": [NUMBER]}),
        json!({"trunk": {"numbers": ["+14155552672"], "nmae": "x"}}),
        json!({"trunk": {}}),
    ] {
        let (status, refused) = send(&sandbox, create, body).await;
        assert_eq!((status, &refused["code"]), (400, &json!("invalid_argument")), "{refused}");
    }
    let id = made["sip_trunk_id"].as_str().unwrap();
    // A replacement clears what it does not contain; an update does not.
    let update = json!({"sip_trunk_id": id, "update": {"name": "Desk", "auth_username": "u", "auth_password": "p"}});
    assert_eq!(send(&sandbox, "UpdateSIPInboundTrunk", update).await.1["auth_password"], "p");
    let replace = json!({"sip_trunk_id": id, "replace": {"numbers": [NUMBER]}});
    assert_eq!(send(&sandbox, "UpdateSIPInboundTrunk", replace.clone()).await.1["auth_password"], "");
    let mut both = replace;
    both["update"] = json!({"name": "x"});
    assert_eq!(send(&sandbox, "UpdateSIPInboundTrunk", both).await.0, 400);
    // An id without a trunk is null in its place.
    let (_, listed) = send(&sandbox, "ListSIPInboundTrunk", json!({"trunk_ids": ["ST_none", id]})).await;
    assert!(listed["items"][0].is_null() && listed["items"][1].is_object(), "{listed}");
    assert_eq!(send(&sandbox, "NoSuchMethod", json!({})).await.1["code"], "bad_route");
}

#[tokio::test]
async fn numbers_are_sold_attached_and_given_up() {
    let sandbox = Sandbox::builder().max_page_size(1).start().await.unwrap();
    let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
    let found = livekit.search_numbers(&SearchNumbers::new("US").area_code("415")).await.unwrap();
    assert!(found.next_page_token.is_some());
    let numbers = list(&["+14155550190", "+14155550191"]);
    let bought = livekit.purchase_numbers(&PurchaseNumbers::new(numbers)).await.unwrap();
    assert_eq!(bought[0].status, Some(NumberStatus::Offline));
    assert!(livekit.purchase_numbers(&PurchaseNumbers::new(list(&["+14155550190"]))).await.unwrap_err().is_not_found());
    let rule = numport::platform::livekit::DispatchRule::new(Rule::individual("call-"));
    let rule = livekit.create_dispatch_rule(&rule).await.unwrap().sip_dispatch_rule_id.unwrap();
    let key = NumberKey::Number("+14155550190".into());
    let attached = livekit.update_number(&key, &rule).await.unwrap().unwrap();
    assert_eq!((attached.status, attached.sip_dispatch_rule_ids), (Some(NumberStatus::Active), Some(vec![rule])));
    let all: Vec<_> = livekit.numbers(ListNumbers::new()).try_collect().await.unwrap();
    assert_eq!(all.len(), 2);
    livekit.release_numbers(std::slice::from_ref(&key)).await.unwrap();
    assert!(livekit.get_number(&key).await.unwrap_err().is_not_found());
}
