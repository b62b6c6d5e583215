//! Waiting for a lock that somebody else holds.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::http::deadline::after;

/// How long the pause between two attempts is, at first and later on.
const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);

/// The attempts to take a lock.
pub(super) struct Attempts {
    pub(super) end: Instant,
    pause: Duration,
}

impl Attempts {
    pub(super) fn within(wait: Duration) -> Self {
        Self { end: after(wait), pause: FIRST }
    }

    /// Waits until the next attempt. Returns false if there is no time for another one.
    pub(super) async fn wait(&mut self) -> bool {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 2).min(LONGEST);
        true
    }
}
