//! About how many requests a plan takes.

use serde::{Deserialize, Serialize};

use super::extra::Extra;
use super::{Plan, PlanStep};
use crate::import::Importer;
use crate::import::batches::BATCH;
use crate::import::change::Field;
use crate::model::{ImportRequest, Removal};
use crate::platform::{Find, Renews, Takeover};

/// What the number of requests depends on, beside the steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Costs {
    /// What the lists took when the plan was made.
    platform_list: u64,
    carrier_list: u64,
    /// What it takes to find a number, and to read a record.
    find: u64,
    get: u64,
    /// What it takes to read a record that consists of several objects; 0 for other records.
    #[serde(default, skip_serializing_if = "is_zero")]
    objects: u64,
    /// How many carriers are asked for a number.
    look_up: u64,
    /// How many credentials a renewal changes at most; `None` where it is one for each record.
    stored_credentials: Option<u64>,
    concurrency: u64,
    /// What a create takes.
    create: u64,
    /// What a removal takes beside its own request.
    #[serde(default, skip_serializing_if = "is_zero")]
    removal_more: u64,
    /// Whether a removal without consent to a release reads the record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    removal_reads: bool,
    /// What pointing a number's calls takes beside its own requests: the carrier's applications or trunks are looked
    /// through for the platform's address.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) point_more: u64,
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
        let cost = |find| match find {
            Find::ThroughList => platform_list.max(1),
            Find::Several(requests) => u64::from(requests),
            Find::Native => 1,
        };
        let fields = [
            (Field::Label, can.label),
            (Field::Agent, can.agent),
            (Field::Inbound, can.inbound),
            (Field::Outbound, can.outbound),
        ];
        let is_read = importer.provider.routing().is_some() && !importer.skip_preflight;
        let carriers = importer.sources.len() as u64;
        let renews = || importer.sources.iter().filter_map(|source| can.renewal.of(source));
        Self {
            platform_list,
            carrier_list,
            find: cost(can.find),
            get: cost(can.get),
            objects: if matches!(can.get, Find::Several(_)) { cost(can.get) } else { 0 },
            look_up: if importer.skip_preflight && carriers == 1 { 0 } else { carriers },
            stored_credentials: renews().all(|renews| renews == Renews::Credential).then(|| renews().count() as u64),
            concurrency: importer.concurrency as u64,
            create: can.create_requests.into(),
            removal_more: can.removal_requests.saturating_sub(1).into(),
            removal_reads: can.removal_reads,
            point_more: 0,
            set_later: fields.into_iter().filter(|(_, can)| !can.create && can.set).map(|(field, _)| field).collect(),
            takeover: match can.takeover {
                Takeover::AtImport | Takeover::Unknown if is_read => Taken::Always,
                Takeover::WithAgent if is_read => Taken::WithAgent,
                _ => Taken::Never,
            },
        }
    }

    /// What it takes to read so many records. Look-ups that read the list share it where they come together.
    fn read(&self, reads: u64) -> u64 {
        if self.objects > 0 {
            return reads * self.objects;
        }
        if self.get > 1 { reads.div_ceil(self.concurrency.max(1)) * self.get } else { reads }
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

#[allow(clippy::trivially_copy_pass_by_ref)] // serde calls it
const fn is_zero(requests: &u64) -> bool {
    *requests == 0
}

impl Plan {
    /// Returns about how many requests [`apply`](Importer::apply) will send to the platform and to the carriers, if
    /// nothing fails and nothing has changed meanwhile. The items of the run count what was sent
    /// ([`Progress::requests`](crate::import::Progress::requests)). Calls that a platform takes for credentials of its
    /// own, before the first import, are not contained.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let Costs { platform_list, carrier_list, find, look_up, stored_credentials, .. } = self.costs;
        let (mut imports, mut verified, mut requests) = (0, 0, 0);
        // Records that are read one by one, and from the run's list; credentials that are renewed.
        let (mut reads, mut listed, mut renewals) = (0, 0, 0);
        // A read before it, the change, and a read after it.
        let pointed = |is_pointed: bool| if is_pointed { 3 + self.costs.point_more } else { 0 };
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
                    let set_later = u64::from(self.costs.is_set_later(request));
                    self.costs.create + set_later * (1 + self.costs.objects) + verified_alone + pointed(is_pointed)
                }
                PlanStep::Update { calls, changes, renew, .. } => {
                    // A platform that reads a record from its list may do so for the update again, and take two calls.
                    let objects = self.costs.objects;
                    let by_list = self.costs.get > 1 && objects == 0;
                    let is_changed = !changes.is_empty();
                    reads += 1 + u64::from(is_changed && by_list);
                    renewals += u64::from(*renew);
                    // Several objects are read before, and the changed one after it.
                    let update = if objects > 0 { objects + 2 } else { 1 + u64::from(by_list) };
                    u64::from(is_changed) * update + pointed(calls.point_to.is_some())
                }
                PlanStep::Unchanged { calls, renew, .. } => {
                    let is_pointed = calls.point_to.is_some();
                    *if is_pointed { &mut reads } else { &mut listed } += 1;
                    renewals += u64::from(*renew);
                    pointed(is_pointed)
                }
                PlanStep::Extra(Extra { remove: Some(removal), second, .. }) => {
                    // The routing is read before and after it, and when the calls were sent elsewhere.
                    let is_rerouted = removal.reroute.is_some();
                    let objects = self.costs.objects;
                    // The record is read after it as well: of one that is gone, the first object is read and no other.
                    reads += 1 + u64::from(is_rerouted || *second) + u64::from(objects == 0);
                    reads += u64::from(self.costs.removal_reads && removal.consent == Removal::Record);
                    3 + self.costs.removal_more + 2 * u64::from(is_rerouted) + if objects > 0 { objects + 2 } else { 0 }
                }
                PlanStep::Extra(_) | PlanStep::Blocked { .. } => 0,
            };
        }
        let look_ups = match imports {
            0 => 0,
            1 => look_up,
            _ => imports.min(carrier_list),
        };
        // The carrier, the record, and the change.
        reads += renewals;
        requests += renewals * look_up + stored_credentials.map_or(renewals, |stored| stored.min(renewals));
        let of_list = match imports + listed {
            0 => 0,
            1 => find,
            listed => (find * listed).min(platform_list),
        };
        let batches = verified.div_ceil(BATCH as u64);
        requests + look_ups + self.costs.read(reads) + of_list + verified.min(batches * carrier_list.max(1))
    }
}
