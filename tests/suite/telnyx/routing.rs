//! A number's routing is read and restored exactly, and its connection detached in whichever way Telnyx accepts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use numport::model::{CallbackUrl, Calls, Routing};
use numport::sandbox::Sandbox;
use numport::{Error, NumberProvider, Result, Telnyx};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::endpoints::{ID, client};
use super::lookup::{documented, holding, number};
use crate::support::case;
use crate::support::validation::problem_fields;

fn texts(settings: &[(&str, &str)]) -> BTreeMap<String, String> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn snapshot(server: &MockServer) -> Routing {
    client(server.uri()).routing().unwrap().snapshot(&number()).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_routing_of_the_documented_number_is_read_completely() {
    let routing = snapshot(&holding(json!([documented(json!({}))])).await).await;
    assert_eq!((routing.number, routing.id.as_str()), (number(), ID));
    assert_eq!(routing.calls, Calls::Url(CallbackUrl::new("https://example.com/calls")));
    let settings = texts(&[
        ("connection_id", "1521916448077776306"),
        ("webhook_event_url", "https://example.com/calls"),
        ("call_forwarding.call_forwarding_enabled", "true"),
        ("call_forwarding.forwards_to", ""),
        ("call_forwarding.forwarding_type", "always"),
        ("translated_number", ""),
        ("tech_prefix_enabled", "false"),
        ("inbound_call_screening", "disabled"),
        ("messaging_profile_id", "4001767e-ce0f-4cae-9d5f-0d5e636e7809"),
    ]);
    assert_eq!(routing.settings, settings);
    // A value that could not be loaded is unknown, so it is not restored.
    let unavailable = documented(json!({"messaging_profile_id": "UNAVAILABLE"}));
    let routing = snapshot(&holding(json!([unavailable])).await).await;
    assert_eq!(routing.settings.get("messaging_profile_id"), None);
}

/// The routing of a number with these forwarding settings and this connection.
async fn calls(connection_id: Value, forwarding: Value, connection: Value) -> Calls {
    let server = MockServer::start().await;
    let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let mut voice = case("telnyx/get_voice_settings/plain").response.body;
    voice["data"]["call_forwarding"] = forwarding;
    Mock::given(path_regex("/voice$")).respond_with(answer(voice)).mount(&server).await;
    let page = json!({"data": [documented(json!({"connection_id": connection_id}))]});
    Mock::given(path("/v2/phone_numbers")).respond_with(answer(page)).up_to_n_times(1).mount(&server).await;
    let found = match connection {
        Value::Null => ResponseTemplate::new(404).set_body_json(json!({"errors": [{"code": "10005"}]})),
        connection => answer(json!({"data": connection})),
    };
    Mock::given(path_regex("^/v2/connections/")).respond_with(found).mount(&server).await;
    snapshot(&server).await.calls
}

#[tokio::test]
async fn forwarding_takes_precedence_over_the_connection() {
    let application = || case("telnyx/get_connection/call_control").response.body["data"].take();
    let with = |changes: Value| {
        let mut connection = application();
        connection.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        connection
    };
    let id = "1521916448077776306";
    let to =
        |to: Value, kind: &str| json!({"call_forwarding_enabled": true, "forwards_to": to, "forwarding_type": kind});
    let none = || to(json!(""), "always");
    let url = || Calls::Url(CallbackUrl::new("https://example.com/calls"));
    let forwarded = || Calls::Forwarded("+13035559123".to_owned());
    let off = json!({"call_forwarding_enabled": false, "forwards_to": "+13035559123", "forwarding_type": "always"});
    for (connection_id, forwarding, connection, wanted) in [
        (json!(id), none(), application(), url()),
        (json!(id), to(json!("+13035559123"), "always"), application(), forwarded()),
        (json!(null), to(json!("+13035559123"), "always"), Value::Null, forwarded()),
        (json!(id), to(json!("+13035559123"), "on-failure"), application(), url()),
        // It may take precedence.
        (json!(id), to(json!("+13035559123"), "sometimes"), application(), forwarded()),
        (json!(id), to(json!("  "), "always"), application(), url()),
        (json!(id), to(json!(null), "always"), application(), url()),
        (json!(id), off, application(), url()),
        (json!(null), none(), Value::Null, Calls::Nowhere),
        (json!(""), none(), Value::Null, Calls::Nowhere),
        (json!(id), none(), with(json!({"active": false})), Calls::Nowhere),
        (json!(id), none(), with(json!({"record_type": "fqdn_connection"})), Calls::Application(id.to_owned())),
        (json!(id), none(), with(json!({"webhook_event_url": null})), Calls::Application(id.to_owned())),
        // It was deleted, or the key does not allow to read it.
        (json!(id), none(), Value::Null, Calls::Application(id.to_owned())),
    ] {
        let told = format!("{connection_id} {forwarding} {connection}");
        assert_eq!(calls(connection_id, forwarding, connection).await, wanted, "{told}");
    }
}

/// An account whose number's connection is detached by some spellings, and not by others.
struct Stubborn {
    by: Vec<Value>,
    refuses: bool,
}

impl Stubborn {
    /// Detaches the connection. Returns the sent bodies and the result.
    async fn take_off(self) -> (Result<Routing>, Vec<Value>) {
        let server = MockServer::start().await;
        let connected = Arc::new(Mutex::new(true));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (now, log) = (connected.clone(), sent.clone());
        let answer = move |request: &Request| {
            let mut connected = now.lock().unwrap();
            if request.method == "PATCH" {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                log.lock().unwrap().push(body.clone());
                if self.by.contains(&body["connection_id"]) {
                    *connected = false;
                } else if self.refuses {
                    return ResponseTemplate::new(422)
                        .set_body_json(json!({"errors": [{"code": "10015", "title": "Bad"}]}));
                }
            }
            let id = if *connected { json!("1521916448077776306") } else { Value::Null };
            ResponseTemplate::new(200).set_body_json(json!({"data": documented(json!({"connection_id": id}))}))
        };
        Mock::given(path(format!("/v2/phone_numbers/{ID}"))).respond_with(answer).mount(&server).await;
        let voice = ResponseTemplate::new(200).set_body_json(case("telnyx/get_voice_settings/plain").response.body);
        Mock::given(method("GET")).and(path_regex("/voice$")).respond_with(voice).mount(&server).await;
        let routing = Routing::new(number(), ID.to_owned(), Calls::Nowhere, texts(&[("connection_id", "")]));
        let restored = client(server.uri()).routing().unwrap().restore(&routing).await;
        let sent = std::mem::take(&mut *sent.lock().unwrap());
        (restored, sent)
    }
}

#[tokio::test]
async fn a_connection_is_detached_by_an_empty_text_or_else_by_null() {
    let blank = || json!("");
    let (empty, null) = (json!({"connection_id": ""}), json!({"connection_id": null}));
    for (by, refuses, wanted) in [
        (vec![blank(), Value::Null], false, vec![empty.clone()]),
        (vec![blank()], true, vec![empty.clone()]),
        (vec![Value::Null], false, vec![empty.clone(), null.clone()]),
        (vec![Value::Null], true, vec![empty.clone(), null.clone()]),
    ] {
        let (restored, sent) = Stubborn { by, refuses }.take_off().await;
        assert_eq!((restored.unwrap().calls, sent), (Calls::Nowhere, wanted));
    }
    for refuses in [false, true] {
        let (restored, sent) = Stubborn { by: Vec::new(), refuses }.take_off().await;
        let error = restored.unwrap_err();
        assert_eq!(sent, [empty.clone(), null.clone()]);
        assert!(error.to_string().contains("take connection off"), "{error}");
        assert!(error.report().contains("1521916448077776306"), "{}", error.report());
    }
}

#[tokio::test]
async fn a_change_of_forwarding_sends_the_whole_forwarding() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = Telnyx::from_vars(|name| sandbox.var(name)).unwrap();
    let forwarded = "+13035550144".parse().unwrap();
    let control = telnyx.routing().unwrap();
    let before = control.snapshot(&forwarded).await.unwrap().unwrap();
    assert_eq!(before.calls, Calls::Forwarded("+13035559123".to_owned()));
    let mut part = before.clone();
    part.settings = texts(&[("call_forwarding.forwarding_type", "on-failure")]);
    let now = control.restore(&part).await.unwrap();
    assert_eq!(now.settings["call_forwarding.forwards_to"], "+13035559123");
    let requests = sandbox.requests();
    let sent = requests.iter().find(|request| request.method == "PATCH").unwrap();
    let whole = json!({"call_forwarding": {
        "call_forwarding_enabled": true, "forwards_to": "+13035559123", "forwarding_type": "on-failure",
    }});
    assert_eq!(sent.body.as_ref(), Some(&whole));
    // No other field is sent.
    assert_eq!(requests.iter().filter(|request| request.method == "PATCH").count(), 1);
}

#[tokio::test]
async fn calls_are_pointed_at_an_application_with_that_webhook() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = Telnyx::from_vars(|name| sandbox.var(name)).unwrap();
    let control = telnyx.routing().unwrap();
    let address = CallbackUrl::new("https://api.vapi.ai/telnyx/inbound_call");
    for text in ["+19705555098", "+13035550144"] {
        let before = control.snapshot(&text.parse().unwrap()).await.unwrap().unwrap();
        let after = control.point(&before, &address).await.unwrap();
        assert_eq!(after.calls, Calls::Url(address.clone()));
        assert_eq!(after.settings["messaging_profile_id"], before.settings["messaging_profile_id"]);
        let answering = control.restore(&before).await.unwrap();
        assert_eq!((answering.calls, answering.settings), (before.calls, before.settings));
    }
    let requests = sandbox.requests().len();
    let before = control.snapshot(&number()).await.unwrap().unwrap();
    let elsewhere = CallbackUrl::new("https://elsewhere.example/calls");
    let error = control.point(&before, &elsewhere).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid(_)), "{error}");
    assert!(sandbox.requests()[requests..].iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn a_foreign_routing_is_refused() {
    let telnyx = client("http://127.0.0.1:1".to_owned());
    let routing = |settings| Routing::new(number(), ID.to_owned(), Calls::Nowhere, texts(settings));
    for (settings, field) in [
        (&[("VoiceUrl", "https://example.com")][..], "settings"),
        (&[("tech_prefix_enabled", "maybe")], "settings.tech_prefix_enabled"),
    ] {
        let error = telnyx.routing().unwrap().restore(&routing(settings)).await.unwrap_err();
        assert_eq!(problem_fields(&error), [field]);
    }
}

/// A takeover replaces the connection of a number at Telnyx, and nothing else that gets its calls.
#[cfg(feature = "vapi")]
#[tokio::test]
async fn an_application_that_the_platform_replaces_is_not_in_the_way() {
    use numport::model::Finding;
    use numport::provider::{HeldNumber, Ownership};
    use numport::{Importer, Vapi};

    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = Telnyx::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(telnyx, Vapi::from_vars(|name| sandbox.var(name)).unwrap());
    for (setting, is_in_the_way) in [("connection_id", false), ("another_id", true)] {
        let settings = [(setting.to_owned(), "1001".to_owned())].into();
        let mut held = HeldNumber::new(number(), ());
        held.routing = Some(Routing::new(number(), "1".to_owned(), Calls::Application("1001".to_owned()), settings));
        let findings = importer.assess(&number(), &Ownership::Held(held)).findings;
        let expected = Finding::OnApplication { application: "1001".to_owned() };
        assert_eq!(findings.contains(&expected), is_in_the_way, "{setting}: {findings:?}");
    }
}
