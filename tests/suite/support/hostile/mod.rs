//! A server that speaks HTTP/1.1 by hand, and answers what a test tells it to: whole answers, any bytes, an answer twice,
//! or none.
//!
//! A script decides for each request, either alone ([`Hostile::start`]) or with the answer of a real server, such as the
//! sandbox, in its hand ([`Hostile::relay`]). Connections are kept. As with a proxy that has lost count, each request
//! gets the oldest answer that its connection has not sent yet: a script that gives two answers to one request shifts
//! all later answers of that connection by one.
//!
//! Every test binary that uses it loads this folder by its path.

#![allow(dead_code)] // no test binary uses all of it

pub(crate) mod edit;
mod message;

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use self::message::Stream;
pub(crate) use self::message::{Request, Response};

/// What one request gets.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A whole answer. The connection is kept.
    Whole(Response),
    /// These bytes. The connection is kept.
    Bytes(Vec<u8>),
    /// These bytes, and the connection is closed.
    Broken(Vec<u8>),
    /// Nothing. The connection stays open until the client gives up.
    Silence,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::Whole(Response::json(status, body))
    }

    /// The connection is closed without a byte.
    pub(crate) fn closed() -> Self {
        Self::Broken(Vec::new())
    }

    /// The same as the last of its connection.
    pub(crate) fn and_close(self) -> Self {
        match self {
            Self::Whole(response) => Self::Broken(response.bytes()),
            Self::Bytes(bytes) => Self::Broken(bytes),
            other => other,
        }
    }

    /// The same with another body, if it is a whole answer of JSON.
    pub(crate) fn edited(self, edit: impl FnOnce(&mut serde_json::Value)) -> Self {
        match self {
            Self::Whole(response) => Self::Whole(response.edited(edit)),
            other => other,
        }
    }
}

type Script = Box<dyn FnMut(&Request) -> Vec<Answer> + Send>;
type Distort = Box<dyn FnMut(&Request, Answer) -> Vec<Answer> + Send>;

enum Answers {
    Scripted(Mutex<Script>),
    Relayed { to: String, distort: Mutex<Distort> },
}

/// A running server. It ends when it is dropped.
pub(crate) struct Hostile {
    pub(crate) uri: String,
    answers: Arc<Answers>,
    requests: Requests,
    server: JoinHandle<()>,
}

/// At a port that no other one of this process has had, as the sandbox's: an importer remembers of an address what it
/// created there.
async fn new_address() -> TcpListener {
    static USED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut earlier = Vec::new();
    loop {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
        if lock(&USED).insert(listener.local_addr().expect("an address").port()) {
            return listener;
        }
        earlier.push(listener);
    }
}

/// Those that came; `None` when they are not kept.
type Requests = Arc<Mutex<Option<Vec<Request>>>>;

impl Hostile {
    /// Answers as the script says.
    pub(crate) async fn start(script: impl FnMut(&Request) -> Vec<Answer> + Send + 'static) -> Self {
        Self::serve(Answers::Scripted(Mutex::new(Box::new(script)))).await
    }

    /// Answers every request alike.
    pub(crate) async fn always(answer: Answer) -> Self {
        Self::start(move |_| vec![answer.clone()]).await
    }

    /// Lets the server at this address answer, until it is told to [`distort`](Self::distort) what that says.
    pub(crate) async fn relay(uri: &str) -> Self {
        let to = uri.strip_prefix("http://").expect("plain HTTP").trim_end_matches('/').to_owned();
        Self::serve(Answers::Relayed { to, distort: Mutex::new(Box::new(|_, answer| vec![answer])) }).await
    }

    /// Sends from now on what this makes of the real server's answers.
    pub(crate) fn distort(&self, with: impl FnMut(&Request, Answer) -> Vec<Answer> + Send + 'static) {
        let Answers::Relayed { distort, .. } = &*self.answers else { panic!("it relays nothing") };
        *lock(distort) = Box::new(with);
    }

    async fn serve(answers: Answers) -> Self {
        let listener = new_address().await;
        let uri = format!("http://{}", listener.local_addr().expect("an address"));
        let (answers, requests) = (Arc::new(answers), Arc::new(Mutex::new(Some(Vec::new()))));
        let (script, seen) = (answers.clone(), requests.clone());
        let server = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            for connection in 0.. {
                let Ok((socket, _)) = listener.accept().await else { return };
                while connections.try_join_next().is_some() {}
                connections.spawn(converse(socket, connection, script.clone(), seen.clone()));
            }
        });
        Self { uri, answers, requests, server }
    }

    /// Every whole request so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone().expect("requests are kept")
    }

    /// How many requests there were whose method and target begin so.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.requests().iter().filter(|request| request.line().starts_with(start)).count()
    }

    /// Keeps no requests from here on, where there are too many of them.
    pub(crate) fn keep_none(&self) {
        *lock(&self.requests) = None;
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection until either side closes it.
async fn converse(socket: TcpStream, connection: usize, answers: Arc<Answers>, seen: Requests) {
    let _ = socket.set_nodelay(true);
    let (mut client, mut upstream) = (Stream::new(socket), None);
    let mut unsent = VecDeque::new();
    while let Some(request) = client.request(connection).await {
        if let Some(seen) = &mut *lock(&seen) {
            seen.push(request.clone());
        }
        unsent.extend(match &*answers {
            Answers::Scripted(script) => lock(script)(&request),
            Answers::Relayed { to, distort } => {
                let answer = ask(to, &mut upstream, &request).await;
                lock(distort)(&request, answer)
            }
        });
        let (bytes, closes) = match unsent.pop_front() {
            Some(Answer::Whole(response)) => (response.bytes(), false),
            Some(Answer::Bytes(bytes)) => (bytes, false),
            Some(Answer::Broken(bytes)) => (bytes, true),
            Some(Answer::Silence) | None => {
                client.closed().await;
                return;
            }
        };
        if client.socket.write_all(&bytes).await.is_err() || closes {
            return;
        }
    }
}

/// Asks the real server, over a connection that is kept beside that of the client.
async fn ask(to: &str, upstream: &mut Option<Stream>, request: &Request) -> Answer {
    let mut stream = match upstream.take() {
        Some(stream) => stream,
        None => match TcpStream::connect(to).await {
            Ok(socket) => Stream::new(socket),
            Err(_) => return Answer::closed(),
        },
    };
    if stream.socket.write_all(&request.bytes()).await.is_err() {
        return Answer::closed();
    }
    match stream.response().await {
        Ok(response) => {
            *upstream = Some(stream);
            Answer::Whole(response)
        }
        Err(part) => Answer::Broken(part),
    }
}
