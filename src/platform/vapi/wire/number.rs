use serde::Serialize;

use super::flat::Flat;
use super::hook::Hook;
use super::server::Server;
use super::sip::SipAuthentication;
use super::transfer::Destination;
use crate::model::Secret;
use crate::wire::{Unknown, UnknownFields, open_enum};

/// A number as Vapi keeps it: the answer of every call. What only some carriers have stands in
/// [`provider`](Self::provider).
///
/// `Serialize` writes the wire form, secrets included.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "Flat")]
#[non_exhaustive]
pub struct PhoneNumber {
    /// Its id.
    pub id: String,
    /// The owning organisation.
    pub org_id: Option<String>,
    /// When it was made: ISO 8601, UTC.
    pub created_at: Option<String>,
    /// When it was last changed.
    pub updated_at: Option<String>,
    /// The number: E.164, or as a trunk sends it, or masked; absent on SIP-only numbers.
    pub number: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// The assistant that answers.
    pub assistant_id: Option<String>,
    /// The squad that answers.
    pub squad_id: Option<String>,
    /// The workflow that answers.
    pub workflow_id: Option<String>,
    /// Where its webhooks go.
    pub server: Option<Box<Server>>,
    /// The old form of `server.url`.
    pub server_url: Option<String>,
    /// The old secret of the webhook.
    pub server_url_secret: Option<Secret>,
    /// Where a call goes when nobody answers for the number.
    pub fallback_destination: Option<Box<Destination>>,
    /// What happens on call events.
    pub hooks: Option<Vec<Hook>>,
    /// Its state.
    pub status: Option<NumberStatus>,
    /// The carrier, and what only its numbers have.
    pub provider: Provider,
    /// Every field that this crate does not know, or does not know of this provider.
    pub extra: UnknownFields,
}

/// The carrier of a number, and what only its numbers have.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Provider {
    /// `byo-phone-number`: a SIP trunk of your own.
    Byo {
        /// The trunk's credential.
        credential_id: Option<String>,
        /// Whether the number must be E.164.
        number_e164_check_enabled: Option<bool>,
    },
    /// `twilio`.
    Twilio {
        /// The account. Numbers bought long ago have none.
        account_sid: Option<String>,
        /// Its token. Whether reads return it is not documented.
        auth_token: Option<Secret>,
        /// The API key's id.
        api_key: Option<String>,
        /// Its secret.
        api_secret: Option<Secret>,
        /// Whether text messages go to Vapi too.
        sms_enabled: Option<bool>,
    },
    /// `vonage`.
    Vonage {
        /// The Vonage credential.
        credential_id: Option<String>,
    },
    /// `vapi`: a free number, or a SIP address.
    Vapi {
        /// The SIP address.
        sip_uri: Option<String>,
        /// What callers of the SIP address are asked for.
        authentication: Option<SipAuthentication>,
        /// The area code that was wished for.
        number_desired_area_code: Option<String>,
    },
    /// `telnyx`.
    Telnyx {
        /// The Telnyx credential.
        credential_id: Option<String>,
    },
    /// A carrier that this crate does not know; its own fields are in [`PhoneNumber::extra`].
    Unknown(Unknown),
}

open_enum! {
    /// The state of a number.
    pub enum NumberStatus {
        /// In use.
        Active = "active",
        /// Being set up.
        Activating = "activating",
        /// Blocked.
        Blocked = "blocked",
    }
}

impl Provider {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Byo { .. } => "byo-phone-number",
            Self::Twilio { .. } => "twilio",
            Self::Vonage { .. } => "vonage",
            Self::Vapi { .. } => "vapi",
            Self::Telnyx { .. } => "telnyx",
            Self::Unknown(name) => name.as_str(),
        }
    }
}
