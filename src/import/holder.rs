//! Which carrier holds a number.

use futures_util::future::join_all;

use super::Importer;
use crate::E164;
use crate::error::{Error, Meaning, Result};
use crate::model::{Finding, Preflight};
use crate::provider::{self, Holding, NumberProvider, Ownership};

impl Importer {
    /// Asks all carriers for a number. Of several, one that refused its key is not asked again.
    pub(super) async fn holding(&self, carriers: &[&dyn NumberProvider], number: &E164) -> Result<Holding> {
        let answers = carriers.iter().enumerate().map(|(index, carrier)| async move {
            match self.ask(index, *carrier, number).await {
                Err(error) if carriers.len() > 1 => Err(self.noting_refusal(index, error)),
                answer => answer,
            }
        });
        provider::combine(carriers, join_all(answers).await)
    }

    async fn ask(&self, index: usize, carrier: &dyn NumberProvider, number: &E164) -> Result<Ownership> {
        match self.refused[index].get() {
            Some(reason) => Err(self.not_asked(number, carrier, reason)),
            None => carrier.lookup(number).await,
        }
    }

    /// Remembers that a carrier refused its key.
    pub(super) fn noting_refusal(&self, carrier: usize, error: Error) -> Error {
        if error.meaning() == Some(Meaning::Unauthorized) {
            // The first refusal is kept.
            let _ = self.refused[carrier].set(error.to_string());
        }
        error
    }

    /// The error of a number that may be held by a carrier which is not asked.
    pub(super) fn not_asked(&self, number: &E164, carrier: &dyn NumberProvider, reason: &str) -> Error {
        let carriers = vec![format!("{} ({reason})", provider::name(carrier))];
        let mut preflight = Preflight::nothing(*number, carrier.kind(), self.platform.kind());
        preflight.findings.push(Finding::HolderUnknown { carriers });
        Error::Preflight(Box::new(preflight))
    }
}
