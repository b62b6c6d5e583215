//! Imports that are verified together: when it happens, what continues meanwhile, and an import that is dropped before
//! it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use numport::conformance::{Call, InMemoryPlatform};
use numport::import::{BulkItem, BulkOutcome, Restored};
use numport::model::{Finding, PlatformKind, Reached};
use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support, Takeover};
use numport::{E164, ImportRequest, Imported, Importer, Outcome};
use tokio::time::{Instant, timeout};

use crate::support::carrier::{Asked, Carrier, End};
use crate::support::unresolved;

pub(crate) const HERE: &str = "https://api.vapi.ai/twilio/inbound_call";
pub(crate) const BEFORE: &str = "https://before.example.com/voice";

pub(crate) static TAKES_OVER: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_label(Support::FULL, None)
    .with_agent(Support::FULL)
    .with_takeover(Takeover::AtImport);

/// A number of this test. Carriers learn of all imports of the process, and other tests have their own numbers.
pub(crate) fn number(last: usize) -> E164 {
    static BLOCKS: AtomicUsize = AtomicUsize::new(2_000_000);
    thread_local! {
        static BLOCK: usize = BLOCKS.fetch_add(1000, Ordering::Relaxed);
    }
    format!("+1212{}", BLOCK.with(|block| block + last)).parse().unwrap()
}

pub(crate) fn request(last: usize) -> ImportRequest {
    ImportRequest::new(number(last))
}

/// A platform that takes over the calls of a number that it creates.
pub(crate) fn taking_over(carrier: &Carrier) -> InMemoryPlatform {
    let platform = InMemoryPlatform::new(PlatformKind::VAPI, &TAKES_OVER);
    let carrier = carrier.clone();
    platform.on_call(move |call, number| {
        if let (Call::Create, Some(number)) = (call, number) {
            carrier.reroute(number, HERE);
        }
    });
    platform
}

/// A carrier with this many numbers, and a platform that takes them over.
pub(crate) fn world(numbers: usize) -> (Carrier, InMemoryPlatform, Importer) {
    let carrier = Carrier::new("carrier");
    (0..numbers).for_each(|last| carrier.hold(number(last), BEFORE));
    let platform = taking_over(&carrier);
    let importer = Importer::new(carrier.clone(), platform.clone());
    (carrier, platform, importer)
}

pub(crate) fn imported(item: &BulkItem) -> &Imported {
    match &item.outcome {
        BulkOutcome::Imported(imported) => imported,
        other => panic!("{other:?}"),
    }
}

/// The carrier's lists, except the one before the creates.
fn verifications(carrier: &Carrier) -> usize {
    carrier.count(Asked::List) - 1
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_verified_by_one_list_when_it_is_full_or_the_input_ends() {
    let (carrier, _, importer) = world(250);
    let start = Instant::now();
    let items: Vec<_> = importer.import_many((0..250).map(request)).collect().await;
    assert_eq!((verifications(&carrier), carrier.count(Asked::Snapshot), carrier.count(Asked::Lookup)), (3, 0, 0));
    assert_eq!(start.elapsed(), Duration::ZERO, "nobody waits for others that do not come");
    for item in &items {
        let imported = imported(item);
        assert_eq!((imported.outcome, imported.reached), (Outcome::Created, Reached::Platform));
        let before = imported.routing_before.as_ref().unwrap();
        assert_eq!((before.settings["voice_url"].as_str(), before.replaced_by.is_some()), (BEFORE, true));
        assert_eq!([*imported.number(), before.number], [number(item.index); 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_waits_two_seconds_for_others() {
    let (_, platform, importer) = world(3);
    let slow = platform.clone();
    let input = stream::iter(0..3).inspect(move |last| {
        if *last == 1 {
            slow.create_takes(Duration::from_secs(30));
        }
    });
    // The second begins once the first is created.
    let mut items = importer.concurrency(1).import_many(input.map(request));
    let start = Instant::now();
    assert_eq!(items.next().await.unwrap().index, 0);
    assert_eq!(start.elapsed(), Duration::from_secs(2));
    assert_eq!(items.next().await.unwrap().index, 1);
    assert_eq!(start.elapsed(), Duration::from_secs(30 + 2), "also after an earlier batch");
    assert_eq!(items.next().await.unwrap().index, 2);
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn immediate_items_do_not_delay_a_verification() {
    let (_, platform, importer) = world(1);
    // Endless: every further request is a duplicate.
    let mut items = importer.concurrency(2).import_many(stream::repeat(()).map(|()| request(0)));
    let mut since_the_create = 0;
    while !matches!(items.next().await.unwrap().outcome, BulkOutcome::Imported(_)) {
        since_the_create += platform.calls(Call::Create);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(since_the_create < 30, "it waits for ever");
    }
}

#[tokio::test(start_paused = true)]
async fn an_input_that_waits_for_results_does_not_deadlock() {
    let (_, _, importer) = world(5);
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    let receive = stream::unfold(receive, |mut receive| async move { Some((receive.recv().await?, receive)) });
    let mut items = importer.import_many(receive);
    let start = Instant::now();
    for last in 0..5 {
        send.send(request(last)).unwrap();
        assert_eq!(items.next().await.unwrap().index, last);
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn creates_continue_while_verifications_hang_up_to_a_limit() {
    for concurrency in [1, 16] {
        let (carrier, platform, importer) = world(1000);
        let takes = carrier.clone();
        platform.on_call(move |call, number| {
            if let (Call::Create, Some(number)) = (call, number) {
                takes.always(Asked::List, End::Never);
                takes.always(Asked::Snapshot, End::Never);
                takes.reroute(number, HERE);
            }
        });
        let mut items = importer.clone().concurrency(concurrency).import_many((0..1000).map(request));
        let start = Instant::now();
        assert!(timeout(Duration::from_secs(60), items.next()).await.is_err());
        assert_eq!(verifications(&carrier), 2);
        assert_eq!(platform.calls(Call::Create), 300 + concurrency, "two batches hang, the third is full");
        assert_eq!(unresolved(&importer).await.len(), 300 + concurrency, "until they are verified");
        // It does not hang forever.
        let items: Vec<_> = items.collect().await;
        assert_eq!(items.len(), 1000);
        assert!(start.elapsed() < Duration::from_secs(2 * 3600), "each batch has as long as one import");
        let is_told = |finding: &Finding| matches!(finding, Finding::VerificationFailed { .. });
        assert!(items.iter().all(|item| imported(item).findings.iter().any(is_told)));
        assert!(unresolved(&importer).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_verification_is_a_finding() {
    for status in [401, 429, 500] {
        let (carrier, platform, importer) = world(3);
        let refusing = carrier.clone();
        platform.on_call(move |call, _| {
            if call == Call::Create {
                refusing.always(Asked::List, End::Refused(status));
                refusing.always(Asked::Snapshot, End::Refused(status));
            }
        });
        let items: Vec<_> = importer.clone().concurrency(1).import_many((0..3).map(request)).collect().await;
        for item in &items {
            let imported = imported(item);
            let [Finding::VerificationFailed { reason }] = imported.findings.as_slice() else { panic!("{imported:?}") };
            assert!(reason.contains(&status.to_string()), "{reason}");
            assert_eq!((imported.outcome, item.outcome.is_failure()), (Outcome::Created, false));
            assert!(imported.routing_before.as_ref().unwrap().replaced_by.is_none());
        }
        assert!(unresolved(&importer).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_dropped_before_its_verification_is_recovered_with_its_routing() {
    let (carrier, platform, importer) = world(3);
    platform.create_takes(Duration::from_secs(1));
    let endless = stream::iter((0..2).map(request)).chain(stream::pending());
    let slow = platform.clone();
    carrier.always(Asked::List, End::After(Duration::from_millis(1)));
    let mut items = importer.import_many(endless);
    // Created, and the verification has begun.
    let hanging = carrier.clone();
    let late = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        hanging.always(Asked::List, End::Never);
        hanging.always(Asked::Snapshot, End::Never);
        tokio::time::sleep(Duration::from_secs(5)).await;
    };
    tokio::select! { item = items.next() => panic!("{item:?}"), () = late => {} }
    assert_eq!(platform.calls(Call::Create), 2);
    drop(items);
    slow.create_takes(Duration::ZERO);
    carrier.always(Asked::List, End::Usual);
    carrier.always(Asked::Snapshot, End::Usual);
    assert_eq!(unresolved(&importer).await, [number(0), number(1)]);

    for again in importer.import_many((0..2).map(request)).collect::<Vec<_>>().await {
        let imported = imported(&again);
        assert_eq!(imported.outcome, Outcome::Recovered);
        let before = imported.routing_before.as_ref().unwrap();
        assert_eq!((before.settings["voice_url"].as_str(), before.replaced_by.is_some()), (BEFORE, true));
        assert!(matches!(importer.restore(before).await.unwrap(), Restored::PutBack(_)));
    }
    assert_eq!(platform.calls(Call::Create), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_lags_behind_the_creates_is_not_trusted() {
    let (carrier, platform, importer) = world(20);
    carrier.always(Asked::List, End::Stale);
    let items: Vec<_> = importer.import_many((0..20).map(request)).collect().await;
    for item in &items {
        let imported = imported(item);
        assert_eq!((imported.reached, imported.findings.as_slice()), (Reached::Platform, &[][..]));
        let restored = importer.restore(imported.routing_before.as_ref().unwrap()).await.unwrap();
        assert!(matches!(restored, Restored::PutBack(_)), "{restored}");
    }
    assert_eq!((platform.calls(Call::Create), carrier.count(Asked::Lookup)), (20, 0));
}

#[tokio::test(start_paused = true)]
async fn each_number_gets_its_own_routing_whichever_is_read_first() {
    let (carrier, platform, importer) = world(20);
    let address = |number: E164| format!("{HERE}/{}", number.digits());
    let takes = carrier.clone();
    platform.on_call(move |call, number| {
        if let (Call::Create, Some(number)) = (call, number) {
            takes.reroute(number, &address(number));
        }
    });
    // The list lags, so that each is read alone; the first takes longest.
    carrier.always(Asked::List, End::Stale);
    (0..20).for_each(|last| carrier.snapshot_takes(number(last), Duration::from_secs(20 - last as u64)));
    let items: Vec<_> = importer.import_many((0..20).map(request)).collect().await;
    assert_eq!(carrier.count(Asked::Snapshot), 20);
    for item in &items {
        let replaced = imported(item).routing_before.as_ref().unwrap().replaced_by.as_ref().unwrap();
        assert_eq!(replaced["voice_url"], address(number(item.index)));
    }
}

#[tokio::test(start_paused = true)]
async fn calls_taken_by_another_platform_before_the_verification_are_a_finding() {
    let (carrier, platform, importer) = world(2);
    let others = "https://api.elevenlabs.io/twilio/inbound_call";
    let takes = carrier.clone();
    platform.on_call(move |call, number| {
        if let (Call::Create, Some(number)) = (call, number) {
            takes.reroute(number, others);
        }
    });
    for item in importer.import_many((0..2).map(request)).collect::<Vec<_>>().await {
        let imported = imported(&item);
        assert_eq!(imported.reached, Reached::Elsewhere);
        assert!(matches!(imported.findings.as_slice(), [Finding::NotTakenOver { .. }]), "{:?}", imported.findings);
        let restored = importer.restore(imported.routing_before.as_ref().unwrap()).await.unwrap();
        assert!(matches!(restored, Restored::Kept { .. }), "{restored}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_finished_run_can_be_polled_again() {
    let (_, _, importer) = world(1);
    let mut items = importer.import_many([request(0)]);
    assert!(items.next().await.is_some());
    assert!(items.next().await.is_none());
    assert!(items.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_not_polled_for_a_while_continues() {
    let (_, platform, importer) = world(300);
    let mut items = importer.import_many((0..300).map(request));
    let mut count = 0;
    while let Some(item) = items.next().await {
        assert_eq!(imported(&item).outcome, Outcome::Created);
        count += 1;
        if count % 100 == 1 {
            tokio::time::sleep(Duration::from_secs(180)).await;
        }
    }
    assert_eq!((count, platform.calls(Call::Create)), (300, 300));
    assert!(unresolved(&importer).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_import_of_a_number_that_waits_in_a_run_ends() {
    let (_, platform, importer) = world(2);
    let count = Arc::new(AtomicUsize::new(0));
    let input = stream::iter([request(0), request(1), request(0)]);
    let mut items = importer.import_many(input);
    while let Some(item) = items.next().await {
        if matches!(item.outcome, BulkOutcome::Duplicate { .. }) {
            // The first is not verified yet, and cannot be while this loop waits.
            let error = importer.import(request(0)).await.unwrap_err();
            assert!(matches!(error, numport::Error::Withheld(_)), "{error:?}");
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
    assert_eq!((count.load(Ordering::Relaxed), platform.calls(Call::Create)), (1, 2));
}

const CHILD: &str = "NUMPORT_TEST_IMPORTS_VERY_MANY";

/// Not a test of its own: the next test runs it in a process of its own, because it fills the memory of the process.
#[tokio::test(start_paused = true)]
async fn imports_very_many_if_the_environment_says_so() {
    if std::env::var(CHILD).is_err() {
        return;
    }
    let (_, platform, importer) = world(10_600);
    platform.create_takes(Duration::from_secs(1));
    let items: Vec<_> = importer.concurrency(10_000).import_many((0..10_600).map(request)).collect().await;
    assert!(items.iter().all(|item| imported(item).outcome == Outcome::Created));
}

#[test]
fn started_imports_stay_within_the_limit_of_unresolved_ones() {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let ended = child
        .args(["--exact", "import::batches::imports_very_many_if_the_environment_says_so"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}
