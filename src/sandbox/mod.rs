//! A real server on loopback that speaks the platforms' and Twilio's APIs, for examples and for your
//! own test suites.
//!
//! All services share one state: an import into Vapi or Interactly, and an assignment to an agent at Butter,
//! sets the number's voice URL at the Twilio account whose login the platform was given, as the real ones
//! do. A trunk or an application of the number stays, and beats that URL: [`Sandbox::calls_go_to`] tells who
//! wins. Unknown request fields and bad values are refused with that platform's own error body. It is written
//! from the platforms' documents and shares no code with this crate's clients, so that a fact misread shows.
//!
//! What is there at the start: five numbers at Twilio, five others on sale at SignalWire, and at Butter the
//! agents `agent_a1b2c3d4e5f6` and `agent_b2c3d4e5f6a7`; Butter's ids that end in `_f00000000000` belong to
//! another organization. SignalWire's carrier confirms what was asked of it before the next request.
//!
//! Twilio has an account and one subaccount, each with a token, a SIP trunk and an application of its own;
//! [`TwilioNumber`] says which of them holds a number, and how it is routed. `+13125550142` is verified there
//! for caller id, and not held. The trunking API is on the port of the other one. Dates move by at least a
//! second at each change, however fast they follow each other.
//!
//! When to use what: the sandbox for flows of several calls and for whole applications; a mock server
//! with canned answers for one exact exchange.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::{NumberProvider, Twilio, sandbox::Sandbox};
//! use futures_util::TryStreamExt;
//!
//! let sandbox = Sandbox::start().await?;
//! let twilio = Twilio::from_vars(|name| sandbox.var(name))?;
//! let held: Vec<_> = twilio.list().try_collect().await?;
//! assert_eq!(held.len(), sandbox.held_numbers().len());
//! # Ok(())
//! # }
//! ```

mod butter;
mod fault;
mod interactly;
mod schema;
mod server;
mod signalwire;
mod twilio;
mod vapi;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderValue;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::fault::{Fault, Service};
pub use self::server::Entry;
use self::server::Site;
pub use self::twilio::TwilioNumber;
use self::world::World;
use crate::E164;

/// Which services there are, in the order of their ports.
const SITES: [Site; 5] = [interactly::SITE, vapi::SITE, twilio::SITE, signalwire::SITE, butter::SITE];

/// A running sandbox. It ends when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    world: Arc<Mutex<World>>,
    vars: Vec<(&'static str, String)>,
    servers: Vec<JoinHandle<()>>,
}

/// Sets up a sandbox before it starts.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let number = "+4915223433333".parse().expect("a number");
/// let sandbox = numport::sandbox::Sandbox::builder().held_numbers([number]).start().await?;
/// assert_eq!(sandbox.held_numbers(), [number]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SandboxBuilder {
    first_port: u16,
    held: Vec<TwilioNumber>,
    max_page: usize,
}

impl SandboxBuilder {
    /// The first service's port; the others follow. Any free ports unless said otherwise.
    pub const fn first_port(mut self, port: u16) -> Self {
        self.first_port = port;
        self
    }

    /// The numbers that the Twilio account holds, instead of the five that it has otherwise and of all
    /// that were named before.
    pub fn held_numbers(mut self, numbers: impl IntoIterator<Item = E164>) -> Self {
        self.held = numbers.into_iter().map(TwilioNumber::new).collect();
        self
    }

    /// One more number at Twilio. If it is there already, it is as this says.
    pub fn hold(mut self, number: TwilioNumber) -> Self {
        self.held.push(number);
        self
    }

    /// The longest page of any list that has pages, however many a client asks for; at least 1. As long
    /// as the services' own unless said otherwise.
    pub fn max_page_size(mut self, size: usize) -> Self {
        self.max_page = size.max(1);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start(self) -> std::io::Result<Sandbox> {
        let world = Arc::new(Mutex::new(World::new(&self.held, self.max_page)));
        let mut vars = Vec::new();
        let mut servers = Vec::new();
        for (site, offset) in SITES.into_iter().zip(0..) {
            let port = if self.first_port == 0 { 0 } else { self.first_port.saturating_add(offset) };
            let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
            vars.push((site.base_url_var, format!("http://{}", listener.local_addr()?)));
            vars.extend(site.vars.iter().map(|&(name, value)| (name, value.to_owned())));
            let router = server::router(site, world.clone());
            servers.push(tokio::spawn(async move {
                // It only ends by an error of the listener, and then there is nobody to tell.
                let _ = axum::serve(listener, router).await;
            }));
        }
        Ok(Sandbox { world, vars, servers })
    }
}

impl Sandbox {
    /// Starts a sandbox on free ports, with five numbers held at Twilio.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up a sandbox before it starts.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder { first_port: 0, held: world::seed(), max_page: usize::MAX }
    }

    /// The environment variables that point a client at the sandbox: base URLs and keys.
    #[must_use]
    pub fn vars(&self) -> &[(&'static str, String)] {
        &self.vars
    }

    /// One of them, for `Vapi::from_vars` and its sisters.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<String> {
        self.vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Lets a fault happen to the next request to a service. Faults of one service wait in a queue, one for
    /// each request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::{NumberProvider, Twilio, sandbox::{Fault, Sandbox, Service}};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.fault(Service::Twilio, Fault::Refuse { status: 429, retry_after: Some("0".to_owned()) });
    /// let twilio = Twilio::from_vars(|name| sandbox.var(name))?;
    /// twilio.lookup(&"+14155552671".parse()?).await?;
    /// let statuses: Vec<u16> = sandbox.journal().iter().map(|entry| entry.status).collect();
    /// assert_eq!(statuses, [429, 200]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the status is not from 400 to 599, or the text cannot be a header's value.
    pub fn fault(&self, service: Service, fault: Fault) {
        let Fault::Refuse { status, retry_after } = &fault;
        assert!((400..=599).contains(status), "a refusal has a status from 400 to 599, not {status}");
        let sendable = retry_after.as_ref().is_none_or(|value| HeaderValue::from_str(value).is_ok());
        assert!(sendable, "{retry_after:?} cannot be the value of a header");
        self.world().faults.push(service, fault);
    }

    /// Every request that was answered, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.world().journal.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}
