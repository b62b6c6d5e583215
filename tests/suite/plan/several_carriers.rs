//! A platform with numbers of several carriers, on the sandbox: which records a plan removes, and how it reports the
//! rest.

use futures_util::{StreamExt, TryStreamExt, stream};
use numport::error::ErrorKind;
use numport::import::BulkOutcome;
use numport::import::plan::{Applied, Extra, Holder, PlanStep, Reroute};
use numport::model::{Finding, NoTakeover, ProviderKind, Reached, Removal};
use numport::platform::Vapi;
use numport::provider::{Carriers, NumberProvider, Ownership};
use numport::sandbox::{Fault, Sandbox, twilio::TwilioNumber};
use numport::{
    AccountKey, Desired, E164, Error, ImportRequest, Importer, Outcome, Plan, SignalWire, SipTrunk, Twilio,
    VoicePlatform,
};

use crate::plan::apply::apply;

const OF_SUBACCOUNT: &str = "+14155550123";
const OF_TRUNK: &str = "+4930123456";

fn e164(number: &str) -> E164 {
    number.parse().unwrap()
}

/// Twilio's main account, a subaccount, a trunk, and Vapi, which answers a number of each.
struct Team {
    sandbox: Sandbox,
    main: Twilio,
    sub: Twilio,
    trunk: SipTrunk,
    vapi: Vapi,
    numbers: [E164; 3],
}

impl Team {
    async fn new() -> Self {
        let held = TwilioNumber::new(e164(OF_SUBACCOUNT)).in_subaccount();
        let sandbox =
            Sandbox::builder().hold(held).hold(TwilioNumber::new(e164("+14155550124"))).start().await.unwrap();
        let vars = |name: &str| sandbox.var(name);
        let (main, vapi) = (Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
        let key = AccountKey::token(sandbox.twilio().subaccount_sid(), sandbox.twilio().subaccount_auth_token());
        let sub = Twilio::builder(key).base_url(vars("TWILIO_BASE_URL").unwrap()).build().unwrap();
        let trunk = SipTrunk::new("203.0.113.7").credentials("user", "the-password").number(e164(OF_TRUNK));
        let numbers = [e164("+14155550124"), e164(OF_SUBACCOUNT), e164(OF_TRUNK)];
        let team = Self { sandbox, main, sub, trunk, vapi, numbers };
        for number in team.numbers {
            let imported = team.all().import(ImportRequest::new(number).agent("assistant-1")).await.unwrap();
            assert_eq!(imported.outcome, Outcome::Created);
        }
        team
    }

    fn all(&self) -> Importer {
        let carriers = Carriers::new().and(self.main.clone()).and(self.sub.clone()).and(self.trunk.clone());
        Importer::new(carriers, self.vapi.clone())
    }

    fn from(&self, provider: impl NumberProvider + 'static) -> Importer {
        Importer::new(provider, self.vapi.clone())
    }

    /// The subaccount with a wrong token.
    fn wrong(&self) -> Twilio {
        let wrong = AccountKey::token(self.sandbox.twilio().subaccount_sid(), "another-token");
        Twilio::builder(wrong).base_url(self.sandbox.var("TWILIO_BASE_URL").unwrap()).build().unwrap()
    }

    async fn records(&self) -> usize {
        self.vapi.list().try_collect::<Vec<_>>().await.unwrap().len()
    }
}

/// The plan, unchanged or saved to a file and read.
fn kept(plan: Plan) -> [Plan; 2] {
    let read = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    [plan, read]
}

fn extras(plan: &Plan) -> Vec<&Extra> {
    plan.steps.iter().filter_map(|step| if let PlanStep::Extra(extra) = step { Some(extra) } else { None }).collect()
}

#[tokio::test]
async fn no_importer_removes_records_of_another_carrier() {
    let team = Team::new().await;
    let main = (team.from(team.main.clone()), [Holder::Given, Holder::None, Holder::None]);
    let sub = (team.from(team.sub.clone()), [Holder::None, Holder::Given, Holder::None]);
    let trunk = (team.from(team.trunk.clone()), [Holder::None, Holder::None, Holder::Given]);
    let silent = (team.from(SipTrunk::new("203.0.113.7")), [Holder::Unknown; 3]);
    let blind = (team.from(team.main.clone()).skip_preflight(), [Holder::Unknown; 3]);
    let all = (team.all(), [Holder::Given; 3]);
    for (importer, holders) in [main, sub, trunk, silent, blind, all] {
        let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
        for number in team.numbers {
            let extra = *extras(&plan).iter().find(|extra| extra.number.is(&number)).unwrap();
            let expected = holders[team.numbers.iter().position(|one| *one == number).unwrap()];
            assert_eq!((extra.holder, extra.remove.is_some()), (expected, false), "{plan}");
            let unknown = extra.kept.contains(&Finding::CarrierUnknown);
            assert_eq!(unknown, expected != Holder::Given, "{plan}");
        }
        for plan in kept(plan) {
            assert!(
                apply(&importer, plan)
                    .await
                    .iter()
                    .all(|step| step.outcome.is_failure() && step.outcome.code() == "kept")
            );
        }
        assert_eq!(team.records().await, 3);
    }
}

#[tokio::test]
async fn only_records_whose_calls_go_elsewhere_are_removed() {
    let team = Team::new().await;
    let (main, here) = (team.main.routing().unwrap(), team.numbers[0]);
    let routing = main.snapshot(&here).await.unwrap().unwrap();
    // An unknown address may lead to the platform.
    for (address, removed) in
        [("https://voice.example.com/answer", false), ("https://api.elevenlabs.io/twilio/inbound_call", true)]
    {
        main.point(&routing, &address.into()).await.unwrap();
        let plan = team.all().plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
        let extra = extras(&plan).into_iter().find(|extra| extra.number.is(&here)).unwrap();
        assert_eq!(extra.remove.is_some(), removed, "{plan}");
        if !removed {
            let calls = Some("https://voice.example.com/…".to_owned());
            assert_eq!(extra.kept, [Finding::MayBeAnswered { calls }]);
        }
        let [_, plan] = kept(plan);
        apply(&team.all(), plan).await;
        assert_eq!(team.records().await, if removed { 2 } else { 3 });
    }
}

#[tokio::test]
async fn a_number_of_two_carriers_is_not_imported() {
    let team = Team::new().await;
    let number = e164("+14155550124");
    let again = team.trunk.clone().number(number);
    let importer = team.from(Carriers::new().and(team.main.clone()).and(again));
    let error = importer.import(ImportRequest::new(number)).await.unwrap_err();
    let Error::Preflight(refused) = &error else { panic!("{error:?}") };
    assert!(matches!(&refused.findings[..], [Finding::HeldByTwo { carriers }] if carriers.len() == 2), "{refused}");
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let extra = extras(&plan).into_iter().find(|extra| extra.number.is(&number)).unwrap();
    assert_eq!(extra.holder, Holder::Unknown);
    // Two carriers that do not list their numbers: either may hold it.
    let silent = Carriers::new().and(SipTrunk::new("203.0.113.7")).and(SipTrunk::new("203.0.113.8"));
    assert!(matches!(silent.lookup(&number).await.unwrap(), Ownership::NotVerifiable));
    let error = team.from(silent).import(ImportRequest::new(e164("+4930999999"))).await.unwrap_err();
    assert!(error.to_string().contains("it is unknown which of these carriers holds the number"), "{error}");
}

#[tokio::test]
async fn a_failed_carrier_lookup_makes_its_numbers_unknown() {
    let team = Team::new().await;
    let importer = team.from(Carriers::new().and(team.trunk.clone()).and(team.wrong()));
    let [_, of_sub, of_trunk] = team.numbers;
    team.vapi.remove(&team.vapi.find(&of_trunk).await.unwrap().unwrap().id, Removal::Record).await.unwrap();
    team.vapi.remove(&team.vapi.find(&of_sub).await.unwrap().unwrap().id, Removal::Record).await.unwrap();
    for number in [of_sub, of_trunk] {
        importer.forget_created(&number).await.expect("no journal");
    }
    let before = team.sandbox.requests().len();

    let requests = [of_sub, of_trunk, e164("+14155550199"), e164("+14155550198")].map(ImportRequest::new);
    let items: Vec<_> = importer.clone().concurrency(1).import_many(stream::iter(requests.clone())).collect().await;
    let words: Vec<_> = items.iter().map(|item| item.outcome.code()).collect();
    assert_eq!(words, ["refused", "created", "refused", "refused"], "the refused key ends its own numbers alone");
    let line = items[1].report();
    assert!(
        line.contains("because the lookup failed"),
        "the one that holds it is not known to be the only one: {line}"
    );
    let asked = |entry: &&numport::sandbox::ReceivedRequest| entry.service == ProviderKind::TWILIO;
    assert_eq!(team.sandbox.requests()[before..].iter().filter(asked).count(), 1, "and is not tried again");

    let importer = team.from(Carriers::new().and(team.trunk.clone()).and(team.wrong()));
    let plan = importer.plan(&requests.into_iter().collect()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(plan.not_asked.len(), 1);
    let PlanStep::Blocked { findings, .. } = &plan.steps[0] else { panic!("{plan}") };
    assert!(matches!(findings[0], Finding::HolderLookupFailed { .. }), "{plan}");
    assert!(extras(&plan).iter().all(|extra| extra.kept.contains(&Finding::CarrierUnknown)), "{plan}");
}

#[tokio::test]
async fn nothing_is_removed_while_a_carrier_is_down() {
    let team = Team::new().await;
    let (main, here) = (team.main.routing().unwrap(), team.numbers[0]);
    let routing = main.snapshot(&here).await.unwrap().unwrap();
    main.point(&routing, &"https://api.elevenlabs.io/twilio/inbound_call".into()).await.unwrap();
    let plan = team.all().plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    for _ in 0..20 {
        team.sandbox.fault(ProviderKind::TWILIO, Fault::DropBeforeCommit);
    }
    let steps = apply(&team.all(), plan).await;
    assert!(steps.iter().any(|step| matches!(step.outcome, Applied::Failed(_))));
    assert_eq!(team.records().await, 3);
}

#[tokio::test]
async fn a_number_is_retired_after_its_calls_were_rerouted() {
    let team = Team::new().await;
    let (importer, here) = (team.from(team.main.clone()), team.numbers[0]);
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let blocked = plan.clone().remove_extra(Removal::Record);
    let extra = extras(&blocked).into_iter().find(|extra| extra.number.is(&here)).unwrap();
    assert_eq!(extra.kept, [Finding::StillAnswered], "the plan says so before it is applied");
    let to_itself =
        |extra: &Extra| extra.number.is(&here).then(|| Reroute::To("https://api.vapi.ai/twilio/inbound_call".into()));
    let steps = apply(&importer, plan.clone().retire_extra(Removal::Record, to_itself)).await;
    assert!(steps.iter().any(|step| step.outcome.is_failure()));
    assert_eq!(team.records().await, 3, "that is no way out");

    // An impossible step is already blocked in the plan.
    let (all, of_trunk) = (team.all(), team.numbers[2]);
    let mut other = team.main.routing().unwrap().snapshot(&here).await.unwrap().unwrap();
    other.number = e164("+14155550199");
    for (number, reroute, expected) in [
        (here, Reroute::To("".into()), Finding::BadReroute),
        (here, Reroute::To("closed".into()), Finding::BadReroute),
        (here, Reroute::Back(Box::new(other)), Finding::BadReroute),
        (here, Reroute::To("https://api.vapi.ai/twilio/inbound_call".into()), Finding::StillAnswered),
        (of_trunk, Reroute::To("https://voice.example.com/".into()), Finding::MayBeAnswered { calls: None }),
    ] {
        let plan = all.plan(&Desired::default()).await.unwrap();
        let plan = plan.retire_extra(Removal::Record, |extra| extra.number.is(&number).then(|| reroute.clone()));
        let kept: Vec<_> = extras(&plan).into_iter().flat_map(|extra| extra.kept.clone()).collect();
        assert_eq!((kept, plan.does_something()), (vec![expected], false), "{reroute:?}");
    }

    let away = |extra: &Extra| extra.number.is(&here).then(|| Reroute::To("https://voice.example.com/closed".into()));
    let [_, plan] = kept(plan.retire_extra(Removal::Record, away));
    assert!(plan.to_string().contains("after calls are sent to https://voice.example.com/…"), "{plan}");
    let steps = apply(&importer, plan).await;
    assert!(steps.iter().any(|step| matches!(step.outcome, Applied::Removed { .. })), "{steps:?}");
    let voice_url = team.sandbox.twilio().voice_url(&here);
    assert_eq!((team.records().await, voice_url.as_deref()), (2, Some("https://voice.example.com/closed")));
}

#[tokio::test]
async fn a_number_is_retired_to_a_backup_and_changes_by_others_are_kept() {
    let team = Team::new().await;
    let (importer, number) = (team.from(team.main.clone()), e164("+14155552671"));
    let backup = importer.backup_routing().await.unwrap();
    let before = backup.iter().find(|routing| routing.number == number).unwrap().clone();
    importer.import(ImportRequest::new(number).agent("assistant-1")).await.unwrap();
    let control = team.main.routing().unwrap();
    let mut changed = control.snapshot(&number).await.unwrap().unwrap();
    changed.settings = [("StatusCallback".to_owned(), "https://status.example.com/".to_owned())].into();
    control.restore(&changed).await.unwrap();

    let back = |extra: &Extra| extra.number.is(&number).then(|| Reroute::Back(Box::new(before.clone())));
    let plan = importer.plan(&Desired::default()).await.unwrap().retire_extra(Removal::Record, back);
    let [_, plan] = kept(plan);
    let steps = apply(&importer, plan).await;
    assert!(steps.iter().any(|step| matches!(step.outcome, Applied::Removed { .. })), "{steps:?}");
    let now = control.snapshot(&number).await.unwrap().unwrap();
    assert_eq!(now.calls, before.calls);
    assert_eq!(now.settings["StatusCallback"], "https://status.example.com/");
}

#[tokio::test]
async fn a_record_used_since_the_plan_is_not_removed() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let signalwire = SignalWire::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), signalwire.clone());
    let number = sandbox.twilio().held_numbers()[0];
    let imported = importer.import(ImportRequest::new(number)).await.unwrap();
    assert_eq!(imported.reached, Reached::Unknown);
    let stays = |finding: &Finding| matches!(finding, Finding::CallsStay { reason: NoTakeover::LeavesCarrier, .. });
    assert!(imported.findings.iter().any(stays), "{imported}");

    let twilio = Twilio::from_vars(vars).unwrap();
    let routing = twilio.routing().unwrap().snapshot(&number).await.unwrap().unwrap();
    twilio.routing().unwrap().point(&routing, &"https://api.elevenlabs.io/twilio".into()).await.unwrap();
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let kept_back = plan.clone().remove_extra(Removal::Record);
    assert_eq!(extras(&kept_back)[0].kept, [Finding::WouldRelease]);
    let plan = plan.remove_extra(Removal::RecordAndNumber);
    assert!(plan.to_string().starts_with(&format!("x {number} release permanently")), "{plan}");
    assert!(plan.to_string().contains("1 to release permanently;"), "{plan}");

    signalwire.update(&imported.record.id, &numport::NumberUpdate::new().label("Colleague's")).await.unwrap();
    let [_, plan] = kept(plan);
    let steps = apply(&importer, plan).await;
    assert!(matches!(&steps[0].outcome, Applied::Moved(differences) if differences[0].what == "label"), "{steps:?}");
    assert!(signalwire.find(&number).await.unwrap().is_some());
}

#[tokio::test]
async fn a_refused_key_is_tried_again_by_the_next_call() {
    let team = Team::new().await;
    let [of_main, ..] = team.numbers;
    let importer = team.from(Carriers::new().and(team.main.clone()).and(team.trunk.clone()));
    let refuse = || {
        let fault = Fault::Refuse { status: 401, retry_after: None };
        team.sandbox.fault_on(ProviderKind::TWILIO, "GET /2010", fault);
    };
    refuse();
    let refused = importer.preflight(&of_main).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unauthorized, "{}", refused.report());
    assert!(importer.preflight(&of_main).await.unwrap().errors().next().is_none());

    // Within a run it is not tried again, and the error is still that of the key.
    refuse();
    let requests = [of_main, e164("+14155550199")].map(ImportRequest::new);
    let items: Vec<_> = importer.clone().concurrency(1).import_many(stream::iter(requests)).collect().await;
    for item in &items {
        let BulkOutcome::Failed(error) = &item.outcome else { panic!("{item:?}") };
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{}", error.report());
    }
    assert!(items[1].report().contains("a lookup failed earlier in this run"), "{}", items[1].report());
}

#[tokio::test]
async fn the_order_of_carriers_does_not_matter_to_a_plan() {
    let team = Team::new().await;
    let plan = team.from(Carriers::new().and(team.main.clone()).and(team.trunk.clone()));
    let plan = plan.plan(&Desired::default()).await.unwrap();
    assert!(team.from(Carriers::new().and(team.trunk.clone()).and(team.main.clone())).apply(plan.clone()).is_ok());
    assert!(team.from(Carriers::new().and(team.main.clone()).and(team.main.clone())).apply(plan).is_err());
}
