//! Locks of ranges of the journal's header. They are of the open file (OFD), and not of the process, which would lose all
//! of them when any part of it closes the file.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use crate::journal::JournalError;
use crate::journal::directory::faults::fault;
use crate::journal::directory::header::Header;

#[derive(Debug)]
pub(in crate::journal::directory) struct Locks {
    header: Arc<Header>,
    /// The ranges that this open file has: the system would give it one twice.
    held: Mutex<HashSet<i64>>,
}

/// A lock. Dropping it gives it up.
#[derive(Debug)]
pub(in crate::journal::directory) struct Lock {
    locks: Arc<Locks>,
    at: i64,
}

impl Locks {
    /// What the header of a journal says that has such locks.
    pub(in crate::journal::directory) const KIND: &str = "ranges";

    #[allow(clippy::unnecessary_wraps)] // as elsewhere
    pub(in crate::journal::directory) fn open(_root: &Path, header: Arc<Header>) -> Result<Arc<Self>, JournalError> {
        Ok(Arc::new(Self { header, held: Mutex::default() }))
    }

    /// Takes the lock of a number; `None` if another process has it, or another task of this one.
    pub(in crate::journal::directory) fn try_take(self: &Arc<Self>, name: &str) -> Result<Option<Lock>, JournalError> {
        // A fork would take it for the process that it is a fork of.
        self.header.check()?;
        let at = at(name);
        if !self.held().insert(at) {
            return Ok(None);
        }
        match self.set(at, libc::F_WRLCK) {
            Ok(()) => {
                let lock = Lock { locks: self.clone(), at };
                lock.check().map(|()| Some(lock))
            }
            Err(error) => {
                self.held().remove(&at);
                match error {
                    Errno::EAGAIN | Errno::EACCES => Ok(None),
                    error => Err(fault(self.header.path.display(), &io::Error::from(error))),
                }
            }
        }
    }

    fn set(&self, at: i64, how: libc::c_int) -> Result<(), Errno> {
        #[allow(clippy::cast_possible_truncation)] // small constants
        let range =
            libc::flock { l_type: how as i16, l_whence: libc::SEEK_SET as i16, l_start: at, l_len: 1, l_pid: 0 };
        fcntl(&self.header.file, FcntlArg::F_OFD_SETLK(&range)).map(drop)
    }

    fn held(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lock {
    /// Refuses a lock in a journal that is not at its place any more: another process may have a lock of the same name.
    pub(in crate::journal::directory) fn check(&self) -> Result<(), JournalError> {
        self.locks.header.check()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The open file is that of the process that has the lock.
        if self.locks.header.is_forked() {
            return;
        }
        let mut held = self.locks.held();
        // It is held by this open file, which is all that the call needs.
        let _ = self.locks.set(self.at, libc::F_UNLCK);
        held.remove(&self.at);
    }
}

/// Where the lock of a number is. Two numbers that share a place only wait for each other.
fn at(name: &str) -> i64 {
    let digest = hmac_sha256::Hash::hash(name.as_bytes());
    digest.iter().take(8).fold(0, |at, byte| at << 8 | i64::from(*byte)) & (i64::MAX >> 1)
}
