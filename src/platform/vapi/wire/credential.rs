use std::net::Ipv4Addr;

use serde_json::Number;

use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{open_enum, open_union, wire_object};

open_union! {
    /// A carrier credential as Vapi keeps it. Those of other kinds (Telnyx among them) are kept raw.
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
    /// A SIP trunk as Vapi keeps it. The password is never returned.
    pub struct SipTrunkCredential {
        optional {
            /// Its id.
            id: String,
            /// The owning organisation.
            org_id: String,
            /// When it was made: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The trunk's addresses, as they were sent: defaults are not filled in.
            gateways: Vec<Gateway>,
            /// How Vapi proves itself to the trunk.
            outbound_authentication_plan: OutboundAuthentication,
            /// Whether outbound numbers get a `+`.
            outbound_leading_plus_enabled: bool,
            /// What goes before outbound numbers.
            tech_prefix: String,
            /// The diversion header of outbound calls.
            sip_diversion_header: String,
        }
    }

    /// One address of a trunk.
    pub struct Gateway {
        required {
            /// The address: IPv4 where inbound is on; outbound alone may have a host name.
            ip: String,
        }
        optional {
            /// The port, 1 to 65535; 5060 unless said otherwise.
            port: Number,
            /// The length of the network's prefix, 24 to 32, by which inbound calls are matched.
            netmask: Number,
            /// Whether calls come from it; true unless said otherwise.
            inbound_enabled: bool,
            /// Whether calls go to it; true unless said otherwise.
            outbound_enabled: bool,
            /// How calls go to it; `udp` unless said otherwise.
            outbound_protocol: OutboundProtocol,
            /// Whether its health is checked by OPTIONS.
            options_ping_enabled: bool,
        }
    }

    /// How Vapi proves itself to a trunk.
    pub struct OutboundAuthentication {
        optional {
            /// The user.
            auth_username: String,
            /// The password.
            auth_password: Secret,
            /// How Vapi registers with the trunk; without it, it does not.
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

    /// A Twilio credential as Vapi keeps it.
    pub struct TwilioCredential {
        optional {
            /// Its id.
            id: String,
            /// The owning organisation.
            org_id: String,
            /// When it was made: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The account.
            account_sid: String,
            /// The account's token; documented as not returned.
            auth_token: Secret,
            /// The id of an API key.
            api_key: String,
            /// The key's secret; documented as not returned.
            api_secret: Secret,
        }
    }

    /// A Vonage credential as Vapi keeps it.
    pub struct VonageCredential {
        optional {
            /// Its id.
            id: String,
            /// The owning organisation.
            org_id: String,
            /// When it was made: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The API key's id.
            api_key: String,
            /// The key's secret; documented as not returned.
            api_secret: Secret,
            /// The Vonage application.
            vonage_application_id: String,
            /// The application's private key; documented as not returned.
            vonage_application_private_key: Secret,
        }
    }
}

open_enum! {
    /// How calls go to a gateway.
    pub enum OutboundProtocol {
        /// TLS, with encrypted media.
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
