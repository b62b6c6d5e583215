//! The rate of a client whose service has answered 429: lowered at once, and raised again slowly.

use std::time::Duration;

use tokio::time::Instant;

use super::deadline::later;

/// No rate is lower than a request in two seconds, whatever the service answers.
const SLOWEST: f64 = 0.5;
/// A request that is refused this soon after the rate was lowered says that it is still far too high.
const SOON: Duration = Duration::from_millis(1500);
/// How many requests may be refused soon near the limit.
const PATIENCE: u32 = 2;
/// The rate rises to twice what is sent at most, so that a client with little to send does not forget what it learnt.
const AHEAD: f64 = 2.0;
/// How much of its plateau the rate gains in the time of a climb beyond it.
const PROBE: f64 = 0.25;

/// How far a refusal lowers the rate, as parts of it, and in how many seconds it climbs to a plateau below it.
struct Step {
    rate: f64,
    plateau: f64,
    climb: f64,
}

/// While the service's limit is unknown. It is found in a few round trips.
const SEARCH: Step = Step { rate: 0.5, plateau: 0.75, climb: 6.0 };
/// When the rate has come near the service's limit. Climbs of 20 s let about one request in 100 be refused at a
/// limit of 5 a second.
const SETTLE: Step = Step { rate: 0.85, plateau: 0.95, climb: 20.0 };

/// Multiplicative decrease and cubic growth, as in the adaptive retry mode of the AWS SDKs
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>) and in CUBIC (RFC 9438): after a
/// refusal, the rate climbs steeply to a plateau below the rate that was refused, stays there for a while, and then
/// rises faster and faster.
///
/// Unlike there, all refusals of requests that were sent before the rate was lowered count as one, and the steps are
/// smaller near the limit: a request that is paced is refused alone, while a window of TCP is lost whole.
#[derive(Debug)]
pub(super) struct Adaptive {
    /// Requests in a second, as are all rates here.
    rate: f64,
    /// What the rate was lowered to.
    lowest: f64,
    plateau: f64,
    climb: f64,
    lowered: Instant,
    /// Where the climb begins: when requests go again.
    resumed: Instant,
    /// How many requests may be refused soon until the service's limit is searched for again.
    patience: u32,
}

impl Adaptive {
    /// After the first refusal of a client that sent at this rate.
    pub(super) fn new(now: Instant, measured: f64) -> Self {
        let (rate, lowest, plateau, climb) = (measured, measured, measured, SEARCH.climb);
        let mut new = Self { rate, lowest, plateau, climb, lowered: now, resumed: now, patience: 0 };
        new.lower(now, measured, &SEARCH);
        new
    }

    /// The time from one request to the next.
    pub(super) fn spacing(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// A request that was sent then is refused now. Returns whether the rate was lowered.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant, measured: f64) -> bool {
        if sent <= self.lowered {
            return false;
        }
        let soon = sent < later(self.resumed, SOON);
        // Near the limit, a request that takes its way faster than the one before it may be refused as well.
        let step = if soon && self.patience == 0 { &SEARCH } else { &SETTLE };
        self.patience = if soon { self.patience.saturating_sub(1) } else { PATIENCE };
        self.lower(now, self.rate.min(measured), step);
        true
    }

    fn lower(&mut self, now: Instant, from: f64, step: &Step) {
        self.rate = (from * step.rate).max(SLOWEST);
        self.lowest = self.rate;
        self.plateau = (from * step.plateau).max(self.rate);
        self.climb = step.climb;
        self.lowered = now;
        self.resumed = now;
    }

    /// Nothing is sent until then.
    pub(super) fn held_until(&mut self, then: Instant) {
        self.resumed = self.resumed.max(then);
    }

    /// A request that was sent then is answered otherwise. Returns whether the rate was raised.
    pub(super) fn accepted(&mut self, sent: Instant, now: Instant, measured: f64) -> bool {
        if sent <= self.lowered {
            return false;
        }
        let seconds = now.saturating_duration_since(self.resumed).as_secs_f64();
        let climbs = seconds / self.climb - 1.0;
        let slope = if climbs < 0.0 { self.plateau - self.lowest } else { self.plateau * PROBE };
        let rate = (self.plateau + slope * climbs.powi(3)).min(AHEAD * measured);
        let raised = rate > self.rate;
        self.rate = self.rate.max(rate);
        raised
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, seconds: f64) -> Instant {
        start + Duration::from_secs_f64(seconds)
    }

    fn rounded(adaptive: &Adaptive) -> f64 {
        (adaptive.rate() * 100.0).round() / 100.0
    }

    #[test]
    fn a_refusal_lowers_the_rate_once_for_all_that_was_sent_before() {
        let start = Instant::now();
        let mut adaptive = Adaptive::new(at(start, 0.1), 64.0);
        assert_eq!(rounded(&adaptive), 32.0);
        assert!(!adaptive.refused(at(start, 0.1), at(start, 0.3), 64.0));
        assert!(adaptive.refused(at(start, 0.2), at(start, 0.3), 64.0));
        assert_eq!(rounded(&adaptive), 16.0);
        for sent in 1..20 {
            adaptive.refused(at(start, f64::from(sent)), at(start, f64::from(sent) + 0.1), 64.0);
        }
        assert_eq!((adaptive.rate(), adaptive.spacing()), (SLOWEST, Duration::from_secs(2)));
    }

    #[test]
    fn it_climbs_to_its_plateau_and_then_faster_and_faster() {
        let start = Instant::now();
        let mut adaptive = Adaptive::new(start, 20.0);
        adaptive.refused(at(start, 10.0), at(start, 10.0), 20.0);
        let mut rates = vec![rounded(&adaptive)];
        for seconds in [4.0, 8.0, 16.0, 24.0, 32.0, 64.0, 96.0] {
            adaptive.accepted(at(start, 9.0 + seconds), at(start, 10.0 + seconds), 1000.0);
            rates.push(rounded(&adaptive));
        }
        // It was lowered from 10.
        assert_eq!(rates, [8.5, 8.99, 9.28, 9.49, 9.52, 10.01, 34.79, 139.82]);
    }

    #[test]
    fn an_answer_to_what_was_sent_before_raises_nothing() {
        let start = Instant::now();
        let mut adaptive = Adaptive::new(at(start, 10.0), 20.0);
        assert!(!adaptive.accepted(at(start, 10.0), at(start, 40.0), 1000.0), "a slow answer of the time before");
        assert_eq!(rounded(&adaptive), 10.0);
        assert!(adaptive.accepted(at(start, 39.0), at(start, 40.0), 1000.0));
    }

    #[test]
    fn a_client_that_sends_less_than_it_may_is_lowered_from_what_it_sends() {
        let start = Instant::now();
        let mut adaptive = Adaptive::new(start, 20.0);
        adaptive.refused(at(start, 10.0), at(start, 10.0), 4.0);
        assert_eq!(rounded(&adaptive), 3.4);
    }

    #[test]
    fn two_refusals_near_the_limit_are_no_reason_to_search_for_it_again() {
        let start = Instant::now();
        let mut adaptive = Adaptive::new(start, 20.0);
        let mut rates = Vec::new();
        for seconds in [10.0, 11.0, 12.0, 13.0, 20.0] {
            adaptive.refused(at(start, seconds), at(start, seconds), 20.0);
            rates.push(rounded(&adaptive));
        }
        assert_eq!(rates, [8.5, 7.23, 6.14, 3.07, 2.61]);
    }

    #[test]
    fn it_stays_within_twice_of_what_is_sent_and_waits_for_the_service() {
        let start = Instant::now();
        let mut adaptive = Adaptive::new(start, 20.0);
        adaptive.held_until(at(start, 30.0));
        adaptive.accepted(at(start, 30.0), at(start, 30.1), 20.0);
        assert!(rounded(&adaptive) < 11.0, "{adaptive:?}");
        let rate = adaptive.rate();
        assert!(!adaptive.accepted(at(start, 30.0), at(start, 30.1), 20.0), "it is as high already");
        assert_eq!(adaptive.rate(), rate);
        adaptive.accepted(at(start, 3600.0), at(start, 3600.0), 8.0);
        assert_eq!(rounded(&adaptive), 16.0);
        adaptive.accepted(at(start, 3601.0), at(start, 3601.0), 2.0);
        assert_eq!(rounded(&adaptive), 16.0, "it lowers nothing");
    }
}
