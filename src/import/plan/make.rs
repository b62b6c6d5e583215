//! Comparing what is desired with the platform and the provider.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Desired, Plan, PlanStep, Version};
use crate::E164;
use crate::error::{Error, Result, Withheld};
use crate::import::Importer;
use crate::import::change::Change;
use crate::import::listing::{Possible, RECORDS_A_REQUEST};
use crate::import::reconcile::Differences;
use crate::model::{ImportRequest, NumberRecord, Preflight, Problem, Severity, Timestamp};
use crate::provider::Ownership;

impl Importer {
    /// What it takes to bring the platform to what is desired. Changes nothing.
    ///
    /// The platform's records are listed once. Of the numbers that it does not have, the provider is asked, by its
    /// own list where that takes fewer calls; without that after [`skip_preflight`](Self::skip_preflight).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when a number is desired twice, otherwise when the platform or the provider cannot be
    /// asked.
    pub async fn plan(&self, desired: &Desired) -> Result<Plan> {
        let desired_numbers = desired.indexes()?;
        let mut there: HashMap<E164, NumberRecord> = HashMap::new();
        let mut extra = Vec::new();
        let mut possible = Possible::default();
        // Records move between the pages of a list while it is read, so that one may be shown twice.
        let mut seen = HashSet::new();
        let mut list = self.platform.list();
        while let Some(record) = list.try_next().await? {
            if !seen.insert(record.id.clone()) {
                continue;
            }
            possible.add(&record);
            match record
                .number
                .telephone()
                .filter(|number| desired_numbers.contains_key(number) && !there.contains_key(number))
            {
                Some(number) => drop(there.insert(number, record)),
                None => {
                    let second = record.number.telephone().is_some_and(|number| desired_numbers.contains_key(&number));
                    extra.push(extra_step(record, second));
                }
            }
        }
        let sources = self.sources();
        let mut steps: Vec<Option<PlanStep>> = Vec::with_capacity(desired.len() + extra.len());
        let mut absent = Vec::new();
        for request in desired {
            let record = match there.remove(request.number()) {
                Some(record) => Ok(Some(record)),
                None => match possible.of(request.number()) {
                    Some(withheld) => Err(Box::new(withheld).into()),
                    None => self.created_lately(request.number()).await,
                },
            };
            steps.push(match record {
                Ok(Some(record)) => Some(self.compare(&record, request)?),
                Err(Error::Withheld(withheld)) => Some(withheld_step(request, &withheld)),
                Err(error) => return Err(error),
                Ok(None) => match self.check(&sources, request) {
                    Err(Error::Invalid(invalid)) => Some(blocked(request, invalid.problems)),
                    Err(error) => return Err(error),
                    // Dropped, it sends nothing.
                    Ok(_) => {
                        absent.push(request);
                        None
                    }
                },
            });
        }
        let mut preflights = self.preflight_all(&absent).await?;
        for (step, request) in steps.iter_mut().zip(desired) {
            if step.is_none() {
                *step = Some(import_step(request, preflights.remove(request.number())));
            }
        }
        Ok(Plan {
            version: Version,
            platform: self.platform.kind(),
            provider: self.provider.kind(),
            made_at: Timestamp::now(),
            steps: steps.into_iter().flatten().chain(extra).collect(),
        })
    }

    /// A number that the platform has.
    fn compare(&self, record: &NumberRecord, request: &ImportRequest) -> Result<PlanStep> {
        let can = self.platform.capabilities();
        let (number, id) = (*request.number(), record.id.clone());
        let Differences { changes, unsupported_fields } = Differences::of(can, record, request, false);
        if changes.is_empty() {
            return Ok(PlanStep::Unchanged { number, id, unsupported_fields });
        }
        match can.check_update(self.platform.kind(), &Change::update(&changes)) {
            Ok(()) => Ok(PlanStep::Update { number, id, changes, unsupported_fields }),
            Err(Error::Invalid(invalid)) => Ok(blocked(request, invalid.problems)),
            Err(error) => Err(error),
        }
    }

    /// What the provider says of each number.
    async fn preflight_all(&self, requests: &[&ImportRequest]) -> Result<HashMap<E164, Preflight>> {
        if self.skip_preflight || requests.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted: Vec<E164> = requests.iter().map(|request| *request.number()).collect();
        let mut preflights: HashMap<E164, Preflight> = HashMap::with_capacity(wanted.len());
        // A list that turns out longer than asking for each of the numbers is left.
        let worth = wanted.len().saturating_mul(RECORDS_A_REQUEST);
        if wanted.len() > 1 {
            preflights.extend(wanted.iter().map(|number| (*number, self.assess(number, &Ownership::NotHeld))));
            let mut held = self.provider.list().take(worth);
            while let Some(held) = held.try_next().await? {
                let number = held.number;
                if let Some(preflight) = preflights.get_mut(&number) {
                    *preflight = self.assess(&number, &Ownership::Held(held));
                }
            }
        }
        // What the list does not show may be in a subaccount, or the provider has no list.
        let unseen = |number: &E164| {
            preflights.get(number).is_none_or(|preflight| preflight.severity() == Some(Severity::Error))
        };
        let rest: Vec<E164> = wanted.into_iter().filter(unseen).collect();
        let mut rest = stream::iter(rest)
            .map(|number| async move { self.preflight(&number).await.map(|preflight| (number, preflight)) })
            .buffer_unordered(self.concurrency);
        while let Some((number, preflight)) = rest.try_next().await? {
            preflights.insert(number, preflight);
        }
        Ok(preflights)
    }
}

fn import_step(request: &ImportRequest, preflight: Option<Preflight>) -> PlanStep {
    let request = request.clone();
    let refused = preflight.as_ref().is_some_and(|preflight| preflight.severity() == Some(Severity::Error));
    let calls = preflight.as_ref().and_then(calls);
    let findings = preflight.map(|preflight| preflight.findings).unwrap_or_default();
    if refused {
        return PlanStep::Blocked { request, problems: Vec::new(), findings };
    }
    PlanStep::Import { request, calls, findings }
}

/// Where a number's calls go, in the words of a plan.
pub(super) fn calls(preflight: &Preflight) -> Option<String> {
    preflight.routing.as_ref().map(|routing| routing.calls.to_string())
}

/// A number that may be at the platform already.
fn withheld_step(request: &ImportRequest, withheld: &Withheld) -> PlanStep {
    blocked(request, vec![Problem::new("number", withheld.reason.to_string(), withheld.advice())])
}

fn blocked(request: &ImportRequest, problems: Vec<Problem>) -> PlanStep {
    PlanStep::Blocked { request: request.clone(), problems, findings: Vec::new() }
}

fn extra_step(record: NumberRecord, second: bool) -> PlanStep {
    let NumberRecord { number, id, label, agent, .. } = record;
    PlanStep::Extra { number, id, label, agent, second, remove: None }
}
