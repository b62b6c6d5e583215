//! Vonage's side of the sandbox, besides what the tests of the client cover.

use numport::model::ProviderKind;
use numport::provider::vonage::*;
use numport::sandbox::Sandbox;
use numport::{E164, Vonage};
use reqwest::Method;
use serde_json::Value;

use crate::sandbox::plain_requests::{json_of, request};

/// The status and the response.
async fn plain(sandbox: &Sandbox, method: Method, target: &str, form: Option<&str>) -> (u16, Value) {
    let request = request(sandbox, ProviderKind::VONAGE.into(), method, target);
    let kind = "application/x-www-form-urlencoded";
    let form = form.map(str::to_owned);
    json_of(form.into_iter().fold(request, |request, form| request.header("content-type", kind).body(form))).await
}

#[tokio::test]
async fn it_holds_two_applications_and_lists_are_filtered() {
    let sandbox = Sandbox::start().await.unwrap();
    let vonage = Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    let applications = vonage.list_applications(&ListApplications::new()).await.unwrap();
    assert_eq!(applications.embedded.unwrap().applications.unwrap().len(), 2);
    let list = ListNumbers::new;
    for (list, count) in [
        (list(), 3),
        (list().country("US"), 1),
        (list().pattern("4477"), 2),
        (list().pattern("00900001").search_pattern(SearchPattern::Ends), 1),
        (list().pattern("5550").search_pattern(SearchPattern::Contains), 1),
        (list().has_application(true), 1),
        (list().has_application(false), 2),
        (list().application_id(sandbox.vonage().application_id()), 1),
        (list().application_id(sandbox.vonage().other_application_id()), 0),
    ] {
        let page = vonage.list_numbers(&list).await.unwrap();
        assert_eq!(page.numbers.unwrap_or_default().len(), count, "{list:?}");
    }
}

#[tokio::test]
async fn an_update_clears_omitted_fields() {
    let sandbox = Sandbox::start().await.unwrap();
    let number: E164 = "+447700900000".parse().unwrap();
    let form = "country=GB&msisdn=447700900000&voiceStatusCallback=https%3A%2F%2Fexample.com%2Fstatus";
    let (status, answer) = plain(&sandbox, Method::POST, "/number/update", Some(form)).await;
    assert_eq!((status, &answer["error-code"]), (200, &"200".into()));
    let kept = sandbox.vonage().number(&number).unwrap();
    assert!(kept["app_id"].is_null() && kept["moHttpUrl"].is_null(), "{kept}");
    assert_eq!(kept["voiceStatusCallback"], "https://example.com/status");
    // No response contains it.
    let (_, list) = plain(&sandbox, Method::GET, "/account/numbers?pattern=447700900000", None).await;
    assert!(list["numbers"][0]["voiceStatusCallback"].is_null(), "{list}");
}

#[tokio::test]
async fn mistakes_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let update = "/number/update";
    for (method, target, form, status) in [
        (Method::GET, "/account/numbers?size=101", None, 400),
        (Method::GET, "/account/numbers?index=0", None, 400),
        (Method::GET, "/account/numbers?pattern=%2B44", None, 400),
        (Method::GET, "/account/numbers?search_pattern=1", None, 400),
        (Method::GET, "/account/numbers?api_key=x", None, 400),
        (Method::GET, "/v2/applications/none", None, 404),
        (Method::POST, update, Some("msisdn=447700900000"), 400),
        (Method::POST, update, Some("country=GB&msisdn=%2B447700900000"), 400),
        (Method::POST, update, Some("country=US&msisdn=447700900000"), 420),
        (Method::POST, update, Some("country=GB&msisdn=447700900009"), 420),
        (Method::POST, update, Some("country=GB&msisdn=447700900000&app_id=none"), 420),
        (Method::POST, update, Some("country=GB&msisdn=447700900000&moHttpUrl=https%3A%2F%2Fx.invalid"), 420),
        (Method::POST, update, Some("country=GB&msisdn=447700900000&voiceCallbackType=sip"), 400),
        (Method::POST, update, Some("country=GB&msisdn=447700900000&voiceUrl=x"), 400),
    ] {
        let (answered, error) = plain(&sandbox, method, target, form).await;
        assert_eq!(answered, status, "{target} {form:?} {error}");
    }
}
