//! The engine under every client: build, send, classify, retry, read.

mod builder;
mod call;
mod classify;
mod engine;
mod headers;
mod pages;
mod rate;
mod redact;
mod retry;
mod retry_after;
mod transport;
mod url;
mod vars;

pub use builder::ClientBuilder;
pub(crate) use builder::{About, check_key};
pub(crate) use call::Call;
pub(crate) use engine::{Engine, Words};
pub(crate) use pages::Next;
pub use retry::RetryPolicy;
pub(crate) use vars::Vars;

/// What the fuzz targets need, and nobody else.
#[cfg(fuzzing)]
pub(crate) mod fuzzing {
    pub(crate) use super::call::Prepared;
    pub(crate) use super::retry_after::retry_after as read_retry_after;
    pub(crate) use super::transport::{Attempt, Body, Head};
}
