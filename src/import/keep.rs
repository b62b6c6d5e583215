//! Keeping the routing through the removal of a record.

use super::Importer;
use crate::error::Result;
use crate::model::Routing;
use crate::provider::{Holding, Ownership};

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
    /// Puts back what a removal has changed of this at the carriers, though the calls did not go to the platform.
    pub(super) async fn keep_routing(&self, seen: &[(usize, Routing)]) -> Result<()> {
        let carriers = self.provider.carriers();
        for (index, before) in seen {
            let Some(control) = carriers.get(*index).and_then(|carrier| carrier.routing()) else { continue };
            let now = control.snapshot(&before.number).await?;
            if now.is_some_and(|now| now.id == before.id && now.settings != before.settings) {
                control.restore(before).await?;
            }
        }
        Ok(())
    }
}
