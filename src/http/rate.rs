//! A limit of requests per second, shared by all clones of a client.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A second and a hundredth: what of a limit is not used, so that catching up stays within it.
const SECOND: Duration = Duration::from_millis(1010);

/// How much of a pause may be caught up with. Less than what is not used of a second.
const CATCH_UP: Duration = Duration::from_millis(8);

/// Gives every request its own moment, evenly spaced; no second has more than its requests, wherever it begins.
/// (The crates for this count in milliseconds, or keep a clock of their own that tests cannot pause.)
#[derive(Debug)]
pub(crate) struct RateLimit {
    spacing: Duration,
    next: Mutex<Option<Instant>>,
}

impl RateLimit {
    pub(crate) fn per_second(requests: NonZeroU32) -> Self {
        Self { spacing: SECOND / requests.get(), next: Mutex::new(None) }
    }

    /// Waits for the next free moment. Who gives up waiting has used it.
    pub(crate) async fn wait(&self) {
        sleep_until(self.take()).await;
    }

    fn take(&self) -> Instant {
        let now = Instant::now();
        // Moments that passed unused may be caught up with, as far back as this.
        let earliest = now.checked_sub(CATCH_UP.saturating_sub(self.spacing)).unwrap_or(now);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = next.map_or(earliest, |next| next.max(earliest));
        *next = Some(moment + self.spacing);
        moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn taken(per_second: u32, requests: u32) -> Duration {
        let limit = RateLimit::per_second(NonZeroU32::new(per_second).expect("not zero"));
        let start = Instant::now();
        for _ in 0..requests {
            limit.wait().await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn five_seconds_take_hardly_longer() {
        for per_second in [1, 7, 10, 99, 333, 500, 1000, 4999] {
            let seconds = taken(per_second, 5 * per_second + 1).await.as_secs_f64();
            assert!((5.0..=5.1).contains(&seconds), "{per_second} a second: {seconds}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_than_its_requests_whatever_holds_them_up() {
        for per_second in [1, 2, 10, 120, 200, 300, 499, 500, 1000, 2500] {
            let limit = RateLimit::per_second(NonZeroU32::new(per_second).expect("not zero"));
            let mut sent = Vec::new();
            for nth in 0..4 * per_second {
                limit.wait().await;
                sent.push(Instant::now());
                if nth % 37 == 0 {
                    tokio::time::advance(Duration::from_millis(u64::from(nth) % 60)).await;
                }
            }
            let seconds = sent.windows(per_second as usize + 1).map(|window| window[per_second as usize] - window[0]);
            let shortest = seconds.min().expect("some");
            assert!(shortest >= Duration::from_secs(1), "{per_second} a second, and one more in {shortest:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn any_limit_can_be_set() {
        assert!(taken(u32::MAX, 1000).await < Duration::from_secs(1));
        assert_eq!(taken(1, 1).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_caught_up_with_in_part() {
        let limit = RateLimit::per_second(NonZeroU32::new(1000).expect("not zero"));
        limit.wait().await;
        tokio::time::advance(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..7 {
            limit.wait().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        limit.wait().await;
        limit.wait().await;
        assert!(start.elapsed() >= Duration::from_millis(1));
    }
}
