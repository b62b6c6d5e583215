use std::fmt;
use std::time::Duration;

use super::plan::AppliedStep;
use super::{BulkItem, RenewedItem, UndoneItem};

/// Counts the outcomes of a run over many numbers, for a progress bar or a log line.
///
/// ```
/// use std::time::Duration;
/// use numport::import::Progress;
///
/// let mut progress = Progress::default();
/// progress.count("created", false);
/// progress.count("failed", true);
/// assert_eq!((progress.done(), progress.failed(), progress.of("created")), (2, 1, 1));
/// assert_eq!(progress.time_left(10, Duration::from_secs(1)), Some(Duration::from_secs(4)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    done: usize,
    failed: usize,
    requests: u64,
    /// In order of their codes. There are few.
    outcomes: Vec<(&'static str, usize)>,
}

impl Progress {
    /// Counts a [`BulkItem`](super::BulkItem), a [`RenewedItem`](super::RenewedItem), an
    /// [`UndoneItem`](super::UndoneItem) or an [`AppliedStep`](super::plan::AppliedStep) by the code of its outcome.
    pub fn add(&mut self, item: &impl Counted) {
        self.count(item.code(), item.is_failure());
        self.requests += item.requests();
    }

    /// Counts one outcome of your own by its code, and whether it is a failure.
    pub fn count(&mut self, outcome: &'static str, failure: bool) {
        self.done += 1;
        self.failed += usize::from(failure);
        match self.position(outcome) {
            Ok(at) => self.outcomes[at].1 += 1,
            Err(at) => self.outcomes.insert(at, (outcome, 1)),
        }
    }

    /// Returns how many outcomes were counted, failures included.
    #[must_use]
    pub const fn done(&self) -> usize {
        self.done
    }

    /// Returns how many outcomes were failures.
    #[must_use]
    pub const fn failed(&self) -> usize {
        self.failed
    }

    /// Returns how many requests the run has sent: to the platform and to the carriers, lists and retries included.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// Returns how many outcomes had this code.
    #[must_use]
    pub fn of(&self, outcome: &str) -> usize {
        self.position(outcome).map_or(0, |at| self.outcomes[at].1)
    }

    fn position(&self, outcome: &str) -> Result<usize, usize> {
        self.outcomes.binary_search_by_key(&outcome, |(outcome, _)| outcome)
    }

    /// Returns the code of each counted outcome, and its count.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        self.outcomes.iter().copied()
    }

    /// Returns the estimated time for the rest of `total` at the average speed so far; `None` while nothing is done.
    #[must_use]
    pub fn time_left(&self, total: usize, elapsed: Duration) -> Option<Duration> {
        let left = total.saturating_sub(self.done);
        (self.done > 0).then(|| Duration::from_secs_f64(elapsed.as_secs_f64() * left as f64 / self.done as f64))
    }
}

/// An outcome that [`Progress::add`] can count. The items of this crate implement it.
pub trait Counted {
    /// Returns the stable code of the outcome.
    fn code(&self) -> &'static str;

    /// Returns whether the outcome is a failure.
    fn is_failure(&self) -> bool;

    /// Returns how many requests the run has sent since the item before.
    fn requests(&self) -> u64;
}

macro_rules! counted {
    ($($Item:ty),*) => {
        $(impl Counted for $Item {
            fn code(&self) -> &'static str {
                self.outcome.code()
            }

            fn is_failure(&self) -> bool {
                self.outcome.is_failure()
            }

            fn requests(&self) -> u64 {
                self.requests
            }
        })*
    };
}

counted!(BulkItem, RenewedItem, AppliedStep, UndoneItem);

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} done", self.done)?;
        for (at, (outcome, count)) in self.outcomes().enumerate() {
            write!(f, "{} {count} {}", if at == 0 { ":" } else { "," }, outcome.replace('_', " "))?;
        }
        match self.requests {
            0 => Ok(()),
            1 => f.write_str("; 1 request"),
            requests => write!(f, "; {requests} requests"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_counted_by_its_words() {
        let mut progress = Progress::default();
        assert_eq!(progress.to_string(), "0 done");
        assert_eq!(progress.time_left(10, Duration::from_secs(1)), None);
        for (outcome, failure) in [("failed", true), ("created", false), ("created", false), ("failed", true)] {
            progress.count(outcome, failure);
        }
        progress.count("created", false);
        assert_eq!((progress.done(), progress.failed()), (5, 2));
        assert_eq!((progress.of("created"), progress.of("failed"), progress.of("duplicate")), (3, 2, 0));
        assert_eq!(progress.outcomes().collect::<Vec<_>>(), [("created", 3), ("failed", 2)]);
        assert_eq!(progress.to_string(), "5 done: 3 created, 2 failed");
    }

    #[test]
    fn the_rest_takes_as_long_for_each_as_what_is_done() {
        let mut progress = Progress::default();
        for _ in 0..5 {
            progress.count("created", false);
        }
        let left = |total| progress.time_left(total, Duration::from_secs(10));
        assert_eq!(left(20), Some(Duration::from_secs(30)));
        assert_eq!([left(5), left(3)], [Some(Duration::ZERO); 2]);
    }
}
