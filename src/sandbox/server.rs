//! From a socket to a service's function and back: one way for all services.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::world::World;

/// One service of the sandbox.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) name: &'static str,
    pub(super) base_url_var: &'static str,
    pub(super) vars: &'static [(&'static str, &'static str)],
    pub(super) answer: fn(&mut World, &Request<'_>) -> Reply,
}

/// A request, taken apart.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    /// The segments of its path, decoded.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Request<'_> {
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body is said to be of this media type.
    pub(super) fn is_of(&self, media_type: &str) -> bool {
        let said = self.header("content-type").and_then(|value| value.split(';').next());
        said.is_some_and(|said| said.trim().eq_ignore_ascii_case(media_type))
    }

    pub(super) fn has_bearer(&self, key: &str) -> bool {
        self.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) == Some(key)
    }

    /// User and password of basic authorization.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(BASE64.decode(encoded).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    body: Option<Value>,
}

impl Reply {
    pub(super) fn json(status: u16, body: impl Into<Value>) -> Self {
        Self { status, body: Some(body.into()) }
    }

    /// An answer without a body.
    pub(super) const fn empty(status: u16) -> Self {
        Self { status, body: None }
    }
}

/// A request that the sandbox answered. `Debug` leaves the body out, since it may hold secrets.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The service: `interactly`, `vapi`, `twilio`, `signalwire` or `butter`.
    pub service: &'static str,
    /// The method, in capitals.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query, as it was sent.
    pub query: Option<String>,
    /// The body, if it was JSON.
    pub body: Option<Value>,
    /// The status of the answer.
    pub status: u16,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { service, method, path, query, status, .. } = self;
        let query = query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        write!(f, "{service}: {method} {path}{query} -> {status}")
    }
}

type Shared = (Site, Arc<Mutex<World>>);

pub(super) fn router(site: Site, world: Arc<Mutex<World>>) -> Router {
    Router::new().fallback(answer).with_state((site, world))
}

async fn answer(
    State((site, world)): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let url = url::Url::options();
    let base = url::Url::parse("http://sandbox").ok();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let Some(url) = url.base_url(base.as_ref()).parse(target).ok() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let request = Request {
        method: method.as_str(),
        path: url.path().split('/').skip(1).map(decoded).collect(),
        query: url.query_pairs().into_owned().collect(),
        headers: &headers,
        body: &body,
    };
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    let reply = (site.answer)(&mut world, &request);
    world.journal.push(Entry {
        service: site.name,
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().map(str::to_owned),
        body: request.json(),
        status: reply.status,
    });
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let Some(body) = reply.body else { return status.into_response() };
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A path segment without its percent signs. A `+` stays a `+`.
fn decoded(segment: &str) -> String {
    let query = format!("s={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, text)| text.into_owned()).unwrap_or_default()
}
