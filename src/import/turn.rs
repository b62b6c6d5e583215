//! One import of a number at a time, in the whole process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::listing;
use crate::E164;
use crate::model::{PlatformKind, Routing};
use crate::platform::VoicePlatform;

/// The account at a platform, and the number.
pub(super) type Key = (PlatformKind, u64, E164);

/// An import that was sent and whose fate nobody has learned.
#[derive(Clone, Debug, Default)]
pub(super) struct Open {
    /// Where the provider sent the calls before it.
    pub(super) routing: Option<Routing>,
}

type Numbers = HashMap<Key, Arc<tokio::sync::Mutex<Option<Open>>>>;

/// The numbers that are being imported, or whose fate is open.
///
/// The whole process shares them, since a task that drops an importer and builds another one must still
/// not send twice.
static NUMBERS: LazyLock<Mutex<Numbers>> = LazyLock::new(Mutex::default);

/// The right to import a number: nobody else in the process has it meanwhile.
#[derive(Debug)]
pub(super) struct Turn {
    key: Key,
    state: Option<OwnedMutexGuard<Option<Open>>>,
    /// Whether an import was sent in this turn.
    pub(super) has_sent: bool,
}

impl Turn {
    /// Waits until nobody else imports this number into this account.
    pub(super) async fn take(platform: &dyn VoicePlatform, number: E164) -> Self {
        Self::of((platform.kind(), platform.account(), number)).await
    }

    async fn of(key: Key) -> Self {
        // The turn is made before it is waited for, so that giving up the wait cleans up as well.
        let mut turn = Self { key, state: None, has_sent: false };
        let number = numbers().entry(key).or_default().clone();
        turn.state = Some(number.lock_owned().await);
        turn
    }

    /// The import that was sent, by an earlier call or by this one, and may still arrive.
    pub(super) fn open(&self) -> Option<&Open> {
        self.state.as_deref().and_then(Option::as_ref)
    }

    /// From here on the fate is open, also when this turn is dropped: an import is being sent.
    pub(super) fn send(&mut self, routing: Option<&Routing>) {
        self.has_sent = true;
        listing::sending(self.key);
        self.set(Some(Open { routing: routing.cloned() }));
    }

    /// The fate is known.
    pub(super) fn settle(&mut self) {
        listing::settled(&self.key);
        self.set(None);
    }

    fn set(&mut self, open: Option<Open>) {
        if let Some(guard) = self.state.as_deref_mut() {
            *guard = open;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut numbers = numbers();
        self.state = None;
        // Nobody else has it or waits for it, and its fate is known.
        let forget = numbers.get_mut(&self.key).and_then(Arc::get_mut).is_some_and(|number| number.get_mut().is_none());
        if forget {
            numbers.remove(&self.key);
        }
    }
}

fn numbers() -> MutexGuard<'static, Numbers> {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn key(account: u64) -> Key {
        (PlatformKind::Other("turn-tests"), account, "+14155550100".parse().expect("a number"))
    }

    fn routing(id: &str) -> Routing {
        Routing::new(key(0).2, id.to_owned(), crate::model::Calls::Nowhere, std::collections::BTreeMap::new())
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
        assert!(turn.open().is_none());
        turn.send(Some(&routing("before")));
        drop(turn);
        let mut turn = Turn::of(key(3)).await;
        assert!(!turn.has_sent, "another turn has");
        let kept = turn.open().and_then(|open| open.routing.as_ref()).map(|routing| routing.id.as_str());
        assert_eq!(kept, Some("before"));
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
        turn.send(None);
        drop(turn);
        drop(waiting);
        assert!(Turn::of(key(4)).await.open().is_some(), "the fate is open all the same");
    }
}
