//! Shared code of the tests of rules: a server that accepts everything and counts the requests.

use numport::error::CallFault;
use numport::{Error, Result};
use serde_json::Value;
use wiremock::{MockServer, ResponseTemplate};

use crate::support::server;

pub(crate) struct Edges<C> {
    server: MockServer,
    client: C,
    sent: usize,
}

/// Whether the request passed. The same response to all of them may be about another number.
pub(crate) fn is_mismatch(error: &Error) -> bool {
    error.call().is_some_and(|call| matches!(call.fault, CallFault::Mismatch(_)))
}

impl<C: Clone> Edges<C> {
    /// Gives every call this response.
    pub(crate) async fn new(answer: Value, client: impl FnOnce(String) -> C) -> Self {
        let server = server(ResponseTemplate::new(200).set_body_json(answer)).await;
        let client = client(server.uri());
        Self { server, client, sent: 0 }
    }

    async fn received(&self) -> usize {
        self.server.received_requests().await.expect("recorded").len()
    }

    /// Checks that this call is sent.
    pub(crate) async fn takes<T>(&mut self, what: &str, call: impl AsyncFnOnce(C) -> Result<T>) {
        if let Err(error) = call(self.client.clone()).await {
            assert!(is_mismatch(&error), "{what}: {error}: {error:?}");
        }
        self.sent += 1;
        assert_eq!(self.received().await, self.sent, "{what}");
    }

    /// Checks that this call is not sent, and has problems in exactly these fields. Returns the problems as text.
    pub(crate) async fn refuses<T>(&self, fields: &[&str], call: impl AsyncFnOnce(C) -> Result<T>) -> String {
        let Err(error) = call(self.client.clone()).await else { panic!("{fields:?}: it was taken") };
        assert_eq!(self.received().await, self.sent, "{fields:?}: it was sent");
        assert_eq!(problem_fields(&error), fields, "{error}");
        error.to_string()
    }
}

/// The fields that an error names.
pub(crate) fn problem_fields(error: &Error) -> Vec<&str> {
    match error {
        Error::Invalid(invalid) => invalid.problems.iter().map(|problem| problem.field.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}
