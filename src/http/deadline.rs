//! Moments in the future, for any setting: `Instant + Duration` panics where the sum is too large.

use std::time::Duration;

use tokio::time::Instant;

/// Longer than any program runs.
const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The moment that much later. Very far away is as good as never.
pub(crate) fn later(moment: Instant, wait: Duration) -> Instant {
    moment.checked_add(wait.min(FOR_EVER)).unwrap_or(moment)
}

/// The moment that far from now.
pub(crate) fn after(wait: Duration) -> Instant {
    later(Instant::now(), wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_wait_has_an_end() {
        let now = Instant::now();
        assert_eq!(later(now, Duration::from_secs(7)) - now, Duration::from_secs(7));
        assert_eq!(later(now, Duration::MAX) - now, FOR_EVER);
        assert_eq!(later(later(now, Duration::MAX), Duration::MAX) - now, 2 * FOR_EVER);
    }
}
