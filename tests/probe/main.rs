//! `SipTrunk::probe` against servers in this process, on loopback.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod credentials;
mod limits;
mod names;
mod preflight;
mod resolving;
mod servers;
mod statuses;
mod streams;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use numport::SipTrunk;
use numport::model::{ProbeCheck, TrunkProbe};
use numport::probe::Prober;

use crate::names::Names;

/// The host that a probe has not seen, since each is probed once in 15 s.
fn new_host(domain: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("trunk-{}.{domain}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Private targets are allowed, and every name is this machine.
fn prober() -> Prober {
    Prober::new().allow_private_targets().resolver(Names::local())
}

async fn probe(trunk: &SipTrunk, prober: &Prober) -> Arc<TrunkProbe> {
    trunk.probe(prober).await.unwrap()
}

/// The codes of the six findings, separated by blanks.
fn codes(probe: &TrunkProbe) -> String {
    probe.findings().iter().map(|finding| finding.code()).collect::<Vec<_>>().join(" ")
}

fn said(probe: &TrunkProbe, check: ProbeCheck) -> String {
    probe.finding(check).to_string()
}
