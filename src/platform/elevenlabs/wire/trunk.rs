use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::filled;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{open_enum, received_object, request_object};

request_object! {
    snake_case;

    /// The way from the carrier to ElevenLabs. An update replaces the whole of it, and a field that is left out probably
    /// returns to its default.
    pub struct InboundTrunkConfig {
        optional {
            /// The IP addresses and networks that calls come from. Defaults to all. Only TCP and TLS are compared.
            allowed_addresses: Vec<String>,
            /// The callers that are let through. Defaults to all.
            allowed_numbers: Vec<String>,
            /// Whether media are encrypted. Defaults to [`Allowed`](SipMediaEncryption::Allowed).
            media_encryption: SipMediaEncryption,
            /// The login that the carrier must give. Defaults to none.
            credentials: SipCredentials,
            /// The names that are accepted in the carrier's certificate.
            remote_domains: Vec<String>,
            /// The headers of a BYE, by the name of the dynamic variable that each holds.
            attributes_to_headers: Headers,
        }
    }

    /// The way from ElevenLabs to the carrier. An update replaces the whole of it, and a field that is left out probably
    /// returns to its default.
    pub struct OutboundTrunkConfig {
        required {
            /// The host name or IP address of the carrier's server, without `sip:`.
            address: String,
        }
        optional {
            /// The transport. Defaults to [`Auto`](SipTransport::Auto).
            transport: SipTransport,
            /// Whether media are encrypted. Defaults to [`Allowed`](SipMediaEncryption::Allowed).
            media_encryption: SipMediaEncryption,
            /// The `X-` headers of an INVITE.
            headers: Headers,
            /// The headers of a BYE, by the name of the dynamic variable that each holds.
            attributes_to_headers: Headers,
            /// The login at the carrier. Without it the carrier must know the address that calls come from.
            credentials: SipCredentials,
            /// The codecs to offer. Defaults to all.
            enabled_codecs: Vec<MediaCodec>,
        }
    }

    /// A digest login.
    pub struct SipCredentials {
        required {
            /// The user.
            username: String,
        }
        optional {
            /// The password. An update without it keeps the password that is stored.
            password: Secret,
        }
    }
}

received_object! {
    snake_case;

    /// The way from the carrier to ElevenLabs, without its password.
    pub struct InboundTrunk {
        optional {
            /// The IP addresses and networks that calls come from.
            allowed_addresses: Vec<String>,
            /// The callers that are let through.
            allowed_numbers: Vec<String>,
            /// Whether media are encrypted.
            media_encryption: SipMediaEncryption,
            /// Whether the carrier must log in.
            has_auth_credentials: bool,
            /// The user of that login.
            username: String,
            /// The names that are accepted in the carrier's certificate.
            remote_domains: Vec<String>,
            /// The headers of a BYE.
            attributes_to_headers: Headers,
        }
    }

    /// The way from ElevenLabs to the carrier, without its password.
    pub struct OutboundTrunk {
        optional {
            /// The host name or IP address of the carrier's server.
            address: String,
            /// The transport.
            transport: SipTransport,
            /// Whether media are encrypted.
            media_encryption: SipMediaEncryption,
            /// The `X-` headers of an INVITE.
            headers: Headers,
            /// The headers of a BYE.
            attributes_to_headers: Headers,
            /// Whether ElevenLabs logs in at the carrier.
            has_auth_credentials: bool,
            /// The user of that login.
            username: String,
            /// Whether there is a trunk.
            has_outbound_trunk: bool,
            /// The codecs to offer; all if it is empty.
            enabled_codecs: Vec<MediaCodec>,
        }
    }
}

open_enum! {
    /// Whether media are encrypted.
    pub enum SipMediaEncryption {
        /// Never.
        Disabled = "disabled",
        /// If the other side supports it.
        Allowed = "allowed",
        /// Always.
        Required = "required",
    }

    /// The transport of SIP signalling.
    pub enum SipTransport {
        /// ElevenLabs chooses.
        Auto = "auto",
        /// UDP, which is experimental.
        Udp = "udp",
        /// TCP.
        Tcp = "tcp",
        /// TLS.
        Tls = "tls",
    }

    /// A codec.
    pub enum MediaCodec {
        /// G.722.
        G722 = "G722/8000",
        /// G.711, µ-law.
        Pcmu = "PCMU/8000",
        /// G.711, A-law.
        Pcma = "PCMA/8000",
    }

    /// The SIP servers of ElevenLabs that a number uses.
    pub enum LivekitStack {
        /// Servers whose addresses change.
        Standard = "standard",
        /// Servers with fixed addresses, for enterprises.
        Static = "static",
    }
}

/// Headers by name, with strings as values. `Debug` prints only the names, because a value may be a secret.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(pub Map<String, Value>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(headers: T) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.into(), Value::String(value.into()))).collect())
    }
}

impl InboundTrunkConfig {
    pub(crate) fn check(&self, problems: &mut Problems) {
        check_login(self.credentials.as_ref(), problems);
    }
}

impl OutboundTrunkConfig {
    pub(crate) fn without_login(self) -> Self {
        Self { credentials: None, ..self }
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        filled(problems, "address", &self.address);
        if self.address.starts_with("sip:") || self.address.starts_with("sips:") {
            let remedy = "give the host name or the IP address alone";
            problems.add(ProblemCode::Malformed, "address", "is a SIP URI", remedy);
        }
        check_login(self.credentials.as_ref(), problems);
    }
}

fn check_login(credentials: Option<&SipCredentials>, problems: &mut Problems) {
    if let Some(credentials) = credentials {
        problems.within("credentials", |problems| filled(problems, "username", &credentials.username));
    }
}

impl InboundTrunk {
    /// The same settings as a request. The password is not shown, so the login stays as it is.
    pub(crate) fn as_config(&self) -> InboundTrunkConfig {
        let shown = self.clone();
        InboundTrunkConfig {
            allowed_addresses: shown.allowed_addresses,
            allowed_numbers: shown.allowed_numbers,
            media_encryption: shown.media_encryption,
            credentials: login(shown.has_auth_credentials, shown.username),
            remote_domains: shown.remote_domains,
            attributes_to_headers: shown.attributes_to_headers,
        }
    }
}

impl OutboundTrunk {
    /// The same settings as a request, to this address. The password is not shown, so the login stays as it is.
    pub(crate) fn as_config(&self, address: impl Into<String>) -> OutboundTrunkConfig {
        let shown = self.clone();
        OutboundTrunkConfig {
            address: address.into(),
            transport: shown.transport,
            media_encryption: shown.media_encryption,
            headers: shown.headers,
            attributes_to_headers: shown.attributes_to_headers,
            credentials: login(shown.has_auth_credentials, shown.username),
            enabled_codecs: shown.enabled_codecs,
        }
    }
}

/// A login whose password ElevenLabs keeps.
fn login(has_credentials: Option<bool>, username: Option<String>) -> Option<SipCredentials> {
    username.filter(|name| has_credentials != Some(false) && !name.is_empty()).map(SipCredentials::new)
}
