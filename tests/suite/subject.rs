//! What a platform or a carrier says of itself, for the tests that all of them must pass.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use numport::model::Service;
use numport::sandbox::Sandbox;
use numport::{
    ClientBuilder, E164, Error, ImportRequest, NumberProvider, NumberRecord, Result, RetryPolicy, VoicePlatform,
};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Where a client finds its variables: in a sandbox, or in the environment.
pub(crate) type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The label that imports ask for.
pub(crate) const LABEL: &str = "Front desk";
/// A number that a new sandbox holds at Twilio.
pub(crate) const NUMBER: &str = "+14155552671";

/// A platform.
pub(crate) struct Platform {
    pub(crate) api: Api,
    pub(crate) connect: fn(Vars<'_>, Pace) -> Arc<dyn VoicePlatform>,
    /// Two agents that it has in the sandbox.
    pub(crate) agents: [&'static str; 2],
    /// An id in its form that no record has.
    pub(crate) absent: &'static str,
    /// Asks for all that it takes at an import.
    pub(crate) ask: fn(ImportRequest) -> ImportRequest,
    /// Its imports, one for each way to reach a number.
    pub(crate) imports: &'static [Import],
    /// What an import sends from each source of `every_platform::sources`, or the fields that are refused. A source
    /// that is not named must be refused.
    pub(crate) sources: &'static [(&'static str, &'static str)],
    /// What it does not take of the trunk of `every_platform::fitting`, or the fields for which it takes no trunk.
    pub(crate) fitting: Result<&'static [&'static str], &'static str>,
    pub(crate) record: Record,
    /// A list of one record, as the platform answers it, and the record as every platform tells it.
    pub(crate) listed: fn() -> (Value, Value),
    pub(crate) plain: Plain,
}

/// A carrier.
pub(crate) struct Carrier {
    pub(crate) api: Api,
    pub(crate) connect: fn(Vars<'_>, Pace) -> Arc<dyn NumberProvider>,
    /// The request that looks up a number before an import, by how its method and path begin.
    pub(crate) lookup: &'static str,
    /// Two numbers that its account holds in a new sandbox; the first can be imported.
    pub(crate) held: [&'static str; 2],
    /// Changes where a number's calls go; `None` where the carrier keeps no routing.
    pub(crate) another_routing: Option<Routing>,
}

/// Changes the settings of a routing to others that the carrier takes.
pub(crate) type Routing = fn(&mut BTreeMap<String, String>);

/// An API, as a client that is not ours speaks it.
pub(crate) struct Api {
    /// The fields that its answers must have: ids, and what makes a number a number or a list a list.
    pub(crate) required: &'static [&'static str],
    pub(crate) service: Service,
    /// Its name in prose.
    pub(crate) title: &'static str,
    /// The variable of its secret.
    pub(crate) secret: &'static str,
    /// Values for its other variables.
    pub(crate) vars: &'static [(&'static str, &'static str)],
    pub(crate) login: fn(RequestBuilder, Vars<'_>) -> RequestBuilder,
    /// A request that makes a record of [`NUMBER`]; at a carrier, one that changes the first number held.
    pub(crate) write: fn(Vars<'_>) -> Write,
    /// Whether this record of the sandbox was made or changed by it.
    pub(crate) is_written: fn(&Value) -> bool,
    /// Refusals in its own words.
    pub(crate) refusals: fn() -> Vec<Refusal>,
    pub(crate) secrets: Secrets,
}

/// The path that is asked for, the status, and the body of the answer.
pub(crate) type Refusal = (&'static str, u16, Value);

/// A request of `Api::write`.
pub(crate) struct Write {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    /// The status of its success.
    pub(crate) success: u16,
}

impl Write {
    /// JSON that makes a record.
    pub(crate) fn json(target: &str, body: Value) -> Self {
        let (method, content_type) = (Method::POST, "application/json");
        Self { method, target: target.to_owned(), content_type, body: body.to_string(), success: 201 }
    }
}

/// How calls ended.
pub(crate) type Results = Vec<Result<(), Error>>;

/// Where a planted secret could show.
pub(crate) struct Secrets {
    /// Everything that can hold one, with one planted.
    pub(crate) values: fn() -> Vec<Box<dyn Debug>>,
    /// Every call that carries one, sent to this base URL.
    pub(crate) calls: fn(String) -> BoxFuture<'static, Results>,
}

/// One way to import a number.
pub(crate) struct Import {
    /// The carrier that holds the number; `None` for a SIP trunk.
    pub(crate) carrier: Option<&'static str>,
    /// The platform's requests, by how their method and path begin.
    pub(crate) steps: &'static [&'static str],
    /// The one of them that makes the record.
    pub(crate) create: &'static str,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.api.service.as_str())
    }
}

impl Platform {
    /// The path that makes the record of a carrier's number.
    pub(crate) fn create_path(&self) -> &'static str {
        let import = self.imports.iter().find(|import| import.carrier.is_some()).expect("an import from a carrier");
        import.create.strip_prefix("POST ").expect("a create is a POST")
    }
}

/// The fields of a record, as the sandbox keeps it.
pub(crate) struct Record {
    pub(crate) id: &'static str,
    pub(crate) number: &'static str,
    /// `None` where a record has no label.
    pub(crate) label: Option<&'static str>,
    pub(crate) agent: &'static str,
}

/// How a plain client imports a number of Twilio: the requests that the documents show, and no more.
pub(crate) struct Plain {
    /// What must be there before the first import.
    pub(crate) before: Option<Before>,
    /// The body of the create: of this number, and with the id of what was there before.
    pub(crate) create: fn(E164, Vars<'_>, Option<&str>) -> Value,
    /// Where the answer has the record's id.
    pub(crate) id: &'static str,
    /// Gives the record of this id its label and its agent, where the create does not.
    pub(crate) then: Option<fn(&str) -> PlainRequest>,
}

/// What a plain client makes before its first import.
pub(crate) struct Before {
    pub(crate) create: fn(Vars<'_>) -> PlainRequest,
    /// Where the answer has its id.
    pub(crate) id: &'static str,
}

/// A request with a body of JSON.
pub(crate) struct PlainRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Value,
}

impl PlainRequest {
    pub(crate) fn new(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { method, path: path.into(), body }
    }
}

/// How long a client waits.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    /// Whether it knows no root certificates: reading them takes most of the time that a client takes to be built.
    pub(crate) rootless: bool,
}

impl Pace {
    /// Waits for nothing between attempts, and long for an answer.
    pub(crate) fn at_once() -> Self {
        let retry = RetryPolicy::default().initial_backoff(Duration::ZERO);
        Self { timeout: Duration::from_secs(60), retry, rootless: false }
    }

    /// For tests that build thousands of clients.
    pub(crate) fn rootless(mut self) -> Self {
        self.rootless = true;
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A client that no limit of requests slows, neither its own nor a service's.
    pub(crate) fn client<C>(self, builder: Result<ClientBuilder<C>>) -> C {
        let mut builder = builder.unwrap().timeout(self.timeout).retry(self.retry);
        if self.rootless {
            let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
            #[cfg(feature = "rustls")]
            let http = http.tls_backend_rustls().tls_certs_only([]);
            builder = builder.http_client(http.retry(reqwest::retry::never()).build().unwrap());
        }
        builder.requests_per_second(NonZeroU32::MAX).adaptive_rate(false).build().unwrap()
    }
}

impl Api {
    /// Its name in the list.
    pub(crate) fn name(&self) -> &str {
        self.service.as_str()
    }

    /// The variable of its base URL.
    pub(crate) fn base_url(&self) -> String {
        format!("{}_BASE_URL", self.service.as_str().to_uppercase())
    }

    /// Variables of an account with this secret, at this base URL.
    pub(crate) fn account(&'static self, base_url: &str, secret: &str) -> impl Fn(&str) -> Option<String> + use<> {
        let own = [(self.base_url(), base_url.to_owned()), (self.secret.to_owned(), secret.to_owned())];
        move |name| {
            let own = own.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let other = || self.vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            own.or_else(other)
        }
    }

    /// A plain request to a sandbox, with the credentials.
    pub(crate) fn request(&self, sandbox: &Sandbox, method: Method, target: &str) -> RequestBuilder {
        let base_url = sandbox.var(&self.base_url()).unwrap();
        let request = reqwest::Client::new().request(method, format!("{base_url}{target}"));
        (self.login)(request, &|name| sandbox.var(name))
    }
}

/// The value of a variable that is always set.
pub(crate) fn must(vars: Vars<'_>, name: &str) -> String {
    vars(name).unwrap_or_else(|| panic!("{name} is not set"))
}

/// Whether a record is as the request asks.
pub(crate) fn is_finished(record: &NumberRecord, request: &ImportRequest) -> bool {
    let is_so = |asked: Option<bool>, kept: Option<bool>| asked.is_none() || asked == kept;
    request.label_text().is_none_or(|label| record.label.as_deref() == Some(label))
        && request.agent_id().is_none_or(|agent| record.agent.as_ref() == Some(agent))
        && is_so(request.inbound_enabled(), record.inbound)
        && is_so(request.outbound_enabled(), record.outbound)
}

/// For a sandbox that begins without records: whatever there is was written.
pub(crate) fn is_any(_: &Value) -> bool {
    true
}
