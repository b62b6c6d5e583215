//! What all clients of one service have in common.

use serde_json::Value;

use crate::model::Service;

/// What all clients of one service have in common: its name, its base URL, and how it reports errors.
#[derive(Clone, Debug)]
#[must_use]
pub struct ServiceInfo {
    pub(super) service: Service,
    pub(super) base_url: &'static str,
    pub(super) error_body: fn(&Value) -> ErrorBody,
    pub(super) rejects: fn(&[u8]) -> bool,
    pub(super) paths: &'static [&'static [&'static str]],
}

/// The code and the messages of a service's error body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // services make it, and a field more would be a case more for each
pub struct ErrorBody {
    /// The service's own code.
    pub code: Option<String>,
    /// Its messages for people. Empty ones are dropped; of the others, errors keep as much as
    /// [`Refusal`](crate::error::Refusal) says.
    pub messages: Vec<String>,
}

impl ServiceInfo {
    /// Describes a service.
    ///
    /// `base_url` is used unless the builder is given another one; it is empty for a service that has an address for
    /// each account. `error_body` finds code and messages in the JSON body of a response that is not a success;
    /// secrets are already redacted there.
    pub const fn new(service: Service, base_url: &'static str, error_body: fn(&Value) -> ErrorBody) -> Self {
        Self { service, base_url, error_body, rejects: |_| false, paths: &[] }
    }

    /// Sets how to recognise a body that reports a failure although the status is a success, such as
    /// `{"success": false}`. Defaults to none.
    pub const fn rejects(mut self, rejects: fn(&[u8]) -> bool) -> Self {
        self.rejects = rejects;
        self
    }

    /// Sets the paths whose URLs are made once for each client, because most calls go there.
    pub const fn paths(mut self, paths: &'static [&'static [&'static str]]) -> Self {
        self.paths = paths;
        self
    }
}
