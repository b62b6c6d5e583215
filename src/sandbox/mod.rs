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
//! Everything can be made to go wrong: [`Fault`] says how, [`Sandbox::fault`] and [`Sandbox::fault_on`] let it
//! strike the next request or a certain one, and [`Chaos`] strikes by chance. [`Sandbox::journal`] tells
//! what each request met, and [`Sandbox::records`] what is kept in the end.
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

mod builder;
mod butter;
mod chaos;
mod fault;
mod interactly;
mod journal;
mod listen;
mod rate;
mod records;
mod schema;
mod server;
mod service;
mod signalwire;
mod strike;
mod twilio;
mod vapi;
mod world;

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use tokio::task::JoinHandle;

pub use self::builder::SandboxBuilder;
pub use self::chaos::Chaos;
use self::chaos::Storm;
pub use self::fault::Fault;
pub use self::journal::Entry;
use self::server::Site;
pub use self::service::Service;
pub use self::twilio::TwilioNumber;
use self::world::World;

/// Which services there are, in the order of their ports.
const SITES: [Site; 5] = [interactly::SITE, vapi::SITE, twilio::SITE, signalwire::SITE, butter::SITE];

/// A running sandbox. It ends when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    world: Arc<Mutex<World>>,
    vars: Vec<(&'static str, String)>,
    servers: Vec<JoinHandle<()>>,
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
        SandboxBuilder::new()
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

    /// Lets a fault happen to the next request to a service. Faults wait in a queue, one for each request.
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
    /// let statuses: Vec<Option<u16>> = sandbox.journal().iter().map(|entry| entry.status).collect();
    /// assert_eq!(statuses, [Some(429), Some(200)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When a status is out of the fault's range, a `Retry-After` cannot be a header's value, or a slow body
    /// is to come in no piece.
    pub fn fault(&self, service: Service, fault: Fault) {
        self.fault_on(service, "", fault);
    }

    /// Lets a fault happen to the next request to a service whose method and target (the path and the
    /// query, as they are sent) begin so, to strike one step of several.
    ///
    /// Of all faults that wait for a request, the oldest strikes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use numport::{ImportRequest, Importer, Outcome, ReadBack, Twilio, Vapi};
    /// use numport::sandbox::{Fault, Sandbox, Service};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?)
    ///     .read_back(ReadBack::default().first_wait(Duration::ZERO));
    ///
    /// // Vapi makes its record, and the answer is lost.
    /// sandbox.fault_on(Service::Vapi, "POST /phone-number", Fault::CommitThenDrop);
    /// let imported = importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
    /// assert_eq!(imported.outcome, Outcome::Recovered);
    /// assert_eq!(sandbox.records(Service::Vapi).len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`fault`](Self::fault).
    pub fn fault_on(&self, service: Service, start: &str, fault: Fault) {
        fault.check();
        self.world().faults.push(service, start, fault);
    }

    /// Lets faults happen by chance from now on, instead of by the chaos that was there before.
    pub fn chaos(&self, chaos: Chaos) {
        self.world().faults.storm = Some(Storm::new(chaos));
    }

    /// Ends the [`chaos`](Self::chaos). Faults in the queue stay.
    pub fn calm(&self) {
        self.world().faults.storm = None;
    }

    /// How many requests now wait for the end of a [`Fault::DelayBeforeCommit`]. What is kept can still
    /// change until there are none.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.world().waiting
    }

    /// The numbers that a service keeps now, oldest first, read without a request. They have the fields that
    /// its API shows somewhere, and some that it does not show. At Twilio they are those of both accounts.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use numport::sandbox::{Sandbox, Service};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// assert!(sandbox.records(Service::Vapi).is_empty());
    /// assert_eq!(sandbox.records(Service::Twilio)[0]["phone_number"], "+14155552671");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn records(&self, service: Service) -> Vec<Value> {
        let world = self.world();
        let records = match service {
            Service::Interactly => &world.interactly,
            Service::Vapi => &world.vapi,
            Service::Twilio => return world.twilio.iter().map(|held| held.fields.clone().into()).collect(),
            Service::SignalWire => &world.signalwire,
            Service::Butter => &world.butter,
        };
        records.iter().cloned().map(Value::Object).collect()
    }

    /// Every request that was carried out, answered or dropped, oldest first; one that still waits for the
    /// end of a delay before it is carried out is not in it. See
    /// [`SandboxBuilder::journal_limit`] and [`SandboxBuilder::keep_bodies`].
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.world().journal.entries.iter().cloned().collect()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        listen::lock(&self.world)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}
