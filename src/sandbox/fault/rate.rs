//! The rate limit of a service.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Service;

/// Counts the requests of the last 1,000 ms.
#[derive(Debug)]
pub(super) struct Rate {
    most: usize,
    taken: HashMap<Service, VecDeque<Instant>>,
}

impl Rate {
    pub(super) fn per_second(most: usize) -> Self {
        Self { most, taken: HashMap::new() }
    }

    /// Whether the service accepts one more request now. Refused requests do not count.
    pub(super) fn takes(&mut self, service: Service, now: Instant) -> bool {
        let taken = self.taken.entry(service).or_default();
        while taken.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(1)) {
            taken.pop_front();
        }
        let takes = taken.len() < self.most;
        if takes {
            taken.push_back(now);
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PlatformKind;

    #[test]
    fn any_second_has_no_more_than_its_requests() {
        let mut rate = Rate::per_second(2);
        let start = Instant::now();
        let mut at = |service, millis| rate.takes(service, start + Duration::from_millis(millis));
        let taken = [0, 900, 950, 999, 1000, 1001, 1899, 1900].map(|millis| at(PlatformKind::VAPI.into(), millis));
        assert_eq!(taken, [true, true, false, false, true, false, false, true]);
        assert!(at(PlatformKind::BUTTER.into(), 1900), "each service counts its own");
    }
}
