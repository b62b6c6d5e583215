//! SIP servers that answer as a test says.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) const ROOT: &str = include_str!("tls/root.pem");
const SERVER: (&str, &str) = (include_str!("tls/server.pem"), include_str!("tls/server_key.pem"));

/// What a server got.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<Mutex<Vec<String>>>);

impl Requests {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.all().len()
    }

    /// Notes a request, and returns how many came with it.
    fn note(&self, request: &str) -> usize {
        assert!(request.starts_with("OPTIONS sip:"), "{request}");
        let mut requests = self.0.lock().unwrap();
        requests.push(request.to_owned());
        requests.len()
    }
}

/// A response to the request. `headers` are whole lines.
pub(crate) fn response(request: &str, status: &str, headers: &str) -> Vec<u8> {
    let is_copied =
        |line: &&str| ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name));
    let copied: String = request.lines().filter(is_copied).map(|line| format!("{line}\r\n")).collect();
    format!("SIP/2.0 {status}\r\n{copied}{headers}Content-Length: 0\r\n\r\n").into_bytes()
}

/// Answers every datagram with what the function makes of it and its number, from 1.
pub(crate) async fn udp(mut answer: impl FnMut(&str, usize) -> Vec<Vec<u8>> + Send + 'static) -> (u16, Requests) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (port, requests) = (socket.local_addr().unwrap().port(), Requests::default());
    let noted = requests.clone();
    tokio::spawn(async move {
        let mut datagram = vec![0; 65_535];
        while let Ok((length, peer)) = socket.recv_from(&mut datagram).await {
            let request = String::from_utf8_lossy(&datagram[..length]).into_owned();
            let number = noted.note(&request);
            for datagram in answer(&request, number) {
                socket.send_to(&datagram, peer).await.unwrap();
            }
        }
    });
    (port, requests)
}

/// The same, of every request of every connection. An empty answer closes the connection.
pub(crate) async fn tcp(answer: impl Fn(&str, usize) -> Vec<u8> + Send + Clone + 'static) -> (u16, Requests) {
    stream(answer, None).await
}

/// The same over TLS, with a certificate for `*.tls.test`.
pub(crate) async fn tls(answer: impl Fn(&str, usize) -> Vec<u8> + Send + Clone + 'static) -> (u16, Requests) {
    let certificate = CertificateDer::from_pem_slice(SERVER.0.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(SERVER.1.as_bytes()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![certificate], key).unwrap()));
    stream(answer, Some(acceptor)).await
}

async fn stream(
    answer: impl Fn(&str, usize) -> Vec<u8> + Send + Clone + 'static,
    acceptor: Option<TlsAcceptor>,
) -> (u16, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, requests) = (listener.local_addr().unwrap().port(), Requests::default());
    let noted = requests.clone();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (answer, noted) = (answer.clone(), noted.clone());
            match &acceptor {
                None => drop(tokio::spawn(serve(connection, answer, noted))),
                Some(acceptor) => {
                    let accepting = acceptor.accept(connection);
                    tokio::spawn(async move {
                        if let Ok(connection) = accepting.await {
                            serve(connection, answer, noted).await;
                        }
                    });
                }
            }
        }
    });
    (port, requests)
}

async fn serve(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    answer: impl Fn(&str, usize) -> Vec<u8>,
    noted: Requests,
) {
    let mut octets = Vec::new();
    while let Ok(1..) = connection.read_buf(&mut octets).await {
        while let Some(end) = octets.windows(4).position(|end| end == b"\r\n\r\n") {
            let request: Vec<u8> = octets.drain(..end + 4).collect();
            let request = String::from_utf8_lossy(&request).into_owned();
            let answer = answer(&request, noted.note(&request));
            if answer.is_empty() {
                return;
            }
            // Octet by octet, as a network may cut it.
            for octet in answer {
                if connection.write_all(&[octet]).await.is_err() || connection.flush().await.is_err() {
                    return;
                }
            }
        }
    }
}
