//! Locks that are files of their own.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs4::{FileExt, TryLockError};

use crate::journal::directory::disk::{is_at, private};
use crate::journal::directory::faults::fault;
use crate::journal::directory::header::Header;
use crate::journal::directory::place::{make_private, refuse_network};
use crate::journal::{JournalError, JournalFault};

#[derive(Debug)]
pub(in crate::journal::directory) struct Locks {
    folder: PathBuf,
    header: Arc<Header>,
}

/// A file that is locked. It is removed when it is dropped.
#[derive(Debug)]
pub(in crate::journal::directory) struct Lock {
    path: PathBuf,
    /// It is unlocked by being closed.
    file: File,
}

impl Locks {
    /// What the header of a journal says that has such locks.
    #[cfg_attr(test, allow(dead_code))] // of the system that the test does not run on
    pub(in crate::journal::directory) const KIND: &str = "files";

    pub(in crate::journal::directory) fn open(root: &Path, header: Arc<Header>) -> Result<Arc<Self>, JournalError> {
        let folder = root.join("locks");
        make_private(&folder)?;
        refuse_network(&folder)?;
        Ok(Arc::new(Self { folder, header }))
    }

    /// Takes the lock of a number; `None` if another process has it, or another task of this one.
    pub(in crate::journal::directory) fn try_take(&self, name: &str) -> Result<Option<Lock>, JournalError> {
        self.header.check()?;
        let path = self.folder.join(format!("{name}.lock"));
        Lock::try_take(&path).map_err(|error| fault(path.display(), &error))
    }
}

impl Lock {
    /// Locks the file, which is made if it is not there.
    fn try_take(path: &Path) -> io::Result<Option<Self>> {
        loop {
            let file = private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)?;
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Who had it before has removed it: the one that others find by its name is another one.
            if is_at(&file, path)? {
                return Ok(Some(Self { path: path.to_owned(), file }));
            }
        }
    }

    /// Refuses a lock that others do not find by its name any more: another process may have one of the same name.
    pub(in crate::journal::directory) fn check(&self) -> Result<(), JournalError> {
        if self.is_held() {
            return Ok(());
        }
        let place = self.path.display().to_string();
        Err(JournalError::new(place, JournalFault::Unreachable, "the lock file was removed"))
    }

    fn is_held(&self) -> bool {
        is_at(&self.file, &self.path).unwrap_or(false)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is locked, so that nobody is left with a file that is gone and that others do not see. Elsewhere the
        // file cannot be told from a later one of its name, and stays.
        if cfg!(unix) && self.is_held() {
            // What stays is locked again by the next one.
            drop(fs::remove_file(&self.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_locked_once_and_removed_and_one_that_somebody_removed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let header = Arc::new(Header::open(folder.path(), &[]).unwrap());
        let locks = Locks::open(folder.path(), header).unwrap();
        let path = folder.path().join("locks").join("one.lock");
        let first = locks.try_take("one").unwrap().unwrap();
        assert!(locks.try_take("one").unwrap().is_none());
        drop(locks.try_take("two").unwrap().unwrap());
        fs::remove_file(&path).unwrap();
        let second = locks.try_take("one").unwrap().unwrap();
        assert_eq!(first.check().unwrap_err().fault, JournalFault::Unreachable);
        drop(first);
        assert!(second.check().is_ok() && locks.try_take("one").unwrap().is_none(), "the second has it");
        drop(second);
        assert!(!path.exists() && locks.try_take("one").unwrap().is_some());
    }
}
