//! Butter in the sandbox: one check for each documented rule, with plain requests.

mod agents;
mod numbers;

use numport::sandbox::Sandbox;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

const NUMBERS: &str = "/api/phone-numbers";
const INTEGRATIONS: &str = "/api/integrations";
const AGENT: &str = "agent_a1b2c3d4e5f6";
const OTHER_AGENT: &str = "agent_b2c3d4e5f6a7";
const HELD: &str = "+14155552671";

async fn start() -> Sandbox {
    Sandbox::start().await.unwrap()
}

/// A request without the two headers that every call needs.
fn bare(sandbox: &Sandbox, method: Method, path: &str) -> RequestBuilder {
    Client::new().request(method, format!("{}{path}", sandbox.var("BUTTER_BASE_URL").unwrap()))
}

fn request(sandbox: &Sandbox, method: Method, path: &str) -> RequestBuilder {
    let (key, organization) = (sandbox.var("BUTTER_API_KEY"), sandbox.var("BUTTER_ORGANIZATION_ID"));
    bare(sandbox, method, path).header("X-API-Key", key.unwrap()).header("X-Organization-Id", organization.unwrap())
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

async fn send(sandbox: &Sandbox, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = request(sandbox, method, path);
    let json = |request: RequestBuilder| request.header("Content-Type", "application/json").body(body.to_string());
    answer(if body.is_null() { request } else { json(request) }).await
}

async fn get(sandbox: &Sandbox, path: &str) -> Value {
    let (status, answer) = send(sandbox, Method::GET, path, Value::Null).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn post(sandbox: &Sandbox, path: &str, body: Value) -> (u16, Value) {
    send(sandbox, Method::POST, path, body).await
}

fn credentials(sandbox: &Sandbox) -> Value {
    json!({"provider": "twilio", "account_sid": sandbox.twilio().account_sid(), "auth_token": sandbox.twilio().auth_token()})
}

/// The id of an integration.
async fn integrate(sandbox: &Sandbox, credentials: Value) -> String {
    let (status, made) = post(sandbox, INTEGRATIONS, json!({"name": "Main", "credentials": credentials})).await;
    assert_eq!(status, 201, "{made}");
    made["data"]["integration_id"].as_str().unwrap().to_owned()
}

/// The id of a number.
async fn import(sandbox: &Sandbox, body: Value) -> String {
    let (status, made) = post(sandbox, NUMBERS, body).await;
    assert_eq!(status, 201, "{made}");
    made["data"]["phone_number_id"].as_str().unwrap().to_owned()
}

fn sip(number: &str) -> Value {
    json!({"phone_number": number, "provider": "sip"})
}

fn twilio(integration: &str) -> Value {
    json!({"phone_number": HELD, "provider": "twilio", "integration_id": integration})
}

async fn assign(sandbox: &Sandbox, agent: &str, number: &str) -> (u16, Value) {
    post(sandbox, &format!("/api/agents/{agent}/assign-phone-number"), json!({"phone_number_id": number})).await
}

async fn unassign(sandbox: &Sandbox, agent: &str, number: &str) -> (u16, Value) {
    post(sandbox, &format!("/api/agents/{agent}/unassign-phone-number/{number}"), Value::Null).await
}

fn refused(status: u16, detail: &str) -> (u16, Value) {
    (status, json!({"detail": detail}))
}

fn is_id(text: &str, prefix: &str) -> bool {
    let hex = |rest: &str| rest.len() == 12 && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.strip_prefix(prefix).is_some_and(hex)
}

#[tokio::test]
async fn key_and_organization_are_both_needed() {
    let sandbox = start().await;
    let (key, organization) = (sandbox.var("BUTTER_API_KEY").unwrap(), sandbox.var("BUTTER_ORGANIZATION_ID").unwrap());
    let request = || bare(&sandbox, Method::GET, NUMBERS);
    for keyless in [request(), request().header("X-API-Key", "wrong"), request().bearer_auth(&key)] {
        let keyless = keyless.header("X-Organization-Id", &organization);
        assert_eq!(answer(keyless).await, refused(401, "Invalid API key"));
    }
    let (status, refusal) = answer(request().header("X-API-Key", &key)).await;
    assert_eq!((status, &refusal["detail"][0]["loc"]), (422, &json!(["header", "X-Organization-Id"])));
    let another = request().header("X-API-Key", &key).header("X-Organization-Id", "org_other");
    assert_eq!(answer(another).await.0, 403);
    get(&sandbox, NUMBERS).await;
    let requests = sandbox.requests();
    assert_eq!(requests.iter().map(|entry| entry.status).collect::<Vec<_>>(), [401, 401, 401, 422, 403, 200].map(Some));
    assert!(requests.iter().all(|entry| entry.service.as_str() == "butter"));
}

#[tokio::test]
async fn responses_about_an_integration_omit_its_credentials() {
    let sandbox = start().await;
    let (status, made) =
        post(&sandbox, INTEGRATIONS, json!({"name": "Main", "credentials": credentials(&sandbox)})).await;
    let (id, time) = (made["data"]["integration_id"].as_str().unwrap(), &made["data"]["created_at"]);
    let mut data = json!({
        "integration_id": id, "client_id": sandbox.var("BUTTER_ORGANIZATION_ID"), "name": "Main", "provider": "twilio",
        "category": "telephony", "status": "active", "created_at": time, "updated_at": time,
    });
    let expected = json!({"success": true, "message": "Integration created successfully", "data": data});
    assert_eq!((status, &made), (201, &expected));
    let path = format!("{INTEGRATIONS}/{id}");
    let (status, updated) = send(&sandbox, Method::PUT, &path, json!({"name": "Other"})).await;
    assert_eq!((status, &updated["message"]), (200, &json!("Integration updated successfully")));
    data["name"] = json!("Other");
    data["updated_at"] = updated["data"]["updated_at"].clone();
    assert_eq!(updated["data"], data);
    let (status, deleted) = send(&sandbox, Method::DELETE, &path, Value::Null).await;
    assert_eq!((status, &deleted["message"]), (200, &json!("Integration deleted successfully")));
    assert_eq!(deleted["data"], data, "what was deleted, still active");
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(send(&sandbox, method.clone(), &path, json!({})).await, refused(404, "Integration not found"));
        let anothers = send(&sandbox, method, &format!("{INTEGRATIONS}/intg_f00000000000"), json!({})).await;
        assert_eq!(anothers, refused(403, "Integration belongs to different organization"));
    }
}

#[tokio::test]
async fn invalid_fields_of_an_integration_are_422_with_their_path() {
    let sandbox = start().await;
    let login = credentials(&sandbox);
    let path = format!("{INTEGRATIONS}/{}", integrate(&sandbox, login.clone()).await);
    for (body, kind, place) in [
        (json!({"credentials": login}), "missing", json!(["body", "name"])),
        (json!({"name": "", "credentials": login}), "value_error", json!(["body", "name"])),
        (json!({"name": "x".repeat(101), "credentials": login}), "value_error", json!(["body", "name"])),
        (json!({"name": "x"}), "missing", json!(["body", "credentials"])),
        (json!({"name": "x", "credentials": "x"}), "value_error", json!(["body", "credentials"])),
        (
            json!({"name": "x", "credentials": login, "provider": "twilio"}),
            "extra_forbidden",
            json!(["body", "provider"]),
        ),
    ] {
        let (status, refusal) = post(&sandbox, INTEGRATIONS, body).await;
        assert_eq!((status, &refusal["detail"][0]["type"], &refusal["detail"][0]["loc"]), (422, &json!(kind), &place));
    }
    for (field, value, kind) in [
        ("provider", json!("vonage"), "value_error"),
        ("account_sid", json!(""), "value_error"),
        ("auth_token", json!(7), "value_error"),
        ("api_key", json!("x"), "extra_forbidden"),
    ] {
        let mut login = login.clone();
        login[field] = value;
        let (status, refusal) = send(&sandbox, Method::PUT, &path, json!({"credentials": login})).await;
        let place = json!(["body", "credentials", field]);
        assert_eq!((status, &refusal["detail"][0]["type"], &refusal["detail"][0]["loc"]), (422, &json!(kind), &place));
    }
    let (status, refusal) = post(&sandbox, INTEGRATIONS, json!({})).await;
    assert_eq!((status, refusal["detail"].as_array().unwrap().len()), (422, 2), "every fault is told");
}

#[tokio::test]
async fn an_integration_in_use_is_not_deleted() {
    let sandbox = start().await;
    let integration = integrate(&sandbox, credentials(&sandbox)).await;
    import(&sandbox, twilio(&integration)).await;
    let (status, refusal) = send(&sandbox, Method::DELETE, &format!("{INTEGRATIONS}/{integration}"), Value::Null).await;
    assert_eq!((status, refusal["detail"].as_str().unwrap().contains(HELD)), (409, true));
    assert_eq!(send(&sandbox, Method::PUT, &format!("{INTEGRATIONS}/{integration}"), json!({})).await.0, 200);
}

#[tokio::test]
async fn undocumented_paths_are_404() {
    let sandbox = start().await;
    let number = import(&sandbox, sip("+15559876543")).await;
    let (by_id, integration) = (format!("{NUMBERS}/{number}"), integrate(&sandbox, credentials(&sandbox)).await);
    let integration = format!("{INTEGRATIONS}/{integration}");
    for (method, path) in [
        (Method::GET, by_id.as_str()),
        (Method::PUT, &by_id),
        (Method::DELETE, &by_id),
        (Method::GET, INTEGRATIONS),
        (Method::GET, &integration),
        (Method::GET, "/api/agents"),
        (Method::GET, "/x"),
    ] {
        assert_eq!(send(&sandbox, method, path, Value::Null).await, refused(404, "Not Found"), "{path}");
    }
}
