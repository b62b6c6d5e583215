//! Custom certificates, in real TLS handshakes. `tls/make.sh` creates them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use numport::error::Delivery;
use numport::{ClientBuilder, Error, Interactly, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::connections::fields;
use crate::support::KEY;

const ROOT: &str = include_str!("tls/root.pem");
const SERVER: (&str, &str) = (include_str!("tls/server.pem"), include_str!("tls/server_key.pem"));
const CLIENT: (&str, &str) = (include_str!("tls/client.pem"), include_str!("tls/client_key.pem"));

/// A server with a certificate for `localhost`. Records each request, and whether its client showed a certificate.
async fn server(asks_for_certificate: bool) -> (u16, UnboundedReceiver<(String, bool)>) {
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate(ROOT)).unwrap();
    let config = match asks_for_certificate {
        true => {
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
            ServerConfig::builder().with_client_cert_verifier(verifier)
        }
        false => ServerConfig::builder().with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_slice(SERVER.1.as_bytes()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate(SERVER.0)], key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (came, requests) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // A client that rejects the certificate, or shows none, sends no request.
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let shown = connection.get_ref().1.peer_certificates().is_some();
            let mut request = vec![0; 8192];
            let length = connection.read(&mut request).await.unwrap_or(0);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
            let _ = connection.write_all(answer).await;
            let _ = connection.shutdown().await;
            let _ = came.send((String::from_utf8_lossy(&request[..length]).into_owned(), shown));
        }
    });
    (port, requests)
}

fn builder(host: &str, port: u16) -> ClientBuilder<Interactly> {
    let builder = Interactly::builder(KEY).base_url(format!("https://{host}:{port}")).no_proxy();
    builder.retry(RetryPolicy::never()).resolve(host, [IpAddr::from(Ipv4Addr::LOCALHOST)])
}

async fn asked(builder: ClientBuilder<Interactly>) -> Result<(), Error> {
    builder.build().unwrap().list_numbers(None).await.map(drop)
}

#[tokio::test]
async fn a_custom_root_is_trusted_and_nothing_is_sent_without_it() {
    let (port, mut requests) = server(false).await;
    asked(builder("localhost", port).root_certificates(ROOT)).await.unwrap();
    let (request, shown) = requests.recv().await.unwrap();
    assert!(request.starts_with("GET /assistants/v1/numbers ") && request.contains(KEY), "{request}");
    assert!(!shown);

    for refused in [
        builder("localhost", port),
        builder("localhost", port).root_certificates(CLIENT.0),
        // Trusted, but for another host.
        builder("voice.example.com", port).root_certificates(ROOT),
    ] {
        let error = asked(refused).await.unwrap_err();
        assert_eq!(error.call().unwrap().delivery, Delivery::NotSent, "{error:?}");
        assert!(error.report().contains("certificate"), "{}", error.report());
    }
    assert!(requests.try_recv().is_err(), "a request was sent all the same");
}

#[tokio::test]
async fn a_client_certificate_is_shown_on_request() {
    let (port, mut requests) = server(true).await;
    let builder = || builder("localhost", port).root_certificates(ROOT);
    asked(builder().client_certificate(CLIENT.0, CLIENT.1)).await.unwrap();
    let (request, shown) = requests.recv().await.unwrap();
    assert!(request.starts_with("GET "), "{request}");
    assert!(shown);

    let error = asked(builder()).await.unwrap_err();
    assert!(requests.try_recv().is_err(), "a request was answered all the same");
    assert!(error.call().is_some_and(|call| call.status.is_none()), "{error:?}");
}

#[test]
fn certificates_are_read_when_the_client_is_built() {
    let builder = || Interactly::builder(KEY);
    builder().root_certificates(ROOT).root_certificates([ROOT, SERVER.0].concat()).build().unwrap();
    builder().client_certificate(CLIENT.0, CLIENT.1).build().unwrap();
    assert_eq!(fields(builder().root_certificates("").build()), ["root_certificates"]);
    for (chain, key) in [("", CLIENT.1), (CLIENT.0, ""), (CLIENT.0, "hush"), ("x", "x")] {
        let built = builder().client_certificate(chain, key).build();
        assert!(!format!("{built:?}").contains("hush"));
        assert_eq!(fields(built), ["client_certificate"]);
    }
    let own = builder().http_client(reqwest::Client::new()).root_certificates(ROOT);
    let own = own.client_certificate(CLIENT.0, CLIENT.1).build();
    assert_eq!(fields(own), ["root_certificates", "client_certificate"]);
}
