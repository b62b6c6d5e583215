//! Keeping the routing through the removal of a record.

use super::Importer;
use crate::error::Result;
use crate::model::{PlatformKind, Routing};
use crate::provider::{Holding, Ownership, RoutingControl};

/// The routing of a number at each carrier that holds it and tells it, with the carrier's index.
pub(super) type Seen = Vec<(usize, Routing)>;

/// What the carriers showed of a number's routing.
pub(super) fn seen(holding: &Holding) -> Seen {
    let first = match &holding.ownership {
        Ownership::Held(held) => Some(held),
        _ => None,
    };
    let held = first.into_iter().chain(&holding.others);
    let routings = holding.holders.iter().zip(held).map(|(&index, held)| Some((index, held.routing.clone()?)));
    routings.flatten().collect()
}

impl Importer {
    /// Puts back what a removal has changed of this at the carriers, though the calls did not go to the platform. One
    /// carrier that fails keeps no other one from it.
    pub(super) async fn keep_routing(&self, seen: &[(usize, Routing)]) -> Result<()> {
        let carriers = self.provider.carriers();
        let mut kept = Ok(());
        for (index, before) in seen {
            let Some(control) = carriers.get(*index).and_then(|carrier| carrier.routing()) else { continue };
            kept = kept.and(self.keep_at(control, before).await);
        }
        kept
    }

    async fn keep_at(&self, control: &dyn RoutingControl, before: &Routing) -> Result<()> {
        let now = control.snapshot(&before.number).await?;
        let Some(now) = now.filter(|now| now.id == before.id && now.settings != before.settings) else { return Ok(()) };
        // A platform may leave any address. Only calls that another platform gets by now are surely somebody else's.
        let others = |platform: PlatformKind| platform != self.platform.kind() && now.calls != before.calls;
        let is_taken = self.answered_by(&now.calls).is_some_and(others);
        let own = self.own_changes(control, before, &now, true);
        let settings = before.settings.iter().filter(|(name, _)| !is_taken || own.contains(&name.as_str()));
        let back = Routing {
            settings: settings.map(|(name, was)| (name.clone(), was.clone())).collect(),
            replaced_by: None,
            ..before.clone()
        };
        if !back.settings.is_empty() {
            control.restore(&back).await?;
        }
        Ok(())
    }
}
