//! `Importer::import_many`: its requests to the platform, items that need none, and what ends a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use numport::conformance::{Answer, Call};
use numport::import::{BulkItem, BulkOutcome, Field, UndoneRecord};
use numport::model::{PlatformKind, Removal};
use numport::sandbox::Sandbox;
use numport::{Importer, LookupPolicy, Outcome, Twilio, Vapi};

use crate::support::in_memory::{
    NATIVE, THROUGH_LIST, importer, number, platform, records_of, refuse_creates_after, request,
};

async fn all(items: impl stream::Stream<Item = BulkItem>) -> Vec<BulkItem> {
    let mut items: Vec<_> = items.collect().await;
    items.sort_by_key(|item| item.index);
    items
}

fn words(items: &[BulkItem]) -> Vec<&'static str> {
    items.iter().map(|item| item.outcome.code()).collect()
}

#[tokio::test]
async fn debug_of_clients_importers_and_records_is_one_short_line() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (twilio, vapi) = (Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let mut shown = vec![format!("{twilio:?}"), format!("{vapi:?}"), format!("{:?}", vapi.http())];
    let importer = Importer::new(twilio, vapi);
    shown.push(format!("{importer:?}"));
    for shown in &shown {
        assert!(shown.len() < 200 && shown.contains("localhost") | shown.contains("127.0.0.1"), "{shown}");
    }
    let number = *sandbox.twilio().held_numbers().first().unwrap();
    let imported = importer.import(numport::ImportRequest::new(number)).await.unwrap();
    assert!(format!("{:?}", imported.record).contains("details: Details(..)"));
}

#[tokio::test(start_paused = true)]
async fn a_vec_an_iterator_and_a_stream_are_inputs() {
    let platform = platform(&NATIVE, 0);
    let importer = importer(&platform);
    let requests = || vec![request(1), request(2)];
    assert_eq!(words(&all(importer.import_many(requests())).await), ["created"; 2]);
    assert_eq!(words(&all(importer.import_many((1..=2).map(request))).await), ["already_there"; 2]);
    assert_eq!(words(&all(importer.import_many(stream::iter(requests()))).await), ["already_there"; 2]);
}

#[tokio::test(start_paused = true)]
async fn many_numbers_take_one_list_and_one_import_each() {
    for can in [&NATIVE, &THROUGH_LIST] {
        let platform = platform(can, 40);
        let requests: Vec<_> = (20..320).map(|last| request(last).label("Desk")).collect();
        let items = all(importer(&platform).import_many(stream::iter(requests))).await;
        assert_eq!(words(&items[..21])[19..], ["updated", "created"]);
        assert_eq!((platform.calls(Call::List), platform.calls(Call::Find)), (1, 0));
        assert_eq!(
            (platform.calls(Call::Create), platform.calls(Call::Update)),
            (280, 20),
            "what is there is brought to what is asked"
        );
        assert!(platform.records()[20..].iter().all(|record| record.label.as_deref() == Some("Desk")));
    }
}

#[tokio::test(start_paused = true)]
async fn one_number_is_looked_up_if_the_platform_can() {
    for (can, lists, finds) in [(&NATIVE, 0, 1), (&THROUGH_LIST, 1, 0)] {
        let platform = platform(can, 40);
        let items = all(importer(&platform).import_many(stream::iter([request(7)]))).await;
        assert_eq!(words(&items), ["already_there"]);
        assert_eq!(
            (platform.calls(Call::List), platform.calls(Call::Find), platform.calls(Call::Create)),
            (lists, finds, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_takes_more_requests_than_lookups_is_abandoned() {
    let platform = platform(&NATIVE, 5_000);
    let items = all(importer(&platform).concurrency(1).import_many(stream::iter((0..5).map(request)))).await;
    assert_eq!(words(&items), ["already_there"; 5]);
    assert_eq!((platform.calls(Call::List), platform.calls(Call::Find)), (1, 5));
    assert_eq!(platform.records_listed(), 500, "as many as five requests bring, and no page more");
}

#[tokio::test(start_paused = true)]
async fn an_input_of_unknown_length_is_looked_up_until_a_list_pays_off() {
    let platform = platform(&NATIVE, 500);
    let late = stream::once(async {
        tokio::time::sleep(Duration::from_secs(61)).await;
        400
    });
    let unknown = stream::iter(0..400).chain(late).filter(|_| async { true }).map(request);
    let items = all(importer(&platform).concurrency(1).import_many(unknown)).await;
    assert_eq!(words(&items), ["already_there"; 401]);
    // Two abandoned lists at 200 and 400 records, then the complete one. It pays off for no single number afterwards.
    assert_eq!(
        (platform.calls(Call::Find), platform.calls(Call::List), platform.records_listed()),
        (8 + 1, 3, 200 + 400 + 500)
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_is_not_read_again_for_the_few_numbers_that_are_left() {
    let platform = platform(&NATIVE, 2_000);
    let input = stream::iter(0..40).then(|last| async move {
        if last == 35 {
            tokio::time::sleep(Duration::from_secs(61)).await;
        }
        request(last)
    });
    let items = all(importer(&platform).concurrency(1).import_many(input)).await;
    assert_eq!(words(&items), ["already_there"; 40]);
    assert_eq!((platform.calls(Call::List), platform.calls(Call::Find)), (1, 5));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_a_long_list_shows_and_is_not_kept_is_looked_up() {
    let platform = platform(&NATIVE, 0);
    for nth in 0..19_850 {
        platform.insert(format!("+1205{:07}", 2_000_000 + nth).parse::<numport::E164>().unwrap());
    }
    (0..250).for_each(|last| drop(platform.insert(number(last))));
    let items = all(importer(&platform).import_many((0..250).map(request))).await;
    assert_eq!(words(&items), ["already_there"; 250]);
    // 20,000 are kept.
    assert_eq!((platform.calls(Call::List), platform.calls(Call::Find)), (1, 100));
}

#[tokio::test(start_paused = true)]
async fn a_list_is_trusted_for_a_minute() {
    let platform = platform(&NATIVE, 0);
    let late = {
        let platform = platform.clone();
        stream::once(async move {
            // Another machine imports the number meanwhile.
            platform.insert(number(2));
            tokio::time::sleep(Duration::from_secs(61)).await;
            request(2)
        })
    };
    let input = stream::iter([request(0), request(1)]).chain(late);
    let items = all(importer(&platform).concurrency(1).import_many(input)).await;
    assert_eq!(words(&items), ["created", "created", "already_there"]);
    assert_eq!(records_of(&platform, &number(2)), 1);
}

#[tokio::test(start_paused = true)]
async fn the_age_of_a_list_counts_from_its_beginning() {
    let platform = platform(&NATIVE, 0);
    platform.list_takes(Duration::from_secs(40));
    let late = {
        let platform = platform.clone();
        stream::once(async move {
            platform.insert(number(2));
            tokio::time::sleep(Duration::from_secs(30)).await;
            request(2)
        })
    };
    let input = stream::iter([request(0), request(1)]).chain(late);
    let items = all(importer(&platform).concurrency(1).import_many(input)).await;
    assert_eq!(words(&items), ["created", "created", "already_there"]);
    assert_eq!(records_of(&platform, &number(2)), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_slow_endless_or_refused_is_read_once() {
    for (takes, answer) in [(6, Answer::Usual), (0, Answer::Never { done: false }), (0, Answer::refused(403))] {
        let platform = platform(&NATIVE, 0);
        platform.list_takes(Duration::from_secs(takes));
        platform.always(Call::List, answer);
        let importer = importer(&platform).list_age(Duration::from_secs(5)).concurrency(4);
        let items = all(importer.import_many((0..40).map(request))).await;
        assert_eq!(words(&items), ["created"; 40]);
        assert_eq!((platform.calls(Call::List), platform.calls(Call::Find)), (1, 40));
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_list_covers_running_and_later_imports() {
    for (can, at_once) in [(&NATIVE, 1), (&NATIVE, 4), (&THROUGH_LIST, 1), (&THROUGH_LIST, 4)] {
        let platform = platform(can, 12);
        let input = stream::iter(0..12).then(|last| async move {
            if last == 2 {
                tokio::time::sleep(Duration::from_secs(61)).await;
            }
            request(last)
        });
        let items = all(importer(&platform).concurrency(at_once).import_many(input)).await;
        assert_eq!(words(&items), ["already_there"; 12]);
        assert_eq!((platform.calls(Call::List), platform.calls(Call::Find)), (2, 0), "{at_once} at once");
    }
}

#[tokio::test(start_paused = true)]
async fn unsupported_fields_of_an_existing_record_are_reported() {
    let platform = platform(&NATIVE, 2);
    let input = [request(0).inbound(true), request(1).inbound(true).label("Desk")];
    let items = all(importer(&platform).import_many(stream::iter(input))).await;
    for (item, changed) in items.iter().zip([false, true]) {
        let BulkOutcome::Imported(imported) = &item.outcome else { panic!("{item:?}") };
        assert_eq!(
            (imported.outcome, imported.unsupported_fields.as_slice()),
            (if changed { Outcome::Updated } else { Outcome::AlreadyThere }, &[Field::Inbound][..])
        );
        assert_eq!(imported.before.is_some(), changed);
    }
}

#[tokio::test(start_paused = true)]
async fn imports_of_this_process_are_seen_immediately() {
    let platform = platform(&NATIVE, 0);
    // A clone is another importer of the same account.
    let other = importer(&platform);
    let after_the_list = stream::once(async move {
        other.import(request(2)).await.unwrap();
        request(2)
    });
    let input = stream::iter([request(0), request(1)]).chain(after_the_list);
    let items = all(importer(&platform).concurrency(1).import_many(input)).await;
    assert_eq!(words(&items), ["created", "created", "already_there"]);
    assert_eq!(records_of(&platform, &number(2)), 1);
}

#[tokio::test(start_paused = true)]
async fn imports_that_run_while_the_list_is_read_are_seen() {
    let platform = platform(&NATIVE, 0);
    platform.create_takes(Duration::from_secs(5));
    let other = importer(&platform);
    let mut under_way = Box::pin(other.import(request(2)));
    assert!(under_way.as_mut().now_or_never().is_none(), "sent, and not yet done");
    let input = stream::iter([request(0), request(1), request(2)]);
    let (items, imported) = tokio::join!(all(importer(&platform).concurrency(1).import_many(input)), under_way);
    imported.unwrap();
    assert_eq!((words(&items), records_of(&platform, &number(2))), (vec!["created", "created", "already_there"], 1));
    assert_eq!(
        (platform.calls(Call::List), platform.calls(Call::Find)),
        (1, 2),
        "the list had it not, so it was asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn changes_by_this_process_while_the_list_is_read_are_seen() {
    let platform = platform(&NATIVE, 3);
    let other = importer(&platform);
    let undo = other.import(request(3)).await.unwrap().undo();
    platform.list_takes(Duration::from_secs(5));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(other.import(request(2).label("Desk")).await.unwrap().outcome, Outcome::Updated);
        let undone = other.undo_unverified(&undo, Removal::Record).await.unwrap();
        assert_eq!(undone.record, UndoneRecord::Removed);
        assert_eq!(other.import(request(4)).await.unwrap().outcome, Outcome::Created);
    };
    let input = [request(0), request(1), request(2).label("Desk"), request(3), request(4)];
    let (items, ()) = tokio::join!(all(importer(&platform).concurrency(1).import_many(input)), meanwhile);
    assert_eq!(words(&items), ["already_there", "already_there", "already_there", "created", "already_there"]);
    assert_eq!((platform.calls(Call::List), platform.calls(Call::Update), platform.calls(Call::Create)), (1, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_number_takes_no_request() {
    let platform = platform(&NATIVE, 0);
    let input = [request(1), request(2), request(1).label("Other"), request(1)];
    let items = all(importer(&platform).import_many(stream::iter(input))).await;
    assert_eq!(words(&items), ["created", "created", "duplicate", "duplicate"]);
    assert!(items[2..].iter().all(|item| matches!(item.outcome, BulkOutcome::Duplicate { of: 0, .. })));
    assert!(!items[2].outcome.is_failure());
    assert_eq!((platform.calls(Call::Create), platform.calls(Call::Update)), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failed_item_does_not_end_the_run() {
    let platform = platform(&NATIVE, 0);
    let input = (0..10).map(|last| if last % 3 == 0 { request(last).label("x".repeat(21)) } else { request(last) });
    let items = all(importer(&platform).import_many(stream::iter(input))).await;
    let refused: Vec<_> = items.iter().filter(|item| item.outcome.is_failure()).map(|item| item.index).collect();
    assert_eq!(refused, [0, 3, 6, 9]);
    let report = items[3].report();
    assert!(report.starts_with("+14155570003 refused: ") && report.contains("`label` has 21 characters"), "{report}");
    assert!(items[1].report().starts_with("+14155570001 on vapi: created, id "), "{}", items[1].report());
    assert_eq!(platform.calls(Call::Create), 6);
}

#[tokio::test(start_paused = true)]
async fn only_a_refused_key_ends_the_run() {
    for (status, rest) in [(401, "not_attempted"), (403, "refused"), (404, "refused")] {
        let platform = platform(&NATIVE, 0);
        refuse_creates_after(&platform, 2, status);
        let items = all(importer(&platform).concurrency(1).import_many(stream::iter((0..6).map(request)))).await;
        assert_eq!(words(&items), ["created", "created", "refused", rest, rest, rest], "{status}");
        assert!(items[2..].iter().all(|item| item.outcome.is_failure()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_input_is_pulled_when_there_is_capacity() {
    let platform = platform(&NATIVE, 0);
    platform.create_takes(Duration::from_secs(1));
    let read = Arc::new(AtomicUsize::new(0));
    let endless = {
        let read = read.clone();
        stream::iter(0..).map(move |last| {
            read.fetch_add(1, Ordering::SeqCst);
            request(last)
        })
    };
    let mut items = importer(&platform).concurrency(4).import_many(endless);
    for _ in 0..10 {
        assert_eq!(items.next().await.unwrap().outcome.code(), "created");
    }
    let read = read.load(Ordering::SeqCst);
    assert!((10..=14).contains(&read), "{read} read for 10 answers and 4 under way");
    // With concurrency 4, ten imports take three seconds.
    assert!(platform.calls(Call::Create) <= 14);
}

#[tokio::test]
async fn a_run_over_http_with_preflight() {
    let held = (0..30).map(number);
    let sandbox = Sandbox::builder().held_numbers(held).requests_per_second(100_000).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let requests: Vec<_> = (0..31).map(|last| request(last).label(format!("Desk {last}"))).collect();
    let items = all(importer.import_many(stream::iter(requests.clone()))).await;
    assert_eq!(words(&items[..30]), ["created"; 30]);
    assert!(items[..30].iter().all(|item| {
        let BulkOutcome::Imported(imported) = &item.outcome else { return false };
        imported.record.label.as_deref() == item.request.label_text() && imported.routing_before.is_some()
    }));
    assert!(matches!(&items[30].outcome, BulkOutcome::Failed(numport::Error::Preflight(_))), "it is not held");

    let before = sandbox.requests().len();
    let again = all(importer.import_many(stream::iter(requests))).await;
    assert_eq!(words(&again[..30]), ["already_there"; 30]);
    let to_vapi: Vec<_> =
        sandbox.requests().split_off(before).into_iter().filter(|entry| entry.service.as_str() == "vapi").collect();
    assert!(to_vapi.iter().all(|entry| entry.method == "GET"));
    assert_eq!(to_vapi.len(), 1, "one list");
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 30);
}

#[tokio::test]
async fn the_sandbox_refuses_requests_above_its_limit() {
    let sandbox = Sandbox::builder().held_numbers((0..4).map(number)).requests_per_second(3).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap()).skip_preflight();
    let importer = importer.concurrency(1).lookup_policy(LookupPolicy::default().max_lookups(1));
    // Vapi takes duplicates, so what it refused is sent again only then.
    let importer = importer.resend_after(Duration::ZERO);
    let items = all(importer.import_many(stream::iter((0..4).map(request)))).await;
    let BulkOutcome::Imported(imported) = &items[0].outcome else { panic!() };
    assert_eq!(imported.outcome, Outcome::Created);
    // A lookup waits and retries after a 429. A create that gets a 429 is left for the next run.
    for item in &items {
        if let BulkOutcome::Failed(error) = &item.outcome {
            assert!(matches!(error, numport::Error::Indeterminate(_)), "{error:?}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(429));
        }
    }
    while sandbox.records(PlatformKind::VAPI).len() < 4 {
        all(importer.import_many(stream::iter((0..4).map(request)))).await;
    }
    let again = all(importer.import_many(stream::iter((0..4).map(request)))).await;
    assert_eq!(words(&again), ["already_there"; 4]);
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 4);
    let refused = sandbox.requests().iter().filter(|entry| entry.status == Some(429)).count();
    assert!(refused > 0);
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_names_the_fields_in_which_it_differs() {
    let platform = platform(&NATIVE, 0);
    let requests = [request(1).label("A"), request(1).label("A"), request(1).label("B").agent("a1"), request(1)];
    let mut items: Vec<_> = importer(&platform).import_many(requests).collect().await;
    items.sort_by_key(|item| item.index);
    let differing = |index: usize| match &items[index].outcome {
        BulkOutcome::Duplicate { of: 0, differing } => differing.clone(),
        other => panic!("{other:?}"),
    };
    let label_and_agent = vec![Field::Label, Field::Agent];
    assert_eq!([differing(1), differing(2), differing(3)], [vec![], label_and_agent, vec![Field::Label]]);
    assert_eq!(items[1].report(), "+14155570001 duplicate: the input already has it at index 0");
    let told = "the input already has it at index 0, with another label and agent";
    assert_eq!((items[2].reason().as_deref(), items[1].advice()), (Some(told), None));
    assert!(items[2].advice().is_some());
}
