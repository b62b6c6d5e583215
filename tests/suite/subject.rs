//! The facts about a platform or a carrier for the tests that all of them must pass.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use numport::model::Service;
use numport::provider::ReachedBy;
use numport::sandbox::Sandbox;
use numport::{
    ClientBuilder, E164, Error, ImportRequest, NumberProvider, NumberRecord, Result, RetryPolicy, SipTrunk,
    VoicePlatform,
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value};

/// Where a client finds its variables: in a sandbox, or in the environment.
pub(crate) type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The label that imports request.
pub(crate) const LABEL: &str = "Front desk";
/// The password of the trunk from which a platform imports that takes no account.
pub(crate) const TRUNK_PASSWORD: &str = "planted-trunk-password";
/// A number that a new sandbox holds at Twilio.
pub(crate) const NUMBER: &str = "+14155552671";

/// A platform.
pub(crate) struct Platform {
    pub(crate) api: Api,
    pub(crate) connect: fn(Vars<'_>, Pace) -> Arc<dyn VoicePlatform>,
    /// Two of its agents in the sandbox.
    pub(crate) agents: [&'static str; 2],
    /// A valid id that no record has.
    pub(crate) absent: &'static str,
    pub(crate) counts: Counts,
    /// Requests every field that it accepts at an import.
    pub(crate) ask: fn(ImportRequest) -> ImportRequest,
    /// Its imports, one for each way to reach a number.
    pub(crate) imports: &'static [Import],
    /// The request of an import for each source of `every_platform::sources`, or the refused fields. A source that is
    /// not listed must be refused.
    pub(crate) sources: &'static [(&'static str, &'static str)],
    /// The settings of the trunk in `every_platform::fitting` that it does not accept, or the fields without which it
    /// accepts no trunk.
    pub(crate) fitting: Result<&'static [&'static str], &'static str>,
    pub(crate) record: Record,
    /// A list with one record in the platform's response, and the record that the platform-independent API returns.
    pub(crate) listed: fn() -> (Value, Value),
    pub(crate) plain: Plain,
}

/// Requests to the platform and to the carrier.
pub(crate) type Requests = (usize, usize);

/// The requests of imports from Twilio. A new number is looked up at both sides and created with the documented calls of its
/// platform. If the platform may take over its calls, the carrier is read again.
#[derive(Debug, PartialEq)]
pub(crate) struct Counts {
    pub(crate) new: Requests,
    pub(crate) there: Requests,
    pub(crate) changed: Requests,
    pub(crate) lost_response: Requests,
    /// 1,000 numbers: only the requests to the platform.
    pub(crate) many_new: usize,
    pub(crate) many_again: Requests,
    pub(crate) plan_unchanged: Requests,
    pub(crate) plan_of_ten_changes: Requests,
    pub(crate) apply_ten_changes: Requests,
}

/// A carrier.
pub(crate) struct Carrier {
    pub(crate) api: Api,
    pub(crate) connect: fn(Vars<'_>, Pace) -> Arc<dyn NumberProvider>,
    /// The request that looks up a number before an import: the beginning of its method and path.
    pub(crate) lookup: &'static str,
    /// Two numbers that its account holds in a new sandbox; the first can be imported.
    pub(crate) held: [&'static str; 2],
    /// Changes where a number's calls go; `None` if the carrier has no routing.
    pub(crate) another_routing: Option<Routing>,
}

/// Changes the settings of a routing to other valid ones.
pub(crate) type Routing = fn(&mut BTreeMap<String, String>);

/// An API, as a client other than ours uses it.
pub(crate) struct Api {
    /// The fields that its responses must have: ids, and the fields that identify a number or a list.
    pub(crate) required: &'static [&'static str],
    pub(crate) service: Service,
    /// Its name in prose.
    pub(crate) title: &'static str,
    /// The variable of its base URL.
    pub(crate) base_url: &'static str,
    /// The variable of its secret.
    pub(crate) secret: &'static str,
    /// Values for its other variables.
    pub(crate) vars: &'static [(&'static str, &'static str)],
    pub(crate) login: fn(RequestBuilder, Vars<'_>) -> RequestBuilder,
    /// A request that creates a record of [`NUMBER`]; at a carrier, one that changes the first number held.
    pub(crate) write: fn(Vars<'_>) -> Write,
    /// Whether the request created or changed this record of the sandbox.
    pub(crate) is_written: fn(&Value) -> bool,
    /// Error responses in its own form.
    pub(crate) refusals: fn() -> Vec<Refusal>,
    pub(crate) secrets: Secrets,
}

/// The requested path, the status, and the body of the response.
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
    /// JSON that creates a record.
    pub(crate) fn json(target: &str, body: Value) -> Self {
        let (method, content_type) = (Method::POST, "application/json");
        Self { method, target: target.to_owned(), content_type, body: body.to_string(), success: 201 }
    }
}

/// The results of calls.
pub(crate) type Results = Vec<Result<(), Error>>;

/// Where a planted secret could show.
pub(crate) struct Secrets {
    /// Every value that can hold a secret, with one in it.
    pub(crate) values: fn() -> Vec<Box<dyn Debug>>,
    /// Every call that sends a secret, sent to this base URL.
    pub(crate) calls: fn(String) -> BoxFuture<'static, Results>,
}

/// One way to import a number.
pub(crate) struct Import {
    /// The carrier that holds the number; `None` for a SIP trunk.
    pub(crate) carrier: Option<&'static str>,
    /// The platform's requests: the beginnings of their methods and paths.
    pub(crate) steps: &'static [&'static str],
    /// The request that creates the record.
    pub(crate) create: &'static str,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.api.service.as_str())
    }
}

impl Platform {
    /// A carrier whose numbers this platform imports: from its account, by an API key if it refuses the token, or else from a
    /// trunk.
    pub(crate) fn carrier(&self, name: &str, vars: Vars<'_>, pace: Pace) -> Arc<dyn NumberProvider> {
        let by_key = self.takes_only_keys_of(name);
        // The client prefers the key.
        let key = |name: &str| TWILIO_KEY.iter().find(|(known, _)| by_key && *known == name);
        let vars = |name: &str| key(name).map(|(_, value)| (*value).to_owned()).or_else(|| vars(name));
        let client = (super::carrier(name).connect)(&vars, pace);
        if self.takes_account_of(name) {
            return client;
        }
        Arc::new(ReachedBy::new(client, SipTrunk::new("203.0.113.10").credentials("user", TRUNK_PASSWORD)))
    }

    /// Whether it imports from an account of this carrier.
    pub(crate) fn takes_account_of(&self, carrier: &str) -> bool {
        let is_taken = |(known, became): &(&str, &str)| *known == carrier && !became.starts_with("refused");
        self.sources.iter().any(is_taken) || self.takes_only_keys_of(carrier)
    }

    /// Whether it refuses the account's token.
    pub(crate) fn takes_only_keys_of(&self, carrier: &str) -> bool {
        self.sources.contains(&(carrier, "refused: source.key"))
    }

    /// Whether a number is its record's id, so that it is read by itself and from no list.
    pub(crate) fn is_keyed_by_number(&self) -> bool {
        self.record.id == self.record.number
    }

    /// The field of its responses that has the id of a record, or of what holds the number.
    pub(crate) fn id_field(&self) -> &'static str {
        self.record.holder.as_ref().map_or(self.record.id, |holder| holder.id)
    }

    /// The field of its responses that has the number, or those of a holder.
    pub(crate) fn number_field(&self) -> &'static str {
        self.record.holder.as_ref().map_or(self.record.number, |holder| holder.numbers)
    }

    /// What its requests and responses have of a record's id.
    pub(crate) fn id_in_requests<'a>(&self, id: &'a str) -> &'a str {
        match (&self.record.holder, id.split_once('/')) {
            (Some(_), Some((holder, _))) => holder,
            _ => id,
        }
    }

    /// Whether these are the ids of one record. The id of a number in a holder ends with the number as it was spelled.
    pub(crate) fn is_same_id(&self, one: &str, other: &str) -> bool {
        self.id_in_requests(one) == self.id_in_requests(other)
    }

    /// Makes a record of a response, or what holds it, show this id and this number.
    pub(crate) fn show(&self, shown: &mut Map<String, Value>, id: &str, number: Option<&str>) {
        match &self.record.holder {
            Some(holder) => shown.insert(holder.numbers.to_owned(), number.into_iter().collect()),
            None => shown.insert(self.record.number.to_owned(), number.into()),
        };
        // The id may be the number.
        shown.insert(self.id_field().to_owned(), self.id_in_requests(id).into());
    }

    /// Changes the number of a record, or each one of a holder.
    pub(crate) fn each_number(&self, shown: &mut Map<String, Value>, change: &mut dyn FnMut(&mut Value)) {
        match shown.get_mut(self.number_field()) {
            Some(Value::Array(numbers)) => numbers.iter_mut().for_each(change),
            number => number.into_iter().for_each(change),
        }
    }

    /// Whether an item of a list is a record, or a holder, of a number that `is_meant` selects. A rule beside a holder may
    /// have the number as well, and not the id.
    pub(crate) fn shows(&self, item: &Value, is_meant: &dyn Fn(&str) -> bool) -> bool {
        let is_meant = |text: &Value| text.as_str().is_some_and(is_meant);
        item.get(self.id_field()).is_some()
            && match &item[self.number_field()] {
                Value::Array(numbers) => numbers.iter().any(is_meant),
                number => is_meant(number),
            }
    }

    /// The path that creates the record of a carrier's number.
    pub(crate) fn create_path(&self) -> &'static str {
        let import = self.imports.iter().find(|import| import.carrier.is_some()).expect("an import from a carrier");
        import.create.strip_prefix("POST ").expect("a create is a POST").trim_end()
    }
}

/// The fields of a record, as the sandbox stores it.
pub(crate) struct Record {
    pub(crate) id: &'static str,
    pub(crate) number: &'static str,
    /// `None` if a record has no label.
    pub(crate) label: Option<&'static str>,
    /// The pointer to the agent.
    pub(crate) agent: &'static str,
    /// What its responses show in place of records; `None` if they show records with these fields.
    pub(crate) holder: Option<Holder>,
}

/// What holds numbers in a list. The id of a record is that of its holder, a slash, and the number.
pub(crate) struct Holder {
    pub(crate) id: &'static str,
    pub(crate) numbers: &'static str,
}

/// How a plain client imports a number of Twilio: only the requests of the documentation.
pub(crate) struct Plain {
    /// The object that must exist before the first import.
    pub(crate) before: Option<Before>,
    /// The body of the create: for this number, and with the id of the object that was created before.
    pub(crate) create: fn(E164, Vars<'_>, Option<&str>) -> Value,
    /// The pointer to the record's id in the response.
    pub(crate) id: &'static str,
    /// Sets the label and the agent of the record with this id, if the create does not.
    pub(crate) then: Option<fn(&str) -> PlainRequest>,
    /// Whether the sandbox refuses a number that it has. Documented platforms do, and others may: no client may count on
    /// those.
    pub(crate) is_refused_twice: bool,
}

/// The object that a plain client creates before its first import.
pub(crate) struct Before {
    pub(crate) create: fn(Vars<'_>) -> PlainRequest,
    /// The pointer to its id in the response.
    pub(crate) id: &'static str,
}

/// A request with a JSON body.
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

/// The timeouts and waits of a client.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    /// Whether it has no root certificates. Reading them takes most of the time to build a client.
    pub(crate) rootless: bool,
}

impl Pace {
    /// Does not wait between attempts, and has long timeouts.
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

    /// A client without a rate limit, neither a set one nor the service's default.
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

    /// The variables of an account with this secret, at this base URL.
    pub(crate) fn account(&'static self, base_url: &str, secret: &str) -> impl Fn(&str) -> Option<String> + use<> {
        let own = [(self.base_url, base_url.to_owned()), (self.secret, secret.to_owned())];
        move |name| {
            let own = own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            let other = || self.vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            own.or_else(other)
        }
    }

    /// A plain request to a sandbox, with the credentials.
    pub(crate) fn request(&self, sandbox: &Sandbox, method: Method, target: &str) -> RequestBuilder {
        let base_url = sandbox.var(self.base_url).unwrap();
        let request = reqwest::Client::new().request(method, format!("{base_url}{target}"));
        (self.login)(request, &|name| sandbox.var(name))
    }
}

/// The value of a variable that is always set.
/// The API key of the sandbox's Twilio account, which is not among the sandbox's variables.
pub(crate) const TWILIO_KEY: [(&str, &str); 2] =
    [("TWILIO_API_KEY", "SK00000000000000000000000000005a7d"), ("TWILIO_API_SECRET", "sandbox-api-key-secret")];

pub(crate) fn must(vars: Vars<'_>, name: &str) -> String {
    vars(name).unwrap_or_else(|| panic!("{name} is not set"))
}

/// Whether a record is as requested.
pub(crate) fn is_finished(record: &NumberRecord, request: &ImportRequest) -> bool {
    let is_so = |asked: Option<bool>, kept: Option<bool>| asked.is_none() || asked == kept;
    request.label_text().is_none_or(|label| record.label.as_deref() == Some(label))
        && request.agent_id().is_none_or(|agent| record.agent.as_ref() == Some(agent))
        && is_so(request.inbound_enabled(), record.inbound)
        && is_so(request.outbound_enabled(), record.outbound)
}

/// For a sandbox that starts without records: every record was written.
pub(crate) fn is_any(_: &Value) -> bool {
    true
}
