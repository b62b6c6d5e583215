use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::model::{NumberId, NumberRecord};

/// How long a record counts as unchanged since its create.
const FRESH: Duration = Duration::from_secs(10);

/// The records that a client and its clones created recently and that will get an agent. Butter has no call that reads one
/// number, and this avoids listing all numbers to assign one that was just created.
#[derive(Clone, Debug, Default)]
pub(super) struct Created(Arc<Mutex<Vec<(Instant, NumberRecord)>>>);

impl Created {
    pub(super) fn put(&self, record: NumberRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.retain(|(created, _)| created.elapsed() < FRESH);
        records.push((Instant::now(), record));
    }

    /// Removes and returns a record, so that only the first update after the create uses it.
    pub(super) fn take(&self, id: &NumberId) -> Option<NumberRecord> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.retain(|(created, _)| created.elapsed() < FRESH);
        let at = records.iter().position(|(_, record)| record.id == *id)?;
        Some(records.swap_remove(at).1)
    }
}
