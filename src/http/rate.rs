//! The queue in which requests wait for their turn, shared by all clones of a client.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::deadline::later;

/// A second and a hundredth: what of a limit is not used, so that catching up stays within it.
const SECOND: Duration = Duration::from_millis(1010);

/// How late a request may be without shifting those after it. Less than what is not used of a second.
const CATCH_UP: Duration = Duration::from_millis(8);

/// How late a waiting call may be before the others go past it: its future may be kept without being polled.
const GRACE: Duration = Duration::from_millis(20);

/// Lets requests go one by one, evenly spaced, in the order in which they came.
///
/// A slot is taken at the moment in which its request goes, so that a call that gives up has taken none, and a pause of
/// the runtime makes up for nothing beyond [`CATCH_UP`]. No second has more than its requests, wherever it begins: they
/// are at least [`SECOND`] apart from their like, less [`CATCH_UP`].
/// (The crates for this count in milliseconds, or keep a clock of their own that tests cannot pause.)
///
/// The spacing can be more than that of the fixed limit, and changes while calls wait ([`pace`](Self::pace)).
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    /// The least spacing: that of the fixed limit, if there is one.
    least: Duration,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    spacing: Duration,
    /// Nothing goes before this.
    held: Option<Instant>,
    /// When the next request may go; `None` before the first.
    next: Option<Instant>,
    /// How many calls have waited so far.
    tickets: u64,
    /// The calls that wait, in the order of their tickets.
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    /// When it expects to go.
    expected: Instant,
    first: Arc<Notify>,
}

/// The call's slot lies beyond its deadline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLate;

impl RateLimit {
    /// At most this many requests in the period, which is a second or longer.
    pub(crate) fn new(requests: NonZeroU32, period: Duration) -> Self {
        let unused = SECOND.saturating_sub(Duration::from_secs(1));
        let least = period.saturating_add(unused) / requests.get();
        Self { least, queue: Mutex::new(Queue { spacing: least, ..Queue::default() }) }
    }

    /// Requests are so far apart from here on, or as far as the fixed limit says, and none goes before `held`.
    pub(crate) fn pace(&self, spacing: Duration, held: Option<Instant>) {
        let mut queue = self.queue();
        queue.spacing = spacing.max(self.least);
        queue.held = queue.held.max(held);
    }

    /// Waits until a request may go. Fails as soon as it is known that this is not before the deadline.
    pub(crate) async fn wait(&self, deadline: Instant) -> Result<(), TooLate> {
        let mut place = Place { limit: self, ticket: None, first: Arc::default() };
        while let Some(until) = place.go_or_wait(deadline)? {
            // Either is a reason to look again.
            let _ = timeout_at(until.min(deadline), place.first.notified()).await;
        }
        Ok(())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call's place in the queue, which it leaves when it goes and when it is dropped.
struct Place<'a> {
    limit: &'a RateLimit,
    ticket: Option<u64>,
    first: Arc<Notify>,
}

impl Place<'_> {
    /// Takes a slot if this call is the next to go. Otherwise says when to look again.
    fn go_or_wait(&mut self, deadline: Instant) -> Result<Option<Instant>, TooLate> {
        let now = Instant::now();
        let mut queue = self.limit.queue();
        let spacing = queue.spacing;
        queue.go_past_the_late(now);
        if self.ticket.is_some() && now >= deadline {
            return Err(TooLate);
        }

        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let slot = queue.next.max(queue.held).map_or(earliest, |next| next.max(earliest));
        let place = self.ticket.map_or(Err(queue.waiting.len()), |ticket| queue.place(ticket));
        let (Ok(ahead) | Err(ahead)) = place;
        if ahead == 0 && slot <= now {
            queue.next = Some(later(slot, spacing));
            drop(queue);
            return Ok(None);
        }

        let ahead_of_it = u32::try_from(ahead).unwrap_or(u32::MAX);
        let after = |spacing: Duration| later(slot.max(now), spacing.saturating_mul(ahead_of_it));
        // A spacing beyond the least may shrink before it is this call's turn.
        if after(self.limit.least) >= deadline {
            return Err(TooLate);
        }
        let expected = after(spacing);
        let ticket = *self.ticket.get_or_insert_with(|| {
            queue.tickets += 1;
            queue.tickets
        });
        match place {
            Ok(at) => queue.waiting[at].expected = expected,
            Err(at) => queue.waiting.insert(at, Waiting { ticket, expected, first: self.first.clone() }),
        }
        // A call that is not first is woken when it becomes first. If that comes too late, a call ahead of it is late.
        Ok(Some(if ahead == 0 { expected } else { later(expected, GRACE) }))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut queue = self.limit.queue();
        if let Ok(at) = queue.place(ticket) {
            queue.waiting.remove(at);
            if at == 0 {
                queue.tell_the_first(Instant::now());
            }
        }
    }
}

impl Queue {
    /// Where the call of this ticket stands, or would stand.
    fn place(&self, ticket: u64) -> Result<usize, usize> {
        self.waiting.binary_search_by_key(&ticket, |waiting| waiting.ticket)
    }

    /// Removes calls that should have gone by now. When they are polled, they take their place again.
    fn go_past_the_late(&mut self, now: Instant) {
        let mut some = false;
        while self.waiting.front().is_some_and(|first| later(first.expected, GRACE) <= now) {
            self.waiting.pop_front();
            some = true;
        }
        if some {
            self.tell_the_first(now);
        }
    }

    fn tell_the_first(&mut self, now: Instant) {
        if let Some(first) = self.waiting.front_mut() {
            first.expected = self.next.max(self.held).map_or(now, |next| next.max(now));
            first.first.notify_one();
        }
    }
}

#[cfg(test)]
#[path = "rate_tests.rs"]
mod tests;
