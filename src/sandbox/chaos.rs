//! Faults by chance.

use std::time::Duration;

use fastrand::Rng;

use super::fault::Fault;
use super::service::Service;

/// Faults by chance, for [`Sandbox::chaos`](super::Sandbox::chaos).
///
/// Each service draws from a generator of its own. With the same seed, the nth request to a service always
/// meets the same fault, however the requests to the others fall between. A request that a
/// queued fault strikes draws nothing.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::sandbox::{Chaos, Fault, Sandbox, Service};
///
/// let sandbox = Sandbox::start().await?;
/// let lost = [Fault::DropBeforeCommit, Fault::CommitThenDrop];
/// sandbox.chaos(Chaos::new(7).chance(0.3).services([Service::Vapi]).faults(lost));
/// // What is tested comes here.
/// sandbox.calm();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Chaos {
    seed: u64,
    chance: f64,
    services: Vec<Service>,
    faults: Vec<Fault>,
}

impl Chaos {
    /// One request in ten, at every service, meets one of [`Fault::every`] with a delay of 20 ms.
    pub fn new(seed: u64) -> Self {
        Self { seed, chance: 0.1, services: Service::ALL.to_vec(), faults: Fault::every(Duration::from_millis(20)) }
    }

    /// How likely a request meets a fault, from 0 to 1.
    ///
    /// # Panics
    ///
    /// When it is not from 0 to 1.
    pub fn chance(mut self, chance: f64) -> Self {
        assert!((0.0..=1.0).contains(&chance), "a chance is from 0 to 1, not {chance}");
        self.chance = chance;
        self
    }

    /// Only at these services.
    pub fn services(mut self, services: impl IntoIterator<Item = Service>) -> Self {
        self.services = services.into_iter().collect();
        self
    }

    /// One of these faults, all equally likely. One that is named twice is twice as likely.
    ///
    /// # Panics
    ///
    /// When there is none, and where [`Sandbox::fault`](super::Sandbox::fault) panics.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        assert!(!self.faults.is_empty(), "chaos needs a fault at least");
        self.faults.iter().for_each(Fault::check);
        self
    }
}

/// Chaos under way.
#[derive(Debug)]
pub(super) struct Storm {
    chaos: Chaos,
    generators: Vec<(Service, Rng)>,
}

impl Storm {
    pub(super) fn new(chaos: Chaos) -> Self {
        let mut root = Rng::with_seed(chaos.seed);
        Self { chaos, generators: Service::ALL.map(|service| (service, root.fork())).into() }
    }

    pub(super) fn next(&mut self, service: Service) -> Option<Fault> {
        let Chaos { chance, services, faults, .. } = &self.chaos;
        let (_, generator) = self.generators.iter_mut().find(|(known, _)| *known == service)?;
        if !services.contains(&service) || generator.f64() >= *chance {
            return None;
        }
        faults.get(generator.usize(..faults.len())).cloned()
    }
}
