use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::model::{NumberId, NumberRecord};

/// How long a record is taken to be as its create returned it.
const FRESH: Duration = Duration::from_secs(10);

/// The records that a client and its clones created a moment ago and that are to get an agent. Butter has no call that
/// reads one number, and listing all of them to assign one that was just created would be a waste.
#[derive(Clone, Debug, Default)]
pub(super) struct Created(Arc<Mutex<Vec<(Instant, NumberRecord)>>>);

impl Created {
    pub(super) fn put(&self, record: NumberRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.retain(|(created, _)| created.elapsed() < FRESH);
        records.push((Instant::now(), record));
    }

    /// Takes a record out, so that only the first update after the create goes by it.
    pub(super) fn take(&self, id: &NumberId) -> Option<NumberRecord> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.retain(|(created, _)| created.elapsed() < FRESH);
        let at = records.iter().position(|(_, record)| record.id == *id)?;
        Some(records.swap_remove(at).1)
    }
}
