//! Settings that only ElevenLabs knows come back after an update, an undo, a renewal and a replacement, in any process. A
//! client of its own stands for another process: a client remembers nothing of numbers.

use futures_util::{StreamExt, stream};
use numport::import::plan::{Applied, Reroute};
use numport::import::{Field, ReplaceConsent, Replacement, Stays, Undo, UndoOutcome, UndoneRecord};
use numport::model::{NumberSource, PlatformKind, Removal, Settings};
use numport::platform::RenewalRun;
use numport::platform::elevenlabs::{
    Headers, ImportSipTrunkNumber, InboundTrunkConfig, LivekitStack, OutboundTrunkConfig, SipCredentials, UpdateNumber,
};
use numport::sandbox::{Fault, Sandbox};
use numport::{
    Desired, ElevenLabs, ImportRequest, Importer, NumberUpdate, Outcome, Patch, SipTrunk, Twilio, VoicePlatform,
};
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{AGENT, BRANCH, ID, client, number};
use crate::services::subject::NUMBER;
use crate::support::validation::is_mismatch;

const OTHER: &str = "agent_5801k3ttb0zve5mvvmrf7rhzzq9k";
const KIND: PlatformKind = PlatformKind::ELEVENLABS;

fn elevenlabs(sandbox: &Sandbox) -> ElevenLabs {
    ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap()
}

fn importer(sandbox: &Sandbox) -> Importer {
    Importer::new(Twilio::from_vars(|name| sandbox.var(name)).unwrap(), elevenlabs(sandbox))
}

/// A number whose agent has an environment and a branch.
async fn assigned(sandbox: &Sandbox) -> String {
    let request = ImportRequest::new(number(NUMBER)).label("Desk").agent(AGENT);
    let id = importer(sandbox).import(request).await.unwrap().record.id;
    let set = UpdateNumber::new().environment("staging".to_owned()).branch_id(BRANCH.to_owned());
    elevenlabs(sandbox).update_number(id.as_str(), &set).await.unwrap();
    id.to_string()
}

fn assignment(sandbox: &Sandbox) -> (Value, Value, Value) {
    let agent = &sandbox.records(KIND)[0]["assigned_agent"];
    (agent["agent_id"].clone(), agent["environment"].clone(), agent["branch_id"].clone())
}

fn as_before() -> (Value, Value, Value) {
    (json!(AGENT), json!("staging"), json!(BRANCH))
}

/// The sandbox resets both when the agent changes, the worst that the documents leave open.
#[tokio::test]
async fn an_undo_in_another_process_restores_the_environment_and_the_branch() {
    let sandbox = Sandbox::start().await.unwrap();
    assigned(&sandbox).await;
    let imported = importer(&sandbox).import(ImportRequest::new(number(NUMBER)).agent(OTHER)).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Updated);
    assert_eq!(assignment(&sandbox), (json!(OTHER), json!("staging"), Value::Null), "a branch is an agent's");

    let saved = serde_json::to_string(&imported.undo()).unwrap();
    let undo: Undo = serde_json::from_str(&saved).unwrap();
    for _ in 0..2 {
        let undone = importer(&sandbox).undo(&undo, Removal::Record).await.unwrap();
        assert!(undone.is_complete(), "{undone}");
        assert_eq!(assignment(&sandbox), as_before());
    }
    // Somebody has changed the branch since: an undo that is repeated says so and leaves it.
    elevenlabs(&sandbox).update_number(undo.id.as_str(), &UpdateNumber::new().branch_id(Patch::Clear)).await.unwrap();
    let undone = importer(&sandbox).undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Agent] });
    assert_eq!(assignment(&sandbox).2, Value::Null);
}

/// What a killed process leaves: its plan and its backup.
#[tokio::test]
async fn a_plan_and_a_backup_restore_the_environment_and_the_branch() {
    let sandbox = Sandbox::start().await.unwrap();
    assigned(&sandbox).await;
    let applying = importer(&sandbox);
    let desired = Desired::from_iter([ImportRequest::new(number(NUMBER)).agent(OTHER)]);
    let plan = applying.plan(&desired).await.unwrap();
    let saved = serde_json::to_string(&(&plan, applying.backup_routing().await.unwrap())).unwrap();
    let steps: Vec<_> = applying.apply(plan).unwrap().collect().await;
    assert!(steps.iter().all(|step| !step.outcome.is_failure()), "{steps:?}");
    assert_eq!(assignment(&sandbox), (json!(OTHER), json!("staging"), Value::Null));

    let (plan, backup) = serde_json::from_str(&saved).unwrap();
    let found = importer(&sandbox).undos_of(&plan, backup).await.unwrap();
    let undone: Vec<_> = importer(&sandbox).undo_many(found.undos, Removal::Record).collect().await;
    assert!(matches!(&undone[0].outcome, UndoOutcome::Undone(undone) if undone.is_complete()), "{undone:?}");
    assert_eq!(assignment(&sandbox), as_before());
}

#[tokio::test]
async fn a_branch_that_is_gone_is_left_out_and_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    assigned(&sandbox).await;
    let imported = importer(&sandbox).import(ImportRequest::new(number(NUMBER)).agent(OTHER)).await.unwrap();
    sandbox.fault_on(KIND, "PATCH /v1/convai/phone-numbers", Fault::Refuse { status: 404, retry_after: None });
    let undone = importer(&sandbox).undo(&imported.undo(), Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Agent] });
    assert_eq!(assignment(&sandbox), (json!(AGENT), Value::Null, Value::Null));

    // A failure that passes is not taken for a branch that is gone.
    assert_eq!(
        importer(&sandbox).import(ImportRequest::new(number(NUMBER)).agent(OTHER)).await.unwrap().outcome,
        Outcome::Updated
    );
    let undo = imported.undo();
    // As the first import left it.
    let set = UpdateNumber::new().environment("staging".to_owned());
    elevenlabs(&sandbox).update_number(undo.id.as_str(), &set).await.unwrap();
    let before = sandbox.requests().len();
    for _ in 0..4 {
        let busy = Fault::Refuse { status: 503, retry_after: None };
        sandbox.fault_on(KIND, "PATCH /v1/convai/phone-numbers", busy);
    }
    importer(&sandbox).undo(&undo, Removal::Record).await.unwrap_err();
    let requests = sandbox.requests();
    let sent = requests[before..].iter().filter(|sent| sent.method == "PATCH");
    assert!(sent.map(|sent| &sent.body.as_ref().unwrap()["branch_id"]).all(|branch| *branch == json!(BRANCH)));
}

/// An update through the trait knows nothing of the number, so it reads it.
#[tokio::test]
async fn an_update_of_the_agent_keeps_the_environment() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = assigned(&sandbox).await;
    elevenlabs(&sandbox).update(&id.as_str().into(), &NumberUpdate::new().agent(OTHER)).await.unwrap();
    assert_eq!(assignment(&sandbox), (json!(OTHER), json!("staging"), Value::Null));
}

fn shown(agent: &Value) -> ResponseTemplate {
    let number = json!({"phone_number_id": ID, "phone_number": NUMBER, "provider": "twilio", "assigned_agent": agent});
    ResponseTemplate::new(200).set_body_json(number)
}

/// Whether a change of the agent resets an environment that is sent with it is not documented.
#[tokio::test]
async fn an_environment_that_is_reset_is_sent_again_and_one_that_is_ignored_is_an_error() {
    let staging = json!({"agent_id": OTHER, "agent_name": "B", "environment": "staging"});
    let reset = json!({"agent_id": OTHER, "agent_name": "B"});
    for (then, is_done) in [(&staging, true), (&reset, false)] {
        let server = MockServer::start().await;
        Mock::given(method("PATCH"))
            .and(body_partial_json(json!({"agent_id": OTHER})))
            .respond_with(shown(&reset))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        Mock::given(method("PATCH")).respond_with(shown(then)).expect(1).mount(&server).await;
        let settings = Settings {
            agent: json!({"agent_id": AGENT, "environment": "staging", "branch_id": BRANCH})
                .as_object()
                .unwrap()
                .clone(),
            ..Settings::default()
        };
        let update = NumberUpdate::new().agent(OTHER).settings(settings);
        let updated = client(server.uri()).update(&ID.into(), &update).await;
        assert_eq!(updated.is_ok(), is_done, "{updated:?}");
        assert!(updated.err().is_none_or(|error| is_mismatch(&error) && !error.surely_not_done()));
        let sent = server.received_requests().await.unwrap();
        let bodies: Vec<Value> = sent.iter().map(|sent| sent.body_json().unwrap()).collect();
        assert_eq!(bodies, [json!({"agent_id": OTHER, "environment": "staging"}), json!({"environment": "staging"})]);
    }
}

/// Imports a number of a trunk with settings of its own.
async fn of_trunk(sandbox: &Sandbox) -> String {
    let outbound = OutboundTrunkConfig::new("trunk.example.com")
        .headers([("X-Tenant", "a-hidden-header")].into_iter().collect::<Headers>())
        .credentials(SipCredentials::new("user").password("p"));
    let inbound = InboundTrunkConfig::new()
        .allowed_addresses(["203.0.113.7".to_owned()])
        .credentials(SipCredentials::new("carrier").password("q"));
    let import =
        ImportSipTrunkNumber::new(NUMBER, "Desk").outbound_trunk_config(outbound).inbound_trunk_config(inbound);
    let id = elevenlabs(sandbox).import_number(import).await.unwrap().phone_number_id;
    let set = UpdateNumber::new().livekit_stack(LivekitStack::Static).store_sip_messages(false);
    elevenlabs(sandbox).update_number(&id, &set).await.unwrap();
    id
}

#[tokio::test]
async fn saved_settings_of_a_trunk_are_restored_and_hide_their_headers() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = of_trunk(&sandbox).await;
    let (before, record) = (sandbox.records(KIND), elevenlabs(&sandbox).get(&id.as_str().into()).await.unwrap());
    let saved = serde_json::to_string(&record.settings).unwrap();
    assert!(!format!("{record:?}{:?}", record.settings).contains("a-hidden-header"));
    assert!(!serde_json::to_string(&record).unwrap().contains("a-hidden-header"), "a record is written into reports");

    let changed = UpdateNumber::new()
        .store_sip_messages(true)
        .livekit_stack(LivekitStack::Standard)
        .inbound_trunk_config(InboundTrunkConfig::new())
        .outbound_trunk_config(OutboundTrunkConfig::new("other.example.com"));
    elevenlabs(&sandbox).update_number(&id, &changed).await.unwrap();
    let settings: Settings = serde_json::from_str(&saved).unwrap();
    let restored = elevenlabs(&sandbox).restore_settings(&record.id, &settings).await.unwrap();
    assert_eq!((restored.settings, sandbox.records(KIND)), (settings.clone(), before));
    assert!(sandbox.uses_secret(KIND, &id, "p"), "a user without a password keeps the password");

    let count = sandbox.requests().len();
    elevenlabs(&sandbox).restore_settings(&record.id, &settings).await.unwrap();
    let requests = sandbox.requests();
    assert!(requests[count..].iter().all(|sent| sent.method == "GET"), "nothing is sent if nothing differs");
}

/// What an update of one trunk does to the other settings is documented for none of them.
#[tokio::test]
async fn a_renewal_sends_settings_again_that_it_reset() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = of_trunk(&sandbox).await;
    let number = sandbox.records(KIND).remove(0);
    for (pointer, reset, again) in [
        ("/store_sip_messages", json!(true), Some("store_sip_messages")),
        ("/livekit_stack", json!("standard"), Some("livekit_stack")),
        ("/inbound_trunk", Value::Null, Some("inbound_trunk_config")),
        ("/outbound_trunk/headers", json!({}), None),
        ("/outbound_trunk/media_encryption", json!("required"), None),
    ] {
        let server = MockServer::start().await;
        let mut after = number.clone();
        *after.pointer_mut(pointer).unwrap() = reset;
        for (of, body, times) in [("GET", &number, u64::MAX), ("PATCH", &after, 1), ("PATCH", &number, 1)] {
            let answer = ResponseTemplate::new(200).set_body_json(body);
            Mock::given(method(of)).respond_with(answer).up_to_n_times(times).mount(&server).await;
        }
        let record = client(server.uri()).get(&id.as_str().into()).await.unwrap();
        let trunk = SipTrunk::new("trunk.example.com").credentials("user", "new");
        let renewed = client(server.uri()).renew(&record, &NumberSource::from(trunk), &RenewalRun::new()).await;
        let sent = server.received_requests().await.unwrap();
        let patched = sent.iter().filter(|sent| sent.method.as_str() == "PATCH");
        let bodies: Vec<Value> = patched.map(|sent| sent.body_json().unwrap()).collect();
        assert_eq!(bodies[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["outbound_trunk_config"]);
        match again {
            Some(name) => {
                renewed.unwrap();
                assert_eq!(bodies[1].as_object().unwrap().keys().collect::<Vec<_>>(), [name]);
            }
            None => assert!(is_mismatch(&renewed.unwrap_err()), "{pointer}"),
        }
    }
}

/// The process that replaces the record ends after the removal.
#[tokio::test]
async fn another_process_finishes_a_replacement_from_what_was_saved() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = assigned(&sandbox).await;
    let planned = importer(&sandbox).plan_replacement(&number(NUMBER)).await.unwrap();
    let saved = serde_json::to_string(&planned).unwrap();
    let read: Replacement = serde_json::from_str(&saved).unwrap();
    assert_eq!(read, planned);
    let shown = serde_json::to_value(&planned).unwrap();
    let effect = |name: &str| json!({"effect": name});
    let loses = |name: &str| json!({"effect": "may_lose", "setting": name});
    assert_eq!(
        shown["effects"],
        json!([effect("outage"), effect("new_id"), loses("enable_sms"), loses("region_config")])
    );
    let text = planned.to_string();
    for told in ["calls fail between", "gets a new id", "`region_config`", id.as_str(), "label \"Desk\"", AGENT] {
        assert!(text.contains(told), "{told}: {text}");
    }

    sandbox.fault_on(KIND, "POST /v1/convai/phone-numbers", Fault::Refuse { status: 403, retry_after: None });
    importer(&sandbox).replace(&planned, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    assert_eq!(sandbox.records(KIND), [Value::Null; 0]);
    let imported = importer(&sandbox).import(read.request()).await.unwrap();
    assert_eq!(assignment(&sandbox), (json!(AGENT), Value::Null, Value::Null));
    elevenlabs(&sandbox).restore_settings(&imported.record.id, &read.settings).await.unwrap();
    assert_eq!(assignment(&sandbox), as_before());
    assert_eq!(sandbox.records(KIND)[0]["label"], "Desk");
}

/// Somebody has given the agent a branch since: the record is in use, though its agent is the same.
#[tokio::test]
async fn a_record_whose_branch_was_set_since_stays() {
    let sandbox = Sandbox::start().await.unwrap();
    let imported = importer(&sandbox).import(ImportRequest::new(number(NUMBER)).agent(AGENT)).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Created);
    let undo: Undo = serde_json::from_str(&serde_json::to_string(&imported.undo()).unwrap()).unwrap();
    let set = UpdateNumber::new().branch_id(BRANCH.to_owned());
    elevenlabs(&sandbox).update_number(undo.id.as_str(), &set).await.unwrap();
    let undone = importer(&sandbox).undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Stays(Stays::Changed(vec![Field::Agent])));
    assert_eq!(assignment(&sandbox).2, json!(BRANCH));
    // As it was left it goes.
    elevenlabs(&sandbox).update_number(undo.id.as_str(), &UpdateNumber::new().branch_id(Patch::Clear)).await.unwrap();
    assert_eq!(importer(&sandbox).undo(&undo, Removal::Record).await.unwrap().record, UndoneRecord::Removed);
}

#[tokio::test]
async fn a_planned_removal_of_a_record_whose_branch_was_set_since_is_not_done() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = ImportRequest::new(number(NUMBER)).agent(AGENT);
    let id = importer(&sandbox).import(request).await.unwrap().record.id;
    let applying = importer(&sandbox);
    let plan = applying.plan(&Desired::default()).await.unwrap();
    let plan = plan.retire_extra(Removal::Record, |_| Some(Reroute::To("https://voice.example.com/in".into())));
    let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    let set = UpdateNumber::new().branch_id(BRANCH.to_owned());
    elevenlabs(&sandbox).update_number(id.as_str(), &set).await.unwrap();
    let steps: Vec<_> = applying.apply(plan).unwrap().collect().await;
    assert!(steps.iter().any(|step| matches!(step.outcome, Applied::Moved(_))), "{steps:?}");
    assert_eq!(assignment(&sandbox).2, json!(BRANCH));
}

/// A list may be a minute old. Somebody changed the environment since it was read.
#[tokio::test]
async fn a_listed_record_is_read_again_before_its_agent_is_changed() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = assigned(&sandbox).await;
    let others = ["+12125550123", "+442071838750"].map(|text| ImportRequest::new(number(text)));
    let before = sandbox.requests().len();
    let late = stream::once(async {
        let set = UpdateNumber::new().environment("development".to_owned());
        elevenlabs(&sandbox).update_number(&id, &set).await.unwrap();
        ImportRequest::new(number(NUMBER)).agent(OTHER)
    });
    let importer = importer(&sandbox).concurrency(1);
    let items: Vec<_> = importer.import_many(stream::iter(others).chain(late)).collect().await;
    assert_eq!(items.iter().filter(|item| item.outcome.code() == "updated").count(), 1, "{items:?}");
    let requests = sandbox.requests();
    assert!(!requests[before..].iter().any(|sent| sent.path.contains("search")), "all were found in the list");
    let now = &sandbox.records(KIND)[0]["assigned_agent"];
    assert_eq!((&now["agent_id"], &now["environment"]), (&json!(OTHER), &json!("development")));
}

/// Somebody gave the import's agent another environment since. The one from before the import would replace it.
#[tokio::test]
async fn an_undo_keeps_an_environment_that_was_set_since_the_import() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = assigned(&sandbox).await;
    let imported = importer(&sandbox).import(ImportRequest::new(number(NUMBER)).agent(OTHER)).await.unwrap();
    let set = UpdateNumber::new().environment("development".to_owned());
    elevenlabs(&sandbox).update_number(&id, &set).await.unwrap();
    let undone = importer(&sandbox).undo(&imported.undo(), Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Agent] });
    assert_eq!(assignment(&sandbox), (json!(OTHER), json!("development"), Value::Null));
}
