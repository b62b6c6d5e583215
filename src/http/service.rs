//! What all clients of one service have in common.

use serde_json::Value;

use crate::model::Service;

/// The properties that all clients of one service share: its name, its base URL, and how it reports errors.
#[derive(Clone, Debug)]
#[must_use]
pub struct ServiceInfo {
    pub(super) service: Service,
    pub(super) base_url: &'static str,
    pub(super) error_body: fn(&Value) -> ErrorBody,
    pub(super) rejects: fn(&[u8]) -> bool,
    pub(super) reset_header: Option<&'static str>,
    pub(super) paths: &'static [&'static [&'static str]],
}

/// The code and the messages of a service's error body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // services make it, and a field more would be a case more for each
pub struct ErrorBody {
    /// The service's own code.
    pub code: Option<String>,
    /// The service's messages for people. Empty messages are dropped. [`Refusal`](crate::error::Refusal) says how much
    /// of the others an error keeps.
    pub messages: Vec<String>,
}

impl ServiceInfo {
    /// Describes a service.
    ///
    /// `base_url` is the default of the builder; it is empty for a service that has an address for each account.
    /// `error_body` extracts the code and the messages from the JSON body of an error response, in which secrets are
    /// already redacted.
    pub const fn new(service: Service, base_url: &'static str, error_body: fn(&Value) -> ErrorBody) -> Self {
        Self { service, base_url, error_body, rejects: |_| false, reset_header: None, paths: &[] }
    }

    /// Sets how to recognize a body that reports a failure although the status is a success, such as `{"success":
    /// false}`. Defaults to none.
    pub const fn rejects(mut self, rejects: fn(&[u8]) -> bool) -> Self {
        self.rejects = rejects;
        self
    }

    /// Sets the header in which the service says after how many seconds its rate limit ends. The client waits so long after
    /// a 429 without a `Retry-After`. Defaults to none.
    pub const fn reset_header(mut self, name: &'static str) -> Self {
        self.reset_header = Some(name);
        self
    }

    /// Sets the paths whose URLs are built once for each client. Use it for the paths of frequent calls.
    pub const fn paths(mut self, paths: &'static [&'static [&'static str]]) -> Self {
        self.paths = paths;
        self
    }
}
