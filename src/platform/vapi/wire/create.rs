use super::settings::Settings;
use super::sip::SipAuthentication;
use super::text::check_dialled;
use crate::E164;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{request_object, request_union};

request_union! {
    /// The body that creates a number: one form for each carrier.
    pub enum CreatePhoneNumber by "provider" {
        /// A number on a SIP trunk of your own.
        Byo(CreateByoNumber) = "byo-phone-number",
        /// A number held at Twilio.
        Twilio(CreateTwilioNumber) = "twilio",
        /// A number held at Vonage.
        Vonage(CreateVonageNumber) = "vonage",
        /// A free number or a SIP address of Vapi itself.
        Vapi(CreateVapiNumber) = "vapi",
        /// A number held at Telnyx.
        Telnyx(CreateTelnyxNumber) = "telnyx",
    }
}

request_object! {
    /// A number on a SIP trunk of your own.
    pub struct CreateByoNumber {
        required {
            /// The trunk's credential: the id of a `byo-sip-trunk` credential.
            credential_id: String,
            /// The number as the carrier sends it, 3 to 40 characters. Vapi matches inbound calls by it.
            number: String,
        }
        optional {
            /// Whether `number` must be E.164. Defaults to true. Without the check it must be letters and digits after
            /// an optional `+`.
            number_e164_check_enabled: bool,
        }
        flatten {
            /// The settings that every carrier has.
            settings: Settings,
        }
    }

    /// A number held at Twilio. Give the auth token, or the API key and its secret; with both, Vapi uses
    /// the token. The import sets the number's voice URL at Twilio.
    pub struct CreateTwilioNumber {
        required {
            /// The number.
            number: E164,
            /// The account, `AC…`.
            twilio_account_sid: String,
        }
        optional {
            /// The account's auth token.
            twilio_auth_token: Secret,
            /// The id of an API key, `SK…`.
            twilio_api_key: String,
            /// The key's secret.
            twilio_api_secret: Secret,
            /// Whether Vapi also sets Twilio's messaging URL. Defaults to true.
            sms_enabled: bool,
        }
        flatten {
            /// The settings that every carrier has.
            settings: Settings,
        }
    }

    /// A number held at Vonage.
    pub struct CreateVonageNumber {
        required {
            /// The Vonage credential.
            credential_id: String,
            /// The number.
            number: E164,
        }
        flatten {
            /// The settings that every carrier has.
            settings: Settings,
        }
    }

    /// A free US number with an area code, or a SIP address.
    pub struct CreateVapiNumber {
        optional {
            /// The requested area code: exactly 3 characters.
            number_desired_area_code: String,
            /// The SIP address, `sip:user@sip.vapi.ai`.
            sip_uri: String,
            /// The credentials that callers of the SIP address must give.
            authentication: SipAuthentication,
        }
        flatten {
            /// The settings that every carrier has.
            settings: Settings,
        }
    }

    /// A number held at Telnyx.
    pub struct CreateTelnyxNumber {
        required {
            /// The Telnyx credential, which is created in Vapi's dashboard.
            credential_id: String,
            /// The number.
            number: E164,
        }
        flatten {
            /// The settings that every carrier has.
            settings: Settings,
        }
    }
}

impl CreatePhoneNumber {
    /// The number that it creates, unless Vapi chooses it.
    pub(crate) fn number(&self) -> Option<&str> {
        match self {
            Self::Byo(create) => Some(&create.number),
            Self::Twilio(create) => Some(create.number.as_str()),
            Self::Vonage(create) => Some(create.number.as_str()),
            Self::Telnyx(create) => Some(create.number.as_str()),
            Self::Vapi(_) => None,
        }
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Byo(create) => {
                check_dialled("number", &create.number, create.number_e164_check_enabled, problems);
                problems.uuid("credentialId", &create.credential_id);
                create.settings.check(problems);
            }
            Self::Twilio(create) => {
                create.check_key(problems);
                create.settings.check(problems);
            }
            Self::Vonage(CreateVonageNumber { credential_id, settings, .. })
            | Self::Telnyx(CreateTelnyxNumber { credential_id, settings, .. }) => {
                problems.uuid("credentialId", credential_id);
                settings.check(problems);
            }
            Self::Vapi(create) => {
                if let Some(code) = &create.number_desired_area_code {
                    problems.length("numberDesiredAreaCode", code, 3, 3);
                }
                if let Some(authentication) = &create.authentication {
                    problems.within("authentication", |problems| authentication.check(problems));
                }
                create.settings.check(problems);
            }
        }
    }
}

impl CreateTwilioNumber {
    fn check_key(&self, problems: &mut Problems) {
        if self.twilio_account_sid.is_empty() {
            problems.add(ProblemCode::Empty, "twilioAccountSid", "is empty", "give the account's SID");
        }
        let key = (&self.twilio_auth_token, &self.twilio_api_key, &self.twilio_api_secret);
        match key {
            (Some(_), _, _) | (None, Some(_), Some(_)) => {}
            (None, Some(_), None) => {
                problems.add(ProblemCode::Missing, "twilioApiSecret", "is missing", "give the secret of the API key");
            }
            (None, None, Some(_)) => {
                problems.add(ProblemCode::Missing, "twilioApiKey", "is missing", "give the id of the API key");
            }
            (None, None, None) => {
                problems.add(
                    ProblemCode::Missing,
                    "twilioAuthToken",
                    "is missing",
                    "give the auth token, or an API key and its secret",
                );
            }
        }
    }
}
