use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::wire::PhoneNumber;
use crate::model::NumberId;

/// How long a number counts as unchanged since it was read.
const FRESH: Duration = Duration::from_secs(2);

/// The numbers that a client and its clones read just now. A removal must know the number's agent, and the importer has
/// usually read the record right before.
#[derive(Clone, Debug, Default)]
pub(super) struct Read(Arc<Mutex<Vec<(Instant, PhoneNumber)>>>);

impl Read {
    pub(super) fn put(&self, number: PhoneNumber) {
        let mut numbers = self.fresh();
        numbers.retain(|(_, known)| known.id != number.id);
        numbers.push((Instant::now(), number));
    }

    /// Removes and returns a number.
    pub(super) fn take(&self, id: &NumberId) -> Option<PhoneNumber> {
        let mut numbers = self.fresh();
        let at = numbers.iter().position(|(_, known)| known.id == id.as_str())?;
        Some(numbers.swap_remove(at).1)
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<(Instant, PhoneNumber)>> {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.retain(|(read, _)| read.elapsed() < FRESH);
        numbers
    }
}
