//! When to try again: how often, how long between, how much in all.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How a client tries again after a passing fault.
///
/// Only what is safe to repeat is: a read, an update, a delete, and a create that was surely not
/// processed (no connection, or status 429). No setting changes that.
///
/// Waits are random between zero and a bound that doubles with each attempt ("full jitter"); a
/// `Retry-After` of the platform is waited out instead. All clones of a client share one budget, so
/// that a platform in trouble gets little more than the first attempts.
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
    pub(crate) first_wait: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) deadline: Duration,
    pub(crate) budget: u32,
}

impl Default for RetryPolicy {
    /// 4 attempts, waits of up to 0.25 s doubling up to 20 s, 120 s in all, a budget of 100 retries.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(20),
            deadline: Duration::from_secs(120),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// One attempt, and no more.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// How often a request is sent at most, the first time counted; 4 unless said otherwise. 0 counts as 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The bound of the wait after the first attempt; it doubles after each further one. 0.25 s unless said
    /// otherwise.
    pub const fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// The bound that the doubling ends at; 20 s unless said otherwise.
    pub const fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// The time for one call, all attempts and waits together; 120 s unless said otherwise. A wait that would
    /// pass it is not begun.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many retries the client and its clones have in hand; 100 unless said otherwise. Each retry takes
    /// one; ten calls that succeed give one back.
    pub const fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// The wait after attempt number `attempt` (from 1); `chance` is from 0 to 1.
    pub(crate) fn wait(&self, attempt: u32, chance: f64) -> Duration {
        let doubled = self.first_wait.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        doubled.min(self.longest_wait).mul_f64(chance)
    }
}

/// The retries that a client and its clones have in hand, counted in tenths.
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
    fn the_first_and_the_longest_wait_can_be_set() {
        let policy = RetryPolicy::default().first_wait(Duration::from_secs(2)).longest_wait(Duration::from_secs(5));
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
