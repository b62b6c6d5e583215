//! A number on a trunk that leads to the platform needs no change at its carrier.

use futures_util::StreamExt;
use numport::import::plan::Applied;
use numport::model::{Finding, Reached};
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::Sandbox;
use numport::{Desired, E164, ImportRequest, Importer, Removal, RetryPolicy, Twilio, Vapi};

use crate::services::carrier;
use crate::services::subject::Pace;

pub(super) fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

pub(super) fn twilio(sandbox: &Sandbox) -> Twilio {
    Pace::at_once().client(Twilio::builder_from_vars(|name| sandbox.var(name)))
}

/// A sandbox whose Twilio number is on a trunk that sends its calls to these addresses.
pub(super) async fn on_trunk_to(addresses: &[(&str, bool)]) -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    let trunk = sandbox.twilio().trunk_sid();
    let target = format!("/v1/Trunks/{trunk}/OriginationUrls");
    for (address, is_enabled) in addresses {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SipUrl", address)
            .append_pair("Enabled", &is_enabled.to_string())
            .finish();
        let request = carrier("twilio").api.request(&sandbox, reqwest::Method::POST, &target);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        assert_eq!(request.send().await.unwrap().status(), 201);
    }
    let sid = sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
    twilio(&sandbox).update_number(&sid, &UpdateNumber::new().trunk_sid(trunk)).await.unwrap();
    sandbox
}

/// Which addresses lead only to the SIP host of a platform that is known by its configured address.
#[tokio::test]
async fn only_a_trunk_whose_addresses_are_all_of_the_platform_leads_there() {
    let own = "sip:pbx.example.net";
    for (addresses, leads_here) in [
        (&[("sip:pbx.example.net", true)][..], true),
        (&[("sip:+14155552671@PBX.example.net:5060;transport=tcp", true)], true),
        (&[("sip:pbx.example.net", true), ("sip:elsewhere.example.com", false)], true),
        (&[("sip:sip.vapi.ai", true)], true),
        (&[("sip:pbx.example.net", true), ("sip:elsewhere.example.com", true)], false),
        (&[("sip:pbx.example.net.example.com", true)], false),
        (&[("sip:pbx.example.net@elsewhere.example.com", true)], false),
        (&[("sip:pbx.example.net", false)], false),
        (&[], false),
    ] {
        let sandbox = on_trunk_to(addresses).await;
        let vapi = Pace::at_once().client(Vapi::builder_from_vars(|name| sandbox.var(name)));
        let importer = Importer::new(twilio(&sandbox), vapi).inbound_address(own);
        let preflight = importer.preflight(&number()).await.unwrap();
        let on_trunk = preflight.findings.iter().any(|finding| matches!(finding, Finding::OnTrunk { .. }));
        assert_eq!(on_trunk, !leads_here, "{addresses:?}: {:?}", preflight.findings);
    }
}

/// Without an answer it stays unknown where the trunk leads. A refusal is not asked for again, a transient error is.
#[tokio::test]
async fn a_trunk_whose_addresses_cannot_be_read_is_a_finding() {
    for (status, is_read_again) in [(403, false), (503, true)] {
        let sandbox = on_trunk_to(&[("sip:sip.vapi.ai", true)]).await;
        let fault = numport::sandbox::Fault::Refuse { status, retry_after: None };
        sandbox.fault_on(numport::model::ProviderKind::TWILIO, "GET /v1/Trunks", fault);
        let vapi = Pace::at_once().client(Vapi::builder_from_vars(|name| sandbox.var(name)));
        let provider = Twilio::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never());
        let importer = Importer::new(provider.build().unwrap(), vapi);
        for is_read in [false, is_read_again] {
            let preflight = importer.preflight(&number()).await.unwrap();
            let on_trunk = preflight.findings.iter().any(|finding| matches!(finding, Finding::OnTrunk { .. }));
            assert_eq!(on_trunk, !is_read, "{status}: {preflight:?}");
        }
    }
}

/// Calls are sent to a SIP address through a trunk that leads to it and nowhere else, and back.
#[tokio::test]
async fn calls_are_pointed_at_a_sip_address_through_a_trunk() {
    let own = "sip:pbx.example.net";
    for (addresses, is_found) in [
        (&[("sip:+1@PBX.example.net:5060;transport=tls", true), ("sip:elsewhere.example.com", false)][..], true),
        (&[("sip:pbx.example.net", true), ("sip:elsewhere.example.com", true)], false),
        (&[("sip:pbx.example.net", false)], false),
        (&[], false),
    ] {
        let sandbox = on_trunk_to(addresses).await;
        let before = "https://app.example.com/voice";
        let sid = sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
        let update = UpdateNumber::new().trunk_sid("").voice_url(before);
        twilio(&sandbox).update_number(&sid, &update).await.unwrap();

        let signalwire = Pace::at_once().client(numport::SignalWire::builder_from_vars(|name| sandbox.var(name)));
        let importer = Importer::new(twilio(&sandbox), signalwire).inbound_address(own);
        let desired: Desired = [ImportRequest::new(number())].into_iter().collect();
        let plan = importer.plan(&desired).await.unwrap().point_calls();
        // The plan says before whether that is possible.
        assert_eq!(plan.to_string().contains("no elastic SIP trunk"), !is_found, "{plan}");
        let step = importer.apply(plan).unwrap().next().await.unwrap();
        let calls = sandbox.twilio().calls_go_to(&number()).unwrap();
        if !is_found {
            assert_eq!(calls, before);
            continue;
        }
        assert_eq!(calls, sandbox.twilio().trunk_sid(), "{}", step.report());
        let Applied::Imported(imported) = step.outcome else { panic!("{step:?}") };
        assert_eq!((imported.reached, imported.findings.as_slice()), (Reached::Platform, &[][..]));
        // It is there now, for a plan too, and nothing is sent again.
        let again = importer.plan(&desired).await.unwrap().point_calls();
        assert!(!again.does_something(), "{again}");

        let undone = importer.undo(&imported.undo(), Removal::RecordAndNumber).await.unwrap();
        assert!(undone.is_complete(), "{undone:?}");
        assert_eq!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(before));
    }
}

/// A number is taken off a trunk only if that is asked for, and only if the trunk surely leads to other platforms alone.
#[tokio::test]
async fn a_number_is_taken_off_a_trunk_that_leads_to_another_platform() {
    let other = "sip:sip.retellai.com;transport=tls";
    for (addresses, replace, is_taken) in [
        (&[(other, true)][..], true, true),
        (&[(other, true)], false, false),
        (&[(other, true), ("sip:pbx.example.net", true)], true, false),
        (&[(other, true), ("sip:example.sip.livekit.cloud", true)], true, false),
        (&[("sip:pbx.example.net", true)], true, false),
        (&[(other, false)], true, false),
        (&[], true, false),
    ] {
        let sandbox = on_trunk_to(addresses).await;
        let before = sandbox.twilio().number(&number());
        let vapi = Pace::at_once().client(Vapi::builder_from_vars(|name| sandbox.var(name)));
        let importer = Importer::new(twilio(&sandbox), vapi).replace_trunks(replace);
        let desired: Desired = [ImportRequest::new(number())].into_iter().collect();
        let plan = importer.plan(&desired).await.unwrap().point_calls();
        assert_eq!(plan.does_something(), is_taken, "{addresses:?}: {plan}");
        let step = importer.apply(plan).unwrap().next().await.unwrap();
        if !is_taken {
            assert_eq!(sandbox.twilio().number(&number()), before, "{addresses:?}: {}", step.report());
            continue;
        }
        let Applied::Imported(imported) = step.outcome else { panic!("{step:?}") };
        let codes: Vec<&str> = imported.findings.iter().map(Finding::code).collect();
        assert_eq!((imported.reached, codes.as_slice()), (Reached::Platform, &["answered_by"][..]), "as before it");
        let calls = || sandbox.twilio().calls_go_to(&number()).unwrap();
        assert!(calls().contains("vapi.ai"), "{}", calls());
        // The other platform may have removed its record by now.
        let restored = importer.restore_unverified(&imported.routing_before.clone().unwrap()).await.unwrap();
        assert_eq!((restored.code(), calls().as_str()), ("put_back", sandbox.twilio().trunk_sid()));
        let undone = importer.undo(&imported.undo(), Removal::Record).await.unwrap();
        assert!(undone.is_complete(), "{undone:?}");
    }
}

/// The same holds for a platform that leaves the carrier alone: its import says nothing of a trunk.
#[tokio::test]
async fn calls_on_a_trunk_or_an_application_stay_there_if_the_platform_leaves_the_carrier_alone() {
    for (addresses, replace, is_pointed) in [
        (&[("sip:pbx.example.net", true)][..], true, false),
        (&[], true, false),
        (&[("sip:sip.retellai.com", true)], false, false),
        (&[("sip:sip.retellai.com", true)], true, true),
    ] {
        let sandbox = on_trunk_to(addresses).await;
        assert_eq!(points(&sandbox, replace).await, is_pointed, "{addresses:?}");
    }
    let sandbox = Sandbox::start().await.unwrap();
    let sid = sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
    let update = UpdateNumber::new().voice_application_sid(sandbox.twilio().application_sid());
    twilio(&sandbox).update_number(&sid, &update).await.unwrap();
    assert!(!points(&sandbox, true).await, "an application");
}

/// Whether a plan for SignalWire points the number's calls.
async fn points(sandbox: &Sandbox, replace: bool) -> bool {
    let address = "https://example.signalwire.com/answer";
    let signalwire = Pace::at_once().client(numport::SignalWire::builder_from_vars(|name| sandbox.var(name)));
    let importer = Importer::new(twilio(sandbox), signalwire).inbound_address(address).replace_trunks(replace);
    let before = sandbox.twilio().number(&number());
    let desired: Desired = [ImportRequest::new(number())].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap().point_calls();
    let text = plan.to_string();
    let step = importer.apply(plan).unwrap().next().await.unwrap();
    assert_eq!(step.outcome.code(), "created", "{}", step.report());
    let is_pointed = sandbox.twilio().calls_go_to(&number()).as_deref() == Some(address);
    assert_eq!(text.contains("cannot be pointed"), !is_pointed, "{text}");
    assert!(is_pointed || sandbox.twilio().number(&number()) == before, "{text}");
    is_pointed
}

#[cfg(feature = "retell")]
#[tokio::test]
async fn an_import_over_such_a_trunk_reaches_the_platform_and_can_be_undone() {
    use numport::SipTrunk;
    use numport::provider::ReachedBy;

    let sandbox = on_trunk_to(&[("sip:sip.retellai.com;transport=tls", true)]).await;
    let retell = Pace::at_once().client(numport::Retell::builder_from_vars(|name| sandbox.var(name)));
    let trunk = SipTrunk::new("acme.pstn.twilio.com").credentials("user", "password");
    let importer = Importer::new(ReachedBy::new(twilio(&sandbox), trunk), retell);
    let imported = importer.import(ImportRequest::new(number()).agent("agent_1")).await.unwrap();
    assert_eq!((imported.reached, imported.findings.as_slice()), (Reached::Platform, &[][..]));

    // Nobody desires it, and its calls still arrive there.
    let plan = importer.plan(&std::iter::empty::<ImportRequest>().collect()).await.unwrap();
    let plan = plan.remove_extra(Removal::Record);
    assert!(plan.to_string().contains("still"), "{plan}");
    assert!(!plan.does_something(), "{plan}");

    // The trunk led there before the import as well, so the record may go.
    let undone = importer.undo(&imported.undo(), Removal::Record).await.unwrap();
    assert!(undone.is_complete(), "{undone:?}");
    assert_eq!(sandbox.records(numport::model::PlatformKind::RETELL), [] as [serde_json::Value; 0]);
}
