use super::shared::{
    Identified, IncludeHeaders, ListUpdate, MediaConfig, MediaEncryption, Texts, check_login, check_new,
};
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{open_enum, request_object, wire_object};

open_enum! {
    /// The transport of SIP signalling.
    pub enum Transport {
        /// LiveKit chooses.
        Auto = "SIP_TRANSPORT_AUTO",
        /// UDP.
        Udp = "SIP_TRANSPORT_UDP",
        /// TCP.
        Tcp = "SIP_TRANSPORT_TCP",
        /// TLS over TCP.
        Tls = "SIP_TRANSPORT_TLS",
    }
}

wire_object! {
    snake_case;

    /// A trunk through which calls are placed. LiveKit accepts the same trunk twice.
    pub struct OutboundTrunk {
        required {
            /// The host of the trunk, with a port if it is not the default. It is not a SIP URI.
            address: String,
            /// The numbers that calls come from; LiveKit chooses one for each call.
            numbers: Vec<String>,
        }
        optional {
            /// Its id, `ST_…`. LiveKit assigns it.
            sip_trunk_id: String,
            /// Its name for people.
            name: String,
            /// Any text.
            metadata: String,
            /// The country that calls go to (ISO 3166-1 alpha-2), for the region that they are placed from.
            destination_country: String,
            /// The transport.
            transport: Transport,
            /// The user at the trunk.
            auth_username: String,
            /// The user's password.
            auth_password: Secret,
            /// SIP headers of each call.
            headers: Texts,
            /// The attributes of the participant that are set from SIP headers, by header.
            headers_to_attributes: Texts,
            /// The SIP headers that are set from attributes, by attribute.
            attributes_to_headers: Texts,
            /// Which SIP headers become attributes.
            include_headers: IncludeHeaders,
            /// Whether media are encrypted. Deprecated in favour of `media`.
            media_encryption: MediaEncryption,
            /// The media.
            media: MediaConfig,
            /// The host in the `From` header.
            from_host: String,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}

request_object! {
    snake_case;

    /// The fields of an outbound trunk that an update can change. Others need a replacement, which also clears the password.
    pub struct UpdateOutboundTrunk {
        optional {
            /// Changes the host.
            address: String,
            /// Changes the transport.
            transport: Transport,
            /// Changes the numbers.
            numbers: ListUpdate,
            /// Changes the password.
            auth_password: Secret,
            /// Changes whether media are encrypted. Deprecated in favour of `media`.
            media_encryption: MediaEncryption,
            /// Changes the media.
            media: MediaConfig,
        }
        emptied {
            /// Changes the country.
            destination_country: String,
            /// Changes the name.
            name: String,
            /// Changes the metadata.
            metadata: String,
            /// Changes the user.
            auth_username: String,
            /// Changes the host in the `From` header.
            from_host: String,
        }
    }
}

impl Identified for OutboundTrunk {
    fn id(&self) -> Option<&str> {
        self.sip_trunk_id.as_deref()
    }
}

impl OutboundTrunk {
    pub(crate) fn check(&self, problems: &mut Problems) {
        check_new(self.sip_trunk_id.as_ref(), "sip_trunk_id", problems);
        self.check_kept(problems);
    }

    /// What also holds for a replacement.
    pub(crate) fn check_kept(&self, problems: &mut Problems) {
        check_login(self.auth_username.as_ref(), self.auth_password.as_ref(), problems);
        check_address(self.address.as_deref().unwrap_or_default(), problems);
        if self.numbers.as_ref().is_none_or(Vec::is_empty) {
            problems.add(ProblemCode::Missing, "numbers", "is empty", "give the numbers that calls come from");
        }
    }
}

impl UpdateOutboundTrunk {
    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(address) = &self.address {
            check_address(address, problems);
        }
    }
}

fn check_address(address: &str, problems: &mut Problems) {
    let lower = address.to_ascii_lowercase();
    let is_uri = lower.starts_with("sip:") || lower.starts_with("sips:") || lower.contains("transport=");
    if address.is_empty() {
        problems.add(ProblemCode::Missing, "address", "is empty", "give the trunk's host");
    } else if is_uri || address.contains(|c: char| c == '@' || c == ';' || c.is_whitespace()) {
        let remedy = "give the host and the port alone, and the transport in `transport`";
        problems.add(ProblemCode::Malformed, "address", "is a SIP URI, which LiveKit refuses", remedy);
    }
}
