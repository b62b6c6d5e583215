//! Lists of several pages, and a guard against those that never end.

use std::collections::HashSet;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;

use super::call::Call;
use super::engine::Engine;
use crate::error::{Error, PageFault, Result};

/// Remembers the pages of one list that were read.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashSet<String>);

impl Seen {
    /// Notes a page by its link, cursor or first item; a page that comes again is a fault.
    pub(crate) fn note(&mut self, page: impl Into<String>) -> Result<(), PageFault> {
        if self.0.insert(page.into()) { Ok(()) } else { Err(PageFault::Repeated) }
    }
}

impl Engine {
    /// All items of a list whose pages link to the next one. `split` takes a page apart into its items
    /// and that link; none, or an empty one, is the end.
    pub(crate) fn linked<'a, P: DeserializeOwned + Send + 'a, T: Send + 'a>(
        &'a self,
        first: Result<Call>,
        split: fn(P) -> (Vec<T>, Option<String>),
    ) -> BoxStream<'a, Result<T>> {
        enum Next {
            First(Result<Call>),
            Link(&'static str, String),
            End,
        }
        let pages = stream::try_unfold((Next::First(first), Seen::default()), move |(next, mut seen)| async move {
            let call = match next {
                Next::First(call) => call?,
                Next::Link(operation, link) => {
                    let call = self.follow(operation, &link)?;
                    seen.note(link).map_err(|fault| self.bad_page(operation, fault))?;
                    call
                }
                Next::End => return Ok::<_, Error>(None),
            };
            let operation = call.operation;
            let (items, link) = split(self.send(call).await?);
            let next = link.filter(|link| !link.is_empty()).map_or(Next::End, |link| Next::Link(operation, link));
            Ok(Some((stream::iter(items).map(Ok), (next, seen))))
        });
        pages.try_flatten().boxed()
    }
}
