//! Never twice, decided: what is sent, looked for and said after each way an import can end. In paused time, on a
//! platform that follows a script.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::error::{CallError, CallFault, Delivery, Loss, Refusal, StatusCode, Step, TransportFault};
use numport::model::{
    Carrier, Details, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate, PlatformKind, RecordNumber,
    Removal, Service,
};
use numport::platform::{Capabilities, Duplicates, Find, OnRemoval, Sources, Support, VoicePlatform};
use numport::{Byo, E164, Error, Importer, Outcome, ReadBack, Result};
use tokio::time::Instant;

const KIND: PlatformKind = PlatformKind::Other("scripted");

static UNKNOWN: Capabilities =
    Capabilities::new(Sources::all(), Find::Native, OnRemoval::Forgets).with_label(Support::FULL, None);
static REFUSES: Capabilities = UNKNOWN.with_duplicates(Duplicates::Refused);

/// How an import ends.
#[derive(Clone, Copy)]
enum End {
    Done,
    /// The answer is lost.
    Lost,
    /// The answer never comes.
    Hang,
    /// Answered with this status, as a refusal or as what leaves it open.
    Answered(u16, Delivery),
    /// Imported, and then a later step failed.
    HalfDone,
}
use End::{Answered, Done, HalfDone, Hang, Lost};

/// What a look for the number shows.
#[derive(Clone, Copy)]
enum Look {
    There,
    Nothing,
    Failed,
}
use Look::{Failed, Nothing, There};

#[derive(Clone, Debug)]
struct Scripted(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    can: &'static Capabilities,
    imports: Mutex<VecDeque<End>>,
    /// The last one is shown again and again.
    looks: Mutex<VecDeque<Look>>,
    sent: AtomicUsize,
    looked: Mutex<Vec<Instant>>,
}

impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an end")
    }
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a look")
    }
}

impl Scripted {
    fn new(can: &'static Capabilities, imports: &[End], looks: &[Look]) -> Self {
        Self(Arc::new(Inner {
            can,
            imports: Mutex::new(imports.iter().copied().collect()),
            looks: Mutex::new(looks.iter().copied().collect()),
            sent: AtomicUsize::new(0),
            looked: Mutex::default(),
        }))
    }

    fn importer(&self) -> Importer {
        Importer::new(Byo::credential(Carrier::SipTrunk, "c1"), self.clone())
    }

    fn sent(&self) -> usize {
        self.0.sent.load(Ordering::SeqCst)
    }

    /// When the number was looked for, in milliseconds since the first look.
    fn looked(&self) -> Vec<u128> {
        let looked = self.0.looked.lock().unwrap();
        looked.iter().map(|at| at.duration_since(looked[0]).as_millis()).collect()
    }
}

fn record(number: &E164) -> NumberRecord {
    NumberRecord::new(KIND, "r1", RecordNumber::E164(*number), Details::new(()))
}

fn failed(delivery: Delivery, status: Option<u16>) -> Error {
    let fault = match status {
        Some(_) => CallFault::Refusal(Refusal::new("no")),
        None => CallFault::Transport(TransportFault::new(Loss::Reset)),
    };
    let mut call = CallError::new(Service::Platform(KIND), "import number", delivery, fault);
    call.status = status.map(|status| StatusCode::from_u16(status).unwrap());
    Box::new(call).into()
}

#[async_trait]
impl VoicePlatform for Scripted {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> u64 {
        Arc::as_ptr(&self.0) as u64
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.0.can
    }

    fn check_import(&self, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        self.0.can.check_import(KIND, source, request)
    }

    async fn import_once(&self, _: &NumberSource, request: &ImportRequest) -> Result<NumberRecord> {
        self.0.sent.fetch_add(1, Ordering::SeqCst);
        let end = self.0.imports.lock().unwrap().pop_front().expect("no more imports are scripted");
        // Other tasks get a chance to send too, if nothing holds them.
        tokio::task::yield_now().await;
        match end {
            Done => Ok(record(request.number())),
            Lost => Err(failed(Delivery::Unknown, None)),
            Hang => std::future::pending().await,
            Answered(status, delivery) => Err(failed(delivery, Some(status))),
            HalfDone => {
                let error = failed(Delivery::Unknown, None);
                let incomplete = numport::error::Incomplete::imported(record(request.number()), Step::Configure, error);
                Err(Box::new(incomplete).into())
            }
        }
    }

    async fn get(&self, _: &NumberId) -> Result<NumberRecord> {
        unreachable!("not asked for")
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        self.0.looked.lock().unwrap().push(Instant::now());
        let mut looks = self.0.looks.lock().unwrap();
        let look = if looks.len() > 1 { looks.pop_front() } else { looks.front().copied() };
        match look.expect("a look is scripted") {
            There => Ok(Some(record(number))),
            Nothing => Ok(None),
            Failed => Err(failed(Delivery::Read, Some(503))),
        }
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        stream::empty().boxed()
    }

    async fn update(&self, _: &NumberId, _: &NumberUpdate) -> Result<NumberRecord> {
        unreachable!("nothing is asked for that could be updated")
    }

    async fn remove(&self, _: &NumberId, _: Removal) -> Result<()> {
        unreachable!("an importer removes nothing")
    }
}

fn request(last: u16) -> ImportRequest {
    ImportRequest::new(format!("+1415556{last:04}").parse().unwrap())
}

fn open(result: Result<numport::Imported>) -> Box<numport::error::Indeterminate> {
    match result {
        Err(Error::Indeterminate(open)) => open,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_with_growing_waits() {
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing, Nothing, Failed, Nothing, There]);
    let imported = platform.importer().import(request(1)).await.unwrap();
    assert_eq!((imported.outcome, platform.sent()), (Outcome::Recovered, 1));
    // The first look is the one before the import.
    assert_eq!(platform.looked(), [0, 0, 500, 1500, 3500]);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_does_not_turn_up_is_told_to_be_open() {
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    let error = open(platform.importer().import(request(2)).await);
    assert_eq!((error.looks, error.last_look.is_none(), platform.sent()), (6, true, 1));
    assert_eq!(platform.looked(), [0, 0, 500, 1500, 3500, 7500, 15_500]);
    let sentence = error.to_string();
    assert!(sentence.starts_with("scripted: nobody knows whether +14155560002 is imported"), "{sentence}");
    assert!(sentence.ends_with("was not found afterwards (6 looks)"), "{sentence}");

    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing, Nothing, Failed]);
    let error = open(platform.importer().import(request(3)).await);
    assert_eq!(error.last_look.unwrap().status().unwrap().as_u16(), 503);
}

#[tokio::test(start_paused = true)]
async fn how_long_is_looked_can_be_set_and_ends() {
    let quick = ReadBack::default().looks(3).first_wait(Duration::from_secs(9)).longest_wait(Duration::from_secs(2));
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().read_back(quick).import(request(4)).await);
    assert_eq!(platform.looked(), [0, 0, 2000, 4000]);

    let bounded = ReadBack::default().looks(1000).deadline(Duration::from_secs(10));
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().read_back(bounded).import(request(5)).await);
    assert_eq!(*platform.looked().last().unwrap(), 7500);

    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().read_back(ReadBack::default().looks(0)).import(request(6)).await);
    assert_eq!(platform.looked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_duplicates_are_refused_it_is_sent_once_more() {
    let refused = Answered(422, Delivery::Refused);
    let quick = ReadBack::default().looks(2);
    for (last, imports, looks, expected) in [
        (10, [Lost, Done], vec![Nothing], Some(Outcome::Created)),
        (11, [Lost, refused], vec![Nothing, Nothing, Nothing, There], Some(Outcome::Recovered)),
        (12, [Lost, Lost], vec![Nothing, Nothing, Nothing, There], Some(Outcome::Recovered)),
        (13, [Lost, Lost], vec![Nothing], None),
        // The second one was refused for its key; the first may have gone through all the same.
        (14, [Lost, Answered(401, Delivery::Refused)], vec![Nothing], None),
    ] {
        let platform = Scripted::new(&REFUSES, &imports, &looks);
        let result = platform.importer().read_back(quick).import(request(last)).await;
        assert_eq!(platform.sent(), 2, "{last}");
        match expected {
            Some(outcome) => assert_eq!(result.unwrap().outcome, outcome, "{last}"),
            None => drop(open(result)),
        }
    }
    let platform = Scripted::new(&REFUSES, &[Lost, HalfDone], &[Nothing]);
    let error = platform.importer().read_back(quick).import(request(15)).await.unwrap_err();
    assert!(matches!(error, Error::Incomplete(incomplete) if incomplete.record.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_may_mean_a_duplicate_is_looked_at_once() {
    for (last, status, delivery) in
        [(20, 400, Delivery::Refused), (21, 409, Delivery::Unknown), (22, 422, Delivery::Refused)]
    {
        let platform = Scripted::new(&UNKNOWN, &[Answered(status, delivery)], &[Nothing, There]);
        let imported = platform.importer().import(request(last)).await.unwrap();
        assert_eq!((imported.outcome, platform.sent()), (Outcome::AlreadyThere, 1), "{status}");

        let platform = Scripted::new(&UNKNOWN, &[Answered(status, delivery)], &[Nothing]);
        let error = platform.importer().import(request(last)).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), platform.looked().len()), (status, 2));
    }
    for status in [401, 403, 404, 429] {
        let platform = Scripted::new(&UNKNOWN, &[Answered(status, Delivery::Refused)], &[Nothing, There]);
        let error = platform.importer().import(request(status)).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), platform.looked().len()), (status, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_leaves_the_fate_open_is_never_sent_again_there() {
    for (last, end) in [
        (30, Lost),
        (31, Answered(500, Delivery::Unknown)),
        (32, Answered(408, Delivery::Unknown)),
        (33, Answered(201, Delivery::Accepted)),
    ] {
        let platform = Scripted::new(&UNKNOWN, &[end], &[Nothing]);
        open(platform.importer().import(request(last)).await);
        assert_eq!(platform.sent(), 1, "{last}");
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_that_import_one_number_at_once_send_one_import() {
    // Only after the first import has ended is the number found.
    let platform = Scripted::new(&UNKNOWN, &[Done], &[Nothing, There]);
    let importers = [platform.importer(), platform.importer()];
    let tasks = (0..200).map(|nth| {
        let importer = importers[nth % 2].clone();
        tokio::spawn(async move { importer.import(request(40)).await.unwrap() })
    });
    let mut outcomes = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        let imported = task.await.unwrap();
        assert_eq!(imported.record.id.as_str(), "r1");
        outcomes.push(imported.outcome);
    }
    assert_eq!(platform.sent(), 1);
    assert_eq!(outcomes.iter().filter(|&&outcome| outcome == Outcome::Created).count(), 1);
}

/// Drops an import while its request is under way.
async fn give_up(platform: &Scripted, request: ImportRequest) {
    let importer = platform.importer();
    let mut import = Box::pin(importer.import(request));
    while platform.sent() == 0 {
        assert!(import.as_mut().now_or_never().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_is_dropped_is_looked_for_by_the_next_one() {
    let platform = Scripted::new(&UNKNOWN, &[Hang, Done], &[Nothing, Nothing, Nothing, There]);
    give_up(&platform, request(50)).await;
    // Another importer, built anew: the process remembers.
    let imported = platform.importer().import(request(50)).await.unwrap();
    assert_eq!((imported.outcome, platform.sent()), (Outcome::Recovered, 1));
    assert_eq!(platform.looked(), [0, 0, 500, 1500]);

    let platform = Scripted::new(&UNKNOWN, &[Hang, Done], &[Nothing]);
    give_up(&platform, request(51)).await;
    let imported = platform.importer().import(request(51)).await.unwrap();
    assert_eq!((imported.outcome, platform.sent()), (Outcome::Created, 2));
    assert_eq!(platform.looked().len(), 8, "one before the first; six, and one more, before the second");
}

#[tokio::test(start_paused = true)]
async fn an_open_import_is_looked_for_before_it_is_sent_anew() {
    let platform = Scripted::new(&UNKNOWN, &[Lost, Done], &[Nothing]);
    open(platform.importer().import(request(60)).await);
    assert_eq!(platform.looked().len(), 7);
    assert_eq!(platform.importer().import(request(60)).await.unwrap().outcome, Outcome::Created);
    assert_eq!((platform.looked().len(), platform.sent()), (14, 2));
}

#[tokio::test(start_paused = true)]
async fn other_numbers_do_not_wait() {
    let platform = Scripted::new(&UNKNOWN, &[Hang, Done], &[Nothing]);
    let importer = platform.importer();
    let mut waiting = Box::pin(importer.import(request(70)));
    while platform.sent() == 0 {
        assert!(waiting.as_mut().now_or_never().is_none());
    }
    assert_eq!(platform.importer().import(request(71)).await.unwrap().outcome, Outcome::Created);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_leaves_nothing_open() {
    // Refused for good, or done and then not set up: the next import looks once, as the first did.
    for (last, end) in [(80, Answered(401, Delivery::Refused)), (81, Answered(400, Delivery::Refused)), (82, HalfDone)]
    {
        let platform = Scripted::new(&UNKNOWN, &[end, Done], &[Nothing]);
        platform.importer().import(request(last)).await.unwrap_err();
        let looks = platform.looked().len();
        assert_eq!(platform.importer().import(request(last)).await.unwrap().outcome, Outcome::Created);
        assert_eq!(platform.looked().len(), looks + 1, "{last}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_try_that_is_refused_leaves_the_first_open() {
    let imports = [Lost, Answered(401, Delivery::Refused), Done];
    let platform = Scripted::new(&REFUSES, &imports, &[Nothing]);
    let importer = platform.importer().read_back(ReadBack::default().looks(2));
    open(importer.import(request(90)).await);
    assert_eq!(platform.looked().len(), 5);
    assert_eq!(importer.import(request(90)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(platform.looked().len(), 8, "it is looked for as after a lost answer");
}
