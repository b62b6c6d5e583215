//! A journal in PostgreSQL: what it keeps and refuses, and the imports that use it.

mod imports;
mod kept;
mod locks;
mod refused;
mod settings;

use std::collections::BTreeMap;
use std::time::Duration;

use numport::journal::{Journal, Key, Lease, NoTls, PostgresJournal, Settled, UnresolvedImport};
use numport::model::{AccountId, Calls, PlatformKind, Routing};
use tokio_postgres::Client;

use crate::server::Postgres;

pub(crate) const WAIT: Duration = Duration::from_secs(30);
pub(crate) const DATABASE: &str = "postgres";

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

pub(crate) fn import(key: &Key) -> UnresolvedImport {
    let calls = Calls::Url("https://app.example.com/voice?token=planted".into());
    UnresolvedImport::new(key, None, Some(Routing::new(key.number, "PN1".to_owned(), calls, BTreeMap::new())))
}

pub(crate) async fn lock(journal: &PostgresJournal, key: &Key) -> Box<dyn Lease> {
    journal.lock(key, WAIT).await.unwrap().expect("nobody has it")
}

pub(crate) async fn is_free(journal: &PostgresJournal, key: &Key) -> bool {
    journal.lock(key, Duration::ZERO).await.unwrap().is_some()
}

pub(crate) fn created(id: &str) -> Settled {
    let mut settled = Settled::default();
    settled.created = Some(id.into());
    settled
}

/// The result of an import that created this record, and what rolls it back.
pub(crate) fn with_undo(key: &Key, id: &str) -> Settled {
    let undo = serde_json::json!({
        "number": key.number, "platform": key.platform, "account": key.account, "id": id, "created": true,
        "left": {"label": null, "agent": null, "inbound": null, "outbound": null},
        "changes": [], "credential": null, "routing": null,
    });
    let mut settled = created(id);
    settled.undo = Some(serde_json::from_value(undo).unwrap());
    settled
}
