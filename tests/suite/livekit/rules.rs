//! Rules and trunks that somebody else changes or answers for, and responses that do not show what was asked for.

use numport::model::{PlatformKind, Removal};
use numport::platform::livekit::{
    AgentDispatch, DispatchRule, InboundTrunk, IndividualRule, ListRules, LiveKit, RoomConfiguration, Rule,
};
use numport::sandbox::{Fault, Sandbox};
use numport::{ImportRequest, Importer, NumberUpdate, SipTrunk, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, client, list};
use crate::support::validation::problem_fields;

const OTHER: &str = "+14155552672";
const ID: &str = "ST_1/+14155552671";

async fn world() -> (Sandbox, LiveKit) {
    let sandbox = Sandbox::start().await.unwrap();
    let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
    (sandbox, livekit)
}

fn rule(trunk: &str, agent: &str, pin: Option<&str>) -> DispatchRule {
    let individual = IndividualRule::new("r-");
    let individual = match pin {
        Some(pin) => individual.pin(pin.to_owned()),
        None => individual,
    };
    DispatchRule::new(Rule::new().dispatch_rule_individual(individual))
        .trunk_ids(list(&[trunk]))
        .numbers(list(&[NUMBER]))
        .room_config(RoomConfiguration::new().agents(vec![AgentDispatch::new(agent)]))
}

async fn trunk(livekit: &LiveKit) -> String {
    let trunk = InboundTrunk::new().numbers(list(&[NUMBER, OTHER]));
    livekit.create_inbound_trunk(&trunk).await.unwrap().sip_trunk_id.unwrap()
}

#[tokio::test]
async fn a_rule_with_a_pin_is_first() {
    let (_sandbox, livekit) = world().await;
    let trunk = trunk(&livekit).await;
    livekit.create_dispatch_rule(&rule(&trunk, "open", None)).await.unwrap();
    livekit.create_dispatch_rule(&rule(&trunk, "with-pin", Some("1234"))).await.unwrap();
    let found = livekit.find(&NUMBER.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found.agent.unwrap().as_str(), found.handler), ("with-pin", None));
}

#[tokio::test]
async fn a_rule_for_some_callers_does_not_tell_the_agent() {
    let (_sandbox, livekit) = world().await;
    let trunk = trunk(&livekit).await;
    let some = rule(&trunk, "for-some", None).inbound_numbers(list(&["+12025550143"]));
    let id = livekit.create_dispatch_rule(&some).await.unwrap().sip_dispatch_rule_id.unwrap();
    let found = livekit.find(&NUMBER.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(found.agent, None);
    assert!(found.handler.unwrap().contains(&id));
}

#[tokio::test]
async fn a_rule_of_somebody_else_stays_when_the_number_is_removed() {
    let (_sandbox, livekit) = world().await;
    let importer = Importer::new(SipTrunk::new("203.0.113.10"), livekit.clone());
    let record = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap().record;
    let trunk = record.id.as_str().split('/').next().unwrap();
    let theirs = livekit.create_dispatch_rule(&rule(trunk, "theirs", None)).await.unwrap();
    livekit.remove(&record.id, Removal::Record).await.unwrap();
    assert_eq!(livekit.list_dispatch_rules(&ListRules::new()).await.unwrap(), [theirs]);
}

/// The request was carried out and its response lost: the rules tell.
#[tokio::test]
async fn a_lost_response_to_a_rule_is_looked_up() {
    let (sandbox, livekit) = world().await;
    let trunk = trunk(&livekit).await;
    let id = format!("{trunk}/{NUMBER}");
    let create = "POST /twirp/livekit.SIP/CreateSIPDispatchRule";
    sandbox.fault_on(PlatformKind::LIVEKIT, create, Fault::CommitThenDrop);
    let updated = livekit.update(&id.as_str().into(), &NumberUpdate::new().agent("front-desk")).await.unwrap();
    assert_eq!(updated.agent.unwrap().as_str(), "front-desk");
    assert_eq!(livekit.list_dispatch_rules(&ListRules::new()).await.unwrap().len(), 1);
}

/// A server that answers each method with these bodies in turn; the last one is repeated.
async fn server(methods: &[(&str, &[Value])]) -> (MockServer, LiveKit) {
    let server = MockServer::start().await;
    for (method, bodies) in methods {
        for (nth, body) in bodies.iter().enumerate() {
            let answer = ResponseTemplate::new(200).set_body_json(body);
            let mock = Mock::given(path(format!("/twirp/livekit.SIP/{method}"))).respond_with(answer);
            let times = if nth + 1 < bodies.len() { 1 } else { u64::MAX };
            mock.up_to_n_times(times).mount(&server).await;
        }
    }
    let livekit = client(server.uri());
    (server, livekit)
}

fn made(numbers: &[&str], metadata: &str) -> Value {
    json!({"sip_trunk_id": "ST_1", "numbers": numbers, "metadata": metadata})
}

/// The response shows what was sent, and the server has stored something else.
#[tokio::test]
async fn a_new_rule_is_read_back() {
    let shown = |agent: &str| {
        json!({
            "sip_dispatch_rule_id": "SDR_1", "trunk_ids": ["ST_1"], "numbers": [NUMBER],
            "room_config": {"agents": [{"agent_name": agent}]},
        })
    };
    let empty = json!({"items": []});
    let (_server, livekit) = server(&[
        ("GetSIPInboundTrunk", &[json!({"trunk": made(&[NUMBER], "")})]),
        ("ListSIPDispatchRule", &[empty, json!({"items": [shown("stored")]})]),
        ("CreateSIPDispatchRule", &[shown("front-desk")]),
    ])
    .await;
    let updated = livekit.update(&ID.into(), &NumberUpdate::new().agent("front-desk")).await.unwrap();
    assert_eq!(updated.agent.unwrap().as_str(), "stored");

    let (_server, livekit) = server(&[
        ("CreateSIPInboundTrunk", &[made(&[NUMBER], "")]),
        ("ListSIPDispatchRule", &[json!({"items": [shown("stored")]}), json!({"items": []})]),
        ("CreateSIPDispatchRule", &[shown("front-desk")]),
    ])
    .await;
    let (source, request) = (SipTrunk::new("203.0.113.10").into(), ImportRequest::new(NUMBER.parse().unwrap()));
    let created = livekit.create(&source, &request.agent("front-desk")).unwrap().await.unwrap();
    assert_eq!(created.agent.unwrap().as_str(), "stored");
}

/// Somebody removed the other number at the same moment: a trunk without numbers would accept every call.
#[tokio::test]
async fn a_trunk_that_loses_its_last_number_meanwhile_is_deleted_or_gets_it_back() {
    for (metadata, sent) in [
        (r#"{"made_by":"numport"}"#, vec!["UpdateSIPInboundTrunk", "DeleteSIPTrunk"]),
        ("", vec!["UpdateSIPInboundTrunk", "UpdateSIPInboundTrunk"]),
    ] {
        let (server, livekit) = server(&[
            ("GetSIPInboundTrunk", &[json!({"trunk": made(&[NUMBER, OTHER], metadata)})]),
            ("ListSIPDispatchRule", &[json!({"items": []})]),
            ("UpdateSIPInboundTrunk", &[made(&[], metadata), made(&[NUMBER], metadata)]),
            ("DeleteSIPTrunk", &[made(&[], metadata)]),
        ])
        .await;
        let removed = livekit.remove(&ID.into(), Removal::Record).await;
        match metadata {
            "" => assert_eq!(problem_fields(&removed.unwrap_err()), ["remove"]),
            _ => removed.unwrap(),
        }
        let requests = server.received_requests().await.unwrap();
        let methods = requests.iter().map(|request| request.url.path().rsplit('/').next().unwrap());
        let writes: Vec<&str> =
            methods.filter(|method| !method.starts_with("Get") && !method.starts_with("List")).collect();
        assert_eq!(writes, sent, "{metadata}");
        let last: Value = requests.last().unwrap().body_json().unwrap();
        let is_back = last["update"]["numbers"] == json!({"add": [NUMBER]});
        assert_eq!(is_back, metadata.is_empty(), "{last}");
    }
}

/// Which trunk was created is not known from a response without numbers: the number it shows is not believed.
#[tokio::test]
async fn a_created_trunk_that_shows_no_number_is_read() {
    let (_server, livekit) = server(&[("CreateSIPInboundTrunk", &[json!({"sip_trunk_id": "ST_9"})])]).await;
    let source = SipTrunk::new("203.0.113.10").into();
    let request = ImportRequest::new(NUMBER.parse().unwrap());
    let created = livekit.create(&source, &request).unwrap().await.unwrap();
    assert_eq!((created.id.as_str(), created.number.telephone()), ("ST_9/+14155552671", None));
}
