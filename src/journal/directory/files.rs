//! Reads and writes the files of a journal, as JSON.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::disk::Disk;
use super::faults::fault;
use crate::journal::{JournalError, JournalFault};

#[derive(Debug)]
pub(super) struct Files<D> {
    pub(super) disk: D,
    /// For errors.
    pub(super) place: String,
}

pub(super) fn file(folder: &str, name: &str) -> String {
    format!("{folder}/{name}.json")
}

impl<D: Disk> Files<D> {
    pub(super) fn read<T: DeserializeOwned>(&self, folder: &str, name: &str) -> Result<Option<T>, JournalError> {
        let text = match self.disk.read(&file(folder, name)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(self.at(folder, name), &error)),
        };
        // What a message says of the text may be a secret.
        let cause = |error: serde_json::Error| format!("line {}, column {}", error.line(), error.column());
        serde_json::from_slice(&text).map(Some).map_err(|error| self.foreign(folder, name, &cause(error)))
    }

    /// Writes a file under a name that nobody reads.
    pub(super) fn write_new(&self, folder: &str, name: &str, what: &impl Serialize, durably: bool) -> io::Result<()> {
        let new = new(folder, name);
        self.disk.write(&new, &serde_json::to_vec_pretty(what)?)?;
        if durably { self.disk.sync(&new) } else { Ok(()) }
    }

    pub(super) fn rename(&self, folder: &str, name: &str) -> io::Result<()> {
        self.disk.rename(&new(folder, name), &file(folder, name))
    }

    /// Gives what was written under this new name the name of another number as well.
    pub(super) fn share(&self, folder: &str, from: &str, name: &str) -> io::Result<()> {
        let (from, to) = (new(folder, from), new(folder, name));
        match self.disk.link(&from, &file(folder, name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            linked => return linked,
        }
        // What an interrupted write has left.
        drop(self.disk.remove(&to));
        self.disk.link(&from, &to)?;
        self.rename(folder, name)
    }

    pub(super) fn remove(&self, folder: &str, name: &str) -> Result<(), JournalError> {
        match self.disk.remove(&file(folder, name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(self.at(folder, name), &error)),
            _ => Ok(()),
        }
    }

    pub(super) fn names(&self, folder: &str) -> Result<Vec<String>, JournalError> {
        let files = self.disk.list(folder).map_err(|error| fault(format!("{}/{folder}", self.place), &error))?;
        Ok(files.iter().filter_map(|file| Some(file.strip_suffix(".json")?.to_owned())).collect())
    }

    pub(super) fn foreign(&self, folder: &str, name: &str, cause: &str) -> JournalError {
        JournalError::new(self.at(folder, name), JournalFault::Foreign, cause)
    }

    pub(super) fn at(&self, folder: &str, name: &str) -> String {
        format!("{}/{}", self.place, file(folder, name))
    }
}

fn new(folder: &str, name: &str) -> String {
    format!("{folder}/{name}.new")
}
