use std::fmt;

use serde::{Deserialize, Serialize};

/// A range of addresses that a probe does not connect to, because they are not on the public internet.
///
/// ```
/// use numport::model::{AddressRange, ProbeFinding};
///
/// /// Whether somebody typed in an address of our own network.
/// fn is_ours(finding: &ProbeFinding) -> bool {
///     matches!(finding, ProbeFinding::ForbiddenTarget { range: AddressRange::Private | AddressRange::Loopback, .. })
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AddressRange {
    /// 0.0.0.0/8 or ::, which is not the address of a machine.
    Unspecified,
    /// 127.0.0.0/8 or ::1: the machine itself.
    Loopback,
    /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7 or fec0::/10: a private network.
    Private,
    /// 169.254.0.0/16 or fe80::/10: one link of a network. Metadata services of clouds are there.
    LinkLocal,
    /// 100.64.0.0/10: addresses behind the address translation of an internet provider.
    SharedAddress,
    /// 224.0.0.0/4, ff00::/8 or 255.255.255.255: many machines.
    Multicast,
    /// An IPv6 address that contains an IPv4 address: mapped, compatible, NAT64, 6to4 or Teredo.
    Translated,
    /// Addresses for documentation, benchmarks, protocols or later use.
    Reserved,
}

/// The reason why a port could not be reached.
///
/// ```
/// use numport::model::ReachFault;
///
/// assert_eq!(ReachFault::TimedOut.to_string(), "the connection timed out");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReachFault {
    /// The host refused the connection, or said that nobody listens at the UDP port.
    Refused,
    /// There was no answer in time. A firewall may drop the packets.
    TimedOut,
    /// This machine has no route to the address.
    NoRoute,
    /// Another error of the operating system.
    Other,
}

/// The reason why a TLS certificate is not valid for the trunk's name.
///
/// ```
/// use numport::model::CertificateFault;
///
/// assert_eq!(CertificateFault::Expired.to_string(), "has expired");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CertificateFault {
    /// It is for other names.
    OtherName,
    /// Nobody that this machine trusts has signed it. It may be self-signed, or its chain is not complete.
    UnknownIssuer,
    /// It has expired.
    Expired,
    /// It is not yet valid.
    NotYetValid,
    /// It was revoked.
    Revoked,
    /// It is not valid for another reason.
    Other,
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unspecified => "is not the address of a machine",
            Self::Loopback => "is a loopback address",
            Self::Private => "is an address of a private network",
            Self::LinkLocal => "is a link-local address",
            Self::SharedAddress => "is a carrier-grade NAT address",
            Self::Multicast => "is a multicast or broadcast address",
            Self::Translated => "is an IPv6 address that contains an IPv4 address",
            Self::Reserved => "is a reserved address",
        })
    }
}

impl fmt::Display for ReachFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Refused => "the connection was refused",
            Self::TimedOut => "the connection timed out",
            Self::NoRoute => "this machine has no route to it",
            Self::Other => "the connection failed",
        })
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OtherName => "is for another name",
            Self::UnknownIssuer => "is not signed by an authority that this machine trusts",
            Self::Expired => "has expired",
            Self::NotYetValid => "is not yet valid",
            Self::Revoked => "was revoked",
            Self::Other => "is not valid",
        })
    }
}
