//! A limit of requests per second, shared by all clones of a client.

use std::num::NonZeroU32;
use std::time::Duration;

use leaky_bucket::RateLimiter;

/// Hands out a second's requests evenly; at most a tenth of them at once.
pub(crate) struct Limit(RateLimiter);

impl Limit {
    pub(crate) fn per_second(requests: NonZeroU32) -> Self {
        let at_once = (requests.get() / 10).max(1) as usize;
        let limiter = RateLimiter::builder()
            .max(at_once)
            .initial(at_once)
            .refill(1)
            .interval(Duration::from_secs(1) / requests.get())
            .build();
        Self(limiter)
    }

    pub(crate) async fn wait(&self) {
        self.0.acquire_one().await;
    }
}

impl std::fmt::Debug for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_second_holds_no_more_than_its_requests() {
        let limit = Limit::per_second(NonZeroU32::new(20).expect("not zero"));
        let start = Instant::now();
        for _ in 0..62 {
            limit.wait().await;
        }
        // 2 at once, then 60 at 50 ms each.
        let taken = start.elapsed();
        assert!((Duration::from_millis(2990)..=Duration::from_millis(3100)).contains(&taken), "{taken:?}");
    }
}
