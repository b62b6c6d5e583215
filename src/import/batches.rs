//! A stream of imports of which those that are to be verified wait for one another, so that one list serves them all.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, BoxStream, FuturesUnordered, Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

use super::bulk::Refused;
use super::listing::Lists;
use super::memory::MAX_UNRESOLVED;
use super::verify::Unverified;
use super::{Imported, Importer};
use crate::E164;
use crate::http::count::RequestCount;

/// How many imports are verified together; more if they wait for an earlier batch.
pub(super) const BATCH: usize = 100;
/// How many batches are verified at a time.
const BATCHES: usize = 2;
/// How long an import waits for others at most.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What is made of an import once it is verified.
pub(super) type Finish<T> = Box<dyn FnOnce(Imported) -> T + Send>;

/// An item of a run over many numbers.
pub(super) enum Item<T> {
    /// It has ended.
    Done(T),
    /// Its import is to be verified first.
    Unverified(Box<Unverified>, Finish<T>),
}

/// What the items of a run over many numbers share.
pub(super) struct Shared {
    /// That of the run.
    pub(super) importer: Importer,
    pub(super) lists: Lists,
    pub(super) refused: Refused,
    requests: RequestCount,
}

impl Shared {
    /// For at least `expected` numbers. `is_wanted` says which are kept of a list.
    pub(super) fn new(
        importer: &Importer,
        expected: usize,
        is_wanted: impl Fn(&E164) -> bool + Clone + Send + Sync + 'static,
    ) -> Arc<Self> {
        let importer = importer.for_run();
        let lists = Lists::new(&importer, expected, is_wanted);
        let refused = Refused::of(&importer);
        Arc::new(Self { importer, lists, refused, requests: RequestCount::default() })
    }

    /// Runs the items [`batched`], and counts their requests: `counting` takes those since the item before.
    pub(super) fn run<'a, T, F>(
        self: Arc<Self>,
        items: impl Stream<Item = F> + Send + 'a,
        counting: impl Fn(T, u64) -> T + Send + 'a,
    ) -> BoxStream<'a, T>
    where
        T: Send + 'a,
        F: Future<Output = Item<T>> + Send + 'a,
    {
        let (requests, verifier) = (self.requests.clone(), self.clone());
        let items = items.map(move |item| requests.of(item));
        let verify = move |unverified: Vec<Unverified>| {
            let run = verifier.clone();
            async move { run.requests.of(run.importer.verify_all(unverified, &run.lists)).await }.boxed()
        };
        let items = batched(items, self.importer.concurrency, verify);
        items.map(move |item| counting(item, self.requests.take())).boxed()
    }
}

type Verify<'a> = Box<dyn Fn(Vec<Unverified>) -> BoxFuture<'a, Vec<Imported>> + Send + 'a>;

struct Batches<'a, T> {
    /// Each with its place, which it keeps until it is verified.
    items: BoxStream<'a, (Item<T>, Option<OwnedSemaphorePermit>)>,
    /// How many items have begun and not come out yet.
    in_flight: Arc<AtomicUsize>,
    verify: Verify<'a>,
    has_ended: bool,
    waiting: Vec<Waiting<T>>,
    /// When the batch of those that wait closes.
    closes: Option<Pin<Box<Sleep>>>,
    /// The batches that are being verified.
    batches: FuturesUnordered<BoxFuture<'a, Vec<T>>>,
    ready: VecDeque<T>,
}

struct Waiting<T> {
    unverified: Unverified,
    finish: Finish<T>,
    place: Option<OwnedSemaphorePermit>,
}

/// Runs items concurrently, and yields them in the order in which they end. Those that are to be verified wait for one
/// another: until [`BATCH`] of them wait, for [`LONGEST_WAIT`], or until no other can join them. While
/// [`BATCHES`] are verified the next one is gathered; when that is full as well, no further item is begun.
fn batched<'a, T, F>(
    items: impl Stream<Item = F> + Send + 'a,
    concurrency: usize,
    verify: impl Fn(Vec<Unverified>) -> BoxFuture<'a, Vec<Imported>> + Send + 'a,
) -> BoxStream<'a, T>
where
    T: Send + 'a,
    F: Future<Output = Item<T>> + Send + 'a,
{
    let in_flight = Arc::new(AtomicUsize::new(0));
    let places =
        // Each is unresolved until it is verified, and no more can be.
        Arc::new(Semaphore::new(((1 + BATCHES) * BATCH).saturating_add(concurrency).min(MAX_UNRESOLVED)));
    let count = in_flight.clone();
    let items = items.map(move |item| {
        let (count, places) = (count.clone(), places.clone());
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            // What is under way goes on while others wait for a place; nobody closes them.
            let place = places.acquire_owned().await.ok();
            let item = item.await;
            count.fetch_sub(1, Ordering::Relaxed);
            (item, place)
        }
    });
    let mut batches = Batches {
        items: items.buffer_unordered(concurrency).boxed(),
        in_flight,
        verify: Box::new(verify),
        has_ended: false,
        waiting: Vec::new(),
        closes: None,
        batches: FuturesUnordered::new(),
        ready: VecDeque::new(),
    };
    stream::poll_fn(move |context| batches.poll_next(context)).boxed()
}

impl<'a, T: Send + 'a> Batches<'a, T> {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            if let Poll::Ready(Some(ended)) = self.batches.poll_next_unpin(context) {
                self.ready.extend(ended);
            }
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            // Before the input, which may have something at every time.
            if self.batches.len() < BATCHES && self.is_batch_closed(context) {
                self.begin_batch();
                continue;
            }
            let mut has_stalled = self.has_ended;
            if !self.has_ended {
                match self.items.poll_next_unpin(context) {
                    Poll::Ready(Some((Item::Done(item), _))) => return Poll::Ready(Some(item)),
                    Poll::Ready(Some((Item::Unverified(unverified, finish), place))) => {
                        self.waiting.push(Waiting { unverified: *unverified, finish, place });
                        continue;
                    }
                    Poll::Ready(None) => {
                        self.has_ended = true;
                        has_stalled = true;
                    }
                    // The input gives nothing, perhaps until it hears of what waits here.
                    Poll::Pending => has_stalled = self.in_flight.load(Ordering::Relaxed) == 0,
                }
            }
            if has_stalled && self.batches.len() < BATCHES && !self.waiting.is_empty() {
                self.begin_batch();
                continue;
            }
            let is_over = self.has_ended && self.waiting.is_empty() && self.batches.is_empty();
            return if is_over { Poll::Ready(None) } else { Poll::Pending };
        }
    }

    /// Whether those that wait are enough, or have waited for long enough.
    fn is_batch_closed(&mut self, context: &mut Context<'_>) -> bool {
        if self.waiting.is_empty() || self.waiting.len() >= BATCH {
            return !self.waiting.is_empty();
        }
        let closes = self.closes.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + LONGEST_WAIT)));
        closes.as_mut().poll(context).is_ready()
    }

    fn begin_batch(&mut self) {
        self.closes = None;
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let (unverified, finish): (Vec<_>, Vec<_>) =
            waiting.map(|waiting| (waiting.unverified, (waiting.finish, waiting.place))).unzip();
        let verified = (self.verify)(unverified);
        self.batches.push(Box::pin(async move {
            verified.await.into_iter().zip(finish).map(|(imported, (finish, _place))| finish(imported)).collect()
        }));
    }
}
