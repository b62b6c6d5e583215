//! When a client's requests go: within its fixed limit, and as its service can take them.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::adaptive::Adaptive;
use super::builder::ClientBuilder;
use super::deadline::later;
use super::rate::{RateLimit, TooLate};
use crate::model::{ProblemCode, Problems, Service};

/// No answer stops a client for longer, however long its calls may take.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// The settings.
#[derive(Clone, Copy)]
pub(super) struct PacingSettings {
    limit: Option<(u32, Duration)>,
    adaptive: bool,
}

impl Default for PacingSettings {
    fn default() -> Self {
        Self { limit: None, adaptive: true }
    }
}

impl<C> ClientBuilder<C> {
    /// Sets the maximum number of requests in any second, of all clones of the client together. Defaults to no limit
    /// for most services. Requests go in the order of their calls. A call that would have to wait beyond its deadline
    /// fails at once ([`Loss::HeldBack`](crate::error::Loss::HeldBack)), and one that is dropped makes room for the next.
    /// Requests may bunch up on their way; stay a little below a service's own limit to be sure.
    pub const fn requests_per_second(self, requests: NonZeroU32) -> Self {
        self.requests_per(requests.get(), Duration::from_secs(1))
    }

    /// Sets the maximum number of requests in any period of this length, as
    /// [`requests_per_second`](Self::requests_per_second) does for a second. The period must be at least 1 s. Requests
    /// are spaced evenly: 12 a minute go every 5 s, and never 12 at once. The deadline of a call
    /// ([`RetryPolicy::deadline`](super::RetryPolicy::deadline)) must leave room for that wait.
    ///
    /// ```
    /// use std::time::Duration;
    /// use numport::Vapi;
    ///
    /// let vapi = Vapi::builder("my-private-key").requests_per(12, Duration::from_secs(60)).build()?;
    /// assert!(Vapi::builder("my-private-key").requests_per(0, Duration::from_secs(60)).build().is_err());
    /// # Ok::<(), numport::Error>(())
    /// ```
    pub const fn requests_per(mut self, requests: u32, period: Duration) -> Self {
        self.pacing.limit = Some((requests, period));
        self
    }

    /// Sets whether the client adapts its rate to what the service takes. Defaults to `true`.
    ///
    /// After status 429, or 503 with a `Retry-After`, the client and its clones send fewer requests per second: half of
    /// what they sent at first, and less as long as the service refuses more, but at least one in 2 s. Near the
    /// service's limit, a refusal lowers the rate by 15 %. The rate then rises slowly: within 20 s it returns close to
    /// the rate that was refused, and within about 90 s to ten times as much, if the service takes it. The adaptive
    /// retry mode of the [AWS SDKs](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html) works
    /// in the same way.
    ///
    /// No request of the client goes before a `Retry-After` has passed, but the client waits at most for
    /// [`RetryPolicy::deadline`](super::RetryPolicy::deadline), and for 1 hour. A call whose own deadline is earlier fails at once
    /// ([`Loss::HeldBack`](crate::error::Loss::HeldBack)). Retries that are paced in this way do not count against
    /// [`RetryPolicy::budget`](super::RetryPolicy::budget), and a list that is refused after its first page goes on
    /// with the same page, within its [`ListLimits::deadline`](super::ListLimits::deadline).
    ///
    /// A limit such as [`requests_per_second`](Self::requests_per_second) stays the maximum. Set one if you know it:
    /// without a limit, the client learns of the service's limit by being refused, and a create that is refused is not
    /// resent. Each client adapts for itself; several of one account find their shares by themselves.
    ///
    /// `false` sends at the fixed limit only, and waits for a `Retry-After` only before the retry of the same call.
    ///
    /// ```
    /// use numport::Vapi;
    ///
    /// let vapi = Vapi::builder("my-private-key").adaptive_rate(false).build()?;
    /// # Ok::<(), numport::Error>(())
    /// ```
    pub const fn adaptive_rate(mut self, adaptive: bool) -> Self {
        self.pacing.adaptive = adaptive;
        self
    }
}

impl PacingSettings {
    pub(super) fn check(self, problems: &mut Problems) {
        if self.limit.is_some_and(|(requests, period)| requests == 0 || period < Duration::from_secs(1)) {
            let fault = "allows no requests, or has a period of less than 1 s";
            let remedy = "allow at least 1 request, in a period of at least 1 s";
            problems.add(ProblemCode::OutOfRange, "requests_per", fault, remedy);
        }
    }

    pub(super) fn pacing(self, deadline: Duration) -> Pacing {
        let limit = self.limit.and_then(|(requests, period)| Some(RateLimit::new(NonZeroU32::new(requests)?, period)));
        Pacing::new(limit, self.adaptive, deadline)
    }
}

/// When requests go. A client without a limit that was never refused takes no lock here.
#[derive(Debug)]
pub(super) struct Pacing {
    limit: RateLimit,
    limited: bool,
    adaptive: bool,
    /// Whether the service has refused a request.
    lowered: AtomicBool,
    rate: Mutex<Option<Adaptive>>,
    sent: Meter,
    /// What a service can ask for by a `Retry-After`.
    longest_pause: Duration,
}

impl Pacing {
    pub(super) fn new(limit: Option<RateLimit>, adaptive: bool, deadline: Duration) -> Self {
        let (limited, longest_pause) = (limit.is_some(), deadline.min(LONGEST_PAUSE));
        let (lowered, rate, sent) = (AtomicBool::new(false), Mutex::default(), Meter::new());
        Self { limit: limit.unwrap_or_default(), limited, adaptive, lowered, rate, sent, longest_pause }
    }

    /// Waits until a request may go, and returns that moment. `now` is when it would go otherwise.
    pub(super) async fn wait(&self, now: Instant, deadline: Instant) -> Result<Instant, TooLate> {
        let mut now = now;
        if self.limited || self.lowered.load(Ordering::Relaxed) {
            self.limit.wait(deadline).await?;
            now = Instant::now();
        }
        if self.adaptive {
            self.sent.count(now);
        }
        Ok(now)
    }

    /// Whether refusals lower the rate, so that no budget of retries is needed for them.
    pub(super) const fn is_adaptive(&self) -> bool {
        self.adaptive
    }

    /// The service refuses a request that was sent then, and asks all of them to wait so long.
    pub(super) fn refused(&self, service: Service, sent: Instant, retry_after: Option<Duration>) {
        if !self.adaptive {
            return;
        }
        let (now, retry_after) = (Instant::now(), retry_after.unwrap_or_default().min(self.longest_pause));
        let measured = self.sent.rate(now);
        let mut state = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, adaptive) = (state.is_none(), state.get_or_insert_with(|| Adaptive::new(now, measured)));
        let lowered = first || adaptive.refused(sent, now, measured);
        let spacing = adaptive.spacing();
        let pause = if lowered { retry_after.max(spacing) } else { retry_after };
        let then = later(now, pause);
        adaptive.held_until(then);
        self.limit.pace(spacing, Some(then));
        let (service, rate) = (service.as_str(), adaptive.rate());
        if first {
            self.lowered.store(true, Ordering::Relaxed);
            tracing::warn!(
                service,
                per_second = format_args!("{rate:.1}"),
                "the service refuses requests for now: the client sends fewer"
            );
        } else if lowered {
            tracing::debug!(service, per_second = format_args!("{rate:.1}"), "the rate is lowered");
        }
    }

    /// The service answers a request that was sent then, and does not refuse it for coming too soon.
    pub(super) fn accepted(&self, sent: Instant) {
        if !self.lowered.load(Ordering::Relaxed) {
            return;
        }
        let now = Instant::now();
        let measured = self.sent.rate(now);
        let mut state = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(adaptive) = state.as_mut() {
            if adaptive.accepted(sent, now, measured) {
                self.limit.pace(adaptive.spacing(), None);
            }
        }
    }
}

/// How many requests were sent in the present half second and in the one before, counted without a lock.
#[derive(Debug)]
struct Meter {
    begun: Instant,
    /// Which half second it is (32 bits), and the requests of the last and of this one (16 bits each).
    counts: AtomicU64,
}

const MOST: u64 = 0xffff;

impl Meter {
    fn new() -> Self {
        Self { begun: Instant::now(), counts: AtomicU64::new(0) }
    }

    /// The half second of this moment, and what was sent in the last and in this one.
    fn read(&self, counts: u64, now: Instant) -> (u64, u64, u64) {
        let half = now.saturating_duration_since(self.begun).as_secs_f64() * 2.0;
        let (half, counted) = (half as u64, counts >> 32);
        match half.saturating_sub(counted) {
            // Another thread may be ahead.
            0 => (counted, counts >> 16 & MOST, counts & MOST),
            1 => (half, counts & MOST, 0),
            _ => (half, 0, 0),
        }
    }

    fn count(&self, now: Instant) {
        let count = |counts| {
            let (half, last, this) = self.read(counts, now);
            Some(half << 32 | last << 16 | (this + 1).min(MOST))
        };
        let _ = self.counts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
    }

    /// The rate at most: of requests that are evenly spaced, one more may belong to either half.
    fn rate(&self, now: Instant) -> f64 {
        let (_, last, this) = self.read(self.counts.load(Ordering::Relaxed), now);
        (last.max(this) + 1) as f64 * 2.0
    }
}

#[cfg(test)]
#[path = "pacing_tests.rs"]
mod tests;
