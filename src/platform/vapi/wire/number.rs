use super::hook::Hook;
use super::server::Server;
use super::sip::SipAuthentication;
use super::transfer::Destination;
use crate::model::{CallbackUrl, Secret};
use crate::wire::{open_enum, received_object};

received_object! {
    /// A number as Vapi stores it. Every call returns it.
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
            /// The organization that owns it.
            org_id: String,
            /// The number: in E.164 form, as a trunk sends it, or masked. Absent on SIP-only numbers.
            number: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// Its name for people.
            name: String,
            /// The carrier.
            provider: Provider,
            /// Its state.
            status: NumberStatus,
            /// The assistant that answers its calls.
            assistant_id: String,
            /// The squad that answers its calls.
            squad_id: String,
            /// The workflow that answers its calls.
            workflow_id: String,
            /// The server that receives its webhooks.
            server: Box<Server>,
            /// The former field for `server.url`.
            server_url: CallbackUrl,
            /// The former field for the secret of the webhook.
            server_url_secret: Secret,
            /// The destination of a call when nothing else answers it.
            fallback_destination: Box<Destination>,
            /// The hooks that run on call events.
            hooks: Vec<Hook>,
        }
        lenient {
            /// `byo-phone-number`, `vonage` and `telnyx`: the carrier's credential.
            credential_id: String,
            /// `byo-phone-number`: whether the number must be E.164.
            number_e164_check_enabled: bool,
            /// `twilio`: the account. Old purchased numbers have none.
            twilio_account_sid: String,
            /// `twilio`: whether text messages also go to Vapi.
            sms_enabled: bool,
            /// `twilio`: the account's auth token. It is not documented whether reads return it.
            twilio_auth_token: Secret,
            /// `twilio`: the id of an API key.
            twilio_api_key: String,
            /// `twilio`: the secret of that key.
            twilio_api_secret: Secret,
            /// `vapi`: the SIP address.
            sip_uri: String,
            /// `vapi`: the credentials that callers of the SIP address must give.
            authentication: SipAuthentication,
            /// `vapi`: the area code that was requested.
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
        /// Vapi itself: a free number or a SIP address.
        Vapi = "vapi",
        /// Telnyx.
        Telnyx = "telnyx",
    }

    /// The state of a number.
    pub enum NumberStatus {
        /// The number is in use.
        Active = "active",
        /// The number is being set up.
        Activating = "activating",
        /// The number is blocked.
        Blocked = "blocked",
    }
}
