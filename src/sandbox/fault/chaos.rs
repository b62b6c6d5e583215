//! Random faults.

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;

use super::Fault;
use crate::model::Service;

/// Random faults, for [`Sandbox::chaos`](crate::sandbox::Sandbox::chaos).
///
/// Each service has its own random generator. With the same seed, the nth request to a service always meets
/// the same fault, whatever requests the other services get. A request that meets a queued fault draws no
/// random number.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::model::PlatformKind;
/// use numport::sandbox::{Chaos, Fault, Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let lost = [Fault::DropBeforeCommit, Fault::CommitThenDrop];
/// sandbox.chaos(Chaos::new(7).chance(0.3).services([PlatformKind::VAPI]).faults(lost));
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
    /// All services if `None`.
    services: Option<Vec<Service>>,
    faults: Vec<Fault>,
}

impl Chaos {
    /// Creates chaos in which one request in ten, to any service, meets one of [`Fault::every`] with a delay of 20 ms.
    pub fn new(seed: u64) -> Self {
        Self { seed, chance: 0.1, services: None, faults: Fault::every(Duration::from_millis(20)) }
    }

    /// Sets the probability that a request meets a fault, from 0 to 1.
    ///
    /// # Panics
    ///
    /// If it is not from 0 to 1.
    pub fn chance(mut self, chance: f64) -> Self {
        assert!((0.0..=1.0).contains(&chance), "a chance must be from 0 to 1, not {chance}");
        self.chance = chance;
        self
    }

    /// Limits the faults to these services. Services that the sandbox does not serve are ignored.
    pub fn services(mut self, services: impl IntoIterator<Item = impl Into<Service>>) -> Self {
        self.services = Some(services.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the faults, all equally likely. A fault that is listed twice is twice as likely.
    ///
    /// # Panics
    ///
    /// If the list is empty, and if [`Sandbox::fault`](crate::sandbox::Sandbox::fault) would panic.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        assert!(!self.faults.is_empty(), "chaos needs at least one fault");
        self.faults.iter().for_each(Fault::check);
        self
    }
}

/// Running chaos.
#[derive(Debug)]
pub(in crate::sandbox) struct Storm {
    chaos: Chaos,
    generators: HashMap<Service, Rng>,
}

impl Storm {
    pub(in crate::sandbox) fn new(chaos: Chaos) -> Self {
        Self { chaos, generators: HashMap::new() }
    }

    pub(super) fn next(&mut self, service: Service) -> Option<Fault> {
        let Chaos { seed, chance, services, faults } = &self.chaos;
        let generator = self.generators.entry(service).or_insert_with(|| generator(*seed, service));
        let is_struck = services.as_ref().is_none_or(|services| services.contains(&service));
        if !is_struck || generator.f64() >= *chance {
            return None;
        }
        faults.get(generator.usize(..faults.len())).cloned()
    }
}

/// Seeds by the service's name, so that the faults do not depend on which other services are served.
fn generator(seed: u64, service: Service) -> Rng {
    let fnv = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Rng::with_seed(service.as_str().bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, fnv))
}
