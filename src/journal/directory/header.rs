//! The file that says what a directory is, and which journal.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{is_at, private};
use super::faults::fault;
use super::locks::Locks;
use crate::journal::{JournalError, JournalFault};

const NAME: &str = "journal.json";
const VERSION: u32 = 1;

/// The header of a journal, which is never written again.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) path: PathBuf,
    /// It stays open, so that no other file can be taken for it.
    pub(super) file: File,
    /// The process that opened it.
    process: u32,
    pub(super) id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(rename = "numport-journal")]
    version: u32,
    id: String,
    /// What kind of locks it has. Those who do not see each other's would work on the same numbers.
    locks: String,
}

impl Header {
    /// Reads the header in this directory. If there is none, a journal is begun there, unless the directory has anything
    /// but these folders.
    pub(super) fn open(root: &Path, folders: &[&str]) -> Result<Self, JournalError> {
        let path = root.join(NAME);
        let failed = |error: io::Error| fault(path.display(), &error);
        let open = || OpenOptions::new().read(true).write(true).open(&path);
        let mut file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                begin(root, folders)?;
                open().map_err(failed)?
            }
            opened => opened.map_err(failed)?,
        };
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let refused = |fault, cause: String| Err(JournalError::new(path.display().to_string(), fault, cause));
        match serde_json::from_str(&text) {
            Ok(Text { version: VERSION, id, locks }) if locks == Locks::KIND => {
                Ok(Self { path, file, process: std::process::id(), id })
            }
            Ok(Text { version: VERSION, locks, .. }) => refused(
                JournalFault::Unsuitable,
                format!("its locks are {locks}, and this program has {}", Locks::KIND),
            ),
            _ => refused(JournalFault::Foreign, "another version".to_owned()),
        }
    }

    /// Whether this process is a fork of the one that opened it.
    pub(super) fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    /// Refuses a directory in which another journal was begun since, which knows nothing of what this one has kept. And a
    /// process that is a fork of the one that opened it: both have the same open file, and so each other's locks.
    pub(super) fn check(&self) -> Result<(), JournalError> {
        let cause = if self.is_forked() {
            "another process opened it and was forked; open it again"
        } else if is_at(&self.file, &self.path).map_err(|error| fault(self.path.display(), &error))? {
            return Ok(());
        } else {
            "it was removed or another journal was begun in its place; open it again"
        };
        Err(JournalError::new(self.path.display().to_string(), JournalFault::Unsuitable, cause))
    }
}

/// Begins a journal in a directory with nothing else in it.
fn begin(root: &Path, folders: &[&str]) -> Result<(), JournalError> {
    let failed = |error: io::Error| fault(root.display(), &error);
    for found in fs::read_dir(root).map_err(failed)? {
        let name = found.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !folders.contains(&name.as_str()) && !name.starts_with(NAME) {
            let cause = format!("there is {name} in it");
            return Err(JournalError::new(root.display().to_string(), JournalFault::Foreign, cause));
        }
    }
    let text = serde_json::to_string(&Text { version: VERSION, id: random(), locks: Locks::KIND.to_owned() })
        .map_err(|error| failed(error.into()))?;
    let new = root.join(format!("{NAME}.{}.{}", std::process::id(), random()));
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&new).map_err(failed)?;
    writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(failed)?;
    // Several may begin it at the same time: the first one's stays.
    let begun = match fs::hard_link(&new, root.join(NAME)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // A file system without links: the last one's stays.
        Err(_) => return fs::rename(&new, root.join(NAME)).map_err(failed),
        linked => linked,
    };
    drop(fs::remove_file(&new));
    begun.map_err(failed)
}

/// The standard library has no other random number.
fn random() -> String {
    let number = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", number(), number())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_fork_of_the_process_that_opened_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut header = Header::open(folder.path(), &[]).unwrap();
        header.check().unwrap();
        header.process += 1;
        let error = header.check().unwrap_err();
        assert!(error.fault == JournalFault::Unsuitable && error.cause.contains("forked"), "{error}");
        // It takes no lock that it would not give up.
        let locks = |header| Locks::open(folder.path(), Arc::new(header)).unwrap();
        let forked = locks(header);
        forked.try_take("one").unwrap_err();
        let other = locks(Header::open(folder.path(), &[]).unwrap());
        assert!(other.try_take("one").unwrap().is_some());
    }
}
