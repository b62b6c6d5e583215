//! What the carriers hold, listed once for a plan.

use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};

use crate::E164;
use crate::error::{Error, Result};
use crate::import::Importer;
use crate::import::holder::not_asked;
use crate::import::listing::RECORDS_A_REQUEST;
use crate::model::{Finding, Preflight};
use crate::provider::{self, HeldNumber, Holding, NumberProvider, Ownership};

/// What one carrier said.
enum List {
    /// All its numbers, as far as they are asked for.
    Whole(HashMap<E164, HeldNumber>),
    /// It is asked for each number: it does not tell its numbers, or has very many.
    Lookups,
    /// It could not be asked.
    Failed(Error),
}

/// What all carriers hold of some numbers.
pub(super) struct Held<'a> {
    importer: &'a Importer,
    carriers: Vec<&'a dyn NumberProvider>,
    lists: Vec<List>,
}

impl<'a> Held<'a> {
    /// Lists the carriers, where that takes fewer requests than asking for each of these numbers.
    pub(super) async fn read(importer: &'a Importer, numbers: &HashSet<E164>) -> Result<Self> {
        let carriers = importer.provider.carriers();
        let lists = if numbers.len() > 1 {
            join_all(carriers.iter().map(|carrier| list(*carrier, numbers))).await
        } else {
            carriers.iter().map(|_| Ok(List::Lookups)).collect()
        };
        let all_failed = lists.iter().all(Result::is_err);
        let mut kept = Vec::with_capacity(lists.len());
        for (index, list) in lists.into_iter().enumerate() {
            kept.push(match list {
                Err(error) if all_failed => return Err(error),
                Err(error) => List::Failed(importer.noting_refusal(index, error)),
                Ok(list) => list,
            });
        }
        Ok(Self { importer, carriers, lists: kept })
    }

    /// The carriers that could not be asked, and why.
    pub(super) fn not_asked(&self) -> Vec<String> {
        let all = self.carriers.iter().zip(&self.lists);
        let failed = all.filter_map(|(carrier, list)| match list {
            List::Failed(reason) => Some(format!("{} ({reason})", provider::name(*carrier))),
            _ => None,
        });
        failed.collect()
    }

    /// Who holds a number. `everywhere` asks also for what no list has, since it may be in a subaccount.
    pub(super) async fn holding(&self, number: &E164, everywhere: bool) -> Result<Holding> {
        let ask = |index: usize| async move {
            let carrier = self.carriers[index];
            match &self.lists[index] {
                List::Whole(held) => Ok(held.get(number).cloned().map_or(Ownership::NotHeld, Ownership::Held)),
                List::Lookups => carrier.lookup(number).await,
                List::Failed(earlier) => Err(not_asked(carrier, earlier)),
            }
        };
        let listed = provider::combine(&self.carriers, join_all((0..self.carriers.len()).map(ask)).await)?;
        let unseen = everywhere && matches!(listed.ownership, Ownership::NotHeld);
        if unseen && self.lists.iter().any(|list| matches!(list, List::Whole(_))) {
            return self.importer.holding(&self.carriers, number).await;
        }
        Ok(listed)
    }

    /// What the carriers say of a number, as a preflight. A number of which nobody knows the carrier is refused by it.
    pub(super) async fn preflight(&self, number: &E164, everywhere: bool) -> Result<Preflight> {
        match self.holding(number, everywhere).await {
            Ok(holding) => Ok(self.importer.assess_holding(number, &self.carriers, &holding)),
            Err(error) if self.carriers.len() > 1 => {
                let mut unknown =
                    Preflight::nothing(*number, self.importer.provider.kind(), self.importer.platform.kind());
                unknown.findings.push(Finding::HolderNotAsked { reason: error.to_string() });
                Ok(unknown)
            }
            Err(error) => Err(error),
        }
    }

    /// The name of the carrier that a preflight has found.
    pub(super) fn name(&self, preflight: &Preflight) -> Option<String> {
        preflight.carrier.map(|index| provider::name(self.carriers[index]))
    }
}

/// Which of these numbers a carrier holds, unless its list is too long for that.
async fn list(carrier: &dyn NumberProvider, wanted: &HashSet<E164>) -> Result<List> {
    let most = wanted.len().saturating_mul(RECORDS_A_REQUEST);
    let mut held = HashMap::new();
    let mut numbers = carrier.list().take(most.saturating_add(1));
    let mut count = 0;
    loop {
        match numbers.try_next().await {
            Ok(Some(number)) => {
                count += 1;
                if wanted.contains(&number.number) {
                    held.insert(number.number, number);
                }
            }
            Ok(None) if count > most => return Ok(List::Lookups),
            Ok(None) => return Ok(List::Whole(held)),
            // It cannot tell its numbers.
            Err(Error::Invalid(_)) => return Ok(List::Lookups),
            Err(error) => return Err(error),
        }
    }
}
