//! Numbers on trunks: what an import creates, what it leaves alone, and which rule is first.

use futures_util::StreamExt;
use numport::import::plan::PlanStep;
use numport::import::{Field, Stays, UndoneRecord};
use numport::model::{Finding, PlatformKind, ProviderKind, Removal};
use numport::platform::livekit::{
    AgentDispatch, DispatchRule, InboundTrunk, ListRules, ListTrunks, ListUpdate, LiveKit, RoomConfiguration, Rule,
    UpdateInboundTrunk,
};
use numport::sandbox::Sandbox;
use numport::{
    Byo, Desired, E164, Error, ImportRequest, Importer, NumberRecord, NumberUpdate, SipTrunk, VoicePlatform,
};

use super::endpoints::{NUMBER, list};

const OTHER: &str = "+14155552672";

struct World {
    sandbox: Sandbox,
    livekit: LiveKit,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let livekit = LiveKit::from_vars(|name| sandbox.var(name)).unwrap();
        Self { sandbox, livekit }
    }

    fn importer(&self) -> Importer {
        Importer::new(SipTrunk::new("203.0.113.10"), self.livekit.clone())
    }

    /// An importer that adds numbers to a trunk.
    fn onto(&self, trunk: &str) -> Importer {
        Importer::new(Byo::credential(ProviderKind::SIP_TRUNK, trunk), self.livekit.clone())
    }

    async fn trunk(&self, numbers: &[&str]) -> String {
        let trunk = InboundTrunk::new().name("Shared").numbers(list(numbers)).allowed_addresses(list(&["203.0.113.8"]));
        self.livekit.create_inbound_trunk(&trunk).await.unwrap().sip_trunk_id.unwrap()
    }

    async fn numbers(&self, trunk: &str) -> Vec<String> {
        self.livekit.get_inbound_trunk(trunk).await.unwrap().unwrap().numbers.unwrap()
    }

    async fn rules(&self) -> Vec<DispatchRule> {
        self.livekit.list_dispatch_rules(&ListRules::new()).await.unwrap()
    }

    /// A rule of somebody else.
    async fn rule(&self, trunks: &[&str], numbers: &[&str], agent: &str) -> String {
        let room = RoomConfiguration::new().agents(vec![AgentDispatch::new(agent), AgentDispatch::new("recorder")]);
        let rule = DispatchRule::new(Rule::individual("r-")).name("Old").room_config(room);
        let rule = rule.trunk_ids(list(trunks)).numbers(list(numbers));
        self.livekit.create_dispatch_rule(&rule).await.unwrap().sip_dispatch_rule_id.unwrap()
    }

    async fn found(&self) -> NumberRecord {
        self.livekit.find(&number()).await.unwrap().unwrap()
    }
}

fn number() -> E164 {
    NUMBER.parse().unwrap()
}

fn request() -> ImportRequest {
    ImportRequest::new(number()).agent("front-desk")
}

fn problem(error: &Error) -> (String, String) {
    match error {
        Error::Invalid(invalid) => (invalid.problems[0].field.clone(), invalid.problems[0].fault.clone()),
        Error::Incomplete(incomplete) => problem(&incomplete.error),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_import_creates_a_trunk_and_a_rule_and_a_removal_ends_both() {
    let world = World::new().await;
    let bystander = world.rule(&[], &[OTHER], "old").await;
    let imported = world.importer().import(request().label("Front desk")).await.unwrap();
    let id = imported.record.id.as_str();
    assert!(id.starts_with("ST_") && id.ends_with(&format!("/{NUMBER}")), "{id}");
    assert_eq!((imported.record.credential.as_ref(), imported.unconfirmed_fields.len()), (None, 0));
    let rules = world.rules().await;
    let made = rules.iter().find(|rule| rule.sip_dispatch_rule_id.as_ref() != Some(&bystander)).unwrap();
    assert_eq!(made.trunk_ids.as_deref().unwrap(), [id.split('/').next().unwrap()]);
    assert_eq!(made.numbers.as_deref().unwrap(), [NUMBER]);
    world.livekit.remove(&imported.record.id, Removal::Record).await.unwrap();
    assert_eq!(world.rules().await.len(), 1, "only its own rule is deleted");
    assert_eq!(world.livekit.list_inbound_trunks(&ListTrunks::new()).await.unwrap(), []);
}

#[tokio::test]
async fn a_number_joins_and_leaves_a_trunk_that_exists() {
    let world = World::new().await;
    let trunk = world.trunk(&[OTHER]).await;
    let imported = world.onto(&trunk).import(request()).await.unwrap();
    assert_eq!(imported.record.agent.as_ref().unwrap().as_str(), "front-desk");
    assert_eq!(imported.record.credential.as_ref().unwrap().as_str(), trunk);
    assert_eq!(world.numbers(&trunk).await, [OTHER, NUMBER]);
    let (field, _) =
        problem(&world.livekit.update(&imported.record.id, &NumberUpdate::new().label("x")).await.unwrap_err());
    assert_eq!(field, "label", "it would rename the other number too");
    world.livekit.remove(&imported.record.id, Removal::Record).await.unwrap();
    assert_eq!(world.numbers(&trunk).await, [OTHER]);
    assert_eq!(world.rules().await, []);
    let (_, fault) = problem(&world.onto(&trunk).import(request().label("x")).await.unwrap_err());
    assert!(fault.contains("name of the trunk"), "{fault}");
}

#[tokio::test]
async fn a_label_that_other_numbers_share_is_refused_before_anything_is_sent() {
    let world = World::new().await;
    let trunk = world.trunk(&[NUMBER, OTHER]).await;
    let before = world.sandbox.records(PlatformKind::LIVEKIT);
    let fault = format!("is the name of trunk {trunk}, which has other numbers too");
    let error = world.importer().import(request().label("Front desk")).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)) && error.surely_not_done(), "{error:?}");
    assert_eq!(problem(&error), ("label".to_owned(), fault.clone()));
    assert!(error.report().contains(&format!("; leave it out, or rename trunk {trunk} for all of them")), "{error}");
    assert_eq!(world.sandbox.records(PlatformKind::LIVEKIT), before, "not even the agent is set");

    let plan = world.importer().plan(&Desired::from_iter([request().label("Front desk")])).await.unwrap();
    let PlanStep::Blocked { problems, .. } = &plan.steps[0] else { panic!("{plan}") };
    assert_eq!((problems[0].field.as_str(), &problems[0].fault), ("label", &fault));
    let steps: Vec<_> = world.importer().apply(plan).unwrap().collect().await;
    assert_eq!(steps[0].advice().as_deref(), Some("Do what the message says, then make a new plan."));
    let imported = world.importer().import(request().label("Shared")).await.unwrap();
    assert_eq!(imported.record.agent.as_ref().unwrap().as_str(), "front-desk", "it has the label already");
}

#[tokio::test]
async fn an_undo_leaves_a_label_that_other_numbers_share_by_now() {
    let world = World::new().await;
    let trunk = world.trunk(&[NUMBER]).await;
    let undo = world.importer().import(request().label("New")).await.unwrap().undo();
    let update = UpdateInboundTrunk::new().numbers(ListUpdate::Add(list(&[OTHER])));
    world.livekit.update_inbound_trunk(&trunk, &update).await.unwrap();
    let undone = world.importer().undo_unverified(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Label] });
    let record = world.found().await;
    assert_eq!((record.label.as_deref(), record.agent), (Some("New"), None));
}

#[tokio::test]
async fn a_trunk_never_becomes_or_stops_being_one_for_every_number() {
    let world = World::new().await;
    let last = world.trunk(&[NUMBER]).await;
    let record = world.found().await;
    let (field, fault) = problem(&world.livekit.remove(&record.id, Removal::Record).await.unwrap_err());
    assert!(field == "remove" && fault.contains("every number"), "{field} {fault}");
    assert_eq!(world.numbers(&last).await, [NUMBER]);

    let world = World::new().await;
    let wildcard = world.trunk(&[]).await;
    let (field, fault) = problem(&world.onto(&wildcard).import(request()).await.unwrap_err());
    assert!(field == "source.credential" && fault.contains("every number"), "{field} {fault}");
    assert_eq!(world.numbers(&wildcard).await, [""; 0]);
}

#[tokio::test]
async fn a_rule_of_the_number_alone_is_changed_and_keeps_the_rest() {
    let world = World::new().await;
    let trunk = world.trunk(&[NUMBER]).await;
    let rule = world.rule(&[&trunk], &[NUMBER], "old").await;
    let record = world.found().await;
    assert_eq!(record.agent.as_ref().unwrap().as_str(), "old");
    let updated = world.livekit.update(&record.id, &NumberUpdate::new().agent("new")).await.unwrap();
    assert_eq!(updated.agent.unwrap().as_str(), "new");
    let rules = world.rules().await;
    assert_eq!((rules.len(), rules[0].name.as_deref()), (1, Some("Old")));
    let agents = rules[0].room_config.as_ref().unwrap().agents.as_ref().unwrap();
    let names: Vec<_> = agents.iter().map(|agent| agent.agent_name.as_deref().unwrap()).collect();
    assert_eq!((names, rules[0].sip_dispatch_rule_id.as_ref()), (vec!["new", "recorder"], Some(&rule)));
}

#[tokio::test]
async fn a_rule_for_more_than_the_number_is_not_changed() {
    for all_trunks in [true, false] {
        let world = World::new().await;
        let trunk = world.trunk(&[NUMBER, OTHER]).await;
        let trunks: &[&str] = if all_trunks { &[] } else { &[&trunk] };
        let wide = world.rule(trunks, &[], "old").await;
        let record = world.found().await;
        assert_eq!(record.agent.as_ref().unwrap().as_str(), "old");
        let updated = world.livekit.update(&record.id, &NumberUpdate::new().agent("new")).await.unwrap();
        assert_eq!(updated.agent.unwrap().as_str(), "new", "the rule of its own is first");
        let other = world.livekit.find(&OTHER.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(other.agent.unwrap().as_str(), "old");
        assert_eq!((world.rules().await.len(), wide.is_empty()), (2, false));
    }
}

#[tokio::test]
async fn a_rule_that_is_in_the_way_is_named() {
    // LiveKit would refuse another rule for the trunk and the number.
    let world = World::new().await;
    let trunk = world.trunk(&[NUMBER, OTHER]).await;
    let both = world.rule(&[&trunk], &[NUMBER, OTHER], "old").await;
    let record = world.found().await;
    let error = world.livekit.update(&record.id, &NumberUpdate::new().agent("new")).await.unwrap_err();
    let (field, fault) = problem(&error);
    assert!(field == "agent" && fault.contains(&both) && fault.contains("Old"), "{fault}");

    // It accepts one beside a rule for all trunks, and the documents do not say which is first.
    let world = World::new().await;
    let rival = world.rule(&[], &[NUMBER], "old").await;
    let imported = world.importer().import(request()).await.unwrap();
    assert_eq!(imported.unconfirmed_fields.len(), 1, "the agent is not confirmed");
    let told =
        imported.findings.iter().any(|finding| finding.code() == "conflicts" && finding.to_string().contains(&rival));
    assert!(told, "{:?}", imported.findings);
    let handler = imported.record.handler.unwrap();
    assert!(imported.record.agent.is_none() && handler.contains(&rival), "{handler}");
}

#[tokio::test]
async fn a_number_is_found_in_any_spelling_and_beside_wildcards() {
    let world = World::new().await;
    world.trunk(&[]).await;
    assert!(world.livekit.find(&number()).await.unwrap().is_none(), "a trunk for every number has no record");
    let trunk = world.trunk(&["1 (415) 555-2671", OTHER]).await;
    let record = world.found().await;
    assert_eq!(record.id.as_str(), format!("{trunk}/1 (415) 555-2671"));
    world.livekit.remove(&record.id, Removal::Record).await.unwrap();
    assert_eq!(world.numbers(&trunk).await, [OTHER]);
    let update = UpdateInboundTrunk::new().numbers(ListUpdate::Add(list(&[NUMBER])));
    world.livekit.update_inbound_trunk(&trunk, &update).await.unwrap();
    assert!(world.found().await.agent.is_none());
}

/// The id of a record on a shared trunk is the trunk and the number, so it comes back with the number.
#[tokio::test]
async fn an_undo_leaves_a_number_that_somebody_added_again() {
    let world = World::new().await;
    let trunk = world.trunk(&[OTHER]).await;
    let imported = world.onto(&trunk).import(request()).await.unwrap();
    world.livekit.remove(&imported.record.id, Removal::Record).await.unwrap();
    let add = UpdateInboundTrunk::new().numbers(ListUpdate::Add(list(&[NUMBER])));
    world.livekit.update_inbound_trunk(&trunk, &add).await.unwrap();
    world.rule(&[&trunk], &[NUMBER], "front-desk").await;
    assert_eq!(world.found().await.id, imported.record.id);
    let undone = world.onto(&trunk).undo_unverified(&imported.undo(), Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Stays(Stays::MayBeAnother), "{undone}");
    assert_eq!(world.numbers(&trunk).await, [OTHER, NUMBER]);
}

/// What takes calls of the number beside its rule is named, though the agent is as requested.
#[tokio::test]
async fn other_trunks_and_rules_that_take_part_are_told() {
    let world = World::new().await;
    let every = world.trunk(&[]).await;
    let trunk = world.trunk(&[NUMBER]).await;
    let for_some = DispatchRule::new(Rule::individual("vip-")).inbound_numbers(list(&[OTHER]));
    let for_some = world.livekit.create_dispatch_rule(&for_some).await.unwrap().sip_dispatch_rule_id.unwrap();
    let imported = world.onto(&trunk).import(request()).await.unwrap();
    assert_eq!(
        (imported.record.agent.as_ref().unwrap().as_str(), imported.unconfirmed_fields.len()),
        ("front-desk", 0)
    );
    let with = vec![
        format!("dispatch rule {for_some}, for some callers"),
        format!("trunk {every}, which accepts every number"),
    ];
    assert!(imported.findings.contains(&Finding::Conflicts { with }), "{:?}", imported.findings);
}
