//! Where the number of a test is held, and what there is to see of its calls.

use std::sync::Arc;

use numport::model::ProviderKind;
use numport::provider::ReachedBy;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{E164, Importer, NumberProvider, SipTrunk};
use serde_json::Value;

use crate::services::subject::{Pace, Vars};
use crate::services::{CARRIERS, carrier};

/// Where Twilio's calls go before the import.
const BEFORE: &str = "https://app.example.com/voice?token=t";

/// A carrier with one number.
pub(crate) struct Place {
    pub(crate) carrier: &'static str,
    number: &'static str,
    /// The field of what it keeps that says where the calls go.
    calls: &'static str,
    /// The fields that are routing, by how their names begin.
    routing: &'static [&'static str],
    /// An address at which nothing of the platform answers.
    pub(crate) elsewhere: &'static str,
    /// One of the platform.
    pub(crate) address: &'static str,
    /// One of the platform that no import sets by itself.
    pub(crate) other_address: &'static str,
}

pub(crate) static TWILIO: Place = Place {
    carrier: "twilio",
    number: "+14155550123",
    calls: "voice_url",
    routing: &["voice_", "sms_", "status_", "trunk_"],
    elsewhere: BEFORE,
    address: "https://answer.example.net/calls",
    other_address: "https://answer.example.net/calls",
};

/// The others. They know applications alone, so that an address is that of one that they have.
static OTHERS: [Place; 3] = [
    Place {
        carrier: "telnyx",
        number: "+13035550123",
        calls: "connection_id",
        routing: &["connection_", "voice", "messaging_"],
        elsewhere: "https://example.com/calls",
        address: "https://api.vapi.ai/telnyx/inbound_call",
        other_address: "https://example.com/calls",
    },
    Place {
        carrier: "plivo",
        number: "+17609915566",
        calls: "application",
        routing: &["app", "object_", "alias", "sub_account"],
        elsewhere: "https://example.com/answer",
        address: "https://example.com/default",
        other_address: "https://example.com/default",
    },
    Place {
        carrier: "vonage",
        number: "+447700900000",
        calls: "app_id",
        routing: &["app_", "voice", "mo", "messages"],
        elsewhere: "https://example.com/answer",
        address: "https://example.com/office",
        other_address: "https://example.com/office",
    },
];

impl Place {
    /// Those of this build beside Twilio.
    pub(crate) fn others() -> impl Iterator<Item = &'static Self> {
        OTHERS.iter().filter(|place| CARRIERS.iter().any(|carrier| carrier.api.name() == place.carrier))
    }

    pub(crate) fn number(&self) -> E164 {
        self.number.parse().unwrap()
    }

    pub(crate) async fn sandbox() -> Sandbox {
        Sandbox::builder().hold(TwilioNumber::new(TWILIO.number()).voice_url(BEFORE)).start().await.unwrap()
    }

    pub(crate) fn provider(&self, vars: Vars<'_>, pace: Pace) -> Arc<dyn NumberProvider> {
        (carrier(self.carrier).connect)(vars, pace)
    }

    /// The same for a platform that reaches it by a trunk.
    pub(crate) fn behind_a_trunk(&self, vars: Vars<'_>, pace: Pace) -> Arc<dyn NumberProvider> {
        Arc::new(ReachedBy::new(self.provider(vars, pace), trunk()))
    }

    /// The routing of the number as its carrier keeps it.
    pub(crate) fn kept(&self, sandbox: &Sandbox) -> Value {
        let kind: ProviderKind = self.carrier.parse().unwrap();
        let (number, fields) = (self.number(), ["phone_number", "number", "msisdn"]);
        let is_it = |record: &Value| {
            let held = fields.iter().find_map(|field| record[*field].as_str()).unwrap();
            held.trim_start_matches('+') == number.digits()
        };
        let mut kept = sandbox.records(kind).into_iter().find(is_it).unwrap();
        let is_routing = |name: &str| self.routing.iter().any(|start| name.starts_with(start));
        kept.as_object_mut().unwrap().retain(|name, _| is_routing(name));
        kept
    }

    /// Where the calls go, of what [`kept`](Self::kept) returned.
    pub(crate) fn calls(&self, kept: &Value) -> Value {
        kept[self.calls].clone()
    }

    /// There are thousands of sandboxes, so one may have the port of an earlier one, and so count as the same account.
    pub(crate) async fn forget_created(&self, importer: &Importer) {
        importer.forget_created(&self.number()).await.expect("no journal");
    }
}

/// The trunk that a platform is given.
pub(crate) fn trunk() -> SipTrunk {
    SipTrunk::new("203.0.113.10").credentials("user", "password")
}
