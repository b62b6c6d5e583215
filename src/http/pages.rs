//! Lists of several pages, and a guard against those that never end.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};
use url::Url;

use super::call::{Call, Prepared};
use super::client::Client;
use super::engine::{Answered, Asked, Engine};
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
        let list = (Some(first.map(Next::Call)), Vec::new().into_iter(), split, walk);
        stream::try_unfold(list, move |(mut next, mut items, mut split, mut walk)| async move {
            loop {
                if let Some(item) = items.next() {
                    return Ok(Some((item, (next, items, split, walk))));
                }
                let Some(page) = next.take() else { return Ok(None) };
                let Some(page) = walk.fetch(self, page?).await? else { return Ok(None) };
                let (read, following) = split(self.read(page.asked, &page.answered)?);
                walk.count(self, &page, read.len())?;
                (next, items) = (Some(Ok(following)), read.into_iter());
            }
        })
        .boxed()
    }
}

/// A page that was fetched.
struct Page {
    asked: Asked,
    answered: Answered,
    by_link: bool,
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
    /// Fetches a page; `None` at the end of the list. Nothing here depends on the items, so that it is compiled once.
    async fn fetch(&mut self, client: &Client, next: Next) -> Result<Option<Page>> {
        let (call, by_link) = match next {
            Next::Call(call) => (call, false),
            Next::Link(link) => (client.follow(self.operation, self.at.as_ref(), &link)?, true),
            Next::Missing => return Err(client.bad_page(self.operation, PageFault::BadLink)),
            Next::End => return Ok(None),
        };
        let (asked, prepared) = client.prepare(call)?;
        self.operation = asked.operation;
        let bad = |fault| client.bad_page(asked.operation, fault);
        let limits = &client.engine.lists;
        self.begin(&prepared, limits).map_err(bad)?;
        let answered = loop {
            let (begun, left) = (Instant::now(), limits.deadline.saturating_sub(self.spent));
            let Ok(answered) = timeout(left, client.exchange(asked, &prepared)).await else {
                return Err(bad(PageFault::TooSlow { limit: limits.deadline }));
            };
            self.spent = self.spent.saturating_add(begun.elapsed());
            let pause = match answered {
                Ok(answered) => break answered,
                Err(error) => self.pause(error, &client.engine)?,
            };
            tracing::debug!(operation = asked.operation, ?pause, "the list goes on with the same page");
            tokio::time::sleep(pause).await;
            self.spent = self.spent.saturating_add(pause);
        };
        self.at = Some(prepared.url);
        Ok(Some(Page { asked, answered, by_link }))
    }

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

    fn count(&mut self, client: &Client, page: &Page, items: usize) -> Result<()> {
        let bad = |fault| Err(client.bad_page(page.asked.operation, fault));
        if !page.by_link && items > 0 && !self.seen.is_new(&page.answered.body) {
            return bad(PageFault::Repeated);
        }
        self.items = self.items.saturating_add(u64::try_from(items).unwrap_or(u64::MAX));
        let limit = client.engine.lists.max_items;
        if self.items > limit { bad(PageFault::TooManyItems { limit }) } else { Ok(()) }
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
