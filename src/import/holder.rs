//! Which carrier holds a number.

use futures_util::future::join_all;

use super::Importer;
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Meaning, Refusal, Result};
use crate::model::{Preflight, Service};
use crate::provider::{self, Holding, NumberProvider, Ownership};

impl Importer {
    /// The importer of one run over many numbers, in which a carrier that refuses its key is not asked again.
    pub(super) fn for_run(&self) -> Self {
        let refused = self.sources.iter().map(|_| std::sync::OnceLock::new()).collect();
        Self { refused: Some(refused), ..self.clone() }
    }

    /// The name of the carrier that a preflight has found.
    pub(super) fn carrier_name(&self, preflight: &Preflight) -> Option<String> {
        preflight.carrier.map(|index| provider::name(self.provider.carriers()[index]))
    }

    /// Asks all carriers for a number.
    pub(super) async fn holding(&self, carriers: &[&dyn NumberProvider], number: &E164) -> Result<Holding> {
        let answers = carriers.iter().enumerate().map(|(index, carrier)| self.ask(index, *carrier, number));
        let holding = provider::combine(carriers, join_all(answers).await)?;
        self.read_trunks(carriers, &holding).await;
        Ok(holding)
    }

    /// Asks one carrier. Of several, one that refuses its key is not asked again in a run.
    pub(super) async fn ask(&self, index: usize, carrier: &dyn NumberProvider, number: &E164) -> Result<Ownership> {
        match self.refused.as_ref().and_then(|refused| refused[index].get()) {
            Some(refusal) => Err(not_asked(carrier, refusal)),
            None => carrier.lookup(number).await.map_err(|error| match self.sources.len() {
                0 | 1 => error,
                _ => self.noting_refusal(index, error),
            }),
        }
    }

    /// Remembers in a run that a carrier refused its key.
    pub(super) fn noting_refusal(&self, index: usize, error: Error) -> Error {
        if let (Some(refused), Some(Meaning::Unauthorized)) = (&self.refused, error.meaning()) {
            // The first refusal is kept.
            let _ = refused[index].set(not_asked(self.provider.carriers()[index], &error));
        }
        error
    }
}

/// The error of a number for which a carrier is not asked, since an earlier call to it failed.
pub(super) fn not_asked(carrier: &dyn NumberProvider, earlier: &Error) -> Error {
    let fault = CallFault::Refusal(Refusal::new("a lookup failed earlier in this run, so it was not repeated"));
    let (service, operation) = (Service::Provider(carrier.kind()), "look up number");
    let mut error = CallError::new(service, operation, Delivery::Read, fault);
    error.attempts = 0;
    if let Some(call) = earlier.call() {
        (error.operation, error.status, error.retry_after) = (call.operation, call.status, call.retry_after);
    }
    Box::new(error).into()
}
