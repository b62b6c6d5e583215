//! [`SandboxBuilder`].

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;

use super::api::Shared;
use super::fault::{Chaos, Faults};
use super::requests::Requests;
use super::state::State;
use super::{APIS, Sandbox, server};

/// Configures a sandbox before it starts.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use numport::sandbox::Sandbox;
///
/// let sandbox = Sandbox::builder().max_page_size(5).keep_requests(100).start().await?;
/// assert!(sandbox.requests().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SandboxBuilder {
    first_port: u16,
    max_page: usize,
    kept_requests: usize,
    keeps_bodies: bool,
    chaos: Option<Chaos>,
    per_second: Option<usize>,
    /// The settings of the services' modules, each with its own type.
    pub(super) of_services: http::Extensions,
}

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        Self {
            first_port: 0,
            max_page: usize::MAX,
            kept_requests: usize::MAX,
            keeps_bodies: true,
            chaos: None,
            per_second: None,
            of_services: http::Extensions::new(),
        }
    }

    /// Sets the first service's port; the others follow. Defaults to any free ports.
    pub const fn first_port(mut self, port: u16) -> Self {
        self.first_port = port;
        self
    }

    /// Sets the maximum number of entries per page, also if a client requests more; at least 1. Defaults to the limits
    /// of the services.
    pub fn max_page_size(mut self, size: usize) -> Self {
        self.max_page = size.max(1);
        self
    }

    /// Sets the maximum number of requests that [`Sandbox::requests`] returns, the newest ones. Defaults to all.
    pub const fn keep_requests(mut self, requests: usize) -> Self {
        self.kept_requests = requests;
        self
    }

    /// Sets whether [`Sandbox::requests`] keeps the bodies, which take most of its memory. Defaults to true.
    pub const fn keep_bodies(mut self, keep: bool) -> Self {
        self.keeps_bodies = keep;
        self
    }

    /// Enables random faults from the start, like [`Sandbox::chaos`].
    pub fn chaos(mut self, chaos: Chaos) -> Self {
        self.chaos = Some(chaos);
        self
    }

    /// Sets how many requests each service accepts per second. Further requests get a 429 with `Retry-After: 1`.
    /// Defaults to no limit.
    pub const fn requests_per_second(mut self, requests: usize) -> Self {
        self.per_second = Some(requests);
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    ///
    /// If a port is not available.
    pub async fn start(self) -> std::io::Result<Sandbox> {
        let apis: Vec<_> = APIS.iter().map(|api| api(&self)).collect();
        let abouts: Vec<_> = apis.iter().map(|api| api.about()).collect();
        let state = Arc::new(Mutex::new(State {
            apis,
            shared: Shared::new(self.max_page),
            requests: Requests::new(self.kept_requests, self.keeps_bodies),
            faults: Faults::new(self.chaos, self.per_second),
            waiting: 0,
        }));
        let mut vars = Vec::new();
        let mut servers = Vec::new();
        for (about, offset) in abouts.into_iter().zip(0..) {
            let listener = match self.first_port {
                0 => new_address().await?,
                first => bind(first.saturating_add(offset)).await?,
            };
            vars.push((about.base_url, format!("http://{}{}", listener.local_addr()?, about.base_path)));
            vars.extend(about.credentials.iter().map(|&(name, value)| (name, value.to_owned())));
            servers.push(tokio::spawn(server::serve(about.service, listener, state.clone())));
        }
        Ok(Sandbox { state, vars, servers })
    }
}

async fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Binds a port that no other sandbox of this process has had. An importer remembers an account by its base URL, so
/// another sandbox must be another account.
async fn new_address() -> std::io::Result<TcpListener> {
    static USED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut listener = bind(0).await?;
    let mut earlier = Vec::new();
    // There are thousands of ports. If most of them have been used, an earlier one is reused.
    while earlier.len() < 100 {
        let port = listener.local_addr()?.port();
        if USED.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            break;
        }
        earlier.push(std::mem::replace(&mut listener, bind(0).await?));
    }
    Ok(listener)
}
