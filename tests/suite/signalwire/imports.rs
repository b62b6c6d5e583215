//! Imports into SignalWire: the number alone, then an update with its settings.

use numport::error::{Delivery, Step};
use numport::model::ProviderKind;
use numport::{AccountKey, Byo, Error, ImportRequest, Importer, NumberRecord, NumberSource, Outcome, SipTrunk};
use serde_json::json;
use wiremock::MockServer;

use crate::signalwire::endpoints::{AGENT, ID};
use crate::signalwire::platform::{
    IMPORT, NUMBER, NUMBERS, byo, client, json_of, number, one, respond, sent, space, steps,
};
use crate::support::CreateNow;

#[tokio::test]
async fn a_plain_import_sends_only_the_number_whatever_the_source() {
    let sources: [NumberSource; 3] = [
        NumberSource::account(
            ProviderKind::TWILIO,
            AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "planted-token"),
        ),
        SipTrunk::new("trunk.example.com").credentials("user", "planted-word").into(),
        byo(),
    ];
    for source in sources {
        let server = space(500, json!({})).await;
        let record = client(&server).create_now(&source, &ImportRequest::new(number(NUMBER))).await.unwrap();
        assert_eq!((record.id.as_str(), record.number.e164()), (ID, Some(&number(NUMBER))));
        assert_eq!((record.label, record.agent, record.inbound), (None, None, None));
        assert_eq!(record.created_at, Some("2025-05-08T19:08:41Z".parse().unwrap()));
        assert_eq!(sent(&server).await, steps(&[("POST", IMPORT)]));
        let requests = server.received_requests().await.unwrap();
        assert_eq!(json_of(&requests[0]), json!({"number": NUMBER, "number_type": "longcode"}));
    }
}

/// Imports into a Space that does not have the number.
async fn import(server: &MockServer, request: &ImportRequest) -> numport::Result<NumberRecord> {
    respond(server, "GET", NUMBERS, 200, json!({"data": [], "links": {}})).await;
    let source = Byo::credential(ProviderKind::TWILIO, "unused");
    let imported = Importer::new(source, client(server)).skip_preflight().import(request).await?;
    assert_eq!(imported.outcome, Outcome::Created);
    Ok(imported.record)
}

#[tokio::test]
async fn label_and_agent_follow_the_import_in_one_update() {
    let updated = json!({"id": ID, "number": NUMBER, "name": "Desk", "call_handler": "ai_agent", "calling_handler_resource_id": AGENT});
    let both = json!({"name": "Desk", "call_handler": "ai_agent", "call_ai_agent_id": AGENT});
    let plain = || ImportRequest::new(number(NUMBER));
    for (request, body) in [
        (plain().label("Desk").agent(AGENT), both),
        (plain().label("Desk"), json!({"name": "Desk"})),
        (plain().agent(AGENT), json!({"call_handler": "ai_agent", "call_ai_agent_id": AGENT})),
    ] {
        let server = space(200, updated.clone()).await;
        let record = import(&server, &request).await.unwrap();
        assert_eq!(record.label.as_deref(), Some("Desk"));
        assert_eq!(record.agent.as_ref().map(AsRef::as_ref), Some(AGENT));
        assert_eq!(sent(&server).await[1..], steps(&[("POST", IMPORT), ("PUT", &one())]));
        assert_eq!(json_of(&server.received_requests().await.unwrap()[2]), body);
    }
}

#[tokio::test]
async fn an_update_that_fails_after_the_import_names_the_record() {
    for (status, attempts) in [(422, 1), (404, 1), (500, 4)] {
        let server = space(status, json!({"errors": [{"detail": "no such agent"}]})).await;
        let request = ImportRequest::new(number(NUMBER)).agent(AGENT);
        let error = import(&server, &request).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("signalwire: {NUMBER} is imported as {ID}, but configuring the record failed")
        );
        assert!(!error.surely_not_done());
        let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
        assert_eq!((incomplete.step, &incomplete.left_behind), (Step::Configure, &None));
        assert_eq!(incomplete.record.as_ref().unwrap().id.as_str(), ID);
        assert_eq!(incomplete.error.call().unwrap().attempts, attempts);
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[tokio::test]
async fn an_import_that_fails_is_not_followed_by_an_update() {
    for (status, delivery) in [(422, Delivery::Refused), (401, Delivery::Refused), (500, Delivery::Unknown)] {
        let server = MockServer::start().await;
        respond(&server, "POST", IMPORT, status, json!({"error": "no"})).await;
        let request = ImportRequest::new(number(NUMBER)).label("Desk").agent(AGENT);
        let error = client(&server).create_now(&byo(), &request).await.unwrap_err();
        assert!(matches!(&error, Error::Call(call) if call.delivery == delivery), "{error:?}");
        assert_eq!(sent(&server).await, steps(&[("POST", IMPORT)]));
    }
}

#[tokio::test]
async fn the_kind_of_a_number_defaults_to_that_of_its_plan() {
    let server = space(200, json!({})).await;
    let client = client(&server);
    let mut wanted = Vec::new();
    for code in ["800", "833", "844", "855", "866", "877", "888"] {
        wanted.push((ImportRequest::new(number(&format!("+1{code}5550123"))), "tollfree"));
    }
    for abroad in ["+448005550123", "+80055501234"] {
        wanted.push((ImportRequest::new(number(abroad)), "tollfree"));
    }
    for other in ["+14155552671", "+18225550123", "+18995550123", "+8005550123", "+49152234333323"] {
        wanted.push((ImportRequest::new(number(other)), "longcode"));
    }
    wanted.push((ImportRequest::new(number("+49152234333323")).toll_free(true), "tollfree"));
    wanted.push((ImportRequest::new(number("+18005550123")).toll_free(true), "tollfree"));
    wanted.push((ImportRequest::new(number("+18005550123")).toll_free(false), "longcode"));
    for (request, kind) in &wanted {
        // The same response to all of them is about one of these numbers.
        drop(client.create_now(&byo(), request).await);
        let requests = server.received_requests().await.unwrap();
        let body = json!({"number": request.number().as_str(), "number_type": kind});
        assert_eq!(json_of(requests.last().unwrap()), body);
    }
    assert_eq!(server.received_requests().await.unwrap().len(), wanted.len());
}
