//! Files that say something of a number each. What is written at the same moment is one file that has the name of each
//! number: the disk takes longer for each file than for all else.

use std::collections::BTreeMap;
use std::io;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::disk::Disk;
use super::faults::fault;
use super::files::Files;
use crate::journal::JournalError;

/// How many numbers share a file: reading one reads all of them.
const MOST: usize = 64;

/// A folder of such files. Each has what it says of its number, and perhaps of others, by the name of the number.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    folder: &'static str,
    /// Whether what is written is on the disk when the call returns.
    is_durable: bool,
    /// Whether the folder could not be brought to the disk once: after that nobody knows what is there, and the next
    /// attempt may succeed wrongly.
    has_failed: Mutex<bool>,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Numbered<T> {
    pub(super) fn new(folder: &'static str, is_durable: bool) -> Self {
        Self { folder, is_durable, has_failed: Mutex::default(), of: PhantomData }
    }

    pub(super) fn read<D: Disk>(&self, files: &Files<D>, name: &str) -> Result<Option<T>, JournalError> {
        let Some(mut all) = files.read::<BTreeMap<String, T>>(self.folder, name)? else { return Ok(None) };
        all.remove(name).map(Some).ok_or_else(|| files.foreign(self.folder, name, "another number"))
    }

    /// Writes what is said of each number. Who calls it holds their locks.
    pub(super) fn write<D: Disk>(&self, files: &Files<D>, all: &[(String, T)]) -> Vec<Result<(), JournalError>> {
        if all.is_empty() {
            return Vec::new();
        }
        let written: Vec<_> = all.chunks(MOST).flat_map(|some| self.write_files(files, some)).collect();
        let synced = self.sync(files);
        let answers = all.iter().zip(written).map(|((name, _), written)| {
            let on_disk = written.and_then(|()| synced.as_ref().map_err(copy).copied());
            on_disk.map_err(|error| fault(files.at(self.folder, name), &error))
        });
        answers.collect()
    }

    pub(super) fn write_one<D: Disk>(&self, files: &Files<D>, name: &str, what: &T) -> Result<(), JournalError>
    where
        T: Clone,
    {
        self.write(files, &[(name.to_owned(), what.clone())]).into_iter().collect()
    }

    /// Writes what is said of these numbers into one file, and into one of its own where that cannot be.
    fn write_files<D: Disk>(&self, files: &Files<D>, all: &[(String, T)]) -> Vec<io::Result<()>> {
        let write_new = |under: &str, all: &[(String, T)]| {
            let text: BTreeMap<_, _> = all.iter().map(|(name, what)| (name, what)).collect();
            files.write_new(self.folder, under, &text, self.is_durable)
        };
        let alone = |one: &(String, T)| {
            write_new(&one.0, std::slice::from_ref(one)).and_then(|()| files.rename(self.folder, &one.0))
        };
        let [(first, _), others @ ..] = all else { return Vec::new() };
        if others.is_empty() || write_new(first, all).is_err() {
            return all.iter().map(alone).collect();
        }
        let share = |one: &(String, T)| files.share(self.folder, first, &one.0).or_else(|_| alone(one));
        let others: Vec<_> = others.iter().map(share).collect();
        std::iter::once(files.rename(self.folder, first)).chain(others).collect()
    }

    /// Brings the names to the disk.
    fn sync<D: Disk>(&self, files: &Files<D>) -> io::Result<()> {
        if !self.is_durable {
            return Ok(());
        }
        let mut has_failed = self.has_failed.lock().unwrap_or_else(PoisonError::into_inner);
        if *has_failed {
            return Err(io::Error::other("an earlier write failed; end the process and start it again"));
        }
        // Without a folder that can be opened nothing was asked of the disk, and the next one may ask.
        let folder = files.disk.folder(self.folder)?;
        let synced = files.disk.sync_folder(folder);
        *has_failed = synced.is_err();
        synced
    }
}

/// An error of the system for one more number.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}
