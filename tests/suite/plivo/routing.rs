//! A number's routing is read and restored.

use std::collections::BTreeMap;

use numport::model::{CallbackUrl, Calls, Routing};
use numport::sandbox::Sandbox;
use numport::sandbox::plivo::PlivoNumber;
use numport::{E164, Error, NumberProvider, Plivo};
use serde_json::{Value, json};
use wiremock::matchers::path_regex;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{APPLICATION, TRUNK, client, number};
use crate::support::case;
use crate::support::validation::problem_fields;

fn plivo(sandbox: &Sandbox) -> Plivo {
    Plivo::from_vars(|name| sandbox.var(name)).unwrap()
}

/// The routing of a number with these fields, this application and this trunk.
async fn calls(fields: Value, application: Value, trunk: Value) -> Calls {
    let server = MockServer::start().await;
    let answer = |body: Value| match body {
        Value::Null => ResponseTemplate::new(404).set_body_json(json!({"api_id": "1", "error": "not found"})),
        body => ResponseTemplate::new(200).set_body_json(body),
    };
    let mut found = case("plivo/get_number/application").response.body;
    found.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    for (path, body) in [("/Number/", found), ("/Application/", application), ("/Trunk/", trunk)] {
        Mock::given(path_regex(path)).respond_with(answer(body)).mount(&server).await;
    }
    client(server.uri()).routing().unwrap().snapshot(&number()).await.unwrap().unwrap().calls
}

#[tokio::test]
async fn calls_go_to_an_application_or_a_trunk() {
    let with = |name: &str, changes: Value| {
        let mut body = case(name).response.body;
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    let application = |changes| with("plivo/get_application/documented", changes);
    let trunk = |changes| with("plivo/get_trunk/documented", changes);
    let of = |id: &str| json!({"application": format!("/v1/Account/MA2025RK4E639VJFZAGV/Application/{id}/")});
    let object = || json!({"application": null, "object_type": "trunk", "object_id": TRUNK});
    let url = || Calls::Url(CallbackUrl::new("https://example.com/answer"));
    for (fields, application, trunk, wanted) in [
        (of(APPLICATION), application(json!({})), Value::Null, url()),
        (of(APPLICATION), application(json!({"answer_url": ""})), Value::Null, Calls::Application(APPLICATION.into())),
        (of(APPLICATION), application(json!({"enabled": false})), Value::Null, Calls::Nowhere),
        (of(APPLICATION), Value::Null, Value::Null, Calls::Application(APPLICATION.into())),
        (of(TRUNK), Value::Null, trunk(json!({})), Calls::Trunk(TRUNK.into())),
        (of(TRUNK), Value::Null, trunk(json!({"trunk_status": "disabled"})), Calls::Nowhere),
        (object(), Value::Null, trunk(json!({})), Calls::Trunk(TRUNK.into())),
        (object(), Value::Null, trunk(json!({"trunk_direction": "outbound"})), Calls::Nowhere),
        (object(), Value::Null, Value::Null, Calls::Trunk(TRUNK.into())),
        (json!({"application": null}), Value::Null, Value::Null, Calls::Nowhere),
        (json!({"application": ""}), Value::Null, Value::Null, Calls::Nowhere),
    ] {
        let told = format!("{fields} {application} {trunk}");
        assert_eq!(calls(fields, application, trunk).await, wanted, "{told}");
    }
}

#[tokio::test]
async fn every_routing_is_restored() {
    let numbers: [E164; 3] = ["+17609915566", "+18135401302", "+13125550177"].map(|text| text.parse().unwrap());
    let held = [
        PlivoNumber::new(numbers[0]).with_application(),
        PlivoNumber::new(numbers[1]),
        PlivoNumber::new(numbers[2]).on_trunk(),
    ];
    let sandbox = Sandbox::builder().hold_plivo(held).start().await.unwrap();
    let plivo = plivo(&sandbox);
    let control = plivo.routing().unwrap();
    for number in &numbers {
        let before = control.snapshot(number).await.unwrap().unwrap();
        let address = CallbackUrl::new("https://example.com/default");
        let pointed = control.point(&before, &address).await.unwrap();
        assert_eq!(pointed.calls, Calls::Url(address));
        assert_eq!(control.restore(&before).await.unwrap(), before);
    }
    let before = control.snapshot(&numbers[0]).await.unwrap().unwrap();
    let requests = sandbox.requests().len();
    let elsewhere = CallbackUrl::new("https://elsewhere.example/answer");
    let error = control.point(&before, &elsewhere).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)));
    assert!(sandbox.requests()[requests..].iter().all(|request| request.method == "GET"));
    // A deleted application is refused.
    let mut gone = before;
    gone.settings.insert("app_id".into(), "1".into());
    assert_eq!(control.restore(&gone).await.unwrap_err().status().unwrap().as_u16(), 400);
}

#[tokio::test]
async fn a_foreign_routing_is_refused() {
    let plivo = client("http://127.0.0.1:1".to_owned());
    let settings = BTreeMap::from([("VoiceUrl".to_owned(), String::new())]);
    let routing = Routing::new(number(), "17609915566".to_owned(), Calls::Nowhere, settings);
    let error = plivo.routing().unwrap().restore(&routing).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["settings"]);
}
