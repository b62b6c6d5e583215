//! Records that are not desired, and whether a plan removes them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calls::PlannedCalls;
use super::{Plan, PlanStep};
use crate::model::{
    AgentId, CallbackUrl, Calls, Finding, NumberId, NumberRecord, Reached, RecordNumber, Removal, Routing, Timestamp,
};
use crate::platform::OnRemoval;

/// A record that is not desired, or a second record of a desired number. It stays unless the plan is told to remove it.
///
/// ```
/// # fn retire(plan: numport::Plan) -> numport::Plan {
/// use numport::import::plan::{Holder, PlanStep};
///
/// for step in &plan.steps {
///     match step {
///         PlanStep::Extra(extra) if extra.holder == Holder::None => println!("{}: whose is it?", extra.number),
///         _ => {}
///     }
/// }
/// # plan
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Extra {
    /// The record's number.
    pub number: RecordNumber,
    /// The record's id.
    pub id: NumberId,
    /// The record's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The record's agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// What answers its calls in place of an agent ([`NumberRecord::handler`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// The settings that belong to its agent ([`Settings::agent`](crate::model::Settings::agent)).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub agent_settings: Map<String, Value>,
    /// Whether it takes calls, where the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound: Option<bool>,
    /// Whether the number may make calls, if the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbound: Option<bool>,
    /// The carrier that holds the number, as the platform names it, if the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// When the record was last changed, if the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether the number is desired and has another record, which stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// Which of the given carriers holds the number.
    pub holder: Holder,
    /// Where the number's calls go.
    pub calls: PlannedCalls,
    /// Whether the record itself says that its removal releases the number ([`NumberRecord::releases`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub releases: bool,
    /// Whether and how the record is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<PlannedRemoval>,
    /// Why the record stays, although the plan was told to remove it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Finding>,
}

/// Which of the given carriers holds the number of a record.
///
/// ```
/// use numport::import::plan::Holder;
///
/// let told = |holder: Holder| match holder {
///     Holder::Given => "one of your carriers",
///     Holder::None => "none of your carriers",
///     _ => "unknown",
/// };
/// assert_eq!(told(Holder::None), "none of your carriers");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Holder {
    /// One of the given carriers; [`PlannedCalls::carrier`] says which.
    Given,
    /// None of the given carriers.
    None,
    /// Unknown: a carrier does not tell its numbers, the lookup at a carrier failed, or several carriers hold the
    /// number.
    Unknown,
}

/// How a record is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedRemoval {
    /// The consent that was given.
    pub consent: Removal,
    /// Whether the removal releases the number for good.
    pub releases: bool,
    /// Whether the record is removed although it is unknown who answers the number or which carrier holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Where the number's calls are sent before the removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reroute: Option<Reroute>,
}

/// Where a number's calls are sent before its record is removed.
///
/// ```
/// # fn retire(plan: numport::Plan) -> numport::Plan {
/// use numport::import::plan::Reroute;
/// use numport::model::Removal;
///
/// let closed = || Some(Reroute::To("https://app.example.com/closed".into()));
/// plan.retire_extra(Removal::Record, |extra| if extra.agent.is_none() { closed() } else { None })
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reroute {
    /// To this `http` or `https` URL.
    To(CallbackUrl),
    /// Back to the routing of a snapshot such as [`Imported::routing_before`](crate::Imported::routing_before). The record
    /// stays if the calls would go to a platform that is not known to have a record of the number
    /// ([`Finding::NoRecord`]), as [`Restored::NoRecord`](crate::Restored::NoRecord): it is read when the plan is applied.
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
    /// Also removes records that are not desired, as far as that is proven to be safe: one of the given carriers holds
    /// the number, and its calls go nowhere or to another platform. All other records stay, and [`Extra::kept`] says
    /// why. When the plan is applied, the importer reads the carrier and the platform again; a record stays if anything
    /// has changed.
    ///
    /// `consent` must allow what the platform does at a removal
    /// ([`Capabilities::removal`](crate::platform::Capabilities::removal)).
    #[must_use]
    pub fn remove_extra(self, consent: Removal) -> Self {
        self.remove_extra_if(consent, |_| true)
    }

    /// Also removes those records that are not desired, that `pick` selects, and that are proven to be safe to remove.
    #[must_use]
    pub fn remove_extra_if(self, consent: Removal, mut pick: impl FnMut(&Extra) -> bool) -> Self {
        self.removing(consent, |extra| pick(extra).then_some(Pick::Verified(None)))
    }

    /// Also removes records that are not desired, after their calls were sent elsewhere: to the address or the earlier
    /// routing that the closure returns. A record stays if the closure returns `None`. Use it to retire a number that
    /// the platform still answers.
    #[must_use]
    pub fn retire_extra(self, consent: Removal, mut reroute: impl FnMut(&Extra) -> Option<Reroute>) -> Self {
        self.removing(consent, |extra| reroute(extra).map(|reroute| Pick::Verified(Some(reroute))))
    }

    /// Also removes second records of a number, if they show no agent and another record of the number does. Only the
    /// agent tells which of several records gets the calls.
    #[must_use]
    pub fn remove_second(self, consent: Removal) -> Self {
        self.removing(consent, |extra| extra.second.then_some(Pick::Second))
    }

    /// Also removes those records that are not desired and that `pick` selects, although it is unknown who answers the
    /// number or which carrier holds it. Calls may reach nobody afterwards. Records whose calls are known to go to the
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
            let releases = extra.is_released(self.on_removal);
            extra.kept = extra.against(&pick, consent, self.on_removal, answered, own);
            let (unverified, reroute) = match pick {
                Pick::Verified(reroute) => (false, reroute),
                Pick::Second => (false, None),
                Pick::Unverified => (true, None),
            };
            let removal = PlannedRemoval { consent, releases, unverified, reroute };
            extra.remove = extra.kept.is_empty().then_some(removal);
        }
        self.answered = answered;
        self
    }
}

impl Extra {
    pub(super) fn new(record: NumberRecord, second: bool, holder: Holder, calls: PlannedCalls) -> Self {
        let NumberRecord {
            number,
            id,
            label,
            agent,
            handler,
            settings,
            inbound,
            outbound,
            carrier,
            updated_at,
            releases,
            ..
        } = record;
        let (remove, kept) = (None, Vec::new());
        Self {
            number,
            id,
            label,
            agent,
            handler,
            agent_settings: settings.agent,
            inbound,
            outbound,
            carrier,
            updated_at,
            second,
            holder,
            calls,
            releases,
            remove,
            kept,
        }
    }

    /// Whether the platform would release the number with the record.
    pub(super) fn is_released(&self, on_removal: OnRemoval) -> bool {
        self.releases || on_removal == OnRemoval::Releases
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
            _ if self.is_released(on_removal) && consent == Removal::Record => findings.push(Finding::WouldRelease),
            _ => {}
        }
        let unverified = matches!(pick, Pick::Unverified);
        if self.holder != Holder::Given && !unverified {
            findings.push(Finding::CarrierUnknown);
        }
        match (pick, self.calls.reached) {
            (Pick::Second, _) if answered && self.agent.is_none() && self.handler.is_none() => {}
            (Pick::Second, _) => findings.push(Finding::SecondMayAnswer),
            // Its calls are those of the number's other record.
            (Pick::Verified(Some(_)), _) if self.second => findings.push(Finding::SecondMayAnswer),
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
