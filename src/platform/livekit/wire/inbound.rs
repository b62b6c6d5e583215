use super::shared::{
    Identified, IncludeHeaders, ListUpdate, MediaConfig, MediaEncryption, Texts, check_login, check_masks, check_new,
};
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{request_object, wire_object};

wire_object! {
    snake_case;

    /// A trunk that accepts calls. Two trunks must not accept the same number from the same callers.
    pub struct InboundTrunk {
        optional {
            /// Its id, `ST_…`. LiveKit assigns it.
            sip_trunk_id: String,
            /// Its name for people.
            name: String,
            /// Any text. numport marks the trunks that it creates here.
            metadata: String,
            /// The numbers that are called. A trunk without numbers accepts every number.
            numbers: Vec<String>,
            /// The addresses and networks that calls may come from; empty for any.
            allowed_addresses: Vec<String>,
            /// The numbers of the callers that are accepted; empty for any.
            allowed_numbers: Vec<String>,
            /// The user that a call must log in as.
            auth_username: String,
            /// The user's password.
            auth_password: Secret,
            /// The realm of the login.
            auth_realm: String,
            /// SIP headers of the response.
            headers: Texts,
            /// The attributes of the participant that are set from SIP headers, by header.
            headers_to_attributes: Texts,
            /// The SIP headers that are set from attributes, by attribute.
            attributes_to_headers: Texts,
            /// Which SIP headers become attributes.
            include_headers: IncludeHeaders,
            /// How long a call rings, such as `30s`.
            ringing_timeout: String,
            /// The SIP status after that, such as `SIP_STATUS_BUSY_HERE`.
            ringing_timeout_status: String,
            /// The maximum duration of a call, such as `3600s`.
            max_call_duration: String,
            /// Whether noise is cancelled.
            krisp_enabled: bool,
            /// Whether media are encrypted. Deprecated in favour of `media`.
            media_encryption: MediaEncryption,
            /// The media.
            media: MediaConfig,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}

request_object! {
    snake_case;

    /// The fields of an inbound trunk that an update can change. Others need a replacement, which also clears the password.
    pub struct UpdateInboundTrunk {
        optional {
            /// Changes the numbers that are called.
            numbers: ListUpdate,
            /// Changes the addresses that calls may come from.
            allowed_addresses: ListUpdate,
            /// Changes the callers.
            allowed_numbers: ListUpdate,
            /// Changes the password.
            auth_password: Secret,
            /// Changes whether media are encrypted. Deprecated in favour of `media`.
            media_encryption: MediaEncryption,
            /// Changes the media.
            media: MediaConfig,
        }
        emptied {
            /// Changes the name.
            name: String,
            /// Changes the metadata.
            metadata: String,
            /// Changes the user.
            auth_username: String,
            /// Changes the realm.
            auth_realm: String,
        }
    }
}

impl Identified for InboundTrunk {
    fn id(&self) -> Option<&str> {
        self.sip_trunk_id.as_deref()
    }
}

impl InboundTrunk {
    pub(crate) fn check(&self, problems: &mut Problems) {
        check_new(self.sip_trunk_id.as_ref(), "sip_trunk_id", problems);
        self.check_kept(problems);
    }

    /// What also holds for a replacement.
    pub(crate) fn check_kept(&self, problems: &mut Problems) {
        check_login(self.auth_username.as_ref(), self.auth_password.as_ref(), problems);
        check_masks(self.allowed_addresses.as_deref().unwrap_or_default(), problems);
        let filled = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let has_login = self.auth_username.as_ref().is_some_and(|user| !user.is_empty());
        if !has_login && !filled(&self.allowed_addresses) && !filled(&self.numbers) {
            let fault = "is empty, so the trunk would accept every call from everywhere";
            let remedy = "give numbers, addresses that calls may come from, or a login";
            problems.add(ProblemCode::Missing, "numbers", fault, remedy);
        }
    }
}
