//! `Importer::import`: first call, second call, and interrupted calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use numport::error::{Delivery, Step};
use numport::import::Field;
use numport::model::ProviderKind;
use numport::sandbox::Sandbox;
use numport::{
    AccountKey, Byo, E164, Error, ImportRequest, Importer, Interactly, LookupPolicy, NumberSource, NumberUpdate,
    Outcome, Removal, SipTrunk, Twilio, Vapi, VoicePlatform,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{CreateNow, KEY, at_once};

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

fn twilio() -> AccountKey {
    AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token")
}

struct Setup {
    sandbox: Sandbox,
    twilio: Twilio,
    interactly: Interactly,
    vapi: Vapi,
}

async fn setup() -> Setup {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (twilio, interactly) = (Twilio::from_vars(vars).unwrap(), Interactly::from_vars(vars).unwrap());
    let vapi = Vapi::from_vars(vars).unwrap();
    Setup { sandbox, twilio, interactly, vapi }
}

/// How many requests with this method a service received.
fn sent(sandbox: &Sandbox, service: &str, method: &str) -> usize {
    sandbox.requests().iter().filter(|entry| entry.service.as_str() == service && entry.method == method).count()
}

#[tokio::test]
async fn an_import_creates_a_record_and_takes_over_the_calls() {
    let Setup { sandbox, twilio, interactly, vapi } = setup().await;
    let request = ImportRequest::new(number()).label("Front desk").agent("agent-1");
    let imported = Importer::new(twilio.clone(), vapi).import(&request).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Created);
    assert_eq!(imported.record.number.e164(), Some(&number()));
    assert_eq!(imported.record.label.as_deref(), Some("Front desk"));
    assert_eq!(imported.record.agent.as_ref().map(AsRef::as_ref), Some("agent-1"));
    assert_eq!(imported.record.carrier.as_deref(), Some("twilio"));
    assert!(imported.record.created_at.is_some() && imported.unsupported_fields.is_empty());
    assert_eq!(sandbox.twilio().voice_url(&number()).as_deref(), Some("https://api.vapi.ai/twilio/inbound_call"));

    let request = request.inbound(true).outbound(false);
    let imported = Importer::new(twilio, interactly).import(&request).await.unwrap();
    assert_eq!((imported.record.inbound, imported.record.outbound), (Some(true), Some(false)));
    assert_eq!(imported.record.agent.as_ref().map(AsRef::as_ref), Some("agent-1"));
    assert!(sandbox.twilio().voice_url(&number()).unwrap().contains("interactly"));
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    let Setup { sandbox, twilio, interactly, vapi } = setup().await;
    let request = ImportRequest::new(number()).label("Front desk").agent("agent-1");
    let platforms: [Arc<dyn VoicePlatform>; 2] = [Arc::new(vapi), Arc::new(interactly)];
    for platform in platforms {
        let importer = Importer::new(twilio.clone(), platform);
        let first = importer.import(&request).await.unwrap().record;
        let before = sandbox.requests().len();
        let second = importer.import(&request).await.unwrap();
        assert_eq!(second.outcome, Outcome::AlreadyThere);
        assert_eq!(second.record.id, first.id);
        assert!(second.before.is_none() && second.unsupported_fields.is_empty());
        assert!(sandbox.requests()[before..].iter().all(|entry| entry.method == "GET"));
    }
}

#[tokio::test]
async fn an_existing_record_is_updated_to_the_request() {
    let Setup { sandbox, twilio, interactly, vapi } = setup().await;
    let importer = Importer::new(twilio.clone(), vapi);
    importer.import(ImportRequest::new(number()).label("Old").agent("agent-1")).await.unwrap();
    let imported = importer.import(ImportRequest::new(number()).label("New")).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Updated);
    assert_eq!(imported.record.label.as_deref(), Some("New"));
    assert_eq!(imported.record.agent.as_ref().map(AsRef::as_ref), Some("agent-1"), "what is not named is kept");
    let line = format!("+14155552671 on vapi: updated, id {}", imported.record.id);
    assert_eq!(imported.to_string(), line);
    assert_eq!(imported.before.unwrap().label.as_deref(), Some("Old"));

    let importer = Importer::new(twilio, interactly);
    importer.import(ImportRequest::new(number()).label("Old")).await.unwrap();
    let imported = importer.import(ImportRequest::new(number()).label("New").outbound(false)).await.unwrap();
    assert_eq!(imported.unsupported_fields, [Field::Label], "a label cannot be changed there");
    assert!(imported.to_string().contains("; the platform cannot change its label"), "{imported}");
    assert_eq!(imported.record.outbound, Some(false));
    assert_eq!(sent(&sandbox, "interactly", "POST"), 1);
}

#[tokio::test]
async fn an_empty_label_is_refused() {
    let Setup { sandbox, twilio, interactly, vapi } = setup().await;
    let platforms: [Arc<dyn VoicePlatform>; 2] = [Arc::new(vapi), Arc::new(interactly)];
    for platform in platforms {
        let error = Importer::new(twilio.clone(), platform).import(ImportRequest::new(number()).label("")).await;
        let text = error.unwrap_err().to_string();
        assert!(text.contains("`label` is empty; leave it out, or clear it by an update"), "{text}");
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_number_stored_without_plus_is_the_same_number() {
    let vapi = MockServer::start().await;
    let stored = json!({"id": "n1", "provider": "byo-phone-number", "number": "14155552671"});
    let page = json!({"results": [{"id": "n0", "provider": "twilio", "number": "+141555526710"}, stored], "metadata": {"hasNextPage": false}});
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(&vapi).await;
    let client = Vapi::builder(KEY).base_url(vapi.uri()).build().unwrap();
    let found = client.find(&number()).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.number.to_string().as_str()), ("n1", "14155552671"));
    assert_eq!(vapi.received_requests().await.unwrap()[0].url.query(), Some("search=14155552671&page=1&sortOrder=ASC"));
}

#[tokio::test]
async fn unsupported_requests_are_refused_before_anything_is_sent() {
    let Setup { sandbox, twilio, interactly, vapi } = setup().await;
    let fields = |error: Error| match error {
        Error::Invalid(invalid) => invalid.problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let request = ImportRequest::new(number()).label("é".repeat(41)).agent(" ").inbound(true).outbound(true);
    let error = Importer::new(twilio, vapi.clone()).import(&request).await.unwrap_err();
    assert_eq!(fields(error), ["inbound", "outbound", "label", "agent"]);

    let plain = ImportRequest::new(number());
    let sources: [(NumberSource, Vec<&str>); 7] = [
        (Byo::stored_default(ProviderKind::TWILIO).into(), vec!["source.carrier", "source.credential"]),
        (Byo::credential(ProviderKind::TELNYX, "key").into(), vec!["source.credential"]),
        (
            NumberSource::account(ProviderKind::TWILIO, AccountKey::token("AC1", "")),
            vec!["source.account_sid", "source.auth_token"],
        ),
        (SipTrunk::new("").into(), vec!["source.host"]),
        (SipTrunk::new("sip://trunk.example.com").into(), vec!["source.host"]),
        (SipTrunk::new("sip:trunk.example.com").into(), vec!["source.allow_inbound"]),
        (SipTrunk::new("a b").port(0).into(), vec!["source.host", "source.port"]),
    ];
    for (source, expected) in sources {
        assert_eq!(fields(vapi.create_now(&source, &plain).await.unwrap_err()), expected, "{source:?}");
    }
    let sources: [(NumberSource, Vec<&str>); 2] = [
        (SipTrunk::new("trunk.example.com").into(), vec!["source"]),
        (Byo::credential(ProviderKind::VONAGE, "id").into(), vec!["source.carrier", "source.credential"]),
    ];
    for (source, expected) in sources {
        assert_eq!(fields(interactly.create_now(&source, &plain).await.unwrap_err()), expected, "{source:?}");
    }
    let id = "n1".into();
    assert_eq!(fields(interactly.remove(&id, Removal::Record).await.unwrap_err()), ["remove"]);
    assert_eq!(fields(interactly.update(&id, &NumberUpdate::new().clear_label()).await.unwrap_err()), ["label"]);
    assert_eq!(fields(vapi.update(&id, &NumberUpdate::new().inbound(true)).await.unwrap_err()), ["inbound"]);
    assert_eq!(fields(vapi.update(&id, &NumberUpdate::new()).await.unwrap_err()), ["update"]);
    assert_eq!(sandbox.requests(), []);
}

/// A platform whose response to a GET depends on the requests so far.
async fn platform(answers: Vec<(&str, &str, u16, Value, u64)>) -> MockServer {
    let server = MockServer::start().await;
    for (verb, route, status, body, times) in answers {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method(verb)).and(path(route)).respond_with(answer).up_to_n_times(times).mount(&server).await;
    }
    server
}

const NUMBERS: &str = "/assistants/v1/numbers";

fn interactly_at(server: &MockServer) -> Importer {
    // Mock servers reuse ports, and the process remembers unresolved imports of an account, so each server has its own
    // key.
    static KEYS: AtomicUsize = AtomicUsize::new(0);
    let key = format!("{KEY}-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    let client = Interactly::builder(key).base_url(server.uri()).retry(at_once()).build().unwrap();
    // These tests are about the platform alone.
    let importer = Importer::new(Twilio::builder(twilio()).build().unwrap(), client).skip_preflight();
    importer.lookup_policy(LookupPolicy::default().first_wait(Duration::ZERO))
}

async fn posts(server: &MockServer, route: &str) -> usize {
    let requests = server.received_requests().await.unwrap();
    requests.iter().filter(|request| request.method == "POST" && request.url.path() == route).count()
}

#[tokio::test]
async fn an_interrupted_import_names_the_record_and_a_second_run_finishes_it() {
    let made = json!({"_id": "n1", "number": "+14155552671", "inboundEnabled": true});
    let done = json!({"_id": "n1", "number": "+14155552671", "inboundEnabled": true, "assistantId": "agent-1"});
    let import = "/assistants/v1/numbers/twilio";
    let server = platform(vec![
        ("GET", NUMBERS, 200, json!([]), 1),
        ("POST", import, 201, made.clone(), 1),
        ("PUT", "/assistants/v1/numbers/n1", 500, json!({"message": "later"}), 4),
        ("GET", NUMBERS, 200, json!([made]), 1),
        ("PUT", "/assistants/v1/numbers/n1", 200, done, 1),
    ])
    .await;
    let request = ImportRequest::new(number()).agent("agent-1");
    let error = interactly_at(&server).import(&request).await.unwrap_err();
    assert_eq!(error.to_string(), "interactly: +14155552671 is imported as n1, but configuring the record failed");
    let Error::Incomplete(incomplete) = error else { panic!("{error:?}") };
    assert_eq!(incomplete.step, Step::Configure);
    assert_eq!(incomplete.record.as_ref().unwrap().id.as_str(), "n1");
    assert_eq!(incomplete.error.status().unwrap().as_u16(), 500);

    let imported = interactly_at(&server).import(&request).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Updated);
    assert_eq!(imported.record.agent.as_ref().map(AsRef::as_ref), Some("agent-1"));
    assert_eq!(posts(&server, import).await, 1);
}

#[tokio::test]
async fn a_new_record_is_updated_only_if_it_differs_from_the_request() {
    let import = "/assistants/v1/numbers/twilio";
    let one = "/assistants/v1/numbers/n1";
    // The create sets the label, which the platform does not return here, and inbound is already on.
    let made = json!({"_id": "n1", "number": "+14155552671", "inboundEnabled": true, "outboundEnabled": true});
    let done = json!({"_id": "n1", "number": "+14155552671", "inboundEnabled": true, "outboundEnabled": false});
    let request = ImportRequest::new(number()).label("Front desk").inbound(true);
    for (request, puts) in [(request.clone(), 0), (request.outbound(false), 1)] {
        let server = platform(vec![
            ("GET", NUMBERS, 200, json!([]), 1),
            ("POST", import, 201, made.clone(), 1),
            ("PUT", one, 200, done.clone(), 1),
        ])
        .await;
        let imported = interactly_at(&server).import(&request).await.unwrap();
        assert_eq!((imported.outcome, imported.unsupported_fields), (Outcome::Created, vec![]));
        assert!(imported.before.is_none(), "it was not there before");
        let requests = server.received_requests().await.unwrap();
        let put: Vec<Value> = requests
            .iter()
            .filter(|request| request.method == "PUT")
            .map(|request| serde_json::from_slice(&request.body).unwrap())
            .collect();
        assert_eq!(put, vec![json!({"outboundEnabled": false}); puts]);
    }
}

#[tokio::test]
async fn a_lost_response_is_followed_by_lookups_and_not_by_a_second_create() {
    let import = "/assistants/v1/numbers/twilio";
    let there = json!([{"_id": "n1", "number": "+14155552671"}]);
    for (status, body) in [(500, json!({})), (503, json!({})), (408, json!({})), (201, json!("odd"))] {
        let server = platform(vec![
            ("GET", NUMBERS, 200, json!([]), 1),
            ("POST", import, status, body.clone(), 9),
            ("GET", NUMBERS, 200, there.clone(), 1),
        ])
        .await;
        let imported = interactly_at(&server).import(ImportRequest::new(number())).await.unwrap();
        assert_eq!((imported.outcome, imported.record.id.as_str()), (Outcome::Recovered, "n1"), "{status}");
        assert_eq!(posts(&server, import).await, 1, "{status}");

        let server = platform(vec![("GET", NUMBERS, 200, json!([]), 9), ("POST", import, status, body, 9)]).await;
        let error = interactly_at(&server).import(ImportRequest::new(number())).await.unwrap_err();
        let Error::Indeterminate(open) = &error else { panic!("{error:?}") };
        assert_eq!((open.number, open.platform.as_str()), (number(), "interactly"));
        assert_eq!(posts(&server, import).await, 1, "{status}");
    }
}

#[tokio::test]
async fn a_refused_create_is_followed_by_one_lookup() {
    let import = "/assistants/v1/numbers/twilio";
    let server =
        platform(vec![("GET", NUMBERS, 200, json!([]), 9), ("POST", import, 400, json!({"message": "no"}), 9)]).await;
    let error = interactly_at(&server).import(ImportRequest::new(number())).await.unwrap_err();
    assert_eq!(error.call().unwrap().delivery, Delivery::Refused);
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_lost_read_leaves_nothing_unresolved() {
    let server = platform(vec![("GET", NUMBERS, 503, json!({"message": "later"}), 9)]).await;
    let error = interactly_at(&server).import(ImportRequest::new(number())).await.unwrap_err();
    assert_eq!(error.call().unwrap().delivery, Delivery::Read);
    assert!(error.surely_not_done());
    assert!(error.advice().ends_with("Nothing was changed."), "{}", error.advice());
    assert_eq!(posts(&server, "/assistants/v1/numbers/twilio").await, 0);
}

#[tokio::test]
async fn the_advice_for_a_refused_update_is_to_correct_it() {
    let made = json!({"_id": "n1", "number": "+14155552671"});
    let server = platform(vec![
        ("GET", NUMBERS, 200, json!([]), 1),
        ("POST", "/assistants/v1/numbers/twilio", 201, made, 1),
        ("PUT", "/assistants/v1/numbers/n1", 400, json!({"message": "no such assistant"}), 1),
    ])
    .await;
    let error = interactly_at(&server).import(ImportRequest::new(number()).agent("nobody")).await.unwrap_err();
    let advice = "Correct what the service's message names: in the request, in the account, or where the number is held. \
                  Then run the same call again: it completes the remaining steps.";
    assert_eq!(error.advice(), advice);
    let report = "interactly: +14155552671 is imported as n1, but configuring the record failed: interactly: update number \
                  failed with 400 Bad Request: no such assistant. ";
    assert_eq!(error.report(), format!("{report}{advice}"));
}
