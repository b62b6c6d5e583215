use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::{AddressRange, CertificateFault, ReachFault};
use crate::model::{Severity, SipTransport, codes};

codes! {
    /// One of the six questions of a probe.
    ///
    /// ```
    /// use numport::model::ProbeCheck;
    ///
    /// let codes: Vec<&str> = ProbeCheck::ALL.iter().map(|check| check.as_str()).collect();
    /// assert_eq!(codes, ["resolves", "reachable", "certificate", "answers", "challenges", "credentials"]);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[non_exhaustive]
    pub enum ProbeCheck {
        /// Does the host lead to addresses (RFC 3263)?
        Resolves => "resolves",
        /// Can the port be reached?
        Reachable => "reachable",
        /// Is the TLS certificate valid for the host's name?
        Certificate => "certificate",
        /// Does SIP answer, with any status?
        Answers => "answers",
        /// Does it demand credentials?
        Challenges => "challenges",
        /// Does it accept the trunk's user and password?
        Credentials => "credentials",
    }
}

/// An address of a trunk, and how SIP goes there.
///
/// ```
/// use numport::model::{ProbeTarget, SipTransport};
///
/// let target = ProbeTarget { address: "203.0.113.10:5061".parse()?, transport: SipTransport::Tls };
/// assert_eq!(target.to_string(), "203.0.113.10:5061 (tls)");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProbeTarget {
    /// The address and the port.
    pub address: SocketAddr,
    /// The transport.
    pub transport: SipTransport,
}

/// The result of one check of a probe. `Display` is one sentence; [`advice`](Self::advice) says what to do.
///
/// ```
/// use numport::model::{ProbeCheck, ProbeFinding, Severity};
///
/// let finding = ProbeFinding::NoAnswer;
/// assert_eq!((finding.check(), finding.code()), (ProbeCheck::Answers, "no_answer"));
/// assert_eq!(finding.severity(), Some(Severity::Warning));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProbeFinding {
    /// The host leads to these targets, best first. No severity.
    Resolved {
        /// At most 16.
        targets: Vec<ProbeTarget>,
    },
    /// The name has no address. A warning.
    NoRecords,
    /// The lookup of the name failed. A warning.
    LookupFailed {
        /// The reason.
        reason: String,
    },
    /// The host leads to an address that is not on the public internet, so nothing was sent. A warning.
    ForbiddenTarget {
        /// The address.
        address: IpAddr,
        /// Its range.
        range: AddressRange,
    },
    /// The port is reachable. No severity.
    Reached {
        /// Where the request was sent.
        target: ProbeTarget,
    },
    /// The port is not reachable from this machine. A warning.
    NotReached {
        /// The last target that was tried.
        target: ProbeTarget,
        /// The reason.
        fault: ReachFault,
    },
    /// Nothing came back over UDP, so it is unknown whether the port is reachable. A warning.
    ReachUnknown {
        /// Where the request was sent.
        target: ProbeTarget,
    },
    /// The certificate is valid for the trunk's name. No severity.
    CertificateValid,
    /// The certificate is not valid for the trunk's name, so no request was sent. A warning.
    CertificateInvalid {
        /// The reason.
        fault: CertificateFault,
    },
    /// The TLS handshake failed for another reason. A warning.
    HandshakeFailed {
        /// The reason.
        reason: String,
    },
    /// The transport is not TLS. No severity.
    NotTls,
    /// SIP answers. A warning with status 408 or 503, which mean that the trunk is down; otherwise no severity.
    Answered {
        /// The status.
        status: u16,
        /// The reason phrase, at most 100 characters.
        reason: String,
        /// What the peer says of itself: its `Server` or `User-Agent`, at most 100 characters.
        server: Option<String>,
    },
    /// SIP answers with a redirect. The probe does not follow it. A note.
    Redirected {
        /// The status.
        status: u16,
        /// The targets, without users and passwords; at most 4 of at most 200 characters.
        contacts: Vec<String>,
    },
    /// SIP does not answer. A warning.
    NoAnswer,
    /// An answer came that is not SIP, or not to this request. A warning.
    NotSip,
    /// Nothing was sent, because this process probed the host less than 15 s ago, with other settings. A note.
    RateLimited {
        /// When it can be probed again, in seconds.
        seconds: u64,
    },
    /// It demands credentials. No severity.
    Challenged {
        /// The realms, at most 4.
        realms: Vec<String>,
        /// The digest algorithms, at most 4.
        algorithms: Vec<String>,
    },
    /// It does not demand credentials for OPTIONS. This proves nothing about INVITE. A note.
    NotChallenged,
    /// It accepts the trunk's user and password. No severity.
    CredentialsAccepted {
        /// The status of the answer to the request with credentials.
        status: u16,
    },
    /// It does not accept the trunk's user and password. A warning.
    CredentialsRejected {
        /// The status of the answer to the request with credentials.
        status: u16,
    },
    /// It is unknown whether it accepts the user and password. A warning.
    CredentialsUnknown {
        /// The status of the answer to the request with credentials, if there was an answer.
        status: Option<u16>,
    },
    /// The trunk has no user and password. No severity.
    NoCredentials,
    /// The user and password were not sent, because the probe was not told to send them to this realm. A note.
    RealmNotAllowed {
        /// The realm.
        realm: String,
    },
    /// The user and password were not sent, because the challenge uses none of MD5 and SHA-256 with `auth`. A note.
    UnsupportedChallenge {
        /// The algorithms, at most 4.
        algorithms: Vec<String>,
    },
    /// The check was not made, because of the result of an earlier one. No severity.
    NotChecked {
        /// The check.
        check: ProbeCheck,
    },
}

impl ProbeFinding {
    /// Returns the check that it is a result of.
    #[must_use]
    pub const fn check(&self) -> ProbeCheck {
        match self {
            Self::Resolved { .. } | Self::NoRecords | Self::LookupFailed { .. } | Self::ForbiddenTarget { .. } => {
                ProbeCheck::Resolves
            }
            Self::Reached { .. } | Self::NotReached { .. } | Self::ReachUnknown { .. } => ProbeCheck::Reachable,
            Self::CertificateValid | Self::CertificateInvalid { .. } | Self::HandshakeFailed { .. } | Self::NotTls => {
                ProbeCheck::Certificate
            }
            Self::Answered { .. }
            | Self::Redirected { .. }
            | Self::NoAnswer
            | Self::NotSip
            | Self::RateLimited { .. } => ProbeCheck::Answers,
            Self::Challenged { .. } | Self::NotChallenged => ProbeCheck::Challenges,
            Self::CredentialsAccepted { .. }
            | Self::CredentialsRejected { .. }
            | Self::CredentialsUnknown { .. }
            | Self::NoCredentials
            | Self::RealmNotAllowed { .. }
            | Self::UnsupportedChallenge { .. } => ProbeCheck::Credentials,
            Self::NotChecked { check } => *check,
        }
    }

    /// Returns its stable code, such as `no_answer`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Resolved { .. } => "resolved",
            Self::NoRecords => "no_records",
            Self::LookupFailed { .. } => "lookup_failed",
            Self::ForbiddenTarget { .. } => "forbidden_target",
            Self::Reached { .. } => "reached",
            Self::NotReached { .. } => "not_reached",
            Self::ReachUnknown { .. } => "reach_unknown",
            Self::CertificateValid => "certificate_valid",
            Self::CertificateInvalid { .. } => "certificate_invalid",
            Self::HandshakeFailed { .. } => "handshake_failed",
            Self::NotTls => "not_tls",
            Self::Answered { .. } => "answered",
            Self::Redirected { .. } => "redirected",
            Self::NoAnswer => "no_answer",
            Self::NotSip => "not_sip",
            Self::RateLimited { .. } => "rate_limited",
            Self::Challenged { .. } => "challenged",
            Self::NotChallenged => "not_challenged",
            Self::CredentialsAccepted { .. } => "credentials_accepted",
            Self::CredentialsRejected { .. } => "credentials_rejected",
            Self::CredentialsUnknown { .. } => "credentials_unknown",
            Self::NoCredentials => "no_credentials",
            Self::RealmNotAllowed { .. } => "realm_not_allowed",
            Self::UnsupportedChallenge { .. } => "unsupported_challenge",
            Self::NotChecked { .. } => "not_checked",
        }
    }

    /// Returns its severity; `None` if there is nothing to look at. It is never an error, because a platform may reach
    /// what this machine cannot.
    #[must_use]
    pub const fn severity(&self) -> Option<Severity> {
        match self {
            Self::NoRecords
            | Self::LookupFailed { .. }
            | Self::ForbiddenTarget { .. }
            | Self::NotReached { .. }
            | Self::ReachUnknown { .. }
            | Self::CertificateInvalid { .. }
            | Self::HandshakeFailed { .. }
            | Self::Answered { status: 408 | 503, .. }
            | Self::NoAnswer
            | Self::NotSip
            | Self::CredentialsRejected { .. }
            | Self::CredentialsUnknown { .. } => Some(Severity::Warning),
            Self::Redirected { .. }
            | Self::RateLimited { .. }
            | Self::NotChallenged
            | Self::RealmNotAllowed { .. }
            | Self::UnsupportedChallenge { .. } => Some(Severity::Note),
            Self::Resolved { .. }
            | Self::Reached { .. }
            | Self::CertificateValid
            | Self::NotTls
            | Self::Answered { .. }
            | Self::Challenged { .. }
            | Self::CredentialsAccepted { .. }
            | Self::NoCredentials
            | Self::NotChecked { .. } => None,
        }
    }
}
