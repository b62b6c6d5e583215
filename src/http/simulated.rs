//! A service with a limit of requests, for tests in paused time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::call::Prepared;
use super::transport::{Attempt, Body, Head};
use crate::model::Timestamp;

/// How a service counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Counts {
    /// A bucket that holds the requests of a second.
    Bucket,
    /// In seconds that begin when they begin.
    Window,
    /// Nothing is taken.
    Never,
}

/// A service with a limit of requests a second, some way away.
#[derive(Debug)]
pub(super) struct Simulated {
    counts: Counts,
    retry_after: Option<&'static str>,
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) per_second: f64,
    /// The tokens of the bucket, or what the window has left.
    left: f64,
    last: f64,
    /// When each request came, in seconds, whether it was taken, and its query.
    pub(super) log: Vec<(f64, bool, String)>,
    /// Answers that go before the limit.
    first: VecDeque<(u16, Option<&'static str>)>,
    random: u64,
}

impl State {
    fn latency(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random >> 33
    }
}

impl Simulated {
    pub(super) fn new(counts: Counts, per_second: f64, retry_after: Option<&'static str>) -> Arc<Self> {
        let state =
            State { per_second, left: per_second, last: 0.0, log: Vec::new(), first: VecDeque::new(), random: 1 };
        Arc::new(Self { counts, retry_after, begun: Instant::now(), state: Mutex::new(state) })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }

    /// The next requests are answered so, whatever the limit.
    pub(super) fn first(&self, answers: impl IntoIterator<Item = (u16, Option<&'static str>)>) {
        self.state().first.extend(answers);
    }

    pub(super) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// An answer takes 50 to 200 ms, of which a quarter are the way there.
    pub(super) async fn answer(&self, request: &Prepared) -> Attempt {
        let latency = Duration::from_millis(50 + self.state().latency() % 151);
        tokio::time::sleep(latency / 4).await;
        let (status, retry_after) = self.decide(request.url.query().unwrap_or_default());
        tokio::time::sleep(latency * 3 / 4).await;
        let headers = retry_after.map(|value| (RETRY_AFTER, value.parse().expect("a value")));
        let status = StatusCode::from_u16(status).expect("a status");
        let head = Head::read(status, HeaderMap::from_iter(headers), || Timestamp::UNIX_EPOCH);
        Attempt::Answered { head, body: Body::Whole(Bytes::from_static(b"[1]")) }
    }

    fn decide(&self, query: &str) -> (u16, Option<&'static str>) {
        let now = self.seconds();
        let mut state = self.state();
        let first = state.first.pop_front();
        match self.counts {
            Counts::Bucket => {
                state.left = (state.left + (now - state.last) * state.per_second).min(state.per_second);
            }
            Counts::Window if now.floor() > state.last.floor() => state.left = state.per_second,
            Counts::Window => {}
            Counts::Never => state.left = 0.0,
        }
        state.last = now;
        let taken = first.map_or(state.left >= 1.0, |(status, _)| status == 200);
        if taken {
            state.left -= 1.0;
        }
        state.log.push((now, taken, query.to_owned()));
        first.unwrap_or(if taken { (200, None) } else { (429, self.retry_after) })
    }

    /// How many requests were taken and refused from one second to another.
    pub(super) fn counted(&self, from: f64, to: f64) -> (f64, f64) {
        let (mut taken, mut refused) = (0.0, 0.0);
        for (at, is_taken, _) in &self.state().log {
            if (from..to).contains(at) {
                *(if *is_taken { &mut taken } else { &mut refused }) += 1.0;
            }
        }
        (taken, refused)
    }
}
