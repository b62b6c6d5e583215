//! Lists of several pages, and a guard against those that never end.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;

use super::call::Call;
use super::client::Client;
use crate::error::{Error, PageFault, Result};

/// Where the page after a page is.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // clients make it, and nobody else reads it
pub enum Next {
    /// At this link of the service, absolute or relative. It must lead to the client's own origin.
    Link(String),
    /// At this call, with a cursor or the number of the page.
    Call(Call),
    /// The page says that another one follows, but not where. The list ends with [`PageFault::BadLink`].
    Missing,
    /// Nowhere: this page is the last.
    End,
}

impl Next {
    /// Returns the page at this link. No link and an empty one are the end.
    pub fn link(link: Option<String>) -> Self {
        link.filter(|link| !link.is_empty()).map_or(Self::End, Self::Link)
    }
}

impl Client {
    /// Returns all items of a list, page after page. `split` takes a page apart into its items and what comes next.
    ///
    /// The stream ends after its first error. A page that comes again is one ([`PageFault::Repeated`]): a page at an
    /// address that was asked before or, where calls lead from page to page, one with items and the same text as
    /// an earlier one, which a service answers that does not know the parameter for the page.
    pub fn pages<'a, P, T>(
        &'a self,
        first: Result<Call>,
        split: impl FnMut(P) -> (Vec<T>, Next) + Send + 'a,
    ) -> BoxStream<'a, Result<T>>
    where
        P: DeserializeOwned,
        T: Send + 'a,
    {
        let first = ("", first.map(Next::Call), split, Seen::default());
        let pages = stream::try_unfold(first, move |(operation, next, mut split, mut seen)| async move {
            let (call, by_link) = match next? {
                Next::Call(call) => (call, false),
                Next::Link(link) => (self.follow(operation, &link)?, true),
                Next::Missing => return Err(self.bad_page(operation, PageFault::BadLink)),
                Next::End => return Ok::<_, Error>(None),
            };
            let (asked, prepared) = self.prepare(call)?;
            let repeated = || self.bad_page(asked.operation, PageFault::Repeated);
            if !seen.is_new((&prepared.url, &prepared.body)) {
                return Err(repeated());
            }
            let answered = self.exchange(asked, &prepared).await?;
            let (items, next) = split(self.read(asked, &answered)?);
            if !by_link && !items.is_empty() && !seen.is_new(&answered.body) {
                return Err(repeated());
            }
            Ok(Some((stream::iter(items).map(Ok), (asked.operation, Ok(next), split, seen))))
        });
        pages.try_flatten().boxed()
    }
}

/// The pages of one list that were asked for and read, as hashes.
#[derive(Default)]
struct Seen {
    keyed: RandomState,
    pages: HashSet<u64>,
}

impl Seen {
    fn is_new(&mut self, page: impl Hash) -> bool {
        self.pages.insert(self.keyed.hash_one(page))
    }
}
