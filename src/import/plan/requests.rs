//! About how many requests a plan takes.

use serde::{Deserialize, Serialize};

use super::extra::Extra;
use super::{Plan, PlanStep};
use crate::import::Importer;
use crate::import::batches::BATCH;
use crate::import::change::Field;
use crate::model::ImportRequest;
use crate::platform::{Find, Takeover};

/// What the number of requests depends on, beside the steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Costs {
    /// What the lists took when the plan was made.
    platform_list: u64,
    carrier_list: u64,
    /// What it takes to find a number, and to read a record.
    find: u64,
    get: u64,
    /// The fields that an import sets by an update.
    set_later: Vec<Field>,
    takeover: Taken,
}

/// Whether the carrier is read again after an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Taken {
    Always,
    WithAgent,
    #[default]
    Never,
}

impl Costs {
    pub(super) fn new(importer: &Importer, platform_list: u64, carrier_list: u64) -> Self {
        let can = importer.platform.capabilities();
        let cost = |find| if find == Find::ThroughList { platform_list.max(1) } else { 1 };
        let fields = [
            (Field::Label, can.label),
            (Field::Agent, can.agent),
            (Field::Inbound, can.inbound),
            (Field::Outbound, can.outbound),
        ];
        let is_read = importer.provider.routing().is_some() && !importer.skip_preflight;
        Self {
            platform_list,
            carrier_list,
            find: cost(can.find),
            get: cost(can.get),
            set_later: fields.into_iter().filter(|(_, can)| !can.create && can.set).map(|(field, _)| field).collect(),
            takeover: match can.takeover {
                Takeover::AtImport | Takeover::Unknown if is_read => Taken::Always,
                Takeover::WithAgent if is_read => Taken::WithAgent,
                _ => Taken::Never,
            },
        }
    }

    fn is_set_later(&self, request: &ImportRequest) -> bool {
        self.set_later.iter().any(|field| match field {
            Field::Label => request.label_patch().set().is_some(),
            Field::Agent => request.agent_id().is_some(),
            Field::Inbound => request.inbound_enabled().is_some(),
            Field::Outbound => request.outbound_enabled().is_some(),
            Field::Handler => false,
        })
    }
}

impl Plan {
    /// Returns about how many requests [`apply`](Importer::apply) will send to the platform and to the carriers, if
    /// nothing fails and nothing has changed meanwhile. The items of the run count what was sent
    /// ([`Progress::requests`](crate::import::Progress::requests)). Calls that a platform takes for credentials of its
    /// own, before the first import, are not contained.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let Costs { platform_list, carrier_list, find, get, .. } = self.costs;
        let (mut imports, mut verified, mut requests) = (0, 0, 0);
        // A read before it, the change, and a read after it.
        let pointed = |is_pointed: bool| if is_pointed { 3 } else { 0 };
        for step in self.steps.iter().filter(|step| step.does_something()) {
            requests += match step {
                PlanStep::Import { request, calls, .. } => {
                    imports += 1;
                    let is_pointed = calls.point_to.is_some();
                    let is_verified = match self.costs.takeover {
                        Taken::Always => true,
                        Taken::WithAgent => request.agent_id().is_some(),
                        Taken::Never => false,
                    };
                    verified += u64::from(is_verified && !is_pointed);
                    let verified_alone = u64::from(is_verified && is_pointed);
                    1 + u64::from(self.costs.is_set_later(request)) + verified_alone + pointed(is_pointed)
                }
                PlanStep::Update { calls, changes, renew, .. } => {
                    // A platform that reads a record from its list may do so for the update again, and take two calls.
                    let update = if get > 1 { get + 2 } else { 1 };
                    get + if changes.is_empty() { 0 } else { update }
                        + pointed(calls.point_to.is_some())
                        + 3 * u64::from(*renew)
                }
                PlanStep::Unchanged { calls, renew, .. } => {
                    get + pointed(calls.point_to.is_some()) + 3 * u64::from(*renew)
                }
                PlanStep::Extra(Extra { remove: Some(removal), .. }) => {
                    // The record and the routing are read, and the routing once more afterwards.
                    get + 3 + pointed(removal.reroute.is_some()) + u64::from(removal.reroute.is_some())
                }
                PlanStep::Extra(_) | PlanStep::Blocked { .. } => 0,
            };
        }
        let look_ups = match imports {
            0 => 0,
            1 => find + 1,
            _ => (find * imports).min(platform_list) + imports.min(carrier_list),
        };
        let batches = verified.div_ceil(BATCH as u64);
        requests + look_ups + verified.min(batches * carrier_list.max(1))
    }
}
