//! The locks of numbers: a file for each, which the system locks and unlocks when its process ends.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};

use super::disk::private;

/// A file that is locked. It is removed when it is dropped.
#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    /// It is unlocked by being closed.
    file: File,
}

impl LockFile {
    /// Locks the file, which is made if it is not there; `None` if another process has it, or another task of this one.
    pub(super) fn try_take(path: &Path) -> io::Result<Option<Self>> {
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
}

impl LockFile {
    /// Whether others still find it by its name. If not, somebody else has removed it, and another process may have a
    /// lock of the same name.
    pub(super) fn is_held(&self) -> bool {
        is_at(&self.file, &self.path).unwrap_or(false)
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // While it is locked, so that nobody is left with a file that is gone and that others do not see. Elsewhere the
        // file cannot be told from a later one of its name, and stays.
        if cfg!(unix) && self.is_held() {
            // What stays is locked again by the next one.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Whether this open file is the one of this name.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let opened = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((opened.dev(), opened.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// It cannot be told.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // as elsewhere
pub(super) fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}
