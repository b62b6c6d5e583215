use std::fmt;
use std::str::FromStr;

use super::host::refuse_user_and_blanks;
use super::{SipAddressError, SipHost};

/// The address of a SIP server: a host, and optionally a port and a transport.
///
/// It reads `host`, `host:port` and a `sip:` or `sips:` URI, each with an optional `;transport=` udp, tcp or tls. It
/// adds no defaults, because a name without a port may lead elsewhere than the same name with port 5060 ([RFC 3263,
/// section 4](https://www.rfc-editor.org/rfc/rfc3263#section-4)). A `sips:` URI means TLS.
///
/// ```
/// use numport::model::{SipAddress, SipAddressError, SipTransport};
///
/// let address: SipAddress = "sips:sip.example.com:5061".parse()?;
/// assert_eq!(address.host.as_str(), "sip.example.com");
/// assert_eq!((address.port, address.transport), (Some(5061), Some(SipTransport::Tls)));
/// assert_eq!(address.to_string(), "sip:sip.example.com:5061;transport=tls");
///
/// let with_password = "sip:user:secret@sip.example.com".parse::<SipAddress>();
/// assert_eq!(with_password, Err(SipAddressError::UserPart));
/// # Ok::<(), SipAddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SipAddress {
    /// The host.
    pub host: SipHost,
    /// The port, 1 to 65535, if the address has one.
    pub port: Option<u16>,
    /// The transport, if the address has one.
    pub transport: Option<SipTransport>,
}

/// The transport of SIP signalling to a trunk.
///
/// ```
/// use numport::model::{SipAddress, SipTransport};
///
/// let address: SipAddress = "sips:sip.example.com".parse()?;
/// let is_encrypted = address.transport == Some(SipTransport::Tls);
/// # drop(is_encrypted);
/// # Ok::<(), numport::model::SipAddressError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SipTransport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

impl SipTransport {
    /// Returns the name as a URI writes it: `udp`, `tcp` or `tls`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    fn read(name: &str) -> Result<Self, SipAddressError> {
        let known = [Self::Udp, Self::Tcp, Self::Tls];
        let found = known.into_iter().find(|transport| transport.as_str().eq_ignore_ascii_case(name));
        found.ok_or(SipAddressError::Transport)
    }
}

impl FromStr for SipAddress {
    type Err = SipAddressError;

    fn from_str(text: &str) -> Result<Self, SipAddressError> {
        let text = text.trim();
        refuse_user_and_blanks(text)?;
        if text.contains('?') {
            return Err(SipAddressError::Headers);
        }
        if text.contains('/') {
            return Err(SipAddressError::Slash);
        }
        let (secure, rest) = match (after(text, "sips:"), after(text, "sip:")) {
            (Some(rest), _) => (true, rest),
            (None, rest) => (false, rest.unwrap_or(text)),
        };
        let mut parts = rest.split(';');
        let (host, port) = host_and_port(parts.next().unwrap_or_default())?;
        let mut told = None;
        for parameter in parts {
            if told.replace(transport(parameter)?).is_some() {
                return Err(SipAddressError::RepeatedTransport);
            }
        }
        let transport = match (secure, told) {
            (true, Some(SipTransport::Udp)) => return Err(SipAddressError::SipsOverUdp),
            (true, _) => Some(SipTransport::Tls),
            (false, told) => told,
        };
        Ok(Self { host, port, transport })
    }
}

/// What follows a scheme, if the text begins with it.
fn after<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn host_and_port(text: &str) -> Result<(SipHost, Option<u16>), SipAddressError> {
    let (host, rest) = if text.starts_with('[') {
        text.split_at(text.find(']').ok_or(SipAddressError::Ipv6)? + 1)
    } else {
        text.split_at(text.find(':').unwrap_or(text.len()))
    };
    let port = match rest.strip_prefix(':') {
        Some(port) if port.contains(':') => return Err(SipAddressError::UnbracketedIpv6),
        Some(port) => Some(port),
        None if rest.is_empty() => None,
        None => return Err(SipAddressError::Ipv6),
    };
    Ok((host.parse()?, port.map(read_port).transpose()?))
}

/// The grammar allows any count of digits, so any zeros before the number.
fn read_port(digits: &str) -> Result<u16, SipAddressError> {
    let numeric = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.trim_start_matches('0').parse().ok();
    port.filter(|_| numeric).ok_or(SipAddressError::Port)
}

fn transport(parameter: &str) -> Result<SipTransport, SipAddressError> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    if name.eq_ignore_ascii_case("transport") {
        return SipTransport::read(value);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || name.len() > 32 || !name.bytes().all(plain) {
        return Err(SipAddressError::MalformedParameter);
    }
    Err(SipAddressError::Parameter { name: name.to_owned() })
}

impl From<SipHost> for SipAddress {
    fn from(host: SipHost) -> Self {
        Self { host, port: None, transport: None }
    }
}

/// `host` or `host:port`; with a transport, a `sip:` URI.
impl fmt::Display for SipAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A host named like a scheme would be read as one before a port.
        let host = self.host.as_str();
        let like_scheme = host.eq_ignore_ascii_case("sip") || host.eq_ignore_ascii_case("sips");
        let scheme = if self.transport.is_some() || like_scheme { "sip:" } else { "" };
        write!(f, "{scheme}{host}")?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        match self.transport {
            Some(transport) => write!(f, ";transport={transport}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SipTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
