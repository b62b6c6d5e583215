//! Imports with a journal that fails, hangs, or knows something else than the process.

use std::time::Duration;

use futures_util::FutureExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::{Delivery, ErrorKind, WithheldReason};
use numport::import::plan::PlanStep;
use numport::journal::JournalFault;
use numport::model::{PlatformKind, Removal};
use numport::platform::Capabilities;
use numport::{Desired, E164, Error, ImportRequest, Importer, Outcome};
use tokio::time::{Instant, advance, timeout};

use super::scripted::UNKNOWN;
use crate::support::in_memory;
use crate::support::journal::{Book, End, Write};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn number() -> E164 {
    "+14155550501".parse().unwrap()
}

fn request() -> ImportRequest {
    ImportRequest::new(number())
}

/// A platform that accepts duplicates, and to which nothing is sent that is not written down.
fn world() -> (InMemoryPlatform, Book, Importer) {
    static CAN: &Capabilities = &UNKNOWN;
    let (platform, book) = (InMemoryPlatform::new(PlatformKind::from_static("journaled"), CAN), Book::default());
    let importer = in_memory::importer(&platform);
    let journaled = importer.journal(book.clone());
    (platform, book, journaled)
}

fn only_if_written(platform: &InMemoryPlatform, book: &Book) {
    let book = book.clone();
    platform.on_call(move |call, number| {
        assert!(call != Call::Create || book.is_unresolved(&number.unwrap()), "it is not written down");
    });
}

/// Whether an import is withheld because an earlier create may still be carried out.
async fn is_too_early(importer: &Importer) -> bool {
    let result = importer.import(request()).await;
    let Err(Error::Withheld(withheld)) = &result else { panic!("{result:?}") };
    matches!(withheld.reason, WithheldReason::Unresolved { .. })
}

#[tokio::test(start_paused = true)]
async fn an_import_dropped_at_any_await_is_finished_by_the_next() {
    for answer in [Answer::Usual, Answer::lost(true), Answer::lost(false), Answer::Never { done: true }] {
        for polls in 1.. {
            let (platform, book, importer) = world();
            only_if_written(&platform, &book);
            platform.script(Call::Create, [answer.clone()]);
            let mut import = Box::pin(importer.import(request()));
            let mut ended = None;
            for _ in 0..polls {
                ended = import.as_mut().now_or_never();
                if ended.is_some() {
                    break;
                }
            }
            drop(import);
            let case = format!("{answer:?}, dropped after {polls} polls");
            let sent = platform.calls(Call::Create);
            advance(2 * MINUTE).await;
            let mut again = importer.import(request()).await;
            if sent == 0 && again.is_err() {
                // It met the answer that was meant for the first.
                advance(2 * MINUTE).await;
                again = importer.import(request()).await;
            }
            let imported = again.unwrap_or_else(|error| panic!("{case}: {error}"));
            assert_eq!(platform.records().len(), 1, "{case}");
            // Of one that was carried out no other is sent. A usual one that is dropped is not carried out.
            let is_done = matches!(answer, Answer::Never { done: true } | Answer::Fails { done: true, .. });
            assert!(platform.calls(Call::Create) == 1 || !is_done && platform.calls(Call::Create) == 2, "{case}");
            // Or it was settled, and then only a history tells of it.
            let settled = book.page(&number(), |page| page.settled[0].undo.clone()).expect("it has changed something");
            assert!(settled.created, "{case}: {:?}", imported.outcome);
            assert!(!book.is_unresolved(&number()), "{case}");
            // One that waits for a response, or for the next lookup, does so forever while nobody lets the time pass.
            if ended.is_some() || polls > 60 {
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_that_a_journal_could_not_write() {
    for (write, fault) in [(Write::Lock, JournalFault::Unreachable), (Write::Sending, JournalFault::Full)] {
        let (platform, book, importer) = world();
        book.always(write, End::Fails(fault));
        let error = importer.import(request()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Journal, true), "{error}");
        assert_eq!((error.surely_not_done(), platform.calls(Call::Create)), (true, 0));
        book.always(write, End::Never);
        let begun = Instant::now();
        let error = timeout(DAY, importer.import(request())).await.expect("it ends").unwrap_err();
        assert_eq!((error.surely_not_done(), platform.calls(Call::Create)), (true, 0), "{error}");
        assert_eq!(begun.elapsed(), 10 * MINUTE);
        book.always(write, End::Usual);
        assert_eq!(importer.import(request()).await.unwrap().outcome, Outcome::Created);
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_that_a_journal_cannot_write_is_told_and_found_by_the_next() {
    for end in [End::Fails(JournalFault::Full), End::Never] {
        let (platform, book, importer) = world();
        book.always(Write::Settle, end);
        let ended = timeout(DAY, importer.import(request())).await.expect("a journal that hangs is not waited for");
        assert_eq!(ended.unwrap().outcome, Outcome::Created);
        assert!(book.is_unresolved(&number()));
        book.always(Write::Settle, End::Usual);
        let imported = importer.import(request()).await.unwrap();
        assert_eq!((imported.outcome, imported.undo().created), (Outcome::Recovered, true));
        assert!(!book.is_unresolved(&number()));
        assert_eq!(platform.calls(Call::Create), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_one_journal_knows_is_not_forgotten_because_another_does_not() {
    let (platform, _, importer) = world();
    platform.script(Call::Create, [Answer::lost(false)]);
    importer.import(request()).await.unwrap_err();
    let another = importer.clone().journal(Book::default());
    assert!(is_too_early(&another).await);
    assert_eq!(platform.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_without_the_journal_is_not_taken_for_what_it_knows() {
    let (platform, book, importer) = world();
    platform.script(Call::Create, vec![Answer::lost(false); 2]);
    importer.import(request()).await.unwrap_err();
    advance(2 * MINUTE).await;
    let without = in_memory::importer(&platform);
    without.import(request()).await.unwrap_err();
    assert_eq!(platform.calls(Call::Create), 2);
    assert!(is_too_early(&importer).await, "the second was sent a moment ago");
    advance(2 * MINUTE).await;
    assert_eq!(importer.import(request()).await.unwrap().outcome, Outcome::Created);
    assert!(!book.is_unresolved(&number()));
}

/// Also if each request has an importer of its own.
#[tokio::test(start_paused = true)]
async fn what_another_process_has_resolved_is_forgotten() {
    for is_another in [false, true] {
        let (platform, book, importer) = world();
        platform.script(Call::Create, [Answer::lost(false)]);
        importer.import(request()).await.unwrap_err();
        platform.insert(number());
        book.page(&number(), |page| (page.unresolved, page.changed) = (None, Some(Instant::now())));
        let importer = if is_another { in_memory::importer(&platform).journal(book.clone()) } else { importer };
        let imported = importer.import(request()).await.unwrap();
        assert_eq!((imported.outcome, imported.undo().created), (Outcome::AlreadyThere, false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_forward_does_not_shorten_the_wait() {
    let (platform, book, importer) = world();
    platform.script(Call::Create, [Answer::lost(false)]);
    importer.import(request()).await.unwrap_err();
    book.page(&number(), |page| {
        let (_, at) = page.unresolved.as_mut().unwrap();
        *at -= Duration::from_secs(3600);
    });
    assert!(is_too_early(&importer).await);
}

#[tokio::test(start_paused = true)]
async fn an_old_import_that_was_sent_again_lately_does_not_expire() {
    for has_journal in [true, false] {
        let (platform, _, journaled) = world();
        let importer = if has_journal { journaled } else { in_memory::importer(&platform) };
        platform.script(Call::Create, vec![Answer::lost(false); 2]);
        importer.import(request()).await.unwrap_err();
        advance(DAY - MINUTE).await;
        importer.import(request()).await.unwrap_err();
        advance(MINUTE).await;
        assert_eq!(platform.calls(Call::Create), 2);
        assert!(is_too_early(&importer).await, "the last one was sent a minute ago");
        advance(2 * MINUTE).await;
        assert_eq!(importer.import(request()).await.unwrap().outcome, Outcome::Created);
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_is_imported_again_at_once_after_its_import_was_undone() {
    let (platform, book, importer) = world();
    let undo = importer.import(request()).await.unwrap().undo();
    assert!(book.page(&number(), |page| page.created.is_some()));
    let undone = importer.undo_unverified(&undo, Removal::Record).await.unwrap();
    assert!(undone.is_complete() && platform.records().is_empty(), "{undone}");
    let again = importer.import(request()).await.unwrap();
    assert_eq!(again.outcome, Outcome::Created);
    // Long after, when the journal has forgotten that it was created.
    book.page(&number(), |page| (page.created, page.changed) = (None, None));
    advance(20 * MINUTE).await;
    let undone = importer.undo_unverified(&again.undo(), Removal::Record).await.unwrap();
    assert!(undone.is_complete(), "{undone}");
    assert!(platform.records().is_empty());
    assert!(book.page(&number(), |page| page.changed.is_some()), "others believe no older list");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_another_process_has_removed_is_not_waited_for() {
    let (platform, book, importer) = world();
    importer.import(request()).await.unwrap();
    advance(MINUTE).await;
    platform.edit(Vec::clear);
    book.page(&number(), |page| (page.created, page.changed) = (None, Some(Instant::now())));
    assert_eq!(importer.import(request()).await.unwrap().outcome, Outcome::Created);
}

#[tokio::test(start_paused = true)]
async fn a_removal_by_another_process_is_believed_by_a_plan() {
    let (platform, book, importer) = world();
    importer.import(request()).await.unwrap();
    advance(MINUTE).await;
    platform.edit(Vec::clear);
    let desired = Desired::from_iter([request()]);
    let plan = importer.plan(&desired).await.unwrap();
    assert!(matches!(plan.steps[0], PlanStep::Blocked { .. }), "nobody says that it was removed: {plan}");
    book.page(&number(), |page| (page.created, page.changed) = (None, Some(Instant::now())));
    let plan = importer.plan(&desired).await.unwrap();
    assert!(matches!(plan.steps[0], PlanStep::Import { .. }), "{plan}");
}

/// Another process with the second journal has updated the record, which that journal never named.
#[tokio::test(start_paused = true)]
async fn a_record_that_another_journal_knew_is_not_forgotten_because_this_one_does_not_name_it() {
    let (platform, _, importer) = world();
    importer.import(request()).await.unwrap();
    advance(MINUTE).await;
    platform.edit(Vec::clear);
    let second = Book::default();
    second.page(&number(), |page| page.changed = Some(Instant::now()));
    let error = in_memory::importer(&platform).journal(second).import(request()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Withheld(why) if matches!(why.reason, WithheldReason::NotListed { .. })),
        "{error}"
    );
    assert_eq!(platform.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_no_journal_knew_is_not_forgotten_because_the_journal_does_not_name_it() {
    let (platform, book, importer) = world();
    in_memory::importer(&platform).import(request()).await.unwrap();
    advance(MINUTE).await;
    platform.edit(Vec::clear);
    // Another process has updated the record, or removed an earlier one.
    book.page(&number(), |page| page.changed = Some(Instant::now()));
    let error = importer.import(request()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Withheld(why) if matches!(why.reason, WithheldReason::NotListed { .. })),
        "{error}"
    );
    assert_eq!(platform.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_another_process_works_on_is_waited_for_and_then_refused() {
    let (platform, book, importer) = world();
    let importer = importer.lock_timeout(Duration::from_secs(5));
    let held = book.clone();
    let account = numport::VoicePlatform::account(&platform);
    let key = numport::journal::Key::new(PlatformKind::from_static("journaled"), account, number());
    let lease = numport::journal::Journal::lock(&held, &key, Duration::ZERO).await.unwrap().unwrap();
    let begun = Instant::now();
    let error = importer.import(request()).await.unwrap_err();
    let Error::Withheld(withheld) = &error else { panic!("{error:?}") };
    assert_eq!(withheld.reason, WithheldReason::Locked { waited: Duration::from_secs(5) });
    assert_eq!((begun.elapsed(), platform.calls(Call::Create)), (Duration::from_secs(5), 0));
    drop(lease);
    assert_eq!(importer.import(request()).await.unwrap().outcome, Outcome::Created);
}

#[tokio::test(start_paused = true)]
async fn other_processes_learn_that_a_record_may_be_somebody_elses() {
    let (platform, book, importer) = world();
    platform.script(Call::Create, [Answer::Fails { status: Some(409), delivery: Delivery::Refused, done: false }]);
    let error = importer.import(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
    let (unresolved, _) = book.page(&number(), |page| page.unresolved.clone()).expect("it may still be found");
    assert!(unresolved.creates && unresolved.taken);
    // The next create counts again, and its result is unknown.
    platform.script(Call::Create, [Answer::lost(false)]);
    importer.import(request()).await.unwrap_err();
    let (unresolved, _) = book.page(&number(), |page| page.unresolved.clone()).expect("nobody knows its result");
    assert!(!unresolved.taken);
    assert!(is_too_early(&importer).await);
}
