//! From a socket to a service's function and back: one way for all services.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::fault::{Fault, Service};
use super::world::World;

/// One service of the sandbox.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) service: Service,
    pub(super) base_url_var: &'static str,
    pub(super) vars: &'static [(&'static str, &'static str)],
    pub(super) answer: fn(&mut World, &Request<'_>) -> Reply,
    /// How it says no with this status.
    pub(super) refusal: fn(&Request<'_>, u16) -> Reply,
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

    /// The body's fields, if it is a form.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        let form = if self.is_of("application/x-www-form-urlencoded") { self.body } else { &[] };
        url::form_urlencoded::parse(form).into_owned().collect()
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    media_type: &'static str,
    body: Option<String>,
    retry_after: Option<String>,
}

impl Reply {
    pub(super) fn json(status: u16, body: impl Into<Value>) -> Self {
        Self::with(status, "application/json", Some(body.into().to_string()))
    }

    pub(super) const fn xml(status: u16, body: String) -> Self {
        Self::with(status, "application/xml", Some(body))
    }

    /// An answer without a body.
    pub(super) const fn empty(status: u16) -> Self {
        Self::with(status, "", None)
    }

    const fn with(status: u16, media_type: &'static str, body: Option<String>) -> Self {
        Self { status, media_type, body, retry_after: None }
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
    /// The fields of the body, in their order, if it was a form.
    pub form: Vec<(String, String)>,
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
    let reply = match world.faults.next(site.service) {
        None => (site.answer)(&mut world, &request),
        Some(Fault::Refuse { status, retry_after }) => Reply { retry_after, ..(site.refusal)(&request, status) },
    };
    world.journal.push(Entry {
        service: site.service.as_str(),
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().map(str::to_owned),
        body: request.json(),
        form: request.form(),
        status: reply.status,
    });
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match reply.body {
        Some(body) => (status, [(header::CONTENT_TYPE, reply.media_type)], body).into_response(),
        None => status.into_response(),
    };
    let retry_after = reply.retry_after.and_then(|value| HeaderValue::try_from(value).ok());
    response.headers_mut().extend(retry_after.map(|value| (header::RETRY_AFTER, value)));
    response
}

/// The usual words for a status.
pub(super) fn phrase(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

/// A path segment without its percent signs. A `+` stays a `+`.
fn decoded(segment: &str) -> String {
    let query = format!("s={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, text)| text.into_owned()).unwrap_or_default()
}
