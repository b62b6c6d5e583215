use std::fmt;

/// The reason why a text is not a [`SipHost`](super::SipHost) or a [`SipAddress`](super::SipAddress).
///
/// It never shows the text, because the text may contain a password before an `@`. `Display` shows the
/// [fault](Self::fault) and the [remedy](Self::remedy).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SipAddressError {
    /// There is no host.
    Empty,
    /// There is an `@`, so the text may contain a user and a password.
    UserPart,
    /// A blank, a tab or a line break between other characters.
    Blank,
    /// A `?`, which begins the headers of a URI.
    Headers,
    /// A `/`: a path, or the slashes of another scheme.
    Slash,
    /// A URI parameter other than `transport`.
    Parameter {
        /// Its name.
        name: String,
    },
    /// The text after a `;` is not a parameter.
    MalformedParameter,
    /// A transport other than UDP, TCP and TLS.
    Transport,
    /// More than one `transport`.
    RepeatedTransport,
    /// `sips:` over UDP.
    SipsOverUdp,
    /// A port that is not a number from 1 to 65535.
    Port,
    /// An IPv6 address without brackets, or another second `:`.
    UnbracketedIpv6,
    /// The text in brackets is not an IPv6 address.
    Ipv6,
    /// Digits and dots that are not an IPv4 address.
    Ipv4,
    /// An underscore.
    Underscore,
    /// A character that is not allowed in a host.
    Character {
        /// The first such character.
        found: char,
    },
    /// Two dots together, or a dot at the beginning.
    EmptyLabel,
    /// A label that begins or ends with a hyphen.
    Hyphen,
    /// A label of more than [`LABEL_MAX`](super::SipHost::LABEL_MAX) octets.
    LabelTooLong {
        /// The length of the label in octets.
        octets: usize,
    },
    /// A name of more than [`NAME_MAX`](super::SipHost::NAME_MAX) octets.
    NameTooLong {
        /// The length of the name in octets, without a dot at its end.
        octets: usize,
    },
    /// The last label begins with a digit.
    TopLabel,
    /// An international name that cannot be converted to ASCII.
    International,
}

// By hand, since a derived `Display` writes the same for each variant anew.
impl fmt::Display for SipAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.fault(), self.remedy())
    }
}

impl std::error::Error for SipAddressError {}

impl SipAddressError {
    /// Returns a description of the fault, such as `contains a blank`.
    #[must_use]
    pub fn fault(&self) -> String {
        let fault = match self {
            Self::Empty => "is empty",
            Self::UserPart => "has an `@`",
            Self::Blank => "contains a blank",
            Self::Headers => "has a `?`",
            Self::Slash => "has a `/`",
            Self::Parameter { name } => return format!("has the parameter `{name}`"),
            Self::MalformedParameter => "has text after a `;` that is not a parameter",
            Self::Transport => "names a transport other than udp, tcp and tls",
            Self::RepeatedTransport => "names its transport twice",
            Self::SipsOverUdp => "is a `sips:` URI, which cannot use UDP",
            Self::Port => "has a port that is not a number from 1 to 65535",
            Self::UnbracketedIpv6 => "has more than one `:` outside brackets",
            Self::Ipv6 => "has brackets that do not contain exactly one IPv6 address",
            Self::Ipv4 => "consists of digits and dots, but is not an IPv4 address",
            Self::Underscore => "has an underscore, which is not allowed in host names",
            Self::Character { found } => return format!("has {found:?}, which is not allowed in host names"),
            Self::EmptyLabel => "has an empty label before a dot",
            Self::Hyphen => "has a label that begins or ends with a hyphen",
            Self::LabelTooLong { octets } => return format!("has a label of {octets} octets"),
            Self::NameTooLong { octets } => return format!("is a name of {octets} octets"),
            Self::TopLabel => "is a name whose last label does not begin with a letter",
            Self::International => "is an international name that cannot be converted to ASCII",
        };
        fault.to_owned()
    }

    /// Returns what to do about the fault.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Empty => "give the trunk's host name or address",
            Self::UserPart => "give only the host, and set user and password with the trunk's `credentials`",
            Self::Blank | Self::Character { .. } => "give only the host name or address",
            Self::Headers => "leave out the `?` and what follows it",
            Self::Slash => "give only the host, or `sip:` and the host, without slashes",
            Self::Parameter { .. } => "leave it out; `transport` is the only supported parameter",
            Self::MalformedParameter => "leave it out, or write `;transport=tls`",
            Self::Transport => "use one of the three, or leave it out",
            Self::RepeatedTransport => "name it once",
            Self::SipsOverUdp => "write `sip:`, or leave the transport out",
            Self::Port => "correct it, or leave it out",
            Self::UnbracketedIpv6 => "put an IPv6 address in brackets, such as [2001:db8::1]:5060",
            Self::Ipv6 => "write it as [2001:db8::1], without a zone",
            Self::Ipv4 => "write four numbers from 0 to 255, without leading zeros",
            Self::Underscore => "ask the carrier for a name without it, or for an address",
            Self::EmptyLabel => "remove the dot, or add the missing label, such as the trunk's id",
            Self::Hyphen => "begin and end each label with a letter or a digit",
            Self::LabelTooLong { .. } => "use at most 63 octets between two dots",
            Self::NameTooLong { .. } => "use at most 253 octets",
            Self::TopLabel => "write the whole name, such as sip.example.com, or an IPv4 address",
            Self::International => "correct it, or give the form that begins with xn--",
        }
    }
}
