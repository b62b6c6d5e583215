//! Calls are rerouted, and the verification fails: the result is unknown, and the error says so.

use futures_util::StreamExt;
use numport::import::plan::{Applied, Reroute};
use numport::model::{CallbackUrl, PlatformKind, ProviderKind, Removal};
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, E164, ImportRequest, Importer, Plan, SignalWire, Twilio, Vapi};
use std::time::Duration;

const ELSEWHERE: &str = "https://app.example.com/voice";
const ADDRESS: &str = "https://answer.example.net/calls";

fn number() -> E164 {
    "+14155550123".parse().unwrap()
}

fn importer(sandbox: &Sandbox) -> Importer {
    let vars = |name: &str| sandbox.var(name);
    let (twilio, vapi) = (Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    Importer::new(twilio, vapi).inbound_address(ADDRESS)
}

/// A number that is imported, and whose calls go to this URL.
async fn imported(calls: &str) -> Sandbox {
    let sandbox = Sandbox::builder().hold(TwilioNumber::new(number())).start().await.unwrap();
    let importer = importer(&sandbox);
    importer.forget_created(&number()).await.expect("no journal");
    importer.import(ImportRequest::new(number())).await.unwrap();
    let sid = sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    twilio.update_number(&sid, &UpdateNumber::new().voice_url(calls)).await.unwrap();
    sandbox
}

async fn apply(sandbox: &Sandbox, plan: Plan) -> Applied {
    importer(sandbox).apply(plan).unwrap().next().await.unwrap().outcome
}

/// Applies the same plan twice, the second time with a fault at the first read after the calls were rerouted.
async fn is_unknown(calls: &str, target: &str, plan: impl AsyncFn(&Importer) -> Plan) {
    let mut reads = None;
    loop {
        let sandbox = imported(calls).await;
        let plan = plan(&importer(&sandbox)).await;
        let from = sandbox.requests().len();
        if let Some(reads) = reads {
            let none = Fault::SlowBody { pieces: 1, pause: Duration::ZERO };
            let refused = Fault::Refuse { status: 403, retry_after: None };
            for fault in std::iter::repeat_n(none, reads).chain([refused]) {
                sandbox.fault_on(ProviderKind::TWILIO, "GET", fault);
            }
        }
        let applied = apply(&sandbox, plan).await;
        assert_eq!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(target), "{applied:?}");
        if reads.is_some() {
            let Applied::Failed(error) = &applied else { panic!("{applied:?}") };
            assert!(!error.surely_not_done(), "the calls were re-routed: {error:?}");
            return;
        }
        let requests = sandbox.requests().split_off(from);
        let of_carrier = requests.iter().filter(|request| request.service == ProviderKind::TWILIO);
        reads = Some(of_carrier.take_while(|request| request.method == "GET").count());
    }
}

#[tokio::test]
async fn pointing_is_unknown_if_its_verification_fails() {
    is_unknown(ELSEWHERE, ADDRESS, async |importer| {
        let desired = Desired::from_iter([ImportRequest::new(number())]);
        importer.plan(&desired).await.unwrap().point_calls()
    })
    .await;
}

#[tokio::test]
async fn retiring_is_unknown_if_its_verification_fails() {
    is_unknown(ADDRESS, ELSEWHERE, async |importer| {
        let plan = importer.plan(&Desired::default()).await.unwrap();
        plan.retire_extra(Removal::Record, |_| Some(Reroute::To(CallbackUrl::new(ELSEWHERE))))
    })
    .await;
}

/// It is read again once the calls were sent elsewhere, or were found there.
#[tokio::test]
async fn a_record_that_cannot_be_read_again_is_not_removed_and_one_that_is_gone_is_no_failure() {
    for (calls, is_rerouted) in [(ADDRESS, true), (ELSEWHERE, false)] {
        for (status, is_gone) in [(403, false), (404, true)] {
            let sandbox = imported(calls).await;
            let plan = importer(&sandbox).plan(&Desired::default()).await.unwrap();
            let plan = plan.retire_extra(Removal::Record, |_| Some(Reroute::To(CallbackUrl::new(ELSEWHERE))));
            let none = Fault::SlowBody { pieces: 1, pause: Duration::ZERO };
            for fault in [none, Fault::Refuse { status, retry_after: None }] {
                sandbox.fault_on(PlatformKind::VAPI, "GET /phone-number/", fault);
            }
            let applied = apply(&sandbox, plan).await;
            let case = format!("{calls} {status}: {applied:?}");
            assert_eq!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(ELSEWHERE), "{case}");
            assert_eq!(sandbox.records(PlatformKind::VAPI).len(), usize::from(!is_gone), "{case}");
            match &applied {
                Applied::Removed { .. } => assert!(is_gone, "{case}"),
                Applied::Failed(error) => {
                    assert_eq!((error.surely_not_done(), is_gone), (!is_rerouted, false), "{case}");
                }
                _ => panic!("{case}"),
            }
        }
    }
}

#[tokio::test]
async fn a_record_that_somebody_removed_after_its_calls_were_sent_elsewhere_is_removed() {
    let sandbox = imported(ADDRESS).await;
    let plan = importer(&sandbox).plan(&Desired::default()).await.unwrap();
    let plan = plan.retire_extra(Removal::Record, |_| Some(Reroute::To(CallbackUrl::new(ELSEWHERE))));
    let (none, gone) =
        (Fault::SlowBody { pieces: 1, pause: Duration::ZERO }, Fault::Refuse { status: 404, retry_after: None });
    sandbox.fault_on(PlatformKind::VAPI, "DELETE", gone.clone());
    // It is read before the calls are sent elsewhere, after that, and after the removal.
    for fault in [none.clone(), none, gone] {
        sandbox.fault_on(PlatformKind::VAPI, "GET /phone-number/", fault);
    }
    let applied = apply(&sandbox, plan).await;
    assert!(matches!(applied, Applied::Removed { .. }), "{applied:?}");
    assert_eq!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(ELSEWHERE));
}

#[tokio::test]
async fn calls_are_not_pointed_at_a_record_that_cannot_be_read() {
    let sandbox = Sandbox::builder().hold(TwilioNumber::new(number())).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (twilio, signalwire) = (Twilio::from_vars(vars).unwrap(), SignalWire::from_vars(vars).unwrap());
    let importer = Importer::new(twilio, signalwire).inbound_address(ADDRESS);
    let plan = importer.plan(&Desired::from_iter([ImportRequest::new(number())])).await.unwrap().point_calls();
    let refused = |status| Fault::Refuse { status, retry_after: None };
    sandbox.fault_on(ProviderKind::TWILIO, "POST", refused(400));
    let _first: Vec<_> = importer.apply(plan.clone()).unwrap().collect().await;
    sandbox.fault_on(PlatformKind::SIGNALWIRE, "GET /api/relay/rest/phone_numbers/", refused(403));
    let second: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert!(matches!(&second[0].outcome, Applied::Failed(error) if error.surely_not_done()), "{second:?}");
    assert_ne!(sandbox.twilio().calls_go_to(&number()).as_deref(), Some(ADDRESS));
}
