//! Databases that a journal refuses, and what it says then.

use numport::journal::{Journal, JournalFault, NoTls, PostgresJournal};

use super::{DATABASE, client, import, is_free, key, lock, server};
use crate::pooler::{self, Order};
use crate::server::Postgres;

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
