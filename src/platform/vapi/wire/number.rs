use super::hook::Hook;
use super::server::Server;
use super::sip::SipAuthentication;
use super::transfer::Destination;
use crate::model::{CallbackUrl, Secret};
use crate::wire::{open_enum, received_object};

received_object! {
    /// A number as Vapi keeps it: what every call returns.
    ///
    /// Some fields belong to one [`provider`](Self::provider) each. Vapi may return them for other providers too, and
    /// in a form that is not documented; such a value is in [`extra`](Self::extra), under the name of the field.
    ///
    /// `Serialize` writes the wire form, secrets included.
    ///
    /// ```
    /// use numport::platform::vapi::{PhoneNumber, Provider};
    ///
    /// # fn main() -> Result<(), serde_json::Error> {
    /// let number: PhoneNumber = serde_json::from_str(
    ///     r#"{"id": "a1", "provider": "twilio", "twilioAccountSid": "AC1", "smsEnabled": "perhaps"}"#,
    /// )?;
    /// assert_eq!(number.provider, Some(Provider::Twilio));
    /// assert_eq!(number.twilio_account_sid.as_deref(), Some("AC1"));
    /// assert_eq!(number.sms_enabled, None);
    /// assert_eq!(number.extra.get("smsEnabled").and_then(|value| value.as_str()), Some("perhaps"));
    /// # Ok(())
    /// # }
    /// ```
    pub struct PhoneNumber {
        required {
            /// Its id.
            id: String,
        }
        optional {
            /// The owning organisation.
            org_id: String,
            /// The number: E.164, or as a trunk sends it, or masked; absent on SIP-only numbers.
            number: String,
            /// When it was made: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The carrier.
            provider: Provider,
            /// Its state.
            status: NumberStatus,
            /// The assistant that answers.
            assistant_id: String,
            /// The squad that answers.
            squad_id: String,
            /// The workflow that answers.
            workflow_id: String,
            /// Where its webhooks go.
            server: Box<Server>,
            /// The old form of `server.url`.
            server_url: CallbackUrl,
            /// The old secret of the webhook.
            server_url_secret: Secret,
            /// Where a call goes when nobody answers for the number.
            fallback_destination: Box<Destination>,
            /// What happens on call events.
            hooks: Vec<Hook>,
        }
        lenient {
            /// Of `byo-phone-number`, `vonage` and `telnyx`: the carrier's credential.
            credential_id: String,
            /// Of `byo-phone-number`: whether the number must be E.164.
            number_e164_check_enabled: bool,
            /// Of `twilio`: the account. Numbers bought long ago have none.
            twilio_account_sid: String,
            /// Of `twilio`: whether text messages go to Vapi too.
            sms_enabled: bool,
            /// Of `twilio`: the account's token. Whether reads return it is not documented.
            twilio_auth_token: Secret,
            /// Of `twilio`: the API key's id.
            twilio_api_key: String,
            /// Of `twilio`: the API key's secret.
            twilio_api_secret: Secret,
            /// Of `vapi`: the SIP address.
            sip_uri: String,
            /// Of `vapi`: what callers of the SIP address are asked for.
            authentication: SipAuthentication,
            /// Of `vapi`: the area code that was wished for.
            number_desired_area_code: String,
        }
    }
}

open_enum! {
    /// The carrier of a number.
    pub enum Provider {
        /// A SIP trunk of your own.
        Byo = "byo-phone-number",
        /// Twilio.
        Twilio = "twilio",
        /// Vonage.
        Vonage = "vonage",
        /// Vapi itself: a free number, or a SIP address.
        Vapi = "vapi",
        /// Telnyx.
        Telnyx = "telnyx",
    }

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
