//! A call before it is sent: plain data, made without I/O.

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use url::Url;

use super::headers::Content;
use super::url::{BaseUrl, Segments};
use crate::error::{Result, Safety, sendable};
use crate::model::{Problems, Service};

/// One call to a service: what to send, and what sending it twice would mean.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) safety: Safety,
    method: Method,
    target: Target,
    query: Vec<(&'static str, String)>,
    body: Result<Bytes, serde_json::Error>,
    content: Content,
}

#[derive(Debug)]
enum Target {
    /// Its segments, or what is wrong with one of them.
    Path(Result<Segments, Vec<&'static str>>),
    /// A link that the service gave, checked to be of its own origin.
    Link(Url),
}

/// A call with its address and body made.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Empty when there is none.
    pub(crate) body: Bytes,
    pub(crate) content: Content,
}

impl Call {
    fn new(operation: &'static str, method: Method, safety: Safety, path: &[&str]) -> Self {
        let (query, body) = (Vec::new(), Ok(Bytes::new()));
        Self {
            operation,
            safety,
            method,
            target: Target::Path(Segments::new(path)),
            query,
            body,
            content: Content::None,
        }
    }

    /// A `GET`, which is a read.
    pub(crate) fn get(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::GET, Safety::Read, path)
    }

    /// A `POST`.
    pub(crate) fn post(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::POST, Safety::Create, path)
    }

    /// A `PUT`.
    pub(crate) fn put(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::PUT, Safety::Create, path)
    }

    /// A `PATCH`.
    pub(crate) fn patch(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::PATCH, Safety::Create, path)
    }

    /// A `DELETE`.
    pub(crate) fn delete(operation: &'static str, path: &[&str]) -> Self {
        Self::new(operation, Method::DELETE, Safety::Create, path)
    }

    /// A `GET` of a link that an earlier answer gave.
    pub(crate) fn follow(operation: &'static str, link: Url) -> Self {
        Self { target: Target::Link(link), ..Self::get(operation, &[]) }
    }

    /// States that the call sets a state: sending it twice does what sending it once does.
    pub(crate) fn repeatable(mut self) -> Self {
        self.safety = Safety::Repeatable;
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        // Large enough for most, so that it need not grow.
        let mut json = Vec::with_capacity(512);
        self.body = serde_json::to_writer(&mut json, body).map(|()| json.into());
        self.content = Content::Json;
        self
    }

    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.content = if form.is_empty() { Content::None } else { Content::Form };
        self.body = Ok(form.into());
        self
    }

    /// Makes address and body, or names what cannot be sent.
    pub(crate) fn prepare(self, service: Service, base: &BaseUrl) -> Result<Prepared> {
        let mut problems = Problems::default();
        let url = match self.target {
            Target::Link(url) => url,
            Target::Path(path) => base.join(path, &self.query, &mut problems),
        };
        let body = self.body.unwrap_or_else(|error| {
            problems.add("body", format!("cannot be written as JSON ({error})"), "check the values set");
            Bytes::new()
        });
        sendable(service, self.operation, problems)?;
        Ok(Prepared { method: self.method, url, body, content: self.content })
    }
}
