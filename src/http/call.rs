//! A call before it is sent: plain data, without I/O.

use std::fmt;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use serde::Serialize;
use url::Url;

use super::url::{BaseUrl, Segments};
use crate::error::{Result, Safety, sendable};
use crate::model::{ProblemCode, Problems, Service};

/// One call to a service: the request, and whether it is safe to send twice.
///
/// A `GET` is a read. Every other call counts as a create ([`Safety::Create`]), and the client never resends it after a
/// lost response, unless the call is marked as [`repeatable`](Self::repeatable) or [`read_only`](Self::read_only).
///
/// The path is a list of segments below the client's base URL. Each segment is encoded and stays one segment, whatever
/// it contains, so an id cannot lead to another path or another origin. The client refuses to send a call with an empty
/// segment, `.`, `..` or control characters.
///
/// The operation, such as `get number`, names the call in errors and logs.
///
/// ```
/// use numport::http::Call;
/// use serde_json::json;
///
/// let read = Call::get("list tools", &["tool"]).query("limit", Some(10));
/// let create = Call::post("make tool", &["tool"]).json(&json!({"type": "endCall"}));
/// let update = Call::patch("update tool", &["tool", "7b2c"]).repeatable().json(&json!({"async": true}));
/// // Twirp-style APIs read by POST.
/// let search = Call::post("list trunks", &["twirp", "livekit.SIP", "ListSIPTrunk"]).read_only().json(&json!({}));
/// ```
#[must_use]
pub struct Call {
    pub(super) operation: &'static str,
    pub(super) safety: Safety,
    method: Method,
    target: Target,
    /// Whether the path ends with a slash.
    slash: bool,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Result<Bytes, serde_json::Error>,
    content: Content,
}

enum Target {
    /// Its segments, or what is wrong with one of them.
    Path(Result<Segments, Vec<&'static str>>),
    /// A link that the service gave, checked to be of its own origin.
    Link(Url),
}

/// What a request's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    None,
    Json,
    Form,
}

/// A call with its address and body made.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Empty when there is none.
    pub(crate) body: Bytes,
    pub(super) content: Content,
    /// Those of this call alone.
    pub(super) headers: HeaderMap,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The path, the query and the body may hold secrets.
        let mut call = f.debug_struct("Call");
        call.field("operation", &self.operation).field("safety", &self.safety).field("method", &self.method);
        call.finish_non_exhaustive()
    }
}

impl Call {
    fn new(operation: &'static str, method: Method, safety: Safety, path: &[&str]) -> Self {
        let (query, body) = (Vec::new(), Ok(Bytes::new()));
        Self {
            headers: Vec::new(),
            operation,
            safety,
            method,
            target: Target::Path(Segments::new(path)),
            slash: false,
            query,
            body,
            content: Content::None,
        }
    }

    /// Returns a `GET`, which is a read.
    pub fn get(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::GET, Safety::Read, path)
    }

    /// Returns a `POST`, which counts as a create.
    pub fn post(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::POST, Safety::Create, path)
    }

    /// Returns a `PUT`, which counts as a create unless it is marked as [`repeatable`](Self::repeatable).
    pub fn put(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::PUT, Safety::Create, path)
    }

    /// Returns a `PATCH`, which counts as a create unless it is marked as [`repeatable`](Self::repeatable).
    pub fn patch(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::PATCH, Safety::Create, path)
    }

    /// Returns a `DELETE`, which counts as a create unless it is marked as [`repeatable`](Self::repeatable).
    pub fn delete(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::DELETE, Safety::Create, path)
    }

    /// A `GET` of a link that an earlier answer gave.
    pub(super) fn follow(operation: &'static str, link: Url) -> Self {
        Self { target: Target::Link(link), ..Self::get(operation, &[]) }
    }

    /// Marks the call as repeatable: it sets a state, so sending it twice has the same effect as sending it once
    /// ([`Safety::Repeatable`]). The client then retries it after transient errors.
    pub const fn repeatable(mut self) -> Self {
        self.safety = Safety::Repeatable;
        self
    }

    /// Marks the call as a read: it changes nothing, whatever its method ([`Safety::Read`]). The client then retries it
    /// after transient errors.
    pub const fn read_only(mut self) -> Self {
        self.safety = Safety::Read;
        self
    }

    /// Ends the path with a slash, for services that know no path without it.
    pub const fn trailing_slash(mut self) -> Self {
        self.slash = true;
        self
    }

    /// Adds a query parameter, encoded; `None` adds nothing.
    pub fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Adds a header to this call, for example an id of the request. Every attempt has the same value, which must not be
    /// a secret. If it is no valid header, sending the call fails.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets a JSON body. If the value cannot be written as JSON, sending the call fails.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        // Large enough for most, so that it need not grow.
        let mut json = Vec::with_capacity(512);
        self.body = serde_json::to_writer(&mut json, body).map(|()| json.into());
        self.content = Content::Json;
        self
    }

    /// Sets a form body. Without fields there is no body.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.content = if form.is_empty() { Content::None } else { Content::Form };
        self.body = Ok(form.into());
        self
    }

    /// Makes address and body, or names what cannot be sent.
    pub(super) fn prepare(self, service: Service, base: &BaseUrl) -> Result<Prepared> {
        let mut problems = Problems::new();
        let mut url = match self.target {
            Target::Link(url) => url,
            Target::Path(path) => base.join(path, &self.query, &mut problems),
        };
        if self.slash {
            url.set_path(&format!("{}/", url.path()));
        }
        let body = self.body.unwrap_or_else(|error| {
            problems.add(
                ProblemCode::Malformed,
                "body",
                format!("cannot be written as JSON ({error})"),
                "check the values",
            );
            Bytes::new()
        });
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
                (Ok(name), Ok(value)) => drop(headers.insert(name, value)),
                _ => problems.add(ProblemCode::Malformed, name, "is not a valid header", "use plain ASCII"),
            }
        }
        sendable(service, self.operation, problems)?;
        Ok(Prepared { method: self.method, url, body, content: self.content, headers })
    }
}
