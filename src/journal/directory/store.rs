//! The files of a journal.
//!
//! - `numbers/<number>.json`: an unresolved import. It is on the disk before its create is sent, and removed once its
//!   result is known. If the removal is lost with the power, the import is looked up once more.
//! - `changed/<number>.json`: when the number was changed last, and the record that was created lately, for other
//!   processes. It need not survive.
//! - `history/<number>.json`: what is needed to roll back, if a history is kept.
//!
//! `<number>` is the platform, a digest of the account and the number. A file is written under a name that nobody reads,
//! then renamed. Who writes holds the number's lock.

use std::cmp::Reverse;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::disk::Disk;
use super::faults::fault;
use crate::E164;
use crate::import::Undo;
use crate::journal::{JournalError, JournalFault, Kept, KeptRecord, Key, Past, Settled, UnresolvedImport};
use crate::model::{NumberId, Timestamp};

pub(super) const NUMBERS: &str = "numbers";
pub(super) const CHANGED: &str = "changed";
pub(super) const HISTORY: &str = "history";

/// How long it is kept that a number was changed: longer than any list is believed, which is 10 minutes at most.
const CHANGED_FOR: Duration = Duration::from_secs(15 * 60);

/// How much is kept for rolling back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HistoryLimits {
    pub(super) imports: usize,
    pub(super) age: Duration,
}

#[derive(Debug)]
pub(super) struct Store<D> {
    disk: D,
    /// For errors.
    place: String,
    pub(super) history: Option<HistoryLimits>,
    numbers: FolderSync,
    histories: FolderSync,
}

/// Syncs a folder for everybody who has renamed something in it, at once.
#[derive(Debug, Default)]
struct FolderSync {
    asked: AtomicU64,
    done: Mutex<u64>,
    /// After a failure nobody knows what is on the disk, and the next one may succeed wrongly.
    has_failed: AtomicBool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    at: Timestamp,
    created: Option<NumberId>,
}

/// The name of a number's files.
pub(super) fn name(key: &Key) -> String {
    let digest = hmac_sha256::Hash::hash(key.account.as_str().as_bytes());
    let account = digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    format!("{}-{account}-{}", key.platform, key.number.digits())
}

fn file(folder: &str, name: &str) -> String {
    format!("{folder}/{name}.json")
}

impl<D: Disk> Store<D> {
    pub(super) fn new(disk: D, place: String) -> Self {
        Self { disk, place, history: None, numbers: FolderSync::default(), histories: FolderSync::default() }
    }

    /// What is kept of a number, whose lock is held.
    pub(super) fn load(&self, key: &Key) -> Result<Kept, JournalError> {
        let (now, name) = (Timestamp::now(), name(key));
        let entry: Option<UnresolvedImport> = self.read(&file(NUMBERS, &name))?;
        let unresolved = match entry {
            Some(entry) if entry.key() != *key => return Err(self.foreign(&file(NUMBERS, &name), "another number")),
            // The clock was set back since. From now on it grows old.
            Some(mut entry) if entry.sent_at > now => {
                (entry.sent_at, entry.first_sent_at) = (now, entry.first_sent_at.min(now));
                self.sending(&entry)?;
                Some((entry, Duration::ZERO))
            }
            Some(entry) => {
                let age = now.saturating_duration_since(entry.sent_at);
                Some((entry, age))
            }
            None => None,
        };
        let (created, changed) = match self.read_changed(&name)? {
            Some(Changed { at, created }) => {
                if at > now {
                    self.write(CHANGED, &name, &Changed { at: now, created: created.clone() })?;
                }
                let age = now.saturating_duration_since(at);
                (created.map(|id| KeptRecord { id, age }), Some(age))
            }
            None => (None, None),
        };
        let is_young = |age: &Duration| *age < CHANGED_FOR;
        Ok(Kept {
            unresolved,
            created: created.filter(|created| is_young(&created.age)),
            changed: changed.filter(is_young),
        })
    }

    pub(super) fn sending(&self, entry: &UnresolvedImport) -> Result<(), JournalError> {
        self.write_durably(NUMBERS, &name(&entry.key()), entry)
    }

    pub(super) fn settle(&self, key: &Key, settled: &Settled) -> Result<(), JournalError> {
        let (name, settled_at) = (name(key), Timestamp::now());
        let created = match &settled.created {
            Some(created) => Some(created.clone()),
            None => self.read_changed(&name)?.and_then(|known| known.created),
        };
        self.write(CHANGED, &name, &Changed { at: settled_at, created })?;
        if let (Some(undo), Some(limits)) = (&settled.undo, self.history) {
            let past = Past { settled_at, undo: undo.clone() };
            self.remember(&name, past, limits)?;
        }
        self.remove(&file(NUMBERS, &name))
    }

    pub(super) fn forget_created(&self, key: &Key) -> Result<(), JournalError> {
        self.write(CHANGED, &name(key), &Changed { at: Timestamp::now(), created: None })
    }

    fn remember(&self, name: &str, mut past: Past, limits: HistoryLimits) -> Result<(), JournalError> {
        let earlier: Vec<Past> = self.read(&file(HISTORY, name))?.unwrap_or_default();
        let now = past.settled_at;
        // The clock may have been set back, and the newest import is rolled back first.
        past.settled_at = earlier.first().map_or(now, |newest| now.max(newest.settled_at));
        let is_kept = |past: &Past| now.saturating_duration_since(past.settled_at) < limits.age;
        let all: Vec<Past> = std::iter::once(past).chain(earlier).filter(is_kept).take(limits.imports).collect();
        self.write_durably(HISTORY, name, &all)
    }

    pub(super) fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        let mut entries = Vec::new();
        for name in self.names(NUMBERS)? {
            // It may have been settled since.
            entries.extend(self.read::<UnresolvedImport>(&file(NUMBERS, &name))?);
        }
        entries
            .sort_by(|one: &UnresolvedImport, other| (one.sent_at, &one.number).cmp(&(other.sent_at, &other.number)));
        Ok(entries)
    }

    pub(super) fn history(&self, number: &E164) -> Result<Vec<Past>, JournalError> {
        let ending = format!("-{}", number.digits());
        let mut all = Vec::new();
        for name in self.names(HISTORY)?.into_iter().filter(|name| name.ends_with(&ending)) {
            all.extend(self.read::<Vec<Past>>(&file(HISTORY, &name))?.unwrap_or_default());
        }
        all.sort_by_key(|past: &Past| Reverse(past.settled_at));
        if let Some(limits) = self.history {
            let now = Timestamp::now();
            all.retain(|past| now.saturating_duration_since(past.settled_at) < limits.age);
        }
        Ok(all)
    }

    /// Moves a number to another id of its account. Both locks are held. Each step can be repeated.
    pub(super) fn rename(&self, from: &Key, to: &Key) -> Result<(), JournalError> {
        let (old, new) = (name(from), name(to));
        if let Some(entry) = self.read::<UnresolvedImport>(&file(NUMBERS, &old))? {
            let entry = UnresolvedImport { account: to.account.clone(), ..entry };
            if self.read::<UnresolvedImport>(&file(NUMBERS, &new))?.is_some_and(|known| known != entry) {
                let cause = "the number is unresolved under both ids: import it first";
                return Err(JournalError::new(self.at(&file(NUMBERS, &new)), JournalFault::Unsuitable, cause));
            }
            self.write_durably(NUMBERS, &new, &entry)?;
            self.remove(&file(NUMBERS, &old))?;
        }
        if let Some(changed) = self.read_changed(&old)? {
            let known = self.read_changed(&new)?.filter(|known| known.at >= changed.at);
            let created = known.as_ref().and_then(|known| known.created.clone()).or(changed.created);
            self.write(CHANGED, &new, &Changed { at: known.map_or(changed.at, |known| known.at), created })?;
            self.remove(&file(CHANGED, &old))?;
        }
        if let Some(past) = self.read::<Vec<Past>>(&file(HISTORY, &old))? {
            let moved = |past: Past| Past { undo: Undo { account: to.account.clone(), ..past.undo }, ..past };
            let mut all = self.read::<Vec<Past>>(&file(HISTORY, &new))?.unwrap_or_default();
            all.extend(past.into_iter().map(moved));
            all.sort_by_key(|past| Reverse(past.settled_at));
            all.dedup();
            self.write_durably(HISTORY, &new, &all)?;
            self.remove(&file(HISTORY, &old))?;
        }
        Ok(())
    }

    /// The names of all numbers of which anything is kept, each once.
    pub(super) fn all_names(&self) -> Result<Vec<String>, JournalError> {
        let mut names = Vec::new();
        for folder in [NUMBERS, CHANGED, HISTORY] {
            names.extend(self.names(folder)?);
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Whether anything that is kept of a number is too old.
    pub(super) fn is_old(&self, name: &str) -> Result<bool, JournalError> {
        let (changed, past) = self.old(name)?;
        Ok(changed || past)
    }

    /// Removes what is too old of a number, whose lock is held.
    pub(super) fn prune(&self, name: &str) -> Result<(), JournalError> {
        let (changed, past) = self.old(name)?;
        if changed {
            self.remove(&file(CHANGED, name))?;
        }
        if past {
            self.remove(&file(HISTORY, name))?;
        }
        Ok(())
    }

    /// Whether the last change of a number, and all of its history, is too old.
    fn old(&self, name: &str) -> Result<(bool, bool), JournalError> {
        let now = Timestamp::now();
        let is_old = |at, age| now.saturating_duration_since(at) >= age;
        let changed = self.read_changed(name)?.is_some_and(|found| is_old(found.at, CHANGED_FOR));
        let Some(limits) = self.history else { return Ok((changed, false)) };
        let past = self.read::<Vec<Past>>(&file(HISTORY, name))?;
        Ok((changed, past.is_some_and(|past| past.iter().all(|past| is_old(past.settled_at, limits.age)))))
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, JournalError> {
        let files = self.disk.list(folder).map_err(|error| fault(self.at(folder), &error))?;
        Ok(files.iter().filter_map(|file| Some(file.strip_suffix(".json")?.to_owned())).collect())
    }

    fn read<T: DeserializeOwned>(&self, file: &str) -> Result<Option<T>, JournalError> {
        let text = match self.disk.read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(self.at(file), &error)),
        };
        // What a message says of the text may be a secret.
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| self.foreign(file, &format!("line {}, column {}", error.line(), error.column())))
    }

    /// One that is torn was lost with the power, and then nobody believes an older list.
    fn read_changed(&self, name: &str) -> Result<Option<Changed>, JournalError> {
        match self.read(&file(CHANGED, name)) {
            Err(error) if error.fault == JournalFault::Foreign => Ok(None),
            read => read,
        }
    }

    fn write_durably(&self, folder: &str, name: &str, what: &impl Serialize) -> Result<(), JournalError> {
        self.put(folder, name, what, true)?;
        let names = if folder == NUMBERS { &self.numbers } else { &self.histories };
        let synced = names.sync(|| self.disk.folder(folder), |folder| self.disk.sync_folder(folder));
        synced.map_err(|error| fault(self.at(folder), &error))
    }

    fn write(&self, folder: &str, name: &str, what: &impl Serialize) -> Result<(), JournalError> {
        self.put(folder, name, what, false)
    }

    fn put(&self, folder: &str, name: &str, what: &impl Serialize, sync: bool) -> Result<(), JournalError> {
        let (new, file) = (format!("{folder}/{name}.new"), file(folder, name));
        let failed = |error: io::Error| fault(self.at(&file), &error);
        let text = serde_json::to_vec_pretty(what).map_err(|error| failed(error.into()))?;
        self.disk.write(&new, &text).map_err(failed)?;
        if sync {
            self.disk.sync(&new).map_err(failed)?;
        }
        self.disk.rename(&new, &file).map_err(failed)
    }

    fn remove(&self, file: &str) -> Result<(), JournalError> {
        match self.disk.remove(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(self.at(file), &error)),
            _ => Ok(()),
        }
    }

    fn foreign(&self, file: &str, cause: &str) -> JournalError {
        JournalError::new(self.at(file), JournalFault::Foreign, cause)
    }

    fn at(&self, file: &str) -> String {
        format!("{}/{file}", self.place)
    }
}

impl FolderSync {
    /// Returns once a sync has succeeded that began after this call.
    fn sync<F>(&self, open: impl FnOnce() -> io::Result<F>, sync: impl FnOnce(F) -> io::Result<()>) -> io::Result<()> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.has_failed.load(Ordering::SeqCst) {
            return Err(io::Error::other("an earlier write failed; end the process and start it again"));
        }
        if *done >= mine {
            return Ok(());
        }
        let all = self.asked.load(Ordering::SeqCst);
        // Without a file that can be opened nothing was asked of the disk, and the next one may ask.
        match sync(open()?) {
            Ok(()) => *done = all,
            Err(error) => {
                self.has_failed.store(true, Ordering::SeqCst);
                return Err(error);
            }
        }
        Ok(())
    }
}
