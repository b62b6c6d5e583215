//! SignalWire in the sandbox: one check for each documented rule, with plain requests.

mod carrier;
mod imports;
mod updates;

use numport::sandbox::Sandbox;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

const NUMBERS: &str = "/api/relay/rest/phone_numbers";
const IMPORT: &str = "/api/relay/rest/imported_phone_numbers";
const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";
const TARGET: &str = "fe4093d9-58c2-4931-b4b9-5679f82652c6";
/// The fields that an import leaves unset.
const NULLS: &str = "name e911_address_id e911_status cnam next_billed_at calling_handler_resource_id
    call_request_url call_request_method call_fallback_url call_fallback_method call_status_callback_url
    call_status_callback_method call_laml_application_id call_dialogflow_agent_id call_relay_topic
    call_relay_topic_status_callback_url call_relay_script_url call_relay_context
    call_relay_context_status_callback_url call_relay_application call_relay_connector_id call_sip_endpoint_id
    call_verto_resource call_video_room_id messaging_handler_resource_id message_request_url message_request_method
    message_fallback_url message_fallback_method message_laml_application_id message_relay_topic
    message_relay_context country_code";

async fn start() -> Sandbox {
    Sandbox::start().await.unwrap()
}

fn request(sandbox: &Sandbox, method: Method, path: &str) -> RequestBuilder {
    let base = sandbox.var("SIGNALWIRE_BASE_URL").unwrap();
    let (project, token) = (sandbox.var("SIGNALWIRE_PROJECT_ID"), sandbox.var("SIGNALWIRE_API_TOKEN"));
    Client::new().request(method, format!("{base}{path}")).basic_auth(project.unwrap(), token)
}

/// The status and the body, which is null if it is empty.
async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let (status, typed) = (response.status().as_u16(), response.headers().contains_key("content-type"));
    let text = response.text().await.unwrap();
    assert_eq!((typed, text.is_empty()), (status != 204, status == 204), "{status}");
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

async fn send(sandbox: &Sandbox, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = request(sandbox, method, path).header("content-type", "application/json");
    answer(if body.is_null() { request } else { request.body(body.to_string()) }).await
}

async fn get(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    send(sandbox, Method::GET, path, Value::Null).await
}

async fn import(sandbox: &Sandbox, number: &str) -> Value {
    let (status, made) =
        send(sandbox, Method::POST, IMPORT, json!({"number": number, "number_type": "longcode"})).await;
    assert_eq!(status, 201, "{made}");
    made
}

async fn imported_path(sandbox: &Sandbox) -> String {
    format!("{NUMBERS}/{}", import(sandbox, "+49152234333323").await["id"].as_str().unwrap())
}

fn plain(status: u16, text: &str) -> (u16, Value) {
    (status, json!({"error": text}))
}

fn invalid(detail: &str) -> (u16, Value) {
    (422, json!({"errors": [{"detail": detail, "status": "422", "title": "Invalid Attribute", "code": "422"}]}))
}

fn numbers(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|number| number["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_variables_name_a_project_and_a_space() {
    let sandbox = start().await;
    let bases: Vec<&str> = sandbox.vars().iter().map(|(name, _)| *name).filter(|name| name.ends_with("_URL")).collect();
    let order: Vec<&str> = crate::services::apis().map(|api| api.base_url).collect();
    assert_eq!(bases, order);
    assert_eq!(sandbox.var("SIGNALWIRE_SPACE").as_deref(), Some("sandbox"));
    assert_eq!(
        sandbox.var("SIGNALWIRE_PROJECT_ID").unwrap().split('-').map(str::len).collect::<Vec<_>>(),
        [8, 4, 4, 4, 12]
    );
}

#[tokio::test]
async fn project_and_token_must_both_be_right() {
    let sandbox = start().await;
    let (project, token) =
        (sandbox.var("SIGNALWIRE_PROJECT_ID").unwrap(), sandbox.var("SIGNALWIRE_API_TOKEN").unwrap());
    let url = format!("{}{NUMBERS}", sandbox.var("SIGNALWIRE_BASE_URL").unwrap());
    let request = || Client::new().get(&url);
    for wrong in [
        request(),
        request().bearer_auth(&token),
        request().basic_auth(&project, Some("wrong")),
        request().basic_auth(NOBODY, Some(&token)),
    ] {
        assert_eq!(answer(wrong).await, plain(401, "Unauthorized"));
    }
    assert_eq!(answer(request().basic_auth(&project, Some(&token))).await.0, 200);
    assert_eq!(
        sandbox.requests().iter().map(|entry| entry.status).collect::<Vec<_>>(),
        [401, 401, 401, 401, 200].map(Some)
    );
    assert!(sandbox.requests().iter().all(|entry| entry.service.as_str() == "signalwire"));
}

#[tokio::test]
async fn the_list_is_newest_first_with_pages() {
    let sandbox = start().await;
    for number in ["+14155550101", "+14155550102", "+442071838750"] {
        import(&sandbox, number).await;
    }
    let (_, all) = get(&sandbox, NUMBERS).await;
    assert_eq!(numbers(&all), ["+442071838750", "+14155550102", "+14155550101"]);
    let first = "/api/relay/rest/phone_numbers?page_number=0&page_size=50";
    assert_eq!(all["links"], json!({"self": first, "first": first}));
    let (_, page) = get(&sandbox, &format!("{NUMBERS}?page_size=1&filter_number=%2B1415")).await;
    assert_eq!(numbers(&page), ["+14155550102"]);
    let next = page["links"]["next"].as_str().unwrap();
    let (_, last) = get(&sandbox, next).await;
    assert_eq!((numbers(&last), &last["links"]["self"]), (vec!["+14155550101"], &json!(next)));
    assert_eq!((last["links"].get("next"), &last["links"]["prev"]), (None, &page["links"]["self"]));
    let token = next.split("page_token=").nth(1).unwrap();
    for bad in [
        "page_number=1",
        "page_number=1&page_token=PA0",
        &format!("page_number=2&page_token={token}"),
        "page_size=0",
        "page_size=1001",
        "page_number=x",
        "page_size=-1",
    ] {
        assert_eq!(get(&sandbox, &format!("{NUMBERS}?{bad}")).await, plain(400, "Bad Request"), "{bad}");
    }
    assert_eq!(get(&sandbox, &format!("{NUMBERS}?page_size=1000")).await.0, 200);
}

#[tokio::test]
async fn the_list_is_filtered_by_parts() {
    let sandbox = start().await;
    let named = imported_path(&sandbox).await;
    import(&sandbox, "+14155550101").await;
    send(&sandbox, Method::PUT, &named, json!({"name": "Main line"})).await;
    for (query, found) in [
        ("filter_name=in%20li", vec!["+49152234333323"]),
        ("filter_name=other", vec![]),
        ("filter_number=55501", vec!["+14155550101"]),
        ("filter_number=%2B", vec!["+14155550101", "+49152234333323"]),
        ("filter_number=%2B1&filter_name=Main", vec![]),
        ("filter_number=+1", vec![]), // a plain plus is a space
    ] {
        assert_eq!(numbers(&get(&sandbox, &format!("{NUMBERS}?{query}")).await.1), found, "{query}");
    }
}

#[tokio::test]
async fn a_release_has_no_body_and_removes_the_number() {
    let sandbox = start().await;
    let path = imported_path(&sandbox).await;
    assert_eq!(send(&sandbox, Method::DELETE, &path, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&sandbox, NUMBERS).await.1["data"], json!([]));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        assert_eq!(send(&sandbox, method, &path, json!({})).await, plain(404, "Not Found"));
    }
    imported_path(&sandbox).await;
}

#[tokio::test]
async fn other_ids_and_paths_are_not_found() {
    let sandbox = start().await;
    for (method, rest) in [
        (Method::GET, ""),
        (Method::PUT, ""),
        (Method::DELETE, ""),
        (Method::DELETE, "/e911_address"),
        (Method::GET, "/cnam"),
    ] {
        let malformed = format!("{NUMBERS}/n1{rest}");
        assert_eq!(send(&sandbox, method.clone(), &malformed, json!({})).await, invalid("Id must be a UUID"));
        let unknown = format!("{NUMBERS}/{NOBODY}{rest}");
        assert_eq!(send(&sandbox, method, &unknown, json!({})).await, plain(404, "Not Found"));
    }
    let by_id = format!("{NUMBERS}/{NOBODY}");
    for (method, path) in [
        (Method::GET, IMPORT),
        (Method::PATCH, &by_id),
        (Method::POST, &by_id),
        (Method::GET, "/api/x"),
        (Method::PUT, NUMBERS),
    ] {
        assert_eq!(send(&sandbox, method, path, json!({})).await, plain(404, "Not Found"), "{path}");
    }
}
