//! One import of a number at a time, in the whole process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::E164;
use crate::model::PlatformKind;

type Key = (PlatformKind, E164);

/// Whether an import was sent whose fate nobody has learned.
type Open = bool;

/// The numbers that are being imported, or whose fate is open.
///
/// The whole process shares them, since a task that drops an importer and builds another one must still
/// not send twice. That numbers of two accounts take turns too costs a wait and nothing else.
static NUMBERS: LazyLock<Mutex<HashMap<Key, Arc<tokio::sync::Mutex<Open>>>>> = LazyLock::new(Mutex::default);

/// The right to import a number: nobody else in the process has it meanwhile.
#[derive(Debug)]
pub(super) struct Turn {
    key: Key,
    open: Option<OwnedMutexGuard<Open>>,
}

impl Turn {
    /// Waits until nobody else imports this number into this platform.
    pub(super) async fn take(platform: PlatformKind, number: E164) -> Self {
        let key = (platform, number);
        let number = numbers().entry(key).or_default().clone();
        Self { key, open: Some(number.lock_owned().await) }
    }

    /// Whether an earlier import was sent and then given up, so that it may still arrive.
    pub(super) fn is_open(&self) -> bool {
        self.open.as_deref().copied().unwrap_or_default()
    }

    /// From here on the fate is open, also when this turn is dropped: an import is being sent.
    pub(super) fn send(&mut self) {
        self.set(true);
    }

    /// The fate is known.
    pub(super) fn settle(&mut self) {
        self.set(false);
    }

    fn set(&mut self, open: Open) {
        if let Some(guard) = self.open.as_deref_mut() {
            *guard = open;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let keep = self.is_open();
        let mut numbers = numbers();
        self.open = None;
        // One is the table's own; more are of those who wait.
        if !keep && numbers.get(&self.key).is_some_and(|number| Arc::strong_count(number) == 1) {
            numbers.remove(&self.key);
        }
    }
}

fn numbers() -> MutexGuard<'static, HashMap<Key, Arc<tokio::sync::Mutex<Open>>>> {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORM: PlatformKind = PlatformKind::Other("turn-tests");

    fn number(last: u8) -> E164 {
        format!("+1415555010{last}").parse().expect("a number")
    }

    fn is_kept(last: u8) -> bool {
        numbers().contains_key(&(PLATFORM, number(last)))
    }

    #[tokio::test]
    async fn a_turn_is_waited_for_and_nothing_is_kept_of_it() {
        let first = Turn::take(PLATFORM, number(1)).await;
        let mut second = tokio_test(Turn::take(PLATFORM, number(1)));
        assert!(second.as_mut().now_or_never().is_none(), "the first has it");
        let other = Turn::take(PLATFORM, number(2)).await;
        drop(first);
        let second = second.await;
        assert!(is_kept(1) && is_kept(2));
        drop((second, other));
        assert!(!is_kept(1) && !is_kept(2));
    }

    #[tokio::test]
    async fn a_fate_stays_open_until_somebody_learns_it() {
        let mut turn = Turn::take(PLATFORM, number(3)).await;
        assert!(!turn.is_open());
        turn.send();
        drop(turn);
        let mut turn = Turn::take(PLATFORM, number(3)).await;
        assert!(turn.is_open());
        turn.settle();
        drop(turn);
        assert!(!is_kept(3));
        assert!(!Turn::take(PLATFORM, number(3)).await.is_open());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let first = Turn::take(PLATFORM, number(4)).await;
        let mut waiting = tokio_test(Turn::take(PLATFORM, number(4)));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        drop(waiting);
        drop(Turn::take(PLATFORM, number(4)).await);
        assert!(!is_kept(4));
    }

    use futures_util::FutureExt;

    fn tokio_test<F: Future>(future: F) -> std::pin::Pin<Box<F>> {
        Box::pin(future)
    }
}
