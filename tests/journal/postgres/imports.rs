//! Imports whose journal is in PostgreSQL.

use std::time::Duration;

use futures_util::StreamExt;
use numport::error::{ErrorKind, WithheldReason};
use numport::import::BulkOutcome;
use numport::journal::PostgresJournal;
use numport::model::PlatformKind;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, Error, ImportRequest, Importer, Outcome, Twilio, Vapi};

use super::{client, cut, journal, server};

/// An importer with this journal, on a sandbox that holds some numbers.
pub(super) async fn importer(journal: PostgresJournal, numbers: &[E164]) -> (Sandbox, Importer) {
    let sandbox = Sandbox::builder().held_numbers(numbers.iter().copied()).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    (sandbox, importer.journal(journal))
}

pub(super) fn creates(sandbox: &Sandbox) -> usize {
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
