//! How a client connects: the settings of the `reqwest::Client` below it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::builder::ClientBuilder;
use super::transport::Transport;
use crate::model::{ProblemCode, Problems, Secret};

/// The settings, and all that is made of them.
#[derive(Clone, Default)]
pub(super) struct Connections {
    given: Option<reqwest::Client>,
    connect_timeout: Option<Duration>,
    proxy: Proxy,
    resolve: Vec<(String, Vec<SocketAddr>)>,
    tcp_keepalive: Option<Option<Duration>>,
    pool_idle_timeout: Option<Option<Duration>>,
    pool_max_idle: Option<usize>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    tls: super::tls::Tls,
}

#[derive(Clone, Default)]
enum Proxy {
    #[default]
    Environment,
    None,
    /// At this address, which may hold a password.
    At(Secret),
}

impl<C> ClientBuilder<C> {
    /// Sets the time limit for connecting. Defaults to 10 s. Has no effect on a client given by
    /// [`http_client`](Self::http_client).
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect_timeout = Some(timeout);
        self
    }

    /// Sends all requests through this HTTP proxy, such as `http://user:password@proxy.example.com:3128`. Requests to an
    /// `https` base URL pass through it encrypted. Defaults to the proxy that the environment names (`HTTPS_PROXY`,
    /// `ALL_PROXY` and their forms in lower case, with the exceptions of `NO_PROXY`).
    ///
    /// A base URL on loopback is never reached by a proxy, neither by this one nor by one of the environment.
    ///
    /// ```
    /// use numport::Vapi;
    ///
    /// let vapi = Vapi::builder("my-private-key").proxy("http://proxy.example.com:3128").build()?;
    /// # Ok::<(), numport::Error>(())
    /// ```
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.connections.proxy = Proxy::At(url.into());
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.connections.proxy = Proxy::None;
        self
    }

    /// Connects to these addresses for this host, instead of the addresses from DNS. The port is still that of the base
    /// URL. TLS still checks the host's certificate. You can call it for several hosts. It has no effect behind a
    /// proxy.
    ///
    /// `localhost` cannot be resolved to an address outside of this machine.
    pub fn resolve(mut self, host: impl Into<String>, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
        self.connections.resolve.push((host.into(), addresses));
        self
    }

    /// Sets how long a connection may be silent before TCP checks that it is still open; `None` never checks. Defaults
    /// to 15 s.
    pub const fn tcp_keepalive(mut self, after: Option<Duration>) -> Self {
        self.connections.tcp_keepalive = Some(after);
        self
    }

    /// Sets how long an idle connection is kept; `None` keeps it until the service closes it. Defaults to 90 s.
    pub const fn pool_idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.connections.pool_idle_timeout = Some(timeout);
        self
    }

    /// Sets the maximum number of idle connections that are kept for one host. 0 opens a new connection for each
    /// request. Defaults to no maximum.
    pub const fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.connections.pool_max_idle = Some(connections);
        self
    }

    /// Trusts the certificates of this PEM text as roots, in addition to those that the machine trusts: for example
    /// those of a proxy that inspects traffic. You can call it several times.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "rustls", feature = "native-tls"))))]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.connections.tls.roots.push(pem.as_ref().to_owned());
        self
    }

    /// Authenticates to the service with a client certificate. It takes the chain in PEM, with the client's own
    /// certificate first, and its private key in PEM, as PKCS #8 (`BEGIN PRIVATE KEY`).
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "rustls", feature = "native-tls"))))]
    pub fn client_certificate(mut self, chain_pem: impl AsRef<[u8]>, key_pem: impl Into<Secret>) -> Self {
        self.connections.tls.identity = Some((chain_pem.as_ref().to_owned(), key_pem.into()));
        self
    }

    /// Sets a [`reqwest::Client`] of your own. Prefer the settings of this builder, because a client of your own can
    /// leak data that the builder's client does not leak.
    ///
    /// - **Redirects.** It must follow none ([`redirect::Policy::none`](reqwest::redirect::Policy::none)). A client
    ///   that follows redirects sends headers with keys, such as `x-api-key`, to any host that a response names.
    ///   numport detects this only afterwards: a response from another address than the requested one is an error
    ///   ([`CallFault::Redirected`](crate::error::CallFault::Redirected)). It is then unknown whether the call was
    ///   carried out, and the call is not retried. numport does not detect a redirect that leads back to the same
    ///   address.
    /// - **Retries.** It must not retry by itself ([`reqwest::retry::never`]), or a create may be sent twice.
    /// - **Proxies.** Unless it was built with `no_proxy`, it sends plain `http` requests to loopback, including their
    ///   keys, through its own proxy or the proxy of the environment.
    /// - **Logs.** `connection_verbose` and layers of your own see all headers and bodies.
    /// - **Connections.** After a response that belongs to another request, numport cannot open new connections.
    ///
    /// # Many tenants
    ///
    /// Building a client reads the system's certificates and has connections of its own: some 4 ms of processor time in
    /// a debug build. A program that builds a client for each tenant or request can share one `reqwest::Client`, which
    /// is cheap to clone and makes a build some 200 times faster (some 0.02 ms), and shares its connections. Credentials,
    /// limit and retry budget stay those of each client. Otherwise keep each tenant's client: its clones share all of it.
    ///
    /// ```
    /// use numport::Vapi;
    ///
    /// let shared = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .retry(reqwest::retry::never())
    ///     .no_proxy()
    ///     .build()?;
    /// for key in ["key-of-one-tenant", "key-of-another"] {
    ///     let vapi = Vapi::builder(key).http_client(shared.clone()).build()?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The other settings of connections are refused beside it, because they have no effect on it.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.connections.given = Some(client);
        self
    }
}

impl Connections {
    /// Whether the user gave a client.
    pub(super) const fn are_given(&self) -> bool {
        self.given.is_some()
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        if let Proxy::At(url) = &self.proxy {
            let fault = match Url::parse(url.expose()) {
                Err(error) => Some(format!("is not a URL ({error})")),
                Ok(url) if !matches!(url.scheme(), "http" | "https") => Some("is not an HTTP proxy".to_owned()),
                Ok(_) => self.proxy().err().map(|_| "cannot be used".to_owned()),
            };
            let remedy = "give an address such as http://proxy.example.com:3128";
            fault.into_iter().for_each(|fault| problems.add(ProblemCode::Malformed, "proxy", fault, remedy));
        }
        for (host, addresses) in &self.resolve {
            if addresses.is_empty() {
                problems.add(
                    ProblemCode::Empty,
                    "resolve",
                    format!("has no address for {host:?}"),
                    "give at least one address",
                );
            }
            let leaves = addresses.iter().any(|address| !address.ip().is_loopback());
            if host.trim_end_matches('.').eq_ignore_ascii_case("localhost") && leaves {
                let fault = "is not a loopback address, so plain http would send the key over the network unencrypted";
                problems.add(
                    ProblemCode::Malformed,
                    "resolve",
                    format!("{fault} ({host:?})"),
                    "give a loopback address",
                );
            }
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        self.tls.check(problems);
        if self.given.is_some() {
            for name in self.without_effect() {
                problems.add(
                    ProblemCode::Conflict,
                    name,
                    "has no effect on the client given by `http_client`",
                    "make the setting on that client",
                );
            }
        }
    }

    fn without_effect(&self) -> Vec<&'static str> {
        let set = [
            ("proxy", !matches!(self.proxy, Proxy::Environment)),
            ("resolve", !self.resolve.is_empty()),
            ("tcp_keepalive", self.tcp_keepalive.is_some()),
            ("pool_idle_timeout", self.pool_idle_timeout.is_some()),
            ("pool_max_idle_per_host", self.pool_max_idle.is_some()),
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            ("root_certificates", !self.tls.roots.is_empty()),
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            ("client_certificate", self.tls.identity.is_some()),
        ];
        set.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect()
    }

    /// What no error may show.
    pub(super) fn secrets(&self) -> Option<Secret> {
        let Proxy::At(url) = &self.proxy else { return None };
        Url::parse(url.expose()).ok()?.password().map(Secret::new)
    }

    pub(super) fn transport(mut self, timeout: Duration, loopback: bool) -> reqwest::Result<Transport> {
        match self.given.take() {
            Some(client) => Ok(Transport::Given(client)),
            None => Transport::own(timeout, move || self.builder(timeout, loopback)?.build()),
        }
    }

    fn proxy(&self) -> reqwest::Result<Option<reqwest::Proxy>> {
        match &self.proxy {
            Proxy::At(url) => reqwest::Proxy::all(url.expose()).map(Some),
            Proxy::Environment | Proxy::None => Ok(None),
        }
    }

    /// Follows no redirects, and does not resend behind the engine's back.
    fn builder(&self, timeout: Duration, loopback: bool) -> reqwest::Result<reqwest::ClientBuilder> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Without the count, `never` still keeps a copy of each request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false)
            .connect_timeout(self.connect_timeout.unwrap_or(Duration::from_secs(10)))
            .timeout(timeout);
        if let Some(proxy) = self.proxy()? {
            builder = builder.proxy(proxy);
        }
        // What is plain on loopback would be plain on the way to the proxy.
        if loopback || matches!(self.proxy, Proxy::None) {
            builder = builder.no_proxy();
        }
        for (host, addresses) in &self.resolve {
            builder = builder.resolve_to_addrs(host, addresses);
        }
        if let Some(after) = self.tcp_keepalive {
            builder = builder.tcp_keepalive(after);
        }
        if let Some(timeout) = self.pool_idle_timeout {
            builder = builder.pool_idle_timeout(timeout);
        }
        if let Some(connections) = self.pool_max_idle {
            builder = builder.pool_max_idle_per_host(connections);
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let builder = self.tls.apply(builder)?;
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "http2")]
    use super::*;

    /// A server may say that it did not process a request; `reqwest` would send it again on its own, twice.
    #[cfg(feature = "http2")]
    #[tokio::test]
    async fn a_request_that_http_2_refuses_is_sent_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = requests.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let mut connection = h2::server::handshake(connection).await.expect("HTTP/2");
                while let Some(Ok((_, mut answer))) = connection.accept().await {
                    counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    answer.send_reset(h2::Reason::REFUSED_STREAM);
                }
            }
        });
        let builder = Connections::default().builder(Duration::from_secs(60), true).expect("a builder");
        let client = builder.http2_prior_knowledge().build().expect("a client");
        client.post(format!("http://{address}/")).body("{}").send().await.expect_err("a refusal");
        assert_eq!(requests.load(std::sync::atomic::Ordering::SeqCst), 1);
    }
}
