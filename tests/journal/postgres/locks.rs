//! Locks that a session of PostgreSQL holds.

use std::time::Duration;

use numport::journal::{Journal, JournalFault};

use super::{WAIT, client, created, cut, import, is_free, journal, key, lock, server};

#[tokio::test]
async fn a_number_is_locked_for_one_at_a_time_in_each_account() {
    let Some(server) = server("a_number_is_locked_for_one_at_a_time").await else { return };
    let (one, other) = (journal(&server).await, journal(&server).await);
    let held = lock(&one, &key("one")).await;
    assert!(!is_free(&other, &key("one")).await);
    // Nor for another task of the process, which has the same session.
    assert!(!is_free(&one.clone(), &key("one")).await);
    let elsewhere = lock(&other, &key("two")).await;
    let waiting = tokio::spawn(async move { lock(&other, &key("one")).await });
    drop((held, elsewhere));
    waiting.await.unwrap();
    // The server gives it up, too, once it hears that it was dropped.
    drop(lock(&one, &key("one")).await);
}

#[tokio::test]
async fn what_is_dropped_midway_leaves_no_lock() {
    let Some(server) = server("what_is_dropped_midway_leaves_no_lock").await else { return };
    let (one, other, key) = (journal(&server).await, journal(&server).await, key("one"));
    let held = lock(&one, &key).await;
    // Dropped while it waits for the lock, and while it is given.
    assert!(tokio::time::timeout(Duration::from_millis(20), other.lock(&key, WAIT)).await.is_err());
    drop(held);
    for polls in 1..20 {
        let mut asked = Box::pin(other.lock(&key, WAIT));
        for _ in 0..polls {
            if futures_util::poll!(&mut asked).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(asked);
    }
    drop(lock(&one, &key).await);
}

/// It was refused to the first task, which does not learn it. A second one has it when the first one's is given up.
#[tokio::test]
async fn a_lock_that_was_never_given_takes_no_later_one_with_it() {
    let Some(server) = server("a_lock_that_was_never_given").await else { return };
    let (one, other, key) = (journal(&server).await, journal(&server).await, key("one"));
    let held = lock(&one, &key).await;
    let mut asked = Box::pin(other.lock(&key, WAIT));
    assert!(futures_util::poll!(&mut asked).is_pending());
    // A session answers in order. What is dropped is given up behind the first of these, and before the second.
    other.unresolved().await.unwrap();
    drop(held);
    one.unresolved().await.unwrap();
    one.unresolved().await.unwrap();
    drop(asked);
    let _taken = lock(&other, &key).await;
    other.unresolved().await.unwrap();
    assert!(!is_free(&one, &key).await, "somebody else has it");
}

#[tokio::test]
async fn a_lease_whose_session_is_lost_writes_nothing_and_another_session_is_opened() {
    let Some(server) = server("a_lease_whose_session_is_lost_writes_nothing").await else { return };
    let (one, other, key) = (journal(&server).await, journal(&server).await, key("one"));
    let mut lease = lock(&one, &key).await;
    lease.sending(&import(&key)).await.unwrap();
    cut(&client(&server).await, 10).await;
    let mut next = lock(&other, &key).await;
    assert!(next.kept().unresolved.is_some());
    for _ in 0..2 {
        assert_eq!(lease.sending(&import(&key)).await.unwrap_err().fault, JournalFault::Unreachable);
        assert_eq!(lease.settle(&created("lost")).await.unwrap_err().fault, JournalFault::Unreachable);
        // Also once the process has another session.
        assert!(!is_free(&one, &key).await);
    }
    drop(lease);
    assert!(!is_free(&one, &key).await, "it gave up no lock of the new session");
    next.settle(&created("record")).await.unwrap();
    drop(next);
    assert_eq!(lock(&one, &key).await.kept().created.as_ref().unwrap().id, "record".into());
}
