//! Butter through the platform-independent API: records, agents, and refused requests. Imports are in `imports`.

use futures_util::TryStreamExt;
use numport::error::Step;
use numport::model::{ProviderKind, RecordNumber};
use numport::platform::butter::{ImportedNumber, NumberSummary};
use numport::{AccountKey, Byo, Error, ImportRequest, NumberSource, NumberUpdate, Removal, SipTrunk, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::butter::endpoints::{INTEGRATION, client, number};
use crate::support::CreateNow;
use crate::support::validation::problem_fields;

pub(crate) const NUMBERS: &str = "/api/phone-numbers";
pub(crate) const PHONE: &str = "+14155552671";

pub(crate) async fn respond(server: &MockServer, verb: &str, route: &str, status: u16, body: Value, times: u64) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).and(path(route)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

/// The sent paths, without their common prefix.
pub(crate) async fn sent(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let short = |path: &str| path.trim_start_matches("/api/").to_owned();
    requests.iter().map(|request| format!("{} {}", request.method, short(request.url.path()))).collect()
}

pub(crate) fn listed(agent: Option<&str>) -> Value {
    let status = if agent.is_some() { "assigned" } else { "free" };
    let number = json!({
        "phone_number_id": "p1", "phone_number": PHONE, "provider": "twilio", "status": status,
        "supports_inbound": false, "supports_outbound": true, "assigned_agent_id": agent,
        "created_at": "2024-01-15T10:30:00Z",
    });
    json!({"success": true, "data": [number], "pagination": {"has_more": false, "next_cursor": null}})
}

fn agent(id: &str) -> Value {
    json!({"success": true, "data": {"agent_id": id, "assigned_phone_number_ids": []}})
}

const LIST: &str = "GET phone-numbers";

fn assign(agent: &str) -> String {
    format!("POST agents/{agent}/assign-phone-number")
}

fn unassign(agent: &str) -> String {
    format!("POST agents/{agent}/unassign-phone-number/p1")
}

/// A Butter whose lists show the number with these agents in turn, and which answers assignments with a status.
async fn butter(lists: &[Option<&str>], assigned: u16, unassigned: u16) -> MockServer {
    let server = MockServer::start().await;
    for agent in lists {
        respond(&server, "GET", NUMBERS, 200, listed(*agent), 1).await;
    }
    let body = |id, status: u16| if status == 200 { agent(id) } else { json!({"detail": format!("no: {status}")}) };
    for id in ["a1", "a2"] {
        let assign = format!("/api/agents/{id}/assign-phone-number");
        respond(&server, "POST", &assign, assigned, body(id, assigned), 9).await;
        let unassign = format!("/api/agents/{id}/unassign-phone-number/p1");
        respond(&server, "POST", &unassign, unassigned, body(id, unassigned), 9).await;
    }
    server
}

fn set(agent: &str) -> NumberUpdate {
    NumberUpdate::new().agent(agent)
}

fn clear() -> NumberUpdate {
    NumberUpdate::new().clear_agent()
}

#[tokio::test]
async fn an_agent_is_set_changed_and_cleared_with_the_fewest_requests() {
    let list = || LIST.to_owned();
    for (now, update, then, wanted) in [
        (None, set("a1"), Some("a1"), vec![list(), assign("a1")]),
        (Some("a1"), set("a1"), Some("a1"), vec![list()]),
        (Some("a1"), set("a2"), Some("a2"), vec![list(), unassign("a1"), assign("a2")]),
        (Some("a1"), clear(), None, vec![list(), unassign("a1")]),
        (None, clear(), None, vec![list()]),
    ] {
        let server = butter(&[now], 200, 200).await;
        let record = client(server.uri()).update(&"p1".into(), &update).await.unwrap();
        assert_eq!(record.agent.as_ref().map(AsRef::as_ref), then, "{now:?} {update:?}");
        assert_eq!(record.status.as_deref(), Some(if then.is_some() { "assigned" } else { "free" }));
        // An assignment turns inbound calls on.
        let inbound = wanted.iter().any(|call| call.ends_with("/assign-phone-number"));
        assert_eq!((record.inbound, record.outbound), (Some(inbound), Some(true)));
        assert_eq!(sent(&server).await, wanted, "{now:?} {update:?}");
        if inbound {
            let body = server.received_requests().await.unwrap().pop().unwrap().body;
            assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({"phone_number_id": "p1"}));
        }
    }
}

#[tokio::test]
async fn an_assignment_is_verified_after_a_conflict_or_a_lost_response() {
    for status in [409, 500, 503] {
        let server = butter(&[None, Some("a1")], status, 200).await;
        let record = client(server.uri()).update(&"p1".into(), &set("a1")).await.unwrap();
        assert_eq!(record.agent.as_ref().map(AsRef::as_ref), Some("a1"), "{status}");
        assert_eq!(sent(&server).await, [LIST.to_owned(), assign("a1"), LIST.to_owned()]);

        for other in [Some("a2"), None] {
            let server = butter(&[None, other], status, 200).await;
            let error = client(server.uri()).update(&"p1".into(), &set("a1")).await.unwrap_err();
            assert_eq!(error.status().unwrap().as_u16(), status, "{other:?}");
            assert_eq!(sent(&server).await, [LIST.to_owned(), assign("a1"), LIST.to_owned()]);
        }
        // The verification fails too, so the error is that of the assignment.
        let server = butter(&[None], status, 200).await;
        respond(&server, "GET", NUMBERS, 401, json!({"detail": "no"}), 9).await;
        let error = client(server.uri()).update(&"p1".into(), &set("a1")).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[tokio::test]
async fn an_unassignment_is_verified_after_a_lost_response() {
    let server = butter(&[Some("a1"), None], 200, 500).await;
    let record = client(server.uri()).update(&"p1".into(), &clear()).await.unwrap();
    assert_eq!((record.agent, record.status.as_deref()), (None, Some("free")));
    assert_eq!(sent(&server).await, [LIST.to_owned(), unassign("a1"), LIST.to_owned()]);

    let server = butter(&[Some("a1"), Some("a1")], 200, 500).await;
    let error = client(server.uri()).update(&"p1".into(), &set("a2")).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 500);
    assert_eq!(
        sent(&server).await,
        [LIST.to_owned(), unassign("a1"), LIST.to_owned()],
        "the second agent is not tried"
    );
}

#[tokio::test]
async fn a_refused_assignment_is_not_verified() {
    for status in [400, 403, 404] {
        let server = butter(&[None], status, 200).await;
        let error = client(server.uri()).update(&"p1".into(), &set("a1")).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(sent(&server).await, [LIST.to_owned(), assign("a1")]);
        let server = butter(&[Some("a1")], 200, status).await;
        let error = client(server.uri()).update(&"p1".into(), &clear()).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(sent(&server).await, [LIST.to_owned(), unassign("a1")]);
    }
}

#[tokio::test]
async fn an_update_that_breaks_off_reports_the_missing_step() {
    let server = butter(&[Some("a1")], 404, 200).await;
    let error = client(server.uri()).update(&"p1".into(), &set("a2")).await.unwrap_err();
    assert_eq!(sent(&server).await, [LIST.to_owned(), unassign("a1"), assign("a2")]);
    assert!(!error.surely_not_done(), "the number has lost its agent: {error:?}");
    let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
    let record = incomplete.record.as_ref().unwrap();
    assert_eq!((incomplete.step, record.id.as_str(), &record.agent), (Step::Configure, "p1", &None));
    assert_eq!(error.status().unwrap().as_u16(), 404);
}

fn two_pages() -> [(Option<&'static str>, Value); 2] {
    let page = |numbers: Value, more: bool| json!({"success": true, "data": numbers, "pagination": {"has_more": more, "next_cursor": "c1"}});
    let near = json!([{"phone_number_id": "p0", "phone_number": "+141555526710"}, {"phone_number_id": "p9", "phone_number": "sip:x@y"}]);
    let exact =
        json!([{"phone_number_id": "p1", "phone_number": PHONE, "assigned_agent_id": "", "supports_inbound": true}]);
    [(None, page(near, true)), (Some("c1"), page(exact, false))]
}

#[tokio::test]
async fn numbers_are_read_found_and_listed_through_all_pages() {
    let server = MockServer::start().await;
    for (cursor, body) in two_pages() {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        let get = Mock::given(method("GET")).and(path(NUMBERS));
        let get = match cursor {
            None => get.and(wiremock::matchers::query_param_is_missing("cursor")),
            Some(cursor) => get.and(wiremock::matchers::query_param("cursor", cursor)),
        };
        get.respond_with(answer).mount(&server).await;
    }
    let client = client(server.uri());
    let found = client.find(&number(PHONE)).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.agent), ("p1", None));
    assert_eq!(client.find(&number("+4930123456")).await.unwrap().map(|record| record.id), None);
    let got = client.get(&"p1".into()).await.unwrap();
    assert_eq!((got.number.e164(), got.inbound, got.outbound), (Some(&number(PHONE)), Some(true), None));
    for error in [
        client.get(&"p7".into()).await.map(drop).unwrap_err(),
        client.update(&"p7".into(), &set("a1")).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(&error, Error::NotFound(missing) if missing.id.as_str() == "p7"), "{error:?}");
    }
    let all: Vec<_> = client.list().map_ok(|record| record.number).try_collect().await.unwrap();
    let text = |text: &str| RecordNumber::read(Some(text));
    assert_eq!(all, [text("+141555526710"), text("sip:x@y"), text(PHONE)]);
}

#[tokio::test]
async fn a_record_has_the_platforms_own_object() {
    let server = butter(&[None], 200, 200).await;
    let client = client(server.uri());
    let record = client.get(&"p1".into()).await.unwrap();
    assert_eq!(record.details.get::<NumberSummary>().expect("the list's object").phone_number, PHONE);
    assert!(record.details.get::<ImportedNumber>().is_none(), "it is of another type");
    let data = json!({"phone_number_id": "p1", "phone_number": PHONE, "sip_uri": "sip:butter@example.com"});
    respond(&server, "POST", NUMBERS, 201, json!({"success": true, "data": data}), 1).await;
    let source = SipTrunk::new("trunk.example.com").into();
    let record = client.create_now(&source, &ImportRequest::new(number(PHONE))).await.unwrap();
    let details = record.details.get::<ImportedNumber>().expect("the import's object");
    assert_eq!(details.extra.get("sip_uri"), Some(&json!("sip:butter@example.com")));
}

#[tokio::test]
async fn unsupported_requests_are_refused_before_anything_is_sent() {
    let server = MockServer::start().await;
    let client = client(server.uri());
    let account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let key = AccountKey::pair(account, account.replace("AC", "SK"), "planted-secret");
    let key = NumberSource::account(ProviderKind::TWILIO, key);
    let plain = || ImportRequest::new(number(PHONE));
    let good: NumberSource = Byo::credential(ProviderKind::TWILIO, INTEGRATION).into();
    let trunk = || SipTrunk::new("trunk.example.com");
    let rows: [(NumberSource, ImportRequest, &[&str]); 15] = [
        (good.clone(), plain().label("Desk"), &["label"]),
        (good.clone(), plain().agent(" "), &["agent"]),
        (key.clone(), plain(), &["source.key"]),
        (
            NumberSource::account(ProviderKind::TWILIO, AccountKey::token("AC1", "")),
            plain(),
            &["source.account_sid", "source.auth_token"],
        ),
        (trunk().transport(numport::model::SipTransport::Tls).into(), plain(), &["source.transport"]),
        (trunk().allow_inbound([203, 0, 113, 10]).into(), plain(), &["source.allow_inbound"]),
        (SipTrunk::new("sips:trunk.example.com").into(), plain(), &["source.transport"]),
        (SipTrunk::new("trunk.example.com/").into(), plain(), &["source.host"]),
        (trunk().outbound_only().into(), plain().inbound(true), &["inbound"]),
        (trunk().outbound_only().into(), plain().agent("a1"), &["inbound"]),
        (trunk().outbound_only().allow_inbound([203, 0, 113, 10]).into(), plain(), &["source.allow_inbound"; 2]),
        (Byo::stored_default(ProviderKind::TWILIO).into(), plain(), &["source.credential"]),
        (Byo::credential(ProviderKind::TELNYX, "c").into(), plain(), &["source.carrier"]),
        (Byo::credential(ProviderKind::TWILIO, " ").into(), plain(), &["source.credential"]),
        (key, plain().label("Desk").agent(""), &["label", "agent", "source.key"]),
    ];
    for (source, request, fields) in rows {
        let error = client.create(&source, &request).unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
        let error = client.create_now(&source, &request).await.unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
        assert!(!error.to_string().contains("planted"), "{error}");
    }
    let new = NumberUpdate::new;
    for (update, fields) in [
        (new(), vec!["update"]),
        (new().label("Desk"), vec!["label"]),
        (new().inbound(true), vec!["inbound"]),
        (new().outbound(false), vec!["outbound"]),
        (new().agent("a1").label("Desk").inbound(true), vec!["label", "inbound"]),
        (new().agent("a\n"), vec!["agent"]),
    ] {
        let error = client.update(&"p1".into(), &update).await.unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
    }
    for consent in [Removal::Record, Removal::RecordAndNumber] {
        assert_eq!(problem_fields(&client.remove(&"p1".into(), consent).await.unwrap_err()), ["remove"]);
    }
    assert!(sent(&server).await.is_empty());
}
