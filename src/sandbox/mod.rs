//! A real server on loopback that speaks the APIs of platforms and carriers, for examples and for your own test
//! suites.
//!
//! All services share one state. If a real platform takes over a number at its carrier, the sandbox does the same at
//! its own carrier, provided that the platform has valid credentials. Each service refuses unknown request fields and
//! invalid values with its own error body. The sandbox is written from the services' documentation and shares no code
//! with this crate's clients, so a test fails if a client misreads the documentation. The module of each service lists
//! its initial state.
//!
//! Each change moves the dates of the record forward by at least a millisecond.
//!
//! The sandbox can inject faults: [`Sandbox::fault`] injects a [`Fault`] into the next request to a service,
//! [`Sandbox::fault_on`] into a chosen request, and [`Chaos`] injects random faults. [`Sandbox::requests`] returns the
//! fault of each request, and [`Sandbox::records`] returns what is stored in the end.
//!
//! Use the sandbox for flows of several calls and for whole applications. Use a mock server with fixed
//! responses for one exact exchange.
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
//! assert_eq!(held.len(), sandbox.twilio().held_numbers().len());
//! # Ok(())
//! # }
//! ```

mod api;
mod builder;
mod carriers;
mod fault;
mod message;
mod pages;
mod records;
mod requests;
mod rules;
mod server;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use tokio::task::JoinHandle;

use self::api::Api;
pub use self::builder::SandboxBuilder;
use self::fault::Storm;
pub use self::fault::{Chaos, Fault};
pub use self::requests::ReceivedRequest;
use self::state::State;
use crate::model::Service;

/// Declares the module of every service in the list, and creates their APIs in the order of their ports.
macro_rules! serve {
    (
        platforms { $($_p:ident $platform_name:literal $platform:ident::$_pt:ident [$($_d:literal),*];)* }
        carriers { $($_c:ident $carrier_name:literal $carrier:ident::$_ct:ident;)* }
        $($_rest:tt)*
    ) => {
        serve! { $($platform_name $platform;)* $($carrier_name $carrier;)* }
    };
    ($($name:literal $module:ident;)*) => {
        $(
            #[cfg(feature = $name)]
            #[cfg_attr(docsrs, doc(cfg(feature = $name)))]
            pub mod $module;
        )*

        const APIS: &[fn(&SandboxBuilder) -> Box<dyn Api>] = &[$(
            #[cfg(feature = $name)]
            $module::api,
        )*];
    };
}

crate::__services!(serve);

/// A running sandbox. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    state: Arc<Mutex<State>>,
    vars: Vec<(&'static str, String)>,
    servers: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on free ports, with every service whose feature is enabled. Each carrier holds a few numbers in
    /// different states; the service's module lists them. [`builder`](Self::builder) sets others.
    ///
    /// # Errors
    ///
    /// If a port is not available.
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Configures a sandbox before it starts.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    /// Returns the environment variables that point a client at the sandbox: base URLs and keys.
    #[must_use]
    pub fn vars(&self) -> &[(&'static str, String)] {
        &self.vars
    }

    /// Returns one of these variables, for `Vapi::from_vars` and the `from_vars` of other clients.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<String> {
        self.vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Injects a fault into the next request to a service. Faults wait in a queue, one for each request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::model::ProviderKind;
    /// use numport::{NumberProvider, Twilio, sandbox::{Fault, Sandbox}};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.fault(ProviderKind::TWILIO, Fault::Refuse { status: 429, retry_after: Some("0".to_owned()) });
    /// let twilio = Twilio::from_vars(|name| sandbox.var(name))?;
    /// twilio.lookup(&"+14155552671".parse()?).await?;
    /// let statuses: Vec<Option<u16>> = sandbox.requests().iter().map(|request| request.status).collect();
    /// assert_eq!(statuses, [Some(429), Some(200)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the sandbox does not serve the service, a status is out of the fault's range, a `Retry-After` is not a valid
    /// header value, or a slow body has no pieces.
    pub fn fault(&self, service: impl Into<Service>, fault: Fault) {
        self.fault_on(service, "", fault);
    }

    /// Injects a fault into the next request to a service whose method and target begin with this text. The target is
    /// the path and query, as they are sent. Use it to hit one of several requests. A text that ends with a space is the
    /// whole method and target.
    ///
    /// If several faults match a request, the oldest applies. [`pending_faults`](Self::pending_faults) returns those
    /// that no request has matched, for example because of a mistyped path.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use numport::model::PlatformKind;
    /// use numport::sandbox::{Fault, Sandbox};
    /// use numport::{ImportRequest, Importer, Outcome, LookupPolicy, Twilio, Vapi};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?)
    ///     .lookup_policy(LookupPolicy::default().first_wait(Duration::ZERO));
    ///
    /// // Vapi creates its record, and the response is lost.
    /// sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::CommitThenDrop);
    /// let imported = importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
    /// assert_eq!(imported.outcome, Outcome::Recovered);
    /// assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`fault`](Self::fault).
    pub fn fault_on(&self, service: impl Into<Service>, start: &str, fault: Fault) {
        let service = service.into();
        fault.check();
        assert!(self.services().contains(&service), "the sandbox does not serve {service}");
        self.state().faults.push(service, start, fault);
    }

    /// Returns the faults in the queue that no request has matched, oldest first, each with its service and the
    /// beginning of the request. If some are left at the end of a test, the path may be mistyped. A sandbox logs them
    /// at WARN when it is dropped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use numport::model::PlatformKind;
    /// use numport::sandbox::{Fault, Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.fault_on(PlatformKind::VAPI, "POST /phone-nummber", Fault::CommitThenDrop);
    /// // What is tested comes here.
    /// assert_eq!(sandbox.pending_faults(), [r#"vapi: "POST /phone-nummber": CommitThenDrop"#]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pending_faults(&self) -> Vec<String> {
        self.state().faults.pending()
    }

    /// Enables random faults from now on. They replace those of an earlier call.
    pub fn chaos(&self, chaos: Chaos) {
        self.state().faults.storm = Some(Storm::new(chaos));
    }

    /// Stops the [`chaos`](Self::chaos). Faults in the queue stay.
    pub fn calm(&self) {
        self.state().faults.storm = None;
    }

    /// Returns how many requests currently wait because of a [`Fault::DelayBeforeCommit`]. The state can still change
    /// until none are left.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// Returns the numbers that a service currently stores, oldest first, without a request. They have all stored
    /// fields, including those that the API does not return. For Twilio, they are the numbers of both accounts. For a
    /// service that the sandbox does not serve, the list is empty.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use numport::model::{PlatformKind, ProviderKind};
    /// use numport::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// assert!(sandbox.records(PlatformKind::VAPI).is_empty());
    /// assert_eq!(sandbox.records(ProviderKind::TWILIO)[0]["phone_number"], "+14155552671");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn records(&self, service: impl Into<Service>) -> Vec<Value> {
        let state = self.state();
        let records = state.api(service.into()).map(Api::records).unwrap_or_default();
        records.into_iter().cloned().map(Value::Object).collect()
    }

    /// Returns whether a platform logs in to the carrier with this secret, for the record or stored credential with
    /// this id. Platforms never return stored secrets, so this is how to see whether one was renewed. Vapi and Butter
    /// store carrier secrets here.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::model::PlatformKind;
    /// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    /// let imported = importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
    /// let (id, token) = (imported.record.id.as_str(), sandbox.twilio().auth_token());
    /// assert!(sandbox.uses_secret(PlatformKind::VAPI, id, &token));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn uses_secret(&self, service: impl Into<Service>, id: &str, secret: &str) -> bool {
        self.state().api(service.into()).and_then(|api| api.secret_of(id)) == Some(secret)
    }

    /// Returns the services that the sandbox serves, in the order of their ports.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use numport::model::{PlatformKind, ProviderKind};
    /// use numport::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// assert!(sandbox.services().contains(&PlatformKind::VAPI.into()));
    /// assert!(!sandbox.services().contains(&ProviderKind::BYO.into()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn services(&self) -> Vec<Service> {
        self.state().apis.iter().map(|api| api.about().service).collect()
    }

    /// Returns every request, oldest first. A request is missing while it waits for a delay before it is carried out.
    /// See [`SandboxBuilder::keep_requests`] and [`SandboxBuilder::keep_bodies`].
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.state().requests.kept.iter().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        state::lock(&self.state)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
        for fault in self.pending_faults() {
            tracing::warn!(fault, "no request matched this fault");
        }
    }
}
