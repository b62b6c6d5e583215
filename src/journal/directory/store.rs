//! What a journal keeps, in three folders.
//!
//! - `numbers/<number>.json`: an unresolved import. It is on the disk before its create is sent, and removed once its
//!   result is known. If the removal is lost with the power, the import is looked up once more.
//! - `changed/<number>.json`: when the number was changed last, and the record that was created lately, for other
//!   processes. It need not survive.
//! - `history/<number>.json`: what is needed to roll back, if a history is kept.
//!
//! `<number>` is the platform, a digest of the account and the number. Who writes holds the number's lock.

use std::cmp::Reverse;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::disk::Disk;
use super::files::Files;
use super::numbered::Numbered;
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
    pub(super) files: Files<D>,
    pub(super) history: Option<HistoryLimits>,
    pub(super) imports: Numbered<UnresolvedImport>,
    changes: Numbered<Changed>,
    pasts: Numbered<Vec<Past>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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

impl<D: Disk> Store<D> {
    pub(super) fn new(disk: D, place: String) -> Self {
        let (imports, pasts) = (Numbered::new(NUMBERS, true), Numbered::new(HISTORY, true));
        let changes = Numbered::new(CHANGED, false);
        Self { files: Files { disk, place }, history: None, imports, changes, pasts }
    }

    /// What is kept of a number, whose lock is held.
    pub(super) fn load(&self, key: &Key) -> Result<Kept, JournalError> {
        let (now, name) = (Timestamp::now(), name(key));
        let unresolved = match self.imports.read(&self.files, &name)? {
            Some(entry) if entry.key() != *key => return Err(self.files.foreign(NUMBERS, &name, "another number")),
            // The clock was set back since. From now on it grows old.
            Some(mut entry) if entry.sent_at > now => {
                (entry.sent_at, entry.first_sent_at) = (now, entry.first_sent_at.min(now));
                self.imports.write_one(&self.files, &name, &entry)?;
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
                    self.changes.write_one(&self.files, &name, &Changed { at: now, created: created.clone() })?;
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

    /// Writes down what is about to be sent.
    pub(super) fn sending(&self, imports: Vec<UnresolvedImport>) -> Vec<Result<(), JournalError>> {
        let named: Vec<_> = imports.into_iter().map(|import| (name(&import.key()), import)).collect();
        self.imports.write(&self.files, &named)
    }

    /// Writes down what is known of the results, in the order of the numbers.
    pub(super) fn settle(&self, all: &[(&Key, &Settled)]) -> Vec<Result<(), JournalError>> {
        let (now, mut written) = (Timestamp::now(), vec![Ok(()); all.len()]);
        self.say(&self.changes, all, &mut written, |name, settled| {
            let created = match &settled.created {
                Some(created) => Some(created.clone()),
                None => self.read_changed(name)?.and_then(|known| known.created),
            };
            Ok(Some(Changed { at: now, created }))
        });
        self.say(&self.pasts, all, &mut written, |name, settled| self.past(name, settled, now));
        let settled = all.iter().zip(written);
        settled.map(|((key, _), written)| written.and_then(|()| self.files.remove(NUMBERS, &name(key)))).collect()
    }

    /// Writes something of all numbers of which nothing has failed so far.
    fn say<T: Serialize + DeserializeOwned>(
        &self,
        into: &Numbered<T>,
        all: &[(&Key, &Settled)],
        written: &mut [Result<(), JournalError>],
        what: impl Fn(&str, &Settled) -> Result<Option<T>, JournalError>,
    ) {
        let (mut said, mut whose) = (Vec::new(), Vec::new());
        for ((key, settled), written) in all.iter().zip(written).filter(|(_, written)| written.is_ok()) {
            let name = name(key);
            match what(&name, settled) {
                Ok(Some(what)) => {
                    said.push((name, what));
                    whose.push(written);
                }
                Ok(None) => {}
                Err(error) => *written = Err(error),
            }
        }
        for (answer, written) in into.write(&self.files, &said).into_iter().zip(whose) {
            *written = answer;
        }
    }

    /// The history of a number with this import, if one is kept.
    fn past(&self, name: &str, settled: &Settled, now: Timestamp) -> Result<Option<Vec<Past>>, JournalError> {
        let (Some(undo), Some(limits)) = (&settled.undo, self.history) else { return Ok(None) };
        let earlier = self.pasts.read(&self.files, name)?.unwrap_or_default();
        // The clock may have been set back, and the newest import is rolled back first.
        let settled_at = earlier.first().map_or(now, |newest| now.max(newest.settled_at));
        let past = Past { settled_at, undo: undo.clone() };
        let is_kept = |past: &Past| now.saturating_duration_since(past.settled_at) < limits.age;
        Ok(Some(std::iter::once(past).chain(earlier).filter(is_kept).take(limits.imports).collect()))
    }

    pub(super) fn forget_created(&self, key: &Key) -> Result<(), JournalError> {
        self.changes.write_one(&self.files, &name(key), &Changed { at: Timestamp::now(), created: None })
    }

    pub(super) fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        let mut entries = Vec::new();
        for name in self.files.names(NUMBERS)? {
            // It may have been settled since.
            entries.extend(self.imports.read(&self.files, &name)?);
        }
        entries
            .sort_by(|one: &UnresolvedImport, other| (one.sent_at, &one.number).cmp(&(other.sent_at, &other.number)));
        Ok(entries)
    }

    pub(super) fn history(&self, number: &E164) -> Result<Vec<Past>, JournalError> {
        let ending = format!("-{}", number.digits());
        let mut all = Vec::new();
        for name in self.files.names(HISTORY)?.into_iter().filter(|name| name.ends_with(&ending)) {
            all.extend(self.pasts.read(&self.files, &name)?.unwrap_or_default());
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
        if let Some(entry) = self.imports.read(&self.files, &old)? {
            let entry = UnresolvedImport { account: to.account.clone(), ..entry };
            if self.imports.read(&self.files, &new)?.is_some_and(|known| known != entry) {
                let cause = "the number is unresolved under both ids: import it first";
                return Err(JournalError::new(self.files.at(NUMBERS, &new), JournalFault::Unsuitable, cause));
            }
            self.imports.write_one(&self.files, &new, &entry)?;
            self.files.remove(NUMBERS, &old)?;
        }
        if let Some(changed) = self.read_changed(&old)? {
            let known = self.read_changed(&new)?.filter(|known| known.at >= changed.at);
            let created = known.as_ref().and_then(|known| known.created.clone()).or(changed.created);
            self.changes.write_one(
                &self.files,
                &new,
                &Changed { at: known.map_or(changed.at, |known| known.at), created },
            )?;
            self.files.remove(CHANGED, &old)?;
        }
        if let Some(past) = self.pasts.read(&self.files, &old)? {
            let moved = |past: Past| Past { undo: Undo { account: to.account.clone(), ..past.undo }, ..past };
            let mut all = self.pasts.read(&self.files, &new)?.unwrap_or_default();
            all.extend(past.into_iter().map(moved));
            all.sort_by_key(|past| Reverse(past.settled_at));
            all.dedup();
            self.pasts.write_one(&self.files, &new, &all)?;
            self.files.remove(HISTORY, &old)?;
        }
        Ok(())
    }

    /// The names of all numbers of which anything is kept, each once.
    pub(super) fn all_names(&self) -> Result<Vec<String>, JournalError> {
        let mut names = Vec::new();
        for folder in [NUMBERS, CHANGED, HISTORY] {
            names.extend(self.files.names(folder)?);
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
            self.files.remove(CHANGED, name)?;
        }
        if past {
            self.files.remove(HISTORY, name)?;
        }
        Ok(())
    }

    /// Whether the last change of a number, and all of its history, is too old.
    fn old(&self, name: &str) -> Result<(bool, bool), JournalError> {
        let now = Timestamp::now();
        let is_old = |at, age| now.saturating_duration_since(at) >= age;
        let changed = self.read_changed(name)?.is_some_and(|found| is_old(found.at, CHANGED_FOR));
        let Some(limits) = self.history else { return Ok((changed, false)) };
        let past = self.pasts.read(&self.files, name)?;
        Ok((changed, past.is_some_and(|past| past.iter().all(|past| is_old(past.settled_at, limits.age)))))
    }

    /// One that is torn was lost with the power, and then nobody believes an older list.
    fn read_changed(&self, name: &str) -> Result<Option<Changed>, JournalError> {
        match self.changes.read(&self.files, name) {
            Err(error) if error.fault == JournalFault::Foreign => Ok(None),
            read => read,
        }
    }
}
