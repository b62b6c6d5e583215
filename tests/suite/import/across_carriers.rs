//! A platform that is fed by Twilio, Telnyx, Vonage and a trunk: one plan, one table, and a number that moves alone.

use futures_util::{StreamExt, TryStreamExt};
use numport::import::Undo;
use numport::import::plan::Applied;
use numport::model::{Calls, PlatformKind, ProviderKind, Removal};
use numport::provider::{Carriers, Ownership, ReachedBy};
use numport::sandbox::Sandbox;
use numport::sandbox::telnyx::TelnyxNumber;
use numport::{
    Desired, E164, ImportRequest, Importer, NumberProvider, Plan, Plivo, Restored, SignalWire, SipTrunk, Telnyx,
    Twilio, Vapi, Vonage,
};
use serde_json::Value;

use super::from_carriers::{kept, number};
use crate::services::CARRIERS;
use crate::services::subject::Pace;

const OF_TWILIO: &str = "+14155552671";
const OF_TELNYX: &str = "+13035550100";
const OF_VONAGE: &str = "+447700900000";
const OF_TRUNK: &str = "+493012345678";

/// The carriers, and a platform with a number of each.
struct Team {
    sandbox: Sandbox,
    carriers: Carriers,
    before: Vec<Value>,
    /// What undoes the imports from the carriers that show where calls go, in their order.
    undos: Vec<Undo>,
}

fn at_carriers(sandbox: &Sandbox) -> Vec<Value> {
    let held =
        [(ProviderKind::TWILIO, OF_TWILIO), (ProviderKind::TELNYX, OF_TELNYX), (ProviderKind::VONAGE, OF_VONAGE)];
    held.into_iter().map(|(kind, text)| kept(sandbox, kind, &number(text))).collect()
}

async fn applied(importer: &Importer, plan: Plan) -> Vec<Applied> {
    let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert!(!steps.is_empty());
    assert!(steps.iter().all(|step| !step.outcome.is_failure()), "{steps:?}");
    steps.into_iter().map(|step| step.outcome).collect()
}

impl Team {
    async fn new() -> Self {
        let held = [TelnyxNumber::new(number(OF_TELNYX)).on_connection()];
        let sandbox = Sandbox::builder().hold_telnyx(held).start().await.unwrap();
        let vars = |name: &str| sandbox.var(name);
        let carriers = Carriers::new()
            .and(Twilio::from_vars(vars).unwrap())
            .and(Telnyx::from_vars(vars).unwrap())
            .and(Vonage::from_vars(vars).unwrap())
            .and(SipTrunk::new("203.0.113.7").number(number(OF_TRUNK)));
        let before = at_carriers(&sandbox);
        let mut team = Self { sandbox, carriers, before, undos: Vec::new() };
        let desired = [OF_TWILIO, OF_TELNYX, OF_VONAGE, OF_TRUNK].map(|text| ImportRequest::new(number(text)));
        let importer = team.vapi_importer();
        let plan = importer.plan(&Desired::from_iter(desired)).await.unwrap();
        for step in applied(&importer, plan).await {
            let Applied::Imported(imported) = step else { panic!("{step:?}") };
            team.undos.extend(imported.routing_before.is_some().then(|| imported.undo()));
        }
        let order = |undo: &Undo| [OF_TWILIO, OF_TELNYX, OF_VONAGE].iter().position(|text| undo.number == number(text));
        team.undos.sort_by_key(order);
        assert_eq!(team.at_vapi().await.len(), 4);
        team
    }

    fn vapi_importer(&self) -> Importer {
        Importer::new(self.carriers.clone(), Vapi::from_vars(|name| self.sandbox.var(name)).unwrap())
    }

    async fn at_vapi(&self) -> Vec<E164> {
        let records: Vec<_> = self.vapi_importer().platform().list().try_collect().await.unwrap();
        records.iter().filter_map(|record| record.number.e164().copied()).collect()
    }
}

#[tokio::test]
async fn one_plan_imports_from_each_and_each_goes_back_alone() {
    let team = Team::new().await;
    let importer = team.vapi_importer();
    let now = at_carriers(&team.sandbox);
    for (text, (was, is)) in [OF_TWILIO, OF_TELNYX, OF_VONAGE].iter().zip(team.before.iter().zip(&now)) {
        let routing = importer.preflight(&number(text)).await.unwrap().routing.unwrap();
        assert!(matches!(routing.calls, Calls::Url(_)), "{routing:?}");
        assert_ne!(was, is, "{text} was taken over");
    }
    assert!(importer.preflight(&number(OF_TRUNK)).await.unwrap().routing.is_none());

    // Each by what its import left, the others as they are.
    let mut now = now;
    for (nth, undo) in team.undos.iter().enumerate() {
        let undone = importer.undo(undo, Removal::Record).await.unwrap();
        assert!(undone.is_complete(), "{undone}");
        now[nth].clone_from(&team.before[nth]);
        assert_eq!(at_carriers(&team.sandbox), now);
        assert_eq!(team.at_vapi().await.len(), 3 - nth);
    }
}

#[tokio::test]
async fn a_number_that_moves_to_another_platform_leaves_the_others_alone() {
    let team = Team::new().await;
    let before = at_carriers(&team.sandbox);
    // Telnyx's number is to be answered by the application of its account.
    let vars = |name: &str| team.sandbox.var(name);
    let to = Importer::new(team.carriers.clone(), SignalWire::from_vars(vars).unwrap())
        .inbound_address("https://example.com/calls");
    let moved = Desired::from_iter([ImportRequest::new(number(OF_TELNYX))]);
    let plan = to.plan(&moved).await.unwrap().point_calls();
    applied(&to, plan).await;
    let after = at_carriers(&team.sandbox);
    assert_eq!(
        team.sandbox.telnyx().calls_go_to(&number(OF_TELNYX)),
        Some(team.sandbox.telnyx().connection_id().into())
    );
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]), "at the other carriers");

    let from = team.vapi_importer();
    // Whose the application is nobody knows but who moved the number.
    let stay = Desired::from_iter([OF_TWILIO, OF_VONAGE, OF_TRUNK].map(|text| ImportRequest::new(number(text))));
    let plan = from.plan(&stay).await.unwrap().remove_unverified_if(Removal::Record, |_| true);
    applied(&from, plan).await;
    let mut left = team.at_vapi().await;
    left.sort_unstable();
    let mut wanted = [OF_TWILIO, OF_VONAGE, OF_TRUNK].map(number);
    wanted.sort_unstable();
    assert_eq!(left, wanted);
    assert_eq!(at_carriers(&team.sandbox), after);
    assert_eq!(team.sandbox.records(PlatformKind::SIGNALWIRE).len(), 1);
}

/// Each account is listed once, and nothing is sent for a number.
#[tokio::test]
async fn all_accounts_are_checked_in_one_table() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::from_vars(vars).unwrap();
    let mut table = Vec::new();
    for carrier in CARRIERS {
        let provider = (carrier.connect)(&vars, Pace::at_once());
        let held: Vec<_> = provider.list().try_collect().await.unwrap();
        let sent = sandbox.requests().len();
        let importer = Importer::new(provider, vapi.clone());
        for held in held {
            let preflight = importer.assess(&held.number.clone(), &Ownership::Held(held));
            let codes: Vec<_> = preflight.findings.iter().map(|finding| finding.code()).collect();
            // Numbers for dramas are in no assigned range.
            let codes: Vec<_> = codes.into_iter().filter(|code| *code != "unassigned").collect();
            let calls = preflight.routing.map(|routing| routing.calls.to_string()).unwrap_or_default();
            table.push(format!("{} {} | {calls} | {}", preflight.provider, preflight.number, codes.join(" ")));
        }
        assert_eq!(sandbox.requests().len(), sent);
    }
    let of =
        |name: &str| -> Vec<&str> { table.iter().filter_map(|row| row.strip_prefix(name)).map(str::trim).collect() };
    assert_eq!(of("twilio").len(), sandbox.twilio().held_numbers().len());
    let telnyx = [
        "+13035550123 | nowhere |",
        "+13035550144 | +13035559123 by forwarding | forwarded",
        "+19705555098 | https://example.com/… |",
        "+442079460018 | nowhere | status",
    ];
    assert_eq!(of("telnyx"), telnyx);
    // Vapi takes no Plivo account.
    let plivo = ["+17609915566 | https://example.com/… | source_refused", "+18135401302 | nowhere | source_refused"];
    assert_eq!(of("plivo"), plivo);
    let vonage = [
        "+447700900000 | https://example.com/… |",
        "+12015550123 | sip:12015550123@sip.example.com by forwarding | forwarded",
        "+447700900001 | nowhere | no_voice",
    ];
    assert_eq!(of("vonage"), vonage);
}

#[tokio::test]
async fn a_plivo_number_that_somebody_moved_since_stays_where_it_is() {
    use numport::provider::plivo::UpdateNumber;
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (plivo, number) = (Plivo::from_vars(vars).unwrap(), number("+17609915566"));
    let trunk = Plivo::sip_trunk("17248282830499840", "user", "password").outbound_only();
    let importer = Importer::new(ReachedBy::new(plivo.clone(), trunk), Vapi::from_vars(vars).unwrap())
        .inbound_address("https://example.com/default");
    let before = importer.backup_routing().await.unwrap().into_iter().find(|routing| routing.number == number).unwrap();
    let desired = Desired::from_iter([ImportRequest::new(number)]);
    let plan = importer.plan(&desired).await.unwrap().point_calls();
    applied(&importer, plan).await;
    assert_eq!(sandbox.plivo().calls_go_to(&number).as_deref(), Some(sandbox.plivo().default_application_id()));

    plivo.update_number(&number, &UpdateNumber::new().app_id(sandbox.plivo().trunk_id())).await.unwrap();
    let restored = importer.restore(&before).await.unwrap();
    assert!(matches!(restored, Restored::Kept { .. }), "{restored}");
    assert_eq!(sandbox.plivo().calls_go_to(&number).as_deref(), Some(sandbox.plivo().trunk_id()));
}
