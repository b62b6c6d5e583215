//! The engine under every client: build, send, judge, try again, read.

mod base;
mod builder;
mod call;
mod engine;
mod headers;
mod judge;
mod limit;
mod page;
mod policy;
mod retry_after;
mod scrub;
mod transport;
mod vars;

pub use builder::ClientBuilder;
pub(crate) use builder::{About, check_key};
pub(crate) use call::Call;
pub(crate) use engine::{Engine, Words};
pub(crate) use page::Seen;
pub use policy::RetryPolicy;
pub(crate) use vars::Vars;

/// What the fuzz targets need, and nobody else.
#[cfg(fuzzing)]
pub(crate) mod fuzzing {
    pub(crate) use super::call::Prepared;
    pub(crate) use super::retry_after::retry_after as read_retry_after;
    pub(crate) use super::transport::{Attempt, Body, Head};
}
