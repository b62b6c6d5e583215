//! Every fault at every request of an undo: the record is never removed while calls go to it, the outcome is true, and
//! a second call in another process leaves the same state as an undo without a fault.

use futures_util::stream::{self, StreamExt};
use numport::import::plan::Applied;
use numport::import::{Stays, Undo, Undone, UndoneRecord};
use numport::model::{Removal, Service};
use numport::platform::{Capabilities, OnRemoval, Takeover};
use numport::sandbox::{Fault, ReceivedRequest, Sandbox};
use numport::{Desired, ImportRequest, Importer, Restored, Result};
use serde_json::Value;
use std::future;

use crate::place::{Place, TWILIO, trunk};
use crate::requests::{CONCURRENCY, Nth, TRIES, pace, sent, struck};
use crate::scenario::Scenario;
use crate::services::each_platform;
use crate::services::subject::{Pace, Platform};

/// What is undone.
#[derive(Clone, Copy)]
enum Case {
    /// An import that created the record, at a platform that takes over the calls.
    Created,
    /// An import that created the record, at a platform without takeover. The calls were pointed at it.
    Pointed,
    /// An import that created the record. Since then somebody else has routed the calls to another address of the
    /// platform.
    Answered,
    /// An import that changed an existing record.
    Changed,
}

/// How the platform reaches the number.
#[derive(Clone, Copy)]
enum Way {
    Account(&'static Place),
    /// By a trunk to a carrier that shows where calls go.
    TrunkTo(&'static Place),
    /// By a trunk of which nobody sees where its calls go.
    Trunk,
}

#[derive(Clone, Copy)]
struct Subject {
    platform: &'static Platform,
    way: Way,
    case: Case,
}

/// Every stored field of the number.
#[derive(Clone, Debug, PartialEq)]
struct World {
    carrier: Value,
    records: Vec<Value>,
    credentials: usize,
}

/// Without times, which differ between sandboxes, and without unset fields.
fn timeless(mut object: Value) -> Value {
    let is_time = |name: &str| ["created", "updated", "modification"].iter().any(|word| name.contains(word));
    object.as_object_mut().unwrap().retain(|name, value| !is_time(name) && !value.is_null() && value != "");
    object
}

impl Subject {
    fn of(platform: &'static Platform, can: &Capabilities) -> impl Iterator<Item = Self> + use<> {
        let (takeover, removal) = (can.takeover, can.removal);
        let of_twilio = |scenario: &Scenario| scenario.import.carrier.is_none_or(|name| name == TWILIO.carrier);
        Scenario::of(platform).filter(of_twilio).flat_map(move |Scenario { platform, import }| {
            let way = import.carrier.map_or(Way::Trunk, |_| Way::Account(&TWILIO));
            let cases = match (import.carrier, takeover) {
                (None, _) => vec![Case::Created],
                (Some(_), Takeover::Nothing | Takeover::Unknown) => vec![Case::Pointed, Case::Changed],
                (Some(_), _) if removal == OnRemoval::Unsupported => vec![Case::Created, Case::Changed],
                (Some(_), _) => vec![Case::Created, Case::Answered, Case::Changed],
            };
            cases.into_iter().map(move |case| Self { platform, way, case })
        })
    }

    /// From the other carriers: by their accounts where the platform takes them, or else by a trunk. What their routing
    /// has no part in is met at Twilio.
    fn of_others(platform: &'static Platform) -> impl Iterator<Item = Self> {
        Place::others().flat_map(move |place| {
            let takes = platform.imports.iter().any(|import| import.carrier == Some(place.carrier));
            let (way, cases) = match takes {
                true => (Way::Account(place), &[Case::Created, Case::Answered][..]),
                false => (Way::TrunkTo(place), &[Case::Pointed][..]),
            };
            cases.iter().map(move |&case| Self { platform, way, case })
        })
    }

    fn name(&self) -> String {
        let Self { platform, way, case } = self;
        let case = match case {
            Case::Created => "created",
            Case::Pointed => "created and pointed",
            Case::Answered => "created and still answered",
            Case::Changed => "changed",
        };
        let from = match way {
            Way::Account(place) => place.carrier.to_owned(),
            Way::TrunkTo(place) => format!("a trunk to {}", place.carrier),
            Way::Trunk => "a trunk".to_owned(),
        };
        format!("{} from {from}, {case}", platform.api.title)
    }

    /// Where it is held. The number of a trunk may be Twilio's as well, whose routing then stays.
    const fn place(&self) -> &'static Place {
        match self.way {
            Way::Account(place) | Way::TrunkTo(place) => place,
            Way::Trunk => &TWILIO,
        }
    }

    fn service(&self) -> Service {
        self.platform.api.service
    }

    fn importer(&self, sandbox: &Sandbox, pace: Pace) -> Importer {
        let vars = |name: &str| sandbox.var(name);
        let platform = (self.platform.connect)(&vars, pace);
        let importer = match self.way {
            Way::Account(place) => Importer::new(self.platform.carrier(place.carrier, &vars, pace), platform),
            Way::TrunkTo(place) => Importer::new(place.behind_a_trunk(&vars, pace), platform),
            Way::Trunk => Importer::new(trunk(), platform),
        };
        match self.case {
            Case::Pointed => importer.inbound_address(self.place().address),
            Case::Answered => importer.inbound_address(self.place().other_address),
            Case::Created | Case::Changed => importer,
        }
    }

    fn world(&self, sandbox: &Sandbox) -> World {
        let made = |method: &str, status: u16| {
            let is_it = |entry: &&ReceivedRequest| entry.path.starts_with("/credential") && entry.method == method;
            sandbox.requests().iter().filter(is_it).filter(|entry| entry.own_status == Some(status)).count()
        };
        let credentials = made("POST", 201) - made("DELETE", 200);
        let records = sandbox.records(self.service()).into_iter().map(timeless).collect();
        World { carrier: self.place().kept(sandbox), records, credentials }
    }

    /// Imports. Returns the state before, and the undo.
    async fn import(&self, sandbox: &Sandbox) -> (World, Undo) {
        let importer = self.importer(sandbox, Pace::at_once().rootless());
        let number = self.place().number();
        self.place().forget_created(&importer).await;
        let request = (self.platform.ask)(ImportRequest::new(number));
        if matches!(self.case, Case::Changed) {
            importer.import(ImportRequest::new(number)).await.unwrap();
        }
        let before = self.world(sandbox);
        let undo = match self.case {
            Case::Created | Case::Answered | Case::Changed => importer.import(&request).await.unwrap().undo(),
            Case::Pointed => {
                let desired: Desired = [request].into_iter().collect();
                let plan = importer.plan(&desired).await.unwrap().point_calls();
                let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
                let Applied::Imported(imported) = &steps[0].outcome else { panic!("{steps:?}") };
                imported.undo()
            }
        };
        assert_eq!(undo.created, !matches!(self.case, Case::Changed));
        if matches!(self.case, Case::Answered) {
            let control = importer.provider().routing().unwrap();
            let now = control.snapshot(&number).await.unwrap().unwrap();
            control.point(&now, &self.place().other_address.into()).await.unwrap();
        }
        (before, serde_json::from_str(&serde_json::to_string(&undo).unwrap()).unwrap())
    }

    /// With a trunk, nobody sees where the calls go.
    async fn undo(&self, sandbox: &Sandbox, pace: Pace, undo: &Undo) -> Result<Undone> {
        let importer = self.importer(sandbox, pace);
        match self.way {
            Way::Account(_) | Way::TrunkTo(_) => importer.undo(undo, Removal::RecordAndNumber).await,
            Way::Trunk => importer.undo_unverified(undo, Removal::RecordAndNumber).await,
        }
    }

    /// Undoes without a fault. Returns the state afterwards, and the requests.
    async fn calm(&self) -> (Undone, World, Vec<Nth>) {
        let sandbox = Place::sandbox().await;
        let (before, undo) = self.import(&sandbox).await;
        let from = sandbox.requests().len();
        let undone = self.undo(&sandbox, Pace::at_once().rootless(), &undo).await.unwrap();
        let sent = sent(&sandbox, from);
        let after = self.world(&sandbox);
        if matches!(self.case, Case::Answered) {
            let stays = UndoneRecord::Stays(Stays::StillAnswered);
            assert!(undone.record == stays || undone.record == UndoneRecord::Stays(Stays::Unsupported), "{undone}");
            return (undone, after, sent);
        }
        assert_eq!(after.carrier, before.carrier, "the calls go where they went");
        let unsupported = undone.record == UndoneRecord::Stays(Stays::Unsupported);
        let cannot_clear = matches!(&undone.record, UndoneRecord::Restored { kept } if !kept.is_empty());
        assert!(after == before || unsupported || cannot_clear, "{undone}: {before:?} {after:?}");
        (undone, after, sent)
    }

    /// Checks that the outcome of an undo is true.
    fn judge(&self, said: &Result<Undone>, before: &World, left: &World, now: &World) {
        if now.records.is_empty() && !matches!(self.way, Way::Trunk) {
            let [now, before] = [now, before].map(|world| self.place().calls(&world.carrier));
            assert_eq!(now, before, "callers reach nobody: {said:?}");
        }
        let undone = match said {
            Ok(undone) => undone,
            Err(error) => {
                assert!(!error.surely_not_done() || now == left, "said not to be done: {error:?}");
                return;
            }
        };
        match &undone.routing {
            None => assert_eq!(now.carrier, left.carrier, "said not to be touched: {undone}"),
            Some(Restored::AsBefore(_)) => assert_eq!(now.carrier, before.carrier, "said to be as before: {undone}"),
            Some(Restored::PutBack(_)) => assert_eq!(now.carrier, before.carrier, "said to be put back: {undone}"),
            Some(Restored::PartlyPutBack { changed, .. }) => assert!(!changed.is_empty(), "{undone}"),
            Some(_) => assert_eq!(now.carrier, left.carrier, "said to be left alone: {undone}"),
        }
        match &undone.record {
            UndoneRecord::Removed | UndoneRecord::Gone => assert_eq!(now.records, before.records, "said to be gone"),
            UndoneRecord::Restored { kept } => {
                assert_eq!(now.records.len(), 1, "said to be there");
                assert!(!kept.is_empty() || now.records == before.records, "said to be as before: {undone}");
            }
            UndoneRecord::Stays(_) => assert_eq!(now.records, left.records, "said to stay: {undone}"),
            other => panic!("{other:?}"),
        }
        if undone.is_complete() && undone.credential_left.is_none() {
            assert_eq!(now, before, "said to be undone: {undone}");
        }
    }

    async fn meet(&self, nth: &Nth, fault: &Fault, attempts: u32, (last, end): (&Undone, &World)) -> bool {
        let sandbox = Place::sandbox().await;
        let (before, undo) = self.import(&sandbox).await;
        let left = self.world(&sandbox);
        nth.meets(&sandbox, fault);
        let first = self.undo(&sandbox, pace(Some(fault), attempts), &undo).await;
        if !struck(&sandbox, fault).await {
            return false;
        }
        self.judge(&first, &before, &left, &self.world(&sandbox));

        // In another process, which knows nothing of the first call.
        let again = self.undo(&sandbox, pace(None, attempts), &undo).await.unwrap();
        let now = self.world(&sandbox);
        assert_eq!(now, *end, "{again}");
        assert_eq!((again.is_complete(), &again.credential_left), (last.is_complete(), &last.credential_left));
        true
    }

    /// The undo meets these faults of its requests.
    async fn meets_faults(self, faults: impl Fn(&Nth) -> Vec<(Nth, Fault, u32)>) {
        let (last, end, sent) = self.calm().await;
        let cases = sent.iter().flat_map(faults);
        let met = cases.map(|(nth, fault, attempts)| {
            let (last, end) = (last.clone(), end.clone());
            async move {
                let case = format!("{}: {nth}: {fault:?}, {attempts} attempts", self.name());
                let met = tokio::spawn(async move {
                    for _ in 0..TRIES {
                        if self.meet(&nth, &fault, attempts, (&last, &end)).await {
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

async fn every_fault(platform: &'static Platform) {
    let vars = Sandbox::start().await.unwrap();
    let client = (platform.connect)(&|name| vars.var(name), Pace::at_once());
    for subject in Subject::of(platform, client.capabilities()) {
        subject.meets_faults(|nth| nth.every_fault().collect()).await;
    }
}

each_platform! {
    #[tokio::test]
    every_fault_of_an_undo_is_met, every_fault
}

#[cfg(feature = "vapi")]
#[tokio::test]
async fn every_fault_of_an_undo_is_met_at_the_other_carriers() {
    for subject in Subject::of_others(&crate::services::vapi::subject::SUBJECT) {
        subject.meets_faults(|nth| nth.every_fault_of_others(subject.service()).collect()).await;
    }
}
