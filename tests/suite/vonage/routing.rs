//! A number's routing is read, and restored as far as it can be read.

use std::collections::BTreeMap;

use numport::model::{CallbackUrl, Calls, Routing};
use numport::sandbox::Sandbox;
use numport::sandbox::vonage::VonageNumber;
use numport::{E164, Error, NumberProvider, Vonage};
use serde_json::{Value, json};
use wiremock::matchers::path_regex;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{APPLICATION, client, number};
use crate::support::case;
use crate::support::validation::problem_fields;

fn vonage(sandbox: &Sandbox) -> Vonage {
    Vonage::from_vars(|name| sandbox.var(name)).unwrap()
}

async fn snapshot(vonage: &Vonage, number: &E164) -> Routing {
    vonage.routing().unwrap().snapshot(number).await.unwrap().unwrap()
}

/// The routing of a number with these fields and this application.
async fn calls(fields: Value, application: Value) -> Calls {
    let server = MockServer::start().await;
    let mut found = json!({"country": "GB", "msisdn": "447700900000"});
    found.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let page = ResponseTemplate::new(200).set_body_json(json!({"count": 1, "numbers": [found]}));
    Mock::given(path_regex("/account/numbers")).respond_with(page).mount(&server).await;
    let answer = match application {
        Value::Null => ResponseTemplate::new(404).set_body_json(json!({"title": "Not Found"})),
        body => ResponseTemplate::new(200).set_body_json(body),
    };
    Mock::given(path_regex("/v2/applications/")).respond_with(answer).mount(&server).await;
    snapshot(&client(server.uri()), &number()).await.calls
}

#[tokio::test]
async fn forwarding_takes_precedence_over_the_application() {
    let application = || case("vonage/get_application/documented").response.body;
    let without_voice = json!({"id": APPLICATION, "name": "Desk", "capabilities": {"messages": {}}});
    let with = |kind: &str, value: &str| json!({"app_id": APPLICATION, "voiceCallbackType": kind, "voiceCallbackValue": value});
    let url = || Calls::Url(CallbackUrl::new("https://example.com/answer"));
    let sip = "sip:447700900000@sip.example.com";
    for (fields, application, wanted) in [
        (json!({"app_id": APPLICATION}), application(), url()),
        (with("app", APPLICATION), application(), url()),
        (json!({"voiceCallbackType": "app", "voiceCallbackValue": APPLICATION}), application(), url()),
        (with("sip", sip), application(), Calls::Forwarded(sip.to_owned())),
        (with("tel", "447700900009"), Value::Null, Calls::Forwarded("447700900009".to_owned())),
        // It may take precedence over the application.
        (with("vxml", "x"), application(), Calls::Forwarded("x".to_owned())),
        (with("sip", ""), application(), url()),
        (json!({"app_id": APPLICATION}), without_voice, Calls::Nowhere),
        (json!({"app_id": APPLICATION}), Value::Null, Calls::Application(APPLICATION.to_owned())),
        (json!({}), Value::Null, Calls::Nowhere),
    ] {
        let told = format!("{fields} {application}");
        assert_eq!(calls(fields, application).await, wanted, "{told}");
    }
}

#[tokio::test]
async fn every_routing_is_restored() {
    let numbers: [E164; 4] =
        ["+447700900000", "+447700900001", "+447700900002", "+447700900003"].map(|text| text.parse().unwrap());
    let held = [
        VonageNumber::new(numbers[0]).with_application().messages_to("https://example.com/sms"),
        VonageNumber::new(numbers[1]).to_sip("sip:447700900001@sip.example.com"),
        VonageNumber::new(numbers[2]),
        VonageNumber::new(numbers[3]).with_application().to_telephone("447700900009"),
    ];
    let sandbox = Sandbox::builder().hold_vonage(held).start().await.unwrap();
    let vonage = vonage(&sandbox);
    let control = vonage.routing().unwrap();
    let sip = CallbackUrl::new("sip:447700900000@sip.platform.example");
    for number in &numbers {
        let kept = sandbox.vonage().number(number);
        let before = snapshot(&vonage, number).await;
        for address in [CallbackUrl::new("https://example.com/office"), sip.clone()] {
            let pointed = control.point(&before, &address).await.unwrap();
            let wanted = match address == sip {
                true => Calls::Forwarded(sip.as_str().to_owned()),
                false => Calls::Url(address),
            };
            assert_eq!(pointed.calls, wanted);
            assert_eq!(pointed.settings["moHttpUrl"], before.settings["moHttpUrl"]);
        }
        assert_eq!(control.restore(&before).await.unwrap(), before);
        assert_eq!(sandbox.vonage().number(number), kept);
    }
    // Unchanged settings are not sent, because that would clear fields that cannot be read.
    let requests = sandbox.requests().len();
    control.restore(&snapshot(&vonage, &numbers[0]).await).await.unwrap();
    assert!(sandbox.requests()[requests..].iter().all(|request| request.method == "GET"));
    let before = snapshot(&vonage, &numbers[0]).await;
    let elsewhere = CallbackUrl::new("https://elsewhere.example/answer");
    assert!(matches!(control.point(&before, &elsewhere).await.unwrap_err(), Error::Invalid(_)));
}

#[tokio::test]
async fn a_url_for_messages_that_does_not_answer_is_left_out_with_an_error() {
    let held = VonageNumber::new(number()).with_application().messages_to("https://down.invalid/sms");
    let sandbox = Sandbox::builder().hold_vonage([held]).start().await.unwrap();
    let vonage = vonage(&sandbox);
    let before = snapshot(&vonage, &number()).await;
    let mut elsewhere = before.clone();
    elsewhere.settings.insert("app_id".into(), sandbox.vonage().other_application_id().into());
    let error = vonage.routing().unwrap().restore(&elsewhere).await.unwrap_err();
    assert!(!error.surely_not_done() && error.report().contains("moHttpUrl"), "{}", error.report());
    let kept = sandbox.vonage().number(&number()).unwrap();
    assert_eq!(kept["app_id"], sandbox.vonage().other_application_id());
    assert!(kept["moHttpUrl"].is_null(), "{kept}");
}

#[tokio::test]
async fn a_foreign_routing_is_refused() {
    let server = MockServer::start().await;
    let page = json!({"count": 1, "numbers": [{"country": "GB", "msisdn": "447700900000"}]});
    let answer = ResponseTemplate::new(200).set_body_json(page);
    Mock::given(wiremock::matchers::method("GET")).respond_with(answer).mount(&server).await;
    let vonage = client(server.uri());
    for settings in [[("VoiceUrl", "")], [("voiceCallbackType", "sip")], [("voiceCallbackType", "app")]] {
        let settings: BTreeMap<String, String> = settings.map(|(name, value)| (name.into(), value.into())).into();
        let routing = Routing::new(number(), "447700900000".to_owned(), Calls::Nowhere, settings);
        let error = vonage.routing().unwrap().restore(&routing).await.unwrap_err();
        assert_eq!(problem_fields(&error), ["settings"]);
    }
}
