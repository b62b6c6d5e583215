//! Calls are sent back to a trunk as to the platform to which it leads.

use futures_util::StreamExt;
use numport::import::plan::{Applied, Reroute};
use numport::model::{Finding, PlatformKind, ProviderKind, Routing};
use numport::provider::Carriers;
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{
    AccountKey, Desired, ImportRequest, Importer, NumberProvider, Removal, Restored, RetryPolicy, Twilio, Vapi,
};

use super::trunk_origination::{number, on_trunk_to, twilio};
use crate::services::subject::Pace;

const RETELL: (&str, bool) = ("sip:+14155552671@sip.retellai.com;transport=tls", true);
const OWN: (&str, bool) = ("sip:sip.vapi.ai", true);
const ELSEWHERE: (&str, bool) = ("sip:pbx.example.net", true);

/// An importer that has not yet seen the trunk.
fn importer(sandbox: &Sandbox) -> Importer {
    let vapi = Pace::at_once().client(Vapi::builder_from_vars(|name| sandbox.var(name)));
    let provider = Twilio::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never());
    Importer::new(provider.build().unwrap(), vapi).replace_trunks(true)
}

/// The routing of a number that was taken off its trunk, and whose calls go to Vapi now.
async fn taken_off(sandbox: &Sandbox) -> Routing {
    let twilio = twilio(sandbox);
    let mut before = twilio.routing().unwrap().snapshot(&number()).await.unwrap().unwrap();
    let update = UpdateNumber::new().trunk_sid("").voice_url("https://api.vapi.ai/twilio/inbound_call");
    twilio.update_number(&before.id, &update).await.unwrap();
    let now = twilio.routing().unwrap().snapshot(&number()).await.unwrap().unwrap();
    before.replaced_by = Some(now.settings);
    before
}

#[tokio::test]
async fn calls_are_not_restored_to_a_trunk_that_leads_to_a_platform_without_a_record() {
    for (addresses, without_record) in [
        (&[RETELL][..], Some(PlatformKind::RETELL)),
        (&[ELSEWHERE, RETELL], Some(PlatformKind::RETELL)),
        (&[OWN, RETELL], Some(PlatformKind::RETELL)),
        (&[OWN], Some(PlatformKind::VAPI)),
        (&[ELSEWHERE, (RETELL.0, false)], None),
        (&[], None),
    ] {
        let sandbox = on_trunk_to(addresses).await;
        let before = taken_off(&sandbox).await;
        let number_before = sandbox.twilio().number(&number());
        let many: Vec<_> = importer(&sandbox).restore_many([before.clone()]).collect().await;
        let [(_, Ok(restored))] = &many[..] else { panic!("{many:?}") };
        match without_record {
            Some(expected) => {
                let Restored::NoRecord { platform, .. } = restored else { panic!("{addresses:?}: {restored}") };
                assert_eq!(*platform, expected, "{addresses:?}");
                assert_eq!(sandbox.twilio().number(&number()), number_before, "{addresses:?}");
                let told = importer(&sandbox).restore_unverified(&before).await.unwrap();
                assert_eq!(told.code(), "put_back", "{addresses:?}");
            }
            None => assert_eq!(restored.code(), "put_back", "{addresses:?}"),
        }
        assert_eq!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(sandbox.twilio().trunk_sid()));
    }
}

/// The importer's own platform is queried, and another one cannot be, even beside its record.
#[tokio::test]
async fn calls_are_restored_to_a_trunk_that_leads_to_a_record() {
    for (addresses, code) in [(&[OWN][..], "put_back"), (&[OWN, ELSEWHERE], "put_back"), (&[OWN, RETELL], "no_record")]
    {
        let sandbox = on_trunk_to(addresses).await;
        let mut before = taken_off(&sandbox).await;
        before.replaced_by = None;
        importer(&sandbox).import(ImportRequest::new(number())).await.unwrap();
        assert_eq!(importer(&sandbox).restore(&before).await.unwrap().code(), code, "{addresses:?}");
    }
}

/// A refusal stays one: its trunk is as an address of which nobody knows whose it is.
#[tokio::test]
async fn calls_are_restored_to_a_trunk_that_the_carrier_refuses_to_show_and_to_no_other_unread_one() {
    for (status, is_restored) in [(403, true), (503, false)] {
        let sandbox = on_trunk_to(&[RETELL]).await;
        let before = taken_off(&sandbox).await;
        let taken = sandbox.twilio().number(&number());
        sandbox.fault_on(ProviderKind::TWILIO, "GET /v1/Trunks", Fault::Refuse { status, retry_after: None });
        match importer(&sandbox).restore(&before).await {
            Ok(restored) => assert_eq!((restored.code(), is_restored), ("put_back", true), "{status}"),
            Err(error) => {
                assert!(error.is_retryable() && !is_restored, "{status}: {error}");
                assert_eq!(sandbox.twilio().number(&number()), taken);
            }
        }
    }
}

/// A plan that retires a number removes its record, so that nobody would answer the calls.
#[tokio::test]
async fn a_plan_sends_no_calls_back_to_a_trunk_whose_platform_has_no_record_afterwards() {
    for (addresses, expected) in [
        (&[OWN][..], Some(Finding::StillAnswered)),
        (&[OWN, ELSEWHERE], Some(Finding::MayBeAnswered { calls: None })),
        (&[RETELL], Some(Finding::NoRecord { platform: PlatformKind::RETELL })),
        (&[ELSEWHERE], None),
    ] {
        let sandbox = on_trunk_to(addresses).await;
        let mut before = taken_off(&sandbox).await;
        before.replaced_by = None;
        importer(&sandbox).import(ImportRequest::new(number())).await.unwrap();
        let back = |_: &_| Some(Reroute::Back(Box::new(before.clone())));
        let plan = importer(&sandbox).plan(&Desired::default()).await.unwrap();
        let plan = plan.retire_extra(Removal::Record, back);
        let taken = sandbox.twilio().number(&number());
        let step = importer(&sandbox).apply(plan).unwrap().next().await.unwrap();
        match (&step.outcome, &expected) {
            (Applied::Removed { .. }, None) => assert!(sandbox.records(PlatformKind::VAPI).is_empty()),
            (Applied::Blocked { findings }, Some(expected)) => {
                assert_eq!(findings[0].code(), expected.code(), "{addresses:?}");
                assert_eq!(sandbox.twilio().number(&number()), taken, "{addresses:?}");
                assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1);
            }
            other => panic!("{addresses:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn of_several_accounts_the_one_that_has_a_trunk_tells_its_addresses() {
    let sandbox = on_trunk_to(&[OWN]).await;
    let wrong = AccountKey::token(sandbox.twilio().subaccount_sid(), "another-token");
    let wrong = || Twilio::builder(wrong.clone()).base_url(sandbox.var("TWILIO_BASE_URL").unwrap()).build().unwrap();
    let trunk = sandbox.twilio().trunk_sid();
    let all = Carriers::new().and(wrong()).and(twilio(&sandbox));
    assert_eq!(all.routing().unwrap().trunk_addresses(trunk).await.unwrap().len(), 1);
    let none = Carriers::new().and(wrong());
    none.routing().unwrap().trunk_addresses(trunk).await.expect_err("nobody knows");
}

#[cfg(feature = "cartesia")]
#[tokio::test]
async fn an_undo_sends_no_calls_to_a_trunk_whose_platform_has_no_record() {
    const ADDRESS: &str = "https://api.cartesia.ai/twilio/answer";
    let sandbox = on_trunk_to(&[RETELL]).await;
    // Cartesia takes API keys alone.
    let key = |name: &str| crate::services::subject::TWILIO_KEY.iter().find(|(known, _)| *known == name);
    let vars = |name: &str| key(name).map(|(_, value)| (*value).to_owned()).or_else(|| sandbox.var(name));
    // Each is a process of its own, which has not yet seen the trunk.
    let importer = || {
        let twilio = Pace::at_once().client(Twilio::builder_from_vars(vars));
        let cartesia = Pace::at_once().client(numport::Cartesia::builder_from_vars(vars));
        Importer::new(twilio, cartesia).inbound_address(ADDRESS).replace_trunks(true)
    };
    let desired: Desired = [ImportRequest::new(number())].into_iter().collect();
    let first = importer();
    let plan = first.plan(&desired).await.unwrap().point_calls();
    let step = first.apply(plan).unwrap().next().await.unwrap();
    let Applied::Imported(imported) = step.outcome else { panic!("{step:?}") };
    assert_eq!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(ADDRESS));

    let taken = sandbox.twilio().number(&number());
    let undone = importer().undo(&imported.undo(), Removal::Record).await.unwrap();
    assert!(matches!(undone.routing, Some(Restored::NoRecord { platform: PlatformKind::RETELL, .. })), "{undone}");
    assert!(matches!(undone.record, numport::import::UndoneRecord::Stays(_)), "it answers the calls: {undone}");
    assert_eq!(sandbox.twilio().number(&number()), taken);
    assert_eq!(sandbox.records(PlatformKind::CARTESIA).len(), 1);

    let before = imported.routing_before.clone().unwrap();
    assert_eq!(importer().restore_unverified(&before).await.unwrap().code(), "put_back");
    assert!(importer().undo(&imported.undo(), Removal::Record).await.unwrap().is_complete());
}
