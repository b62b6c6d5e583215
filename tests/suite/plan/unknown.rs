//! An unknown state allows nothing that cannot be undone: carriers that cannot be queried, several holders, changes by
//! others between a plan and its steps, and an undo that comes late.

use futures_util::StreamExt;
use numport::import::plan::{Applied, AppliedStep, Reroute};
use numport::model::{CallbackUrl, PlatformKind, ProviderKind, Removal};
use numport::provider::twilio::UpdateNumber;
use numport::provider::{Carriers, NumberProvider};
use numport::sandbox::{Fault, Sandbox, twilio::TwilioNumber};
use numport::{
    AccountKey, Butter, Desired, E164, ImportRequest, Importer, NumberUpdate, Plan, SignalWire, SipTrunk, Twilio, Vapi,
    VoicePlatform,
};
use std::time::Duration;

const ELSEWHERE: &str = "https://app.example.com/voice?token=t";
const ADDRESS: &str = "https://answer.example.net/calls";
fn n() -> E164 {
    "+14155550123".parse().unwrap()
}

fn m() -> E164 {
    "+14155550124".parse().unwrap()
}

async fn sandbox() -> Sandbox {
    Sandbox::builder()
        .hold(TwilioNumber::new(n()).voice_url(ELSEWHERE))
        .hold(TwilioNumber::new(m()).voice_url(ELSEWHERE))
        .start()
        .await
        .unwrap()
}

fn twilio(s: &Sandbox) -> Twilio {
    Twilio::from_vars(|v| s.var(v)).unwrap()
}

fn vapi(s: &Sandbox) -> Vapi {
    Vapi::from_vars(|v| s.var(v)).unwrap()
}

fn signalwire(s: &Sandbox) -> SignalWire {
    SignalWire::from_vars(|v| s.var(v)).unwrap()
}

fn sub(s: &Sandbox, token: &str) -> Twilio {
    Twilio::builder(AccountKey::token(s.twilio().subaccount_sid(), token))
        .base_url(s.var("TWILIO_BASE_URL").unwrap())
        .build()
        .unwrap()
}

async fn set(s: &Sandbox, number: E164, u: UpdateNumber) {
    let sid = s.twilio().number(&number).unwrap()["sid"].as_str().unwrap().to_owned();
    twilio(s).update_number(&sid, &u).await.unwrap();
}

async fn apply(i: &Importer, plan: Plan) -> Vec<AppliedStep> {
    let mut v: Vec<_> = i.apply(plan).unwrap().collect().await;
    v.sort_by_key(|s| s.index);
    v
}

fn json(p: &Plan) -> Plan {
    serde_json::from_str(&serde_json::to_string(p).unwrap()).unwrap()
}

fn v(s: &Sandbox) -> usize {
    s.records(PlatformKind::VAPI).len()
}

async fn two(first: &str, second: &str) -> (Sandbox, Sandbox) {
    (
        Sandbox::builder()
            .hold(TwilioNumber::new(m()))
            .hold(TwilioNumber::new(n()).voice_url(first))
            .start()
            .await
            .unwrap(),
        Sandbox::builder().hold(TwilioNumber::new(n()).voice_url(second)).start().await.unwrap(),
    )
}

#[tokio::test]
async fn an_unknown_holder_blocks_a_removal_in_the_plan() {
    let s = sandbox().await;
    Importer::new(twilio(&s), vapi(&s)).import(ImportRequest::new(n())).await.unwrap();
    set(&s, n(), UpdateNumber::new().voice_url("")).await;
    let i = Importer::new(Carriers::new().and(twilio(&s)).and(sub(&s, "wrong")), vapi(&s));
    let plan = i.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    let _done = apply(&i, plan).await;
    assert_eq!(v(&s), 1, "a record was removed while a carrier could not be asked");
}

#[tokio::test]
async fn an_unknown_holder_blocks_a_removal_when_the_plan_is_applied() {
    let s = sandbox().await;
    Importer::new(twilio(&s), vapi(&s)).import(ImportRequest::new(n())).await.unwrap();
    set(&s, n(), UpdateNumber::new().voice_url("")).await;
    let i = Importer::new(Carriers::new().and(twilio(&s)).and(sub(&s, &s.twilio().subaccount_auth_token())), vapi(&s));
    let plan = i.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    s.twilio().rotate_subaccount_auth_token("other");
    let _done = apply(&i, plan).await;
    assert_eq!(v(&s), 1, "a record was removed while a carrier could not be asked");
}

#[tokio::test]
async fn a_plan_applied_again_points_the_remaining_calls() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), signalwire(&s)).inbound_address(ADDRESS);
    let desired = Desired::from_iter([ImportRequest::new(n())]);
    let plan = i.plan(&desired).await.unwrap().point_calls();
    s.fault_on(ProviderKind::TWILIO, "POST", Fault::Refuse { status: 400, retry_after: None });
    let _first = apply(&i, json(&plan)).await;
    let second = apply(&i, plan).await;
    let pointed = s.twilio().calls_go_to(&n()).as_deref() == Some(ADDRESS);
    assert!(pointed || second[0].outcome.code() != "unchanged", "`unchanged` and the planned pointing is not done");
}

#[tokio::test]
async fn an_import_killed_before_its_calls_were_pointed_is_finished() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), signalwire(&s)).inbound_address(ADDRESS);
    let plan = i.plan(&Desired::from_iter([ImportRequest::new(n())])).await.unwrap().point_calls();
    s.fault_on(ProviderKind::TWILIO, "POST", Fault::DelayBeforeCommit(Duration::from_secs(3600)));
    let killed = tokio::time::timeout(Duration::from_secs(3), apply(&i, json(&plan))).await;
    assert!(killed.is_err());
    let second = apply(&i, plan).await;
    let pointed = s.twilio().calls_go_to(&n()).as_deref() == Some(ADDRESS);
    assert!(pointed || second[0].outcome.code() != "unchanged", "`unchanged` and the planned pointing is not done");
}

#[tokio::test]
async fn a_removal_refused_after_rerouting_is_not_reported_as_unchanged() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), vapi(&s));
    i.import(ImportRequest::new(n())).await.unwrap();
    let plan = i
        .plan(&Desired::default())
        .await
        .unwrap()
        .retire_extra(Removal::Record, |_| Some(Reroute::To(CallbackUrl::new("https://new.example.com/x"))));
    s.fault_on(PlatformKind::VAPI, "DELETE", Fault::Refuse { status: 403, retry_after: None });
    let done = apply(&i, plan).await;
    let Applied::Failed(e) = &done[0].outcome else { panic!() };
    assert!(!e.surely_not_done(), "calls were sent elsewhere, and the error is surely not done ({:?})", e.failure());
}

#[tokio::test]
async fn an_old_undo_keeps_the_calls_of_a_new_import() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), vapi(&s));
    let undo = i.import(ImportRequest::new(n())).await.unwrap().undo();
    let _undone = i.undo(&undo, Removal::Record).await.unwrap();
    let _theirs = i.import(ImportRequest::new(n()).agent("assistant-2").label("a colleague's")).await.unwrap();
    let answered = s.twilio().calls_go_to(&n());
    let _again = i.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(answered, s.twilio().calls_go_to(&n()), "the calls of another import's record were taken away");
}

#[tokio::test]
async fn an_undo_keeps_a_record_that_a_squad_answers() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), vapi(&s));
    let im = i.import(ImportRequest::new(n())).await.unwrap();
    use numport::platform::vapi::*;
    let mut u = SettingsPatch::new();
    u = squad(u);
    let _updated = vapi(&s).update_number(im.record.id.as_str(), UpdateTwilioNumber::new().settings(u)).await.unwrap();
    let _undone = i.undo(&im.undo(), Removal::Record).await.unwrap();
    assert_eq!(v(&s), 1, "a record that a colleague gave a squad was removed");
}

fn squad(u: numport::platform::vapi::SettingsPatch) -> numport::platform::vapi::SettingsPatch {
    u.squad_id(numport::Patch::Set("5b0a7f0e-8f3c-4d2b-9a53-0d6d2f1f5a11".to_owned()))
}

#[tokio::test]
async fn the_record_that_the_plan_names_is_renewed() {
    let s = sandbox().await;
    let (t, p) = (twilio(&s), vapi(&s));
    let (a, b) = (ImportRequest::new(n()), ImportRequest::new(n()).agent("assistant-1"));
    let src = t.source();
    let _first = p.create(&src, &a).unwrap().await.unwrap();
    let _second = p.create(&src, &b).unwrap().await.unwrap();
    s.twilio().rotate_auth_token("a-new-token");
    let t2 = Twilio::from_vars(|k| if k == "TWILIO_AUTH_TOKEN" { Some("a-new-token".to_owned()) } else { s.var(k) })
        .unwrap();
    let i = Importer::new(t2, p.clone());
    let plan = i.plan(&Desired::from_iter([b.clone()])).await.unwrap().renew_credentials_if(|_| true);
    let planned = plan.steps[0].id().unwrap().clone();
    for d in apply(&i, plan).await {
        if let Applied::Changed(c) = &d.outcome {
            assert_eq!(c.renewed.as_ref().unwrap().record, planned, "another record was renewed than the plan shows");
        }
    }
}

#[tokio::test]
async fn an_undo_queries_the_carrier_that_holds_the_number() {
    let s = Sandbox::builder().hold(TwilioNumber::new(m())).start().await.unwrap();
    // The number is on the trunk, whose calls go to Vapi.
    let trunk = || SipTrunk::new("203.0.113.7").credentials("user", "the-password").number(n());
    let i = |t: Twilio| Importer::new(Carriers::new().and(trunk()).and(t), vapi(&s));
    let im = i(twilio(&s)).import(ImportRequest::new(n())).await.unwrap();
    assert_eq!(v(&s), 1);
    // It is being ported to Twilio, which already has it, without a voice URL; the trunk still carries its calls.
    let s2 = Sandbox::builder().hold(TwilioNumber::new(n()).voice_url("")).start().await.unwrap();
    let i2 = i(twilio(&s2));
    let _undone = i2.undo(&im.undo(), Removal::Record).await.unwrap();
    assert_eq!(v(&s), 1, "the record was removed though the trunk's calls go there");
}

#[tokio::test]
async fn an_update_compares_the_record_as_it_is_now() {
    let s = sandbox().await;
    let b = Butter::from_vars(|k| s.var(k)).unwrap();
    let i = Importer::new(twilio(&s), b.clone()).concurrency(1);
    let d: Vec<_> = [n(), m()].map(ImportRequest::new).into();
    for r in &d {
        let _there = i.import(r).await.unwrap();
    }
    let desired = Desired::from_iter([n(), m()].map(|x| ImportRequest::new(x).agent("agent_a1b2c3d4e5f6")));
    let plan = i.plan(&desired).await.unwrap();
    let mut steps = i.apply(plan).unwrap();
    let _first = steps.next().await.unwrap();
    let rec = b.find(&m()).await.unwrap().unwrap();
    b.update(&rec.id, &NumberUpdate::new().agent("agent_b2c3d4e5f6a7")).await.unwrap();
    let second = steps.next().await.unwrap();
    assert!(matches!(second.outcome, Applied::Moved(_)), "a colleague's agent was overwritten by a planned update");
}

#[tokio::test]
async fn calls_that_others_changed_since_the_plan_are_not_pointed() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), signalwire(&s)).inbound_address(ADDRESS);
    let plan = i.plan(&Desired::from_iter([ImportRequest::new(n())])).await.unwrap().point_calls();
    s.fault_on(PlatformKind::SIGNALWIRE, "POST", Fault::CommitThenDelay(Duration::from_secs(3600)));
    assert!(tokio::time::timeout(Duration::from_secs(3), apply(&i, json(&plan))).await.is_err());
    set(&s, n(), UpdateNumber::new().voice_url("https://colleague.example.com/")).await;
    let _second = apply(&i, plan).await;
    assert_eq!(
        s.twilio().calls_go_to(&n()).as_deref(),
        Some("https://colleague.example.com/"),
        "another's calls were overwritten"
    );
}

#[tokio::test]
async fn a_step_that_cannot_point_the_calls_reports_it() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), vapi(&s)).inbound_address(ADDRESS);
    i.import(ImportRequest::new(n())).await.unwrap();
    set(&s, n(), UpdateNumber::new().voice_url(ELSEWHERE)).await;
    let plan = i.plan(&Desired::from_iter([ImportRequest::new(n()).label("New")])).await.unwrap().point_calls();
    set(&s, n(), UpdateNumber::new().voice_url("https://colleague.example.com/")).await;
    let d = apply(&i, plan).await;
    assert!(d[0].report().contains("calls"), "planned pointing was left out, and nothing says so");
}

#[tokio::test]
async fn a_second_record_that_a_squad_answers_is_kept() {
    let s = sandbox().await;
    let (t, p) = (twilio(&s), vapi(&s));
    let src = t.source();
    use numport::platform::vapi::*;
    let _a = p.create(&src, &ImportRequest::new(n()).agent("assistant-1")).unwrap().await.unwrap();
    let b = p.create(&src, &ImportRequest::new(n())).unwrap().await.unwrap();
    p.update_number(b.id.as_str(), UpdateTwilioNumber::new().settings(squad(SettingsPatch::new()))).await.unwrap();
    let i = Importer::new(t, p.clone());
    let plan = i
        .plan(&Desired::from_iter([ImportRequest::new(n()).agent("assistant-1")]))
        .await
        .unwrap()
        .remove_second(Removal::Record);
    let _done = apply(&i, plan).await;
    assert!(
        p.get(&b.id).await.is_ok(),
        "the second record was answered by a squad, and is removed as one without an agent"
    );
}

#[tokio::test]
async fn a_carrier_that_cannot_be_queried_may_send_the_calls() {
    let (a, b) = two("", ELSEWHERE).await;
    let b2 = b;
    Importer::new(twilio(&b2), vapi(&b2)).import(ImportRequest::new(n()).agent("assistant-1")).await.unwrap();
    let i = Importer::new(Carriers::new().and(twilio(&a)).and(twilio(&b2)), vapi(&b2));
    b2.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 401, retry_after: None });
    let plan = i.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    b2.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 401, retry_after: None });
    let _done = apply(&i, plan).await;
    assert_eq!(
        v(&b2),
        1,
        "a number whose calls go to Vapi has no record any more ({:?})",
        b2.twilio().calls_go_to(&n())
    );
}

#[tokio::test]
async fn a_record_is_kept_if_one_of_two_holders_sends_its_calls() {
    let (a, b) = two("", ELSEWHERE).await;
    Importer::new(twilio(&b), vapi(&b)).import(ImportRequest::new(n()).agent("assistant-1")).await.unwrap();
    let i = Importer::new(Carriers::new().and(twilio(&a)).and(twilio(&b)), vapi(&b));
    let plan = i.plan(&Desired::default()).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
    let _done = apply(&i, plan).await;
    assert_eq!(
        v(&b),
        1,
        "removed, though one of two holders sends the calls to the platform for sure: {:?}",
        b.twilio().calls_go_to(&n())
    );
}

#[tokio::test]
async fn an_undo_does_not_change_a_number_of_two_holders() {
    let (a, b) = two("", ELSEWHERE).await;
    let undo =
        Importer::new(twilio(&b), vapi(&b)).import(ImportRequest::new(n()).agent("assistant-1")).await.unwrap().undo();
    let i = Importer::new(Carriers::new().and(twilio(&a)).and(twilio(&b)), vapi(&b));
    assert!(i.undo(&undo, Removal::Record).await.is_err(), "nobody can tell whose calls these are");
    assert_eq!(v(&b), 1, "undo removed the record, and its carrier sends the calls to Vapi still");
}

#[tokio::test]
async fn restore_does_not_report_a_number_of_two_holders_as_gone() {
    let (a, b) = two("", ELSEWHERE).await;
    let before =
        Importer::new(twilio(&b), vapi(&b)).import(ImportRequest::new(n())).await.unwrap().routing_before.unwrap();
    let i = Importer::new(Carriers::new().and(twilio(&a)).and(twilio(&b)), vapi(&b));
    assert!(i.restore(&before).await.is_err(), "gone, and a given carrier holds it");
}

#[tokio::test]
async fn the_calls_of_a_desired_number_are_not_rerouted() {
    let s = sandbox().await;
    let (t, p) = (twilio(&s), vapi(&s));
    let i = Importer::new(t.clone(), p.clone());
    let r = ImportRequest::new(n()).agent("assistant-1");
    i.import(&r).await.unwrap();
    p.create(&t.source(), &ImportRequest::new(n())).unwrap().await.unwrap();
    let plan = i
        .plan(&Desired::from_iter([r]))
        .await
        .unwrap()
        .retire_extra(Removal::Record, |_| Some(Reroute::To(CallbackUrl::new("https://sorry.example.com/x"))));
    let _done = apply(&i, plan).await;
    let to = s.twilio().calls_go_to(&n());
    assert!(to.as_deref().unwrap().contains("vapi"), "the calls of a desired number were sent to {to:?}");
}

#[tokio::test]
async fn a_plan_with_a_hidden_release_is_refused() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), signalwire(&s));
    i.import(ImportRequest::new(n())).await.unwrap();
    set(&s, n(), UpdateNumber::new().voice_url("")).await;
    let plan = i.plan(&Desired::default()).await.unwrap().remove_extra(Removal::RecordAndNumber);
    let text = serde_json::to_string(&plan).unwrap().replace("\"releases\":true", "\"releases\":false");
    let plan: Plan = serde_json::from_str(&text).unwrap();
    assert!(i.apply(plan).is_err(), "a plan that says remove would release");
}

#[tokio::test]
async fn an_earlier_name_of_an_account_is_the_same_account() {
    let s = sandbox().await;
    let t = twilio(&s);
    let old = Vapi::builder_from_vars(|k| s.var(k)).unwrap().account_name("old", Vec::<String>::new()).build().unwrap();
    let new =
        Vapi::builder_from_vars(|k| s.var(k)).unwrap().account_name("new", [old.account().as_str()]).build().unwrap();
    let (i, j) = (Importer::new(t.clone(), old), Importer::new(t, new));
    assert!(j.platform().account().is(&i.platform().account()));
    let (_first, _second) = futures_util::join!(i.import(ImportRequest::new(n())), j.import(ImportRequest::new(n())));
    assert_eq!(v(&s), 1, "one number, one account under two names, two records");
}

#[tokio::test]
async fn undoing_a_label_keeps_the_routing() {
    let s = sandbox().await;
    let i = Importer::new(twilio(&s), vapi(&s)).inbound_address(ADDRESS);
    i.import(ImportRequest::new(n()).agent("assistant-1")).await.unwrap();
    set(&s, n(), UpdateNumber::new().voice_url(ELSEWHERE)).await;
    let plan = i.plan(&Desired::from_iter([ImportRequest::new(n()).agent("assistant-1").label("New")])).await.unwrap();
    let backup = i.backup_routing().await.unwrap();
    let _done = apply(&i, plan.clone()).await;
    set(&s, n(), UpdateNumber::new().voice_url(ADDRESS)).await; // a colleague puts the number to use
    for undo in i.undos_of(&json(&plan), backup).await.unwrap().undos {
        let _undone = i.undo(&undo, Removal::Record).await.unwrap();
    }
    assert_eq!(
        s.twilio().calls_go_to(&n()).as_deref(),
        Some(ADDRESS),
        "a colleague's routing was overwritten by the undo of a label"
    );
}
