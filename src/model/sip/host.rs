use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::Host;

use super::SipAddressError;

/// A host as SIP writes it ([RFC 3261, section 25.1](https://www.rfc-editor.org/rfc/rfc3261#section-25.1)):
/// a name, an IPv4 address, or an IPv6 address in brackets.
///
/// Displays a name as it was written; displays an international name in its ASCII form, and an IPv6 address in its
/// shortest form. Names are compared without regard to case.
///
/// ```
/// use numport::model::{SipAddressError, SipHost};
///
/// let host: SipHost = "my-trunk.pstn.twilio.com".parse()?;
/// assert_eq!(host.as_str(), "my-trunk.pstn.twilio.com");
/// assert_eq!("[2001:DB8:0::1]".parse::<SipHost>()?.as_str(), "[2001:db8::1]");
/// assert_eq!("bücher.example".parse::<SipHost>()?.as_str(), "xn--bcher-kva.example");
/// assert_eq!("127.1".parse::<SipHost>(), Err(SipAddressError::Ipv4));
/// # Ok::<(), SipAddressError>(())
/// ```
#[derive(Clone)]
pub struct SipHost {
    text: String,
    ip: Option<IpAddr>,
}

impl SipHost {
    /// The maximum length of a name in octets, without a dot at its end.
    pub const NAME_MAX: usize = 253;
    /// The maximum length of a label, the part between two dots, in octets.
    pub const LABEL_MAX: usize = 63;

    /// Returns the host as text, with an IPv6 address in brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the IP address, if the host is not a name.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        self.ip
    }
}

impl FromStr for SipHost {
    type Err = SipAddressError;

    fn from_str(text: &str) -> Result<Self, SipAddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SipAddressError::Empty);
        }
        refuse_user_and_blanks(text)?;
        if let Some(rest) = text.strip_prefix('[') {
            let address = rest.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
            return address.map(Self::from).ok_or(SipAddressError::Ipv6);
        }
        match text.parse() {
            Ok(IpAddr::V4(address)) => return Ok(address.into()),
            Ok(IpAddr::V6(_)) => return Err(SipAddressError::UnbracketedIpv6),
            Err(_) => {}
        }
        // Before an international name is mapped, which would decode a `%`.
        check_characters(text)?;
        if text.is_ascii() {
            check_name(text)?;
            return Ok(Self { text: text.to_owned(), ip: None });
        }
        // Digits of other scripts may make an address; nobody writes one so on purpose.
        let Ok(Host::Domain(name)) = Host::parse(text) else { return Err(SipAddressError::International) };
        check_characters(&name)?;
        check_name(&name)?;
        Ok(Self { text: name, ip: None })
    }
}

/// First of all checks: whatever else is wrong with a text that has an `@`, no more is told of it.
pub(super) fn refuse_user_and_blanks(text: &str) -> Result<(), SipAddressError> {
    if text.contains('@') {
        return Err(SipAddressError::UserPart);
    }
    if text.contains(char::is_whitespace) {
        return Err(SipAddressError::Blank);
    }
    Ok(())
}

fn check_characters(text: &str) -> Result<(), SipAddressError> {
    let stray = |found: &char| found.is_ascii() && !found.is_ascii_alphanumeric() && !matches!(found, '-' | '.');
    match text.chars().find(stray) {
        None => Ok(()),
        Some('_') => Err(SipAddressError::Underscore),
        Some(found) => Err(SipAddressError::Character { found }),
    }
}

/// The grammar of `hostname`, of a text that has none but letters, digits, hyphens and dots.
fn check_name(text: &str) -> Result<(), SipAddressError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.len() > SipHost::NAME_MAX {
        return Err(SipAddressError::NameTooLong { octets: name.len() });
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err(SipAddressError::EmptyLabel);
        }
        if label.len() > SipHost::LABEL_MAX {
            return Err(SipAddressError::LabelTooLong { octets: label.len() });
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(SipAddressError::Hyphen);
        }
    }
    let top = name.rsplit('.').next().unwrap_or(name);
    if top.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Ok(());
    }
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    Err(if numeric { SipAddressError::Ipv4 } else { SipAddressError::TopLabel })
}

impl From<Ipv4Addr> for SipHost {
    fn from(address: Ipv4Addr) -> Self {
        Self { text: address.to_string(), ip: Some(address.into()) }
    }
}

impl From<Ipv6Addr> for SipHost {
    fn from(address: Ipv6Addr) -> Self {
        Self { text: format!("[{address}]"), ip: Some(address.into()) }
    }
}

impl PartialEq for SipHost {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl Eq for SipHost {}

impl Hash for SipHost {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for SipHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for SipHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SipHost({})", self.text)
    }
}
