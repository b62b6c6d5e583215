//! An update repeats the application or the trunk, so that it never changes the routing by itself.

use std::sync::{Arc, Mutex};

use numport::model::Removal;
use numport::provider::plivo::*;
use numport::sandbox::Sandbox;
use numport::sandbox::plivo::PlivoNumber;
use numport::{Error, Patch, Plivo};
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::endpoints::{ACCOUNT, APPLICATION, TRUNK, client, number};
use crate::support::case;
use crate::support::validation::problem_fields;

/// An account whose number has the first fields, and after an update the second ones. Returns the sent bodies.
async fn updated(before: Value, after: Value, update: UpdateNumber) -> (Result<PhoneNumber, Error>, Vec<Value>) {
    let server = MockServer::start().await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = sent.clone();
    let answer = move |request: &Request| {
        assert!(request.url.path().ends_with("/Number/17609915566/"), "{}", request.url);
        let mut sent = log.lock().unwrap();
        if request.method == "POST" {
            sent.push(serde_json::from_slice::<Value>(&request.body).unwrap());
            let answer = case("plivo/update_number/every_field").response;
            return ResponseTemplate::new(answer.status).set_body_json(answer.body);
        }
        let mut found = case("plivo/get_number/application").response.body;
        let changes = if sent.is_empty() { &before } else { &after };
        found.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        ResponseTemplate::new(200).set_body_json(found)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let result = client(server.uri()).update_number(&number(), &update).await;
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    (result, sent)
}

/// The body of a golden update.
fn golden(name: &str) -> Value {
    case(&format!("plivo/update_number/{name}")).request.body.unwrap()
}

fn with_application(id: &str) -> Value {
    json!({"application": format!("/v1/Account/{ACCOUNT}/Application/{id}/")})
}

#[tokio::test]
async fn an_update_repeats_the_application_or_the_trunk() {
    let alias = || UpdateNumber::new().alias("Desk");
    let object = json!({"application": null, "object_type": "trunk", "object_id": TRUNK});
    for (now, name) in
        [(with_application(APPLICATION), "application"), (json!({"application": null}), "unrouted"), (object, "trunk")]
    {
        let (result, bodies) = updated(now.clone(), now, alias()).await;
        result.unwrap();
        assert_eq!(bodies, [golden(name)]);
    }
}

#[tokio::test]
async fn an_update_that_changes_the_routing_is_an_error() {
    let unrouted = json!({"application": null});
    // Plivo takes an empty text as missing, and assigns the default application.
    let (result, sent) = updated(unrouted.clone(), with_application("1"), UpdateNumber::new().alias("Desk")).await;
    assert_eq!(sent, [json!({"alias": "Desk", "app_id": ""})]);
    let error = result.unwrap_err();
    assert!(!error.surely_not_done() && error.report().contains('1'), "{}", error.report());
    let (result, _) = updated(unrouted.clone(), unrouted, UpdateNumber::new().app_id(APPLICATION)).await;
    result.unwrap_err();
}

#[tokio::test]
async fn every_field_is_sent() {
    let every = UpdateNumber::new()
        .app_id(APPLICATION)
        .subaccount("SAOTM1MGFIMJGTZMNMMI")
        .alias("Desk & co")
        .cnam_lookup(CnamLookup::Enabled)
        .cnam("Desk")
        .cnam_callback_url("https://example.com/cnam")
        .cnam_callback_method(CallbackMethod::Post)
        .message_url("https://example.com/messages")
        .message_method(CallbackMethod::Get)
        .verification_info(Map::from_iter([("a".to_owned(), json!(1))]));
    let (result, sent) = updated(json!({}), with_application(APPLICATION), every).await;
    result.unwrap();
    assert_eq!(sent, [golden("every_field")]);
    let cleared = UpdateNumber::new().app_id(Patch::Clear);
    let (result, sent) = updated(json!({}), json!({"application": null}), cleared).await;
    result.unwrap();
    assert_eq!(sent, [json!({"app_id": ""})]);
}

#[tokio::test]
async fn an_alias_never_changes_the_routing_in_the_sandbox() {
    let numbers = ["+17609915566", "+18135401302", "+13125550177", "+13125550188"].map(|text| text.parse().unwrap());
    let held = [
        PlivoNumber::new(numbers[0]).with_application(),
        PlivoNumber::new(numbers[1]),
        PlivoNumber::new(numbers[2]).on_trunk(),
        PlivoNumber::new(numbers[3]).on_trunk_object(),
    ];
    let sandbox = Sandbox::builder().hold_plivo(held).start().await.unwrap();
    let plivo = Plivo::from_vars(|name| sandbox.var(name)).unwrap();
    for number in &numbers {
        let before = sandbox.plivo().calls_go_to(number);
        plivo.update_number(number, &UpdateNumber::new().alias("Desk")).await.unwrap();
        assert_eq!(sandbox.plivo().calls_go_to(number), before);
        assert_eq!(sandbox.plivo().number(number).unwrap()["alias"], "Desk");
    }
}

#[tokio::test]
async fn contradictions_are_refused_before_anything_is_sent() {
    let plivo = client("http://127.0.0.1:1".to_owned());
    let new = UpdateNumber::new;
    for (update, fields) in [
        (new(), &["update"][..]),
        (new().object_type("trunk"), &["object_id"]),
        (new().object_id(TRUNK), &["object_id"]),
        (new().object_type("trunk").object_id(TRUNK).app_id(APPLICATION), &["app_id"]),
        (new().message_url("x".repeat(256)), &["message_url"]),
    ] {
        assert_eq!(problem_fields(&plivo.update_number(&number(), &update).await.unwrap_err()), fields);
    }
    let update = new().message_url("x".repeat(255));
    assert!(!matches!(plivo.update_number(&number(), &update).await.unwrap_err(), Error::Invalid(_)));
    let error = plivo.release_number(&number(), Removal::Record).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["consent"]);
    for (list, fields) in [
        (ListNumbers::new().limit(0), &["limit"][..]),
        (ListNumbers::new().limit(21), &["limit"]),
        (ListNumbers::new().cursor("a").offset(1), &["offset"]),
    ] {
        assert_eq!(problem_fields(&plivo.list_numbers(&list).await.unwrap_err()), fields);
    }
    for id in ["", "MA1", "XA2025RK4E639VJFZAGV", "MA2025RK4E639VJFZAG-"] {
        assert_eq!(problem_fields(&Plivo::builder(id, "token").build().unwrap_err()), ["auth_id"], "{id}");
    }
    Plivo::builder("SA2025RK4E639VJFZAGV", "token").build().unwrap();
}
