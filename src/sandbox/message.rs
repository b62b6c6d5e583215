//! Requests to a service, and its responses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// A parsed request.
#[derive(Clone)]
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    /// The segments of its path, decoded.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Request<'_> {
    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An integer parameter of the query, or else the default; `None` if it is not an integer.
    pub(super) fn whole(&self, name: &str, default: usize) -> Option<usize> {
        self.query(name).map_or(Some(default), |text| text.parse().ok())
    }

    /// The first parameter of the query that is not in this list.
    pub(super) fn unknown_parameter(&self, known: &[&str]) -> Option<&str> {
        self.query.iter().map(|(name, _)| name.as_str()).find(|name| !known.contains(name))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body has this media type.
    pub(super) fn is_of(&self, media_type: &str) -> bool {
        let said = self.header("content-type").and_then(|value| value.split(';').next());
        said.is_some_and(|said| said.trim().eq_ignore_ascii_case(media_type))
    }

    pub(super) fn has_bearer(&self, key: &str) -> bool {
        self.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) == Some(key)
    }

    pub(super) fn has_basic(&self, user: &str, password: &str) -> bool {
        self.basic().is_some_and(|(known, secret)| (known.as_str(), secret.as_str()) == (user, password))
    }

    /// User and password of basic authorization.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(BASE64.decode(encoded).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    /// The fields of the body, if it is a form.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        let form = if self.is_of("application/x-www-form-urlencoded") { self.body } else { &[] };
        url::form_urlencoded::parse(form).into_owned().collect()
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }

    /// The body, if it is JSON and its content type says so.
    pub(super) fn typed_json(&self) -> Option<Value> {
        if self.is_of("application/json") { self.json() } else { None }
    }
}

/// The result of a request: carried out, or refused.
pub(super) type Answer = Result<Reply, Reply>;

/// A response.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) media_type: &'static str,
    /// Empty if there is no body.
    pub(super) body: String,
    pub(super) retry_after: Option<String>,
}

impl Reply {
    pub(super) fn json(status: u16, body: impl Into<Value>) -> Self {
        Self::with(status, "application/json", body.into().to_string())
    }

    pub(super) const fn xml(status: u16, body: String) -> Self {
        Self::with(status, "application/xml", body)
    }

    /// A response in plain text, as Plivo sends for a wrong login.
    #[cfg_attr(not(feature = "plivo"), allow(dead_code))]
    pub(super) const fn text(status: u16, body: String) -> Self {
        Self::with(status, "text/plain", body)
    }

    pub(super) const fn html(status: u16, body: String) -> Self {
        Self::with(status, "text/html", body)
    }

    /// A response without a body.
    pub(super) const fn empty(status: u16) -> Self {
        Self::with(status, "", String::new())
    }

    const fn with(status: u16, media_type: &'static str, body: String) -> Self {
        Self { status, media_type, body, retry_after: None }
    }

    pub(super) const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }

    /// The same response with another body, if it has JSON.
    pub(super) fn edited(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        if let Ok(mut body) = serde_json::from_str(&self.body) {
            edit(&mut body);
            self.body = body.to_string();
        }
        self
    }
}

/// The usual reason phrase of a status.
pub(super) fn phrase(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}
