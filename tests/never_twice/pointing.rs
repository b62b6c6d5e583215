//! Every fault at every request of a step that points calls: the calls go where they went before or to the platform,
//! the outcome is true, and a second plan in another process ends with the calls at the platform and one record.

use std::future;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use numport::import::plan::Applied;
use numport::model::{Finding, Reached};
use numport::platform::Takeover;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, ImportRequest, Importer, LookupPolicy, Plan};
use serde_json::Value;

use crate::place::{Place, TWILIO};
use crate::requests::{CONCURRENCY, Nth, TRIES, pace, sent, struck};
use crate::scenario::DELAY;
use crate::services::each_platform;
use crate::services::subject::{Pace, Platform};

/// The other change of the step.
#[derive(Clone, Copy, Debug)]
enum Case {
    /// It imports the number.
    Imports,
    /// It changes the record.
    Changes,
    /// Nothing.
    Points,
}

#[derive(Clone, Copy)]
struct Subject {
    platform: &'static Platform,
    place: &'static Place,
    case: Case,
}

impl Subject {
    fn importer(&self, sandbox: &Sandbox, pace: Pace) -> Importer {
        let vars = |name: &str| sandbox.var(name);
        // Where the platform takes the calls by itself, nothing is pointed.
        let provider = match self.place.carrier == TWILIO.carrier {
            true => self.platform.carrier(self.place.carrier, &vars, pace),
            false => self.place.behind_a_trunk(&vars, pace),
        };
        let importer = Importer::new(provider, (self.platform.connect)(&vars, pace));
        let lookups = LookupPolicy::default().max_lookups(8).first_wait(DELAY / 16).longest_wait(DELAY / 2);
        importer.inbound_address(self.place.address).lookup_policy(lookups).resend_after(Duration::ZERO)
    }

    async fn plan(&self, importer: &Importer) -> Plan {
        let request = ImportRequest::new(self.place.number());
        let desired: Desired = [match self.case {
            Case::Imports | Case::Points => request,
            Case::Changes => (self.platform.ask)(request),
        }]
        .into_iter()
        .collect();
        importer.plan(&desired).await.unwrap().point_calls()
    }

    async fn apply(&self, importer: &Importer, plan: Plan) -> Applied {
        let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
        steps.into_iter().next().unwrap().outcome
    }

    /// The plan for a number whose calls go elsewhere, and which is imported already unless the step imports it.
    async fn begin(&self, sandbox: &Sandbox) -> Plan {
        let importer = self.importer(sandbox, Pace::at_once().rootless());
        self.place.forget_created(&importer).await;
        if !matches!(self.case, Case::Imports) {
            importer.import(ImportRequest::new(self.place.number())).await.unwrap();
            let control = importer.provider().routing().unwrap();
            let now = control.snapshot(&self.place.number()).await.unwrap().unwrap();
            control.point(&now, &self.place.elsewhere.into()).await.unwrap();
        }
        self.plan(&importer).await
    }

    fn calls(&self, sandbox: &Sandbox) -> Value {
        self.place.calls(&self.place.kept(sandbox))
    }

    fn records(&self, sandbox: &Sandbox) -> Vec<Value> {
        sandbox.records(self.platform.api.service)
    }

    /// The requests of the step without a fault, and where the calls go afterwards.
    async fn calm(&self) -> (Vec<Nth>, Value) {
        let sandbox = Place::sandbox().await;
        let plan = self.begin(&sandbox).await;
        let (from, was) = (sandbox.requests().len(), self.calls(&sandbox));
        let importer = self.importer(&sandbox, Pace::at_once().rootless());
        let applied = self.apply(&importer, plan).await;
        assert!(!applied.is_failure(), "{applied:?}");
        let sent = sent(&sandbox, from);
        let calls = self.calls(&sandbox);
        assert_ne!(calls, was, "{applied:?}");
        (sent, calls)
    }

    async fn meet(&self, nth: &Nth, fault: &Fault, attempts: u32, end: &Value) -> bool {
        let sandbox = Place::sandbox().await;
        let plan = self.begin(&sandbox).await;
        let (left, was, records) = (self.place.kept(&sandbox), self.calls(&sandbox), self.records(&sandbox));
        nth.meets(&sandbox, fault);
        let applied = self.apply(&self.importer(&sandbox, pace(Some(fault), attempts)), plan).await;
        if !struck(&sandbox, fault).await {
            return false;
        }
        let calls = || self.calls(&sandbox);
        let is_at_platform = || calls() == *end;
        assert!(is_at_platform() || calls() == was, "they go to {}", calls());
        assert!(calls() == was || !self.records(&sandbox).is_empty(), "callers reach nobody");
        match &applied {
            Applied::Unchanged => assert!(is_at_platform(), "said to be pointed: {applied:?}"),
            Applied::Changed(changed) => {
                assert!(is_at_platform() || changed.routing.is_none(), "said to be pointed: {applied:?}");
                assert!(
                    changed.record.is_none() || self.records(&sandbox) != records,
                    "said to be changed: {applied:?}"
                );
            }
            Applied::Imported(imported) => {
                let is_told = imported.findings.iter().any(|finding| match finding {
                    Finding::NotPointed { .. } | Finding::VerificationFailed { .. } => true,
                    Finding::CallsStay { .. } | Finding::NotTakenOver { .. } => !is_at_platform(),
                    _ => false,
                });
                assert!(is_at_platform() || is_told, "nothing is said of it: {imported:?}");
                assert!(imported.reached != Reached::Platform || is_at_platform(), "said to arrive: {imported:?}");
                assert_eq!(self.records(&sandbox).len(), 1);
            }
            Applied::Failed(error) if !error.surely_not_done() => {}
            _ => {
                assert!(applied.is_failure(), "{applied:?}");
                assert_eq!(
                    (self.place.kept(&sandbox), self.records(&sandbox)),
                    (left, records),
                    "said not to be: {applied:?}"
                );
            }
        }

        // In another process, which knows nothing of the first call.
        let importer = self.importer(&sandbox, pace(None, attempts));
        let plan = self.plan(&importer).await;
        let again = self.apply(&importer, plan).await;
        assert!(!again.is_failure(), "{again:?}");
        assert_eq!(calls(), *end, "{again:?}");
        assert_eq!(self.records(&sandbox).len(), 1);
        true
    }
}

async fn every_fault(platform: &'static Platform) {
    let vars = Sandbox::start().await.unwrap();
    let client = (platform.connect)(&|name| vars.var(name), Pace::at_once());
    // If the platform takes over the calls at an import, only a change points them.
    let cases: &[Case] = match client.capabilities().takeover {
        Takeover::AtImport => &[Case::Changes],
        _ => &[Case::Imports, Case::Changes, Case::Points],
    };
    let faults = |subject: &Subject, nth: &Nth| match subject.case {
        // The requests of an import to the platform meet every fault in the tests of imports.
        Case::Imports if nth.service == platform.api.service => Vec::new(),
        _ => nth.every_fault().collect(),
    };
    meet_faults(cases.iter().map(|&case| Subject { platform, place: &TWILIO, case }), faults).await;
}

async fn meet_faults(
    subjects: impl Iterator<Item = Subject>,
    faults: impl Fn(&Subject, &Nth) -> Vec<(Nth, Fault, u32)>,
) {
    for subject in subjects {
        let Subject { platform, place, case } = subject;
        let (sent, end) = subject.calm().await;
        let cases = sent.iter().flat_map(|nth| faults(&subject, nth));
        let met = cases.map(|(nth, fault, attempts)| {
            let end = end.clone();
            async move {
                let case = format!(
                    "{} from {}, {case:?}: {nth}: {fault:?}, {attempts} attempts",
                    platform.api.title, place.carrier
                );
                let met = tokio::spawn(async move {
                    for _ in 0..TRIES {
                        if subject.meet(&nth, &fault, attempts, &end).await {
                            return;
                        }
                    }
                    panic!("the fault was not met");
                });
                met.await.err().map(|error| format!("{case}: {error}"))
            }
        });
        let failed: Vec<_> = stream::iter(met).buffer_unordered(CONCURRENCY).filter_map(future::ready).collect().await;
        assert!(failed.is_empty(), "{} failed: {:#?}", failed.len(), &failed[..failed.len().min(3)]);
    }
}

each_platform! {
    #[tokio::test]
    every_fault_of_pointing_is_met, every_fault
}

/// Behind a trunk a platform leaves the carrier alone. What an import or an update of the record has to do with it is met
/// at Twilio.
#[cfg(feature = "vapi")]
#[tokio::test]
async fn every_fault_of_pointing_is_met_at_the_other_carriers() {
    let platform = &crate::services::vapi::subject::SUBJECT;
    let subjects = Place::others().map(|place| Subject { platform, place, case: Case::Points });
    let faults = |_: &Subject, nth: &Nth| nth.every_fault_of_others(platform.api.service).collect();
    meet_faults(subjects, faults).await;
}
