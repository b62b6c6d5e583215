//! Records that are not desired, and what may be done with them.

use serde::{Deserialize, Serialize};

use super::calls::PlannedCalls;
use super::{Plan, PlanStep};
use crate::model::{
    AgentId, CallbackUrl, Calls, Finding, NumberId, NumberRecord, Reached, RecordNumber, Removal, Routing, Timestamp,
};
use crate::platform::OnRemoval;

/// A record that is not desired, or a second one of a number that is. It stays, unless the plan is told to remove it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Extra {
    /// Its number.
    pub number: RecordNumber,
    /// Its id.
    pub id: NumberId,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// What answers its calls in place of an agent ([`NumberRecord::handler`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// Whether it takes calls, where the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound: Option<bool>,
    /// Whether it may make calls, where the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbound: Option<bool>,
    /// The carrier behind it, in the platform's own word, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// When it was last changed, where the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether the number is desired, and has another record that stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// Which of the given carriers holds its number.
    pub holder: Holder,
    /// Where its calls go.
    pub calls: PlannedCalls,
    /// Whether it is removed, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<PlannedRemoval>,
    /// Why it is kept, though it was to be removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Finding>,
}

/// Which of the given carriers holds the number of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Holder {
    /// One of them; [`PlannedCalls::carrier`] says which.
    Given,
    /// None of them.
    None,
    /// It is not known: a carrier does not tell its numbers or could not be asked, or several hold it.
    Unknown,
}

/// How a record is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedRemoval {
    /// What was consented to.
    pub consent: Removal,
    /// Whether the number is given away for good.
    pub releases: bool,
    /// Whether it is removed although nobody knows who answers the number, or which carrier holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Where its calls are sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reroute: Option<Reroute>,
}

/// Where a number's calls are sent before its record is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reroute {
    /// To this address, an `http` or `https` URL.
    To(CallbackUrl),
    /// To where they went before, by a backup such as [`Imported::routing_before`](crate::Imported::routing_before).
    Back(Box<Routing>),
}

/// What is to be removed.
enum Pick {
    /// What is proven to be answered elsewhere, after this.
    Verified(Option<Reroute>),
    /// A second record that shows no agent, of a number of which another one does.
    Second,
    /// Whatever is not known to be answered here.
    Unverified,
}

impl Plan {
    /// The same, which also removes what is not desired, as far as that is proven to be safe: one of the given carriers
    /// holds the number, and its calls go nowhere or to another platform. Everything else stays, and
    /// [`Extra::kept`] says why. When the plan is applied, the carrier and the platform are read again, and whatever has
    /// changed stays.
    ///
    /// `consent` must allow what the platform's removal does
    /// ([`Capabilities::removal`](crate::platform::Capabilities::removal)).
    #[must_use]
    pub fn remove_extra(self, consent: Removal) -> Self {
        self.remove_extra_if(consent, |_| true)
    }

    /// The same, which also removes what is not desired, this picks, and is proven to be safe to remove.
    #[must_use]
    pub fn remove_extra_if(self, consent: Removal, mut pick: impl FnMut(&Extra) -> bool) -> Self {
        self.removing(consent, |extra| pick(extra).then_some(Pick::Verified(None)))
    }

    /// The same, which also removes what is not desired, after its calls were sent elsewhere: to the address or back to
    /// the routing that this returns. A record of which it returns `None` stays. This is how a number is retired that
    /// the platform answers still.
    #[must_use]
    pub fn retire_extra(self, consent: Removal, mut reroute: impl FnMut(&Extra) -> Option<Reroute>) -> Self {
        self.removing(consent, |extra| reroute(extra).map(|reroute| Pick::Verified(Some(reroute))))
    }

    /// The same, which also removes second records of a number, if they show no agent and the number's other record
    /// shows one. Of several records nobody can tell which one gets the calls, but by the agent.
    #[must_use]
    pub fn remove_second(self, consent: Removal) -> Self {
        self.removing(consent, |extra| extra.second.then_some(Pick::Second))
    }

    /// The same, which also removes what is not desired and this picks, though it is not known who answers the number or
    /// which carrier holds it. Calls may reach nobody afterwards. Only records whose calls are known to go to the
    /// platform stay.
    #[must_use]
    pub fn remove_unverified_if(self, consent: Removal, mut pick: impl FnMut(&Extra) -> bool) -> Self {
        self.removing(consent, |extra| pick(extra).then_some(Pick::Unverified))
    }

    fn removing(mut self, consent: Removal, mut pick: impl FnMut(&Extra) -> Option<Pick>) -> Self {
        // The numbers whose record that stays shows an agent.
        let answered = std::mem::take(&mut self.answered);
        for step in &mut self.steps {
            let PlanStep::Extra(extra) = step else { continue };
            let Some(pick) = pick(extra) else { continue };
            let own = self.address.as_ref();
            let answered = extra.number.telephone().is_some_and(|number| answered.binary_search(&number).is_ok());
            extra.kept = extra.against(&pick, consent, self.on_removal, answered, own);
            let (unverified, reroute) = match pick {
                Pick::Verified(reroute) => (false, reroute),
                Pick::Second => (false, None),
                Pick::Unverified => (true, None),
            };
            let releases = self.on_removal == OnRemoval::Releases;
            let removal = PlannedRemoval { consent, releases, unverified, reroute };
            extra.remove = extra.kept.is_empty().then_some(removal);
        }
        self.answered = answered;
        self
    }
}

impl Extra {
    pub(super) fn new(record: NumberRecord, second: bool, holder: Holder, calls: PlannedCalls) -> Self {
        let NumberRecord { number, id, label, agent, handler, inbound, outbound, carrier, updated_at, .. } = record;
        let (remove, kept) = (None, Vec::new());
        Self {
            number,
            id,
            label,
            agent,
            handler,
            inbound,
            outbound,
            carrier,
            updated_at,
            second,
            holder,
            calls,
            remove,
            kept,
        }
    }

    /// What stands against removing it.
    fn against(
        &self,
        pick: &Pick,
        consent: Removal,
        on_removal: OnRemoval,
        answered: bool,
        own: Option<&CallbackUrl>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        match on_removal {
            OnRemoval::Unsupported => findings.push(Finding::CannotRemove),
            OnRemoval::Releases if consent == Removal::Record => findings.push(Finding::WouldRelease),
            OnRemoval::Releases | OnRemoval::Forgets => {}
        }
        let unverified = matches!(pick, Pick::Unverified);
        if self.holder != Holder::Given && !unverified {
            findings.push(Finding::CarrierUnknown);
        }
        match (pick, self.calls.reached) {
            (Pick::Second, _) if answered && self.agent.is_none() && self.handler.is_none() => {}
            (Pick::Second, _) => findings.push(Finding::MayBeTheOne),
            // Its calls are those of the number's other record.
            (Pick::Verified(Some(_)), _) if self.second => findings.push(Finding::MayBeTheOne),
            (Pick::Verified(Some(reroute)), _) => findings.extend(self.against_reroute(reroute, own)),
            (_, Reached::Elsewhere) => {}
            (_, Reached::Platform) => findings.push(Finding::StillAnswered),
            (Pick::Unverified, Reached::Unknown) => {}
            (Pick::Verified(None), Reached::Unknown) => {
                findings.push(Finding::MayBeAnswered { calls: self.calls.to.clone() });
            }
        }
        findings
    }

    /// What stands against sending its calls there.
    fn against_reroute(&self, reroute: &Reroute, own: Option<&CallbackUrl>) -> Option<Finding> {
        if self.holder == Holder::Given && self.calls.to.is_none() {
            return Some(Finding::MayBeAnswered { calls: None }); // the carrier keeps no routing
        }
        let (target, is_of_number) = match reroute {
            Reroute::To(address) => (Some(address), true),
            Reroute::Back(before) => {
                let address = match &before.calls {
                    Calls::Url(address) => Some(address),
                    _ => None,
                };
                (address, self.number.is(&before.number))
            }
        };
        let is_address = target.is_none_or(|address| address.host().is_some());
        if !is_address || !is_of_number {
            return Some(Finding::BadReroute);
        }
        (own.is_some() && target == own).then_some(Finding::StillAnswered)
    }
}
