//! One import of a number at a time, in the whole process.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::listing;
use crate::E164;
use crate::model::{PlatformKind, Routing};
use crate::platform::VoicePlatform;

/// The account at a platform.
pub(super) type Account = (PlatformKind, u64);

/// The account, and the number.
pub(super) type Key = (Account, E164);

/// An import that was sent and whose fate nobody has learned.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// Where the provider sent the calls before it.
    pub(super) routing: Option<Routing>,
}

#[derive(Debug)]
struct Number {
    turn: Semaphore,
    open: Mutex<Option<Open>>,
}

/// The numbers that are being imported, or whose fate is open, and how many have or want the turn of each.
///
/// The whole process shares them, since a task that drops an importer and builds another one must still
/// not send twice.
static NUMBERS: Mutex<BTreeMap<Key, (usize, Arc<Number>)>> = Mutex::new(BTreeMap::new());

/// The right to import a number: nobody else in the process has it meanwhile.
#[derive(Debug)]
pub(super) struct Turn {
    key: Key,
    number: Arc<Number>,
    /// Whether it has come.
    is_taken: bool,
    /// Whether an import was sent in this turn.
    pub(super) has_sent: bool,
    /// Whether one before it was open when it was sent.
    earlier: bool,
}

impl Turn {
    /// Waits until nobody else imports this number into this account.
    pub(super) async fn take(platform: &dyn VoicePlatform, number: E164) -> Self {
        Self::of((account(platform), number)).await
    }

    async fn of(key: Key) -> Self {
        let number = {
            let mut numbers = lock(&NUMBERS);
            let new = || (0, Arc::new(Number { turn: Semaphore::new(1), open: Mutex::default() }));
            let (users, number) = numbers.entry(key).or_insert_with(new);
            *users += 1;
            number.clone()
        };
        // The turn is made before it is waited for, so that giving up the wait cleans up as well.
        let mut turn = Self { key, number, is_taken: false, has_sent: false, earlier: false };
        if let Ok(permit) = turn.number.turn.acquire().await {
            permit.forget();
        }
        turn.is_taken = true;
        turn
    }

    /// The import that was sent, by an earlier call or by this one, and may still arrive.
    pub(super) fn open(&self) -> Option<Open> {
        lock(&self.number.open).clone()
    }

    /// From here on the fate is open, also when this turn is dropped: an import is being sent. What was seen before
    /// the first one of those that are open is kept.
    pub(super) fn send(&mut self, routing: Option<&Routing>) {
        self.has_sent = true;
        let mut open = lock(&self.number.open);
        self.earlier = open.is_some();
        open.get_or_insert_with(|| Open { routing: routing.cloned() });
        drop(open);
        listing::sending(&self.key);
    }

    /// The import that was sent last was surely not done; one before it may still arrive.
    pub(super) fn refused(&self) {
        if !self.earlier {
            self.settle();
        }
    }

    /// The fate is known of all that was sent.
    pub(super) fn settle(&self) {
        *lock(&self.number.open) = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.is_taken {
            self.number.turn.add_permits(1);
        }
        let mut numbers = lock(&NUMBERS);
        let Entry::Occupied(mut number) = numbers.entry(self.key) else { return };
        number.get_mut().0 -= 1;
        if number.get().0 == 0 && lock(&self.number.open).is_none() {
            number.remove();
        }
    }
}

pub(super) fn account(platform: &dyn VoicePlatform) -> Account {
    (platform.kind(), platform.account())
}

/// The numbers of an account whose imports were sent and whose fate is open.
pub(super) fn open_numbers(account: Account) -> Vec<E164> {
    let numbers = lock(&NUMBERS);
    let open = numbers.iter().filter(|((of, _), (_, number))| *of == account && lock(&number.open).is_some());
    open.map(|((_, number), _)| *number).collect()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn key(account: u64) -> Key {
        ((PlatformKind::from_static("turn-tests"), account), "+14155550100".parse().expect("a number"))
    }

    fn routing(id: &str) -> Routing {
        Routing::new(key(0).1, id.to_owned(), crate::model::Calls::Nowhere, std::collections::BTreeMap::new())
    }

    fn is_kept(account: u64) -> bool {
        lock(&NUMBERS).contains_key(&key(account))
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
        let turn = Turn::of(key(3)).await;
        assert!(!turn.has_sent, "another turn has");
        let kept = turn.open().and_then(|open| open.routing).map(|routing| routing.id);
        assert_eq!(kept.as_deref(), Some("before"));
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
