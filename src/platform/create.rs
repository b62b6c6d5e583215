use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::error::Result;
use crate::model::NumberRecord;

/// A checked import that is ready to be sent. [`VoicePlatform::create`](super::VoicePlatform::create) returns it.
///
/// Awaiting it sends at most one create, after the steps that must precede it, such as creating a credential. Dropping
/// it before it is polled sends nothing.
#[must_use = "nothing is sent unless it is awaited"]
pub struct Create<'a>(BoxFuture<'a, Result<NumberRecord>>);

impl<'a> Create<'a> {
    /// Wraps the future that sends the create, for platforms of your own. It must send nothing before it is polled.
    pub fn new(future: impl Future<Output = Result<NumberRecord>> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for Create<'_> {
    type Output = Result<NumberRecord>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Create<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Create").finish_non_exhaustive()
    }
}
