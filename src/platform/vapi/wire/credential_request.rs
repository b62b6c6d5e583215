use std::collections::BTreeSet;

use super::credential::{Credential, Gateway, OutboundAuthentication, SipTrunkCredential};
use super::text::NAME_MAX;
use crate::error::Mismatch;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{request_object, request_union};

/// The maximum length of a tech prefix and of a diversion header, in characters.
pub const TRUNK_TEXT_MAX: usize = 10_000;

request_union! {
    /// The body that creates a credential.
    pub enum CreateCredential by "provider" {
        /// A SIP trunk.
        SipTrunk(CreateSipTrunkCredential) = "byo-sip-trunk",
        /// Twilio.
        Twilio(CreateTwilioCredential) = "twilio",
        /// Vonage.
        Vonage(CreateVonageCredential) = "vonage",
    }
}

request_union! {
    /// The body that updates a credential.
    pub enum UpdateCredential by "provider" {
        /// A SIP trunk.
        SipTrunk(UpdateSipTrunkCredential) = "byo-sip-trunk",
        /// Twilio.
        Twilio(UpdateTwilioCredential) = "twilio",
        /// Vonage.
        Vonage(UpdateVonageCredential) = "vonage",
    }
}

request_object! {
    /// A new SIP trunk.
    pub struct CreateSipTrunkCredential {
        required {
            /// The trunk's addresses.
            gateways: Vec<Gateway>,
        }
        optional {
            /// Its name for people, 1 to 40 characters.
            name: String,
            /// The login of Vapi at the trunk.
            outbound_authentication_plan: OutboundAuthentication,
            /// Whether outbound numbers begin with `+`. Twilio and Vonage require it.
            outbound_leading_plus_enabled: bool,
            /// The prefix of outbound numbers, at most 10,000 characters.
            tech_prefix: String,
            /// The diversion header of outbound calls, at most 10,000 characters.
            sip_diversion_header: String,
        }
    }

    /// A new Twilio credential.
    pub struct CreateTwilioCredential {
        required {
            /// The account.
            account_sid: String,
        }
        optional {
            /// The account's token.
            auth_token: Secret,
            /// The id of an API key.
            api_key: String,
            /// The key's secret.
            api_secret: Secret,
            /// Its name for people, 1 to 40 characters.
            name: String,
        }
    }

    /// A new Vonage credential.
    pub struct CreateVonageCredential {
        required {
            /// The API key's id.
            api_key: String,
            /// The key's secret.
            api_secret: Secret,
        }
        optional {
            /// Its name for people, 1 to 40 characters.
            name: String,
        }
    }

    /// An update of a SIP trunk.
    pub struct UpdateSipTrunkCredential {
        patch {
            /// The trunk's addresses. The update replaces the whole list.
            gateways: Vec<Gateway>,
            /// Its name for people, 1 to 40 characters.
            name: String,
            /// The login of Vapi at the trunk.
            outbound_authentication_plan: OutboundAuthentication,
            /// Whether outbound numbers begin with `+`.
            outbound_leading_plus_enabled: bool,
            /// The prefix of outbound numbers, at most 10,000 characters.
            tech_prefix: String,
            /// The diversion header of outbound calls, at most 10,000 characters.
            sip_diversion_header: String,
        }
    }

    /// An update of a Twilio credential.
    pub struct UpdateTwilioCredential {
        patch {
            /// The account.
            account_sid: String,
            /// The account's token.
            auth_token: Secret,
            /// The id of an API key.
            api_key: String,
            /// The key's secret.
            api_secret: Secret,
            /// Its name for people, 1 to 40 characters.
            name: String,
        }
    }

    /// An update of a Vonage credential.
    pub struct UpdateVonageCredential {
        patch {
            /// The API key's id.
            api_key: String,
            /// The key's secret.
            api_secret: Secret,
            /// Its name for people, 1 to 40 characters.
            name: String,
        }
    }
}

impl CreateSipTrunkCredential {
    /// The login of Vapi at the trunk.
    pub(in super::super) const fn authentication(&self) -> Option<&OutboundAuthentication> {
        self.outbound_authentication_plan.as_ref()
    }

    /// Whether an existing trunk belongs to the same account of the carrier: calls go to the same hosts with the same user.
    /// The addresses that calls come from, the port and the transport may differ.
    pub(in super::super) fn is_same_trunk(&self, there: &SipTrunkCredential) -> bool {
        let hosts = |gateways: &[Gateway]| -> BTreeSet<String> {
            let outbound = gateways.iter().filter(|gateway| gateway.outbound_enabled != Some(false));
            outbound.filter_map(|gateway| gateway.ip.as_deref().map(str::to_ascii_lowercase)).collect()
        };
        there.gateways.as_deref().is_some_and(|there| hosts(there) == hosts(&self.gateways))
            && user(there.outbound_authentication_plan.as_ref()) == user(self.authentication())
    }

    /// The update that changes an existing trunk into this one. Its name, health checks and registration stay unchanged.
    pub(in super::super) fn as_update_of(&self, there: &SipTrunkCredential) -> UpdateSipTrunkCredential {
        let mut gateways = self.gateways.clone();
        for gateway in &mut gateways {
            let before = there.gateways.iter().flatten().find(|before| before.ip == gateway.ip);
            gateway.options_ping_enabled = before.and_then(|before| before.options_ping_enabled);
        }
        let mut update = UpdateSipTrunkCredential::new().gateways(gateways);
        if let Some(leading_plus) = self.outbound_leading_plus_enabled {
            update = update.outbound_leading_plus_enabled(leading_plus);
        }
        if let Some(wanted) = self.authentication() {
            let mut plan = there.outbound_authentication_plan.clone().unwrap_or_default();
            plan.auth_username.clone_from(&wanted.auth_username);
            plan.auth_password.clone_from(&wanted.auth_password);
            update = update.outbound_authentication_plan(plan);
        }
        update
    }

    /// Whether an existing trunk is this one, by everything that Vapi shows of it.
    pub(in super::super) fn is_alike(&self, there: &SipTrunkCredential) -> bool {
        there.name == self.name
            && there.gateways.as_ref() == Some(&self.gateways)
            && there.outbound_leading_plus_enabled.unwrap_or_default()
                == self.outbound_leading_plus_enabled.unwrap_or_default()
            && user(there.outbound_authentication_plan.as_ref()) == user(self.authentication())
    }
}

fn user(plan: Option<&OutboundAuthentication>) -> Option<&str> {
    plan.and_then(|plan| plan.auth_username.as_deref())
}

impl CreateCredential {
    /// Whether a credential is the result of this request: it has an id, and nothing that it shows differs.
    pub(crate) fn is_answered_by(&self, made: &Credential) -> Result<(), Mismatch> {
        let named = |wanted: &Option<String>, made: &Option<String>| made.is_none() || made == wanted;
        let is_alike = match (self, made) {
            (Self::SipTrunk(wanted), Credential::SipTrunk(made)) => {
                let is_alike = made.gateways.as_ref().is_none_or(|gateways| *gateways == wanted.gateways);
                is_alike && named(&wanted.name, &made.name)
            }
            (Self::Twilio(wanted), Credential::Twilio(made)) => named(&wanted.name, &made.name),
            (Self::Vonage(wanted), Credential::Vonage(made)) => named(&wanted.name, &made.name),
            (_, Credential::Unknown(_)) => true,
            _ => false,
        };
        match made.id().filter(|id| is_alike && !id.is_empty()) {
            Some(_) => Ok(()),
            None => Err(Mismatch::new("the new credential", made.id())),
        }
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        let name = match self {
            Self::SipTrunk(create) => {
                let prefix = create.tech_prefix.as_deref();
                check_trunk(Some(&create.gateways), prefix, create.sip_diversion_header.as_deref(), problems);
                &create.name
            }
            Self::Twilio(create) => &create.name,
            Self::Vonage(create) => &create.name,
        };
        check_name(name.as_deref(), problems);
    }
}

impl UpdateCredential {
    pub(crate) fn check(&self, problems: &mut Problems) {
        let name = match self {
            Self::SipTrunk(update) => {
                let gateways = update.gateways.set().map(Vec::as_slice);
                let prefix = update.tech_prefix.set().map(String::as_str);
                check_trunk(gateways, prefix, update.sip_diversion_header.set().map(String::as_str), problems);
                &update.name
            }
            Self::Twilio(update) => &update.name,
            Self::Vonage(update) => &update.name,
        };
        check_name(name.set().map(String::as_str), problems);
    }
}

fn check_name(name: Option<&str>, problems: &mut Problems) {
    if let Some(name) = name {
        problems.length("name", name, 1, NAME_MAX);
    }
}

fn check_trunk(gateways: Option<&[Gateway]>, prefix: Option<&str>, diversion: Option<&str>, problems: &mut Problems) {
    if gateways.is_some_and(<[_]>::is_empty) {
        problems.add(ProblemCode::Empty, "gateways", "is empty", "give at least one gateway");
    }
    for (at, gateway) in gateways.into_iter().flatten().enumerate() {
        problems.within(format!("gateways[{at}]"), |problems| gateway.check(problems));
    }
    for (field, text) in [("techPrefix", prefix), ("sipDiversionHeader", diversion)] {
        if let Some(text) = text {
            problems.length(field, text, 0, TRUNK_TEXT_MAX);
        }
    }
}
