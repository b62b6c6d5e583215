//! A server that breaks off wherever a test wants it to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a connection once the whole request is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Break {
    /// Closes without a byte.
    BeforeAnswer,
    /// Sends part of the head.
    InHead,
    /// Sends a success whose body ends early.
    InBody,
    /// Sends a refusal whose body ends early.
    InRefusal,
    /// Never answers.
    Silence,
    /// Breaks nothing: an empty list of ten bytes, in two pieces, whose length is not announced.
    InPieces,
}

pub(crate) struct Raw {
    pub(crate) uri: String,
    requests: Arc<AtomicUsize>,
}

impl Raw {
    pub(crate) async fn start(how: Break) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = requests.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, how, counter.clone()));
            }
        });
        Self { uri, requests }
    }

    /// How many whole requests have come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn serve(mut connection: TcpStream, how: Break, requests: Arc<AtomicUsize>) {
    read_request(&mut connection).await;
    requests.fetch_add(1, Ordering::SeqCst);
    let head = |status: &str| format!("HTTP/1.1 {status}\r\nx-request-id: r-7\r\ncontent-length: 100\r\n\r\n{{\"id\":");
    let answer = match how {
        Break::BeforeAnswer => String::new(),
        Break::InHead => "HTTP/1.1 201 Cre".to_owned(),
        Break::InBody => head("201 Created"),
        Break::InRefusal => head("400 Bad Request"),
        Break::InPieces => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
            6\r\n[     \r\n4\r\n   ]\r\n0\r\n\r\n"
            .to_owned(),
        Break::Silence => {
            // Held open until the client gives up.
            let _ = connection.read(&mut [0]).await;
            return;
        }
    };
    let _ = connection.write_all(answer.as_bytes()).await;
}

/// Reads a head, and the body that it announces.
async fn read_request(connection: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = connection.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let announced =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= announced.unwrap_or(0) {
            return;
        }
    }
}
