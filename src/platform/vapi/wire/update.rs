use serde::Serialize;

use super::settings::SettingsPatch;
use super::sip::SipAuthentication;
use super::text::check_dialled;
use crate::E164;
use crate::model::{Problems, Secret};
use crate::wire::{Patch, request_object, request_union};

/// The body that updates a number. [`Settings`](Self::Settings) works for every carrier. The others also
/// update what only their carrier has.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum UpdatePhoneNumber {
    /// An update for any carrier.
    Settings(SettingsPatch),
    /// An update for one carrier.
    Carrier(UpdateCarrier),
}

request_union! {
    /// An update of a number of one carrier.
    pub enum UpdateCarrier by "provider" {
        /// A number on a SIP trunk of your own.
        Byo(UpdateByoNumber) = "byo-phone-number",
        /// A number held at Twilio.
        Twilio(UpdateTwilioNumber) = "twilio",
        /// A number held at Vonage.
        Vonage(UpdateVonageNumber) = "vonage",
        /// A number of Vapi itself.
        Vapi(UpdateVapiNumber) = "vapi",
        /// A number held at Telnyx.
        Telnyx(UpdateTelnyxNumber) = "telnyx",
    }
}

request_object! {
    /// An update of a number on a SIP trunk of your own.
    pub struct UpdateByoNumber {
        patch {
            /// The number as the carrier sends it, 3 to 40 characters.
            number: String,
            /// Whether `number` must be E.164.
            number_e164_check_enabled: bool,
            /// The trunk's credential.
            credential_id: String,
        }
        flatten {
            /// The settings that every carrier has.
            settings: SettingsPatch,
        }
    }

    /// An update of a number at Twilio, for example of its token.
    pub struct UpdateTwilioNumber {
        patch {
            /// The number.
            number: E164,
            /// The account, `AC…`.
            twilio_account_sid: String,
            /// The account's auth token.
            twilio_auth_token: Secret,
            /// The id of an API key, `SK…`.
            twilio_api_key: String,
            /// The key's secret.
            twilio_api_secret: Secret,
            /// Whether text messages also go to Vapi.
            sms_enabled: bool,
        }
        flatten {
            /// The settings that every carrier has.
            settings: SettingsPatch,
        }
    }

    /// An update of a number at Vonage.
    pub struct UpdateVonageNumber {
        patch {
            /// The number.
            number: E164,
            /// The Vonage credential.
            credential_id: String,
        }
        flatten {
            /// The settings that every carrier has.
            settings: SettingsPatch,
        }
    }

    /// An update of a number of Vapi itself.
    pub struct UpdateVapiNumber {
        patch {
            /// The SIP address.
            sip_uri: String,
            /// The credentials that callers of the SIP address must give.
            authentication: SipAuthentication,
        }
        flatten {
            /// The settings that every carrier has.
            settings: SettingsPatch,
        }
    }

    /// An update of a number at Telnyx.
    pub struct UpdateTelnyxNumber {
        patch {
            /// The number.
            number: E164,
            /// The Telnyx credential.
            credential_id: String,
        }
        flatten {
            /// The settings that every carrier has.
            settings: SettingsPatch,
        }
    }
}

impl From<SettingsPatch> for UpdatePhoneNumber {
    fn from(settings: SettingsPatch) -> Self {
        Self::Settings(settings)
    }
}

impl<T: Into<UpdateCarrier>> From<T> for UpdatePhoneNumber {
    fn from(update: T) -> Self {
        Self::Carrier(update.into())
    }
}

impl UpdatePhoneNumber {
    pub(crate) fn check(&self, problems: &mut Problems) {
        let credential = |id: &Patch<String>, problems: &mut Problems| {
            if let Patch::Set(id) = id {
                problems.uuid("credentialId", id);
            }
        };
        let settings = match self {
            Self::Settings(settings) => settings,
            Self::Carrier(UpdateCarrier::Byo(update)) => {
                if let Patch::Set(number) = &update.number {
                    let checked = update.number_e164_check_enabled.set().copied();
                    // If the update does not set the check, the number's own setting decides, and only Vapi knows it.
                    check_dialled("number", number, Some(checked.unwrap_or(false)), problems);
                }
                credential(&update.credential_id, problems);
                &update.settings
            }
            Self::Carrier(UpdateCarrier::Twilio(update)) => &update.settings,
            Self::Carrier(
                UpdateCarrier::Vonage(UpdateVonageNumber { credential_id, settings, .. })
                | UpdateCarrier::Telnyx(UpdateTelnyxNumber { credential_id, settings, .. }),
            ) => {
                credential(credential_id, problems);
                settings
            }
            Self::Carrier(UpdateCarrier::Vapi(update)) => {
                if let Patch::Set(authentication) = &update.authentication {
                    problems.within("authentication", |problems| authentication.check(problems));
                }
                &update.settings
            }
        };
        settings.check(problems);
    }
}
