//! Retries: how many attempts, how long the waits are, and how many retries a client may use.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How a client retries transient errors.
///
/// The client retries only calls that are safe to resend: a read, an update, a removal, and a create for which no
/// connection was made. It never resends a create that got a response, not even after status 429, because a gateway may
/// send that status after the service has carried the create out. No setting changes that.
///
/// Waits are random between zero and a bound that doubles with each attempt ("full jitter"). If the response has a
/// `Retry-After`, the client waits that long instead. All clones of a client share one budget of retries, so that a
/// service in trouble gets few requests beyond the first attempts. After status 429, the client also sends fewer requests
/// ([`adaptive_rate`](crate::ClientBuilder::adaptive_rate)).
///
/// ```
/// use std::time::Duration;
/// use numport::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(6).deadline(Duration::from_secs(300));
/// assert_ne!(patient, RetryPolicy::never());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) initial_backoff: Duration,
    pub(crate) max_backoff: Duration,
    pub(crate) deadline: Duration,
    pub(crate) budget: u32,
}

impl Default for RetryPolicy {
    /// Returns 4 attempts, waits of up to 0.25 s doubling up to 20 s, 120 s in total, and a budget of 100 retries.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(250),
            max_backoff: Duration::from_secs(20),
            deadline: Duration::from_secs(120),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// Returns a policy of one attempt.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first. Defaults to 4. 0 counts as 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the longest wait after the first attempt. It doubles after each further attempt. Defaults to 0.25 s.
    pub const fn initial_backoff(mut self, wait: Duration) -> Self {
        self.initial_backoff = wait;
        self
    }

    /// Sets the longest wait after any attempt. Defaults to 20 s.
    pub const fn max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// Sets the time limit of one call, including all attempts and waits. Defaults to 120 s. The client does not begin
    /// a wait that would exceed it.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the retry budget that the client and its clones share. Defaults to 100. Each retry takes one from the
    /// budget, and ten successful calls give one back. A retry after status 429 takes none while the client adapts its rate
    /// ([`adaptive_rate`](crate::ClientBuilder::adaptive_rate)).
    pub const fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// The wait after attempt number `attempt` (from 1); `chance` is from 0 to 1.
    pub(crate) fn wait(&self, attempt: u32, chance: f64) -> Duration {
        let doubled = self.initial_backoff.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        let longest = doubled.min(self.max_backoff);
        // The largest waits do not survive the way through a float.
        Duration::try_from_secs_f64(longest.as_secs_f64() * chance).unwrap_or(longest)
    }
}

/// A random number from 0 to 1, for spreading waits and nothing else.
pub(crate) fn chance() -> f64 {
    // Each has keys of its own, which the standard library draws at random once a thread.
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

/// The retries that a client and its clones have left, in tenths.
#[derive(Debug)]
pub(crate) struct Budget {
    tenths: AtomicU32,
    full: u32,
}

impl Budget {
    pub(crate) fn new(retries: u32) -> Self {
        let full = retries.saturating_mul(10);
        Self { tenths: AtomicU32::new(full), full }
    }

    /// Takes one retry, if there is one.
    pub(crate) fn take(&self) -> bool {
        let taken = |tenths: u32| tenths.checked_sub(10);
        self.tenths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    /// A call has succeeded.
    pub(crate) fn refill(&self) {
        // A full budget is the usual case and costs no write.
        if self.tenths.load(Ordering::Relaxed) < self.full {
            let filled = |tenths: u32| (tenths < self.full).then_some(tenths + 1);
            let _ = self.tenths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, filled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_bound_and_is_spread_over_all_of_it() {
        let policy = RetryPolicy::default();
        let bounds = [1, 2, 3, 7, 8, 9, 40, u32::MAX].map(|attempt| policy.wait(attempt, 1.0).as_millis());
        assert_eq!(bounds, [250, 500, 1000, 16_000, 20_000, 20_000, 20_000, 20_000]);
        assert_eq!(policy.wait(3, 0.0), Duration::ZERO);
        assert_eq!(policy.wait(3, 0.5), Duration::from_millis(500));
    }

    #[test]
    fn no_wait_is_too_long_to_be_computed() {
        let policy = RetryPolicy::default().initial_backoff(Duration::MAX).max_backoff(Duration::MAX);
        for attempt in [1, 2, 33, u32::MAX] {
            assert_eq!(policy.wait(attempt, 1.0), Duration::MAX);
            assert_eq!(policy.wait(attempt, 0.0), Duration::ZERO);
        }
    }

    #[test]
    fn chances_are_spread_evenly() {
        let mut tenths = [0; 10];
        (0..10_000).for_each(|_| tenths[((chance() * 10.0) as usize).min(9)] += 1);
        // 30 is the standard deviation.
        assert!(tenths.iter().all(|&count| (800..1200).contains(&count)), "{tenths:?}");
    }

    #[test]
    fn the_first_and_the_max_backoff_can_be_set() {
        let policy = RetryPolicy::default().initial_backoff(Duration::from_secs(2)).max_backoff(Duration::from_secs(5));
        assert_eq!([1, 2, 3, 4].map(|attempt| policy.wait(attempt, 1.0).as_secs()), [2, 4, 5, 5]);
        assert_eq!(policy.max_attempts, RetryPolicy::default().max_attempts);
    }

    #[test]
    fn a_budget_is_spent_and_earned_back_by_ten_successes() {
        let budget = Budget::new(2);
        assert!(budget.take() && budget.take());
        assert!(!budget.take());
        (0..9).for_each(|_| budget.refill());
        assert!(!budget.take());
        budget.refill();
        assert!(budget.take());
        (0..1000).for_each(|_| budget.refill());
        assert!(budget.take() && budget.take() && !budget.take());
    }
}
