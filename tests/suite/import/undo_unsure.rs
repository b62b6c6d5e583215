//! Undos and removals with a list that lags, a carrier that fails, and colleagues who make changes meanwhile.

use std::time::Duration;

use futures_util::StreamExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::import::plan::{Applied, Reroute};
use numport::import::{Undo, UndoneRecord};
use numport::model::{CallbackUrl, NumberRecord, PlatformKind, Removal};
use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support};
use numport::provider::Carriers;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{AccountKey, Desired, E164, ImportRequest, Importer, Restored, SipTrunk, Twilio, Vapi};

use crate::support::in_memory::{Exchange, NATIVE, number, platform, records_of};

const BEFORE: &str = "https://app.example.com/voice";
const HERE: &str = "https://api.vapi.ai/twilio/inbound_call";
const THEIRS: &str = "https://api.elevenlabs.io/twilio/inbound_call";

static AGENT_LATER: Capabilities =
    Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets).with_agent(Support::SET);

/// A carrier that holds the number, a platform that takes over its calls at an import, and an undo.
async fn imported() -> (Exchange, InMemoryPlatform, Importer, Undo) {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), BEFORE);
    let carrier = exchange.clone();
    platform.on_call(move |call, _| {
        if call == Call::Create {
            carrier.point(number(1), HERE);
        }
    });
    let importer = Importer::new(exchange.clone(), platform.clone());
    let undo = importer.import(ImportRequest::new(number(1))).await.unwrap().undo();
    (exchange, platform, importer, undo)
}

/// Somebody has removed the record, and lookups by number still show it.
fn lists_still(platform: &InMemoryPlatform) -> NumberRecord {
    let removed = platform.edit(|records| records.remove(0));
    let (shown, listed) = (platform.clone(), removed.clone());
    platform.on_call(move |call, _| {
        shown.edit(|records| {
            records.retain(|record| record.id != listed.id);
            if matches!(call, Call::Find | Call::List) {
                records.insert(0, listed.clone());
            }
        });
    });
    removed
}

#[tokio::test(start_paused = true)]
async fn a_removed_record_that_is_still_listed_is_not_a_new_one() {
    for in_another_process in [true, false] {
        let (exchange, platform, importer, undo) = imported().await;
        let _removed = lists_still(&platform);
        if in_another_process {
            importer.forget_created(&number(1)).await.expect("no journal");
        }
        let undone = importer.undo(&undo, Removal::Record).await;
        let url = exchange.url(&number(1)).unwrap();
        let is_said_done = undone.as_ref().is_ok_and(numport::import::Undone::is_complete);
        assert_eq!(url == BEFORE, is_said_done, "its calls go to {url}: {undone:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_cleared_routing_is_restored_although_the_record_is_still_listed() {
    for in_another_process in [true, false] {
        let (exchange, platform, importer, undo) = imported().await;
        let _removed = lists_still(&platform);
        exchange.point(number(1), "");
        if in_another_process {
            importer.forget_created(&number(1)).await.expect("no journal");
        }
        let undone = importer.undo(&undo, Removal::Record).await;
        let url = exchange.url(&number(1)).unwrap();
        assert!(url == BEFORE || undone.is_err(), "its calls go to {url:?}: {undone:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_record_keeps_its_calls_although_a_removed_one_is_listed() {
    let (exchange, platform, importer, undo) = imported().await;
    let _removed = lists_still(&platform);
    platform.insert(number(1));
    importer.forget_created(&number(1)).await.expect("no journal");
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(HERE), "a colleague's calls were taken away: {undone}");
    assert_eq!(undone.record, UndoneRecord::Replaced);
}

#[tokio::test(start_paused = true)]
async fn calls_are_not_restored_to_a_record_that_is_only_listed() {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), HERE);
    platform.insert(number(1));
    let importer = Importer::new(exchange.clone(), platform.clone());
    let mut before = importer.backup_routing().await.unwrap().remove(0);
    exchange.point(number(1), THEIRS);
    before.replaced_by = Some([("voice_url".to_owned(), THEIRS.to_owned())].into());
    let _removed = lists_still(&platform);
    let restored = importer.restore(&before).await.unwrap();
    assert_eq!(exchange.url(&number(1)).as_deref(), Some(THEIRS), "there is no record to answer them: {restored}");
    assert!(matches!(restored, Restored::NoRecord { .. }), "{restored}");
}

#[tokio::test(start_paused = true)]
async fn calls_taken_over_by_another_platform_during_a_removal_are_kept() {
    for by_plan in [true, false] {
        let (exchange, platform, importer, undo) = imported().await;
        let theirs = exchange.clone();
        platform.on_call(move |call, _| {
            if call == Call::Remove {
                theirs.point(number(1), THEIRS);
            }
        });
        let done = if by_plan {
            exchange.point(number(1), BEFORE);
            let plan =
                importer.plan(&Desired::default()).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
            format!("{:?}", importer.apply(plan).unwrap().collect::<Vec<_>>().await)
        } else {
            format!("{:?}", importer.undo(&undo, Removal::Record).await)
        };
        assert_eq!(records_of(&platform, &number(1)), 0, "{done}");
        assert_eq!(exchange.url(&number(1)).as_deref(), Some(THEIRS), "{done}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_holders_routing_is_kept_through_a_removal_although_another_fails() {
    let (first, second) = (Exchange::default(), Exchange::default());
    let platform = platform(&NATIVE, 1);
    let both = [first.clone(), second.clone()];
    both.iter().for_each(|carrier| carrier.point(number(0), BEFORE));
    platform.on_call(move |call, _| {
        if call == Call::Remove {
            both.iter().for_each(|carrier| carrier.point(number(0), ""));
            both[0].set_silent(true);
        }
    });
    let importer = Importer::new(Carriers::new().and(first).and(second.clone()), platform.clone());
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
    let done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(platform.records().len(), 0, "{done:?}");
    assert_eq!(second.url(&number(0)).as_deref(), Some(BEFORE), "{done:?}");
}

#[tokio::test(start_paused = true)]
async fn an_undo_whose_restore_fails_reports_that_the_record_is_removed() {
    let (exchange, platform, importer, undo) = imported().await;
    let carrier = exchange.clone();
    platform.on_call(move |call, _| {
        if call == Call::Remove {
            carrier.point(number(1), "");
            carrier.set_silent(true);
        }
    });
    let error = importer.undo(&undo, Removal::Record).await.unwrap_err();
    assert_eq!(platform.records().len(), 0);
    assert!(!error.surely_not_done());
    assert!(error.to_string().contains("is not imported"), "the record is removed: {error}");
    exchange.set_silent(false);
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.record, exchange.url(&number(1)).as_deref()), (UndoneRecord::Gone, Some(BEFORE)));
}

#[tokio::test(start_paused = true)]
async fn an_update_with_a_lost_response_counts_as_the_imports() {
    for is_done in [true, false] {
        let (exchange, platform) = (Exchange::default(), platform(&AGENT_LATER, 0));
        exchange.point(number(1), BEFORE);
        let carrier = exchange.clone();
        platform.on_call(move |call, _| {
            if call == Call::Update {
                carrier.point(number(1), HERE);
            }
        });
        let importer = Importer::new(exchange.clone(), platform.clone());
        platform.script(Call::Update, [Answer::lost(is_done)]);
        let error = importer.import(ImportRequest::new(number(1)).agent("agent-1")).await.unwrap_err();
        let undo = importer.undo_of(&error).unwrap();
        let undo: Undo = serde_json::from_str(&serde_json::to_string(&undo).unwrap()).unwrap();
        let undone = importer.undo(&undo, Removal::Record).await.unwrap();
        assert_eq!(undone.record, UndoneRecord::Removed, "nobody else has changed it: {undone}");
        assert_eq!(exchange.url(&number(1)).as_deref(), Some(BEFORE));
    }
}

#[tokio::test(start_paused = true)]
async fn a_field_set_by_somebody_else_is_not_the_imports() {
    let platform = platform(&AGENT_LATER, 0);
    let exchange = Exchange::default();
    exchange.point(number(1), BEFORE);
    let importer = Importer::new(exchange, platform.clone());
    platform.script(Call::Update, [Answer::lost(true)]);
    let error = importer.import(ImportRequest::new(number(1)).agent("agent-1")).await.unwrap_err();
    let undo = importer.undo_of(&error).unwrap();
    platform.edit(|records| records[0].agent = Some("agent-2".into()));
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert!(matches!(undone.record, UndoneRecord::Stays(_)), "{undone}");
}

/// A record that is not desired, and whose calls a plan routes elsewhere.
async fn retired() -> (Exchange, InMemoryPlatform, Importer, numport::Plan) {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 1));
    exchange.point(number(0), HERE);
    let importer = Importer::new(exchange.clone(), platform.clone());
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let plan = plan.retire_extra(Removal::Record, |_| Some(Reroute::To(CallbackUrl::new(BEFORE))));
    (exchange, platform, importer, plan)
}

#[tokio::test(start_paused = true)]
async fn a_record_used_while_its_calls_are_rerouted_is_kept() {
    let (exchange, platform, importer, plan) = retired().await;
    let theirs = platform.clone();
    exchange.on_point(move || theirs.edit(|records| records[0].agent = Some("agent-2".into())));
    let done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(platform.records().len(), 1, "a colleague's record was removed: {done:?}");
    let Applied::Failed(error) = &done[0].outcome else { panic!("{done:?}") };
    assert!(!error.surely_not_done(), "its calls were sent elsewhere: {error}");
}

#[tokio::test(start_paused = true)]
async fn rerouted_calls_that_do_not_arrive_are_not_reported_as_unchanged() {
    let (exchange, platform, importer, plan) = retired().await;
    let carrier = exchange.clone();
    exchange.on_point(move || carrier.point(number(0), THEIRS));
    let done: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(platform.records().len(), 1);
    let Applied::Failed(error) = &done[0].outcome else { panic!("{done:?}") };
    assert!(!error.surely_not_done(), "{error}");
}

fn held() -> E164 {
    "+14155550123".parse().unwrap()
}

#[tokio::test]
async fn a_failing_carrier_does_not_block_the_restore_at_another() {
    let sandbox = Sandbox::builder().hold(TwilioNumber::new(held()).voice_url(BEFORE)).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let twilio = Twilio::from_vars(vars).unwrap();
    let wrong = AccountKey::token(sandbox.twilio().subaccount_sid(), "another-token");
    let wrong = Twilio::builder(wrong).base_url(vars("TWILIO_BASE_URL").unwrap()).build().unwrap();
    let importer = Importer::new(Carriers::new().and(wrong).and(twilio), Vapi::from_vars(vars).unwrap());
    let before = importer.import(ImportRequest::new(held())).await.unwrap().routing_before.unwrap();
    let restored = importer.restore(&before).await;
    assert!(matches!(restored, Ok(Restored::PutBack(_))), "{restored:?}");
    assert_eq!(sandbox.twilio().calls_go_to(&held()).as_deref(), Some(BEFORE));
}

#[tokio::test]
async fn a_carrier_that_fails_keeps_no_restore_from_the_carrier_of_the_routing() {
    // Two accounts hold it, under different ids.
    let other = [TwilioNumber::new(number(1)), TwilioNumber::new(held())];
    let a = Sandbox::builder().hold(other[0].clone()).hold(other[1].clone()).start().await.unwrap();
    let b = Sandbox::builder().hold(TwilioNumber::new(held()).voice_url(BEFORE)).start().await.unwrap();
    let twilio = |of: &Sandbox| Twilio::from_vars(|name| of.var(name)).unwrap();
    let wrong = || {
        let key = AccountKey::token(a.twilio().subaccount_sid(), "another-token");
        Twilio::builder(key).base_url(a.var("TWILIO_BASE_URL").unwrap()).build().unwrap()
    };
    let vapi = || Vapi::from_vars(|name| b.var(name)).unwrap();
    let imported = Importer::new(twilio(&b), vapi()).import(ImportRequest::new(held())).await.unwrap();
    let before = imported.routing_before.unwrap();
    // It does not answer at first, so that only the other holder is seen.
    b.fault_on(numport::model::ProviderKind::TWILIO, "GET", Fault::Refuse { status: 401, retry_after: None });
    let restored = Importer::new(Carriers::new().and(wrong()).and(twilio(&a)).and(twilio(&b)), vapi())
        .restore(&before)
        .await
        .unwrap();
    assert_eq!((restored.code(), b.twilio().calls_go_to(&held()).as_deref()), ("put_back", Some(BEFORE)));
    // A routing that no carrier has is not gone while one of them cannot be asked.
    let mut foreign = before;
    foreign.id = "PNffffffffffffffffffffffffffffffff".to_owned();
    let one = Carriers::new().and(wrong()).and(twilio(&a));
    let error = Importer::new(one, vapi()).restore(&foreign).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401), "{error}");
}

fn trunk() -> SipTrunk {
    SipTrunk::new("203.0.113.7").credentials("user", "the-password").number(held()).number(number(1))
}

#[tokio::test]
async fn a_repeated_undo_keeps_the_credential_of_a_running_import() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(trunk(), vapi);
    let undo = importer.import(ImportRequest::new(held())).await.unwrap().undo();
    let credential = undo.credential.clone().unwrap();
    sandbox.fault_on(PlatformKind::VAPI, "POST", Fault::DelayBeforeCommit(Duration::from_secs(3600)));
    let import = importer.import(ImportRequest::new(number(1)));
    assert!(tokio::time::timeout(Duration::from_millis(500), import).await.is_err(), "it is under way");
    for _ in 0..3 {
        let undone = importer.undo_unverified(&undo, Removal::Record).await.unwrap();
        assert_eq!(undone.credential_left.as_ref(), Some(&credential), "{undone}");
    }
}

#[tokio::test]
async fn a_renewal_is_not_reported_as_undone() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    Importer::new(trunk(), vapi.clone()).import(ImportRequest::new(held())).await.unwrap();
    // Another trunk: the number gets its own credential.
    let other = SipTrunk::new("203.0.113.9").credentials("user", "another").number(held());
    let importer = Importer::new(other, vapi);
    sandbox.fault_on(PlatformKind::VAPI, "POST", Fault::SlowBody { pieces: 1, pause: Duration::ZERO });
    let before = sandbox.requests().len();
    for _ in 0..3 {
        sandbox.fault_on(PlatformKind::VAPI, "PATCH", Fault::Refuse { status: 400, retry_after: None });
    }
    let error = importer.renew(&held()).await.unwrap_err();
    let sent: Vec<_> = sandbox.requests()[before..].iter().map(|request| request.method.clone()).collect();
    assert!(sent.iter().any(|method| method == "POST"), "a credential was made: {sent:?}");
    assert!(!error.surely_not_done(), "{error} after {sent:?}");
}
