//! What a journal in PostgreSQL keeps of a number.

use std::time::Duration;

use numport::journal::{Journal, JournalFault, Settled};
use numport::model::PlatformKind;

use super::{WAIT, client, created, import, journal, key, lock, server, with_undo};

#[tokio::test]
async fn an_import_is_kept_until_it_is_settled_and_its_record_for_a_while() {
    let Some(server) = server("an_import_is_kept_until_it_is_settled").await else { return };
    let (one, key) = (journal(&server).await, key("one"));
    let mut lease = lock(&one, &key).await;
    lease.sending(&import(&key)).await.unwrap();
    drop((lease, one));

    // Another process.
    let journal = journal(&server).await;
    let kept = journal.unresolved().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].key(), kept[0].routing_before.clone()), (key.clone(), import(&key).routing_before));
    assert!(!format!("{kept:?}").contains("planted"), "an address may hold a secret");
    let mut lease = lock(&journal, &key).await;
    let (unresolved, age) = lease.kept().unresolved.clone().unwrap();
    assert_eq!(unresolved, kept[0]);
    assert!(age < Duration::from_secs(60));
    // Another create of the same import: the first time stays.
    lease.sending(&import(&key)).await.unwrap();
    let again = journal.unresolved().await.unwrap();
    assert_eq!(again[0].first_sent_at, kept[0].first_sent_at);
    assert!(again[0].sent_at > kept[0].sent_at);
    lease.settle(&created("record")).await.unwrap();
    drop(lease);

    assert!(journal.unresolved().await.unwrap().is_empty());
    let mut lease = lock(&journal, &key).await;
    assert!(lease.kept().unresolved.is_none());
    assert_eq!(lease.kept().created.as_ref().unwrap().id, "record".into());
    assert!(lease.kept().changed.is_some());
    lease.forget_created().await.unwrap();
    drop(lease);
    let lease = lock(&journal, &key).await;
    assert!(lease.kept().created.is_none() && lease.kept().changed.is_some());
    assert!(journal.history(&key.number).await.unwrap().is_empty(), "it is off");
}

/// The ages are told by the database's clock, so a process whose clock is wrong sees the same.
#[tokio::test]
async fn ages_are_told_by_the_clock_of_the_database() {
    let Some(server) = server("ages_are_told_by_the_clock_of_the_database").await else { return };
    let (journal, key, client) = (journal(&server).await, key("one"), client(&server).await);
    let mut lease = lock(&journal, &key).await;
    let mut entry = import(&key);
    entry.sent_at = "2001-01-01T00:00:10Z".parse().unwrap();
    entry.first_sent_at = "2001-01-01T00:00:00Z".parse().unwrap();
    lease.sending(&entry).await.unwrap();
    drop(lease);
    let lease = lock(&journal, &key).await;
    let (entry, age) = lease.kept().unresolved.clone().unwrap();
    assert!(age < WAIT, "{age:?}");
    assert_eq!(entry.sent_at.saturating_duration_since(entry.first_sent_at), Duration::from_secs(10));
    drop(lease);
    let later = "UPDATE numport_journal SET sent_at = sent_at - interval '1 hour',
                 created = 'old', created_at = now() - interval '1 hour', changed_at = now() - interval '1 hour'";
    client.batch_execute(later).await.unwrap();
    let lease = lock(&journal, &key).await;
    assert!(lease.kept().unresolved.as_ref().unwrap().1 >= Duration::from_secs(3600));
    assert!(lease.kept().created.is_none() && lease.kept().changed.is_none(), "it is older than any list");
}

#[tokio::test]
async fn what_was_written_under_a_clock_that_was_fast_grows_old_and_keeps_its_order() {
    let Some(server) = server("what_was_written_under_a_clock_that_was_fast").await else { return };
    let (journal, key, client) = (journal(&server).await.keep_history(2, WAIT), key("one"), client(&server).await);
    let next_year = "UPDATE numport_journal SET first_sent_at = first_sent_at + interval '1 year',
                         sent_at = sent_at + interval '1 year', created_at = created_at + interval '1 year',
                         changed_at = changed_at + interval '1 year';
                     UPDATE numport_journal_history SET settled_at = settled_at + interval '1 year'";
    let mut lease = lock(&journal, &key).await;
    for id in ["first", "second", "third"] {
        lease.settle(&with_undo(&key, id)).await.unwrap();
        client.batch_execute(if id == "third" { "" } else { next_year }).await.unwrap();
    }
    let past = journal.history(&key.number).await.unwrap();
    assert_eq!(past.iter().map(|past| past.undo.id.as_str()).collect::<Vec<_>>(), ["third", "second"]);

    lease.sending(&import(&key)).await.unwrap();
    drop(lease);
    client.batch_execute(next_year).await.unwrap();
    let kept = lock(&journal, &key).await.kept().clone();
    let ages = (kept.unresolved.unwrap().1, kept.created.unwrap().age, kept.changed.unwrap());
    assert_eq!(ages, (Duration::ZERO, Duration::ZERO, Duration::ZERO));
    client.batch_execute("SELECT pg_sleep(0.002)").await.unwrap();
    let kept = lock(&journal, &key).await.kept().clone();
    let ages = [kept.unresolved.unwrap().1, kept.created.unwrap().age, kept.changed.unwrap()];
    assert!(!ages.contains(&Duration::ZERO), "{ages:?}");
}

#[tokio::test]
async fn what_is_old_of_all_numbers_is_removed_now_and_then() {
    let Some(server) = server("what_is_old_of_all_numbers_is_removed_now_and_then").await else { return };
    let (journal, client) = (journal(&server).await.keep_history(2, WAIT), client(&server).await);
    for account in ["old", "unresolved"] {
        let mut lease = lock(&journal, &key(account)).await;
        lease.settle(&with_undo(&key(account), "record")).await.unwrap();
    }
    lock(&journal, &key("unresolved")).await.sending(&import(&key("unresolved"))).await.unwrap();
    let yesterday = "UPDATE numport_journal SET changed_at = changed_at - interval '1 day';
                     UPDATE numport_journal_history SET settled_at = settled_at - interval '1 day'";
    client.batch_execute(yesterday).await.unwrap();
    let mut lease = lock(&journal, &key("new")).await;
    // Most tell nothing of a record, and so wait for no disk.
    for _ in 0..997 {
        lease.settle(&Settled::default()).await.unwrap();
    }
    let rows = async |table: &str| -> Vec<String> {
        let rows = client.query(&format!("SELECT account FROM {table} ORDER BY account"), &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    assert_eq!(rows("numport_journal").await, ["new", "old", "unresolved"], "it is not done at every import");
    lease.settle(&with_undo(&key("new"), "record")).await.unwrap();
    assert_eq!(rows("numport_journal").await, ["new", "unresolved"]);
    assert_eq!(rows("numport_journal_history").await, ["new"]);
}

#[tokio::test]
async fn an_account_is_moved_to_its_new_id() {
    let Some(server) = server("an_account_is_moved_to_its_new_id").await else { return };
    let journal = journal(&server).await;
    let [old, new] = ["old", "new"].map(key);
    let mut lease = lock(&journal, &old).await;
    lease.settle(&created("record")).await.unwrap();
    lease.sending(&import(&old)).await.unwrap();
    let moved = journal.move_account(PlatformKind::VAPI, &old.account, &new.account).await;
    assert_eq!(moved.unwrap_err().fault, JournalFault::Locked);
    drop(lease);

    lock(&journal, &new).await.sending(&import(&new)).await.unwrap();
    let moved = journal.move_account(PlatformKind::VAPI, &old.account, &new.account).await;
    assert_eq!(moved.unwrap_err().fault, JournalFault::Unsuitable, "it is unresolved under both");
    lock(&journal, &new).await.settle(&Settled::default()).await.unwrap();

    assert_eq!(journal.move_account(PlatformKind::VAPI, &old.account, &new.account).await.unwrap(), 1);
    assert_eq!(journal.unresolved().await.unwrap()[0].key(), new);
    assert_eq!(*lock(&journal, &old).await.kept(), numport::journal::Kept::default());
    let lease = lock(&journal, &new).await;
    assert!(lease.kept().unresolved.is_some());
    assert_eq!(lease.kept().created.as_ref().unwrap().id, "record".into());
    assert_eq!(journal.move_account(PlatformKind::VAPI, &old.account, &new.account).await.unwrap(), 0);
}
