//! Faults at every request of a call that changes something.

use std::fmt;
use std::time::Duration;

use numport::model::Service;
use numport::sandbox::{Fault, ReceivedRequest, Sandbox};

use crate::scenario::PATIENT;
use crate::services::subject::Pace;

/// Requests that are slow on purpose take longer than this. Both are long, because thousands of cases keep a machine
/// busy.
const TIMEOUT: Duration = Duration::from_millis(1000);
const DELAY: Duration = Duration::from_millis(1500);
/// How often a case is repeated whose call timed out before it met the fault.
pub(crate) const TRIES: usize = 3;
/// How many cases run concurrently. Most of each is waiting.
pub(crate) const CONCURRENCY: usize = 16;

/// Waits until the fault has struck and no request is pending; false if no request met the fault.
pub(crate) async fn struck(sandbox: &Sandbox, fault: &Fault) -> bool {
    let struck = || sandbox.requests().iter().any(|entry| entry.fault.as_ref() == Some(fault));
    for _ in 0..100 {
        if struck() && sandbox.waiting() == 0 {
            return true;
        }
        tokio::time::sleep(DELAY / 30).await;
    }
    false
}

fn is_slow(fault: &Fault) -> bool {
    matches!(fault, Fault::DelayBeforeCommit(_) | Fault::CommitThenDelay(_) | Fault::SlowBody { .. })
}

/// The maximum time of one call to a service, and the number of attempts. Only requests that are slow on purpose may
/// time out, however busy the machine is.
pub(crate) fn pace(fault: Option<&Fault>, attempts: u32) -> Pace {
    let pace = Pace::at_once().rootless().timeout(if fault.is_some_and(is_slow) { TIMEOUT } else { PATIENT });
    Pace { retry: pace.retry.max_attempts(attempts), ..pace }
}

/// A request that a call without a fault sends: its service and method, and how many equal ones come before it.
#[derive(Clone)]
pub(crate) struct Nth {
    pub(crate) service: Service,
    method: String,
    before: usize,
    /// Its text in messages.
    path: String,
}

/// The requests from this one on.
pub(crate) fn sent(sandbox: &Sandbox, from: usize) -> Vec<Nth> {
    let mut all: Vec<Nth> = Vec::new();
    for ReceivedRequest { service, method, path, .. } in sandbox.requests().into_iter().skip(from) {
        let method = format!("{method} ");
        let before = all.iter().filter(|other| other.service == service && other.method == method).count();
        all.push(Nth { service, method, before, path });
    }
    all
}

impl fmt::Display for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} after {} alike", self.method, self.path, self.before)
    }
}

impl Nth {
    /// Every fault, with the number of attempts of the client. Faults that differ only in whether the request is
    /// carried out are equal for a read, so one of them is enough.
    pub(crate) fn every_fault(&self) -> impl Iterator<Item = (Self, Fault, u32)> {
        let is_read = self.method == "GET ";
        // Without retries and, if there is time, with them.
        let retries = !is_read && std::env::var_os("NUMPORT_EVERY_FAULT").is_some();
        let attempts = if retries { &[1_u32, 4][..] } else { &[1] };
        let is_another = move |fault: &Fault| match fault {
            Fault::Refuse { retry_after, .. } => retry_after.is_none(),
            Fault::CommitThenDrop | Fault::DelayBeforeCommit(_) | Fault::HtmlBody { status: 502, .. } => false,
            Fault::CommitThenRefuse { status } => *status == 408,
            _ => true,
        };
        let faults = Fault::every(DELAY).into_iter().filter(move |fault| !is_read || is_another(fault));
        faults.flat_map(move |fault| attempts.iter().map(move |attempts| (self.clone(), fault.clone(), *attempts)))
    }

    /// The same for a request to a carrier other than Twilio. There is none for the platform, whose requests are the same
    /// as with Twilio. A slow response is lost to a read like a dropped one, and takes long.
    pub(crate) fn every_fault_of_others(&self, platform: Service) -> impl Iterator<Item = (Self, Fault, u32)> {
        let (of_carrier, is_read) = (self.service != platform, self.method == "GET ");
        self.every_fault().filter(move |(_, fault, _)| of_carrier && !(is_read && is_slow(fault)))
    }

    /// Queues a fault for this request.
    pub(crate) fn meets(&self, sandbox: &Sandbox, fault: &Fault) {
        let none = Fault::SlowBody { pieces: 1, pause: Duration::ZERO };
        for fault in std::iter::repeat_n(&none, self.before).chain([fault]) {
            sandbox.fault_on(self.service, &self.method, fault.clone());
        }
    }
}
