//! The sandbox itself: logins, paths, ports and the recorded requests.

use numport::platform::vapi::{CreateTwilioNumber, SettingsPatch};
use numport::sandbox::Sandbox;
use numport::{Patch, Vapi};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::plain_requests::{INTERACTLY, VAPI, send};
use crate::services::planted::number;

#[tokio::test]
async fn a_wrong_key_is_refused_everywhere() {
    let sandbox = Sandbox::start().await.unwrap();
    for (service, path) in
        [("VAPI", "/phone-number"), ("INTERACTLY", "/assistants/v1/numbers"), ("TWILIO", "/2010-04-01/x")]
    {
        let base = sandbox.var(&format!("{service}_BASE_URL")).unwrap();
        let response = Client::new().get(format!("{base}{path}")).bearer_auth("wrong").send().await.unwrap();
        assert_eq!(response.status().as_u16(), 401, "{service}");
        assert!(serde_json::from_str::<Value>(&response.text().await.unwrap()).unwrap()["message"].is_string());
    }
}

#[tokio::test]
async fn undocumented_paths_do_not_exist() {
    let sandbox = Sandbox::start().await.unwrap();
    for (service, method, path) in [
        (INTERACTLY, Method::GET, "/assistants/v1/numbers/n1"),
        (INTERACTLY, Method::DELETE, "/assistants/v1/numbers/n1"),
        (VAPI, Method::PUT, "/phone-number/n1"),
        (VAPI, Method::GET, "/phone-numbers"),
    ] {
        assert_eq!(send(&sandbox, service, method, path, Value::Null).await.0, 404, "{service} {path}");
    }
    let (status, _) = send(&sandbox, INTERACTLY, Method::POST, "/assistants/v1/numbers/vonage", json!({})).await;
    assert_eq!(status, 400);
    let (status, answer) =
        send(&sandbox, INTERACTLY, Method::PUT, "/assistants/v1/numbers/n1", json!({"assistantId": null})).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some("assistantId must be a string of 0 to 200 characters")));
}

#[tokio::test]
async fn ports_follow_the_first_and_a_taken_one_is_an_error() {
    // Below the range from which systems assign ports, and not those of another run of this test.
    let first = 20_000 + u16::try_from(std::process::id() % 1000).unwrap() * 10;
    let sandbox = Sandbox::builder().first_port(first).start().await.unwrap();
    assert_eq!(sandbox.var("INTERACTLY_BASE_URL"), Some(format!("http://127.0.0.1:{first}")));
    assert_eq!(sandbox.var("VAPI_BASE_URL"), Some(format!("http://127.0.0.1:{}", first + 1)));
    assert!(Sandbox::builder().first_port(first).start().await.is_err());
}

#[tokio::test]
async fn requests_contain_what_was_sent_and_their_debug_no_secret() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let create = CreateTwilioNumber::new(number(), sandbox.twilio().account_sid())
        .twilio_auth_token(sandbox.twilio().auth_token());
    let id = vapi.create_number(create).await.unwrap().id;
    vapi.update_number(&id, SettingsPatch::new().assistant_id(Patch::Clear)).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests[1].body, Some(json!({"assistantId": null})));
    assert_eq!(format!("{:?}", requests[1]), format!("vapi: PATCH /phone-number/{id} -> 200"));
    assert!(!format!("{requests:?}").contains(&sandbox.twilio().auth_token()));
}
