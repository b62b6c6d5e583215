//! When a create whose result is unknown may be sent again.

use std::time::Duration;

use numport::conformance::InMemoryPlatform;
use numport::error::{ErrorKind, Failure, WithheldReason};
use numport::import::Resolution;
use numport::model::PlatformKind;
use numport::{E164, Error, ImportRequest, Importer, Outcome};
use tokio::time::advance;

use super::scripted::End::{Done, Hang, Lost};
use super::scripted::Look::{Nothing, There};
use super::scripted::{REFUSES, Scripted, UNKNOWN};
use crate::support::{in_memory, unresolved};

fn number(last: u32) -> E164 {
    format!("+141555504{last:02}").parse().unwrap()
}

fn request(last: u32) -> ImportRequest {
    ImportRequest::new(number(last))
}

/// How long an import that may still be carried out says that it must wait.
async fn waits(importer: &Importer, last: u32) -> Duration {
    let error = importer.import(request(last)).await.unwrap_err();
    let Error::Withheld(withheld) = &error else { panic!("{error:?}") };
    let WithheldReason::Unresolved { retry_after, .. } = withheld.reason else { panic!("{error:?}") };
    assert_eq!((error.kind(), error.failure()), (ErrorKind::Unresolved, Failure::Unknown));
    assert_eq!((error.retry_after(), error.is_retryable()), (Some(retry_after), true));
    assert!(!error.surely_not_done(), "the earlier one may be");
    retry_after
}

#[tokio::test(start_paused = true)]
async fn where_duplicates_are_accepted_a_lost_create_is_sent_again_two_minutes_after_it_was_sent() {
    for (first, last) in [(Lost, 1), (Hang, 2)] {
        let platform = Scripted::new(&UNKNOWN, &[first, Done], &[Nothing]);
        let importer = in_memory::importer(&platform.platform).deadline(Duration::from_secs(60));
        importer.import(request(last)).await.unwrap_err();
        let left = waits(&importer, last).await;
        assert!(left < Duration::from_secs(120), "{left:?}: it counts from the create");
        advance(left - Duration::from_secs(20)).await;
        waits(&importer, last).await;
        assert_eq!(platform.sent(), 1);
        advance(Duration::from_secs(20)).await;
        assert_eq!(importer.import(request(last)).await.unwrap().outcome, Outcome::Created);
        assert_eq!(platform.sent(), 2);
        assert!(unresolved(&importer).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_counts_from_the_last_create() {
    let platform = Scripted::new(&UNKNOWN, &[Lost, Lost, Done], &[Nothing]);
    let importer = in_memory::importer(&platform.platform).resend_after(Duration::from_secs(300));
    importer.import(request(10)).await.unwrap_err();
    advance(Duration::from_secs(300)).await;
    let error = importer.import(request(10)).await.unwrap_err();
    assert!(matches!(error, Error::Indeterminate(_)), "it was sent again, and lost again: {error:?}");
    assert!(waits(&importer, 10).await > Duration::from_secs(200));
}

#[tokio::test(start_paused = true)]
async fn what_a_lookup_finds_meanwhile_ends_the_wait() {
    let looks = [[Nothing; 8].as_slice(), &[There]].concat();
    let platform = Scripted::new(&UNKNOWN, &[Lost], &looks);
    let importer = in_memory::importer(&platform.platform);
    importer.import(request(20)).await.unwrap_err();
    assert_eq!(importer.import(request(20)).await.unwrap().outcome, Outcome::Recovered);
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_refuses_duplicates_is_asked_at_once() {
    let platform = Scripted::new(&REFUSES, &[Lost, Lost, Done], &[Nothing]);
    let importer = in_memory::importer(&platform.platform);
    importer.import(request(30)).await.unwrap_err();
    assert_eq!(importer.import(request(30)).await.unwrap().outcome, Outcome::Created);
}

#[tokio::test(start_paused = true)]
async fn all_that_is_unresolved_is_looked_up_and_what_is_there_is_resolved() {
    let looks = [[Nothing; 7].as_slice(), &[There]].concat();
    let platform = Scripted::new(&UNKNOWN, &[Lost], &looks);
    let importer = in_memory::importer(&platform.platform);
    importer.import(request(40)).await.unwrap_err();
    let early = importer.resolve_all().await.unwrap();
    assert!(matches!(early[0].resolution, Ok(Resolution::TooEarly { .. })), "it may still change: {early:?}");
    advance(Duration::from_secs(120)).await;
    let resolved = importer.resolve_all().await.unwrap();
    let [one] = &resolved[..] else { panic!("{resolved:?}") };
    assert_eq!(one.import.number, number(40));
    let Resolution::Imported(imported) = one.resolution.as_ref().unwrap() else { panic!("{one}") };
    assert_eq!(imported.outcome, Outcome::Recovered);
    assert!(imported.undo().created, "it was this importer's create");
    assert!(unresolved(&importer).await.is_empty() && importer.resolve_all().await.unwrap().is_empty());
    assert_eq!(platform.sent(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_stays_unresolved_and_nothing_is_sent() {
    let platform = Scripted::new(&UNKNOWN, &[Lost], &[Nothing]);
    let importer = in_memory::importer(&platform.platform);
    importer.import(request(50)).await.unwrap_err();
    advance(Duration::from_secs(120)).await;
    for _ in 0..2 {
        let resolved = importer.resolve_all().await.unwrap();
        assert!(matches!(resolved[0].resolution, Ok(Resolution::NotFound)), "{resolved:?}");
    }
    assert_eq!((unresolved(&importer).await, platform.sent()), (vec![number(50)], 1));
}

#[tokio::test]
async fn another_account_has_nothing_to_resolve() {
    let platform = InMemoryPlatform::new(PlatformKind::from_static("resend-other"), &UNKNOWN);
    assert!(in_memory::importer(&platform).resolve_all().await.unwrap().is_empty());
}
