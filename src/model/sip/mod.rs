//! A SIP trunk and its parts.

mod address;
mod allowed;
mod error;
mod host;
mod reach;

use std::ops::RangeInclusive;

pub use address::{SipAddress, SipTransport};
pub use allowed::{AllowedAddress, AllowedAddressError};
pub use error::SipAddressError;
pub use host::SipHost;
pub use reach::HostWarning;

use super::{Declared, ProblemCode, Problems, Secret, codes};
use crate::E164;

/// A SIP trunk: its address and its settings.
///
/// It is a provider ([`NumberProvider`](crate::NumberProvider)) and can be converted into a
/// [`NumberSource`](crate::NumberSource). A trunk does not tell which numbers it carries. numport uses the numbers that
/// you declare with [`number`](Self::number) and [`numbers`](Self::numbers) instead.
///
/// Describe everything that you know of a trunk. An import is refused if the platform does not take a part of it;
/// [`fitting`](Self::fitting) returns the trunk without these parts, and lists them.
///
/// ```
/// use numport::SipTrunk;
///
/// let trunk = SipTrunk::new("sips:my-trunk.pstn.twilio.com")
///     .credentials("user", "password")
///     .allow_inbound([203, 0, 113, 10])
///     .leading_plus(true)
///     .numbers("+14155552600".parse()?..="+14155552699".parse()?);
/// assert_eq!(trunk.host()?.as_str(), "my-trunk.pstn.twilio.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct SipTrunk {
    host: Result<SipHost, SipAddressError>,
    /// The port; `None` if the platform chooses.
    pub port: Option<u16>,
    /// The transport; `None` if the platform chooses.
    pub transport: Option<SipTransport>,
    /// The user and the password for outbound calls.
    pub credentials: Option<(String, Secret)>,
    /// The addresses that inbound calls come from.
    pub allowed_inbound: Vec<AllowedAddress>,
    /// What was wrong with texts that are no such address, and which call of `allow_inbound` gave each, from 1.
    bad_inbound: Vec<(usize, AllowedAddressError)>,
    /// Whether no calls come in through it.
    pub outbound_only: bool,
    /// Whether media are encrypted; `None` if the platform chooses.
    pub media_encryption: Option<MediaEncryption>,
    /// Whether the numbers of outbound calls begin with `+`.
    pub leading_plus: bool,
    /// The name for people.
    pub name: Option<String>,
    pub(crate) numbers: Declared,
}

codes! {
    /// Whether the media of a trunk's calls are encrypted (SRTP).
    ///
    /// ```
    /// use numport::SipTrunk;
    /// use numport::model::{MediaEncryption, SipTransport};
    ///
    /// let trunk = SipTrunk::new("sip.example.com")
    ///     .transport(SipTransport::Tls)
    ///     .media_encryption(MediaEncryption::Required);
    /// assert_eq!(trunk.media_encryption.map(MediaEncryption::as_str), Some("required"));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum MediaEncryption {
        /// Never.
        Disabled => "disabled",
        /// If the other side supports encryption.
        Allowed => "allowed",
        /// Always: a call without encryption is refused.
        Required => "required",
    }
}

impl SipTrunk {
    /// Creates a trunk from an address that [`SipAddress`] can read: a host, `host:port`, or a `sip:` or `sips:` URI.
    ///
    /// If the text is not a valid address, the trunk stores only the error, because the text may contain a password.
    /// The first call that needs the trunk returns that error.
    pub fn new(address: impl AsRef<str>) -> Self {
        let (host, port, transport) = match address.as_ref().parse() {
            Ok(SipAddress { host, port, transport }) => (Ok(host), port, transport),
            Err(error) => (Err(error), None, None),
        };
        Self {
            host,
            port,
            transport,
            credentials: None,
            allowed_inbound: Vec::new(),
            bad_inbound: Vec::new(),
            outbound_only: false,
            media_encryption: None,
            leading_plus: false,
            name: None,
            numbers: Declared::default(),
        }
    }

    /// Sets the port and overrides the address's own. Without a port the platform chooses one, and may look a name up
    /// by SRV.
    pub const fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets the transport and overrides the address's own. Without a transport the platform uses its default.
    pub const fn transport(mut self, transport: SipTransport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the user and the password that the trunk requires for outbound calls.
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }

    /// Adds an address, or a network, that inbound calls come from: the carrier's signalling addresses. Takes an
    /// [`AllowedAddress`], what one is made of, or text such as `203.0.113.10` and `203.0.113.8/30`.
    ///
    /// A text that is no address is reported by the first call that needs the trunk, as the address of
    /// [`new`](Self::new) is.
    ///
    /// ```
    /// use numport::SipTrunk;
    ///
    /// let trunk = SipTrunk::new("sip.example.com").allow_inbound("203.0.113.8/30").allow_inbound([198, 51, 100, 7]);
    /// assert_eq!(trunk.allowed_inbound[0].prefix(), 30);
    /// ```
    pub fn allow_inbound(mut self, address: impl TryInto<AllowedAddress, Error: Into<AllowedAddressError>>) -> Self {
        match address.try_into() {
            Ok(address) => self.allowed_inbound.push(address),
            Err(error) => {
                let nth = self.allowed_inbound.len() + self.bad_inbound.len() + 1;
                self.bad_inbound.push((nth, error.into()));
            }
        }
        self
    }

    /// Sets that the trunk takes no inbound calls. If the platform has the choice, it imports the trunk's numbers for
    /// outbound calls only.
    pub const fn outbound_only(mut self) -> Self {
        self.outbound_only = true;
        self
    }

    /// Sets whether media are encrypted. Defaults to the platform's default.
    pub const fn media_encryption(mut self, media: MediaEncryption) -> Self {
        self.media_encryption = Some(media);
        self
    }

    /// Sets whether the trunk requires a `+` before the numbers of outbound calls. Twilio and Vonage do.
    pub const fn leading_plus(mut self, wanted: bool) -> Self {
        self.leading_plus = wanted;
        self
    }

    /// Sets a name for people, if the platform stores one. Defaults to the host.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Declares that the trunk carries this number.
    pub fn number(self, number: E164) -> Self {
        self.numbers(number..=number)
    }

    /// Declares that the trunk carries these numbers, including the first and the last. Both must have the same number
    /// of digits.
    pub fn numbers(mut self, numbers: RangeInclusive<E164>) -> Self {
        self.numbers.declare(&numbers);
        self
    }

    /// Returns the host.
    ///
    /// # Errors
    ///
    /// The error of the text from which the trunk was created.
    pub fn host(&self) -> Result<&SipHost, SipAddressError> {
        self.host.as_ref().map_err(Clone::clone)
    }

    /// Returns the first and the last number of each declared range, in order. Adjacent and overlapping declarations
    /// may have become one.
    ///
    /// ```
    /// use numport::SipTrunk;
    ///
    /// let trunk = SipTrunk::new("sip.example.com").number("+14155552671".parse()?);
    /// let declared: Vec<String> = trunk.declared().map(|(first, last)| format!("{first} to {last}")).collect();
    /// assert_eq!(declared, ["+14155552671 to +14155552671"]);
    /// # Ok::<(), numport::e164::E164Error>(())
    /// ```
    pub fn declared(&self) -> impl Iterator<Item = (E164, E164)> + '_ {
        self.numbers.ranges()
    }

    /// Whether inbound addresses were given, good or bad.
    #[cfg(feature = "vapi")]
    pub(crate) fn names_inbound(&self) -> bool {
        !self.allowed_inbound.is_empty() || !self.bad_inbound.is_empty()
    }

    /// The host as text; empty only of a trunk that [`check`](Self::check) refuses.
    pub(crate) fn host_text(&self) -> &str {
        self.host.as_ref().map_or("", SipHost::as_str)
    }

    pub(crate) fn name_or_host(&self) -> &str {
        self.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(self.host_text())
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Err(error) = &self.host {
            problems.add(ProblemCode::Malformed, "host", error.fault(), error.remedy());
        }
        if self.port == Some(0) {
            problems.add(ProblemCode::OutOfRange, "port", "is 0", "use 1 to 65535");
        }
        if let Some((user, password)) = &self.credentials {
            if user.is_empty() {
                problems.add(
                    ProblemCode::Empty,
                    "credentials.user",
                    "is empty",
                    "give the user, or no credentials at all",
                );
            }
            if password.expose().is_empty() {
                problems.add(
                    ProblemCode::Empty,
                    "credentials.password",
                    "is empty",
                    "give the password, or no credentials at all",
                );
            }
        }
        for (nth, error) in &self.bad_inbound {
            let fault = format!("{} (number {nth} of those given)", error.fault());
            problems.add(ProblemCode::Malformed, "allow_inbound", fault, error.remedy());
        }
        if self.outbound_only && !self.allowed_inbound.is_empty() {
            let remedy = "leave out the addresses or `outbound_only`";
            problems.add(ProblemCode::Conflict, "allow_inbound", "is set, but the trunk is outbound only", remedy);
        }
        self.numbers.check(problems);
    }
}

impl From<SipAddress> for SipTrunk {
    fn from(SipAddress { host, port, transport }: SipAddress) -> Self {
        Self { host: Ok(host), port, transport, ..Self::new("") }
    }
}
