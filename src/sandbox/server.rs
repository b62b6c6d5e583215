//! The HTTP server of all services.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use super::fault::{Fault, strike};
use super::message::{Reply, Request};
use super::requests::ReceivedRequest;
use super::state::{State, lock};
use crate::model::Service;

/// The maximum length of a body, in bytes.
const MAX_BODY: usize = 2 * 1024 * 1024;

type Shared = Arc<Mutex<State>>;
type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Serves until it is aborted. Then its connections are aborted too.
pub(super) async fn serve(service: Service, listener: TcpListener, state: Shared) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // Usually the error is too many open files. Some may be closed after the pause.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Sends small pieces immediately. Without this they are only delayed.
        let _ = socket.set_nodelay(true);
        while connections.try_join_next().is_some() {}
        let state = state.clone();
        connections.spawn(async move {
            let respond = service_fn(|request| respond(service, state.clone(), request));
            // It ends with an error if a fault closes it, and if the client disconnects.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), respond).await;
        });
    }
}

/// An error closes the connection.
async fn respond(service: Service, state: Shared, request: hyper::Request<Incoming>) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let request = taken_apart(&parts, &[]);
            let mut state = lock(&state);
            let status = StatusCode::PAYLOAD_TOO_LARGE.as_u16();
            let reply = state.api(service).map_or(Reply::empty(status), |api| api.refusal(&request, status, None));
            let status = Some(reply.status);
            state.requests.push(received(service, &parts, status, status));
            return Ok(response(reply, whole));
        }
        Err(error) => return Err(io::Error::other(error)),
    };
    let fault = draw(service, &mut lock(&state), &parts);
    let act = {
        let fault = fault.clone();
        move || act(service, &mut lock(&state), &parts, &body, fault)
    };
    let reply = match fault {
        Some(Fault::DelayBeforeCommit(wait)) => {
            // A task of its own continues after the client has disconnected.
            let late = tokio::spawn(async move {
                sleep(wait).await;
                act()
            });
            late.await.map_err(io::Error::other)?
        }
        _ => act(),
    };
    match fault {
        Some(Fault::DropBeforeCommit | Fault::CommitThenDrop) => return Err(broken()),
        Some(Fault::CommitThenDelay(wait)) => sleep(wait).await,
        _ => {}
    }
    Ok(match fault {
        Some(Fault::TruncatedBody) => response(reply, half),
        Some(Fault::SlowBody { pieces, pause }) => response(reply, |body| slow(body, pieces, pause)),
        _ => response(reply, whole),
    })
}

fn draw(service: Service, state: &mut State, parts: &Parts) -> Option<Fault> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let fault = state.faults.next(service, &format!("{} {target}", parts.method));
    state.waiting += usize::from(matches!(fault, Some(Fault::DelayBeforeCommit(_))));
    fault
}

/// Handles a request with its fault, and records it.
fn act(service: Service, state: &mut State, parts: &Parts, body: &[u8], fault: Option<Fault>) -> Reply {
    let request = taken_apart(parts, body);
    let Some((api, mut context)) = state.open(service) else { return Reply::empty(404) };
    let (reply, own_status) = strike::answer(api, &mut context, &request, fault.as_ref());
    let dropped = matches!(fault, Some(Fault::DropBeforeCommit | Fault::CommitThenDrop));
    let mut received = received(service, parts, (!dropped).then_some(reply.status), own_status);
    if state.requests.keeps_bodies {
        (received.body, received.form) = (request.json(), request.form());
    }
    state.waiting -= usize::from(matches!(fault, Some(Fault::DelayBeforeCommit(_))));
    state.requests.push(ReceivedRequest { fault, ..received });
    reply
}

fn received(service: Service, parts: &Parts, status: Option<u16>, own_status: Option<u16>) -> ReceivedRequest {
    ReceivedRequest {
        service,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        body: None,
        form: Vec::new(),
        status,
        own_status,
        fault: None,
    }
}

fn taken_apart<'a>(parts: &'a Parts, body: &'a [u8]) -> Request<'a> {
    Request {
        method: parts.method.as_str(),
        path: parts.uri.path().split('/').skip(1).map(decoded).collect(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers: &parts.headers,
        body,
    }
}

/// A path segment, percent-decoded. A `+` is kept.
fn decoded(segment: &str) -> String {
    let query = format!("s={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, text)| text.into_owned()).unwrap_or_default()
}

fn response(reply: Reply, send: impl FnOnce(Bytes) -> Body) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Bytes::from(reply.body);
    let typed = (!body.is_empty()).then(|| HeaderValue::from_static(reply.media_type));
    let length = typed.as_ref().map(|_| body.len().into());
    let retry_after = reply.retry_after.and_then(|value| HeaderValue::try_from(value).ok());
    let mut response = Response::new(send(body));
    *response.status_mut() = status;
    let headers = [(header::CONTENT_TYPE, typed), (header::CONTENT_LENGTH, length), (header::RETRY_AFTER, retry_after)];
    response.headers_mut().extend(headers.into_iter().filter_map(|(name, value)| Some((name, value?))));
    response
}

fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}

/// Half of a body, followed by an error.
fn half(body: Bytes) -> Body {
    if body.is_empty() {
        return whole(body);
    }
    let pieces = stream::unfold(Some(body.slice(..body.len() / 2)), |first| async {
        match first {
            Some(first) => Some((Ok(Frame::data(first)), None)),
            None => {
                // hyper sends its buffer only when it has to wait for more.
                yield_now().await;
                Some((Err(broken()), None))
            }
        }
    });
    StreamBody::new(pieces).boxed_unsync()
}

fn slow(body: Bytes, pieces: usize, pause: Duration) -> Body {
    if body.is_empty() {
        return whole(body);
    }
    let length = body.len().div_ceil(pieces).max(1);
    let total = body.len();
    let pieces = stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        if rest.len() < total {
            sleep(pause).await;
        }
        let piece = rest.split_to(length.min(rest.len()));
        Some((Ok(Frame::data(piece)), rest))
    });
    StreamBody::new(pieces).boxed_unsync()
}

fn broken() -> io::Error {
    io::Error::other("broken off on purpose")
}
