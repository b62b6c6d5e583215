use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::SipHost;

/// The reason why a cloud platform surely cannot reach a host; see [`SipHost::warning`].
///
/// ```
/// use numport::model::{HostWarning, SipHost};
///
/// let host: SipHost = "pbx".parse()?;
/// match host.warning() {
///     Some(HostWarning::SingleLabel | HostWarning::LocalName) => println!("give the whole name"),
///     Some(_) => println!("give a public address"),
///     None => {}
/// }
/// # Ok::<(), numport::model::SipAddressError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostWarning {
    /// 0.0.0.0 or ::, which is not the address of a machine.
    Unspecified,
    /// 127.0.0.0/8 or ::1: the machine itself.
    Loopback,
    /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7: a private network.
    Private,
    /// 169.254.0.0/16 or fe80::/10: one link of a network.
    LinkLocal,
    /// 100.64.0.0/10: addresses behind the address translation of an internet provider.
    SharedAddress,
    /// `localhost`, or a name that ends in `.localhost`, `.local` or `.internal`.
    LocalName,
    /// A name without a dot, which resolves only on a local network.
    SingleLabel,
}

impl SipHost {
    /// Returns the reason why a cloud platform surely cannot reach the host. `None` does not guarantee that it can.
    ///
    /// ```
    /// use numport::model::{HostWarning, SipHost};
    ///
    /// assert_eq!("10.0.0.5".parse::<SipHost>()?.warning(), Some(HostWarning::Private));
    /// assert_eq!("sip.example.com".parse::<SipHost>()?.warning(), None);
    /// # Ok::<(), numport::model::SipAddressError>(())
    /// ```
    #[must_use]
    pub fn warning(&self) -> Option<HostWarning> {
        match self.ip() {
            Some(IpAddr::V4(address)) => of_v4(address),
            Some(IpAddr::V6(address)) => of_v6(address),
            None => of_name(self.as_str()),
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Option<HostWarning> {
    let [first, second, ..] = address.octets();
    match address {
        _ if address.is_unspecified() => Some(HostWarning::Unspecified),
        _ if address.is_loopback() => Some(HostWarning::Loopback),
        _ if address.is_private() => Some(HostWarning::Private),
        _ if address.is_link_local() => Some(HostWarning::LinkLocal),
        _ if first == 100 && second & 0xc0 == 64 => Some(HostWarning::SharedAddress),
        _ => None,
    }
}

fn of_v6(address: Ipv6Addr) -> Option<HostWarning> {
    match address {
        _ if address.is_unspecified() => Some(HostWarning::Unspecified),
        _ if address.is_loopback() => Some(HostWarning::Loopback),
        _ if address.is_unique_local() => Some(HostWarning::Private),
        _ if address.is_unicast_link_local() => Some(HostWarning::LinkLocal),
        _ => address.to_ipv4_mapped().and_then(of_v4),
    }
}

fn of_name(name: &str) -> Option<HostWarning> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    match name.rsplit('.').next() {
        Some("localhost") => Some(HostWarning::LocalName),
        _ if !name.contains('.') => Some(HostWarning::SingleLabel),
        Some("local" | "internal") => Some(HostWarning::LocalName),
        _ => None,
    }
}

impl fmt::Display for HostWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Unspecified => "is the unspecified address",
            Self::Loopback => "is a loopback address",
            Self::Private => "is an address of a private network",
            Self::LinkLocal => "is a link-local address",
            Self::SharedAddress => "is a carrier-grade NAT address (100.64.0.0/10)",
            Self::LocalName => "is a name of a local network",
            Self::SingleLabel => "is a name without a dot",
        };
        write!(f, "{what}, which a platform in the cloud cannot reach")
    }
}
