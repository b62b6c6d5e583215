//! Comparing what is desired with the platform and the carriers.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::calls::{PlannedCalls, Seal};
use super::extra::{Extra, Holder};
use super::requests::Costs;
use super::{Desired, Plan, PlanStep, Version};
use crate::E164;
use crate::error::{Error, Result, Withheld};
use crate::http::count::counted;
use crate::import::Importer;
use crate::import::change::Change;
use crate::import::held::Held;
use crate::import::listing::Possible;
use crate::import::preflight::is_attached;
use crate::import::reconcile::Differences;
use crate::model::{
    Calls, Finding, ImportRequest, NumberRecord, Preflight, Problem, ProblemCode, Routing, Severity, Timestamp,
};
use crate::platform::Takeover;
use crate::provider::{NumberProvider, name};

/// The platform's records.
#[derive(Default)]
struct Records {
    /// Those of the numbers that are desired.
    desired: HashMap<E164, NumberRecord>,
    /// The others, and whether they are second ones of a number that is desired.
    extra: Vec<(NumberRecord, bool)>,
    possible: Possible,
}

impl Importer {
    /// Compares the desired numbers with the platform and the carriers, and returns the steps that make them match.
    /// Changes nothing.
    ///
    /// It lists the platform's records once. It lists the numbers of each carrier if that takes fewer requests than a
    /// lookup for each number. With [`skip_preflight`](Self::skip_preflight) it does not ask a single carrier: the plan
    /// then knows no routing and removes no record.
    ///
    /// If the lookup at one of [several carriers](crate::provider::Carriers) fails, numbers that no other carrier holds
    /// are blocked, and no record is removed.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when a number is desired twice. Otherwise any error of the platform, or of the carriers if
    /// none of them can be asked.
    pub async fn plan(&self, desired: &Desired) -> Result<Plan> {
        // Boxed, since it is large.
        let plan = Box::pin(self.for_run().make(desired)).await?;
        tracing::info!("planned: {}", plan.summary());
        Ok(plan)
    }

    async fn make(&self, desired: &Desired) -> Result<Plan> {
        let (records, platform_list) = counted(self.records(&desired.indexes()?)).await;
        let mut records = records?;
        let skip = self.skip_preflight && self.sources.len() == 1;
        let extras = records.extra.iter().filter_map(|(record, _)| record.number.telephone());
        let numbers: HashSet<E164> = desired.iter().map(|request| *request.number()).chain(extras).collect();
        let (held, carrier_list) = match skip {
            true => (None, 0),
            false => {
                let (held, requests) = counted(Held::read(self, &numbers)).await;
                (Some(held?), requests)
            }
        };
        let preflights = self.preflights(held.as_ref(), numbers, &records).await?;
        let seal = Seal::new();
        let calls = |number: &E164| match (&held, preflights.get(number)) {
            (Some(_), Some(preflight)) => {
                let routing = preflight.routing.as_ref();
                let reached = self.reached(routing.map(|routing| &routing.calls));
                let mut calls = PlannedCalls::new(self.carrier_name(preflight), routing, reached, &seal);
                calls.cannot_point = self.kept_by(preflight);
                calls
            }
            _ => PlannedCalls::default(),
        };
        let not_asked = held.as_ref().map_or_else(Vec::new, |held| held.not_asked(self));

        let mut steps: Vec<PlanStep> = Vec::with_capacity(desired.len() + records.extra.len());
        let mut answered = Vec::new();
        for request in desired {
            let number = request.number();
            let record = match records.desired.remove(number) {
                Some(record) => Ok(Some(record)),
                None => match records.possible.of(number) {
                    Some(withheld) => Err(Box::new(withheld).into()),
                    None => self.created_lately_unlocked(number).await,
                },
            };
            let preflight = preflights.get(number);
            steps.push(match record {
                Ok(Some(record)) => {
                    if record.is_answered() {
                        answered.push(*number);
                    }
                    self.compare(&record, request, calls(number), preflight)?
                }
                Err(Error::Withheld(withheld)) => withheld_step(request, &withheld),
                Err(error) => return Err(error),
                // Dropped, what is prepared sends nothing.
                Ok(None) => match self.prepare(request) {
                    Err(Error::Invalid(invalid)) => blocked(request, invalid.problems),
                    Err(error) => return Err(error),
                    Ok(_) => self.import_step(request, calls(number), preflight)?,
                },
            });
        }
        let seconds: HashSet<E164> =
            records.extra.iter().filter_map(|(record, second)| record.number.telephone().filter(|_| *second)).collect();
        answered.retain(|number| seconds.contains(number));
        answered.sort_unstable();
        for (record, second) in records.extra {
            let number = record.number.telephone();
            let preflight = number.as_ref().and_then(|number| preflights.get(number));
            let holder = if not_asked.is_empty() { holder(preflight) } else { Holder::Unknown };
            let calls = number.as_ref().map(calls).unwrap_or_default();
            steps.push(PlanStep::Extra(Extra::new(record, second, holder, calls)));
        }
        let mut costs = Costs::new(self, platform_list, carrier_list);
        costs.point_more = self.check_points(&mut steps).await;
        Ok(Plan {
            version: Version,
            platform: self.platform.kind(),
            account: self.platform.account(),
            provider: self.provider.kind(),
            carriers: self.provider.carriers().iter().map(|carrier| carrier.account()).collect(),
            made_at: Timestamp::now(),
            not_asked,
            on_removal: self.platform.capabilities().removal,
            address: self.address(),
            answered,
            seal,
            costs,
            steps,
        })
    }

    /// Why calls stay with what gets them now: a trunk or an application at the carrier may still be needed, also where
    /// the platform leaves the carrier alone and a preflight says nothing of it.
    fn kept_by(&self, preflight: &Preflight) -> Option<String> {
        let routing = preflight.routing.as_ref()?;
        let carriers = self.provider.carriers();
        let carrier = preflight.carrier.and_then(|index| carriers.get(index)?.routing());
        let control = carrier.or_else(|| self.provider.routing());
        let is_kept = match &routing.calls {
            calls @ Calls::Trunk(_) => !self.leads_here(calls) && self.replaceable(calls).is_none(),
            Calls::Application(_) => !control.is_some_and(|control| is_attached(routing, control)),
            _ => false,
        };
        is_kept.then(|| format!("{} gets them, and may still be needed; take the number off it first", routing.calls))
    }

    /// Notes of the calls that may have to be pointed why their carrier cannot send them to the platform's address. Each
    /// such carrier is asked once. Where a lookup fails, it is unknown, and pointing them tells. Returns how many requests
    /// the lookup takes, which is made again for each number.
    async fn check_points(&self, steps: &mut [PlanStep]) -> u64 {
        let mut most = 0;
        let Some(address) = self.address() else { return most };
        let mut pointed: Vec<&mut PlannedCalls> =
            steps.iter_mut().filter_map(PlanStep::calls_mut).filter(|calls| calls.may_be_pointed()).collect();
        for carrier in self.provider.carriers() {
            let (name, Some(control)) = (name(carrier), carrier.routing()) else { continue };
            let is_its = |calls: &PlannedCalls| calls.carrier.as_ref() == Some(&name);
            if !pointed.iter().any(|calls| is_its(calls)) {
                continue;
            }
            let (checked, requests) = counted(control.check_point(&address)).await;
            // What a trunk gets is read once more, to see that it arrives.
            let again = u64::from(requests > 0 && address.sip_host().is_some());
            most = most.max(requests + again);
            if let Err(Error::Invalid(invalid)) = checked {
                let reason = invalid.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                for calls in pointed.iter_mut().filter(|calls| is_its(calls)) {
                    calls.cannot_point = Some(reason.clone());
                }
            }
        }
        most
    }

    /// Lists the platform.
    async fn records(&self, desired: &HashMap<E164, usize>) -> Result<Records> {
        let mut records = Records::default();
        // Records move between the pages of a list while it is read, so that one may be shown twice.
        let mut seen = HashSet::new();
        let mut list = self.platform.list();
        while let Some(record) = list.try_next().await? {
            if !seen.insert(record.id.clone()) {
                continue;
            }
            records.possible.add(&record);
            let Some(number) = record.number.telephone().filter(|number| desired.contains_key(number)) else {
                records.extra.push((record, false));
                continue;
            };
            match records.desired.entry(number) {
                Entry::Vacant(entry) => drop(entry.insert(record)),
                // The one that has an agent is the one that answers.
                Entry::Occupied(mut entry) if !entry.get().is_answered() && record.is_answered() => {
                    records.extra.push((entry.insert(record), true));
                }
                Entry::Occupied(_) => records.extra.push((record, true)),
            }
        }
        Ok(records)
    }

    /// What the carriers say of each number.
    async fn preflights(
        &self,
        held: Option<&Held>,
        numbers: HashSet<E164>,
        records: &Records,
    ) -> Result<HashMap<E164, Preflight>> {
        let Some(held) = held else { return Ok(HashMap::new()) };
        let extra: HashSet<E164> = records.extra.iter().filter_map(|(record, _)| record.number.telephone()).collect();
        let ask = |number: E164| {
            // Only a number that is to be imported is looked for in subaccounts.
            let everywhere = !extra.contains(&number) && !records.desired.contains_key(&number);
            async move { held.preflight(self, &number, everywhere).await.map(|preflight| (number, preflight)) }
        };
        stream::iter(numbers).map(ask).buffer_unordered(self.concurrency).try_collect().await
    }

    /// A number that the platform has.
    fn compare(
        &self,
        record: &NumberRecord,
        request: &ImportRequest,
        mut calls: PlannedCalls,
        preflight: Option<&Preflight>,
    ) -> Result<PlanStep> {
        calls.cannot_renew = self.cannot_renew(record, preflight);
        let can = self.platform.capabilities();
        let (number, id) = (*request.number(), record.id.clone());
        let mut findings = preflight.map_or_else(Vec::new, |preflight| self.drift(record, preflight));
        findings.extend(self.planned_source_finding(record, preflight));
        let Differences { changes, unsupported_fields } = Differences::of(can, record, request, false);
        if changes.is_empty() {
            return Ok(PlanStep::Unchanged { number, id, unsupported_fields, calls, findings, renew: false });
        }
        let update = Change::update(&changes);
        let checked = self.check_shared(record, request).and_then(|()| can.check_update(self.platform.kind(), &update));
        match checked {
            Ok(()) => Ok(PlanStep::Update { number, id, changes, unsupported_fields, calls, findings, renew: false }),
            Err(Error::Invalid(invalid)) => Ok(blocked(request, invalid.problems)),
            Err(error) => Err(error),
        }
    }

    /// What an import from the carrier that holds the number does to its routing.
    fn takeover_at(&self, preflight: &Preflight) -> Takeover {
        self.takeover(preflight.carrier.and_then(|index| self.sources.get(index)))
    }

    /// What is to be said of a number that the platform has, for all that its carrier tells.
    fn drift(&self, record: &NumberRecord, preflight: &Preflight) -> Vec<Finding> {
        // The record is there, however the platform got it.
        let is_refused = |finding: &Finding| matches!(finding, Finding::SourceRefused { .. });
        let concerns = |finding: &&Finding| {
            finding.severity() == Severity::Error && !is_refused(finding)
                || matches!(finding, Finding::CarrierLookupFailed { .. } | Finding::Status { .. })
        };
        let mut findings: Vec<Finding> = preflight.findings.iter().filter(concerns).cloned().collect();
        if let Some(routing) = preflight.routing.as_ref().filter(|_| !findings.iter().any(Finding::beats_takeover)) {
            findings.extend(self.calls_finding(&routing.calls, record.agent.is_some(), self.takeover_at(preflight)));
        }
        findings
    }

    /// A number that the platform does not have, and takes from one carrier at least.
    fn import_step(
        &self,
        request: &ImportRequest,
        mut calls: PlannedCalls,
        preflight: Option<&Preflight>,
    ) -> Result<PlanStep> {
        let request = request.clone();
        let Some(preflight) = preflight else {
            return Ok(PlanStep::Import { request, calls, findings: Vec::new() });
        };
        // As an import, which goes on whatever they say.
        let skip = self.skip_preflight;
        let mut findings = if skip { Vec::new() } else { preflight.findings.clone() };
        let is_refused = !skip && preflight.severity() == Some(Severity::Error);
        let has_agent = request.agent_id().is_some();
        let takeover = self.takeover_at(preflight);
        match (&preflight.routing, takeover) {
            (None, _) if is_refused || skip => {}
            (None, _) => findings.push(Finding::RoutingUnknown),
            (Some(routing), Takeover::AtImport) if !is_on_trunk(routing) => calls.taken_over = true,
            (Some(routing), Takeover::WithAgent) if has_agent && !is_on_trunk(routing) => calls.taken_over = true,
            (Some(routing), _) => findings.extend(self.calls_finding(&routing.calls, has_agent, takeover)),
        }
        match preflight.carrier {
            Some(carrier) if !is_refused => {
                // A sole carrier was checked already.
                if self.sources.len() > 1 {
                    match self.platform.create(&self.sources[carrier], &request) {
                        Ok(_) => {}
                        Err(Error::Invalid(invalid)) => return Ok(blocked(&request, invalid.problems)),
                        Err(error) => return Err(error),
                    }
                }
                Ok(PlanStep::Import { request, calls, findings })
            }
            _ => Ok(PlanStep::Blocked { request, problems: Vec::new(), findings: preflight.findings.clone() }),
        }
    }
}

/// A trunk gets the calls, whatever a platform sets beside it.
const fn is_on_trunk(routing: &Routing) -> bool {
    matches!(routing.calls, Calls::Trunk(_))
}

/// Which carrier holds the number of a record.
pub(super) fn holder(preflight: Option<&Preflight>) -> Holder {
    let is_unsure = |finding: &Finding| {
        matches!(
            finding,
            Finding::NotVerifiable | Finding::CarrierLookupFailed { .. } | Finding::HolderLookupFailed { .. }
        )
    };
    match preflight {
        Some(preflight) if preflight.findings.iter().any(is_unsure) => Holder::Unknown,
        Some(preflight) if preflight.carrier.is_some() => Holder::Given,
        Some(preflight) if preflight.findings.contains(&Finding::NotHeld) => Holder::None,
        _ => Holder::Unknown,
    }
}

/// A number that may be at the platform already.
fn withheld_step(request: &ImportRequest, withheld: &Withheld) -> PlanStep {
    blocked(
        request,
        vec![Problem::new(ProblemCode::Conflict, "number", withheld.reason.to_string(), withheld.advice())],
    )
}

fn blocked(request: &ImportRequest, problems: Vec<Problem>) -> PlanStep {
    PlanStep::Blocked { request: request.clone(), problems, findings: Vec::new() }
}
