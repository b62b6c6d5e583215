use super::{InboundTrunkConfig, OutboundTrunkConfig, filled};
use crate::E164;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{open_enum, received_object, request_object, request_union};

request_union! {
    /// The body of an import.
    #[allow(clippy::large_enum_variant)] // it is written at once
    pub enum ImportNumber by "provider" {
        /// A number held at Twilio.
        Twilio(ImportTwilioNumber) = "twilio",
        /// A number on a SIP trunk.
        SipTrunk(ImportSipTrunkNumber) = "sip_trunk",
        /// A number held at Exotel.
        Exotel(ImportExotelNumber) = "exotel",
    }
}

request_object! {
    snake_case;

    /// A number held at Twilio. An import points the number's calls at ElevenLabs, and its messages unless
    /// [`enable_sms`](Self::enable_sms) is false.
    pub struct ImportTwilioNumber {
        required {
            /// The number.
            phone_number: E164,
            /// The name for people.
            label: String,
            /// The SID of the account, `AC…`, or of one of its API keys, `SK…`.
            sid: String,
            /// The account's auth token, or the API key's secret.
            token: Secret,
        }
        optional {
            /// The account's auth token, with which ElevenLabs checks webhooks. Required with an API key.
            account_auth_token: Secret,
            /// The agent that answers calls.
            agent_id: String,
            /// The region of the account.
            region_config: TwilioRegion,
            /// Whether ElevenLabs takes over messages too. Defaults to true at ElevenLabs.
            enable_sms: bool,
        }
    }

    /// The region of a Twilio account.
    pub struct TwilioRegion {
        required {
            /// The region.
            region_id: TwilioRegionId,
            /// The auth token of that region.
            token: Secret,
            /// The edge location.
            edge_location: TwilioEdge,
        }
    }

    /// A number on a SIP trunk. Without a trunk in either direction it can neither receive nor make calls.
    pub struct ImportSipTrunkNumber {
        required {
            /// The number. It must have a `+`, or have none, exactly as the URI that the carrier calls.
            phone_number: String,
            /// The name for people.
            label: String,
        }
        optional {
            /// The agent that answers calls.
            agent_id: String,
            /// The way from the carrier to ElevenLabs.
            inbound_trunk_config: InboundTrunkConfig,
            /// The way from ElevenLabs to the carrier.
            outbound_trunk_config: OutboundTrunkConfig,
        }
    }

    /// A number held at Exotel.
    pub struct ImportExotelNumber {
        required {
            /// The number.
            phone_number: E164,
            /// The name for people.
            label: String,
            /// The account.
            account_sid: String,
            /// The API key.
            api_key: Secret,
            /// The API token.
            api_token: Secret,
            /// The API's host.
            api_subdomain: ExotelSubdomain,
            /// The app.
            app_id: String,
        }
        optional {
            /// The agent that answers calls.
            agent_id: String,
            /// The URL of the applet.
            applet_url: String,
        }
    }
}

open_enum! {
    /// A region of Twilio.
    pub enum TwilioRegionId {
        /// The United States.
        Us1 = "us1",
        /// Ireland.
        Ie1 = "ie1",
        /// Australia.
        Au1 = "au1",
    }

    /// An edge location of Twilio.
    pub enum TwilioEdge {
        /// Ashburn.
        Ashburn = "ashburn",
        /// Dublin.
        Dublin = "dublin",
        /// Frankfurt.
        Frankfurt = "frankfurt",
        /// São Paulo.
        SaoPaulo = "sao-paulo",
        /// Singapore.
        Singapore = "singapore",
        /// Sydney.
        Sydney = "sydney",
        /// Tokyo.
        Tokyo = "tokyo",
        /// Umatilla.
        Umatilla = "umatilla",
        /// The nearest.
        Roaming = "roaming",
    }

    /// A host of Exotel's API.
    pub enum ExotelSubdomain {
        /// India.
        India = "api.in.exotel.com",
        /// Singapore.
        Global = "api.exotel.com",
    }
}

received_object! {
    snake_case;

    /// The response to an import. It shows nothing but the id.
    pub struct ImportedNumber {
        required {
            /// The id of the record.
            phone_number_id: String,
        }
    }
}

impl ImportNumber {
    pub(crate) fn number(&self) -> &str {
        match self {
            Self::Twilio(import) => import.phone_number.as_str(),
            Self::SipTrunk(import) => &import.phone_number,
            Self::Exotel(import) => import.phone_number.as_str(),
        }
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Twilio(import) => import.check(problems),
            Self::SipTrunk(import) => {
                filled(problems, "phone_number", &import.phone_number);
                filled(problems, "label", &import.label);
                if let Some(outbound) = &import.outbound_trunk_config {
                    problems.within("outbound_trunk_config", |problems| outbound.check(problems));
                }
                if let Some(inbound) = &import.inbound_trunk_config {
                    problems.within("inbound_trunk_config", |problems| inbound.check(problems));
                }
            }
            Self::Exotel(import) => {
                filled(problems, "label", &import.label);
                filled(problems, "account_sid", &import.account_sid);
                filled(problems, "api_key", import.api_key.expose());
                filled(problems, "api_token", import.api_token.expose());
                filled(problems, "app_id", &import.app_id);
            }
        }
    }
}

impl ImportTwilioNumber {
    fn check(&self, problems: &mut Problems) {
        filled(problems, "label", &self.label);
        filled(problems, "token", self.token.expose());
        let is_key = self.sid.starts_with("SK");
        if !is_key && !self.sid.starts_with("AC") {
            problems.add(
                ProblemCode::Malformed,
                "sid",
                "is neither the SID of an account nor that of an API key",
                "copy it from the Twilio console: it begins with `AC` or `SK`",
            );
        }
        let account_token = self.account_auth_token.as_ref().is_some_and(|token| !token.expose().is_empty());
        if is_key && !account_token {
            problems.add(
                ProblemCode::Missing,
                "account_auth_token",
                "is missing, but the login is an API key",
                "give the account's auth token, with which ElevenLabs checks webhooks",
            );
        }
        if let Some(region) = &self.region_config {
            problems.within("region_config", |problems| filled(problems, "token", region.token.expose()));
        }
    }
}
