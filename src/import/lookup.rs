//! Looking up a number after the response to its create was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::Importer;
use crate::E164;
use crate::error::Error;
use crate::http::deadline::after;
use crate::model::{NumberId, NumberRecord};

/// Sets how an [`Importer`](crate::Importer) looks up a number after the response to its import was lost. It looks the
/// number up several times, because the platform may carry out a request after the client has given up on it. It reads
/// a record that is still there after its removal in the same way, because a platform may show for a moment what is gone.
///
/// ```
/// use std::time::Duration;
/// use numport::LookupPolicy;
///
/// let patient = LookupPolicy::default().max_lookups(10).longest_wait(Duration::from_secs(30));
/// assert_ne!(patient, LookupPolicy::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct LookupPolicy {
    max_lookups: u32,
    first_wait: Duration,
    longest_wait: Duration,
    deadline: Duration,
}

impl Default for LookupPolicy {
    /// 6 lookups: immediately, then after 0.5, 1, 2, 4 and 8 s; at most 60 s in total.
    fn default() -> Self {
        Self {
            max_lookups: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            deadline: Duration::from_secs(60),
        }
    }
}

impl LookupPolicy {
    /// Sets the maximum number of lookups. Defaults to 6. 0 counts as 1.
    pub const fn max_lookups(mut self, lookups: u32) -> Self {
        self.max_lookups = lookups;
        self
    }

    /// Sets the wait after the first lookup. The wait doubles after each further lookup. Defaults to 0.5 s.
    pub const fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Sets the longest wait between two lookups. Defaults to 8 s.
    pub const fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Sets the maximum time for all lookups and waits together. Defaults to 60 s.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Looks the number up until it is found or the policy ends it.
    pub(super) async fn find(self, importer: &Importer, number: &E164) -> Lookups {
        self.find_beside(importer, number, None).await
    }

    /// Looks for another record of the number than this one, which is gone and which a list may still show.
    pub(super) async fn find_beside(self, importer: &Importer, number: &E164, gone: Option<&NumberId>) -> Lookups {
        let mut waits = self.waits();
        let mut lookups = Lookups { found: None, count: 0, last_error: None, is_listed: false };
        loop {
            let Ok(answer) = timeout_at(waits.deadline, importer.find(number, None)).await else { return lookups };
            lookups.count += 1;
            lookups.is_listed = matches!(&answer, Ok(Some(record)) if Some(&record.id) == gone);
            match answer {
                Ok(Some(record)) if !lookups.is_listed => return Lookups { found: Some(record), ..lookups },
                Ok(_) => lookups.last_error = None,
                Err(error) => lookups.last_error = Some(error),
            }
            if !waits.next().await {
                return lookups;
            }
        }
    }

    /// The waits between lookups, from now on.
    pub(super) fn waits(self) -> Waits {
        let wait = self.first_wait.min(self.longest_wait);
        Waits { left: self.max_lookups.max(1), wait, longest: self.longest_wait, deadline: after(self.deadline) }
    }
}

/// The waits between lookups.
#[derive(Debug)]
pub(super) struct Waits {
    left: u32,
    wait: Duration,
    longest: Duration,
    /// The end of all lookups.
    pub(super) deadline: Instant,
}

impl Waits {
    /// Waits after a lookup; `false` if the policy has no further one.
    pub(super) async fn next(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || after(self.wait) >= self.deadline {
            return false;
        }
        sleep(self.wait).await;
        self.wait = self.wait.saturating_mul(2).min(self.longest);
        true
    }
}

/// The result of several lookups.
#[derive(Debug)]
pub(super) struct Lookups {
    pub(super) found: Option<NumberRecord>,
    pub(super) count: u32,
    /// Why the last lookup showed nothing, if it failed.
    pub(super) last_error: Option<Error>,
    /// Whether the last lookup showed the record that is gone.
    pub(super) is_listed: bool,
}
