//! The numbers held at Telnyx, and their setup.

use serde_json::{Value, json};

use super::account::{OWN_APPLICATION, PROFILE};
use crate::E164;
use crate::sandbox::SandboxBuilder;
use crate::sandbox::records::{Object, Records, fields};

const BEGINNING: &str = "2024-10-24T18:10:00.000Z";
/// The id of the first number.
const FIRST_ID: u64 = 1_293_384_261_075_731_499;

/// A number held at Telnyx, for [`SandboxBuilder::hold_telnyx`](SandboxBuilder::hold_telnyx).
///
/// By default it is active, can receive calls and messages, and has no connection.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::sandbox::Sandbox;
/// use numport::sandbox::telnyx::TelnyxNumber;
///
/// let number = "+13035550100".parse()?;
/// let sandbox = Sandbox::builder().hold_telnyx([TelnyxNumber::new(number).on_connection()]).start().await?;
/// let telnyx = sandbox.telnyx();
/// assert_eq!(telnyx.calls_go_to(&number).as_deref(), Some(telnyx.connection_id()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TelnyxNumber {
    number: E164,
    connection: Option<&'static str>,
    forwards_to: String,
    status: &'static str,
    voice: bool,
}

impl TelnyxNumber {
    /// Creates a number as it is after its purchase.
    pub const fn new(number: E164) -> Self {
        Self { number, connection: None, forwards_to: String::new(), status: "active", voice: true }
    }

    /// Attaches it to the account's own application.
    pub const fn on_connection(mut self) -> Self {
        self.connection = Some(OWN_APPLICATION);
        self
    }

    /// Forwards all its calls, which takes precedence over its connection.
    pub fn forwarded_to(mut self, number: impl Into<String>) -> Self {
        self.forwards_to = number.into();
        self
    }

    /// Removes its capability to receive calls.
    pub const fn without_voice(mut self) -> Self {
        self.voice = false;
        self
    }

    /// Sets its status, such as `port-pending`.
    pub const fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// All stored fields: those of the number, voice and messaging APIs.
    fn fields(&self, id: &str) -> Object {
        let features: &[&str] = if self.voice { &["voice", "sms", "mms"] } else { &["sms", "mms"] };
        fields(json!({
            "id": id,
            "record_type": "phone_number",
            "phone_number": self.number.as_str(),
            "country_iso_alpha2": if self.number.as_str().starts_with("+1") { "US" } else { "GB" },
            "status": self.status,
            "phone_number_type": "local",
            "tags": [],
            "external_pin": null,
            "connection_id": self.connection,
            "customer_reference": null,
            "messaging_profile_id": PROFILE,
            "messaging_profile_name": "default",
            "messaging_campaign_id": null,
            "billing_group_id": null,
            "emergency_enabled": false,
            "emergency_address_id": null,
            "emergency_status": "disabled",
            "call_forwarding_enabled": true,
            "cnam_listing_enabled": false,
            "caller_id_name_enabled": false,
            "call_recording_enabled": false,
            "t38_fax_gateway_enabled": false,
            "hd_voice_enabled": false,
            "inbound_call_screening": "disabled",
            "source_type": "number_order",
            "deletion_lock_enabled": false,
            "purchased_at": BEGINNING,
            "activated_at": BEGINNING,
            "created_at": BEGINNING,
            "updated_at": BEGINNING,
            "features": features,
            "voice": self.voice_settings(),
            "messaging_product": "A2P",
        }))
    }

    fn voice_settings(&self) -> Value {
        json!({
            "tech_prefix_enabled": false,
            "translated_number": "",
            "usage_payment_method": "pay-per-minute",
            "inbound_call_screening": "disabled",
            "call_forwarding": {
                "call_forwarding_enabled": true,
                "forwards_to": self.forwards_to,
                "forwarding_type": "always",
            },
            "cnam_listing": {"cnam_listing_enabled": false, "cnam_listing_details": ""},
            "media_features": {
                "rtp_auto_adjust_enabled": true,
                "accept_any_rtp_packets_enabled": false,
                "t38_fax_gateway_enabled": false,
            },
            "call_recording": {
                "inbound_call_recording_enabled": false,
                "inbound_call_recording_format": "wav",
                "inbound_call_recording_channels": "single",
            },
        })
    }
}

/// The numbers of the builder. Defaults to four numbers.
#[derive(Clone, Debug)]
pub(super) struct Setup(Vec<TelnyxNumber>);

impl Default for Setup {
    fn default() -> Self {
        let number = |text: &str| text.parse().ok().map(TelnyxNumber::new);
        let numbers = [
            number("+19705555098").map(TelnyxNumber::on_connection),
            number("+13035550123"),
            number("+13035550144").map(|number| number.on_connection().forwarded_to("+13035559123")),
            number("+442079460018").map(|number| number.status("port-pending")),
        ];
        Self(numbers.into_iter().flatten().collect())
    }
}

impl Setup {
    pub(super) fn of(builder: &SandboxBuilder) -> Records {
        let Self(setup) = builder.of_services.get().cloned().unwrap_or_default();
        let mut numbers = Records::new("id", &[]);
        for (number, id) in setup.iter().zip(FIRST_ID..) {
            numbers.put(number.fields(&id.to_string()));
        }
        numbers
    }
}

impl SandboxBuilder {
    /// Sets the numbers that the Telnyx account holds. Defaults to four: one on the account's application, one without
    /// a connection, one that is forwarded, and one whose porting to Telnyx is pending.
    pub fn hold_telnyx(mut self, numbers: impl IntoIterator<Item = TelnyxNumber>) -> Self {
        self.of_services.insert(Setup(numbers.into_iter().collect()));
        self
    }
}
