//! What those who look after a server set on it, on its roles and on the tables.

use numport::error::ErrorKind;
use numport::journal::{Journal, JournalFault, NoTls, PostgresJournal};
use numport::{E164, ImportRequest, Outcome};
use tokio::time::timeout;

use super::imports::{creates, importer};
use super::{DATABASE, WAIT, client, client_at, cut, import, journal, key, lock, server};

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

#[tokio::test]
async fn limits_and_defaults_of_the_role_end_no_session_and_no_statement() {
    let Some(server) = server("limits_and_defaults_of_the_role").await else { return };
    let client = client(&server).await;
    for (name, value) in [
        ("statement_timeout", "'200ms'"),
        ("lock_timeout", "'10ms'"),
        ("idle_session_timeout", "'500ms'"),
        ("idle_in_transaction_session_timeout", "'500ms'"),
        ("default_transaction_isolation", "serializable"),
        ("synchronous_commit", "off"),
        ("search_path", "nowhere, public"),
    ] {
        // Older servers lack one of them.
        let known = client.query("SELECT FROM pg_settings WHERE name = $1", &[&name]).await.unwrap();
        if !known.is_empty() {
            client.batch_execute(&format!("ALTER ROLE postgres SET {name} = {value}")).await.unwrap();
        }
    }
    let journal = journal(&server).await;
    let mut lease = lock(&journal, &key("one")).await;
    // While it is idle, and then while the table is locked.
    let block = "SELECT pg_sleep(0.6); BEGIN; LOCK TABLE numport_journal; SELECT pg_sleep(0.7); COMMIT";
    let waiting = async {
        client.batch_execute("SELECT pg_sleep(0.8)").await.unwrap();
        lease.sending(&import(&key("one"))).await
    };
    let blocking = client_at(&server.url(DATABASE)).await;
    blocking.batch_execute("SET idle_session_timeout = 0; SET statement_timeout = 0").await.unwrap();
    let (blocked, written) = tokio::join!(blocking.batch_execute(block), waiting);
    blocked.unwrap();
    written.unwrap();
}

#[tokio::test]
async fn a_server_that_is_read_only_is_told_and_nothing_is_sent() {
    let Some(server) = server("a_server_that_is_read_only_is_told").await else { return };
    let (sandbox, importer) = importer(journal(&server).await, &[number()]).await;
    let mut lease = lock(&journal(&server).await, &key("one")).await;
    let client = client(&server).await;
    let read_only = |value: &'static str| {
        let client = &client;
        async move {
            client.batch_execute("SET default_transaction_read_only = off").await.unwrap();
            client.batch_execute(&format!("ALTER SYSTEM SET default_transaction_read_only = {value}")).await.unwrap();
            client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
        }
    };
    read_only("on").await;
    let refused = loop {
        // Until the session has heard of it.
        if let Err(refused) = lease.sending(&import(&key("one"))).await {
            break refused;
        }
    };
    assert_eq!(refused.fault, JournalFault::ReadOnly, "{refused}");
    let error = PostgresJournal::connect(&server.url(DATABASE), NoTls).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::ReadOnly, "{error}");
    assert!(error.to_string().contains("`default_transaction_read_only` is on"), "{error}");
    let error = importer.import(ImportRequest::new(number())).await.unwrap_err();
    assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0), "{error}");
    read_only("off").await;
    let imported = loop {
        if let Ok(imported) = importer.import(ImportRequest::new(number())).await {
            break imported;
        }
    };
    assert_eq!((imported.outcome, creates(&sandbox)), (Outcome::Created, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_refused_until_it_is_promoted() {
    let Some(server) = server("a_standby_is_refused_until_it_is_promoted").await else { return };
    let (sandbox, importer) = importer(journal(&server).await, &[number()]).await;
    tokio::task::block_in_place(|| server.restart_as_standby());
    let error = PostgresJournal::connect(&server.url(DATABASE), NoTls).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::ReadOnly, "{error}");
    assert!(error.to_string().contains("is a standby"), "{error}");
    let error = importer.import(ImportRequest::new(number())).await.unwrap_err();
    assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0), "{error}");
    client(&server).await.batch_execute("SELECT pg_promote()").await.unwrap();
    let imported = importer.import(ImportRequest::new(number())).await.unwrap();
    assert_eq!((imported.outcome, creates(&sandbox)), (Outcome::Created, 1));
}

/// The default `search_path` begins with a schema of the user's name, which may be made later.
#[tokio::test]
async fn tables_in_a_schema_before_its_own_do_not_hide_them() {
    let Some(server) = server("tables_in_a_schema_before_its_own").await else { return };
    let (running, client) = (journal(&server).await, client(&server).await);
    lock(&running, &key("one")).await.sending(&import(&key("one"))).await.unwrap();
    client.batch_execute("CREATE SCHEMA postgres").await.unwrap();
    PostgresJournal::migrate(&server.url(DATABASE), NoTls).await.unwrap();
    assert_eq!(journal(&server).await.unresolved().await.unwrap().len(), 1, "no other tables were made");

    let others = "CREATE TABLE postgres.numport_journal (LIKE public.numport_journal INCLUDING ALL);
                  CREATE TABLE postgres.numport_journal_version AS TABLE public.numport_journal_version;";
    client.batch_execute(others).await.unwrap();
    for refused in [
        PostgresJournal::connect(&server.url(DATABASE), NoTls).await.unwrap_err(),
        PostgresJournal::migrate(&server.url(DATABASE), NoTls).await.unwrap_err(),
    ] {
        assert_eq!(refused.fault, JournalFault::Unsuitable, "{refused}");
        assert!(refused.to_string().contains("(postgres, public)"), "{refused}");
    }
    // Its statements are planned again.
    client.batch_execute("ALTER TABLE public.numport_journal ADD COLUMN others text").await.unwrap();
    assert_eq!(running.unresolved().await.unwrap().len(), 1);
    lock(&running, &key("two")).await.sending(&import(&key("two"))).await.unwrap();
    let written = client.query("SELECT FROM public.numport_journal WHERE entry IS NOT NULL", &[]).await.unwrap();
    assert_eq!(written.len(), 2);
}

#[tokio::test]
async fn tables_that_somebody_alters_are_told_and_nothing_is_sent() {
    let Some(server) = server("tables_that_somebody_alters").await else { return };
    let (sandbox, importer) = importer(journal(&server).await, &[number()]).await;
    let client = client(&server).await;
    for (altered, mended) in [
        ("ALTER TABLE numport_journal RENAME entry TO theirs", "ALTER TABLE numport_journal RENAME theirs TO entry"),
        ("ALTER TABLE numport_journal RENAME TO theirs", "ALTER TABLE theirs RENAME TO numport_journal"),
        (
            "CREATE RULE theirs AS ON INSERT TO numport_journal DO INSTEAD NOTHING",
            "DROP RULE theirs ON numport_journal",
        ),
    ] {
        client.batch_execute(altered).await.unwrap();
        let error = importer.import(ImportRequest::new(number())).await.unwrap_err();
        assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0), "{altered}: {error}");
        client.batch_execute(mended).await.unwrap();
    }
    // What this session has prepared does not fit any more, and another one is opened.
    importer.unresolved().await.unwrap();
    client.batch_execute("ALTER TABLE numport_journal ALTER created TYPE varchar(200)").await.unwrap();
    let importing = async {
        loop {
            match importer.import(ImportRequest::new(number())).await {
                Ok(imported) => return imported,
                Err(error) => assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0), "{error}"),
            }
        }
    };
    let imported = timeout(WAIT, importing).await.unwrap();
    assert_eq!((imported.outcome, creates(&sandbox)), (Outcome::Created, 1));
}

/// Somebody drops the tables while a process runs, and another process makes them.
#[tokio::test]
async fn tables_that_were_made_anew_are_another_journal() {
    let Some(server) = server("tables_that_were_made_anew").await else { return };
    let (one, other) = (journal(&server).await, journal(&server).await);
    assert_eq!((one.id(), one.clone().id()), (other.id(), other.id()));
    let client = client(&server).await;
    let tables = "DROP TABLE numport_journal, numport_journal_history, numport_journal_version";
    client.batch_execute(tables).await.unwrap();
    PostgresJournal::migrate(&server.url(DATABASE), NoTls).await.unwrap();
    cut(&client, 10).await;
    let error = one.lock(&key("one"), WAIT).await.unwrap_err();
    assert!(error.fault == JournalFault::Unsuitable && error.cause.contains("made anew"), "{error}");
    let anew = journal(&server).await;
    assert_ne!(anew.id(), one.id());
    lock(&anew, &key("one")).await;
}

#[tokio::test]
async fn a_table_that_a_crash_empties_or_that_hides_rows_is_refused() {
    let Some(server) = server("a_table_that_a_crash_empties").await else { return };
    let client = client(&server).await;
    let entries = "CREATE ROLE app LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO app";
    client.batch_execute(entries).await.unwrap();
    lock(&journal(&server).await, &key("one")).await.sending(&import(&key("one"))).await.unwrap();
    let app = server.url(DATABASE).replace("postgres@", "app@");
    let limited = PostgresJournal::connect(&app, NoTls).await.unwrap();
    client.batch_execute("ALTER TABLE numport_journal ENABLE ROW LEVEL SECURITY").await.unwrap();
    for hidden in [limited.lock(&key("one"), WAIT).await.map(drop), limited.unresolved().await.map(drop)] {
        let error = hidden.unwrap_err();
        assert!(error.fault == JournalFault::ReadOnly && error.cause.contains("row-level security"), "{error}");
    }
    client.batch_execute("ALTER TABLE numport_journal SET UNLOGGED").await.unwrap();
    let error = PostgresJournal::connect(&server.url(DATABASE), NoTls).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::Unsuitable, "{error}");
    assert!(error.to_string().contains("UNLOGGED"), "{error}");
}
