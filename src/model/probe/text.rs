//! Results of a probe as sentences.

use std::fmt;

use super::{ProbeFinding, ProbeTarget};
use crate::model::{Shown, word};

impl ProbeFinding {
    /// Returns one sentence that says what a user can do about the finding. It is empty if there is nothing to do.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NoRecords => "Check the host for a typing error, and its records at the DNS provider.",
            Self::LookupFailed { .. } => "Check the name servers of this machine, then try again.",
            Self::ForbiddenTarget { .. } => {
                "Give a host on the public internet. For a test in your own network, allow private targets."
            }
            Self::NotReached { .. } | Self::ReachUnknown { .. } => {
                "Check the port, the transport and the firewall. A trunk that allows only the platform's addresses \
                 does not answer this machine."
            }
            Self::CertificateInvalid { .. } => {
                "Give the name that the certificate is for, or renew the certificate with its whole chain."
            }
            Self::HandshakeFailed { .. } => "Check that the port speaks TLS, version 1.2 or 1.3.",
            Self::Answered { status: 408 | 503, .. } => "Ask the carrier whether the trunk is in service.",
            Self::Redirected { .. } => "Give the address that the trunk redirects to. Not every platform follows it.",
            Self::NoAnswer => {
                "Check the transport, and that the trunk allows the platform's addresses. Some trunks ignore OPTIONS."
            }
            Self::NotSip => "Check the port and the transport: another protocol answers there.",
            Self::RateLimited { .. } => "Probe again later.",
            Self::NotChallenged => "Make a test call: OPTIONS without a challenge proves nothing about INVITE.",
            Self::CredentialsRejected { .. } => "Check the user and the password.",
            Self::CredentialsUnknown { .. } => "Probe again later.",
            Self::RealmNotAllowed { .. } => {
                "If the realm is the trunk's own, allow it with `Prober::realm` to have the password checked."
            }
            Self::UnsupportedChallenge { .. } => "Make a test call: the probe cannot check this kind of password.",
            Self::Resolved { .. }
            | Self::Reached { .. }
            | Self::CertificateValid
            | Self::NotTls
            | Self::Answered { .. }
            | Self::Challenged { .. }
            | Self::CredentialsAccepted { .. }
            | Self::NoCredentials
            | Self::NotChecked { .. } => "",
        }
    }
}

impl fmt::Display for ProbeTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.address, self.transport)
    }
}

impl fmt::Display for ProbeFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved { targets } => {
                f.write_str("the host leads to ")?;
                listed(f, targets.iter())
            }
            Self::NoRecords => f.write_str("the host has no address in the DNS"),
            Self::LookupFailed { reason } => {
                write!(f, "the lookup of the host failed ({})", Shown { text: reason, max: 300 })
            }
            Self::ForbiddenTarget { address, range } => {
                write!(f, "the host leads to {address}, which {range}, so nothing was sent")
            }
            Self::Reached { target } => write!(f, "{target} is reachable"),
            Self::NotReached { target, fault } => write!(f, "{target} is not reachable from here: {fault}"),
            Self::ReachUnknown { target } => {
                write!(f, "nothing came back from {target}, so it is unknown whether it is reachable")
            }
            Self::CertificateValid => f.write_str("the TLS certificate is valid for the host"),
            Self::CertificateInvalid { fault } => write!(f, "the TLS certificate {fault}, so no request was sent"),
            Self::HandshakeFailed { reason } => {
                write!(f, "the TLS handshake failed ({})", Shown { text: reason, max: 300 })
            }
            Self::NotTls => f.write_str("there is no TLS certificate, because the transport is not TLS"),
            Self::Answered { status, reason, server } => {
                write!(f, "SIP answers with {status} {}", word(reason))?;
                server.as_ref().map_or(Ok(()), |server| write!(f, " (it says it is {})", word(server)))
            }
            Self::Redirected { status, contacts } => {
                write!(f, "SIP answers with the redirect {status}")?;
                if contacts.is_empty() {
                    return Ok(());
                }
                f.write_str(" to ")?;
                listed(f, contacts.iter().map(|contact| word(contact)))
            }
            Self::NoAnswer => f.write_str("SIP does not answer OPTIONS"),
            Self::NotSip => f.write_str("the answer is not a SIP response to the request"),
            Self::RateLimited { seconds } => {
                write!(f, "this process probed the host a moment ago; it can be probed again in {seconds} s")
            }
            Self::Challenged { realms, algorithms } => {
                f.write_str("it demands a user and a password for ")?;
                listed(f, realms.iter().map(|realm| word(realm)))?;
                f.write_str(" by ")?;
                listed(f, algorithms.iter().map(|algorithm| word(algorithm)))
            }
            Self::NotChallenged => f.write_str("it does not demand a password for OPTIONS"),
            Self::CredentialsAccepted { status } => {
                write!(f, "it accepts the user and the password (status {status})")
            }
            Self::CredentialsRejected { status } => {
                write!(f, "it does not accept the user and the password (status {status})")
            }
            Self::CredentialsUnknown { status: Some(status) } => {
                write!(f, "it is unknown whether it accepts the user and the password (status {status})")
            }
            Self::CredentialsUnknown { status: None } => {
                f.write_str("it did not answer the request with the user and the password")
            }
            Self::NoCredentials => f.write_str("the trunk has no user and password to check"),
            Self::RealmNotAllowed { realm } => {
                write!(f, "the password was not sent, because the realm {} is not allowed", word(realm))
            }
            Self::UnsupportedChallenge { algorithms } => {
                f.write_str("the password was not sent, because the challenge is not supported: ")?;
                listed(f, algorithms.iter().map(|algorithm| word(algorithm)))
            }
            Self::NotChecked { .. } => f.write_str("not checked"),
        }
    }
}

/// Separated by commas; `-` for nothing.
fn listed(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    let mut is_first = true;
    for item in items {
        let separator = if is_first { "" } else { ", " };
        is_first = false;
        write!(f, "{separator}{item}")?;
    }
    if is_first { f.write_str("-") } else { Ok(()) }
}
