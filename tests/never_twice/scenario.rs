//! Imports of several steps, one for each way into each platform.

use std::sync::Arc;
use std::time::Duration;

use numport::model::{PlatformKind, ProviderKind, Service};
use numport::sandbox::Sandbox;
use numport::{
    AccountKey, Butter, ClientBuilder, E164, Error, ImportRequest, Imported, Importer, Interactly, LookupPolicy,
    NumberProvider, NumberRecord, Result, RetryPolicy, SignalWire, SipTrunk, Twilio, Vapi, VoicePlatform,
};

/// What is made slow on purpose takes longer than this.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(400);
pub(crate) const DELAY: Duration = Duration::from_millis(600);
/// Longer than anything takes.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

/// One way into one platform, with all that an import can ask for there.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) service: PlatformKind,
    source: Source,
    /// The requests of an import, by how their method and path begin.
    pub(crate) steps: &'static [(Service, &'static str)],
    /// The one of them that makes the record.
    pub(crate) import: &'static str,
}

#[derive(Clone, Copy)]
enum Source {
    Twilio,
    Trunk,
}

const NUMBERS: &str = "GET /2010-04-01/Accounts/";

const TWILIO: Service = Service::Provider(ProviderKind::TWILIO);
const INTERACTLY: Service = Service::Platform(PlatformKind::INTERACTLY);
const VAPI: Service = Service::Platform(PlatformKind::VAPI);
const SIGNALWIRE: Service = Service::Platform(PlatformKind::SIGNALWIRE);
const BUTTER: Service = Service::Platform(PlatformKind::BUTTER);

pub(crate) const SCENARIOS: [Scenario; 6] = [
    Scenario {
        name: "Interactly",
        service: PlatformKind::INTERACTLY,
        source: Source::Twilio,
        steps: &[
            (TWILIO, NUMBERS),
            (INTERACTLY, "GET /assistants/v1/numbers"),
            (INTERACTLY, "POST /assistants/v1/numbers/twilio"),
            (INTERACTLY, "PUT /assistants/v1/numbers/"),
        ],
        import: "POST /assistants/v1/numbers/twilio",
    },
    Scenario {
        name: "Vapi",
        service: PlatformKind::VAPI,
        source: Source::Twilio,
        steps: &[(TWILIO, NUMBERS), (VAPI, "GET /v2/phone-number"), (VAPI, "POST /phone-number")],
        import: "POST /phone-number",
    },
    Scenario {
        name: "Vapi, from a trunk",
        service: PlatformKind::VAPI,
        source: Source::Trunk,
        steps: &[
            (VAPI, "GET /v2/phone-number"),
            (VAPI, "GET /credential"),
            (VAPI, "POST /credential"),
            (VAPI, "POST /phone-number"),
        ],
        import: "POST /phone-number",
    },
    Scenario {
        name: "SignalWire",
        service: PlatformKind::SIGNALWIRE,
        source: Source::Twilio,
        steps: &[
            (TWILIO, NUMBERS),
            (SIGNALWIRE, "GET /api/relay/rest/phone_numbers"),
            (SIGNALWIRE, "POST /api/relay/rest/imported_phone_numbers"),
            (SIGNALWIRE, "PUT /api/relay/rest/phone_numbers/"),
        ],
        import: "POST /api/relay/rest/imported_phone_numbers",
    },
    Scenario {
        name: "Butter",
        service: PlatformKind::BUTTER,
        source: Source::Twilio,
        steps: &[
            (TWILIO, NUMBERS),
            (BUTTER, "GET /api/phone-numbers"),
            (BUTTER, "POST /api/integrations"),
            (BUTTER, "POST /api/phone-numbers"),
            (BUTTER, "POST /api/agents/"),
        ],
        import: "POST /api/phone-numbers",
    },
    Scenario {
        name: "Butter, from a trunk",
        service: PlatformKind::BUTTER,
        source: Source::Trunk,
        steps: &[
            (BUTTER, "GET /api/phone-numbers"),
            (BUTTER, "POST /api/phone-numbers"),
            (BUTTER, "POST /api/agents/"),
        ],
        import: "POST /api/phone-numbers",
    },
];

impl Scenario {
    /// All that this platform takes at an import.
    pub(crate) fn request(&self, number: E164) -> ImportRequest {
        let request = ImportRequest::new(number);
        match self.service {
            PlatformKind::INTERACTLY => request.label("Front desk").agent("agent-day").outbound(false),
            PlatformKind::VAPI => request.label("Front desk").agent("agent-day"),
            PlatformKind::SIGNALWIRE => request.label("Front desk").agent("fe4093d9-58c2-4931-b4b9-5679f82652c6"),
            _ => request.agent("agent_a1b2c3d4e5f6").outbound(true),
        }
    }

    /// An importer with clients of its own.
    pub(crate) fn importer(&self, sandbox: &Sandbox, timeout: Duration) -> Importer {
        let read_back = LookupPolicy::default().max_lookups(8).first_wait(DELAY / 16).longest_wait(DELAY / 2);
        let importer = match self.source {
            Source::Twilio => Importer::new(twilio(sandbox, timeout), platform(sandbox, self.service, timeout)),
            Source::Trunk => Importer::new(trunk(), platform(sandbox, self.service, timeout)),
        };
        importer.lookup_policy(read_back)
    }

    /// How many records the platform keeps of a number.
    pub(crate) fn records(&self, sandbox: &Sandbox, number: &E164) -> usize {
        let is_its = |record: &&serde_json::Value| {
            ["number", "phone_number"].iter().any(|field| record[*field] == number.as_str())
        };
        sandbox.records(self.service).iter().filter(is_its).count()
    }

    /// Whether a record is as the request asks.
    pub(crate) fn is_finished(&self, record: &NumberRecord) -> bool {
        let agent = record.agent.is_some();
        match self.service {
            PlatformKind::INTERACTLY => agent && record.label.is_some() && record.outbound == Some(false),
            PlatformKind::VAPI | PlatformKind::SIGNALWIRE => agent && record.label.is_some(),
            _ => agent && record.outbound == Some(true),
        }
    }

    /// Whether what an import says of itself is true; what it says, in a word or two. Of an answer in words that
    /// nobody knows, a record cannot be read in full.
    pub(crate) fn judged(&self, result: &Result<Imported>, records: usize, readable: bool) -> &'static str {
        match result {
            Ok(imported) => {
                assert_eq!(records, 1, "said to be imported");
                assert!(!readable || self.is_finished(&imported.record), "said to be finished: {:?}", imported.record);
                match imported.outcome {
                    numport::Outcome::Created => "created",
                    numport::Outcome::AlreadyThere => "already there",
                    _ => "recovered",
                }
            }
            Err(Error::Incomplete(incomplete)) if incomplete.record.is_some() => {
                assert_eq!(records, 1, "said to be imported and not set up");
                "not set up"
            }
            Err(Error::Incomplete(_)) => {
                assert_eq!(records, 0, "said not to be imported");
                "not imported"
            }
            Err(Error::Indeterminate(_)) => "nobody knows",
            Err(error) => {
                assert!(error.surely_not_done(), "it must be said what became of it: {error:?}");
                assert_eq!(records, 0, "said not to be imported");
                "refused"
            }
        }
    }
}

fn trunk() -> SipTrunk {
    SipTrunk::new("203.0.113.10").credentials("user", "password")
}

fn twilio(sandbox: &Sandbox, timeout: Duration) -> impl NumberProvider + use<> {
    let token = AccountKey::token(sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
    quick(Twilio::builder(token), sandbox, "TWILIO_BASE_URL", timeout)
}

pub(crate) fn platform(sandbox: &Sandbox, service: PlatformKind, timeout: Duration) -> Arc<dyn VoicePlatform> {
    let var = |name: &str| sandbox.var(name).unwrap();
    match service {
        PlatformKind::INTERACTLY => {
            let builder = Interactly::builder(var("INTERACTLY_API_KEY"));
            Arc::new(quick(builder, sandbox, "INTERACTLY_BASE_URL", timeout))
        }
        PlatformKind::VAPI => Arc::new(quick(Vapi::builder(var("VAPI_API_KEY")), sandbox, "VAPI_BASE_URL", timeout)),
        PlatformKind::SIGNALWIRE => {
            let builder = SignalWire::builder(var("SIGNALWIRE_PROJECT_ID"), var("SIGNALWIRE_API_TOKEN"), "sandbox");
            Arc::new(quick(builder, sandbox, "SIGNALWIRE_BASE_URL", timeout))
        }
        _ => {
            let builder = Butter::builder(var("BUTTER_API_KEY"), var("BUTTER_ORGANIZATION_ID"));
            let builder = builder.requests_per_second(std::num::NonZeroU32::new(100_000).unwrap());
            Arc::new(quick(builder, sandbox, "BUTTER_BASE_URL", timeout))
        }
    }
}

/// A client that waits for nothing between its attempts.
fn quick<C>(builder: ClientBuilder<C>, sandbox: &Sandbox, base_url: &str, timeout: Duration) -> C {
    let at_once = RetryPolicy::default().initial_backoff(Duration::ZERO);
    builder.base_url(sandbox.var(base_url).unwrap()).timeout(timeout).retry(at_once).build().unwrap()
}
