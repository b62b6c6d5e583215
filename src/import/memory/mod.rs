//! The journal of the process, which every importer has: locks, unresolved imports with the routing before them, what
//! was created lately, and the listings that must hear of creates.
//!
//! The whole process shares it, since a task that drops an importer and builds another one must still not create a
//! number twice. All of it is bounded.

mod listener;
mod number_lock;
mod unresolved;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

pub(super) use self::listener::{Changing, Listener};
pub(super) use self::number_lock::NumberLock;
pub(super) use self::unresolved::Unresolved;
use self::unresolved::{Created, Sending};
use crate::E164;
use crate::journal::{self, Kept, UnresolvedImport};
use crate::model::{AccountId, NumberId, PlatformKind, Routing};
use crate::platform::VoicePlatform;

/// How many imports may be unresolved in a process. Of each some hundred bytes are kept: where its calls went before.
pub(super) const MAX_UNRESOLVED: usize = 10_000;
/// An unresolved import that is older is forgotten, once a lookup has not found it.
pub(super) const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long a record that was created here is fetched by its id where the platform does not list it, and no other
/// one is created.
pub(super) const CREATED_FOR: Duration = Duration::from_secs(10 * 60);
/// How many of them are remembered; the oldest are forgotten first.
const MAX_CREATED: usize = 10_000;

/// A journal that was given to an importer, in a form that is quick to compare.
pub(super) type JournalId = usize;

/// An account at a platform, in a form that is quick to compare.
pub(super) type Account = (PlatformKind, u64);

/// A number in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    account: Account,
    number: u64,
}

impl Key {
    fn new(account: Account, number: &E164) -> Self {
        Self { account, number: packed(number) }
    }
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
    /// The numbers of which something is remembered.
    numbers: HashMap<Key, Number, BuildHasherDefault<Spread>>,
    unresolved: usize,
    /// What was created lately, oldest first.
    created: VecDeque<(Instant, Key)>,
    /// What each listener has heard of. There are few: one for each run of many imports.
    heard: Vec<Heard>,
    listeners: usize,
}

/// What a listener has heard of.
struct Heard {
    listener: usize,
    account: Option<Account>,
    /// Since when it listens.
    since: Instant,
    numbers: HashSet<u64>,
}

#[derive(Default)]
struct Number {
    /// How many hold the lock or wait for it.
    users: usize,
    /// Where they wait, once somebody has to.
    queue: Option<Arc<Semaphore>>,
    unresolved: Option<Unresolved>,
    created: Option<Created>,
}

static MEMORY: Mutex<Memory> = Mutex::new(Memory {
    numbers: HashMap::with_hasher(BuildHasherDefault::new()),
    unresolved: 0,
    created: VecDeque::new(),
    heard: Vec::new(),
    listeners: 0,
});

fn memory() -> MutexGuard<'static, Memory> {
    lock(&MEMORY)
}

/// Locks a mutex, whether or not a task panicked under it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Gives the lock up, if it is held, or the wait for it.
    fn leave(&mut self, key: Key, is_held: bool) {
        let Entry::Occupied(mut entry) = self.numbers.entry(key) else { return };
        let number = entry.get_mut();
        number.users -= 1;
        match &number.queue {
            Some(queue) if number.users > 0 && is_held => queue.add_permits(1),
            _ if number.users > 0 => {}
            _ if number.unresolved.is_some() || number.created.is_some() => number.queue = None,
            _ => drop(entry.remove()),
        }
    }

    /// Counts an import as unresolved. Returns whether another one was already; `None` when there are too many.
    fn sending(&mut self, key: Key, sending: Sending) -> Option<bool> {
        if self.unresolved >= MAX_UNRESOLVED {
            self.forget_learned();
        }
        let number = self.numbers.get_mut(&key)?;
        let has_earlier = number.unresolved.is_some();
        match &mut number.unresolved {
            Some(earlier) => earlier.again(sending),
            None if self.unresolved >= MAX_UNRESOLVED => return None,
            none => {
                self.unresolved += 1;
                *none = Some(Unresolved::now(sending));
            }
        }
        self.tell(key);
        Some(has_earlier)
    }

    /// Takes over what a journal keeps of a number, whose lock is held here, under each id of the account. What was
    /// written there and is there no longer was resolved by another process.
    fn learn<'a>(&mut self, key: Key, journal: JournalId, kept: impl Iterator<Item = &'a Kept> + Clone) {
        let Some(number) = self.numbers.get_mut(&key) else { return };
        let before = usize::from(number.unresolved.is_some());
        let told = kept.clone().filter_map(|kept| kept.unresolved.as_ref());
        let told = told.map(|(entry, age)| Unresolved::of_journal(entry, *age, journal)).reduce(Unresolved::and);
        number.unresolved = match (number.unresolved.take(), told) {
            (Some(known), told) if known.journal == Some(journal) => told.map(|told| known.told(told)),
            (Some(known), Some(told)) => Some(known.and(told)),
            (known, told) => known.or(told),
        };
        self.unresolved = self.unresolved + usize::from(number.unresolved.is_some()) - before;
        let changed = kept.clone().filter_map(|kept| kept.changed).min();
        let created = kept.filter_map(|kept| kept.created.as_ref()).min_by_key(|created| created.age);
        // Another process has removed what was created here. One that this journal did not know may only lag.
        let is_other = |known: &Created| created.is_none_or(|created| created.id != known.id);
        let is_removed = |known: &Created| {
            let is_later = changed.is_some_and(|age| age < known.at.elapsed());
            known.journal == Some(journal) && is_later && is_other(known)
        };
        number.created = number.created.take().filter(|known| !is_removed(known));
        let is_new = |age| number.created.as_ref().is_none_or(|known| is_other(known) && age < known.at.elapsed());
        let created = created.filter(|created| is_new(created.age));
        // Lists that were begun before another process changed it.
        if let Some(age) = changed {
            let hears = |heard: &&mut Heard| heard.account.is_none_or(|account| account == key.account);
            for heard in self.heard.iter_mut().filter(hears).filter(|heard| heard.since.elapsed() >= age) {
                heard.numbers.insert(key.number);
            }
        }
        if let Some(created) = created {
            if let Some(at) = Instant::now().checked_sub(created.age) {
                self.create(key, Created { id: created.id.clone(), at, journal: Some(journal) });
            }
        }
    }

    /// Forgets the unresolved imports of other processes that a journal will tell again.
    fn forget_learned(&mut self) {
        let unresolved = &mut self.unresolved;
        self.numbers.retain(|_, number| {
            if number.users == 0 && number.unresolved.as_ref().is_some_and(Unresolved::is_only_learned) {
                number.unresolved = None;
                *unresolved -= 1;
            }
            number.users > 0 || number.unresolved.is_some() || number.created.is_some()
        });
    }

    /// Something of this number is being changed.
    fn tell(&mut self, key: Key) {
        let hears = |heard: &&mut Heard| heard.account.is_none_or(|account| account == key.account);
        for heard in self.heard.iter_mut().filter(hears) {
            heard.numbers.insert(key.number);
        }
    }

    /// Whether the number's record may come from an import that is unresolved.
    fn may_be_own(&self, key: Key) -> bool {
        let unresolved = self.numbers.get(&key).and_then(|number| number.unresolved.as_ref());
        unresolved.is_some_and(Unresolved::may_be_own)
    }

    /// The platform answered the create that it has the number already.
    fn taken(&mut self, key: Key) {
        if let Some(unresolved) = self.numbers.get_mut(&key).and_then(|number| number.unresolved.as_mut()) {
            unresolved.taken = true;
        }
    }

    /// Forgets an unresolved import.
    fn resolve(&mut self, key: Key) {
        if let Some(number) = self.numbers.get_mut(&key) {
            self.unresolved -= usize::from(number.unresolved.take().is_some());
        }
    }

    fn create(&mut self, key: Key, created: Created) {
        while let Some(&(oldest, key)) = self.created.front() {
            if self.created.len() < MAX_CREATED && oldest.elapsed() < CREATED_FOR {
                break;
            }
            self.created.pop_front();
            self.forget_created(key, oldest);
        }
        if let Some(number) = self.numbers.get_mut(&key) {
            self.created.push_back((created.at, key));
            number.created = Some(created);
        }
    }

    /// Forgets what was created, unless it was later.
    fn forget_created(&mut self, key: Key, until: Instant) {
        let Entry::Occupied(mut entry) = self.numbers.entry(key) else { return };
        let number = entry.get_mut();
        if number.created.as_ref().is_some_and(|created| created.at <= until) {
            number.created = None;
            if number.users == 0 && number.unresolved.is_none() {
                entry.remove();
            }
        }
    }
}

/// The record of this number that was created here lately.
pub(super) fn created(account: Account, number: &E164) -> Option<Created> {
    let memory = memory();
    let created = memory.numbers.get(&Key::new(account, number))?.created.as_ref()?;
    (created.at.elapsed() < CREATED_FOR).then(|| created.clone())
}

/// Forgets what was created here of this number: the record of this id, or any.
pub(super) fn forget_created(account: Account, number: &E164, id: Option<&NumberId>) {
    let (key, mut memory) = (Key::new(account, number), memory());
    let created = memory.numbers.get(&key).and_then(|number| number.created.as_ref());
    if let Some(created) = created.filter(|created| id.is_none_or(|id| created.id == *id)) {
        let at = created.at;
        memory.forget_created(key, at);
    }
}

/// The unresolved imports into this account, of which this is the id.
pub(super) fn unresolved(account: Account, id: &AccountId) -> Vec<UnresolvedImport> {
    let memory = memory();
    let numbers = memory.numbers.iter().filter(|(key, _)| key.account == account);
    let entry = |(key, number): (&Key, &Number)| {
        let telephone = format!("+{}", key.number).parse().ok()?;
        Some(number.unresolved.as_ref()?.entry(&journal::Key::new(account.0, id.clone(), telephone)))
    };
    let mut entries: Vec<UnresolvedImport> = numbers.filter_map(entry).collect();
    entries.sort_unstable_by_key(|import| import.number);
    entries
}

/// A routing as it is kept.
fn json(routing: &Routing) -> Option<Box<str>> {
    serde_json::to_string(routing).ok().map(Into::into)
}

pub(super) fn account(platform: &dyn VoicePlatform) -> Account {
    // Numbered in each process. An account that was renamed keeps its number.
    static KNOWN: LazyLock<Mutex<HashMap<(PlatformKind, String), u64>>> = LazyLock::new(Mutex::default);
    let (kind, account) = (platform.kind(), platform.account());
    let mut known = lock(&KNOWN);
    let texts = account.texts().map(|text| (kind, text.to_owned()));
    let known_number = texts.clone().find_map(|text| known.get(&text).copied());
    let number = known_number.unwrap_or(known.len() as u64);
    for text in texts {
        known.entry(text).or_insert(number);
    }
    (kind, number)
}

pub(super) fn journal(id: &str) -> JournalId {
    static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut known = lock(&KNOWN);
    known.iter().position(|known| known == id).unwrap_or_else(|| {
        known.push(id.to_owned());
        known.len() - 1
    })
}

/// A number in half the space, as many are kept: at most 15 digits, of which the first is no zero.
pub(super) fn packed(number: &E164) -> u64 {
    number.digits().bytes().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests;
