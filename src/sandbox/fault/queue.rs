//! The queue of faults.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::rate::Rate;
use super::{Chaos, Fault, Storm};
use crate::model::Service;

/// The faults of the next requests.
#[derive(Debug)]
pub(in crate::sandbox) struct Faults {
    queue: VecDeque<Queued>,
    pub(in crate::sandbox) storm: Option<Storm>,
    rate: Option<Rate>,
}

#[derive(Debug)]
struct Queued {
    service: Service,
    /// The beginning of the method and target of its request.
    start: String,
    fault: Fault,
}

impl Faults {
    pub(in crate::sandbox) fn new(chaos: Option<Chaos>, per_second: Option<usize>) -> Self {
        Self { queue: VecDeque::new(), storm: chaos.map(Storm::new), rate: per_second.map(Rate::per_second) }
    }

    pub(in crate::sandbox) fn push(&mut self, service: Service, start: &str, fault: Fault) {
        self.queue.push_back(Queued { service, start: start.to_owned(), fault });
    }

    /// The faults that no request has matched, such as `vapi: "POST /phone-number": CommitThenDrop`.
    pub(in crate::sandbox) fn pending(&self) -> Vec<String> {
        self.queue.iter().map(|Queued { service, start, fault }| format!("{service}: {start:?}: {fault:?}")).collect()
    }

    /// The fault of a request: a reached rate limit, else the oldest matching fault, else a random fault.
    pub(in crate::sandbox) fn next(&mut self, service: Service, request: &str) -> Option<Fault> {
        if self.rate.as_mut().is_some_and(|rate| !rate.takes(service, Instant::now())) {
            return Some(Fault::Refuse { status: 429, retry_after: Some("1".to_owned()) });
        }
        // A start that ends with a space is the whole request.
        let request = format!("{request} ");
        let waits = |queued: &Queued| queued.service == service && request.starts_with(&queued.start);
        match self.queue.iter().position(waits) {
            Some(at) => self.queue.remove(at).map(|queued| queued.fault),
            None => self.storm.as_mut().and_then(|storm| storm.next(service)),
        }
    }
}
