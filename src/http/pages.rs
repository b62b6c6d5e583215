//! Lists of several pages, and a guard against those that never end.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};
use url::Url;

use super::call::{Call, Prepared};
use super::client::Client;
use super::engine::Engine;
use super::list_limits::ListLimits;
use crate::error::{Error, ErrorKind, PageFault, Result};

/// The location of the next page of a list.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // clients make it, and nobody else reads it
pub enum Next {
    /// The next page is at this link of the service, absolute or relative. It must be below the client's base URL.
    Link(String),
    /// This call fetches the next page, with a cursor or a page number.
    Call(Call),
    /// The page says that another one follows, but not where. The list ends with [`PageFault::BadLink`].
    Missing,
    /// This page is the last one.
    End,
}

impl Next {
    /// Returns the page at this link. A missing or empty link is the end of the list.
    pub fn link(link: Option<String>) -> Self {
        link.filter(|link| !link.is_empty()).map_or(Self::End, Self::Link)
    }
}

impl Client {
    /// Returns all items of a list, page after page. `split` splits a page into its items and the location of the next
    /// page.
    ///
    /// The stream ends after its first error. A repeated page is an error ([`PageFault::Repeated`]): a page at an
    /// address that was already requested, or, if calls lead from page to page, a page with items and the same text as
    /// an earlier one. A service returns such a page if it does not know the page parameter. A list that is longer than
    /// the client's
    /// [`ListLimits`](super::ListLimits) also ends with an error.
    pub fn pages<'a, P, T>(
        &'a self,
        first: Result<Call>,
        split: impl FnMut(P) -> (Vec<T>, Next) + Send + 'a,
    ) -> BoxStream<'a, Result<T>>
    where
        P: DeserializeOwned,
        T: Send + 'a,
    {
        let walk = Walk { operation: "", at: None, seen: Seen::default(), pages: 0, items: 0, spent: Duration::ZERO };
        let pages =
            stream::try_unfold((first.map(Next::Call), split, walk), move |(next, mut split, mut walk)| async move {
                let (call, by_link) = match next? {
                    Next::Call(call) => (call, false),
                    Next::Link(link) => (self.follow(walk.operation, walk.at.as_ref(), &link)?, true),
                    Next::Missing => return Err(self.bad_page(walk.operation, PageFault::BadLink)),
                    Next::End => return Ok::<_, Error>(None),
                };
                let (asked, prepared) = self.prepare(call)?;
                walk.operation = asked.operation;
                let bad = |fault| self.bad_page(asked.operation, fault);
                let limits = &self.engine.lists;
                walk.begin(&prepared, limits).map_err(bad)?;
                let answered = loop {
                    let (begun, left) = (Instant::now(), limits.deadline.saturating_sub(walk.spent));
                    let Ok(answered) = timeout(left, self.exchange(asked, &prepared)).await else {
                        return Err(bad(PageFault::TooSlow { limit: limits.deadline }));
                    };
                    walk.spent = walk.spent.saturating_add(begun.elapsed());
                    let pause = match answered {
                        Ok(answered) => break answered,
                        Err(error) => walk.pause(error, &self.engine)?,
                    };
                    tracing::debug!(operation = asked.operation, ?pause, "the list goes on with the same page");
                    tokio::time::sleep(pause).await;
                    walk.spent = walk.spent.saturating_add(pause);
                };
                let (items, next) = split(self.read(asked, &answered)?);
                if !by_link && !items.is_empty() && !walk.seen.is_new(&answered.body) {
                    return Err(bad(PageFault::Repeated));
                }
                walk.count(items.len(), limits).map_err(bad)?;
                walk.at = Some(prepared.url);
                Ok(Some((stream::iter(items).map(Ok), (Ok(next), split, walk))))
            });
        pages.try_flatten().boxed()
    }
}

/// A list that is being read.
struct Walk {
    operation: &'static str,
    /// Where the page before was, which its link may be relative to.
    at: Option<Url>,
    seen: Seen,
    pages: u32,
    items: u64,
    spent: Duration,
}

impl Walk {
    fn begin(&mut self, page: &Prepared, limits: &ListLimits) -> Result<(), PageFault> {
        if !self.seen.is_new((&page.url, &page.body)) {
            return Err(PageFault::Repeated);
        }
        let limit = limits.max_pages.max(1);
        if self.pages >= limit {
            return Err(PageFault::TooManyPages { limit });
        }
        self.pages += 1;
        Ok(())
    }

    /// How long to wait before the same page is asked for again. A list that has begun goes on when the service has
    /// refused all attempts for one of its pages, or the client had to hold them back.
    fn pause(&self, error: Error, engine: &Engine) -> Result<Duration> {
        let goes_on = self.pages > 1 && engine.pacing.is_adaptive() && engine.retry.max_attempts > 1;
        let pause = error.retry_after().unwrap_or(engine.retry.max_backoff);
        let in_time = pause < engine.lists.deadline.saturating_sub(self.spent);
        let refused = error.kind() == ErrorKind::RateLimited || error.retry_after().is_some();
        if goes_on && in_time && refused { Ok(pause) } else { Err(error) }
    }

    fn count(&mut self, items: usize, limits: &ListLimits) -> Result<(), PageFault> {
        self.items = self.items.saturating_add(u64::try_from(items).unwrap_or(u64::MAX));
        let limit = limits.max_items;
        if self.items > limit { Err(PageFault::TooManyItems { limit }) } else { Ok(()) }
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
