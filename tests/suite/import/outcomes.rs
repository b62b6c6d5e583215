//! Never twice: the requests, lookups and outcomes after each way in which an import can end. In paused time, on a
//! platform that follows a script.

use std::time::Duration;

use futures_util::FutureExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::Delivery;
use numport::model::{ImportRequest, PlatformKind};
use numport::{Error, LookupPolicy, Outcome, Result};

use super::scripted::End::{Answered, Done, HalfDone, Hang, Lost, NotBegun};
use super::scripted::Look::{Failed, Nothing, There};
use super::scripted::{REFUSES, Scripted, UNKNOWN};

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
async fn lookups_after_a_lost_response_wait_longer_each_time() {
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing, Nothing, Failed, Nothing, There]);
    let imported = platform.importer().import(request(1)).await.unwrap();
    assert_eq!((imported.outcome, platform.sent()), (Outcome::Recovered, 1));
    // The first lookup is the one before the import.
    assert_eq!(platform.looked(), [0, 0, 500, 1500, 3500]);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_no_lookup_finds_is_unresolved() {
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    let error = open(platform.importer().import(request(2)).await);
    assert_eq!((error.lookups, error.last_lookup_error.is_none(), platform.sent()), (6, true, 1));
    assert_eq!(platform.looked(), [0, 0, 500, 1500, 3500, 7500, 15_500]);
    let sentence = error.to_string();
    assert!(sentence.starts_with("scripted: it is unknown whether +14155560002 is imported"), "{sentence}");
    assert!(sentence.ends_with("was not found afterwards (6 lookups)"), "{sentence}");

    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing, Nothing, Failed]);
    let error = open(platform.importer().import(request(3)).await);
    assert_eq!(error.last_lookup_error.unwrap().status().unwrap().as_u16(), 503);

    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing, Failed, Nothing]);
    let error = open(platform.importer().import(request(7)).await);
    assert!(error.last_lookup_error.is_none(), "the last one was not lost");
}

#[tokio::test(start_paused = true)]
async fn the_lookup_policy_limits_the_lookups() {
    let quick =
        LookupPolicy::default().max_lookups(3).first_wait(Duration::from_secs(9)).longest_wait(Duration::from_secs(2));
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().lookup_policy(quick).import(request(4)).await);
    assert_eq!(platform.looked(), [0, 0, 2000, 4000]);

    let bounded = LookupPolicy::default().max_lookups(1000).deadline(Duration::from_secs(10));
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().lookup_policy(bounded).import(request(5)).await);
    assert_eq!(*platform.looked().last().unwrap(), 7500);

    let endless = LookupPolicy::default().first_wait(Duration::MAX).longest_wait(Duration::MAX).deadline(Duration::MAX);
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().lookup_policy(endless).import(request(8)).await);
    assert_eq!(platform.looked().len(), 2, "it ends before it waits for ever");

    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    open(platform.importer().lookup_policy(LookupPolicy::default().max_lookups(0)).import(request(6)).await);
    assert_eq!(platform.looked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_create_is_resent_once_if_the_platform_refuses_duplicates() {
    let refused = Answered(422, Delivery::Refused);
    let quick = LookupPolicy::default().max_lookups(2);
    for (last, imports, looks, expected) in [
        (10, [Lost, Done], vec![Nothing], Some(Outcome::Created)),
        (11, [Lost, refused], vec![Nothing, Nothing, Nothing, There], Some(Outcome::Recovered)),
        (12, [Lost, Lost], vec![Nothing, Nothing, Nothing, There], Some(Outcome::Recovered)),
        (13, [Lost, Lost], vec![Nothing], None),
        // The second create was refused for its key; the first may have succeeded all the same.
        (14, [Lost, Answered(401, Delivery::Refused)], vec![Nothing], None),
        // The second create was not sent; the first may have succeeded all the same.
        (16, [Lost, NotBegun], vec![Nothing], None),
        (17, [Lost, NotBegun], vec![Nothing, Nothing, Nothing, There], Some(Outcome::Recovered)),
    ] {
        let platform = Scripted::new(&REFUSES, &imports, &looks);
        let result = platform.importer().lookup_policy(quick).import(request(last)).await;
        assert_eq!(platform.sent(), 2, "{last}");
        match expected {
            Some(outcome) => assert_eq!(result.unwrap().outcome, outcome, "{last}"),
            None => drop(open(result)),
        }
    }
    let platform = Scripted::new(&REFUSES, &[Lost, HalfDone], &[Nothing]);
    let error = platform.importer().lookup_policy(quick).import(request(15)).await.unwrap_err();
    assert!(matches!(error, Error::Incomplete(incomplete) if incomplete.record.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_may_mean_a_duplicate_is_followed_by_lookups() {
    // Once, or by the whole policy if the response says that the number exists.
    for (last, status, delivery, looked) in
        [(20, 400, Delivery::Refused, 2), (21, 409, Delivery::Unknown, 7), (22, 422, Delivery::Refused, 2)]
    {
        let platform = Scripted::new(&UNKNOWN, &[Answered(status, delivery)], &[Nothing, There]);
        let imported = platform.importer().import(request(last)).await.unwrap();
        assert_eq!((imported.outcome, platform.sent()), (Outcome::AlreadyThere, 1), "{status}");

        let platform = Scripted::new(&UNKNOWN, &[Answered(status, delivery)], &[Nothing]);
        let error = platform.importer().import(request(last)).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), platform.looked().len()), (status, looked));
        // Another import may find the record of the conflict.
        assert_eq!((error.is_retryable(), matches!(error, Error::Indeterminate(_))), (status == 409, status == 409));
    }
    for status in [401, 403, 404, 429] {
        let platform = Scripted::new(&UNKNOWN, &[Answered(status, Delivery::Refused)], &[Nothing, There]);
        let error = platform.importer().import(request(status)).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), platform.looked().len()), (status, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unresolved_create_is_never_resent_if_duplicates_are_possible() {
    for (last, end) in [
        (30, Lost),
        (31, Answered(500, Delivery::Unknown)),
        (32, Answered(408, Delivery::Unknown)),
        (33, Answered(201, Delivery::Accepted)),
        // The response has a status for a duplicate or any other status, and the platform calls the result unknown.
        (34, Answered(422, Delivery::Unknown)),
        (35, Answered(400, Delivery::Unknown)),
    ] {
        let platform = Scripted::new(&UNKNOWN, &[end], &[Nothing]);
        open(platform.importer().import(request(last)).await);
        assert_eq!(platform.sent(), 1, "{last}");
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_imports_of_one_number_send_one_create() {
    // The number is found only after the first import has ended.
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

/// Drops an import while its request is pending.
async fn give_up(platform: &Scripted, request: ImportRequest) {
    let importer = platform.importer();
    let mut import = Box::pin(importer.import(request));
    while platform.sent() == 0 {
        assert!(import.as_mut().now_or_never().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_import_is_looked_up_by_the_next_one() {
    let platform = Scripted::new(&UNKNOWN, &[Hang, Done], &[Nothing, Nothing, Nothing, There]);
    give_up(&platform, request(50)).await;
    // Another importer, built separately: the process remembers.
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
async fn an_unresolved_import_is_looked_up_before_a_new_create() {
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
async fn a_known_outcome_leaves_nothing_unresolved() {
    // Permanently refused: the next import looks up once, as the first did.
    for (last, end) in [(80, Answered(401, Delivery::Refused)), (81, Answered(400, Delivery::Refused)), (83, NotBegun)]
    {
        let platform = Scripted::new(&UNKNOWN, &[end, Done], &[Nothing]);
        platform.importer().import(request(last)).await.unwrap_err();
        let looks = platform.looked().len();
        assert_eq!(platform.importer().import(request(last)).await.unwrap().outcome, Outcome::Created);
        assert_eq!(platform.looked().len(), looks + 1, "{last}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_second_create_leaves_the_first_unresolved() {
    let imports = [Lost, Answered(401, Delivery::Refused), Done];
    let platform = Scripted::new(&REFUSES, &imports, &[Nothing]);
    let importer = platform.importer().lookup_policy(LookupPolicy::default().max_lookups(2));
    open(importer.import(request(90)).await);
    assert_eq!(platform.looked().len(), 5);
    assert_eq!(importer.import(request(90)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(platform.looked().len(), 8, "it is looked for as after a lost answer");
}

#[tokio::test(start_paused = true)]
async fn a_refused_later_import_leaves_the_first_unresolved() {
    for (last, end) in [(91, Answered(401, Delivery::Refused)), (92, Answered(400, Delivery::Refused)), (93, NotBegun)]
    {
        let platform = Scripted::new(&UNKNOWN, &[Lost, end, Done, Done], &[Nothing]);
        open(platform.importer().import(request(last)).await);
        platform.importer().import(request(last)).await.unwrap_err();
        let looks = platform.looked().len();
        assert_eq!(platform.importer().import(request(last)).await.unwrap().outcome, Outcome::Created);
        assert_eq!(platform.looked().len(), looks + 7, "{last}: it is looked for as after a lost answer");
        let looks = platform.looked().len();
        platform.importer().import(request(last)).await.unwrap();
        assert_eq!(platform.looked().len(), looks + 1, "{last}: now it is known");
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_import_recovers_the_first_one_after_a_conflict() {
    let platform = Scripted::new(
        &UNKNOWN,
        &[Lost, Answered(409, Delivery::Refused)],
        &[[Nothing; 14].as_slice(), &[There]].concat(),
    );
    open(platform.importer().import(request(94)).await);
    let imported = platform.importer().import(request(94)).await.unwrap();
    assert_eq!((imported.outcome, platform.sent(), platform.looked().len()), (Outcome::Recovered, 2, 15));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_there_is_not_removed_by_undoing_a_refused_create() {
    for status in [409, 400] {
        let platform = InMemoryPlatform::new(PlatformKind::from_static("there"), &UNKNOWN);
        platform.insert(*request(95).number());
        platform.script(Call::Find, [Answer::Nothing]);
        platform
            .script(Call::Create, [Answer::Fails { status: Some(status), delivery: Delivery::Refused, done: false }]);
        platform.always(Call::Update, Answer::Fails { status: Some(500), delivery: Delivery::Unknown, done: false });
        let importer = crate::support::in_memory::importer(&platform);
        let error = importer.import(request(95).label("Desk")).await.unwrap_err();
        let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
        assert!(incomplete.record.is_some() && !incomplete.created, "{status}");
        assert!(importer.undo_of(&error).is_none(), "{status}");
        platform.always(Call::Update, Answer::Usual);
        let imported = importer.import(request(95).label("Desk")).await.unwrap();
        assert!(!imported.undo().created, "{status}: {imported}");
    }
}
