//! The HTTP client under every typed client, for platforms and carriers of your own.

mod auth;
mod builder;
mod call;
mod classify;
mod client;
mod connect;
mod engine;
mod pages;
mod rate;
mod redact;
mod retry;
mod retry_after;
mod service;
mod transport;
mod url;
mod vars;

pub use auth::{Auth, Unsigned};
pub use builder::ClientBuilder;
pub use call::Call;
pub use client::Client;
pub use connect::Connect;
pub(crate) use connect::client_methods;
pub use pages::{Next, first_match};
pub use redact::redact;
pub use retry::RetryPolicy;
pub use service::{ErrorBody, ServiceInfo};
pub use vars::Vars;

pub use crate::error::Safety;

/// What the fuzz targets need, and nobody else.
#[cfg(fuzzing)]
pub(crate) mod fuzzing {
    pub(crate) use super::call::Prepared;
    pub(crate) use super::retry_after::retry_after as read_retry_after;
    pub(crate) use super::transport::{Attempt, Body, Head};
}
