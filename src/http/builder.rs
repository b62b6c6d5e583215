//! Building a client: the same settings for every service.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use http::header::{ACCEPT, HeaderValue, USER_AGENT};

use super::auth::{Auth, Credentials};
use super::client::Client;
use super::connect::Connect;
use super::connections::Connections;
use super::engine::Engine;
use super::list_limits::ListLimits;
use super::pacing::PacingSettings;
use super::redact::Known;
use super::retry::{Budget, RetryPolicy};
use super::service::ServiceInfo;
use super::url::BaseUrl;
use super::vars::Variables;
use crate::error::{Error, Result};
use crate::model::{Problem, ProblemCode, Problems};

/// Builds a client. Functions such as `Vapi::builder` return it.
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
    max_response_bytes: usize,
    retry: RetryPolicy,
    user_agent: Option<String>,
    lists: ListLimits,
    account_name: Option<String>,
    former_accounts: Vec<String>,
    pub(super) connections: Connections,
    pub(super) pacing: PacingSettings,
    pub(super) variables: Variables,
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A base URL may hold credentials until it is checked.
        f.debug_struct("ClientBuilder").field("service", &self.service.service).finish_non_exhaustive()
    }
}

impl<C: Connect> ClientBuilder<C> {
    /// Returns a builder for a service's client. `connect` creates the client from its HTTP client.
    pub fn new(auth: Auth, connect: impl FnOnce(Client) -> C + Send + 'static) -> Self {
        Self {
            service: C::SERVICE,
            connect: Box::new(connect),
            auth,
            problems: Problems::new(),
            base_url: C::SERVICE.base_url.to_owned(),
            timeout: Duration::from_secs(60),
            max_response_bytes: 8 * 1024 * 1024,
            retry: RetryPolicy::default(),
            user_agent: None,
            lists: ListLimits::default(),
            account_name: None,
            former_accounts: Vec::new(),
            connections: Connections::default(),
            pacing: PacingSettings::default(),
            variables: Variables::default(),
        }
    }
}

impl<C> ClientBuilder<C> {
    /// Adds problems of a client's own settings. [`build`](Self::build) reports them together with all others.
    pub fn check(mut self, check: impl FnOnce(&mut Problems)) -> Self {
        check(&mut self.problems);
        self
    }

    /// Sets the base URL, for example that of a region, a proxy or the sandbox. It must be `https`, or `http` on
    /// loopback, and may have a path. Defaults to the service's own base URL. The client sends credentials only to its
    /// origin and below its path. The client never uses a proxy for an address on loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self.variables.forget("base_url");
        self
    }

    /// Sets the time limit of one attempt, including the response's body. Defaults to 60 s.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum length of a response, in bytes. Defaults to 8 MiB. A longer response is an error. Memory grows
    /// with the bytes that arrive, whatever length the response announces.
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets how transient errors are retried. Defaults to [`RetryPolicy::default`].
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the `User-Agent`. Defaults to `numport/` and the version.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = Some(agent.into());
        self
    }

    /// Sets the limits for reading a list. Defaults to [`ListLimits::default`].
    pub const fn list_limits(mut self, limits: ListLimits) -> Self {
        self.lists = limits;
        self
    }

    /// Sets a name for the account, for a service whose settings contain no account id. The client then derives its
    /// [`AccountId`](crate::model::AccountId) from the name. Without a name, a renewed key gives the account another
    /// id, and plans that were made before are refused. `former` are the ids that the account had before it had this
    /// name ([`AccountId::as_str`](crate::model::AccountId::as_str)).
    ///
    /// ```
    /// use numport::{Vapi, VoicePlatform};
    ///
    /// let before = Vapi::builder("old-key").build()?;
    /// let now = Vapi::builder("new-key").account_name("main", [before.account().as_str()]).build()?;
    /// assert_eq!(now.account().as_str(), "main@api.vapi.ai");
    /// assert!(now.account().is(&before.account()));
    /// # Ok::<(), numport::Error>(())
    /// ```
    pub fn account_name(
        mut self,
        name: impl Into<String>,
        former: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.account_name = Some(name.into());
        self.former_accounts = former.into_iter().map(Into::into).collect();
        self
    }

    /// Returns a builder that passes the built client to `wrap`, for example to make it a trait object.
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
            lists: self.lists,
            account_name: self.account_name,
            former_accounts: self.former_accounts,
            max_response_bytes: self.max_response_bytes,
            retry: self.retry,
            user_agent: self.user_agent,
            connections: self.connections,
            pacing: self.pacing,
            variables: self.variables,
        }
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with all problems: a key that is empty or is no valid header value, a base URL that is not
    /// `https` (except on loopback), a certificate that cannot be read, a build without TLS. If an invalid value came
    /// from an environment variable, the problem names the variable.
    pub fn build(self) -> Result<C> {
        let Self { service: info, mut auth, .. } = self;
        let mut problems = std::mem::take(&mut auth.problems);
        problems.append(self.problems);
        let base = BaseUrl::parse(&self.base_url, "base_url", &mut problems);
        let tls = cfg!(any(feature = "rustls", feature = "native-tls")) || self.connections.are_given();
        if !tls && base.as_ref().is_some_and(BaseUrl::is_https) {
            let remedy = "enable the feature `rustls` or `native-tls`";
            problems.add(ProblemCode::NotBuilt, "base_url", "is https, but the crate was built without TLS", remedy);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let agent = self.user_agent.as_deref().unwrap_or(concat!("numport/", env!("CARGO_PKG_VERSION")));
        match HeaderValue::from_str(agent) {
            Ok(agent) => drop(headers.insert(USER_AGENT, agent)),
            Err(_) => problems.add(
                ProblemCode::Malformed,
                "user_agent",
                "has a character that is not allowed in headers",
                "use plain ASCII",
            ),
        }
        if self.timeout.is_zero() {
            problems.add(ProblemCode::OutOfRange, "timeout", "is zero", "set the time limit of one attempt");
        }
        self.pacing.check(&mut problems);
        if self.account_name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            problems.add(ProblemCode::Empty, "account_name", "is empty", "set a name, or leave it out");
        }
        self.connections.check(&mut problems);
        let cannot = |mut found: Vec<Problem>| {
            found.iter_mut().for_each(|problem| self.variables.name(&mut problem.field));
            Error::invalid(format!("{}: the client cannot be built", info.service), found)
        };
        let base = match (base, problems.into_result()) {
            (Some(base), Ok(())) => base,
            (_, found) => return Err(cannot(found.err().unwrap_or_default())),
        };
        let proxy_secrets = self.connections.secrets();
        let transport = self.connections.transport(self.timeout, base.is_loopback()).map_err(|error| {
            let (fault, remedy) =
                (format!("cannot be created ({error})"), "check the certificates and the machine's TLS configuration");
            cannot(vec![Problem::new(ProblemCode::Malformed, "http_client", fault, remedy)])
        })?;
        let Credentials { headers, signer, mut secrets, account } = auth.credentials(&base, self.account_name, headers);
        let account = account.formerly(self.former_accounts);
        secrets.extend(proxy_secrets);
        let engine = Engine {
            service: info.service,
            transport,
            headers,
            signer,
            known: Known::new(secrets),
            error_body: info.error_body,
            rejects: info.rejects,
            reset_header: info.reset_header,
            timeout: self.timeout,
            max_body: self.max_response_bytes,
            retry: self.retry,
            budget: Budget::new(self.retry.budget),
            pacing: self.pacing.pacing(self.retry.deadline),
            lists: self.lists,
        };
        Ok((self.connect)(Client::new(base.prepare(info.paths), account, engine)))
    }
}
