//! An undo that was interrupted, comes late, or meets changes by others depends on the present state.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::WithheldReason;
use numport::import::{Field, Undo, UndoneRecord};
use numport::model::{PlatformKind, ProviderKind, Removal};
use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support};
use numport::provider::Carriers;
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, E164, Error, ImportRequest, Importer, LookupPolicy, Outcome, Restored, SipTrunk, Twilio, Vapi};

use crate::support::in_memory::{Exchange, NATIVE, number, platform, records_of};

const BEFORE: &str = "https://app.example.com/voice";
const HERE: &str = "https://api.vapi.ai/twilio/inbound_call";

/// A carrier that holds the number, and a platform that takes over its calls at an import.
fn taken_over() -> (Exchange, InMemoryPlatform) {
    taken_over_by(&NATIVE)
}

static AGENT_LATER: Capabilities =
    Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets).with_agent(Support::SET);

fn taken_over_by(can: &'static Capabilities) -> (Exchange, InMemoryPlatform) {
    let (exchange, platform) = (Exchange::default(), platform(can, 0));
    exchange.point(number(1), BEFORE);
    let carrier = exchange.clone();
    platform.on_call(move |call, _| {
        if call == Call::Create {
            carrier.point(number(1), HERE);
        }
    });
    (exchange, platform)
}

async fn imported(importer: &Importer) -> Undo {
    importer.import(ImportRequest::new(number(1))).await.unwrap().undo()
}

fn held() -> E164 {
    "+14155550123".parse().unwrap()
}

fn from_twilio(sandbox: &Sandbox) -> (Twilio, Importer) {
    let vars = |name: &str| sandbox.var(name);
    let twilio = Twilio::from_vars(vars).unwrap();
    (twilio.clone(), Importer::new(twilio, Vapi::from_vars(vars).unwrap()))
}

#[tokio::test]
async fn a_second_undo_restores_the_routing_that_a_removal_cleared() {
    let before = TwilioNumber::new(held()).voice_url(BEFORE);
    let sandbox = Sandbox::builder().hold(before).start().await.unwrap();
    let (twilio, importer) = from_twilio(&sandbox);
    let kept = || {
        let mut number = sandbox.twilio().number(&held()).unwrap();
        number.as_object_mut().unwrap().remove("date_updated");
        number
    };
    let before = kept();
    let sid = before["sid"].as_str().unwrap();
    let undo = importer.import(ImportRequest::new(held())).await.unwrap().undo();
    sandbox.fault_on(PlatformKind::VAPI, "DELETE", Fault::CommitThenDelay(Duration::from_secs(3600)));
    assert!(tokio::time::timeout(Duration::from_secs(3), importer.undo(&undo, Removal::Record)).await.is_err());
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 0);
    // The removal of the record clears the URL that its platform had set.
    let cleared =
        UpdateNumber::new().voice_url("").voice_method(numport::provider::twilio::CallbackMethod::Get).sms_url("");
    twilio.update_number(sid, &cleared).await.unwrap();

    let undo: Undo = serde_json::from_str(&serde_json::to_string(&undo).unwrap()).unwrap();
    importer.forget_created(&held()).await.expect("no journal");
    let importer = importer.lookup_policy(LookupPolicy::default().max_lookups(1));
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.record.clone(), kept()), (UndoneRecord::Gone, before.clone()), "{undone}");

    // Calls that somebody routed elsewhere since then are theirs, and so are fields that they cleared.
    let theirs = UpdateNumber::new().voice_url("https://new.example.com/").sms_url("");
    twilio.update_number(sid, &theirs).await.unwrap();
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert!(matches!(undone.routing, Some(Restored::Kept { .. })), "{undone}");
    assert_eq!(sandbox.twilio().voice_url(&held()).as_deref(), Some("https://new.example.com/"));
}

#[tokio::test(start_paused = true)]
async fn a_new_record_that_a_list_does_not_show_yet_keeps_its_calls() {
    let (exchange, platform) = taken_over();
    let importer = Importer::new(exchange.clone(), platform.clone());
    let undo = imported(&importer).await;
    assert_eq!(importer.undo(&undo, Removal::Record).await.unwrap().record, UndoneRecord::Removed);
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(BEFORE));
    // A colleague imports it, in another process.
    platform.insert(number(1));
    exchange.point(number(1), HERE);
    platform.script(Call::Find, [Answer::Nothing, Answer::Nothing, Answer::Nothing]);
    let again = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(HERE), "a colleague's calls were taken away: {again}");
    assert_eq!((again.record, again.routing), (UndoneRecord::Replaced, None));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_restored_while_the_number_is_imported() {
    let (exchange, platform) = taken_over();
    let importer = Importer::new(exchange.clone(), platform.clone()).lock_timeout(Duration::from_secs(3));
    let before = importer.backup_routing().await.unwrap();
    platform.script(Call::Create, [Answer::Never { done: true }]);
    let mut import = Box::pin(importer.import(ImportRequest::new(number(1))));
    for _ in 0..10 {
        assert!(import.as_mut().now_or_never().is_none());
    }
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(HERE), "it is under way");
    let mut restored: Vec<_> = importer.restore_many(before.clone()).map(|(_, restored)| restored).collect().await;
    restored.push(importer.restore(&before[0]).await);
    restored.push(importer.restore_unverified(&before[0]).await);
    for restored in restored {
        let Err(Error::Withheld(withheld)) = &restored else { panic!("{restored:?}") };
        assert!(matches!(withheld.reason, WithheldReason::Locked { .. }));
    }
    assert_eq!(exchange.restored(), 0);
}

/// Two carriers that hold the number, and a platform whose removals clear the routing at both.
async fn of_two_holders() -> ([Exchange; 2], InMemoryPlatform, Importer, Undo) {
    let [first, second] = [Exchange::default(), Exchange::default()];
    let platform = platform(&NATIVE, 0);
    second.point(number(1), BEFORE);
    let alone = Importer::new(second.clone(), platform.clone()).skip_preflight();
    let undo = imported(&alone).await;
    first.point(number(1), "https://old.example.com/voice");
    let both = [first.clone(), second.clone()];
    platform.on_call(move |call, _| {
        if call == Call::Remove {
            both.iter().for_each(|carrier| carrier.point(number(1), ""));
        }
    });
    let importer = Importer::new(Carriers::new().and(first.clone()).and(second.clone()), platform.clone());
    ([first, second], platform, importer, undo)
}

#[tokio::test(start_paused = true)]
async fn an_unverified_undo_keeps_the_calls_of_every_holder() {
    let ([first, second], platform, importer, undo) = of_two_holders().await;
    let undone = importer.undo_unverified(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.record, platform.records().len()), (UndoneRecord::Removed, 0));
    assert_eq!(first.url(&number(1)).as_deref(), Some("https://old.example.com/voice"));
    assert_eq!(second.url(&number(1)).as_deref(), Some(BEFORE));
}

#[tokio::test(start_paused = true)]
async fn an_unverified_removal_of_a_plan_keeps_the_calls_of_every_holder() {
    let ([first, second], platform, importer, _) = of_two_holders().await;
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
    let done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!((done.len(), platform.records().len()), (1, 0), "{done:?}");
    assert_eq!(first.url(&number(1)).as_deref(), Some("https://old.example.com/voice"));
    assert_eq!(second.url(&number(1)).as_deref(), Some(BEFORE));
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_holder_count_if_the_other_is_unknown() {
    let (exchange, platform) = taken_over();
    let undo = imported(&Importer::new(exchange.clone(), platform.clone()).skip_preflight()).await;
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(HERE));
    let trunk = SipTrunk::new("203.0.113.7").number(number(1));
    let importer = Importer::new(Carriers::new().and(trunk).and(exchange), platform.clone());
    let undone = importer.undo_unverified(&undo, Removal::Record).await.unwrap();
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
    let _done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(records_of(&platform, &number(1)), 1, "its calls surely go to it: {undone}");
}

#[tokio::test(start_paused = true)]
async fn a_field_that_a_colleague_sets_during_a_restore_is_kept() {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    let id = platform.insert(number(1));
    exchange.point(number(1), BEFORE);
    let importer = Importer::new(exchange.clone(), platform.clone());
    let before = importer.backup_routing().await.unwrap().remove(0);
    let mut undo = importer.import(ImportRequest::new(number(1)).label("New")).await.unwrap().undo();
    undo.routing = Some(before);
    exchange.point(number(1), HERE);
    let theirs = platform.clone();
    exchange.on_restore(move || theirs.edit(|records| records[0].label = Some("Theirs".to_owned())));
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(BEFORE));
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Label] });
    let label = platform.edit(|records| records.iter().find(|record| record.id == id).unwrap().label.clone());
    assert_eq!(label.as_deref(), Some("Theirs"));
}

#[tokio::test]
async fn a_routing_with_a_failed_lookup_is_not_gone() {
    let own = Sandbox::builder().hold(TwilioNumber::new(held()).voice_url(BEFORE)).start().await.unwrap();
    // The number has another id there.
    let other = Sandbox::builder().hold(TwilioNumber::new(number(1))).hold(TwilioNumber::new(held()));
    let other = other.start().await.unwrap();
    let (twilio, importer) = from_twilio(&own);
    let before = importer.import(ImportRequest::new(held())).await.unwrap().routing_before.unwrap();
    // It is being ported, and the other carrier already has it.
    let carriers = Carriers::new().and(from_twilio(&other).0).and(twilio);
    let importer = Importer::new(carriers, Vapi::from_vars(|name| own.var(name)).unwrap());
    for _ in 0..2 {
        own.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 403, retry_after: None });
    }
    let restored = importer.restore(&before).await;
    assert!(restored.is_err(), "its carrier was not queried: {restored:?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_record_is_kept_if_the_first_is_removed_but_still_listed() {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), HERE);
    let first = platform.insert(number(1));
    platform.edit(|records| records[0].agent = Some("agent-1".into()));
    let second = platform.insert(number(1));
    let importer = Importer::new(exchange, platform.clone());
    let desired = Desired::from_iter([ImportRequest::new(number(1)).agent("agent-1")]);
    let plan = importer.plan(&desired).await.unwrap().remove_second(Removal::Record);
    // The list for the step shows the first record, which somebody removes.
    let theirs = (platform.clone(), AtomicBool::new(false));
    platform.on_call(move |call, _| {
        let (platform, was_listed) = &theirs;
        let was_listed = was_listed.swap(call == Call::List, Ordering::SeqCst);
        if was_listed {
            platform.edit(|records| records.retain(|record| record.id != first));
        }
    });
    let done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert!(platform.records().iter().any(|record| record.id == second), "no record is left: {done:?}");
}

#[tokio::test]
async fn a_carrier_is_queried_again_after_the_plan() {
    let sandbox = Sandbox::builder().held_numbers([]).start().await.unwrap();
    let platform = platform(&NATIVE, 1);
    let importer = Importer::new(from_twilio(&sandbox).0, platform.clone());
    // No carrier holds it.
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
    // A carrier may hold it since then, and cannot be queried.
    for _ in 0..3 {
        sandbox.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 403, retry_after: None });
    }
    let done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(platform.records().len(), 1, "removed, and nobody knows who holds it now: {done:?}");
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_the_carrier_ignores_is_an_error() {
    let (exchange, platform) = taken_over();
    let importer = Importer::new(exchange.clone(), platform.clone());
    let before = importer.backup_routing().await.unwrap().remove(0);
    let _undo = imported(&importer).await;
    exchange.ignore_restores();
    let restored = importer.restore(&before).await;
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(HERE));
    assert!(restored.as_ref().is_err_and(|error| !error.surely_not_done()), "said to be put back: {restored:?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_call_finishes_an_undo_that_was_dropped_during_the_removal() {
    let (exchange, platform) = taken_over();
    let importer = Importer::new(exchange.clone(), platform.clone());
    let undo = imported(&importer).await;
    platform.script(Call::Remove, [Answer::Never { done: true }]);
    let dropped = tokio::time::timeout(Duration::from_secs(5), importer.undo(&undo, Removal::Record)).await;
    assert!(dropped.is_err());
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.record, exchange.url(&number(1)).unwrap()), (UndoneRecord::Gone, BEFORE.to_owned()));
    importer.import(ImportRequest::new(number(1))).await.unwrap();
    assert_eq!(records_of(&platform, &number(1)), 1);
}

#[tokio::test(start_paused = true)]
async fn calls_are_restored_if_somebody_removed_the_record() {
    let (exchange, platform) = taken_over();
    let importer = Importer::new(exchange.clone(), platform.clone());
    let undo = imported(&importer).await;
    platform.edit(Vec::clear);
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.record, exchange.url(&number(1)).unwrap()), (UndoneRecord::Gone, BEFORE.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_import_that_another_call_finished_is_undone_completely() {
    let (exchange, platform) = taken_over_by(&AGENT_LATER);
    let importer = Importer::new(exchange.clone(), platform.clone());
    // Its agent is set by an update.
    let request = || ImportRequest::new(number(1)).agent("agent-1");
    platform.script(Call::Update, [Answer::refused(400)]);
    let error = importer.import(request()).await.unwrap_err();
    let undo_of_the_first = importer.undo_of(&error).unwrap();
    let finished = importer.import(request()).await.unwrap();
    assert_eq!(finished.outcome, Outcome::Recovered);
    for undo in [finished.undo(), undo_of_the_first] {
        let undone = importer.undo(&undo, Removal::Record).await.unwrap();
        assert!(matches!(undone.record, UndoneRecord::Removed | UndoneRecord::Gone), "{undone}");
        assert_eq!(exchange.url(&number(1)).unwrap(), BEFORE);
    }
    assert_eq!(records_of(&platform, &number(1)), 0);
}
