//! [`SandboxBuilder`].

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;

use super::chaos::Chaos;
use super::fault::Faults;
use super::journal::Journal;
use super::twilio::TwilioNumber;
use super::world::{self, World};
use super::{SITES, Sandbox, listen};
use crate::E164;

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
    journal_limit: usize,
    keeps_bodies: bool,
    chaos: Option<Chaos>,
    per_second: Option<usize>,
}

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        Self {
            first_port: 0,
            held: world::seed(),
            max_page: usize::MAX,
            journal_limit: usize::MAX,
            keeps_bodies: true,
            chaos: None,
            per_second: None,
        }
    }

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

    /// How many entries the journal keeps: the newest. All unless said otherwise.
    pub const fn journal_limit(mut self, entries: usize) -> Self {
        self.journal_limit = entries;
        self
    }

    /// Whether the journal keeps what was sent in bodies, which is most of its memory. It does unless said
    /// otherwise.
    pub const fn keep_bodies(mut self, keep: bool) -> Self {
        self.keeps_bodies = keep;
        self
    }

    /// Faults by chance from the start, as by [`Sandbox::chaos`].
    pub fn chaos(mut self, chaos: Chaos) -> Self {
        self.chaos = Some(chaos);
        self
    }

    /// How many requests each service takes in any second; more are answered 429 with `Retry-After: 1`. Any
    /// number unless said otherwise.
    pub const fn requests_per_second(mut self, requests: usize) -> Self {
        self.per_second = Some(requests);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start(self) -> std::io::Result<Sandbox> {
        let journal = Journal::new(self.journal_limit, self.keeps_bodies);
        let faults = Faults::new(self.chaos, self.per_second);
        let world = Arc::new(Mutex::new(World::new(&self.held, self.max_page, journal, faults)));
        let mut vars = Vec::new();
        let mut servers = Vec::new();
        for (site, offset) in SITES.into_iter().zip(0..) {
            let port = if self.first_port == 0 { 0 } else { self.first_port.saturating_add(offset) };
            let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
            vars.push((site.base_url_var, format!("http://{}", listener.local_addr()?)));
            vars.extend(site.vars.iter().map(|&(name, value)| (name, value.to_owned())));
            servers.push(tokio::spawn(listen::serve(site, listener, world.clone())));
        }
        Ok(Sandbox { world, vars, servers })
    }
}
