//! What a journal in PostgreSQL keeps, and what it refuses.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use numport::error::{ErrorKind, WithheldReason};
use numport::import::BulkOutcome;
use numport::journal::{Journal, JournalFault, Key, Lease, NoTls, PostgresJournal, Settled, UnresolvedImport};
use numport::model::{AccountId, Calls, PlatformKind, Routing};
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, Error, ImportRequest, Importer, Outcome, Twilio, Vapi};
use tokio_postgres::Client;

use crate::pooler::{self, Order};
use crate::server::Postgres;

const WAIT: Duration = Duration::from_secs(30);
const DATABASE: &str = "postgres";

/// A server whose database has the tables.
pub(crate) async fn server(test: &str) -> Option<Postgres> {
    let server = Postgres::start(test)?;
    PostgresJournal::migrate(&server.url(DATABASE), NoTls).await.unwrap();
    Some(server)
}

pub(crate) async fn journal(server: &Postgres) -> PostgresJournal {
    PostgresJournal::connect(&server.url(DATABASE), NoTls).await.unwrap()
}

/// A session that has nothing to do with the journal.
pub(crate) async fn client(server: &Postgres) -> Client {
    client_at(&server.url(DATABASE)).await
}

pub(crate) async fn client_at(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client
}

/// Cuts the connections of all journals, or one at random.
pub(crate) async fn cut(client: &Client, how_many: i64) {
    let backends = "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
                    WHERE application_name = 'numport journal' ORDER BY random() LIMIT $1) AS backends";
    client.query(backends, &[&how_many]).await.unwrap();
}

pub(crate) fn key(account: &str) -> Key {
    Key::new(PlatformKind::VAPI, AccountId::new(account), "+14155552671".parse().unwrap())
}

fn import(key: &Key) -> UnresolvedImport {
    let calls = Calls::Url("https://app.example.com/voice?token=planted".into());
    UnresolvedImport::new(key, None, Some(Routing::new(key.number, "PN1".to_owned(), calls, BTreeMap::new())))
}

async fn lock(journal: &PostgresJournal, key: &Key) -> Box<dyn Lease> {
    journal.lock(key, WAIT).await.unwrap().expect("nobody has it")
}

pub(crate) async fn is_free(journal: &PostgresJournal, key: &Key) -> bool {
    journal.lock(key, Duration::ZERO).await.unwrap().is_some()
}

fn created(id: &str) -> Settled {
    let mut settled = Settled::default();
    settled.created = Some(id.into());
    settled
}

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
        let asked = other.lock(&key, WAIT);
        tokio::pin!(asked);
        for _ in 0..polls {
            if futures_util::poll!(&mut asked).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    drop(lock(&one, &key).await);
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

#[tokio::test]
async fn tables_that_are_not_there_or_of_another_version_are_refused() {
    let Some(server) = Postgres::start("tables_that_are_not_there_are_refused") else { return };
    let url = server.url(DATABASE);
    let error = PostgresJournal::connect(&url, NoTls).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::Unsuitable);
    assert!(error.to_string().contains("call `PostgresJournal::migrate` once"), "{error}");
    // Several at the same time, and again.
    let migrations = (0..4).map(|_| PostgresJournal::migrate(&url, NoTls));
    futures_util::future::try_join_all(migrations).await.unwrap();
    let journal = PostgresJournal::connect(&url, NoTls).await.unwrap();
    lock(&journal, &key("one")).await.sending(&import(&key("one"))).await.unwrap();
    PostgresJournal::migrate(&url, NoTls).await.unwrap();
    assert_eq!(journal.unresolved().await.unwrap().len(), 1);

    let client = client(&server).await;
    client.batch_execute("UPDATE numport_journal SET entry = '{\"planted\": 1}'").await.unwrap();
    let error = journal.unresolved().await.unwrap_err();
    assert_eq!(error.fault, JournalFault::Foreign);
    assert!(error.to_string().contains("+14155552671") && !error.to_string().contains("planted"), "{error}");
    client.batch_execute("UPDATE numport_journal_version SET version = 2").await.unwrap();
    assert_eq!(PostgresJournal::connect(&url, NoTls).await.unwrap_err().fault, JournalFault::Foreign);
    assert_eq!(PostgresJournal::migrate(&url, NoTls).await.unwrap_err().fault, JournalFault::Foreign);
}

#[tokio::test]
async fn what_the_database_refuses_is_told_without_the_password() {
    let Some(server) = server("what_the_database_refuses_is_told").await else { return };
    let client = client(&server).await;
    client
        .batch_execute("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        .await
        .unwrap();
    let reader = server.url(DATABASE).replace("postgres@", "reader:planted@");
    let journal = PostgresJournal::connect(&reader, NoTls).await.unwrap();
    assert!(!format!("{journal:?}").contains("planted"));
    let error = lock(&journal, &key("one")).await.sending(&import(&key("one"))).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::ReadOnly, "{error}");
    for url in [
        server.url(DATABASE).replace("postgres@", "nobody:planted@"),
        server.url("nowhere").replace("postgres@", "postgres:planted@"),
        "postgres://u:planted@localhost:1/x".to_owned(),
    ] {
        let error = PostgresJournal::connect(&url, NoTls).await.unwrap_err();
        let is_absent = url.contains(":1/");
        assert_eq!(
            error.fault,
            if is_absent { JournalFault::Unreachable } else { JournalFault::Unsuitable },
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("planted"), "{error}");
    }
}

#[tokio::test]
async fn a_proxy_that_pools_by_transaction_is_refused() {
    let Some(server) = server("a_proxy_that_pools_by_transaction_is_refused").await else { return };
    for (order, is_refused) in [(Order::LastUsed, true), (Order::InTurn, true), (Order::BySession, false)] {
        let port = pooler::start(&server.socket(), order).await;
        let url = format!("postgres://postgres@127.0.0.1:{port}/{DATABASE}");
        match PostgresJournal::connect(&url, NoTls).await {
            Ok(journal) => {
                assert!(!is_refused, "{order:?}");
                assert!(is_free(&journal, &key("one")).await);
            }
            Err(error) => {
                assert!(is_refused, "{order:?}: {error}");
                assert_eq!(error.fault, JournalFault::Unsuitable, "{error}");
                assert!(error.to_string().contains("pools by transaction"), "{error}");
            }
        }
    }
}

/// An importer with this journal, on a sandbox that holds some numbers.
async fn importer(journal: PostgresJournal, numbers: &[E164]) -> (Sandbox, Importer) {
    let sandbox = Sandbox::builder().held_numbers(numbers.iter().copied()).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    (sandbox, importer.journal(journal))
}

fn creates(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.method == "POST" && request.path == "/phone-number").count()
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_sent() {
    let Some(server) = server("what_cannot_be_written_down_is_not_sent").await else { return };
    let number = "+14155552671".parse().unwrap();
    let (sandbox, importer) = importer(journal(&server).await, &[number]).await;
    let client = client(&server).await;
    client.batch_execute("ALTER TABLE numport_journal ADD CHECK (entry IS NULL)").await.unwrap();
    let error = importer.import(ImportRequest::new(number)).await.unwrap_err();
    let Error::Withheld(withheld) = &error else { panic!("{error:?}") };
    assert!(matches!(withheld.reason, WithheldReason::Journal(_)), "{error}");
    assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0));
    client.batch_execute("ALTER TABLE numport_journal DROP CONSTRAINT numport_journal_entry_check").await.unwrap();
    assert_eq!(importer.import(ImportRequest::new(number)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(creates(&sandbox), 1);
}

/// The session is cut while the create is being written down.
#[tokio::test]
async fn an_import_whose_lease_is_lost_sends_nothing() {
    let Some(server) = server("an_import_whose_lease_is_lost_sends_nothing").await else { return };
    let number = "+14155552671".parse().unwrap();
    let (sandbox, importer) = importer(journal(&server).await, &[number]).await;
    let [blocking, client] = [client(&server).await, client(&server).await];
    blocking.batch_execute("BEGIN; LOCK TABLE numport_journal IN SHARE ROW EXCLUSIVE MODE").await.unwrap();
    let importing = tokio::spawn({
        let importer = importer.clone();
        async move { importer.import(ImportRequest::new(number)).await }
    });
    let waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'numport_journal'::regclass";
    while client.query(waiting, &[]).await.unwrap().is_empty() {
        assert!(!importing.is_finished());
    }
    cut(&client, 10).await;
    let error = importing.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0), "{error}");
    assert!(error.is_retryable());
    blocking.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(importer.import(ImportRequest::new(number)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(creates(&sandbox), 1);
}

#[tokio::test]
async fn a_history_rolls_back_imports_days_later() {
    let Some(server) = server("a_history_rolls_back_imports_days_later").await else { return };
    let number = "+14155552671".parse().unwrap();
    let journal = journal(&server).await.keep_history(2, Duration::from_secs(30 * 24 * 3600));
    let (sandbox, importer) = importer(journal, &[number]).await;
    for label in ["one", "two", "three"] {
        importer.import(ImportRequest::new(number).label(label)).await.unwrap();
    }
    importer.import(ImportRequest::new(number)).await.unwrap();
    let past = importer.history(&number).await.unwrap();
    let left: Vec<_> = past.iter().map(|past| past.undo.left.label.as_deref().unwrap()).collect();
    assert_eq!(left, ["three", "two"], "the newest first, two at most, and only what changed something");
    let undone = importer.undo(&past[0].undo, numport::Removal::Record).await.unwrap();
    assert!(undone.is_complete(), "{undone}");
    let label = importer.platform().find(&number).await.unwrap().unwrap().label;
    assert_eq!(label.as_deref(), Some("two"));
    drop(sandbox);
}

/// The server crashes and starts again in the middle of an import of many numbers.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_loses_nothing_and_makes_nothing_twice() {
    let Some(server) = server("a_server_that_restarts_loses_nothing").await else { return };
    let numbers: Vec<E164> = (0..120).map(|nth| format!("+1415556{nth:04}").parse().unwrap()).collect();
    let (sandbox, importer) = importer(journal(&server).await, &numbers).await;
    // A create that is sent again must wait until the first one is surely carried out or lost.
    let importer = importer.resend_after(Duration::from_secs(1));
    for _ in &numbers {
        let slow = Fault::DelayBeforeCommit(Duration::from_millis(30));
        sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", slow);
    }
    let mut left = numbers.clone();
    let (mut has_restarted, mut failed) = (false, 0);
    while !left.is_empty() {
        let mut items = importer.import_many(left.drain(..).map(ImportRequest::new).collect::<Vec<_>>());
        let mut again = Vec::new();
        let mut done = 0;
        while let Some(item) = items.next().await {
            match &item.outcome {
                BulkOutcome::Failed(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Journal | ErrorKind::Busy), "{error}");
                    again.push(*item.request.number());
                }
                _ => done += 1,
            }
            if done == 30 && !has_restarted {
                has_restarted = true;
                tokio::task::block_in_place(|| server.restart());
            }
        }
        failed += again.len();
        left = again;
    }
    println!("{failed} failed and were run again");
    assert!(has_restarted);
    let mut records: Vec<_> = sandbox
        .records(PlatformKind::VAPI)
        .iter()
        .map(|record| record["number"].as_str().unwrap().to_owned())
        .collect();
    records.sort();
    assert_eq!(records, numbers.iter().map(ToString::to_string).collect::<Vec<_>>());
    // Those whose result could not be written.
    while !importer.unresolved().await.unwrap().is_empty() {
        importer.resolve_all().await.unwrap();
    }
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), numbers.len());
}
