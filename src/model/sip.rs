use std::net::Ipv4Addr;

use super::{Problems, Secret};

/// A SIP trunk: where it is reached, and what it wants to see.
///
/// It is a provider ([`NumberProvider`](crate::NumberProvider)) and a
/// [`NumberSource`](crate::NumberSource) at once.
///
/// ```
/// use numport::SipTrunk;
/// use numport::model::SipTransport;
///
/// let trunk = SipTrunk::new("my-trunk.pstn.twilio.com")
///     .transport(SipTransport::Tls)
///     .credentials("user", "password")
///     .allow_inbound([203, 0, 113, 10])
///     .leading_plus(true);
/// assert_eq!(trunk.host(), "my-trunk.pstn.twilio.com");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct SipTrunk {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    pub(crate) transport: Option<SipTransport>,
    pub(crate) credentials: Option<(String, Secret)>,
    pub(crate) allowed_inbound: Vec<Ipv4Addr>,
    pub(crate) leading_plus: bool,
    pub(crate) name: Option<String>,
}

/// How SIP signalling travels to a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SipTransport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

impl SipTrunk {
    /// A trunk at a host: a name or an address, without `sip:` and without a port.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            transport: None,
            credentials: None,
            allowed_inbound: Vec::new(),
            leading_plus: false,
            name: None,
        }
    }

    /// The port. Without one the platform uses its default, 5060.
    pub const fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// The transport. Without one the platform uses its default.
    pub const fn transport(mut self, transport: SipTransport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The user and password that the trunk asks of who calls out through it.
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }

    /// One more address that inbound calls come from.
    pub fn allow_inbound(mut self, address: impl Into<Ipv4Addr>) -> Self {
        self.allowed_inbound.push(address.into());
        self
    }

    /// Whether the trunk wants a `+` before the numbers of outbound calls. Twilio and Vonage do.
    pub const fn leading_plus(mut self, wanted: bool) -> Self {
        self.leading_plus = wanted;
        self
    }

    /// A name for people, where the platform keeps one. Without it, the host.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn name_or_host(&self) -> &str {
        self.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.host)
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        let stray = |character: char| !(character.is_ascii_alphanumeric() || "-.:[]".contains(character));
        if self.host.is_empty() {
            problems.add("host", "is empty", "give the trunk's host name or address");
        } else if let Some(found) = self.host.chars().find(|&character| stray(character)) {
            problems.add("host", format!("has {found:?}"), "give the bare host name or address");
        } else if self.host.to_ascii_lowercase().starts_with("sip:")
            || self.host.to_ascii_lowercase().starts_with("sips:")
        {
            problems.add("host", "begins with a scheme", "leave out `sip:` or `sips:`");
        } else if self.host.contains(':') && !self.host.starts_with('[') {
            problems.add("host", "has a `:`", "give a port by `port`, and an IPv6 address in brackets");
        }
        if self.port == Some(0) {
            problems.add("port", "is 0", "use 1 to 65535");
        }
        if let Some((user, password)) = &self.credentials {
            if user.is_empty() {
                problems.add("credentials.user", "is empty", "give the user, or no credentials at all");
            }
            if password.expose().is_empty() {
                problems.add("credentials.password", "is empty", "give the password, or no credentials at all");
            }
        }
    }
}
