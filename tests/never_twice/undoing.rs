//! Every fault at every request of an undo: the record is never removed while calls go to it, the outcome is true, and
//! a second call in another process leaves the same state as an undo without a fault.

use std::fmt;

use futures_util::stream::{self, StreamExt};
use numport::import::plan::Applied;
use numport::import::{Stays, Undo, Undone, UndoneRecord};
use numport::model::{Removal, Service};
use numport::platform::{Capabilities, OnRemoval, Takeover};
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, ReceivedRequest, Sandbox};
use numport::{Desired, E164, ImportRequest, Importer, Restored, Result, SipTrunk};
use serde_json::Value;
use std::future;
use std::time::Duration;

use crate::scenario::{PATIENT, Scenario};
use crate::services::subject::{Import, Pace, Platform};
use crate::services::{carrier, each_platform};

/// Requests that are slow on purpose take longer than this. Both are long, because thousands of cases keep a machine
/// busy.
const TIMEOUT: Duration = Duration::from_millis(1000);
const DELAY: Duration = Duration::from_millis(1500);
/// How often a case is repeated whose call timed out before it met the fault.
pub(crate) const TRIES: usize = 3;
/// How many cases run concurrently. Most of each is waiting.
pub(crate) const CONCURRENCY: usize = 16;
/// Where the calls go before the import.
pub(crate) const BEFORE: &str = "https://app.example.com/voice?token=t";
/// An address of the platform that no import sets by itself.
pub(crate) const ADDRESS: &str = "https://answer.example.net/calls";

pub(crate) fn number() -> E164 {
    "+14155550123".parse().unwrap()
}

pub(crate) async fn sandbox() -> Sandbox {
    Sandbox::builder().hold(TwilioNumber::new(number()).voice_url(BEFORE)).start().await.unwrap()
}

/// Waits until the fault has struck and no request is pending; false if no request met the fault.
pub(crate) async fn struck(sandbox: &Sandbox, fault: &Fault) -> bool {
    let struck = || sandbox.requests().iter().any(|entry| entry.fault.as_ref() == Some(fault));
    for _ in 0..100 {
        if struck() && sandbox.waiting() == 0 {
            return true;
        }
        tokio::time::sleep(DELAY / 30).await;
    }
    false
}

/// There are thousands of sandboxes, so one may have the port of an earlier one, and so count as the same account.
pub(crate) fn forget_created(importer: &Importer) {
    importer.forget_created(&number());
}

/// The maximum time of one call to a service, and the number of attempts. Only requests that are slow on purpose may
/// time out, however busy the machine is.
pub(crate) fn pace(fault: Option<&Fault>, attempts: u32) -> Pace {
    let slow = |fault: &Fault| {
        matches!(fault, Fault::DelayBeforeCommit(_) | Fault::CommitThenDelay(_) | Fault::SlowBody { .. })
    };
    let pace = Pace::at_once().rootless().timeout(if fault.is_some_and(slow) { TIMEOUT } else { PATIENT });
    Pace { retry: pace.retry.max_attempts(attempts), ..pace }
}

/// A request that a call without a fault sends: its service and method, and how many equal ones come before it.
#[derive(Clone)]
pub(crate) struct Nth {
    pub(crate) service: Service,
    method: String,
    before: usize,
    /// Its text in messages.
    path: String,
}

/// The requests from this one on.
pub(crate) fn sent(sandbox: &Sandbox, from: usize) -> Vec<Nth> {
    let mut all: Vec<Nth> = Vec::new();
    for ReceivedRequest { service, method, path, .. } in sandbox.requests().into_iter().skip(from) {
        let method = format!("{method} ");
        let before = all.iter().filter(|other| other.service == service && other.method == method).count();
        all.push(Nth { service, method, before, path });
    }
    all
}

impl fmt::Display for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} after {} alike", self.method, self.path, self.before)
    }
}

impl Nth {
    /// Every fault, with the number of attempts of the client. Faults that differ only in whether the request is
    /// carried out are equal for a read, so one of them is enough.
    pub(crate) fn every_fault(&self) -> impl Iterator<Item = (Self, Fault, u32)> {
        let is_read = self.method == "GET ";
        // Without retries and, if there is time, with them.
        let retries = !is_read && std::env::var_os("NUMPORT_EVERY_FAULT").is_some();
        let attempts = if retries { &[1_u32, 4][..] } else { &[1] };
        let is_another = move |fault: &Fault| match fault {
            Fault::Refuse { retry_after, .. } => retry_after.is_none(),
            Fault::CommitThenDrop | Fault::DelayBeforeCommit(_) | Fault::HtmlBody { status: 502, .. } => false,
            Fault::CommitThenRefuse { status } => *status == 408,
            _ => true,
        };
        let faults = Fault::every(DELAY).into_iter().filter(move |fault| !is_read || is_another(fault));
        faults.flat_map(move |fault| attempts.iter().map(move |attempts| (self.clone(), fault.clone(), *attempts)))
    }

    /// Queues a fault for this request.
    pub(crate) fn meets(&self, sandbox: &Sandbox, fault: &Fault) {
        let none = Fault::SlowBody { pieces: 1, pause: Duration::ZERO };
        for fault in std::iter::repeat_n(&none, self.before).chain([fault]) {
            sandbox.fault_on(self.service, &self.method, fault.clone());
        }
    }
}

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

#[derive(Clone, Copy)]
struct Subject {
    platform: &'static Platform,
    import: &'static Import,
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
    let is_time = |name: &str| ["created", "updated"].iter().any(|word| name.contains(word));
    object.as_object_mut().unwrap().retain(|name, value| !is_time(name) && !value.is_null() && value != "");
    object
}

/// The routing of the number as its carrier keeps it.
pub(crate) fn at_carrier(sandbox: &Sandbox) -> Value {
    let mut kept = sandbox.twilio().number(&number()).unwrap();
    let is_routing = |name: &str| ["voice_", "sms_", "status_", "trunk_"].iter().any(|start| name.starts_with(start));
    kept.as_object_mut().unwrap().retain(|name, _| is_routing(name));
    kept
}

impl Subject {
    fn of(platform: &'static Platform, can: &Capabilities) -> impl Iterator<Item = Self> + use<> {
        let (takeover, removal) = (can.takeover, can.removal);
        let of_twilio = |scenario: &Scenario| scenario.import.carrier.is_none_or(|name| name == "twilio");
        Scenario::of(platform).filter(of_twilio).flat_map(move |Scenario { platform, import }| {
            let cases = match (import.carrier, takeover) {
                (None, _) => vec![Case::Created],
                (Some(_), Takeover::Nothing | Takeover::Unknown) => vec![Case::Pointed, Case::Changed],
                (Some(_), _) if removal == OnRemoval::Unsupported => vec![Case::Created, Case::Changed],
                (Some(_), _) => vec![Case::Created, Case::Answered, Case::Changed],
            };
            cases.into_iter().map(move |case| Self { platform, import, case })
        })
    }

    fn name(&self) -> String {
        let Self { platform, import, case } = self;
        let case = match case {
            Case::Created => "created",
            Case::Pointed => "created and pointed",
            Case::Answered => "created and still answered",
            Case::Changed => "changed",
        };
        format!("{} from {}, {case}", platform.api.title, import.carrier.unwrap_or("a trunk"))
    }

    fn service(&self) -> Service {
        self.platform.api.service
    }

    fn importer(&self, sandbox: &Sandbox, pace: Pace) -> Importer {
        let vars = |name: &str| sandbox.var(name);
        let platform = (self.platform.connect)(&vars, pace);
        let importer = match self.import.carrier {
            Some(name) => Importer::new((carrier(name).connect)(&vars, pace), platform),
            None => Importer::new(SipTrunk::new("203.0.113.10").credentials("user", "password"), platform),
        };
        if matches!(self.case, Case::Pointed | Case::Answered) { importer.inbound_address(ADDRESS) } else { importer }
    }

    fn world(&self, sandbox: &Sandbox) -> World {
        let made = |method: &str, status: u16| {
            let is_it = |entry: &&ReceivedRequest| entry.path.starts_with("/credential") && entry.method == method;
            sandbox.requests().iter().filter(is_it).filter(|entry| entry.own_status == Some(status)).count()
        };
        let credentials = made("POST", 201) - made("DELETE", 200);
        let records = sandbox.records(self.service()).into_iter().map(timeless).collect();
        World { carrier: at_carrier(sandbox), records, credentials }
    }

    /// Imports. Returns the state before, and the undo.
    async fn import(&self, sandbox: &Sandbox) -> (World, Undo) {
        let importer = self.importer(sandbox, Pace::at_once().rootless());
        forget_created(&importer);
        let request = (self.platform.ask)(ImportRequest::new(number()));
        if matches!(self.case, Case::Changed) {
            importer.import(ImportRequest::new(number())).await.unwrap();
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
            let now = control.snapshot(&number()).await.unwrap().unwrap();
            control.point(&now, &ADDRESS.into()).await.unwrap();
        }
        (before, serde_json::from_str(&serde_json::to_string(&undo).unwrap()).unwrap())
    }

    /// With a trunk, nobody sees where the calls go.
    async fn undo(&self, sandbox: &Sandbox, pace: Pace, undo: &Undo) -> Result<Undone> {
        let importer = self.importer(sandbox, pace);
        match self.import.carrier {
            Some(_) => importer.undo(undo, Removal::RecordAndNumber).await,
            None => importer.undo_unverified(undo, Removal::RecordAndNumber).await,
        }
    }

    /// Undoes without a fault. Returns the state afterwards, and the requests.
    async fn calm(&self) -> (Undone, World, Vec<Nth>) {
        let sandbox = sandbox().await;
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
        if now.records.is_empty() && self.import.carrier.is_some() {
            assert_eq!(now.carrier["voice_url"], before.carrier["voice_url"], "callers reach nobody: {said:?}");
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
        let sandbox = sandbox().await;
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
}

async fn every_fault(platform: &'static Platform) {
    let vars = Sandbox::start().await.unwrap();
    let client = (platform.connect)(&|name| vars.var(name), Pace::at_once());
    for subject in Subject::of(platform, client.capabilities()) {
        let (last, end, sent) = subject.calm().await;
        let cases = sent.iter().flat_map(Nth::every_fault);
        let met = cases.map(|(nth, fault, attempts)| {
            let (last, end) = (last.clone(), end.clone());
            async move {
                let case = format!("{}: {nth}: {fault:?}, {attempts} attempts", subject.name());
                let met = tokio::spawn(async move {
                    for _ in 0..TRIES {
                        if subject.meet(&nth, &fault, attempts, (&last, &end)).await {
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
    every_fault_of_an_undo_is_met, every_fault
}
