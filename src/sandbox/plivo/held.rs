//! The numbers held at Plivo, and their setup.

use serde_json::json;

use super::account::{APPLICATION, MAIN, SUB, TRUNK, application_path, subaccount_path};
use crate::E164;
use crate::sandbox::SandboxBuilder;
use crate::sandbox::records::{Object, Records, fields};

/// A number held at Plivo, for [`SandboxBuilder::hold_plivo`](SandboxBuilder::hold_plivo).
///
/// By default the main account holds it, it can receive calls and messages, and it has no application.
#[derive(Clone, Debug)]
#[must_use]
pub struct PlivoNumber {
    number: E164,
    application: Option<&'static str>,
    on_trunk_object: bool,
    in_subaccount: bool,
    voice: bool,
    carrier: &'static str,
}

impl PlivoNumber {
    /// Creates a number without an application.
    pub const fn new(number: E164) -> Self {
        Self { number, application: None, on_trunk_object: false, in_subaccount: false, voice: true, carrier: "Plivo" }
    }

    /// Assigns the account's application that is not the default.
    pub const fn with_application(mut self) -> Self {
        self.application = Some(APPLICATION);
        self
    }

    /// Assigns the inbound trunk as its application.
    pub const fn on_trunk(mut self) -> Self {
        self.application = Some(TRUNK);
        self
    }

    /// Sets the inbound trunk as its object, as in the private beta.
    pub const fn on_trunk_object(mut self) -> Self {
        self.on_trunk_object = true;
        self
    }

    /// Makes the subaccount hold it.
    pub const fn in_subaccount(mut self) -> Self {
        self.in_subaccount = true;
        self
    }

    /// Removes its capability to receive calls.
    pub const fn without_voice(mut self) -> Self {
        self.voice = false;
        self
    }

    /// Makes another carrier hold it.
    pub const fn hosted(mut self) -> Self {
        self.carrier = "ExampleCarrier";
        self
    }

    pub(super) fn fields(&self) -> Object {
        let digits = self.number.digits();
        let mut held = fields(json!({
            "number": digits,
            "alias": null,
            "sub_account": self.in_subaccount.then(|| subaccount_path(SUB.id)),
            "added_on": "2023-02-14",
            "application": self.application.map(application_path),
            "carrier": self.carrier,
            "region": "California, UNITED STATES",
            "city": "San Diego",
            "country": "United States",
            "number_type": "local",
            "active": true,
            "monthly_rental_rate": "0.80000",
            "renewal_date": "2024-03-14",
            "sms_enabled": true,
            "sms_rate": "0.00000",
            "mms_enabled": false,
            "mms_rate": "0.00000",
            "voice_enabled": self.voice,
            "voice_rate": "0.00850",
            "cnam_lookup": "disabled",
            "cnam": null,
            "compliance_application_id": null,
            "compliance_status": null,
            "tendlc_registration_status": "UNREGISTERED",
            "tendlc_campaign_id": null,
            "toll_free_sms_verification": null,
            "profile_uuid": null,
            "caller_reputation_status": null,
            "resource_uri": format!("/v1/Account/{}/Number/{digits}/", MAIN.id),
        }));
        if self.on_trunk_object {
            held.extend(fields(json!({"object_type": "trunk", "object_id": TRUNK})));
        }
        held
    }
}

/// The numbers of the builder. Defaults to three numbers.
#[derive(Clone, Debug)]
pub(super) struct Setup(Vec<PlivoNumber>);

impl Default for Setup {
    fn default() -> Self {
        let number = |text: &str| text.parse().ok().map(PlivoNumber::new);
        let numbers = [
            number("+17609915566").map(PlivoNumber::with_application),
            number("+18135401302"),
            number("+14153661106").map(PlivoNumber::in_subaccount),
        ];
        Self(numbers.into_iter().flatten().collect())
    }
}

impl Setup {
    pub(super) fn of(builder: &SandboxBuilder) -> Records {
        let Self(setup) = builder.of_services.get().cloned().unwrap_or_default();
        let mut numbers = Records::new("number", &[]);
        for number in &setup {
            numbers.put(number.fields());
        }
        numbers
    }
}

impl SandboxBuilder {
    /// Sets the numbers that the Plivo account and its subaccount hold. Defaults to three: one with an application, one
    /// without, and one of the subaccount.
    pub fn hold_plivo(mut self, numbers: impl IntoIterator<Item = PlivoNumber>) -> Self {
        self.of_services.insert(Setup(numbers.into_iter().collect()));
        self
    }
}
