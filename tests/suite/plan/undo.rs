//! Undoing a plan whose outcomes were lost.

use numport::import::plan::Reroute;
use numport::import::{Stays, Undo, Undone, UndoneRecord};
use numport::model::{PlatformKind, ProviderKind, Removal};
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, E164, Error, ImportRequest, Importer, NumberUpdate, Outcome, Plan, Twilio, Vapi};
use serde_json::Value;

use super::apply::apply;

const DESK: &str = "+14155552671";
const SALES: &str = "+12125550123";

fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

fn clients(sandbox: &Sandbox) -> (Vapi, Importer) {
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::from_vars(vars).unwrap();
    (vapi.clone(), Importer::new(Twilio::from_vars(vars).unwrap(), vapi))
}

/// The state of a service, without times.
fn kept(sandbox: &Sandbox, vapi: bool) -> Vec<Value> {
    let mut records = match vapi {
        true => sandbox.records(PlatformKind::VAPI),
        false => sandbox.records(ProviderKind::TWILIO),
    };
    for record in &mut records {
        record.as_object_mut().unwrap().retain(|name, _| !["date_updated", "updatedAt"].contains(&name.as_str()));
    }
    records
}

/// One number has a record with another label, and one is imported.
async fn planned(importer: &Importer) -> (Plan, String) {
    let _there = importer.import(ImportRequest::new(number(DESK)).label("Old desk")).await.unwrap();
    let desired = Desired::from_iter([
        ImportRequest::new(number(DESK)).label("Front desk").agent("a1"),
        ImportRequest::new(number(SALES)).label("Sales").agent("a2"),
    ]);
    let plan = importer.plan(&desired).await.unwrap();
    let kept = serde_json::to_string(&(&plan, &importer.backup_routing().await.unwrap())).unwrap();
    (plan, kept)
}

async fn undone(importer: &Importer, kept: &str) -> Vec<Undone> {
    let (plan, backup) = serde_json::from_str(kept).unwrap();
    let undos: Vec<Undo> = importer.undos_of(&plan, backup).await.unwrap().undos;
    let mut undone = Vec::new();
    for undo in undos {
        undone.push(importer.undo(&undo, Removal::Record).await.unwrap());
    }
    undone
}

#[tokio::test]
async fn a_plan_is_undone_with_what_was_saved_before_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer) = clients(&sandbox);
    let (plan, text) = planned(&importer).await;
    let before = (kept(&sandbox, true), kept(&sandbox, false));
    // A plan that was not applied, or is already undone, has nothing to undo.
    for _ in 0..2 {
        let undone = undone(&importer, &text).await;
        assert_eq!(undone.len(), 1, "the update alone: {undone:?}");
        assert!(undone[0].is_complete(), "{}", undone[0]);
        assert_eq!((kept(&sandbox, true), kept(&sandbox, false)), before);

        apply(&importer, plan.clone()).await;
        assert_ne!(kept(&sandbox, false), before.1);
        let undone = self::undone(&importer, &text).await;
        assert!(undone.len() == 2 && undone.iter().all(Undone::is_complete), "{undone:?}");
        assert_eq!((kept(&sandbox, true), kept(&sandbox, false)), before);
    }
}

#[tokio::test]
async fn calls_that_a_plan_pointed_are_undone_with_its_update() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer) = clients(&sandbox);
    let importer = importer.inbound_address("https://answer.example.net/calls");
    let _there = importer.import(ImportRequest::new(number(DESK)).label("Old desk")).await.unwrap();
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    let sid = sandbox.twilio().number(&number(DESK)).unwrap()["sid"].as_str().unwrap().to_owned();
    twilio.update_number(&sid, &UpdateNumber::new().voice_url("https://app.example.com/voice")).await.unwrap();
    let desired = Desired::from_iter([ImportRequest::new(number(DESK)).label("Front desk")]);
    let plan = importer.plan(&desired).await.unwrap().point_calls();
    let text = serde_json::to_string(&(&plan, &importer.backup_routing().await.unwrap())).unwrap();
    let before = (kept(&sandbox, true), kept(&sandbox, false));
    apply(&importer, plan).await;
    assert_eq!(sandbox.twilio().calls_go_to(&number(DESK)).as_deref(), Some("https://answer.example.net/calls"));
    let undone = undone(&importer, &text).await;
    assert!(undone.len() == 1 && undone[0].is_complete(), "{undone:?}");
    assert_eq!((kept(&sandbox, true), kept(&sandbox, false)), before);
}

#[tokio::test]
async fn an_interrupted_import_is_undone_and_changes_by_others_are_kept() {
    for (update, stays) in [
        (NumberUpdate::new().clear_agent(), false),
        (NumberUpdate::new().agent("another"), true),
        (NumberUpdate::new().label("Ours now"), true),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let (vapi, importer) = clients(&sandbox);
        let (plan, text) = planned(&importer).await;
        apply(&importer, plan).await;
        let record = numport::VoicePlatform::find(&vapi, &number(SALES)).await.unwrap().unwrap();
        numport::VoicePlatform::update(&vapi, &record.id, &update).await.unwrap();
        let undone = undone(&importer, &text).await;
        let sales = undone.iter().find(|undone| undone.number == number(SALES)).unwrap();
        assert_eq!(matches!(sales.record, UndoneRecord::Stays(Stays::Changed(_))), stays, "{sales}");
        assert_eq!(sales.is_complete(), !stays, "{sales}");
    }
}

#[tokio::test]
async fn a_plan_of_another_account_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer) = clients(&sandbox);
    let (mut plan, _) = planned(&importer).await;
    plan.account = numport::model::AccountId::new("another");
    let error = importer.undos_of(&plan, Vec::new()).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid(_)) && error.to_string().contains("nothing was undone"), "{error}");
}

#[tokio::test]
async fn a_number_can_be_imported_again_after_a_lost_removal() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::builder_from_vars(vars).unwrap().retry(numport::RetryPolicy::never()).build().unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi);
    let desk = ImportRequest::new(number(DESK));
    let before = importer.import(&desk).await.unwrap().routing_before.unwrap();
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let plan = plan.retire_extra(Removal::Record, |_| Some(Reroute::Back(Box::new(before.clone()))));
    sandbox.fault_on(PlatformKind::VAPI, "DELETE", Fault::CommitThenDrop);
    // The record itself tells that it is gone.
    assert_eq!(apply(&importer, plan).await[0].outcome.code(), "removed");
    assert!(sandbox.records(PlatformKind::VAPI).is_empty());
    assert_eq!(importer.import(&desk).await.unwrap().outcome, Outcome::Created);
}

#[tokio::test]
async fn a_record_that_somebody_created_and_uses_is_not_the_plans() {
    let sandbox = Sandbox::start().await.unwrap();
    let (vapi, importer) = clients(&sandbox);
    let plan = importer.plan(&Desired::from_iter([ImportRequest::new(number(SALES))])).await.unwrap();
    let backup = importer.backup_routing().await.unwrap();
    let theirs = importer.import(ImportRequest::new(number(SALES)).label("Theirs")).await.unwrap();
    let undos = importer.undos_of(&plan, backup).await.unwrap().undos;
    let undone = importer.undo(&undos[0], Removal::Record).await.unwrap();
    assert!(matches!(undone.record, UndoneRecord::Stays(Stays::Changed(_))), "{undone}");
    assert!(numport::VoicePlatform::get(&vapi, &theirs.record.id).await.is_ok());
}

#[tokio::test]
async fn a_number_that_the_backup_does_not_have_is_named() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer) = clients(&sandbox);
    let (plan, text) = planned(&importer).await;
    apply(&importer, plan.clone()).await;
    let (_, mut backup): (Plan, Vec<numport::model::Routing>) = serde_json::from_str(&text).unwrap();
    assert!(importer.undos_of(&plan, backup.clone()).await.unwrap().not_in_backup.is_empty());
    backup.retain(|before| before.number != number(SALES));
    let found = importer.undos_of(&plan, backup).await.unwrap();
    assert_eq!((found.undos.len(), found.not_in_backup), (2, vec![number(SALES)]));
}
