//! The numbers held at Vonage, and their setup.

use serde_json::json;

use crate::E164;
use crate::sandbox::SandboxBuilder;
use crate::sandbox::records::{Object, Records, fields, set};

/// The application of the first number.
pub(super) const APPLICATION: &str = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab";
/// The other application of the account.
pub(super) const OTHER_APPLICATION: &str = "aaaaaaaa-bbbb-cccc-dddd-0123456789cd";

/// A number held at Vonage, for [`SandboxBuilder::hold_vonage`](SandboxBuilder::hold_vonage).
///
/// By default it can receive calls and text messages, and has no routing.
#[derive(Clone, Debug)]
#[must_use]
pub struct VonageNumber {
    number: E164,
    application: Option<&'static str>,
    messages: Option<String>,
    forwarding: Option<(&'static str, String)>,
    voice: bool,
}

impl VonageNumber {
    /// Creates a number as it is after its purchase.
    pub const fn new(number: E164) -> Self {
        Self { number, application: None, messages: None, forwarding: None, voice: true }
    }

    /// Links it to the account's first application.
    pub const fn with_application(mut self) -> Self {
        self.application = Some(APPLICATION);
        self
    }

    /// Sets the URL that receives its messages.
    pub fn messages_to(mut self, url: impl Into<String>) -> Self {
        self.messages = Some(url.into());
        self
    }

    /// Forwards its calls to a SIP address, which takes precedence over an application.
    pub fn to_sip(mut self, address: impl Into<String>) -> Self {
        self.forwarding = Some(("sip", address.into()));
        self
    }

    /// Forwards its calls to a telephone number, which takes precedence over an application.
    pub fn to_telephone(mut self, digits: impl Into<String>) -> Self {
        self.forwarding = Some(("tel", digits.into()));
        self
    }

    /// Removes its capability to receive calls.
    pub const fn without_voice(mut self) -> Self {
        self.voice = false;
        self
    }

    fn fields(&self) -> Object {
        let features: &[&str] = if self.voice { &["VOICE", "SMS"] } else { &["SMS"] };
        let mut held = fields(json!({
            "country": if self.number.as_str().starts_with("+1") { "US" } else { "GB" },
            "msisdn": self.number.digits(),
            "type": "mobile-lvn",
            "features": features,
        }));
        let mut put = |field: &str, value: Option<&str>| {
            if let Some(value) = value {
                set(&mut held, field, value);
            }
        };
        put("app_id", self.application);
        put("moHttpUrl", self.messages.as_deref());
        put("voiceCallbackType", self.forwarding.as_ref().map(|(kind, _)| *kind));
        put("voiceCallbackValue", self.forwarding.as_ref().map(|(_, to)| to.as_str()));
        held
    }
}

/// The numbers of the builder. Defaults to three numbers.
#[derive(Clone, Debug)]
pub(super) struct Setup(Vec<VonageNumber>);

impl Default for Setup {
    fn default() -> Self {
        let number = |text: &str| text.parse().ok().map(VonageNumber::new);
        let numbers = [
            number("+447700900000")
                .map(|number| number.with_application().messages_to("https://example.com/webhooks/inbound-sms")),
            number("+12015550123").map(|number| number.to_sip("sip:12015550123@sip.example.com")),
            number("+447700900001").map(VonageNumber::without_voice),
        ];
        Self(numbers.into_iter().flatten().collect())
    }
}

impl Setup {
    pub(super) fn of(builder: &SandboxBuilder) -> Records {
        let Self(setup) = builder.of_services.get().cloned().unwrap_or_default();
        let mut numbers = Records::new("msisdn", &[]);
        for number in &setup {
            numbers.put(number.fields());
        }
        numbers
    }
}

impl SandboxBuilder {
    /// Sets the numbers that the Vonage account holds. Defaults to three: one with an application, one that is
    /// forwarded to a SIP address, and one that cannot receive calls.
    pub fn hold_vonage(mut self, numbers: impl IntoIterator<Item = VonageNumber>) -> Self {
        self.of_services.insert(Setup(numbers.into_iter().collect()));
        self
    }
}
