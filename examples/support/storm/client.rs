//! Who imports: numport, or a plain client.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use numport::model::PlatformKind;
use numport::{
    AccountKey, Butter, ClientBuilder, E164, Error, ImportRequest, Importer, Interactly, LookupPolicy, Outcome, Result,
    RetryPolicy, SignalWire, Twilio, Vapi, VoicePlatform,
};

use super::Who;
use super::plain::Plain;
use super::platform::{LABEL, agent};

/// What a client says became of an import.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// It is there under this id, and as was asked.
    Done { outcome: Outcome, id: String },
    /// It is there and not set up, or it is not there and something else is left behind.
    Incomplete { there: bool },
    /// This call surely did not make it.
    NotDone,
    /// Nobody knows.
    Indeterminate,
    /// That it failed, and nothing of what is there.
    Failed(String),
    /// Nothing: it was given up.
    Nothing,
}

/// A client of one platform.
pub enum Client {
    Numport { importer: Importer, service: PlatformKind },
    Plain(Plain),
}

impl Client {
    pub fn new(who: Who, service: PlatformKind, vars: &[(&'static str, String)], timeout: Duration) -> Self {
        let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        match who {
            Who::Numport => Self::Numport { importer: importer(service, &var, timeout), service },
            Who::Plain => Self::Plain(Plain::new(service, &var, timeout)),
        }
    }

    pub async fn import(&self, number: E164) -> Said {
        let result = match self {
            Self::Plain(plain) => return plain.import(number).await,
            Self::Numport { importer, service } => importer.import(request(*service, number)).await,
        };
        match result {
            Ok(imported) if imported.unsupported_fields.is_empty() => {
                Said::Done { outcome: imported.outcome, id: imported.record.id.to_string() }
            }
            Ok(_) => Said::Incomplete { there: true },
            Err(Error::Incomplete(incomplete)) => Said::Incomplete { there: incomplete.record.is_some() },
            Err(Error::Indeterminate(_)) => Said::Indeterminate,
            Err(error) if error.surely_not_done() => Said::NotDone,
            Err(error) => Said::Failed(error.report()),
        }
    }
}

/// A number with a label and an agent, where the platform takes them.
pub fn request(service: PlatformKind, number: E164) -> ImportRequest {
    let request = ImportRequest::new(number).agent(agent(service));
    if service == PlatformKind::BUTTER { request } else { request.label(LABEL) }
}

/// An importer with clients of its own. It looks for a lost number for longer than the longest delay.
pub fn importer(service: PlatformKind, var: &dyn Fn(&str) -> Option<String>, timeout: Duration) -> Importer {
    let must = |name: &str| var(name).expect("the sandbox sets every variable");
    let quick = Quick { var, timeout };
    let login = AccountKey::token(must("TWILIO_ACCOUNT_SID"), must("TWILIO_AUTH_TOKEN"));
    let twilio = quick.client(Twilio::builder(login), "TWILIO_BASE_URL");
    let platform: Result<Arc<dyn VoicePlatform>> = match service {
        PlatformKind::INTERACTLY => {
            let builder = Interactly::builder(must("INTERACTLY_API_KEY"));
            quick.client(builder, "INTERACTLY_BASE_URL").map(|platform| Arc::new(platform) as _)
        }
        PlatformKind::SIGNALWIRE => {
            let (project, token) = (must("SIGNALWIRE_PROJECT_ID"), must("SIGNALWIRE_API_TOKEN"));
            let builder = SignalWire::builder(project, token, must("SIGNALWIRE_SPACE"));
            quick.client(builder, "SIGNALWIRE_BASE_URL").map(|platform| Arc::new(platform) as _)
        }
        PlatformKind::BUTTER => {
            let builder = Butter::builder(must("BUTTER_API_KEY"), must("BUTTER_ORGANIZATION_ID"));
            let builder = builder.requests_per_second(NonZeroU32::MAX);
            quick.client(builder, "BUTTER_BASE_URL").map(|platform| Arc::new(platform) as _)
        }
        _ => {
            let builder = Vapi::builder(must("VAPI_API_KEY"));
            quick.client(builder, "VAPI_BASE_URL").map(|platform| Arc::new(platform) as _)
        }
    };
    let looks = LookupPolicy::default().max_lookups(8).first_wait(Duration::from_millis(20));
    Importer::new(twilio.expect("a client"), platform.expect("a client"))
        .lookup_policy(looks.longest_wait(Duration::from_millis(200)))
}

/// Clients that wait a few milliseconds between their attempts, and have enough of them for a storm.
struct Quick<'a> {
    var: &'a dyn Fn(&str) -> Option<String>,
    timeout: Duration,
}

impl Quick<'_> {
    fn client<C>(&self, builder: ClientBuilder<C>, base_url: &str) -> Result<C> {
        let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(2)).budget(100_000_000);
        let retry = retry.max_backoff(Duration::from_millis(20));
        let base_url = (self.var)(base_url).expect("the sandbox sets every variable");
        builder.base_url(base_url).timeout(self.timeout).retry(retry).build()
    }
}
