//! A removal is verified by a read of the record, which may lag, and which may be somebody else's by now.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::import::plan::Reroute;
use numport::import::{Desired, Undo, UndoneRecord};
use numport::model::{NumberRecord, Removal};
use numport::{ImportRequest, Importer};
use tokio::time::Instant;

use crate::support::in_memory::{Exchange, NATIVE, number, platform};

const BEFORE: &str = "https://app.example.com/voice";

/// A record that an import created, and its undo.
async fn imported() -> (InMemoryPlatform, Importer, Undo) {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), BEFORE);
    let carrier = exchange.clone();
    platform.on_call(move |call, _| {
        if call == Call::Create {
            carrier.point(number(1), "https://api.vapi.ai/twilio/inbound_call");
        }
    });
    let importer = Importer::new(exchange, platform.clone());
    let undo = importer.import(ImportRequest::new(number(1))).await.unwrap().undo();
    (platform, importer, undo)
}

/// After its first removal, so many reads by id show the record as this makes it.
fn shown_after_removal(platform: &InMemoryPlatform, reads: usize, shows: fn(&mut NumberRecord)) {
    let (shown, removed, left) = (platform.clone(), Mutex::new(None::<NumberRecord>), AtomicUsize::new(reads));
    platform.on_call(move |call, _| {
        let mut removed = removed.lock().unwrap();
        match (call, &*removed) {
            (Call::Remove, None) => *removed = shown.records().pop(),
            (Call::Get, Some(record)) => {
                let is_shown =
                    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
                shown.edit(|records| {
                    records.clear();
                    if is_shown {
                        let mut record = record.clone();
                        shows(&mut record);
                        records.push(record);
                    }
                });
            }
            // The record is gone, and a read shows it all the same.
            (Call::Remove, Some(_)) => shown.edit(Vec::clear),
            _ => {}
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_removal_is_waited_for_at_a_platform_that_shows_it_late() {
    for (reads, waited) in [(0, Some(0)), (1, Some(0)), (2, Some(500)), (5, Some(7_500)), (6, Some(15_500)), (7, None)]
    {
        let (platform, importer, undo) = imported().await;
        shown_after_removal(&platform, reads, |_| {});
        let begun = Instant::now();
        let undone = importer.undo(&undo, Removal::Record).await;
        match waited {
            Some(waited) => {
                assert_eq!(undone.unwrap().record, UndoneRecord::Removed, "{reads}");
                assert_eq!(begun.elapsed(), Duration::from_millis(waited), "{reads}");
            }
            None => {
                let error = undone.unwrap_err();
                assert!(!error.surely_not_done(), "{error:?}");
                assert!(error.report().contains("which is still there"), "{}", error.report());
                assert_eq!(begun.elapsed(), Duration::from_millis(15_500));
            }
        }
        assert_eq!(platform.calls(Call::Remove), if reads == 0 { 1 } else { 2 }, "{reads}");
        // It is not an error for ever.
        assert!(importer.undo(&undo, Removal::Record).await.unwrap().is_complete());
    }
}

/// A number may be the id of its record, and somebody may have imported it again.
#[tokio::test(start_paused = true)]
async fn another_record_under_the_same_id_is_not_removed() {
    for by_plan in [false, true] {
        let (platform, importer, undo) = imported().await;
        shown_after_removal(&platform, usize::MAX, |record| record.label = Some("Theirs".to_owned()));
        if by_plan {
            let away = |_: &_| Some(Reroute::To(BEFORE.into()));
            let plan = importer.plan(&Desired::default()).await.unwrap().retire_extra(Removal::Record, away);
            let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
            assert!(steps[0].outcome.is_failure(), "{steps:?}");
        } else {
            importer.undo(&undo, Removal::Record).await.unwrap_err();
        }
        assert_eq!((platform.calls(Call::Remove), platform.records().len()), (1, 1));
    }
}

/// Also a response that there is nothing to remove may be that to another request.
#[tokio::test(start_paused = true)]
async fn a_removal_that_finds_nothing_is_verified() {
    let (platform, importer, undo) = imported().await;
    platform.script(Call::Remove, [Answer::refused(404)]);
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.record, platform.records().len()), (UndoneRecord::Removed, 0));
    assert_eq!(platform.calls(Call::Remove), 2);
}

/// A request whose response was lost may still arrive, so a record that is there is not said to stay.
#[tokio::test(start_paused = true)]
async fn after_a_lost_response_the_record_tells_whether_it_was_removed() {
    for is_done in [true, false] {
        let (platform, importer, undo) = imported().await;
        platform.script(Call::Remove, [Answer::lost(is_done)]);
        match importer.undo(&undo, Removal::Record).await {
            Ok(undone) => assert!(is_done && undone.record == UndoneRecord::Removed, "{undone}"),
            Err(error) => assert!(!is_done && !error.surely_not_done(), "{error:?}"),
        }
        assert_eq!((platform.calls(Call::Remove), platform.records().len()), (1, usize::from(!is_done)));
    }
}
