//! Assignments of numbers to agents.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    AGENT, HELD, INTEGRATIONS, NUMBERS, OTHER_AGENT, assign, credentials, get, import, integrate, post, refused, send,
    sip, start, twilio, unassign,
};

#[tokio::test]
async fn assigning_turns_inbound_on_and_takes_over_at_twilio() {
    let sandbox = start().await;
    let integration = integrate(&sandbox, credentials(&sandbox)).await;
    let number = import(&sandbox, twilio(&integration)).await;
    let (status, assigned) = assign(&sandbox, AGENT, &number).await;
    let time = &assigned["data"]["updated_at"];
    let data = json!({
        "agent_id": AGENT, "agent_name": "Sales Rep", "assigned_phone_number_ids": [number], "updated_at": time,
    });
    let expected = json!({"success": true, "message": "Phone number assigned successfully", "data": data});
    assert_eq!((status, time.is_string(), &assigned), (200, true, &expected));
    let item = &get(&sandbox, NUMBERS).await["data"][0];
    assert_eq!((&item["status"], &item["assigned_agent_id"]), (&json!("assigned"), &json!(AGENT)));
    assert_eq!((&item["supports_inbound"], &item["supports_outbound"]), (&json!(true), &json!(false)));
    assert!(sandbox.twilio().voice_url(&HELD.parse().unwrap()).unwrap().contains("butter"));
}

#[tokio::test]
async fn an_assignment_returns_the_documented_statuses() {
    let sandbox = start().await;
    let number = import(&sandbox, sip("+15559876543")).await;
    assert_eq!(assign(&sandbox, "agent_0123456789ab", &number).await, refused(404, "Agent not found"));
    assert_eq!(assign(&sandbox, "agent_f00000000000", &number).await, refused(403, "Access denied to agent"));
    assert_eq!(assign(&sandbox, AGENT, "phon_0123456789ab").await, refused(404, "Phone number not found"));
    assert_eq!(assign(&sandbox, AGENT, "phon_f00000000000").await, refused(403, "Access denied to phone number"));
    let path = format!("/api/agents/{AGENT}/assign-phone-number");
    for (body, kind, place) in [
        (json!({}), "missing", json!(["body", "phone_number_id"])),
        (json!({"phone_number_id": 7}), "value_error", json!(["body", "phone_number_id"])),
        (json!({"phone_number_id": number, "x": 1}), "extra_forbidden", json!(["body", "x"])),
    ] {
        let (status, refusal) = post(&sandbox, &path, body).await;
        assert_eq!((status, &refusal["detail"][0]["type"], &refusal["detail"][0]["loc"]), (422, &json!(kind), &place));
    }
    assert_eq!(assign(&sandbox, AGENT, &number).await.0, 200);
    for agent in [AGENT, OTHER_AGENT] {
        assert_eq!(assign(&sandbox, agent, &number).await, refused(409, "Phone number already assigned"));
    }
}

#[tokio::test]
async fn an_assignment_fails_when_twilio_does_not_have_the_number() {
    let sandbox = start().await;
    let mut login = credentials(&sandbox);
    login["auth_token"] = json!("wrong");
    let integration = integrate(&sandbox, login).await;
    let number = import(&sandbox, twilio(&integration)).await;
    assert_eq!(assign(&sandbox, AGENT, &number).await.0, 400);
    assert_eq!(get(&sandbox, NUMBERS).await["data"][0]["status"], "free");
    let put = json!({"credentials": credentials(&sandbox)});
    send(&sandbox, Method::PUT, &format!("{INTEGRATIONS}/{integration}"), put).await;
    assert_eq!(assign(&sandbox, AGENT, &number).await.0, 200, "an update gives new credentials");
}

#[tokio::test]
async fn an_unassignment_keeps_the_agents_other_numbers() {
    let sandbox = start().await;
    let kept = import(&sandbox, sip("+15559876543")).await;
    let number = import(&sandbox, sip("+15559876544")).await;
    assign(&sandbox, AGENT, &kept).await;
    let (_, two) = assign(&sandbox, AGENT, &number).await;
    assert_eq!(two["data"]["assigned_phone_number_ids"], json!([kept, number]));
    assert_eq!(unassign(&sandbox, "agent_0123456789ab", &number).await, refused(404, "Agent not found"));
    assert_eq!(unassign(&sandbox, "agent_f00000000000", &number).await, refused(403, "Access denied to agent"));
    for (agent, id) in [(OTHER_AGENT, number.as_str()), (AGENT, "phon_0123456789ab")] {
        assert_eq!(unassign(&sandbox, agent, id).await, refused(400, "Phone number not assigned to this agent"));
    }
    let (status, freed) = unassign(&sandbox, AGENT, &number).await;
    assert_eq!((status, &freed["message"]), (200, &json!("Phone number unassigned successfully")));
    assert_eq!(freed["data"]["assigned_phone_number_ids"], json!([kept]));
    let item = &get(&sandbox, NUMBERS).await["data"][0];
    assert_eq!((&item["status"], &item["assigned_agent_id"]), (&json!("free"), &Value::Null));
    assert_eq!(unassign(&sandbox, AGENT, &number).await.0, 400);
    assert_eq!(assign(&sandbox, OTHER_AGENT, &number).await.0, 200);
}
