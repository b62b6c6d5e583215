use std::net::Ipv4Addr;

use serde_json::Number;

use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{open_enum, open_union, wire_object};

open_union! {
    /// A carrier credential as Vapi stores it. Credentials of other kinds, such as Telnyx, are kept raw.
    pub enum Credential by "provider" {
        /// A SIP trunk.
        SipTrunk(SipTrunkCredential) = "byo-sip-trunk",
        /// Twilio.
        Twilio(TwilioCredential) = "twilio",
        /// Vonage.
        Vonage(VonageCredential) = "vonage",
    }
}

impl Credential {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::SipTrunk(credential) => credential.id.as_deref(),
            Self::Twilio(credential) => credential.id.as_deref(),
            Self::Vonage(credential) => credential.id.as_deref(),
            Self::Unknown(object) => object.fields().get("id")?.as_str(),
        }
    }
}

wire_object! {
    /// A SIP trunk as Vapi stores it. Vapi never returns the password.
    pub struct SipTrunkCredential {
        optional {
            /// Its id.
            id: String,
            /// The organization that owns it.
            org_id: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The trunk's addresses, as they were sent, without defaults.
            gateways: Vec<Gateway>,
            /// The login of Vapi at the trunk.
            outbound_authentication_plan: OutboundAuthentication,
            /// Whether outbound numbers begin with `+`.
            outbound_leading_plus_enabled: bool,
            /// The prefix of outbound numbers.
            tech_prefix: String,
            /// The diversion header of outbound calls.
            sip_diversion_header: String,
        }
    }

    /// One address of a trunk.
    pub struct Gateway {
        required {
            /// The address: IPv4 if inbound is on, otherwise also a host name.
            ip: String,
        }
        optional {
            /// The port, 1 to 65535. Defaults to 5060.
            port: Number,
            /// The length of the network's prefix, 24 to 32. Vapi matches inbound calls by the network.
            netmask: Number,
            /// Whether calls come from this address. Defaults to true.
            inbound_enabled: bool,
            /// Whether calls go to this address. Defaults to true.
            outbound_enabled: bool,
            /// The transport of outbound calls. Defaults to `udp`.
            outbound_protocol: OutboundProtocol,
            /// Whether Vapi checks its health with OPTIONS.
            options_ping_enabled: bool,
        }
    }

    /// The login of Vapi at a trunk.
    pub struct OutboundAuthentication {
        optional {
            /// The user.
            auth_username: String,
            /// The password.
            auth_password: Secret,
            /// How Vapi registers with the trunk. Without it, Vapi does not register.
            sip_register_plan: SipRegister,
        }
    }

    /// How Vapi registers with a trunk.
    pub struct SipRegister {
        optional {
            /// The domain.
            domain: String,
            /// The user.
            username: String,
            /// The realm.
            realm: String,
        }
    }

    /// A Twilio credential as Vapi stores it.
    pub struct TwilioCredential {
        optional {
            /// Its id.
            id: String,
            /// The organization that owns it.
            org_id: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The account.
            account_sid: String,
            /// The account's token. Documented as not returned.
            auth_token: Secret,
            /// The id of an API key.
            api_key: String,
            /// The key's secret. Documented as not returned.
            api_secret: Secret,
        }
    }

    /// A Vonage credential as Vapi stores it.
    pub struct VonageCredential {
        optional {
            /// Its id.
            id: String,
            /// The organization that owns it.
            org_id: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The API key's id.
            api_key: String,
            /// The key's secret. Documented as not returned.
            api_secret: Secret,
            /// The Vonage application.
            vonage_application_id: String,
            /// The application's private key. Documented as not returned.
            vonage_application_private_key: Secret,
        }
    }
}

open_enum! {
    /// The transport of calls to a gateway.
    pub enum OutboundProtocol {
        /// TLS with encrypted media.
        TlsSrtp = "tls/srtp",
        /// TCP.
        Tcp = "tcp",
        /// TLS.
        Tls = "tls",
        /// UDP.
        Udp = "udp",
    }
}

impl Gateway {
    pub(super) fn check(&self, problems: &mut Problems) {
        problems.required("ip", self.ip.as_ref());
        if let Some(port) = &self.port {
            problems.range("port", port, 1, 65_535);
        }
        if let Some(netmask) = &self.netmask {
            problems.range("netmask", netmask, 24, 32);
        }
        let inbound = self.inbound_enabled != Some(false);
        if let Some(ip) = self.ip.as_deref() {
            if inbound && ip.parse::<Ipv4Addr>().is_err() {
                let fault = "is not an IPv4 address, which an inbound gateway needs";
                problems.add(ProblemCode::Conflict, "ip", fault, "give the address, or set `inboundEnabled` to false");
            }
        }
    }
}
