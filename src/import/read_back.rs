//! Looking for a number whose import's answer was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::E164;
use crate::error::Error;
use crate::model::NumberRecord;
use crate::platform::VoicePlatform;

/// How an [`Importer`](crate::Importer) looks for a number after an import's answer was lost: several
/// times, since a request may be carried out after its answer is given up.
///
/// ```
/// use std::time::Duration;
/// use numport::ReadBack;
///
/// let patient = ReadBack::default().looks(10).longest_wait(Duration::from_secs(30));
/// assert_ne!(patient, ReadBack::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct ReadBack {
    looks: u32,
    first_wait: Duration,
    longest_wait: Duration,
    deadline: Duration,
}

impl Default for ReadBack {
    /// 6 looks: at once, then after 0.5, 1, 2, 4 and 8 s; 60 s in all.
    fn default() -> Self {
        Self {
            looks: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            deadline: Duration::from_secs(60),
        }
    }
}

impl ReadBack {
    /// How often the number is looked for at most; 6 unless said otherwise. 0 counts as 1.
    pub const fn looks(mut self, looks: u32) -> Self {
        self.looks = looks;
        self
    }

    /// The wait after the first look; it doubles after each further one. 0.5 s unless said otherwise.
    pub const fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Where the doubling ends; 8 s unless said otherwise.
    pub const fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// The time for all looks and waits together; 60 s unless said otherwise.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Looks until the number is found, or often enough.
    pub(super) async fn look(self, platform: &dyn VoicePlatform, number: &E164) -> Looked {
        let deadline = Instant::now() + self.deadline;
        let mut wait = self.first_wait.min(self.longest_wait);
        let mut looked = Looked { found: None, looks: 0, error: None };
        loop {
            let Ok(answer) = timeout_at(deadline, platform.find(number)).await else { return looked };
            looked.looks += 1;
            match answer {
                Ok(Some(record)) => return Looked { found: Some(record), ..looked },
                Ok(None) => looked.error = None,
                Err(error) => looked.error = Some(error),
            }
            if looked.looks >= self.looks || Instant::now() + wait >= deadline {
                return looked;
            }
            sleep(wait).await;
            wait = wait.saturating_mul(2).min(self.longest_wait);
        }
    }
}

/// What came of looking.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) found: Option<NumberRecord>,
    pub(super) looks: u32,
    /// Why the last look showed nothing, if it failed.
    pub(super) error: Option<Error>,
}
