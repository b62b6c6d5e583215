//! One import of a number at a time, in the whole process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::E164;
use crate::model::PlatformKind;
use crate::platform::VoicePlatform;

/// The account at a platform, and the number.
type Key = (PlatformKind, u64, E164);

/// Whether an import was sent whose fate nobody has learned.
type Open = bool;

/// The numbers that are being imported, or whose fate is open.
///
/// The whole process shares them, since a task that drops an importer and builds another one must still
/// not send twice.
static NUMBERS: LazyLock<Mutex<HashMap<Key, Arc<tokio::sync::Mutex<Open>>>>> = LazyLock::new(Mutex::default);

/// The right to import a number: nobody else in the process has it meanwhile.
#[derive(Debug)]
pub(super) struct Turn {
    key: Key,
    open: Option<OwnedMutexGuard<Open>>,
}

impl Turn {
    /// Waits until nobody else imports this number into this account.
    pub(super) async fn take(platform: &dyn VoicePlatform, number: E164) -> Self {
        Self::of((platform.kind(), platform.account(), number)).await
    }

    async fn of(key: Key) -> Self {
        // The turn is made before it is waited for, so that giving up the wait cleans up as well.
        let mut turn = Self { key, open: None };
        let number = numbers().entry(key).or_default().clone();
        turn.open = Some(number.lock_owned().await);
        turn
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
        let mut numbers = numbers();
        self.open = None;
        // Nobody else has it or waits for it, and its fate is known.
        let forget = numbers.get_mut(&self.key).and_then(Arc::get_mut).is_some_and(|number| !*number.get_mut());
        if forget {
            numbers.remove(&self.key);
        }
    }
}

fn numbers() -> MutexGuard<'static, HashMap<Key, Arc<tokio::sync::Mutex<Open>>>> {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn key(account: u64) -> Key {
        (PlatformKind::Other("turn-tests"), account, "+14155550100".parse().expect("a number"))
    }

    fn is_kept(account: u64) -> bool {
        numbers().contains_key(&key(account))
    }

    #[tokio::test]
    async fn a_turn_is_waited_for_and_nothing_is_kept_of_it() {
        let first = Turn::of(key(1)).await;
        let mut second = Box::pin(Turn::of(key(1)));
        assert!(second.as_mut().now_or_never().is_none(), "the first has it");
        let other = Turn::of(key(2)).await;
        drop(first);
        let second = second.await;
        assert!(is_kept(1) && is_kept(2));
        drop((second, other));
        assert!(!is_kept(1) && !is_kept(2));
    }

    #[tokio::test]
    async fn a_fate_stays_open_until_somebody_learns_it() {
        let mut turn = Turn::of(key(3)).await;
        assert!(!turn.is_open());
        turn.send();
        drop(turn);
        let mut turn = Turn::of(key(3)).await;
        assert!(turn.is_open());
        turn.settle();
        drop(turn);
        assert!(!is_kept(3));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let first = Turn::of(key(4)).await;
        let mut waiting = Box::pin(Turn::of(key(4)));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        assert!(is_kept(4));
        drop(waiting);
        assert!(!is_kept(4));

        let mut turn = Turn::of(key(4)).await;
        let mut waiting = Box::pin(Turn::of(key(4)));
        assert!(waiting.as_mut().now_or_never().is_none());
        turn.send();
        drop(turn);
        drop(waiting);
        assert!(Turn::of(key(4)).await.is_open(), "the fate is open all the same");
    }
}
