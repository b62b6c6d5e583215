//! A server that speaks HTTP/1.1 by hand, and responds as a test says: complete responses, any bytes, a response twice,
//! or none.
//!
//! A script decides on each request, either alone ([`Hostile::start`]) or with the response of a real server such as
//! the sandbox ([`Hostile::relay`]). Connections are kept. Like a proxy that has lost count, the server sends the
//! oldest response that a connection has not sent yet: if a script gives two responses to one request, all later
//! responses of that connection are shifted by one.
//!
//! Every test binary that uses it includes this folder with `#[path]`.

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

/// The response to one request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A complete response. The connection is kept.
    Whole(Response),
    /// These bytes. The connection is kept.
    Bytes(Vec<u8>),
    /// These bytes, and the connection is closed.
    Broken(Vec<u8>),
    /// Nothing. The connection stays open until the client times out.
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

    /// The same response, and then the connection is closed.
    pub(crate) fn and_close(self) -> Self {
        match self {
            Self::Whole(response) => Self::Broken(response.bytes()),
            Self::Bytes(bytes) => Self::Broken(bytes),
            other => other,
        }
    }

    /// The same response with another body, if it is complete and has JSON.
    pub(crate) fn edited(self, edit: impl FnOnce(&mut serde_json::Value)) -> Self {
        match self {
            Self::Whole(response) => Self::Whole(response.edited(edit)),
            other => other,
        }
    }
}

type Script = Box<dyn FnMut(&Request) -> Vec<Answer> + Send>;
type Distort = Box<dyn FnMut(&Request, Answer) -> Vec<Answer> + Send>;
type Intercept = Box<dyn FnMut(&Request) -> Option<Answer> + Send>;

enum Answers {
    Scripted(Mutex<Script>),
    Relayed { to: String, intercept: Mutex<Intercept>, distort: Mutex<Distort> },
}

/// A running server. It ends when it is dropped.
pub(crate) struct Hostile {
    pub(crate) uri: String,
    answers: Arc<Answers>,
    requests: Requests,
    server: JoinHandle<()>,
}

/// Binds a port that no other server of this process has had, as the sandbox does: an importer remembers what it
/// created at an address.
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

/// The received requests; `None` if they are not kept.
type Requests = Arc<Mutex<Option<Vec<Request>>>>;

impl Hostile {
    /// Starts a server that follows the script.
    pub(crate) async fn start(script: impl FnMut(&Request) -> Vec<Answer> + Send + 'static) -> Self {
        Self::serve(Answers::Scripted(Mutex::new(Box::new(script)))).await
    }

    /// Starts a server that gives every request this response.
    pub(crate) async fn always(answer: Answer) -> Self {
        Self::start(move |_| vec![answer.clone()]).await
    }

    /// Starts a relay to the server at this address. It changes nothing until [`distort`](Self::distort).
    pub(crate) async fn relay(uri: &str) -> Self {
        let to = uri.strip_prefix("http://").expect("plain HTTP").trim_end_matches('/').to_owned();
        let (intercept, distort): (Intercept, Distort) = (Box::new(|_| None), Box::new(|_, answer| vec![answer]));
        Self::serve(Answers::Relayed { to, intercept: Mutex::new(intercept), distort: Mutex::new(distort) }).await
    }

    /// From now on, sends what this makes of the real server's responses.
    pub(crate) fn distort(&self, with: impl FnMut(&Request, Answer) -> Vec<Answer> + Send + 'static) {
        let Answers::Relayed { distort, .. } = &*self.answers else { panic!("it relays nothing") };
        *lock(distort) = Box::new(with);
    }

    /// From now on, answers the requests of which this returns a response, and does not relay them.
    pub(crate) fn intercept(&self, with: impl FnMut(&Request) -> Option<Answer> + Send + 'static) {
        let Answers::Relayed { intercept, .. } = &*self.answers else { panic!("it relays nothing") };
        *lock(intercept) = Box::new(with);
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

    /// Every complete request so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone().expect("requests are kept")
    }

    /// How many requests there were whose method and target begin with this.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.requests().iter().filter(|request| request.line().starts_with(start)).count()
    }

    /// Keeps no requests from now on, for tests with too many of them.
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
            Answers::Relayed { to, intercept, distort } => {
                let intercepted = lock(intercept)(&request);
                match intercepted {
                    Some(answer) => vec![answer],
                    None => {
                        let answer = ask(to, &mut upstream, &request).await;
                        lock(distort)(&request, answer)
                    }
                }
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

/// Sends the request to the real server, over a connection that is kept as long as the client's.
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
