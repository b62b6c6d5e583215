//! The requests that the sandbox received.

use std::collections::VecDeque;
use std::fmt;

use serde_json::Value;

use super::fault::Fault;
use crate::model::Service;

/// A request that the sandbox received. `Debug` omits the body, because it may contain secrets.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// The service to which it was sent.
    pub service: Service,
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
    /// The status of the response, even if the client did not receive it; `None` if a fault prevented a response.
    pub status: Option<u16>,
    /// The status that the service itself returned, before a fault changed the response; `None` if a fault kept the
    /// request from the service, so that it was not carried out.
    pub own_status: Option<u16>,
    /// The fault of the request.
    pub fault: Option<Fault>,
}

impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, method, path, .. } = self;
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let status = self.status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
        let fault = self.fault.as_ref().map_or_else(String::new, |fault| format!(" by {fault:?}"));
        write!(f, "{service}: {method} {path}{query} -> {status}{fault}")
    }
}

/// The newest requests, up to the limit.
#[derive(Debug)]
pub(super) struct Requests {
    pub(super) kept: VecDeque<ReceivedRequest>,
    limit: usize,
    pub(super) keeps_bodies: bool,
}

impl Requests {
    pub(super) const fn new(limit: usize, keeps_bodies: bool) -> Self {
        Self { kept: VecDeque::new(), limit, keeps_bodies }
    }

    pub(super) fn push(&mut self, request: ReceivedRequest) {
        self.kept.push_back(request);
        if self.kept.len() > self.limit {
            self.kept.pop_front();
        }
    }
}
