//! Building a client: the same settings for every service.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};

use super::engine::{Engine, Inner, Words};
use super::headers::Headers;
use super::rate::RateLimit;
use super::retry::{Budget, RetryPolicy};
use super::transport::Transport;
use super::url::BaseUrl;
use crate::error::{Error, Result};
use crate::model::{Problem, Problems, Secret, Service};

/// What the clients of one service have in common.
pub(crate) struct About {
    pub(crate) service: Service,
    /// Where the service is, unless the user says otherwise.
    pub(crate) base_url: &'static str,
    /// Finds the service's words in its error bodies.
    pub(crate) words: fn(&serde_json::Value) -> Words,
    /// Whether the body of a success says that it is none.
    pub(crate) rejects: fn(&[u8]) -> bool,
    /// The paths asked for most: their addresses are made once.
    pub(crate) paths: &'static [&'static [&'static str]],
}

impl About {
    /// A service whose statuses tell all.
    pub(crate) const fn new(service: Service, base_url: &'static str, words: fn(&serde_json::Value) -> Words) -> Self {
        Self { service, base_url, words, rejects: |_| false, paths: &[] }
    }

    /// The same with the paths asked for most.
    pub(crate) const fn paths(mut self, paths: &'static [&'static [&'static str]]) -> Self {
        self.paths = paths;
        self
    }
}

/// Builds a client. Made by `Vapi::builder` and its sisters; [`build`](Self::build) ends it.
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
    about: &'static About,
    connect: Box<dyn FnOnce(Engine) -> C + Send>,
    headers: HeaderMap,
    secrets: Vec<Secret>,
    problems: Problems,
    base_url: String,
    timeout: Duration,
    connect_timeout: Duration,
    max_answer: usize,
    retry: RetryPolicy,
    limit: Option<NonZeroU32>,
    user_agent: Option<String>,
    client: Option<reqwest::Client>,
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A base URL may hold credentials until it is checked.
        f.debug_struct("ClientBuilder").field("service", &self.about.service).finish_non_exhaustive()
    }
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new(about: &'static About, connect: impl FnOnce(Engine) -> C + Send + 'static) -> Self {
        Self {
            about,
            connect: Box::new(connect),
            headers: HeaderMap::new(),
            secrets: Vec::new(),
            problems: Problems::default(),
            base_url: about.base_url.to_owned(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_answer: 8 * 1024 * 1024,
            retry: RetryPolicy::default(),
            limit: None,
            user_agent: None,
            client: None,
        }
    }

    /// `Authorization: Bearer …`.
    pub(crate) fn bearer(mut self, field: &str, key: &Secret) -> Self {
        check_key(key, field, &mut self.problems);
        self.keep_secret(AUTHORIZATION, &format!("Bearer {}", key.expose()), key.clone())
    }

    /// A header that holds the key itself.
    pub(crate) fn key_header(mut self, name: &'static str, field: &str, key: &Secret) -> Self {
        check_key(key, field, &mut self.problems);
        self.keep_secret(HeaderName::from_static(name), key.expose(), key.clone())
    }

    /// A header that is no secret.
    pub(crate) fn plain_header(mut self, name: &'static str, field: &str, value: &str) -> Self {
        check_header(value, field, &mut self.problems);
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// `Authorization: Basic …` (RFC 7617). The caller checks both.
    pub(crate) fn basic(mut self, user: &str, password: &Secret) -> Self {
        let encoded = BASE64.encode(format!("{user}:{}", password.expose()));
        self.secrets.push(password.clone());
        self.keep_secret(AUTHORIZATION, &format!("Basic {encoded}"), Secret::new(encoded))
    }

    /// A header that proves who is calling; its value shows nowhere.
    fn keep_secret(mut self, name: HeaderName, value: &str, secret: Secret) -> Self {
        // What cannot be a header's value was named by a check of the key.
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self.secrets.push(secret);
        self
    }

    /// Lets a client add what is wrong with its own settings.
    pub(crate) fn check(mut self, check: impl FnOnce(&mut Problems)) -> Self {
        check(&mut self.problems);
        self
    }

    /// Another address than the service's own: a region, a proxy, the sandbox. `https`, or `http` on
    /// loopback; it may have a path.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The longest one attempt may take, the answer's body included. 60 s unless said otherwise.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest that connecting may take. 10 s unless said otherwise. Has no effect on a client
    /// given by [`http_client`](Self::http_client).
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The longest answer that is read, in bytes. 8 MiB unless said otherwise; longer ones are
    /// an error.
    pub const fn max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes;
        self
    }

    /// When to try again.
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sends no more than this many requests in any second, all clones of the client together. On their way they
    /// may bunch up; to be sure of a service's own limit, stay a little below it.
    pub const fn requests_per_second(mut self, requests: NonZeroU32) -> Self {
        self.limit = Some(requests);
        self
    }

    /// Another `User-Agent` than `numport/` and the version.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = Some(agent.into());
        self
    }

    /// A [`reqwest::Client`] of your own, for its proxies, certificates or connection pool. Its
    /// redirect policy must be [`none`](reqwest::redirect::Policy::none), and it must not resend on
    /// its own ([`reqwest::retry::never`]); answers that came by a redirect are refused.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with everything that is wrong: a key that is empty or cannot be a header's
    /// value, a base URL that is not `https` (loopback aside), a build without TLS.
    pub fn build(self) -> Result<C> {
        let Self { about, mut headers, mut problems, .. } = self;
        let base = BaseUrl::parse(&self.base_url, "base_url", &mut problems);
        let tls = cfg!(any(feature = "rustls", feature = "native-tls")) || self.client.is_some();
        if !tls && base.as_ref().is_some_and(BaseUrl::is_https) {
            let remedy = "enable the feature `rustls` or `native-tls`";
            problems.add("base_url", "is https, but the crate was built without TLS", remedy);
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let agent = self.user_agent.as_deref().unwrap_or(concat!("numport/", env!("CARGO_PKG_VERSION")));
        match HeaderValue::from_str(agent) {
            Ok(agent) => drop(headers.insert(USER_AGENT, agent)),
            Err(_) => problems.add("user_agent", "has a character that no header can hold", "use plain ASCII"),
        }
        if self.timeout.is_zero() {
            problems.add("timeout", "is zero", "give the time that one attempt may take");
        }
        let cannot = |found| Error::invalid(format!("{}: the client cannot be built", about.service), found);
        let base = match (base, problems.into_result()) {
            (Some(base), Ok(())) => base,
            (_, found) => return Err(cannot(found.err().unwrap_or_default())),
        };
        let transport = match self.client {
            Some(client) => Ok(Transport::Http(client, None)),
            None => http_client(self.connect_timeout, self.timeout)
                .map(|client| Transport::Http(client, Some(self.timeout))),
        };
        let transport = transport.map_err(|error| {
            let (field, remedy) = ("http_client".to_owned(), "check the machine's TLS set-up".to_owned());
            cannot(vec![Problem { field, fault: format!("cannot be made ({error})"), remedy }])
        })?;
        Ok((self.connect)(Engine::new(
            base.prepare(about.paths),
            Arc::new(Inner {
                service: about.service,
                transport,
                headers: Headers::new(headers),
                secrets: self.secrets,
                words: about.words,
                rejects: about.rejects,
                timeout: self.timeout,
                max_body: self.max_answer,
                retry: self.retry,
                budget: Budget::new(self.retry.budget),
                limit: self.limit.map(RateLimit::per_second),
            }),
        )))
    }
}

/// No redirects, and no resending behind the engine's back.
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

/// A key must be what a header can hold; a line's end that was copied along is the usual fault.
pub(crate) fn check_key(key: &Secret, field: &str, problems: &mut Problems) {
    check_header(key.expose(), field, problems);
}

fn check_header(text: &str, field: &str, problems: &mut Problems) {
    let stray = text.chars().enumerate().find(|(_, character)| !(' '..='~').contains(character));
    if text.is_empty() {
        problems.add(field, "is empty", "give it a value");
    } else if let Some((at, character)) = stray {
        let what = if "\r\n".contains(character) { "a line break" } else { "a character that no header can hold" };
        problems.add(field, format!("has {what} at position {at}"), "copy it again, without the line's end");
    } else if text.trim() != text {
        problems.add(field, "begins or ends with a blank", "copy it without the blanks");
    }
}
