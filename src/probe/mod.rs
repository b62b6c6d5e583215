//! Asks a SIP trunk whether it answers, before anything is imported: [`SipTrunk::probe`](crate::SipTrunk::probe).
//!
//! A probe sends SIP `OPTIONS` and nothing else, never `REGISTER` or `INVITE`. It answers six questions
//! ([`ProbeCheck`](crate::model::ProbeCheck)), each with its own finding:
//!
//! 1. Does the host lead to addresses, by NAPTR, SRV, A and AAAA records ([RFC 3263](https://www.rfc-editor.org/rfc/rfc3263))?
//! 2. Is the port reachable over UDP, TCP or TLS?
//! 3. Is the TLS certificate valid for the trunk's host? A request is sent only if it is.
//! 4. Does SIP answer? Any status counts.
//! 5. Does it demand a user and a password?
//! 6. Does it accept the trunk's user and password? See [`Prober::realm`].
//!
//! # What it does not tell
//!
//! - An `OPTIONS` without a challenge proves nothing about `INVITE`. Many trunks answer `OPTIONS` from everybody and
//!   refuse calls.
//! - A good result from this machine says nothing about the platform's own addresses, and a bad one neither: trunks allow
//!   calls by the caller's address. So no finding is an error.
//!
//! # Limits
//!
//! Carriers ban senders of many `OPTIONS`. Within a process, a host is probed at most once in 15 s, counted from the
//! end of the last probe. Probes of the same trunk with the same settings in that time share one result; others
//! find [`RateLimited`](crate::model::ProbeFinding::RateLimited). A host is what the trunk names, in any letter case;
//! names that lead to the same address are different hosts.
//!
//! A probe sends at most 5 SIP packets: `OPTIONS`, which UDP repeats after 0.5, 1.5 and 3.5 s, and one request with
//! credentials. It tries at most 3 addresses and takes at most [`Prober::timeout`].
//!
//! # Targets
//!
//! A service may probe what its customers type in, so a probe does not reach into the network that it runs in. It looks
//! the host up once, checks every address that it leads to, and connects to the address that it checked. If one of them
//! is not on the public internet, nothing is sent
//! ([`ForbiddenTarget`](crate::model::ProbeFinding::ForbiddenTarget)), unless [`Prober::allow_private_targets`] is set.
//! Redirects are reported and not followed.
//!
//! The feature needs Rust 1.88, because the DNS resolver does.

// The SIP part is written here: one request, and a reader of status, headers and length. `ezk-sip-types` 0.6 parses
// every header by nom and carries anyhow; `rsipstack` 0.7 is a whole stack of 160 crates whose API changes monthly and
// which retransmits, resolves and connects by itself, so that neither packets nor addresses could be bounded here.
// Neither states an MSRV.

mod address;
mod challenge;
mod connection;
mod digest;
mod dns;
mod exchange;
mod limits;
mod message;
mod prober;
mod resolve;
mod response;
mod run;
mod tls;

/// What a fuzz target reaches.
#[cfg(fuzzing)]
pub(crate) mod fuzzing {
    pub(crate) use super::run::read_for_fuzzing as read;
}

pub use self::dns::{LookupError, Naptr, Resolver, Srv};
pub use self::prober::Prober;
