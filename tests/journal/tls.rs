//! A PostgreSQL server with TLS, reached through a connector of the user's.

use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use numport::journal::{JournalError, PostgresJournal};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::pooler::{self, Order};
use crate::postgres;
use crate::server::{Postgres, give};

/// Of the tests of the clients, for `localhost`.
const ROOT: &str = include_str!("../suite/engine/tls/root.pem");
const OTHER: &str = include_str!("../suite/engine/tls/client.pem");
const CERTIFICATE: &str = include_str!("../suite/engine/tls/server.pem");
const KEY: &str = include_str!("../suite/engine/tls/server_key.pem");

/// As those of crates like tokio-postgres-rustls.
#[derive(Clone)]
struct Connector(TlsConnector);

impl Connector {
    fn new(root: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self(Arc::new(config).into())
    }
}

impl MakeTlsConnect<Socket> for Connector {
    type Stream = Stream;
    type TlsConnect = Connect;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Connect, InvalidDnsNameError> {
        Ok(Connect(self.0.clone(), ServerName::try_from(host.to_owned())?))
    }
}

struct Connect(TlsConnector, ServerName<'static>);

impl TlsConnect<Socket> for Connect {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move { self.0.connect(self.1, socket).await.map(|stream| Stream(Box::new(stream))) })
    }
}

struct Stream(Box<TlsStream<Socket>>);

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, to)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl tokio_postgres::tls::TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

async fn connect(host: &str, port: u16, root: &str) -> Result<PostgresJournal, JournalError> {
    let url = format!("postgres://postgres:planted@{host}:{port}/postgres?hostaddr=127.0.0.1");
    let connector = Connector::new(root);
    PostgresJournal::migrate(&url, connector.clone()).await?;
    PostgresJournal::connect(&url, connector).await
}

#[tokio::test]
async fn a_certificate_is_verified_and_nothing_is_sent_without_tls() {
    let folder = TempDir::new().unwrap();
    give(folder.path());
    for (name, text) in [("server.pem", CERTIFICATE), ("key.pem", KEY)] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        give(&path);
    }
    // There is no TLS on a socket of a directory.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let files = folder.path().display();
    let tls = format!("-c ssl=on -c ssl_cert_file='{files}/server.pem' -c ssl_key_file='{files}/key.pem'");
    // The port of the socket's name is the same one.
    let options = format!("-c fsync=off -c listen_addresses=127.0.0.1 -c port={port} {tls}");
    let Some(server) = Postgres::start_in(folder.path(), &options, "a_certificate_is_verified") else { return };

    let journal = connect("localhost", port, ROOT).await.unwrap();
    assert!(postgres::is_free(&journal, &postgres::key("one")).await);
    let client = postgres::client_at(&format!("postgres://postgres@127.0.0.1:{port}/postgres")).await;
    let with_tls = "SELECT bool_and(ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                    WHERE application_name = 'numport journal'";
    let row = client.query_one(with_tls, &[]).await.unwrap();
    assert!(row.get::<_, bool>(0) && row.get::<_, i64>(1) > 0);

    let without = pooler::start(&server.socket_of(port), Order::BySession).await;
    for (host, port, root, cause) in [
        ("localhost", port, OTHER, "certificate"),
        // Trusted, but for another host.
        ("db.example.com", port, ROOT, "certificate"),
        // This one offers no TLS.
        ("localhost", without, ROOT, "TLS"),
    ] {
        let error = connect(host, port, root).await.unwrap_err();
        assert!(error.to_string().contains(cause) && !error.to_string().contains("planted"), "{error}");
    }
}
