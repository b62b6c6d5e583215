//! Removing what is not desired, without leaving callers with nobody.

use futures_util::TryStreamExt;

use super::applied::{Applied, Difference};
use super::apply::gone;
use super::calls::Seal;
use super::extra::{Extra, Holder, PlannedRemoval, Reroute};
use super::make::holder;
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Incomplete, Mismatch, Result, Step};
use crate::import::change::{agent, label, switch};
use crate::import::keep::{Seen, seen};
use crate::import::memory::{Changing, NumberLock};
use crate::import::point::{after_change, is_at, unsure};
use crate::import::{Importer, Restored};
use crate::model::{Calls, Finding, NumberRecord, Reached, Routing};
use crate::provider::{self, NumberProvider, RoutingControl};

/// A number at its carrier, read right before something is done that cannot be undone.
struct Now<'a> {
    carrier: Option<&'a dyn NumberProvider>,
    routing: Option<Routing>,
    /// The routing at each carrier that holds it.
    seen: Seen,
}

impl Importer {
    /// Removes a record that is still as it was planned for, in all that the plan knows of it and of its calls.
    pub(super) async fn remove_planned(&self, extra: &Extra, removal: &PlannedRemoval, seal: &Seal) -> Result<Applied> {
        let (number, id) = (extra.number.telephone(), &extra.id);
        let mut lock = match &number {
            Some(number) => {
                Some(self.lock(number).await.map_err(Error::from).map_err(|error| error.withheld_from("removed"))?)
            }
            None => None,
        };
        let record = match self.platform.get(id).await {
            Err(error) if error.is_not_found() => return Ok(Applied::Unchanged),
            record => record?,
        };
        let mut moved = extra.differences(&record);
        let carriers = self.provider.carriers();
        let mut now = match &number {
            Some(number) => self.now(&carriers, number, extra, removal, &mut moved).await?,
            None => Now { carrier: None, routing: None, seen: Seen::new() },
        };
        moved.extend(extra.calls.changed(now.routing.as_ref(), seal).into_iter().map(|setting| Difference {
            what: "calls",
            planned: extra.calls.shown().to_owned(),
            found: format!("another {setting}"),
        }));
        if !moved.is_empty() {
            return Ok(Applied::Moved(moved));
        }
        let mut changing = number.map(|number| Changing::begin(self.account, &number));
        let incomplete = |record, error| Error::from(Box::new(Incomplete::imported(record, Step::Remove, error)));
        let mut is_rerouted = false;
        if let Some(reroute) = &removal.reroute {
            match self.reroute(&mut now, reroute, lock.as_mut()).await? {
                Ok(sent) => is_rerouted = sent,
                Err(finding) => return Ok(Applied::Blocked { findings: vec![finding] }),
            }
        } else if let Some(finding) = self.still_answered(&now, extra, removal).await? {
            return Ok(Applied::Blocked { findings: vec![finding] });
        }
        if removal.reroute.is_some() || extra.second {
            // That took a while, in which others may have put the record to use.
            match self.moved_meanwhile(extra).await {
                Ok(moved) if moved.is_empty() => {}
                Ok(moved) if !is_rerouted => return Ok(Applied::Moved(moved)),
                Ok(moved) => return Err(incomplete(record, self.not_removed(&moved))),
                Err(error) if is_rerouted => return Err(incomplete(record, error)),
                Err(error) => return Err(error),
            }
        }
        let removed = self.remove_record(&record, removal.consent, changing.as_mut(), lock.as_mut()).await;
        // Also after a lost response.
        let may_be_gone = removed.as_ref().err().is_none_or(|error| error.is_not_found() || !error.surely_not_done());
        let kept = if may_be_gone { self.keep_routing(&now.seen).await } else { Ok(()) };
        match removed {
            // Somebody else has removed it, after its calls were sent elsewhere.
            Err(error) if error.is_not_found() && removal.reroute.is_some() => {}
            Err(error) if error.is_not_found() => return Ok(Applied::Moved(vec![gone(id)])),
            Err(error) if removal.reroute.is_some() => {
                return Err(incomplete(record, error));
            }
            removed => removed?,
        }
        // Also those that an earlier process has rerouted, which did not come to the removal.
        if let (Some(lock), true) = (&mut lock, removal.reroute.is_some()) {
            lock.moved().await;
        }
        let not_verified = |error: Error| Finding::VerificationFailed { reason: error.to_string() };
        Ok(Applied::Removed { findings: kept.map_err(not_verified).err().into_iter().collect() })
    }

    /// How the record differs from the plan now. One that is gone does not.
    async fn moved_meanwhile(&self, extra: &Extra) -> Result<Vec<Difference>> {
        match self.platform.get(&extra.id).await {
            Ok(record) => Ok(extra.differences(&record)),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The error of a record that was changed while its calls were sent elsewhere.
    fn not_removed(&self, moved: &[Difference]) -> Error {
        let found = moved.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let fault = CallFault::Mismatch(Mismatch::new("the record as planned", Some(&found)));
        Box::new(CallError::new(self.platform.kind().into(), "get number", Delivery::Read, fault)).into()
    }

    /// Asks the carriers. Where the plan says who holds the number, that must still be so.
    async fn now<'a>(
        &self,
        carriers: &[&'a dyn NumberProvider],
        number: &E164,
        extra: &Extra,
        removal: &PlannedRemoval,
        moved: &mut Vec<Difference>,
    ) -> Result<Now<'a>> {
        let holding = match self.holding(carriers, number).await {
            Ok(holding) => holding,
            // It was told to do it unverified, and the plan shows that a carrier does not tell.
            Err(_) if removal.unverified && extra.holder == Holder::Unknown => {
                return Ok(Now { carrier: None, routing: None, seen: Seen::new() });
            }
            Err(error) => return Err(error),
        };
        let preflight = self.assess_holding(number, carriers, &holding);
        let now_held = holder(Some(&preflight));
        if extra.holder == Holder::Given && now_held != Holder::Given && !removal.unverified {
            let found = preflight.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            moved.push(Difference { what: "carrier", planned: extra.calls.carrier.clone().unwrap_or_default(), found });
        }
        let carrier = holding.carrier.map(|index| carriers[index]);
        let found = carrier.map(provider::name);
        if extra.holder == Holder::Given && found != extra.calls.carrier {
            let shown =
                |carrier: &Option<String>| carrier.clone().unwrap_or_else(|| "none of the given carriers".to_owned());
            let (planned, found) = (shown(&extra.calls.carrier), shown(&found));
            moved.push(Difference { what: "carrier", planned, found });
        }
        Ok(Now { carrier, routing: preflight.routing, seen: seen(&holding) })
    }

    /// Why the record must stay: its calls may go to the platform.
    async fn still_answered(&self, now: &Now<'_>, extra: &Extra, removal: &PlannedRemoval) -> Result<Option<Finding>> {
        let calls = now.routing.as_ref().map(|routing| &routing.calls);
        let reached = if extra.number.telephone().is_some() { self.reached(calls) } else { Reached::Unknown };
        match reached {
            Reached::Elsewhere => Ok(None),
            Reached::Unknown if removal.unverified => Ok(None),
            // As a second one that shows no agent it was picked.
            _ if extra.second && !removal.unverified => {
                Ok(if self.has_agent_elsewhere(extra).await? { None } else { Some(Finding::SecondMayAnswer) })
            }
            Reached::Platform => Ok(Some(Finding::StillAnswered)),
            Reached::Unknown => Ok(Some(Finding::MayBeAnswered { calls: calls.map(Calls::to_string) })),
        }
    }

    /// Whether this record shows no agent, and another one of its number does.
    async fn has_agent_elsewhere(&self, extra: &Extra) -> Result<bool> {
        let mut list = self.platform.list();
        while let Some(record) = list.try_next().await? {
            if record.id == extra.id || record.number.telephone() != extra.number.telephone() || !record.is_answered() {
                continue;
            }
            // A list may show a record that is gone.
            match self.platform.get(&record.id).await {
                Ok(now) if now.number.telephone() == extra.number.telephone() && now.is_answered() => {
                    return Ok(extra.agent.is_none() && extra.handler.is_none());
                }
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        Ok(false)
    }

    /// Sends the calls elsewhere, and makes sure that they go there. Returns whether anything was sent, or why the calls
    /// stay.
    async fn reroute(
        &self,
        now: &mut Now<'_>,
        reroute: &Reroute,
        mut lock: Option<&mut NumberLock>,
    ) -> Result<Result<bool, Finding>> {
        let (Some(carrier), Some(routing)) = (now.carrier, &now.routing) else {
            return Ok(Err(Finding::MayBeAnswered { calls: None }));
        };
        let Some(control) = carrier.routing() else { return Ok(Err(Finding::MayBeAnswered { calls: None })) };
        let target = match reroute {
            Reroute::To(address) => Calls::Url(address.clone()),
            Reroute::Back(before) => before.calls.clone(),
        };
        if self.leads_here(&target) {
            return Ok(Err(Finding::StillAnswered));
        }
        let mut is_sent = false;
        if !arrives(control, &routing.calls, reroute).await? {
            if let Reroute::Back(before) = reroute {
                if before.id != routing.id {
                    return Ok(Err(Finding::NotHeld));
                }
                if let Some(finding) = self.against_back(control, &before.calls).await? {
                    return Ok(Err(finding));
                }
            }
            let mut lock = lock.as_mut().filter(|lock| lock.has_journal());
            if let Some(lock) = &mut lock {
                self.write_down_calls(lock, &routing.number, carrier.kind(), Some(routing.clone()), &[]).await?;
            }
            let sent = self.send_elsewhere(control, routing, reroute).await;
            let is_as_before = match &sent {
                Ok(is_sent) => !is_sent,
                Err(error) => error.surely_not_done(),
            };
            if let (Some(lock), true) = (lock, is_as_before) {
                lock.not_done();
                lock.settle(|| None).await;
            }
            is_sent = sent?;
        }
        let after = after_change(control, &routing.number).await?;
        let arrived = match &after {
            Some(after) => arrives(control, &after.calls, reroute).await.map_err(unsure)?,
            None => false,
        };
        let calls = after.as_ref().map(|after| after.calls.to_string());
        if let (Some(after), Some((_, seen))) = (&after, now.seen.iter_mut().find(|(_, seen)| seen.id == routing.id)) {
            seen.clone_from(after);
        }
        match arrived {
            true => Ok(Ok(is_sent)),
            false if is_sent => Err(self.not_pointed(target, &calls.unwrap_or_else(|| "nothing".to_owned()))),
            false => Ok(Err(Finding::MayBeAnswered { calls })),
        }
    }

    /// Why calls are not sent back there: they would go to this platform, whose record is to be removed, or to another one
    /// that is not known to have a record.
    async fn against_back(&self, control: &dyn RoutingControl, calls: &Calls) -> Result<Option<Finding>> {
        // A trunk shows nothing of where it leads.
        self.read_trunk(calls, &[control]).await?;
        let reached = self.may_reach(calls);
        Ok(match reached.first() {
            _ if self.leads_here(calls) => Some(Finding::StillAnswered),
            _ if reached.contains(&self.platform.kind()) => {
                Some(Finding::MayBeAnswered { calls: Some(calls.to_string()) })
            }
            Some(&platform) => Some(Finding::NoRecord { platform }),
            None => None,
        })
    }

    /// Returns whether anything was sent.
    async fn send_elsewhere(&self, control: &dyn RoutingControl, now: &Routing, reroute: &Reroute) -> Result<bool> {
        match reroute {
            Reroute::To(address) => control.point(now, address).await.map(|_| true),
            // What others changed meanwhile stays.
            Reroute::Back(before) => {
                let back = self.compare_routing(before, false).await?;
                let back = self.put_back(before, back, false).await?;
                Ok(matches!(back, Restored::PutBack(_) | Restored::PartlyPutBack { .. }))
            }
        }
    }
}

/// Whether these calls go where a removal sends them first.
async fn arrives(control: &dyn RoutingControl, calls: &Calls, reroute: &Reroute) -> Result<bool> {
    match reroute {
        Reroute::To(address) => is_at(control, calls, address).await,
        Reroute::Back(before) => Ok(*calls == before.calls),
    }
}

impl Extra {
    /// What of the record differs from the plan.
    fn differences(&self, record: &NumberRecord) -> Vec<Difference> {
        let word = |text: Option<&str>| text.unwrap_or("none").to_owned();
        let time = |time: Option<crate::Timestamp>| time.map_or_else(|| "unknown".to_owned(), |time| time.to_string());
        let pairs = [
            ("number", self.number.to_string(), record.number.to_string()),
            ("label", label(self.label.as_deref()), label(record.label.as_deref())),
            ("agent", agent(self.agent.as_ref()), agent(record.agent.as_ref())),
            ("handler", word(self.handler.as_deref()), word(record.handler.as_deref())),
            ("inbound", switch(self.inbound), switch(record.inbound)),
            ("outbound", switch(self.outbound), switch(record.outbound)),
            ("release", self.releases.to_string(), record.releases.to_string()),
            ("carrier", word(self.carrier.as_deref()), word(record.carrier.as_deref())),
            ("last change", time(self.updated_at), time(record.updated_at)),
        ];
        let differing = pairs.into_iter().filter(|(_, planned, found)| planned != found);
        let differing = differing.map(|(what, planned, found)| Difference { what, planned, found });
        let (planned, found) = (&self.agent_settings, &record.settings.agent);
        differing.chain((planned != found).then(|| Difference::of_settings(planned, found))).collect()
    }
}
