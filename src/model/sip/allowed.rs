use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address, or a network of them, that inbound calls may come from.
///
/// ```
/// use numport::model::{AllowedAddress, AllowedAddressError};
///
/// let network: AllowedAddress = "203.0.113.8/30".parse()?;
/// assert_eq!(network.prefix(), 30);
/// let single = AllowedAddress::from([203, 0, 113, 10]);
/// assert_eq!(single.to_string(), "203.0.113.10");
///
/// let inside = "203.0.113.10/30".parse::<AllowedAddress>().unwrap_err();
/// assert_eq!(inside, AllowedAddressError::NotANetwork { network });
/// # Ok::<(), AllowedAddressError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AllowedAddress {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no [`AllowedAddress`].
///
/// `Display` is the [fault](Self::fault) and the [remedy](Self::remedy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}; {}", self.fault(), self.remedy())]
#[non_exhaustive]
pub enum AllowedAddressError {
    /// There is not an IP address. Names are not allowed: platforms compare addresses.
    NotAnAddress,
    /// The prefix is no number, or longer than the address.
    Prefix {
        /// The longest prefix: 32 for IPv4, 128 for IPv6.
        max: u8,
    },
    /// The address is one inside the network that the prefix makes.
    NotANetwork {
        /// The network.
        network: AllowedAddress,
    },
}

impl AllowedAddressError {
    /// What is wrong, such as `is not an IP address`.
    #[must_use]
    pub fn fault(&self) -> String {
        match self {
            Self::NotAnAddress => "is not an IP address".to_owned(),
            Self::Prefix { max } => format!("has a prefix that is not a number from 0 to {max}"),
            Self::NotANetwork { .. } => "is an address inside a network, not the network itself".to_owned(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NotAnAddress => "write one such as 203.0.113.10, or a network such as 203.0.113.8/30".to_owned(),
            Self::Prefix { max } => format!("write one such as /{max}"),
            Self::NotANetwork { network } => format!("write the network as {network}, or the address alone"),
        }
    }
}

/// For what always is an address, such as `[203, 0, 113, 10]`.
impl From<Infallible> for AllowedAddressError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl TryFrom<&str> for AllowedAddress {
    type Error = AllowedAddressError;

    fn try_from(text: &str) -> Result<Self, AllowedAddressError> {
        text.parse()
    }
}

impl TryFrom<String> for AllowedAddress {
    type Error = AllowedAddressError;

    fn try_from(text: String) -> Result<Self, AllowedAddressError> {
        text.parse()
    }
}

impl TryFrom<&String> for AllowedAddress {
    type Error = AllowedAddressError;

    fn try_from(text: &String) -> Result<Self, AllowedAddressError> {
        text.parse()
    }
}

impl AllowedAddress {
    /// Returns the address, or the first address of the network.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Returns how many leading bits are compared: all 32 or 128 for a single address.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    const fn bits(address: IpAddr) -> u8 {
        if address.is_ipv4() { 32 } else { 128 }
    }
}

impl FromStr for AllowedAddress {
    type Err = AllowedAddressError;

    fn from_str(text: &str) -> Result<Self, AllowedAddressError> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| AllowedAddressError::NotAnAddress)?;
        let Some(prefix) = prefix else { return Ok(address.into()) };
        let max = Self::bits(address);
        let numeric = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|&prefix| numeric && prefix <= max);
        let prefix = prefix.ok_or(AllowedAddressError::Prefix { max })?;
        let network = Self { address: first(address, prefix), prefix };
        if network.address == address { Ok(network) } else { Err(AllowedAddressError::NotANetwork { network }) }
    }
}

/// The first address of the network: all bits behind the prefix are 0.
fn first(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(address) => {
            Ipv4Addr::from_bits(address.to_bits() & u32::MAX.checked_shl(32 - prefix).unwrap_or(0)).into()
        }
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & u128::MAX.checked_shl(128 - prefix).unwrap_or(0)).into()
        }
    }
}

impl From<IpAddr> for AllowedAddress {
    fn from(address: IpAddr) -> Self {
        Self { address, prefix: Self::bits(address) }
    }
}

impl From<Ipv4Addr> for AllowedAddress {
    fn from(address: Ipv4Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl From<Ipv6Addr> for AllowedAddress {
    fn from(address: Ipv6Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl From<[u8; 4]> for AllowedAddress {
    fn from(octets: [u8; 4]) -> Self {
        IpAddr::from(octets).into()
    }
}

/// Displays the address, with its prefix if that is shorter than the address.
impl fmt::Display for AllowedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == Self::bits(self.address) {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}
