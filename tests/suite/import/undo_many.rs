//! Rolling back many imports as a stream.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use numport::conformance::{Answer, Call};
use numport::error::Failure;
use numport::import::{Progress, Stays, Undo, UndoOutcome, UndoneItem, UndoneRecord};
use numport::model::Removal;
use numport::{ImportRequest, Importer};

use crate::support::in_memory::{Exchange, NATIVE, number, platform, request};

async fn imported(importer: &Importer, count: usize) -> Vec<Undo> {
    let mut undos = Vec::new();
    for last in 0..count {
        undos.push(importer.import(request(last)).await.unwrap().undo());
    }
    undos
}

/// A carrier that holds so many numbers, whose calls go elsewhere.
fn exchange(numbers: usize) -> Exchange {
    let exchange = Exchange::default();
    (0..numbers).for_each(|last| exchange.point(number(last), "https://api.retellai.com/voice"));
    exchange
}

fn code(items: &[UndoneItem], index: usize) -> &'static str {
    items.iter().find(|item| item.index == index).unwrap().outcome.code()
}

#[tokio::test(start_paused = true)]
async fn each_is_undone_whatever_became_of_the_others() {
    let (exchange, platform) = (exchange(5), platform(&NATIVE, 0));
    let importer = Importer::new(exchange, platform.clone()).inbound_address("https://api.vapi.ai/in");
    let mut undos = imported(&importer, 5).await;
    // One is not of this account, one was put to use by somebody else, and one is gone.
    undos[1].account = numport::model::AccountId::new("another");
    platform.edit(|records| records[2].label = Some("Theirs".to_owned()));
    importer.platform().remove(&undos[3].id, Removal::Record).await.unwrap();
    importer.forget_created(&number(3)).await.expect("no journal");

    let items: Vec<_> = importer.undo_many(stream::iter(undos.clone()), Removal::Record).collect().await;
    let codes: Vec<_> = (0..5).map(|index| code(&items, index)).collect();
    assert_eq!(codes, ["undone", "refused", "partly_undone", "undone", "undone"]);
    assert_eq!(platform.records().len(), 2);
    let mut progress = Progress::default();
    items.iter().for_each(|item| progress.add(item));
    assert_eq!((progress.done(), progress.failed(), progress.of("undone")), (5, 2, 3));
    let stays = items.iter().find(|item| item.index == 2).unwrap();
    assert!(
        matches!(&stays.outcome, UndoOutcome::Undone(undone) if matches!(undone.record, UndoneRecord::Stays(Stays::Changed(_))))
    );

    // Again, from anything iterable.
    let items: Vec<_> = importer.undo_many(undos, Removal::Record).collect().await;
    assert_eq!((code(&items, 0), code(&items, 2), items.len()), ("undone", "partly_undone", 5));
}

#[tokio::test(start_paused = true)]
async fn as_many_run_concurrently_as_the_importer_says() {
    let platform = platform(&NATIVE, 0);
    let importer = Importer::new(exchange(9), platform.clone()).concurrency(3).deadline(Duration::from_secs(5));
    let undos = imported(&importer, 9).await;
    platform.always(Call::Get, Answer::Never { done: false });
    let before = platform.calls(Call::Get);
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    let input = stream::iter(undos).inspect(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let mut items = importer.undo_many(input, Removal::Record);
    for _ in 0..10 {
        assert!(items.next().now_or_never().is_none());
    }
    assert_eq!((platform.calls(Call::Get) - before, read.load(Ordering::SeqCst)), (3, 3));
    // Each has a deadline of its own, and none ends another.
    let items: Vec<_> = items.collect().await;
    assert_eq!(items.len(), 9);
    assert!(
        items
            .iter()
            .all(|item| matches!(&item.outcome, UndoOutcome::Failed(late) if late.failure() == Failure::Failed))
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_key_the_rest_is_not_attempted() {
    let platform = platform(&NATIVE, 0);
    let importer = Importer::new(exchange(4), platform.clone()).concurrency(1);
    let undos = imported(&importer, 4).await;
    // The first undo reads its record three times: before all, right before the removal, and after it.
    platform.script(Call::Get, [Answer::Usual, Answer::Usual, Answer::Usual, Answer::refused(401)]);
    let items: Vec<_> = importer.undo_many(undos, Removal::Record).collect().await;
    let codes: Vec<_> = items.iter().map(|item| item.outcome.code()).collect();
    assert_eq!(codes, ["undone", "refused", "not_attempted", "not_attempted"]);
    assert_eq!(items[3].report(), "+14155570003 not attempted: the credentials were refused earlier in this run");
    assert_eq!((items[0].reason(), items[0].advice()), (None, None));
    let UndoOutcome::Failed(error) = &items[1].outcome else { panic!("{items:?}") };
    assert!(items[1].reason().unwrap().contains("401"), "{:?}", items[1].reason());
    assert_eq!(items[1].advice(), Some(error.advice()));
    assert_eq!(items[3].reason().as_deref(), Some("the credentials were refused earlier in this run"));
    assert_eq!(items[3].advice().as_deref(), Some("Correct the credentials, then run it again."));
}

#[tokio::test(start_paused = true)]
async fn undos_of_one_number_run_in_the_order_of_the_input() {
    let platform = platform(&NATIVE, 0);
    let importer = Importer::new(exchange(1), platform.clone());
    let mut undos = Vec::new();
    for label in ["A", "B", "C"] {
        undos.push(importer.import(ImportRequest::new(number(0)).label(label)).await.unwrap().undo());
    }
    undos.reverse();
    let labels = Arc::new(Mutex::new(Vec::new()));
    let (seen, kept) = (labels.clone(), platform.clone());
    platform.on_call(move |call, _| {
        if matches!(call, Call::Update | Call::Remove) {
            seen.lock().unwrap().push(kept.records()[0].label.clone().unwrap());
        }
    });
    let items: Vec<_> = importer.undo_many(undos, Removal::Record).collect().await;
    assert!(items.iter().all(|item| item.outcome.code() == "undone"), "{items:?}");
    assert_eq!(*labels.lock().unwrap(), ["C", "B", "A"]);
    assert!(platform.records().is_empty());
}
