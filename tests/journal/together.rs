//! Imports that are written down at the same moment.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use futures_util::poll;
use numport::journal::{
    DirectoryJournal, Journal, JournalError, JournalFault, Key, Lease, NoTls, PostgresJournal, Settled,
    UnresolvedImport,
};
use numport::model::{AccountId, PlatformKind};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::postgres::{DATABASE, client, journal, key, server, with_undo};
use crate::server::Postgres;

const WAIT: Duration = Duration::from_secs(30);

async fn leases(journal: &dyn Journal) -> Vec<(Box<dyn Lease>, UnresolvedImport)> {
    let key =
        |nth: usize| Key::new(PlatformKind::VAPI, AccountId::new("one"), format!("+1415556{nth:04}").parse().unwrap());
    join_all((0..16).map(key).map(|key| async move {
        (journal.lock(&key, WAIT).await.unwrap().unwrap(), UnresolvedImport::new(&key, None, None))
    }))
    .await
}

async fn settle(lease: &mut Box<dyn Lease>, settled: Settled) -> Result<(), JournalError> {
    lease.settle(&settled).await
}

#[tokio::test]
async fn they_wait_for_the_disk_together_and_one_that_is_refused_alone() {
    let Some(server) = server("they_wait_for_the_disk_together").await else { return };
    let (journal, client) = (journal(&server).await, client(&server).await);
    let mut leases = leases(&journal).await;
    try_join_all(leases.iter_mut().map(|(lease, entry)| lease.sending(entry))).await.unwrap();
    let transactions = "SELECT count(DISTINCT xmin::text), count(*) FROM numport_journal WHERE entry IS NOT NULL";
    let row = client.query_one(transactions, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 16));

    try_join_all(leases.iter_mut().map(|(lease, entry)| settle(lease, with_undo(&entry.key(), "record"))))
        .await
        .unwrap();
    let transactions = "SELECT count(DISTINCT xmin::text), count(*) FROM numport_journal WHERE created = 'record'";
    let row = client.query_one(transactions, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 16));
    let refused = "ALTER TABLE numport_journal ADD CHECK (number <> '+14155560005' OR entry IS NULL)";
    client.batch_execute(refused).await.unwrap();
    let written = join_all(leases.iter_mut().map(|(lease, entry)| lease.sending(entry))).await;
    for (nth, written) in written.iter().enumerate() {
        assert_eq!(written.is_err(), nth == 5, "{written:?}");
    }
    assert_eq!(journal.unresolved().await.unwrap().len(), 15);
    // A lost session is told to all of them.
    crate::postgres::cut(&client, 10).await;
    for written in join_all(leases.iter_mut().map(|(lease, entry)| lease.sending(entry))).await {
        assert_eq!(written.unwrap_err().fault, JournalFault::Unreachable);
    }
}

/// The server cancels what asks for several locks, after it has given them.
#[tokio::test]
async fn locks_that_were_given_before_a_failure_are_given_up_once() {
    let Some(server) = server("locks_that_were_given_before_a_failure").await else { return };
    let (one, other) = (journal(&server).await, journal(&server).await);
    let (holder, client) = (client(&server).await, client(&server).await);
    holder.batch_execute("BEGIN; LOCK TABLE numport_journal").await.unwrap();
    let cancelled = async {
        let waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
                       WHERE application_name = 'numport journal' AND wait_event_type = 'Lock'";
        while client.query(waiting, &[]).await.unwrap().is_empty() {
            client.batch_execute("SELECT pg_sleep(0.002)").await.unwrap();
        }
        holder.batch_execute("COMMIT").await.unwrap();
    };
    let (taken, ()) = tokio::join!(leases(&one), cancelled);
    assert_eq!(taken.len(), 16);
    drop(taken);
    assert_eq!(leases(&other).await.len(), 16);
}

/// Clones of a journal share its session, and may keep different histories.
#[tokio::test]
async fn each_keeps_the_history_of_its_own_number_within_its_own_limits() {
    let Some(server) = server("each_keeps_the_history_of_its_own_number").await else { return };
    let journal = journal(&server).await;
    let limits = [0, 1, 2, 9];
    let mut leases = Vec::new();
    for imports in limits {
        let key = Key::new(PlatformKind::VAPI, AccountId::new("one"), format!("+1415556000{imports}").parse().unwrap());
        let journal = journal.clone().keep_history(imports, WAIT);
        leases.push((journal.lock(&key, WAIT).await.unwrap().unwrap(), key));
    }
    for record in ["first", "second", "third"] {
        let all =
            leases.iter_mut().map(|(lease, key)| settle(lease, with_undo(key, &format!("{record} of {}", key.number))));
        try_join_all(all).await.unwrap();
    }
    for (imports, (_, key)) in limits.iter().zip(&leases) {
        let past = journal.history(&key.number).await.unwrap();
        let records: Vec<_> = past.iter().map(|past| past.undo.id.to_string()).collect();
        let expected = ["third", "second", "first"].map(|record| format!("{record} of {}", key.number));
        assert_eq!(records, expected[..3.min(*imports)]);
    }
}

#[tokio::test]
async fn what_is_dropped_is_written_before_its_lock_is_given_up_or_never() {
    let Some(server) = server("what_is_dropped_is_written_before").await else { return };
    let (one, other, key) = (journal(&server).await, journal(&server).await, key("one"));
    let lock = async |journal: &PostgresJournal| journal.lock(&key, WAIT).await.unwrap().unwrap();
    let mut seen = Vec::new();
    for polls in 1..8 {
        lock(&one).await.settle(&Settled::default()).await.unwrap();
        let mut lease = lock(&other).await;
        let entry = UnresolvedImport::new(&key, None, None);
        let mut writing = lease.sending(&entry);
        for _ in 0..polls {
            if poll!(&mut writing).is_ready() {
                break;
            }
            yield_now().await;
        }
        drop(writing);
        drop(lease);
        let is_written = lock(&one).await.kept().unresolved.is_some();
        // Behind all that this session has sent.
        assert_eq!(other.unresolved().await.unwrap().len(), usize::from(is_written), "after {polls} polls");
        seen.push(is_written);
    }
    assert!(seen.contains(&true) && seen.contains(&false), "{seen:?}");
}

#[tokio::test]
async fn what_is_dropped_together_is_given_up_together() {
    let options = "-c fsync=off -c log_statement=all";
    let Some(server) = Postgres::start_in(&std::env::temp_dir(), options, "what_is_dropped_together") else { return };
    PostgresJournal::migrate(&server.url(DATABASE), NoTls).await.unwrap();
    let (one, other) = (journal(&server).await, journal(&server).await);
    let statements = || server.log().matches("pg_advisory_unlock(").count();
    let before = statements();
    drop(leases(&one).await);
    assert_eq!(leases(&other).await.len(), 16, "all of them are free");
    assert_eq!(statements() - before, 1);
}

/// A program that is not asynchronous has a runtime for each call, perhaps.
#[test]
fn a_runtime_that_ends_while_it_writes_for_others_leaves_nobody_waiting() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let main = runtime();
    let test = "a_runtime_that_ends_while_it_writes";
    let Some((_server, journal, mut leases)) = main.block_on(async {
        let server = server(test).await?;
        let journal = journal(&server).await;
        let leases = leases(&journal).await;
        Some((server, journal, leases))
    }) else {
        return;
    };
    let (first, others) = leases.split_at_mut(1);
    let (lease, entry) = &mut first[0];
    // Its writer has begun, and ends with its runtime.
    runtime().block_on(async { assert!(poll!(lease.sending(entry)).is_pending()) });
    main.block_on(async {
        let written = try_join_all(others.iter_mut().map(|(lease, entry)| lease.sending(entry))).await;
        written.unwrap();
        assert_eq!(journal.unresolved().await.unwrap().len(), 15);
    });
}

#[test]
fn a_runtime_with_one_thread_that_may_wait_is_enough_for_a_directory() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = DirectoryJournal::open(folder.path().join("journal")).unwrap();
    let all = async {
        let mut leases = leases(&journal).await;
        try_join_all(leases.iter_mut().map(|(lease, entry)| lease.sending(entry))).await.unwrap();
        try_join_all(leases.iter_mut().map(|(lease, _)| settle(lease, Settled::default()))).await.unwrap();
        assert!(journal.unresolved().await.unwrap().is_empty());
    };
    runtime.block_on(async { timeout(WAIT, all).await.expect("it has enough threads") });
}

/// It has begun to write for others, and nobody polls it any more.
#[test]
fn a_runtime_that_stands_still_leaves_nobody_waiting() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let main = runtime();
    let server = main.block_on(server("a_runtime_that_stands_still"));
    let folder = tempfile::tempdir().unwrap();
    let mut journals: Vec<Box<dyn Journal>> =
        vec![Box::new(DirectoryJournal::open(folder.path().join("journal")).unwrap())];
    journals.extend(server.as_ref().map(|server| Box::new(main.block_on(journal(server))) as Box<dyn Journal>));
    for journal in &journals {
        let mut leases = main.block_on(leases(&**journal));
        let (first, others) = leases.split_at_mut(1);
        let (lease, entry) = &mut first[0];
        let still = runtime();
        still.block_on(async { assert!(poll!(lease.sending(entry)).is_pending()) });
        main.block_on(async {
            let written = try_join_all(others.iter_mut().map(|(lease, entry)| lease.sending(entry)));
            timeout(WAIT, written).await.expect("nobody waits for it").unwrap();
        });
        main.block_on(async { drop(leases) });
    }
}

#[test]
fn a_lock_that_is_dropped_as_its_runtime_ends_is_given_up() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let main = runtime();
    let Some((server, journal)) = main.block_on(async {
        let server = server("a_lock_that_is_dropped_as_its_runtime_ends").await?;
        let journal = journal(&server).await;
        Some((server, journal))
    }) else {
        return;
    };
    for is_without in [false, true] {
        let mut leases = main.block_on(leases(&journal));
        let (lease, entry) = leases.pop().unwrap();
        if is_without {
            drop(lease);
        } else {
            runtime().block_on(async { drop(lease) });
        }
        let other = main.block_on(crate::postgres::journal(&server));
        let taken = main.block_on(other.lock(&entry.key(), WAIT)).unwrap();
        assert!(taken.is_some(), "without a runtime: {is_without}");
        main.block_on(async { drop((leases, taken)) });
    }
}
