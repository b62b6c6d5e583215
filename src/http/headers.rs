//! The headers of a client's requests, made once.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};

/// What a request's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    None,
    Json,
    Form,
}

/// One map for each kind of body: to add a header to a map that was cloned costs more than the clone.
#[derive(Debug)]
pub(crate) struct Headers {
    none: HeaderMap,
    json: HeaderMap,
    form: HeaderMap,
}

impl Headers {
    pub(crate) fn new(headers: HeaderMap) -> Self {
        let with = |content_type| {
            let mut headers = headers.clone();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            headers
        };
        Self { json: with("application/json"), form: with("application/x-www-form-urlencoded"), none: headers }
    }

    /// Those of a request with such a body.
    pub(crate) const fn of(&self, content: Content) -> &HeaderMap {
        match content {
            Content::None => &self.none,
            Content::Json => &self.json,
            Content::Form => &self.form,
        }
    }
}
