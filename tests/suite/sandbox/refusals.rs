//! Queued faults: refusals in each service's own form, and which request a fault hits.

use std::time::Duration;

use numport::model::{PlatformKind, Service};
use numport::sandbox::{Fault, Sandbox};
use reqwest::Client;
use serde_json::{Value, json};

use super::plain_requests::{BUTTER, INTERACTLY, SIGNALWIRE, TWILIO, VAPI, all, json_of, refuse, write};
use crate::services::apis;

/// Status, `Retry-After` and body of the response to a request without credentials.
async fn answer(sandbox: &Sandbox, service: Service, path: &str) -> (u16, Option<String>, Value) {
    let api = apis().find(|api| api.service == service).unwrap();
    let base = sandbox.var(api.base_url).unwrap();
    let response = Client::new().get(format!("{base}{path}")).send().await.unwrap();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    (status, retry_after, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn every_service_refuses_in_its_own_form() {
    let sandbox = Sandbox::start().await.unwrap();
    let refusals = apis().flat_map(|api| (api.refusals)().into_iter().map(|refusal| (api.service, refusal)));
    for (service, (path, status, body)) in refusals {
        sandbox.fault(service, refuse(status, None));
        assert_eq!(answer(&sandbox, service, path).await, (status, None, body), "{service}");
    }
    assert!(sandbox.requests().iter().all(|entry| entry.status != Some(404)), "what was answered is kept");
}

#[tokio::test]
async fn each_service_has_its_own_queue_of_faults() {
    let sandbox = Sandbox::start().await.unwrap();
    let date = "Fri, 31 Dec 1999 23:59:59 GMT";
    for service in [INTERACTLY, VAPI, TWILIO, SIGNALWIRE, BUTTER] {
        sandbox.fault(service, refuse(429, Some("2")));
    }
    sandbox.fault(VAPI, refuse(503, Some(date)));
    for service in [INTERACTLY, VAPI, TWILIO, SIGNALWIRE, BUTTER].into_iter().rev() {
        let (status, retry_after, _) = answer(&sandbox, service, "/").await;
        assert_eq!((status, retry_after.as_deref()), (429, Some("2")), "{service}");
    }
    let (status, retry_after, _) = answer(&sandbox, VAPI, "/").await;
    assert_eq!((status, retry_after.as_deref()), (503, Some(date)));
    for service in [INTERACTLY, VAPI, TWILIO, SIGNALWIRE, BUTTER] {
        let (status, retry_after, _) = answer(&sandbox, service, "/").await;
        assert_eq!((status, retry_after), (401, None), "{service}: one request each");
    }
    let told: Vec<(Service, u16)> =
        sandbox.requests().iter().map(|entry| (entry.service, entry.status.unwrap())).collect();
    assert_eq!(told[..3], [(BUTTER, 429), (SIGNALWIRE, 429), (TWILIO, 429)]);
    assert_eq!(told.len(), 11);
}

#[tokio::test]
async fn a_refused_request_does_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = json!({
        "provider": "twilio", "number": "+14155552671", "twilioAccountSid": sandbox.twilio().account_sid(),
        "twilioAuthToken": sandbox.twilio().auth_token(),
    });
    sandbox.fault(VAPI, refuse(500, None));
    let url = format!("{}/phone-number", sandbox.var("VAPI_BASE_URL").unwrap());
    let import = || Client::new().post(&url).bearer_auth(sandbox.var("VAPI_API_KEY").unwrap()).body(body.to_string());
    assert_eq!(import().send().await.unwrap().status().as_u16(), 500);
    assert!(sandbox.twilio().voice_url(&"+14155552671".parse().unwrap()).unwrap().contains("demo"));
    assert_eq!(sandbox.requests()[0].body.as_ref(), Some(&body), "what was sent is told all the same");
    assert_eq!(import().send().await.unwrap().status().as_u16(), 201);
}

#[tokio::test]
async fn invalid_faults_panic_immediately() {
    let sandbox = std::sync::Arc::new(Sandbox::start().await.unwrap());
    for (fault, words) in [
        (refuse(200, None), "the status of a refusal must be from 400 to 599, not 200"),
        (refuse(600, None), "the status of a refusal must be from 400 to 599, not 600"),
        (refuse(429, Some("1\n2")), "Some(\"1\\n2\") cannot be the value of a header"),
        (Fault::CommitThenRefuse { status: 399 }, "the status of a refusal must be from 400 to 599, not 399"),
        (Fault::HtmlBody { status: 199, commit: true }, "the status of a page must be from 200 to 599, not 199"),
        (Fault::HtmlBody { status: 600, commit: false }, "the status of a page must be from 200 to 599, not 600"),
        (Fault::SlowBody { pieces: 0, pause: Duration::ZERO }, "a body must have at least 1 piece"),
    ] {
        let sandbox = sandbox.clone();
        let panic = tokio::spawn(async move { sandbox.fault(VAPI, fault) }).await.unwrap_err().into_panic();
        assert_eq!(
            panic.downcast_ref::<String>().map_or_else(|| *panic.downcast_ref::<&str>().unwrap(), |text| text.as_str()),
            words
        );
    }
    assert_eq!(answer(&sandbox, VAPI, "/").await.0, 401);
}

#[tokio::test]
async fn a_fault_waits_for_a_matching_request() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault_on(VAPI, "/v2", refuse(500, None));
    sandbox.fault_on(VAPI, "GET /v2/phone-number?limit=2", refuse(501, None));
    sandbox.fault_on(VAPI, "POST /phone-number", refuse(502, None));
    sandbox.fault_on(BUTTER, "GET /", refuse(503, None));
    sandbox.fault(VAPI, refuse(504, None));
    sandbox.fault_on(VAPI, "POST /phone-number", refuse(505, None));
    for (path, status) in [
        ("/v2/phone-number?limit=1", 504),
        ("/v2/phone-number?limit=1", 401),
        ("/v2/phone-number?limit=20", 501),
        ("/v2/phone-number?limit=2", 401),
    ] {
        assert_eq!(answer(&sandbox, VAPI, path).await.0, status, "{path}");
    }
    for status in [502, 505, 201] {
        assert_eq!(json_of(write(&sandbox, VAPI)).await.0, status);
    }
    assert_eq!(answer(&sandbox, BUTTER, "/").await.0, 503);
}

#[tokio::test]
async fn a_service_that_is_not_served_has_no_faults_and_no_records() {
    let sandbox = std::sync::Arc::new(Sandbox::start().await.unwrap());
    assert_eq!(sandbox.services().len(), all().len());
    assert!(all().iter().all(|service| sandbox.services().contains(service)));
    let dodo = PlatformKind::from_static("dodo");
    assert!(sandbox.records(dodo).is_empty());
    let shared = sandbox.clone();
    let panic = tokio::spawn(async move { shared.fault(dodo, refuse(429, None)) }).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "the sandbox does not serve dodo");
    assert_eq!(answer(&sandbox, VAPI, "/").await.0, 401);
}
