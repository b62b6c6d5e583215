//! Cartesia through the platform-independent API: what its unknowns mean.

use std::time::Duration;

use numport::import::{Field, UndoneRecord};
use numport::model::{AccountKey, ProviderKind};
use numport::{
    Byo, Error, ImportRequest, Importer, LookupPolicy, NumberSource, NumberUpdate, Outcome, Removal, SipTrunk,
    VoicePlatform,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, client};
use crate::support::validation::problem_fields;
use crate::support::{at_once, test_key};

const OTHER: &str = "+14155552672";
/// The label of an import without one.
const LABEL: &str = "+1415555 2671";
const NUMBERS: &str = "/agents/phone-numbers";
const ONE: &str = "/agents/phone-numbers/pn_1";

fn stored(provider: Value) -> Value {
    json!({"id": "pn_1", "number": NUMBER, "label": "Desk", "agent": {"id": "a1"}, "provider": provider})
}

fn linked() -> Value {
    json!({"type": "twilio", "id": "prov_1", "account_sid": "AC1", "api_key_sid": "SK…1", "region": "us1"})
}

async fn answer(server: &MockServer, verb: &str, at: &str, status: u16, body: Value) {
    let template = ResponseTemplate::new(status);
    let template = if status == 204 { template } else { template.set_body_json(body) };
    Mock::given(method(verb)).and(path(at)).respond_with(template).mount(server).await;
}

fn refusal() -> Value {
    json!({"error_code": null, "title": "Conflict", "message": "no", "request_id": "r"})
}

async fn sent(server: &MockServer) -> Vec<(String, Value)> {
    let requests = server.received_requests().await.unwrap();
    let sent = |request: &wiremock::Request| serde_json::from_slice(&request.body).unwrap_or_default();
    requests.iter().map(|request| (request.method.to_string(), sent(request))).collect()
}

fn verbs(sent: &[(String, Value)]) -> Vec<&str> {
    sent.iter().map(|(verb, _)| verb.as_str()).collect()
}

/// Whether the search reads a plus is not documented. Without an answer of its own, the list decides.
#[tokio::test]
async fn a_number_that_the_search_misses_is_found_in_the_list() {
    for read in [true, false] {
        let server = MockServer::start().await;
        let page = |found: bool| {
            let data = if found { vec![stored(linked())] } else { vec![] };
            ResponseTemplate::new(200).set_body_json(json!({"data": data, "has_more": false}))
        };
        let list = || Mock::given(method("GET")).and(path(NUMBERS));
        list().and(query_param("q", NUMBER)).respond_with(page(read)).mount(&server).await;
        list().and(query_param_is_missing("q")).respond_with(page(true)).mount(&server).await;
        let found = client(server.uri()).find(&NUMBER.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((found.id.as_str(), found.credential.unwrap().as_str()), ("pn_1", "prov_1"));
        assert_eq!(sent(&server).await.len(), if read { 1 } else { 2 });
    }
}

/// Once the search has found a number by its number, what it does not find is not there. It may have found the
/// label or the agent instead, which proves nothing.
#[tokio::test]
async fn the_list_is_not_read_any_more_once_the_search_has_found_a_number() {
    let (desk, named) = (json!({"id": "a1", "name": "Desk"}), json!({"id": "a1", "name": "Desk 14155552671"}));
    for (label, agent, reads_list) in [("Desk", &desk, false), (NUMBER, &desk, true), ("Desk", &named, true)] {
        let server = MockServer::start().await;
        let page =
            |data: Vec<Value>| ResponseTemplate::new(200).set_body_json(json!({"data": data, "has_more": false}));
        let mut known = stored(linked());
        (known["label"], known["agent"]) = (label.into(), agent.clone());
        let list = || Mock::given(method("GET")).and(path(NUMBERS));
        list().and(query_param("q", NUMBER)).respond_with(page(vec![known])).mount(&server).await;
        list().respond_with(page(vec![])).mount(&server).await;
        let client = client(server.uri());
        client.find(&NUMBER.parse().unwrap()).await.unwrap().unwrap();
        assert!(client.clone().find(&OTHER.parse().unwrap()).await.unwrap().is_none());
        assert_eq!(sent(&server).await.len(), if reads_list { 3 } else { 2 }, "{label} {agent}");
    }
}

/// A list that is not complete does not show that a number is not there.
#[tokio::test]
async fn an_empty_page_that_promises_more_is_an_error() {
    let server = MockServer::start().await;
    answer(&server, "GET", NUMBERS, 200, json!({"data": [], "has_more": true})).await;
    client(server.uri()).find(&NUMBER.parse().unwrap()).await.unwrap_err();
}

/// What is not surely Twilio's may be Cartesia's own.
#[tokio::test]
async fn only_a_number_of_twilio_is_removed_without_consent_to_its_loss() {
    for (provider, keeps) in [
        (linked(), true),
        (json!({"id": "prov_1", "account_sid": "AC1"}), true),
        (json!({"type": "cartesia"}), false),
        (json!({"type": "carrier-of-tomorrow", "account_sid": "AC1"}), false),
        (json!({"id": "prov_1"}), false),
        (Value::Null, false),
    ] {
        let server = MockServer::start().await;
        answer(&server, "GET", ONE, 200, stored(provider.clone())).await;
        answer(&server, "PATCH", ONE, 200, stored(provider.clone())).await;
        answer(&server, "DELETE", ONE, 204, Value::Null).await;
        let cartesia = client(server.uri());
        assert_eq!(cartesia.get(&"pn_1".into()).await.unwrap().releases, !keeps, "{provider}");
        let result = cartesia.remove(&"pn_1".into(), Removal::Record).await;
        if keeps {
            result.unwrap();
        } else {
            assert_eq!(problem_fields(&result.unwrap_err()), ["remove"], "{provider}");
            // What was read just now is not read again.
            assert_eq!(verbs(&sent(&server).await), ["GET"]);
            cartesia.remove(&"pn_1".into(), Removal::RecordAndNumber).await.unwrap();
        }
        let sent = sent(&server).await;
        let unassigned = sent.iter().position(|(verb, _)| verb == "PATCH").unwrap();
        assert_eq!(sent[unassigned].1, json!({"agent_id": null}), "{provider}");
        assert_eq!(verbs(&sent[unassigned..]), ["PATCH", "DELETE"], "{provider}");
    }
}

#[tokio::test]
async fn an_import_sends_the_label_and_the_agent() {
    for (label, agent) in [(Some("Desk"), Some("a1")), (None, None)] {
        let server = MockServer::start().await;
        answer(&server, "POST", NUMBERS, 200, stored(linked())).await;
        let mut request = ImportRequest::new(NUMBER.parse().unwrap());
        if let (Some(label), Some(agent)) = (label, agent) {
            request = request.label(label).agent(agent);
        }
        let source = NumberSource::stored(ProviderKind::TWILIO, "prov_1");
        client(server.uri()).create(&source, &request).unwrap().await.unwrap();
        // A label is required.
        let mut body = json!({"label": label.unwrap_or(LABEL), "number": NUMBER, "provider": {"id": "prov_1"}});
        if let Some(agent) = agent {
            body["agent_id"] = agent.into();
        }
        assert_eq!(sent(&server).await, [("POST".to_owned(), body)]);
    }
}

/// What was read before an update does not tell whether the number has an agent now.
#[tokio::test]
async fn a_number_is_read_again_if_it_was_updated_since() {
    let server = MockServer::start().await;
    let mut free = stored(linked());
    free["agent"] = Value::Null;
    let read = ResponseTemplate::new(200).set_body_json(&free);
    Mock::given(method("GET")).and(path(ONE)).respond_with(read).up_to_n_times(1).mount(&server).await;
    answer(&server, "GET", ONE, 200, stored(linked())).await;
    answer(&server, "PATCH", ONE, 200, stored(linked())).await;
    answer(&server, "DELETE", ONE, 204, Value::Null).await;
    let cartesia = client(server.uri());
    assert_eq!(cartesia.get(&"pn_1".into()).await.unwrap().agent, None);
    cartesia.update(&"pn_1".into(), &NumberUpdate::new().agent("a1")).await.unwrap();
    cartesia.remove(&"pn_1".into(), Removal::Record).await.unwrap();
    assert_eq!(verbs(&sent(&server).await), ["GET", "PATCH", "GET", "PATCH", "DELETE"]);
}

/// A removal that is refused leaves the number as it was.
#[tokio::test]
async fn a_refused_removal_gives_the_agent_back() {
    for restored in [200, 403] {
        let server = MockServer::start().await;
        let mut free = stored(linked());
        free["agent"] = Value::Null;
        let read = ResponseTemplate::new(200).set_body_json(stored(linked()));
        Mock::given(method("GET")).and(path(ONE)).respond_with(read).up_to_n_times(1).mount(&server).await;
        answer(&server, "GET", ONE, 200, free.clone()).await;
        let unassign = Mock::given(method("PATCH")).and(path(ONE));
        let free = ResponseTemplate::new(200).set_body_json(free);
        unassign.respond_with(free).up_to_n_times(1).mount(&server).await;
        answer(&server, "PATCH", ONE, restored, stored(linked())).await;
        answer(&server, "DELETE", ONE, 409, refusal()).await;
        let error = client(server.uri()).remove(&"pn_1".into(), Removal::Record).await.unwrap_err();
        assert_eq!(matches!(error, Error::Incomplete(_)), restored == 403, "{error:?}");
        let sent = sent(&server).await;
        assert_eq!(verbs(&sent), ["GET", "PATCH", "DELETE", "GET", "PATCH"]);
        assert_eq!(sent[4].1, json!({"agent_id": "a1"}));
    }
}

/// A request without a response may still arrive after the removal has ended.
#[tokio::test]
async fn an_agent_whose_removal_has_no_response_is_removed_once_more() {
    let server = MockServer::start().await;
    answer(&server, "GET", ONE, 200, stored(linked())).await;
    let lost = ResponseTemplate::new(502);
    Mock::given(method("PATCH")).and(path(ONE)).respond_with(lost).up_to_n_times(1).mount(&server).await;
    answer(&server, "PATCH", ONE, 200, stored(linked())).await;
    answer(&server, "DELETE", ONE, 204, Value::Null).await;
    let builder = numport::Cartesia::builder(test_key()).base_url(server.uri()).retry(numport::RetryPolicy::never());
    builder.build().unwrap().remove(&"pn_1".into(), Removal::Record).await.unwrap();
    assert_eq!(verbs(&sent(&server).await), ["GET", "PATCH", "PATCH", "DELETE"]);
}

/// The status of a second import is not documented. Each is resolved by a lookup, and nothing is sent twice.
#[tokio::test]
async fn a_refused_import_is_looked_up_and_never_sent_again() {
    for (status, is_there) in [(400, true), (409, true), (422, true), (500, true), (409, false), (500, false)] {
        let server = MockServer::start().await;
        let empty = ResponseTemplate::new(200).set_body_json(json!({"data": [], "has_more": false}));
        // The search and the list before the create.
        Mock::given(method("GET")).and(path(NUMBERS)).respond_with(empty).up_to_n_times(2).mount(&server).await;
        let data = if is_there { vec![stored(linked())] } else { vec![] };
        answer(&server, "GET", NUMBERS, 200, json!({"data": data, "has_more": false})).await;
        answer(&server, "POST", NUMBERS, status, refusal()).await;
        let cartesia = numport::Cartesia::builder(test_key()).base_url(server.uri()).retry(at_once()).build().unwrap();
        let byo = Byo::credential(ProviderKind::TWILIO, "prov_1");
        let policy = LookupPolicy::default().first_wait(Duration::ZERO).longest_wait(Duration::ZERO);
        let importer = Importer::new(byo, cartesia).lookup_policy(policy);
        let result = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await;
        match result {
            Ok(imported) => {
                assert!(is_there, "{status}");
                assert_ne!(imported.outcome, Outcome::Created);
            }
            Err(error) => {
                assert!(!is_there, "{status}: {error:?}");
                assert!(matches!(error, Error::Indeterminate(_)), "{error:?}");
            }
        }
        let sent = sent(&server).await;
        let creates: Vec<&Value> = sent.iter().filter(|(verb, _)| verb == "POST").map(|(_, body)| body).collect();
        // A label is required.
        assert_eq!(creates, [&json!({"label": LABEL, "number": NUMBER, "provider": {"id": "prov_1"}})], "{status}");
    }
}

#[tokio::test]
async fn an_update_sends_what_it_names_and_an_agent_without_an_id_is_a_handler() {
    let server = MockServer::start().await;
    let mut unnamed = stored(linked());
    unnamed["agent"] = json!({"name": "A"});
    answer(&server, "PATCH", ONE, 200, unnamed).await;
    let cartesia = client(server.uri());
    let record = cartesia.update(&"pn_1".into(), &NumberUpdate::new().label("Desk")).await.unwrap();
    assert_eq!((record.agent, record.handler.as_deref()), (None, Some("an unnamed agent")));
    cartesia.update(&"pn_1".into(), &NumberUpdate::new().clear_agent()).await.unwrap();
    let bodies: Vec<Value> = sent(&server).await.into_iter().map(|(_, body)| body).collect();
    assert_eq!(bodies, [json!({"label": "Desk"}), json!({"agent_id": null})]);
}

/// An agent that is named after a number is found with all of its numbers.
#[tokio::test]
async fn a_search_of_several_pages_that_did_not_come_to_the_number_proves_nothing() {
    let server = MockServer::start().await;
    let other = |id: &str| {
        let mut other = stored(linked());
        (other["id"], other["number"]) = (id.into(), OTHER.into());
        other
    };
    let page = |data: Vec<Value>, more: bool| {
        ResponseTemplate::new(200).set_body_json(json!({"data": data, "has_more": more}))
    };
    let list = || Mock::given(method("GET")).and(path(NUMBERS));
    list().and(query_param("q", OTHER)).respond_with(page(vec![other("pn_2")], false)).mount(&server).await;
    list().and(query_param("q", NUMBER)).respond_with(page(vec![other("pn_3")], true)).mount(&server).await;
    list().respond_with(page(vec![other("pn_2"), stored(linked())], false)).mount(&server).await;
    let client = client(server.uri());
    client.find(&OTHER.parse().unwrap()).await.unwrap().unwrap();
    let found = client.find(&NUMBER.parse().unwrap()).await.unwrap();
    assert_eq!(found.unwrap().id.as_str(), "pn_1");
}

/// The record may be of the number: that is not the same as none.
#[tokio::test]
async fn a_masked_number_in_the_search_is_not_overlooked() {
    let server = MockServer::start().await;
    let shown = |id: &str, number: &str| {
        let mut shown = stored(linked());
        (shown["id"], shown["number"]) = (id.into(), number.into());
        ResponseTemplate::new(200).set_body_json(json!({"data": [shown], "has_more": false}))
    };
    let list = || Mock::given(method("GET")).and(path(NUMBERS));
    list().and(query_param("q", OTHER)).respond_with(shown("pn_2", OTHER)).mount(&server).await;
    list().respond_with(shown("pn_1", "+1415***2671")).mount(&server).await;
    let client = client(server.uri());
    client.find(&OTHER.parse().unwrap()).await.unwrap().unwrap();
    let error = client.find(&NUMBER.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Withheld(_)), "{error:?}");
}

#[tokio::test]
async fn the_shortest_number_is_imported() {
    let server = MockServer::start().await;
    let short = "+12";
    let mut made = stored(linked());
    made["number"] = short.into();
    answer(&server, "POST", NUMBERS, 200, made).await;
    let source = NumberSource::stored(ProviderKind::TWILIO, "prov_1");
    let request = ImportRequest::new(short.parse().unwrap());
    client(server.uri()).create(&source, &request).unwrap().await.unwrap();
}

/// Somebody else gave the number an agent after the removal had taken the former one off.
#[tokio::test]
async fn a_refused_removal_leaves_an_agent_that_somebody_else_has_set() {
    let server = MockServer::start().await;
    let (mut free, mut theirs) = (stored(linked()), stored(linked()));
    (free["agent"], theirs["agent"]) = (Value::Null, json!({"id": "theirs"}));
    let one = |verb: &str| Mock::given(method(verb)).and(path(ONE));
    let body = |body: &Value| ResponseTemplate::new(200).set_body_json(body);
    one("GET").respond_with(body(&stored(linked()))).up_to_n_times(1).mount(&server).await;
    one("GET").respond_with(body(&theirs)).mount(&server).await;
    one("PATCH").respond_with(body(&free)).up_to_n_times(1).mount(&server).await;
    one("PATCH").respond_with(body(&stored(linked()))).mount(&server).await;
    answer(&server, "DELETE", ONE, 409, refusal()).await;
    client(server.uri()).remove(&"pn_1".into(), Removal::Record).await.unwrap_err();
    let sent = sent(&server).await;
    let patches: Vec<&Value> = sent.iter().filter(|(verb, _)| verb == "PATCH").map(|(_, body)| body).collect();
    assert_eq!(patches, [&json!({"agent_id": null})]);
}

/// A link of an API key can be renewed, though not with a token.
#[tokio::test]
async fn a_renewal_with_a_token_asks_for_an_api_key() {
    let source = |key| NumberSource::account(ProviderKind::TWILIO, key);
    let sid = |start: &str| format!("{start}{}", "0".repeat(32));
    let client = client("http://127.0.0.1:9".to_owned());
    let refused =
        client.capabilities().check_renewal(client.kind(), &source(AccountKey::token(sid("AC"), "t"))).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "cartesia: renew credentials was not sent: `source.key` is an auth token, but cartesia accepts only an API key of a \
         twilio account; create an API key, and give its id and secret"
    );
    let key = AccountKey::pair(sid("AC"), sid("SK"), "s");
    client.capabilities().check_renewal(client.kind(), &source(key)).unwrap();
}

/// Cartesia documents both parts of an agent, and a response may still lack the id. No update can bring that agent back.
#[tokio::test]
async fn an_undo_says_that_an_unnamed_agent_is_not_restored() {
    let server = MockServer::start().await;
    let with = |agent: Value| {
        let mut number = stored(linked());
        number["agent"] = agent;
        number
    };
    let list = json!({"data": [with(json!({"name": "Old"}))], "has_more": false});
    answer(&server, "GET", NUMBERS, 200, list).await;
    answer(&server, "GET", ONE, 200, with(json!({"id": "a9"}))).await;
    answer(&server, "PATCH", ONE, 200, with(json!({"id": "a9"}))).await;
    let importer = Importer::new(Byo::credential(ProviderKind::TWILIO, "prov_1"), client(server.uri()));
    let imported = importer.import(ImportRequest::new(NUMBER.parse().unwrap()).agent("a9")).await.unwrap();
    assert_eq!(imported.before.as_ref().unwrap().handler.as_deref(), Some("an unnamed agent"));
    let undone = importer.undo(&imported.undo(), Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Agent] });
    let updates: Vec<_> = sent(&server).await.into_iter().filter(|(verb, _)| verb == "PATCH").collect();
    assert_eq!(updates, [("PATCH".to_owned(), json!({"agent_id": "a9"}))], "the new agent stays");
}

/// A number on a trunk may be held at Twilio, which Cartesia takes.
#[tokio::test]
async fn a_trunk_is_refused_with_the_accounts_that_are_taken() {
    let importer = Importer::new(SipTrunk::new("acme.pstn.twilio.com"), client("http://127.0.0.1:9".to_owned()));
    let error = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap_err();
    assert!(error.to_string().contains("give its account in place of the trunk: twilio (an API key)"), "{error}");
}
