//! Building a client: the same settings for every service.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use http::HeaderMap;
use http::header::{ACCEPT, HeaderValue, USER_AGENT};

use super::auth::{Auth, Credentials};
use super::client::Client;
use super::engine::Engine;
use super::rate::RateLimit;
use super::redact::Known;
use super::retry::{Budget, RetryPolicy};
use super::service::ServiceInfo;
use super::transport::Transport;
use super::url::BaseUrl;
use super::vars::Vars;
use crate::error::{Error, Result};
use crate::model::{Problem, Problems};

/// A client that can be built from environment variables.
///
/// An implementation states the service and reads its variables; the three ways to build a client follow. The clients
/// of this crate have them as methods of their own, so that no import of this trait is needed.
pub trait Connect: Sized {
    /// The service that the client talks to.
    const SERVICE: &'static ServiceInfo;

    /// Reads the account from its variables. `<SERVICE>_BASE_URL`, such as `VAPI_BASE_URL`, needs no mention: it is
    /// read for every client.
    ///
    /// Returns a builder even when variables are missing; they are reported together afterwards.
    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self>;

    /// Builds the client from the process's environment variables.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or wrong.
    fn from_env() -> Result<Self> {
        Self::from_vars(Vars::environment)
    }

    /// Builds the client from variables that `lookup` returns by name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or wrong.
    fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        Self::builder_from_vars(lookup)?.build()
    }

    /// Returns a builder with the account from these variables, for settings that no variable has.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing.
    fn builder_from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<ClientBuilder<Self>> {
        let service = Self::SERVICE.service.as_str();
        let mut vars = Vars::new(&lookup);
        let builder = Self::builder_from(&mut vars);
        let base_url = vars.optional(&format!("{}_BASE_URL", service.to_ascii_uppercase().replace('-', "_")));
        vars.finish(service)?;
        Ok(base_url.into_iter().fold(builder, ClientBuilder::base_url))
    }
}

/// Builds a client. Made by `Vapi::builder` and the like.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
/// use numport::{RetryPolicy, Vapi};
///
/// let vapi = Vapi::builder("my-private-key")
///     .base_url(Vapi::EU_BASE_URL)
///     .timeout(Duration::from_secs(20))
///     .retry(RetryPolicy::default().max_attempts(3))
///     .requests_per_second(NonZeroU32::new(10).unwrap())
///     .build()?;
/// # Ok::<(), numport::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder<C> {
    service: &'static ServiceInfo,
    connect: Box<dyn FnOnce(Client) -> C + Send>,
    auth: Auth,
    problems: Problems,
    base_url: String,
    timeout: Duration,
    connect_timeout: Duration,
    max_response_bytes: usize,
    retry: RetryPolicy,
    limit: Option<NonZeroU32>,
    user_agent: Option<String>,
    http_client: Option<reqwest::Client>,
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A base URL may hold credentials until it is checked.
        f.debug_struct("ClientBuilder").field("service", &self.service.service).finish_non_exhaustive()
    }
}

impl<C: Connect> ClientBuilder<C> {
    /// Returns a builder for the service of a client. `connect` makes the client from its HTTP client.
    pub fn new(auth: Auth, connect: impl FnOnce(Client) -> C + Send + 'static) -> Self {
        Self {
            service: C::SERVICE,
            connect: Box::new(connect),
            auth,
            problems: Problems::new(),
            base_url: C::SERVICE.base_url.to_owned(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_response_bytes: 8 * 1024 * 1024,
            retry: RetryPolicy::default(),
            limit: None,
            user_agent: None,
            http_client: None,
        }
    }
}

impl<C> ClientBuilder<C> {
    /// Adds problems of a client's own settings. [`build`](Self::build) reports them with all others.
    pub fn check(mut self, check: impl FnOnce(&mut Problems)) -> Self {
        check(&mut self.problems);
        self
    }

    /// Sets the base URL: that of a region, a proxy or the sandbox. It must be `https`, or `http` on loopback, and may
    /// have a path. Defaults to the service's own. Credentials are sent to its origin only.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the time limit of one attempt, the response's body included. Defaults to 60 s.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time limit for connecting. Defaults to 10 s. Has no effect on a client given by
    /// [`http_client`](Self::http_client).
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest response that is read, in bytes. Defaults to 8 MiB. A longer one is an error.
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets how transient errors are retried. Defaults to [`RetryPolicy::default`].
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the maximum number of requests in any second, of all clones of the client together. Defaults to no limit
    /// for most services. Requests may bunch up on their way; stay a little below a service's own limit to be sure.
    pub const fn requests_per_second(mut self, requests: NonZeroU32) -> Self {
        self.limit = Some(requests);
        self
    }

    /// Sets the `User-Agent`. Defaults to `numport/` and the version.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = Some(agent.into());
        self
    }

    /// Sets a [`reqwest::Client`] of your own, for its proxies, certificates or connection pool. Its redirect policy
    /// must be [`none`](reqwest::redirect::Policy::none), and it must not retry on its own
    /// ([`reqwest::retry::never`]). Responses that came by a redirect are refused.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// Returns a builder of what `wrap` makes of the client, such as a trait object.
    pub fn map<D>(self, wrap: impl FnOnce(C) -> D + Send + 'static) -> ClientBuilder<D>
    where
        C: 'static,
    {
        let connect = self.connect;
        ClientBuilder {
            connect: Box::new(move |client| wrap(connect(client))),
            service: self.service,
            auth: self.auth,
            problems: self.problems,
            base_url: self.base_url,
            timeout: self.timeout,
            connect_timeout: self.connect_timeout,
            max_response_bytes: self.max_response_bytes,
            retry: self.retry,
            limit: self.limit,
            user_agent: self.user_agent,
            http_client: self.http_client,
        }
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with everything that is wrong: a key that is empty or cannot be a header's value, a base URL
    /// that is not `https` (loopback aside), a build without TLS.
    pub fn build(self) -> Result<C> {
        let Self { service: info, mut auth, .. } = self;
        let mut problems = std::mem::take(&mut auth.problems);
        problems.append(self.problems);
        let base = BaseUrl::parse(&self.base_url, "base_url", &mut problems);
        let tls = cfg!(any(feature = "rustls", feature = "native-tls")) || self.http_client.is_some();
        if !tls && base.as_ref().is_some_and(BaseUrl::is_https) {
            let remedy = "enable the feature `rustls` or `native-tls`";
            problems.add("base_url", "is https, but the crate was built without TLS", remedy);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let agent = self.user_agent.as_deref().unwrap_or(concat!("numport/", env!("CARGO_PKG_VERSION")));
        match HeaderValue::from_str(agent) {
            Ok(agent) => drop(headers.insert(USER_AGENT, agent)),
            Err(_) => problems.add("user_agent", "has a character that no header can hold", "use plain ASCII"),
        }
        if self.timeout.is_zero() {
            problems.add("timeout", "is zero", "give the time that one attempt may take");
        }
        let cannot = |found| Error::invalid(format!("{}: the client cannot be built", info.service), found);
        let base = match (base, problems.into_result()) {
            (Some(base), Ok(())) => base,
            (_, found) => return Err(cannot(found.err().unwrap_or_default())),
        };
        let transport = match self.http_client {
            Some(client) => Ok(Transport::Given(client)),
            None => {
                let (connect_timeout, timeout) = (self.connect_timeout, self.timeout);
                Transport::own(timeout, move || http_client(connect_timeout, timeout))
            }
        };
        let transport = transport.map_err(|error| {
            let (fault, remedy) = (format!("cannot be made ({error})"), "check the machine's TLS set-up");
            cannot(vec![Problem::new("http_client", fault, remedy)])
        })?;
        let Credentials { headers, signer, secrets, account } = auth.credentials(&base, headers);
        let engine = Engine {
            service: info.service,
            transport,
            headers,
            signer,
            known: Known::new(secrets),
            error_body: info.error_body,
            rejects: info.rejects,
            timeout: self.timeout,
            max_body: self.max_response_bytes,
            retry: self.retry,
            budget: Budget::new(self.retry.budget),
            limit: self.limit.map(RateLimit::per_second),
        };
        Ok((self.connect)(Client::new(base.prepare(info.paths), account, engine)))
    }
}

/// Follows no redirects, and does not resend behind the engine's back.
fn http_client(connect_timeout: Duration, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // Without the count, `never` still keeps a copy of each request.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .referer(false)
        .connect_timeout(connect_timeout)
        .timeout(timeout)
        .build()
}
