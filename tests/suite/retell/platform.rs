//! Retell through the platform-independent API: what its unknowns mean.

use std::time::Duration;

use futures_util::StreamExt;
use numport::error::{ErrorKind, Meaning};
use numport::import::plan::Reroute;
use numport::model::{CallbackUrl, Details, PlatformKind, RecordNumber, SipTransport, SourcePart};
use numport::platform::retell::{ImportNumber, PhoneNumber};
use numport::platform::{RenewalRun, RenewedCredentials, SourceMatch};
use numport::sandbox::Sandbox;
use numport::{
    Desired, Error, ImportRequest, Importer, LookupPolicy, NumberRecord, NumberSource, NumberUpdate, Outcome, Removal,
    Retell, SipTrunk, Twilio, VoicePlatform,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, client};
use crate::support::validation::problem_fields;

const ERROR: &str = "error";

async fn answer(server: &MockServer, verb: &str, status: u16, body: Value) {
    let template = ResponseTemplate::new(status);
    let template = if status == 204 { template } else { template.set_body_json(body) };
    Mock::given(method(verb)).respond_with(template).mount(server).await;
}

fn refusal(message: &str) -> Value {
    json!({"status": ERROR, "message": message})
}

fn stored(kind: Value) -> Value {
    let trunk = json!({"termination_uri": "SIP.example.com", "auth_username": "user"});
    json!({"phone_number": NUMBER, "phone_number_type": kind, "sip_outbound_trunk_config": trunk})
}

fn record(number: &Value) -> NumberRecord {
    let number: PhoneNumber = serde_json::from_value(number.clone()).unwrap();
    NumberRecord::new(PlatformKind::RETELL, NUMBER, RecordNumber::read(Some(NUMBER)), Details::new(number))
}

fn trunk() -> SipTrunk {
    SipTrunk::new("sip.example.com").credentials("user", "planted-password")
}

async fn bodies(server: &MockServer) -> Vec<(String, Value)> {
    let requests = server.received_requests().await.unwrap();
    let sent = |request: &wiremock::Request| serde_json::from_slice(&request.body).unwrap_or_default();
    requests.iter().map(|request| (request.method.to_string(), sent(request))).collect()
}

fn verbs(sent: &[(String, Value)]) -> Vec<&str> {
    sent.iter().map(|(verb, _)| verb.as_str()).collect()
}

/// The number is not there by 404, which was observed, and by 422, which is documented.
#[tokio::test]
async fn both_statuses_mean_that_a_number_is_not_there() {
    for status in [404, 422] {
        let server = MockServer::start().await;
        for verb in ["GET", "PATCH", "DELETE"] {
            answer(&server, verb, status, refusal("Not Found")).await;
        }
        let retell = client(server.uri());
        assert!(retell.find(&NUMBER.parse().unwrap()).await.unwrap().is_none());
        let id = NUMBER.into();
        for error in [
            retell.get(&id).await.unwrap_err(),
            retell.update(&id, &NumberUpdate::new().label("Desk")).await.unwrap_err(),
            retell.remove(&id, Removal::Record).await.unwrap_err(),
            retell.remove(&id, Removal::RecordAndNumber).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::NotFound(_)), "{status}: {error:?}");
        }
        assert_eq!(retell.get_number(NUMBER).await.unwrap_err().meaning(), Some(Meaning::Missing));
    }
}

#[tokio::test]
async fn a_wrong_value_is_no_missing_number() {
    let server = MockServer::start().await;
    answer(&server, "PATCH", 422, refusal("no such agent")).await;
    answer(&server, "GET", 200, stored(json!("custom"))).await;
    let error = client(server.uri()).update(&NUMBER.into(), &NumberUpdate::new().agent("a1")).await.unwrap_err();
    assert!(!error.is_not_found() && error.report().contains("no such agent"), "{}", error.report());
}

/// The number exists in another workspace: the import is refused and no lookup shows it.
#[tokio::test]
async fn a_number_that_no_lookup_shows_may_be_in_another_workspace() {
    let lookups = || LookupPolicy::default().first_wait(Duration::ZERO).max_lookups(2);
    for message in ["Phone number already exists", "phone number ALREADY EXISTS."] {
        let server = MockServer::start().await;
        answer(&server, "GET", 404, refusal("Not Found")).await;
        answer(&server, "POST", 400, refusal(message)).await;
        let trunk = trunk().number(NUMBER.parse().unwrap());
        let importer = Importer::new(trunk, client(server.uri())).lookup_policy(lookups());
        let error = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
        assert!(error.advice().contains("workspace of the platform that has the number"), "{}", error.advice());
        let told = error.to_string();
        assert!(told.contains("says that it already has") && !told.contains("no clear response"), "{told}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
        let sent = bodies(&server).await;
        assert!(!verbs(&sent).contains(&"DELETE") && !verbs(&sent).contains(&"PATCH"), "{sent:?}");
    }
    // Any other 400 is a refusal.
    let server = MockServer::start().await;
    answer(&server, "GET", 404, refusal("Not Found")).await;
    answer(&server, "POST", 400, refusal("no such agent")).await;
    let importer = Importer::new(trunk().number(NUMBER.parse().unwrap()), client(server.uri()));
    let error = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap_err();
    assert!(error.surely_not_done() && error.kind() == ErrorKind::Rejected, "{error:?}");
}

#[tokio::test]
async fn a_number_that_appears_after_the_refusal_is_adopted() {
    let server = MockServer::start().await;
    let missing = ResponseTemplate::new(404).set_body_json(refusal("Not Found"));
    Mock::given(method("GET")).respond_with(missing).up_to_n_times(1).mount(&server).await;
    answer(&server, "GET", 200, stored(json!("custom"))).await;
    answer(&server, "POST", 400, refusal("Phone number already exists.")).await;
    let importer = Importer::new(trunk().number(NUMBER.parse().unwrap()), client(server.uri()));
    let imported = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap();
    assert_eq!(imported.outcome, Outcome::AlreadyThere);
    let sent = bodies(&server).await;
    let import = &sent.iter().find(|(verb, _)| verb == "POST").unwrap().1;
    assert_eq!(import["ignore_e164_validation"], false, "Retell's own default accepts any text");
}

#[tokio::test]
async fn only_an_imported_number_is_removed_without_consent_to_a_release() {
    for (kind, is_kept) in [
        (json!("custom"), true),
        (json!("retell-twilio"), false),
        (json!("retell-telnyx"), false),
        (json!("later"), false),
        (json!(null), false),
    ] {
        let server = MockServer::start().await;
        answer(&server, "GET", 200, stored(kind.clone())).await;
        answer(&server, "DELETE", 204, Value::Null).await;
        let retell = client(server.uri());
        assert_eq!(retell.get(&NUMBER.into()).await.unwrap().releases, !is_kept, "{kind}");
        let removed = retell.remove(&NUMBER.into(), Removal::Record).await;
        if is_kept {
            removed.unwrap();
        } else {
            let error = removed.unwrap_err();
            assert_eq!(problem_fields(&error), ["remove"], "{kind}");
            let is_bought = kind.as_str().is_some_and(|kind| kind.starts_with("retell-"));
            let fault = match is_bought {
                true => "`remove` releases the number permanently, because it was bought from Retell; consent with",
                false => {
                    "`remove` may release the number permanently: Retell does not show that it was imported; consent"
                }
            };
            assert!(error.to_string().contains(fault), "{error}");
            assert!(
                error.advice().starts_with("Do what the message says. Nothing"),
                "no value helps: {}",
                error.advice()
            );
            assert!(!verbs(&bodies(&server).await).contains(&"DELETE"), "{kind}");
            retell.remove(&NUMBER.into(), Removal::RecordAndNumber).await.unwrap();
        }
        assert!(verbs(&bodies(&server).await).contains(&"DELETE"), "{kind}");
    }
}

/// Without consent to a release, a removal reads the number's type first.
#[tokio::test]
async fn a_plan_counts_the_read_before_a_removal() {
    let numbers = [NUMBER, "+14155550123"];
    let held = numbers.map(|number| number.parse().unwrap());
    let sandbox = Sandbox::builder().held_numbers(held).start().await.unwrap();
    let retell = Retell::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(Twilio::from_vars(|name| sandbox.var(name)).unwrap(), retell.clone());
    for number in numbers {
        retell.import_number(&ImportNumber::new(number, "sip.example.com")).await.unwrap();
    }
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let away = |_: &_| Some(Reroute::To("https://app.example.com/closed".into()));
    let removed = |consent| plan.clone().retire_extra(consent, away);
    let (record, number) = (removed(Removal::Record), removed(Removal::RecordAndNumber));
    assert_eq!(record.requests(), number.requests() + numbers.len() as u64);
    let (before, expected) = (sandbox.requests().len(), record.requests());
    let steps: Vec<_> = importer.apply(record).unwrap().collect().await;
    assert!(steps.iter().all(|step| step.outcome.code() == "removed"), "{steps:?}");
    assert_eq!((sandbox.requests().len() - before) as u64, expected);
}

#[tokio::test]
async fn an_import_sends_the_whole_trunk() {
    let server = MockServer::start().await;
    answer(&server, "POST", 201, stored(json!("custom"))).await;
    let source = NumberSource::from(trunk().transport(SipTransport::Tls));
    let request = ImportRequest::new(NUMBER.parse().unwrap()).label("Desk").agent("a1");
    client(server.uri()).create(&source, &request).unwrap().await.unwrap();
    let body = json!({
        "phone_number": NUMBER, "termination_uri": "sip.example.com", "sip_trunk_auth_username": "user",
        "sip_trunk_auth_password": "planted-password", "transport": "TLS", "ignore_e164_validation": false,
        "nickname": "Desk", "inbound_agents": [{"agent_id": "a1", "weight": 1}],
    });
    assert_eq!(bodies(&server).await, [("POST".to_owned(), body)]);
}

/// By the last change, a number that changes meanwhile would be missed in the other order.
#[tokio::test]
async fn all_numbers_are_listed_in_the_ascending_order() {
    let server = MockServer::start().await;
    answer(&server, "GET", 200, json!({"items": [], "has_more": false})).await;
    let listed: Vec<_> = client(server.uri()).list().collect().await;
    assert_eq!(listed.len(), 0);
    let sent = server.received_requests().await.unwrap();
    let sorted = sent[0].url.query_pairs().find(|(name, _)| name == "sort_order");
    assert_eq!(sorted.unwrap().1, "ascending");
}

#[tokio::test]
async fn a_renewal_sends_the_whole_trunk() {
    let server = MockServer::start().await;
    answer(&server, "PATCH", 200, stored(json!("custom"))).await;
    let retell = client(server.uri());
    let source = NumberSource::from(trunk().transport(SipTransport::Tls));
    let renewed = retell.renew(&record(&stored(json!("custom"))), &source, &RenewalRun::new()).await.unwrap();
    assert_eq!(renewed, RenewedCredentials::record());
    let trunk = json!({
        "termination_uri": "sip.example.com", "auth_username": "user", "auth_password": "planted-password",
        "transport": "TLS",
    });
    assert_eq!(bodies(&server).await, [("PATCH".to_owned(), trunk)]);

    // A response that shows another trunk.
    let other = NumberSource::from(SipTrunk::new("other.example.com").credentials("user", "password"));
    let error = retell.renew(&record(&stored(json!("custom"))), &other, &RenewalRun::new()).await.unwrap_err();
    assert!(!error.surely_not_done() && error.report().contains("SIP.example.com"), "{}", error.report());

    let bare = NumberSource::from(SipTrunk::new("sip.example.com"));
    for (number, source, field) in [
        (stored(json!("custom")), &bare, "source.credentials"),
        (stored(json!("retell-twilio")), &source, "source"),
        (stored(json!(null)), &source, "source"),
    ] {
        let error = retell.renew(&record(&number), source, &RenewalRun::new()).await.unwrap_err();
        assert_eq!(problem_fields(&error), [field], "{number}");
    }
    assert_eq!(bodies(&server).await.len(), 2, "nothing more is sent");
}

#[test]
fn a_record_shows_the_trunks_host_and_user() {
    let retell = client("http://127.0.0.1:1".to_owned());
    let with = |uri: Value, user: Value| {
        json!({
            "phone_number": NUMBER, "phone_number_type": "custom",
            "sip_outbound_trunk_config": {"termination_uri": uri, "auth_username": user},
        })
    };
    let differs = |part, uses: &str, given: &str| SourceMatch::Differs { part, uses: uses.into(), given: given.into() };
    let bare = SipTrunk::new("sip.example.com");
    for (number, trunk, expected) in [
        (with(json!("sip.example.com"), json!("user")), trunk(), SourceMatch::Same),
        (with(json!("sip:sip.example.com:5060"), json!("user")), trunk(), SourceMatch::Same),
        (with(json!("sip.example.com"), json!(null)), bare, SourceMatch::Same),
        (with(json!("sip.example.com"), json!(null)), trunk(), SourceMatch::Unknown),
        (with(json!("sip.example.com"), json!("u2")), trunk(), differs(SourcePart::Account, "u2", "user")),
        (with(json!("a b"), json!("user")), trunk(), differs(SourcePart::Trunk, "a b", "sip.example.com")),
        (with(json!(null), json!(null)), trunk(), SourceMatch::Unknown),
        (stored(json!("retell-twilio")), trunk(), differs(SourcePart::Carrier, "retell-twilio", "sip-trunk")),
    ] {
        assert_eq!(retell.compare_source(&record(&number), &trunk.into()), expected, "{number}");
    }
}

#[tokio::test]
async fn several_agents_or_a_webhook_are_a_handler() {
    let agent = |id: &str, weight: f64| json!({"agent_id": id, "weight": weight});
    for (number, agent, handler) in [
        (json!({"inbound_agents": [agent("a1", 1.0)]}), Some("a1"), None),
        (json!({"inbound_agents": [agent("a1", 0.5), agent("a2", 0.5)]}), None, Some("agents a1, a2")),
        (json!({"inbound_agents": [{"weight": 1}]}), None, Some("an unnamed agent")),
        (json!({"inbound_agents": [], "inbound_webhook_url": "https://u:p@example.com"}), None, Some("webhook")),
        (json!({"inbound_agents": null, "inbound_webhook_url": ""}), None, None),
    ] {
        let server = MockServer::start().await;
        let mut number = number;
        number["phone_number"] = NUMBER.into();
        let get = Mock::given(method("GET")).and(path(format!("/get-phone-number/{NUMBER}")));
        get.respond_with(ResponseTemplate::new(200).set_body_json(&number)).mount(&server).await;
        let record = client(server.uri()).get(&NUMBER.into()).await.unwrap();
        assert_eq!((record.agent.as_ref().map(AsRef::as_ref), record.handler.as_deref()), (agent, handler), "{number}");
    }
}

#[test]
fn calls_arrive_at_retells_sip_server() {
    let retell = client("http://127.0.0.1:1".to_owned());
    assert_eq!(retell.inbound_address(), Some(CallbackUrl::new("sip:sip.retellai.com")));
    for network in numport::Retell::SIP_NETWORKS {
        assert!(network.parse::<numport::model::AllowedAddress>().is_ok(), "{network}");
    }
}
