//! What the imports of this process remember: locks, unresolved imports with the routing before them, and the
//! listings that must hear of creates.
//!
//! The whole process shares it, since a task that drops an importer and builds another one must still not create a
//! number twice.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::E164;
use crate::model::{PlatformKind, Routing};
use crate::platform::VoicePlatform;

/// An account at a platform.
type Account = (PlatformKind, u64);

/// A number in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    account: Account,
    number: u64,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.number ^ self.account.1);
    }
}

/// Spreads numbers over a table. Nobody else chooses what is in it, so it needs no stronger one.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

struct Memory {
    /// The numbers that are locked or unresolved.
    numbers: HashMap<Key, Number, BuildHasherDefault<Spread>>,
    /// What each listener has heard of. There are few: one for each run of many imports.
    heard: Vec<Heard>,
    listeners: usize,
}

/// What a listener has heard of.
struct Heard {
    listener: usize,
    account: Account,
    numbers: HashSet<u64>,
}

#[derive(Default)]
struct Number {
    /// How many hold the lock or wait for it.
    users: usize,
    /// Where they wait, once somebody has to.
    queue: Option<Arc<Semaphore>>,
    unresolved: Option<Unresolved>,
}

/// A create that was sent and whose result nobody has learned.
#[derive(Clone, Debug)]
pub(super) struct Unresolved {
    /// Where the provider sent the calls before it.
    pub(super) routing: Option<Routing>,
}

static MEMORY: Mutex<Memory> =
    Mutex::new(Memory { numbers: HashMap::with_hasher(BuildHasherDefault::new()), heard: Vec::new(), listeners: 0 });

fn memory() -> MutexGuard<'static, Memory> {
    lock(&MEMORY)
}

/// Locks a mutex, whether or not a task panicked under it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The only import of a number into an account, in this process. Dropping it lets the next one begin.
#[derive(Debug)]
pub(super) struct NumberLock {
    key: Key,
    is_held: bool,
    /// The import that was unresolved when the lock was taken.
    pub(super) unresolved: Option<Unresolved>,
    /// Whether a create was sent under this lock.
    pub(super) has_sent: bool,
    /// Whether another create was unresolved when the last one was sent.
    has_earlier: bool,
    /// Whether nothing is unresolved any more.
    is_resolved: bool,
}

impl NumberLock {
    /// Waits until nobody else imports this number into this account.
    pub(super) async fn take(platform: &dyn VoicePlatform, number: E164) -> Self {
        Self::of(Key { account: account(platform), number: packed(&number) }).await
    }

    async fn of(key: Key) -> Self {
        // It exists before it is waited for, so that giving up the wait cleans up as well.
        let mut lock =
            Self { key, is_held: false, unresolved: None, has_sent: false, has_earlier: false, is_resolved: false };
        let joined = memory().join(key);
        lock.unresolved = match joined {
            Ok(unresolved) => unresolved,
            Err(queue) => {
                if let Ok(permit) = queue.acquire().await {
                    permit.forget();
                }
                memory().numbers.get(&key).and_then(|number| number.unresolved.clone())
            }
        };
        lock.is_held = true;
        lock
    }

    /// A create is being sent. From here on it is unresolved, also if this lock is dropped. The routing before the
    /// first one of several that are unresolved is kept.
    pub(super) fn sending(&mut self, routing: Option<&Routing>) {
        (self.has_sent, self.is_resolved) = (true, false);
        let mut memory = memory();
        if let Some(number) = memory.numbers.get_mut(&self.key) {
            self.has_earlier = number.unresolved.is_some();
            number.unresolved.get_or_insert_with(|| Unresolved { routing: routing.cloned() });
        }
        let Key { account, number } = self.key;
        for heard in memory.heard.iter_mut().filter(|heard| heard.account == account) {
            heard.numbers.insert(number);
        }
    }

    /// The create that was sent last was not carried out. An earlier one may still be.
    pub(super) fn not_done(&mut self) {
        self.is_resolved = !self.has_earlier;
    }

    /// The result of every create that was sent is known.
    pub(super) fn resolved(&mut self) {
        self.is_resolved = true;
    }
}

impl Drop for NumberLock {
    fn drop(&mut self) {
        memory().leave(self);
    }
}

impl Memory {
    /// Takes the lock if it is free, and returns what is unresolved; otherwise returns where to wait for it.
    fn join(&mut self, key: Key) -> Result<Option<Unresolved>, Arc<Semaphore>> {
        let number = self.numbers.entry(key).or_default();
        number.users += 1;
        if number.users == 1 {
            return Ok(number.unresolved.clone());
        }
        Err(number.queue.get_or_insert_with(|| Arc::new(Semaphore::new(0))).clone())
    }

    fn leave(&mut self, lock: &NumberLock) {
        let Entry::Occupied(mut entry) = self.numbers.entry(lock.key) else { return };
        let number = entry.get_mut();
        number.users -= 1;
        if lock.is_resolved {
            number.unresolved = None;
        }
        match &number.queue {
            Some(queue) if number.users > 0 && lock.is_held => queue.add_permits(1),
            _ if number.users > 0 => {}
            _ if number.unresolved.is_some() => number.queue = None,
            _ => drop(entry.remove()),
        }
    }
}

/// Hears of the creates that are sent into an account.
#[derive(Debug)]
pub(super) struct Listener {
    account: Account,
    id: usize,
}

impl Listener {
    pub(super) fn new(platform: &dyn VoicePlatform) -> Self {
        let mut memory = memory();
        let (account, id) = (account(platform), memory.listeners);
        memory.listeners += 1;
        memory.heard.push(Heard { listener: id, account, numbers: HashSet::new() });
        Self { account, id }
    }

    /// Forgets what it has heard, except of creates that are unresolved now.
    pub(super) fn restart(&self) {
        let mut memory = memory();
        let unresolved = memory.numbers.iter().filter(|(_, number)| number.unresolved.is_some());
        let unresolved = unresolved.filter(|(key, _)| key.account == self.account);
        let unresolved = unresolved.map(|(key, _)| key.number).collect();
        memory.heard.retain(|heard| heard.listener != self.id);
        memory.heard.push(Heard { listener: self.id, account: self.account, numbers: unresolved });
    }

    /// Whether it has heard of a create of this number.
    pub(super) fn has_heard(&self, number: &E164) -> bool {
        memory().heard.iter().any(|heard| heard.listener == self.id && heard.numbers.contains(&packed(number)))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        memory().heard.retain(|heard| heard.listener != self.id);
    }
}

fn account(platform: &dyn VoicePlatform) -> Account {
    (platform.kind(), platform.account())
}

/// A number in half the space, as many are kept: at most 15 digits, of which the first is no zero.
pub(super) fn packed(number: &E164) -> u64 {
    number.digits().bytes().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn key(account: u64) -> Key {
        Key { account: (PlatformKind::from_static("memory-tests"), account), number: packed(&number()) }
    }

    fn number() -> E164 {
        "+14155550100".parse().expect("a number")
    }

    fn routing(id: &str) -> Routing {
        Routing::new(number(), id.to_owned(), crate::model::Calls::Nowhere, std::collections::BTreeMap::new())
    }

    fn is_kept(account: u64) -> bool {
        memory().numbers.contains_key(&key(account))
    }

    #[tokio::test]
    async fn a_lock_is_waited_for_and_nothing_is_kept_of_it() {
        let first = NumberLock::of(key(1)).await;
        let mut second = Box::pin(NumberLock::of(key(1)));
        assert!(second.as_mut().now_or_never().is_none(), "the first has it");
        let other = NumberLock::of(key(2)).await;
        drop(first);
        let second = second.await;
        assert!(is_kept(1) && is_kept(2));
        drop((second, other));
        assert!(!is_kept(1) && !is_kept(2));
    }

    #[tokio::test]
    async fn an_import_stays_unresolved_until_somebody_learns_its_result() {
        let mut lock = NumberLock::of(key(3)).await;
        assert!(lock.unresolved.is_none());
        lock.sending(Some(&routing("before")));
        drop(lock);
        let mut lock = NumberLock::of(key(3)).await;
        assert!(!lock.has_sent, "another one has");
        let kept = lock.unresolved.as_ref().and_then(|unresolved| unresolved.routing.as_ref());
        assert_eq!(kept.map(|routing| routing.id.as_str()), Some("before"));
        lock.resolved();
        drop(lock);
        assert!(!is_kept(3));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let first = NumberLock::of(key(4)).await;
        let mut waiting = Box::pin(NumberLock::of(key(4)));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        assert!(is_kept(4));
        drop(waiting);
        assert!(!is_kept(4));

        let mut lock = NumberLock::of(key(4)).await;
        let mut waiting = Box::pin(NumberLock::of(key(4)));
        assert!(waiting.as_mut().now_or_never().is_none());
        lock.sending(None);
        drop(lock);
        drop(waiting);
        assert!(NumberLock::of(key(4)).await.unresolved.is_some(), "it is unresolved all the same");
    }

    #[tokio::test]
    async fn a_lock_that_was_handed_to_somebody_who_gave_up_goes_to_the_next() {
        let first = NumberLock::of(key(5)).await;
        let [mut second, mut third] = [(); 2].map(|()| Box::pin(NumberLock::of(key(5))));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        drop(first);
        drop(second);
        let third = third.now_or_never().expect("it is its turn");
        let mut fourth = Box::pin(NumberLock::of(key(5)));
        assert!(fourth.as_mut().now_or_never().is_none(), "nobody else has it");
        drop((third, fourth));
        assert!(!is_kept(5));
    }

    #[tokio::test]
    async fn a_listener_hears_of_what_is_sent_and_begins_with_what_is_unresolved() {
        let number = number();
        let hears = |account: u64| Listener { account: key(account).account, id: usize::MAX - account as usize };
        let [own, other] = [6, 7].map(hears);
        own.restart();
        other.restart();
        let mut lock = NumberLock::of(key(6)).await;
        assert!(!own.has_heard(&number));
        lock.sending(None);
        assert!(own.has_heard(&number) && !other.has_heard(&number));
        own.restart();
        assert!(own.has_heard(&number), "it is unresolved");
        lock.resolved();
        drop(lock);
        assert!(own.has_heard(&number));
        own.restart();
        assert!(!own.has_heard(&number));
    }
}
