//! Only one import of a number runs at a time, and a process remembers its unresolved imports.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::{Delivery, Withheld, WithheldReason};
use numport::import::{BulkOutcome, Field};
use numport::model::{PlatformKind, RecordNumber};
use numport::platform::{Capabilities, Support};
use numport::{E164, Error, ImportRequest, Imported, Importer, LookupPolicy, Outcome, Result};
use tokio::time::{Instant, timeout};

use super::scripted::End::{Answered, Done, Hang, Lost};
use super::scripted::Look::{Failed, Nothing, There};
use super::scripted::{REFUSES, Scripted, UNKNOWN};
use crate::support::{in_memory, unresolved};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn number(last: u16) -> E164 {
    format!("+1415557{last:04}").parse().unwrap()
}

fn withheld(result: Result<Imported>) -> Withheld {
    match result {
        Err(Error::Withheld(withheld)) => *withheld,
        other => panic!("{other:?}"),
    }
}

/// Starts an import whose create hangs.
fn hanging(importer: &Importer, number: E164) -> impl Future<Output = Result<Imported>> + '_ {
    let mut import = Box::pin(importer.import(ImportRequest::new(number)));
    for _ in 0..10 {
        assert!(import.as_mut().now_or_never().is_none());
    }
    import
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_another_import_ends() {
    let platform = Scripted::new(&UNKNOWN, &[Hang], &[Nothing]);
    let importer = platform.importer();
    let under_way = hanging(&importer, number(1));
    for (importer, waited) in [(importer.clone(), 120), (importer.clone().lock_timeout(Duration::from_secs(3)), 3)] {
        let waited = Duration::from_secs(waited);
        let begun = Instant::now();
        // Without an end, a failure of this test would be a hang.
        let ended = timeout(DAY, importer.import(ImportRequest::new(number(1)))).await;
        let error = withheld(ended.expect("the wait ends"));
        assert_eq!((error.reason, begun.elapsed()), (WithheldReason::Locked { waited }, waited));
    }
    let forever = importer.clone().lock_timeout(Duration::MAX);
    assert!(forever.import(ImportRequest::new(number(1))).now_or_never().is_none(), "it does not overflow");
    assert_eq!(platform.sent(), 1);
    drop(under_way);
}

#[tokio::test(start_paused = true)]
async fn an_import_of_a_number_that_a_run_imports_does_not_wait_forever() {
    let platform = Scripted::new(&UNKNOWN, &[Done, Lost], &[Nothing]);
    let importer = platform.importer().lock_timeout(Duration::from_secs(5));
    let requests = [number(2), number(3)].map(ImportRequest::new);
    let mut items = importer.import_many(stream::iter(requests));
    let first = items.next().await.unwrap();
    assert_eq!(first.index, 0, "the second is looked up again and again");
    let ended = timeout(DAY, importer.import(ImportRequest::new(number(3)))).await;
    let error = withheld(ended.expect("the wait ends"));
    assert_eq!(error.reason, WithheldReason::Locked { waited: Duration::from_secs(5) });
    let second = items.next().await.unwrap();
    assert!(matches!(&second.outcome, BulkOutcome::Failed(Error::Indeterminate(_))), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_without_a_found_record_stays_unresolved() {
    for (last, look) in [(10, Nothing), (11, Failed)] {
        // One lookup before the create and one after the conflict; then those of the whole policy.
        let platform = Scripted::new(
            &REFUSES,
            &[Answered(409, Delivery::Refused), Done],
            &[Nothing, look, Nothing, Nothing, Nothing, Nothing, Nothing, There],
        );
        let error = platform.importer().import(ImportRequest::new(number(last))).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 409);
        assert_eq!(unresolved(&platform.importer()).await, [number(last)]);
        let imported = platform.importer().import(ImportRequest::new(number(last))).await.unwrap();
        assert_eq!((imported.outcome, platform.sent()), (Outcome::AlreadyThere, 1), "it was there all the time");
        assert!(!imported.undo().created, "somebody else may have created it");
        assert!(unresolved(&platform.importer()).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn unresolved_imports_are_listed_until_they_are_resolved() {
    let platform = Scripted::new(&UNKNOWN, &[Lost, Lost], &[Nothing]);
    let importer = platform.importer();
    assert!(unresolved(&importer).await.is_empty());
    for last in [21, 20] {
        importer.import(ImportRequest::new(number(last))).await.unwrap_err();
    }
    assert_eq!(unresolved(&importer).await, [number(20), number(21)]);
    let other = Scripted::new(&UNKNOWN, &[], &[Nothing]);
    assert!(unresolved(&other.importer()).await.is_empty(), "another account");
}

const CHILD: &str = "NUMPORT_TEST_FILLS_THE_MEMORY";

/// Not a test of its own: the next test runs it in a process of its own, because it fills the memory of the process.
#[tokio::test(start_paused = true)]
async fn fills_the_memory_if_the_environment_says_so() {
    if std::env::var(CHILD).is_err() {
        return;
    }
    const MOST: usize = 10_000;
    let platform = InMemoryPlatform::new(PlatformKind::from_static("full"), &UNKNOWN);
    platform.script(Call::Create, vec![Answer::lost(false); MOST]);
    let once = LookupPolicy::default().max_lookups(1);
    let importer = in_memory::importer(&platform).lookup_policy(once).resend_after(Duration::ZERO);
    let request = |nth: usize| ImportRequest::new(format!("+1415{:07}", 2_000_000 + nth).parse().unwrap());
    for nth in 0..MOST {
        let error = importer.import(request(nth)).await.unwrap_err();
        assert!(matches!(error, Error::Indeterminate(_)), "{nth}: {error:?}");
    }
    let full = withheld(importer.import(request(MOST)).await);
    assert_eq!(full.reason, WithheldReason::TooManyUnresolved { limit: MOST });
    assert_eq!((platform.calls(Call::Create), unresolved(&importer).await.len()), (MOST, MOST));
    // A number that is remembered may be sent again, and then there is room.
    for nth in [0, MOST] {
        assert_eq!(importer.import(request(nth)).await.unwrap().outcome, Outcome::Created);
    }
    assert_eq!(unresolved(&importer).await.len(), MOST - 1);
}

#[test]
fn a_create_is_not_sent_if_the_memory_is_full() {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let ended = child
        .args(["--exact", "import::locks::fills_the_memory_if_the_environment_says_so"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

#[tokio::test(start_paused = true)]
async fn an_unresolved_import_expires_after_a_day_and_only_when_it_is_looked_up() {
    for (last, age, expires) in [(40, DAY - Duration::from_secs(60), false), (41, DAY, true)] {
        let refused = Answered(401, Delivery::Refused);
        let platform = Scripted::new(&UNKNOWN, &[Lost, refused], &[Nothing]);
        let importer = platform.importer();
        importer.import(ImportRequest::new(number(last))).await.unwrap_err();
        tokio::time::advance(age).await;
        assert_eq!(unresolved(&importer).await, [number(last)], "nobody has looked it up");
        importer.import(ImportRequest::new(number(last))).await.unwrap_err();
        assert_eq!(unresolved(&importer).await.is_empty(), expires, "what was refused since is surely not done");
    }
}

#[tokio::test(start_paused = true)]
async fn an_old_unresolved_import_is_looked_up_by_the_whole_policy_before_it_is_resent() {
    // One lookup before the create and six after it; then the last lookup finds the number.
    let platform = Scripted::new(&UNKNOWN, &[Lost, Done], &[[Nothing; 12].as_slice(), &[There]].concat());
    let importer = platform.importer();
    importer.import(ImportRequest::new(number(42))).await.unwrap_err();
    tokio::time::advance(2 * DAY).await;
    let imported = importer.import(ImportRequest::new(number(42))).await.unwrap();
    assert_eq!((imported.outcome, platform.sent()), (Outcome::Recovered, 1));
}

#[tokio::test(start_paused = true)]
async fn a_record_recovered_by_a_later_import_is_remembered_as_created() {
    let platform = Scripted::new(&UNKNOWN, &[Lost, Done], &[[Nothing; 7].as_slice(), &[There, Nothing]].concat());
    let importer = platform.importer();
    importer.import(ImportRequest::new(number(43))).await.unwrap_err();
    for outcome in [Outcome::Recovered, Outcome::AlreadyThere] {
        let imported = importer.import(ImportRequest::new(number(43))).await.unwrap();
        assert_eq!((imported.outcome, platform.sent()), (outcome, 1));
    }
}

#[tokio::test]
async fn a_listed_number_that_may_be_the_requested_one_blocks_the_create() {
    let platform = InMemoryPlatform::new(PlatformKind::from_static("searched"), &UNKNOWN);
    let masked = platform.insert(RecordNumber::Other("+1415557****".to_owned()));
    platform.always(Call::Find, Answer::Nothing);
    let requests = [30, 31, 32].map(|last| ImportRequest::new(number(last)));
    let mut items = in_memory::importer(&platform).import_many(stream::iter(requests));
    while let Some(item) = items.next().await {
        let BulkOutcome::Failed(Error::Withheld(withheld)) = &item.outcome else { panic!("{item:?}") };
        assert!(matches!(&withheld.reason, WithheldReason::Ambiguous { id, .. } if *id == masked), "{withheld:?}");
    }
    assert_eq!(platform.calls(Call::Create), 0);
}

#[tokio::test(start_paused = true)]
async fn null_clears_a_field_and_an_absent_field_is_unchanged() {
    static NEVER_CLEARS: Capabilities = UNKNOWN.with_label(Support::CREATE_AND_SET, None);
    let rows: [(&Capabilities, &str, Option<&str>, &[Field]); 3] = [
        (&UNKNOWN, r#"{"number": "+14155570095", "label": null}"#, None, &[]),
        (&UNKNOWN, r#"{"number": "+14155570095"}"#, Some("Desk"), &[]),
        (&NEVER_CLEARS, r#"{"number": "+14155570095", "label": null}"#, Some("Desk"), &[Field::Label]),
    ];
    for (can, json, left, unsupported) in rows {
        let platform = InMemoryPlatform::new(PlatformKind::from_static("nulls"), can);
        platform.insert(number(95));
        platform.edit(|records| records[0].label = Some("Desk".to_owned()));
        let request: ImportRequest = serde_json::from_str(json).unwrap();
        let again: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), again);
        let imported = in_memory::importer(&platform).import(&request).await.unwrap();
        assert_eq!(imported.record.label.as_deref(), left, "{json}");
        assert_eq!(imported.unsupported_fields, unsupported, "{json}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_ends_at_its_deadline_and_reports_its_progress() {
    let deadline = Duration::from_secs(600);
    let begun = Instant::now();

    // The response to the create never arrives.
    let platform = Scripted::new(&UNKNOWN, &[Hang], &[Nothing]);
    let importer = platform.importer();
    let ended = timeout(DAY, importer.import(ImportRequest::new(number(90)))).await.expect("it ends");
    assert!(matches!(&ended, Err(Error::Indeterminate(_))), "{ended:?}");
    assert_eq!(begun.elapsed(), deadline);
    assert_eq!(unresolved(&importer).await, [number(90)], "the next import looks it up first");

    // It waits for an import that does not end.
    let platform = Scripted::new(&UNKNOWN, &[Hang], &[Nothing]);
    let importer = platform.importer().lock_timeout(Duration::MAX);
    let under_way = hanging(&importer, number(91));
    let short = importer.clone().deadline(Duration::from_secs(3));
    let ended = timeout(DAY, short.import(ImportRequest::new(number(91)))).await.expect("it ends");
    assert_eq!(withheld(ended).reason, WithheldReason::Deadline { after: Duration::from_secs(3) });
    assert_eq!(platform.sent(), 1);
    drop(under_way);

    // The record exists, and setting it up does not end.
    let platform = InMemoryPlatform::new(PlatformKind::from_static("slow"), &UNKNOWN);
    platform.insert(number(92));
    platform.always(Call::Update, Answer::Never { done: true });
    let importer = in_memory::importer(&platform);
    let request = ImportRequest::new(number(92)).label("Desk");
    let ended = timeout(DAY, importer.import(&request)).await.expect("it ends");
    assert!(matches!(&ended, Err(Error::Incomplete(incomplete)) if incomplete.record.is_some()), "{ended:?}");
    assert_eq!(unresolved(&importer).await, [number(92)], "the platform may have taken the calls over");
}
