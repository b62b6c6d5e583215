//! What somebody else does, or a server refuses, between two requests of one operation.

use futures_util::TryStreamExt;
use numport::import::UndoneRecord;
use numport::model::{NumberSource, ProviderKind, Removal};
use numport::platform::livekit::{
    AgentDispatch, DirectRule, DispatchRule, InboundTrunk, ListRules, ListUpdate, LiveKit, RoomConfiguration, Rule,
    UpdateInboundTrunk,
};
use numport::sandbox::Sandbox;
use numport::{Byo, ImportRequest, Importer, NumberUpdate, SipTrunk, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, client, list};

const OTHER: &str = "+14155552672";
const ID: &str = "ST_1/+14155552671";

/// A server that answers each method with these in turn; the last one is repeated.
async fn server(methods: &[(&str, &[(u16, Value)])]) -> (MockServer, LiveKit) {
    let server = MockServer::start().await;
    for (method, answers) in methods {
        for (nth, (status, body)) in answers.iter().enumerate() {
            let answer = ResponseTemplate::new(*status).set_body_json(body);
            let mock = Mock::given(path(format!("/twirp/livekit.SIP/{method}"))).respond_with(answer);
            let times = if nth + 1 < answers.len() { 1 } else { u64::MAX };
            mock.up_to_n_times(times).mount(&server).await;
        }
    }
    let livekit = client(server.uri());
    (server, livekit)
}

fn trunk(numbers: &[&str], metadata: &str) -> Value {
    json!({"sip_trunk_id": "ST_1", "numbers": numbers, "metadata": metadata})
}

fn got(numbers: &[&str], metadata: &str) -> (u16, Value) {
    (200, json!({"trunk": trunk(numbers, metadata)}))
}

fn refused() -> (u16, Value) {
    (403, json!({"code": "permission_denied", "msg": "no"}))
}

fn no_items() -> (u16, Value) {
    (200, json!({"items": []}))
}

/// The number is gone and the trunk accepts every call: that is not nothing.
#[tokio::test]
async fn a_trunk_that_stays_without_numbers_is_no_removal_that_was_not_done() {
    for metadata in [r#"{"made_by":"numport"}"#, ""] {
        let (_server, livekit) = server(&[
            ("GetSIPInboundTrunk", &[got(&[NUMBER, OTHER], metadata)]),
            ("ListSIPDispatchRule", &[no_items()]),
            ("UpdateSIPInboundTrunk", &[(200, trunk(&[], metadata)), refused()]),
            ("DeleteSIPTrunk", &[refused()]),
        ])
        .await;
        let error = livekit.remove(&ID.into(), Removal::Record).await.unwrap_err();
        assert!(!error.surely_not_done(), "{error:?}");
    }
}

#[tokio::test]
async fn a_read_that_fails_after_a_change_is_no_change_that_was_not_made() {
    let made = json!({
        "sip_dispatch_rule_id": "SDR_1", "trunk_ids": ["ST_1"], "numbers": [NUMBER],
        "room_config": {"agents": [{"agent_name": "front-desk"}]},
    });
    for (update, rules) in [
        (NumberUpdate::new().label("Desk"), vec![refused()]),
        (NumberUpdate::new().agent("front-desk"), vec![no_items(), refused()]),
    ] {
        let (server, livekit) = server(&[
            ("GetSIPInboundTrunk", &[got(&[NUMBER], "")]),
            ("ListSIPDispatchRule", &rules),
            ("UpdateSIPInboundTrunk", &[(200, trunk(&[NUMBER], ""))]),
            ("CreateSIPDispatchRule", &[(200, made.clone())]),
        ])
        .await;
        let error = livekit.update(&ID.into(), &update).await.unwrap_err();
        assert!(!error.surely_not_done(), "{error:?}");
        let sent = server.received_requests().await.unwrap();
        let is_write = |path: &str| path.ends_with("CreateSIPDispatchRule") || path.ends_with("UpdateSIPInboundTrunk");
        assert_eq!(sent.iter().filter(|sent| is_write(sent.url.path())).count(), 1);
    }
}

/// The size of a page is not documented, so a page without the number does not show that it is not there.
#[tokio::test]
async fn a_number_on_the_second_page_is_found() {
    let wildcard = json!({"sip_trunk_id": "ST_0", "numbers": [], "allowed_numbers": ["+12025550143"]});
    let page = |item: &Value| (200, json!({"items": [item]}));
    let (_server, livekit) = server(&[
        ("ListSIPInboundTrunk", &[page(&wildcard), page(&trunk(&[NUMBER], "")), no_items()]),
        ("ListSIPDispatchRule", &[no_items()]),
    ])
    .await;
    let found = livekit.find(&NUMBER.parse().unwrap()).await.unwrap();
    assert_eq!(found.unwrap().id.as_str(), ID);
}

/// Before the import another rule took the calls. The rule of the number alone would keep them.
#[tokio::test]
async fn an_undo_gives_the_calls_back_to_the_rule_that_had_them() {
    let agents = RoomConfiguration::new().agents(vec![AgentDispatch::new("old").metadata("for the old one")]);
    for room in [None, Some(agents)] {
        let sandbox = Sandbox::start().await.unwrap();
        let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
        let trunk = InboundTrunk::new().numbers(list(&[NUMBER]));
        livekit.create_inbound_trunk(&trunk).await.unwrap();
        let direct = Rule::new().dispatch_rule_direct(DirectRule::new("the-room"));
        let mut wide = DispatchRule::new(direct);
        wide.room_config = room;
        livekit.create_dispatch_rule(&wide).await.unwrap();
        let number = NUMBER.parse().unwrap();
        let before = livekit.find(&number).await.unwrap().unwrap();
        let rules = livekit.list_dispatch_rules(&ListRules::new()).await.unwrap();

        let importer = Importer::new(SipTrunk::new("203.0.113.10"), livekit.clone());
        let imported = importer.import(ImportRequest::new(number).agent("new")).await.unwrap();
        assert_eq!(imported.record.agent.as_ref().unwrap().as_str(), "new");
        let undone = importer.undo(&imported.undo(), Removal::Record).await.unwrap();
        assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![] });
        let after = livekit.find(&number).await.unwrap().unwrap();
        assert_eq!((after.agent, after.handler), (before.agent, before.handler));
        assert_eq!(livekit.list_dispatch_rules(&ListRules::new()).await.unwrap(), rules);
    }
}

/// A server that writes a secret in an unexpected type makes a response that cannot be read. The error must not quote it.
#[tokio::test]
async fn a_secret_of_another_type_is_not_quoted() {
    for (name, item) in [
        ("ListSIPInboundTrunk", json!({"sip_trunk_id": "ST_1", "numbers": [NUMBER], "auth_password": 481_516_234})),
        ("ListSIPInboundTrunk", json!({"sip_trunk_id": "ST_1", "numbers": [NUMBER], "headers": "481516234"})),
        (
            "ListSIPDispatchRule",
            json!({"sip_dispatch_rule_id": "SDR_1", "rule": {"dispatch_rule_direct": {"room_name": "r", "pin": 481_516_234}}}),
        ),
    ] {
        let there = json!({"sip_trunk_id": "ST_1", "numbers": [NUMBER]});
        let (_server, livekit) = server(&[
            (name, &[(200, json!({"items": [item]}))]),
            ("ListSIPInboundTrunk", &[(200, json!({"items": [there]}))]),
        ])
        .await;
        let error = livekit.find(&NUMBER.parse().unwrap()).await.unwrap_err();
        let shown = format!("{error:?} {error} {} {}", error.report(), serde_json::to_string(&error).unwrap());
        assert!(!shown.contains("481516234"), "{shown}");
    }
}

/// A response that still shows the number does not show that it was removed. Its rule must stay.
#[tokio::test]
async fn a_number_that_a_response_still_shows_keeps_its_rule() {
    let own = json!({
        "sip_dispatch_rule_id": "SDR_1", "trunk_ids": ["ST_1"], "numbers": [NUMBER], "metadata": r#"{"made_by":"numport"}"#,
        "room_config": {"agents": [{"agent_name": "front-desk"}]},
    });
    let (server, livekit) = server(&[
        ("GetSIPInboundTrunk", &[got(&[NUMBER, OTHER], "")]),
        ("ListSIPDispatchRule", &[(200, json!({"items": [own]}))]),
        ("UpdateSIPInboundTrunk", &[(200, trunk(&[NUMBER, OTHER], ""))]),
        ("DeleteSIPDispatchRule", &[(200, own.clone())]),
    ])
    .await;
    let error = livekit.remove(&ID.into(), Removal::Record).await.unwrap_err();
    assert!(!error.surely_not_done(), "{error:?}");
    let sent = server.received_requests().await.unwrap();
    assert!(sent.iter().all(|sent| !sent.url.path().ends_with("DeleteSIPDispatchRule")));
}

/// A response that shows other numbers does not show that this one was added.
#[tokio::test]
async fn a_number_that_the_trunk_does_not_show_is_read() {
    let (_server, livekit) = server(&[
        ("GetSIPInboundTrunk", &[got(&[OTHER], "")]),
        ("UpdateSIPInboundTrunk", &[(200, trunk(&[OTHER], ""))]),
    ])
    .await;
    let source = NumberSource::stored(ProviderKind::SIP_TRUNK, "ST_1");
    let request = ImportRequest::new(NUMBER.parse().unwrap());
    let created = livekit.create(&source, &request).unwrap().await.unwrap();
    assert_eq!((created.id.as_str(), created.number.telephone()), (ID, None));
}

/// What the agents of a rule have beside their names could not be brought back.
#[tokio::test]
async fn the_agents_of_a_rule_of_somebody_else_are_not_cleared() {
    let plain = vec![AgentDispatch::new("old")];
    let several = vec![AgentDispatch::new("old"), AgentDispatch::new("recorder")];
    let with_text = vec![AgentDispatch::new("old").metadata("for the old one")];
    for (agents, is_done) in [(plain, true), (several, false), (with_text, false)] {
        let sandbox = Sandbox::start().await.unwrap();
        let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
        let trunk = InboundTrunk::new().numbers(list(&[NUMBER]));
        let trunk = livekit.create_inbound_trunk(&trunk).await.unwrap().sip_trunk_id.unwrap();
        let rule = DispatchRule::new(Rule::individual("r-"))
            .trunk_ids(list(&[&trunk]))
            .numbers(list(&[NUMBER]))
            .room_config(RoomConfiguration::new().agents(agents));
        livekit.create_dispatch_rule(&rule).await.unwrap();
        let agents = |rules: &[DispatchRule]| rules[0].room_config.as_ref().unwrap().agents.clone().unwrap();
        let before = agents(&livekit.list_dispatch_rules(&ListRules::new()).await.unwrap());
        let id = format!("{trunk}/{NUMBER}");
        let updated = livekit.update(&id.as_str().into(), &NumberUpdate::new().clear_agent()).await;
        assert_eq!(updated.is_ok(), is_done, "{updated:?}");
        if !is_done {
            assert_eq!(agents(&livekit.list_dispatch_rules(&ListRules::new()).await.unwrap()), before);
        }
    }
}

/// The same number in another spelling is the same record.
#[tokio::test]
async fn a_number_that_somebody_spells_otherwise_is_still_that_of_the_import() {
    let sandbox = Sandbox::start().await.unwrap();
    let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(SipTrunk::new("203.0.113.10"), livekit.clone());
    let request = ImportRequest::new(NUMBER.parse().unwrap()).agent("front-desk");
    let imported = importer.import(request).await.unwrap();
    let trunk = imported.record.id.as_str().split('/').next().unwrap();
    let update = UpdateInboundTrunk::new().numbers(ListUpdate::Set(list(&["1 (415) 555-2671"])));
    livekit.update_inbound_trunk(trunk, &update).await.unwrap();
    let undone = importer.undo_unverified(&imported.undo(), Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Removed);
}

/// A removal of the second one would remove both.
#[tokio::test]
async fn a_number_that_a_trunk_lists_twice_is_one_record() {
    let twice = trunk(&[NUMBER, OTHER, "1 (415) 555-2671"], "");
    let (_server, livekit) = server(&[
        ("ListSIPInboundTrunk", &[(200, json!({"items": [twice]})), no_items()]),
        ("ListSIPDispatchRule", &[no_items()]),
    ])
    .await;
    let records: Vec<_> = livekit.list().try_collect().await.unwrap();
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(ids, [ID, "ST_1/+14155552672"]);
}

/// A trunk that somebody gives another number is not deleted, as far as a read right before tells.
#[tokio::test]
async fn a_trunk_is_read_right_before_it_is_deleted() {
    let made = r#"{"made_by":"numport"}"#;
    let (server, livekit) = server(&[
        ("GetSIPInboundTrunk", &[got(&[NUMBER], made)]),
        ("ListSIPDispatchRule", &[no_items()]),
        ("DeleteSIPTrunk", &[(200, trunk(&[NUMBER], made))]),
    ])
    .await;
    livekit.remove(&ID.into(), Removal::Record).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let methods: Vec<&str> = requests.iter().map(|sent| sent.url.path().rsplit('/').next().unwrap()).collect();
    assert_eq!(methods, ["ListSIPDispatchRule", "GetSIPInboundTrunk", "DeleteSIPTrunk"]);
}

/// Somebody deleted the other rule at the same moment: the agent must not be told from what was read before.
#[tokio::test]
async fn the_rules_are_read_after_one_of_them_was_deleted() {
    let rule = |id: &str, numbers: &[&str], agent: &str, metadata: &str| {
        json!({
            "sip_dispatch_rule_id": id, "trunk_ids": ["ST_1"], "numbers": numbers, "metadata": metadata,
            "room_config": {"agents": [{"agent_name": agent}]},
        })
    };
    let own = rule("SDR_1", &[NUMBER], "new", r#"{"made_by":"numport"}"#);
    let wide = rule("SDR_2", &[], "old", "");
    let (_server, livekit) = server(&[
        ("GetSIPInboundTrunk", &[got(&[NUMBER], "")]),
        ("ListSIPDispatchRule", &[(200, json!({"items": [own, wide]})), no_items(), (200, json!({"items": [own]}))]),
        ("DeleteSIPDispatchRule", &[(200, own.clone())]),
    ])
    .await;
    let updated = livekit.update(&ID.into(), &NumberUpdate::new().agent("old")).await.unwrap();
    assert_eq!((updated.agent, updated.handler), (None, None));
}

/// A replacement clears what it does not contain, so fields of a newer server must be in it.
#[tokio::test]
async fn unknown_fields_of_a_rule_are_sent_back() {
    let unknown = json!({"of_tomorrow": [1, {"x": null}]});
    let with = |mut fields: Value| {
        fields.as_object_mut().unwrap().extend(unknown.as_object().unwrap().clone());
        fields
    };
    let rule = with(json!({
        "sip_dispatch_rule_id": "SDR_1", "trunk_ids": ["ST_1"], "numbers": [NUMBER], "hide_phone_number": true,
        "rule": with(json!({"dispatch_rule_individual": with(json!({"room_prefix": "r-"}))})),
        "room_config": with(json!({"agents": [with(json!({"agent_name": "old"}))]})),
        "media": with(json!({"encryption": "SIP_MEDIA_ENCRYPT_ALLOW"})),
    }));
    let (server, livekit) = server(&[
        ("GetSIPInboundTrunk", &[got(&[NUMBER], "")]),
        ("ListSIPDispatchRule", &[(200, json!({"items": [rule]})), no_items(), (200, json!({"items": []}))]),
        ("UpdateSIPDispatchRule", &[(200, rule.clone())]),
    ])
    .await;
    livekit.update(&ID.into(), &NumberUpdate::new().agent("new")).await.unwrap();
    let sent = server.received_requests().await.unwrap();
    let sent = sent.iter().find(|sent| sent.url.path().ends_with("UpdateSIPDispatchRule")).unwrap();
    let sent: Value = serde_json::from_slice(&sent.body).unwrap();
    let mut expected = rule.clone();
    expected.as_object_mut().unwrap().remove("sip_dispatch_rule_id");
    expected["room_config"]["agents"][0]["agent_name"] = "new".into();
    assert_eq!(sent["replace"], expected);
}

/// A rule of its own that is not needed any more is deleted, unless its agent has more than a name. A server writes the fields
/// that are not set as well.
#[tokio::test]
async fn an_agent_with_an_unknown_field_is_not_deleted_with_its_rule() {
    for (field, is_deleted) in
        [(json!("x"), false), (json!(true), false), (json!(""), true), (json!({}), true), (json!(0), true)]
    {
        let made = json!({
            "sip_dispatch_rule_id": "SDR_1", "trunk_ids": ["ST_1"], "numbers": [NUMBER], "metadata": r#"{"made_by":"numport"}"#,
            "rule": {"dispatch_rule_individual": {"room_prefix": "r-"}},
            "room_config": {"agents": [{"agent_name": "new", "of_tomorrow": field}]},
        });
        let wide = json!({
            "sip_dispatch_rule_id": "SDR_2", "rule": {"dispatch_rule_individual": {"room_prefix": "r-"}},
            "room_config": {"agents": [{"agent_name": "old"}]},
        });
        let (server, livekit) = server(&[
            ("GetSIPInboundTrunk", &[got(&[NUMBER], "")]),
            (
                "ListSIPDispatchRule",
                &[(200, json!({"items": [made, wide]})), (200, json!({"items": [wide]})), no_items()],
            ),
            ("UpdateSIPDispatchRule", &[(200, made.clone())]),
            ("DeleteSIPDispatchRule", &[(200, made.clone())]),
        ])
        .await;
        livekit.update(&ID.into(), &NumberUpdate::new().agent("old")).await.unwrap();
        let sent = server.received_requests().await.unwrap();
        let is_sent = |name: &str| sent.iter().any(|sent| sent.url.path().ends_with(name));
        assert_eq!(
            (is_sent("DeleteSIPDispatchRule"), is_sent("UpdateSIPDispatchRule")),
            (is_deleted, !is_deleted),
            "{field}"
        );
    }
}

/// Somebody takes the last other number off a trunk after it was read, so that it accepts every number for a moment. The add
/// ends that. The number is then the trunk's last one, and is not taken off again.
#[tokio::test]
async fn a_trunk_that_is_emptied_before_an_add_is_told() {
    let (server, livekit) = server(&[
        ("ListSIPInboundTrunk", &[no_items()]),
        ("GetSIPInboundTrunk", &[got(&[OTHER], ""), got(&[NUMBER], "")]),
        ("ListSIPDispatchRule", &[no_items()]),
        ("UpdateSIPInboundTrunk", &[(200, trunk(&[NUMBER], ""))]),
    ])
    .await;
    let importer = Importer::new(Byo::credential(ProviderKind::SIP_TRUNK, "ST_1"), livekit);
    let imported = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap();
    let error = importer.undo_unverified(&imported.undo(), Removal::Record).await.unwrap_err();
    assert!(error.report().to_string().contains("is the last number of trunk ST_1"), "{}", error.report());
    let sent = server.received_requests().await.unwrap();
    assert!(!sent.iter().any(|sent| sent.url.path().contains("Delete")));
}
