//! Writes a line of JSON for each row as soon as its outcome is known.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::support::Failure;

/// The row's line in the file, and its outcome.
#[derive(Debug, Serialize)]
pub struct Line<T> {
    pub line: usize,
    #[serde(flatten)]
    pub outcome: T,
}

/// The report file, if there is one.
pub struct Report(Option<BufWriter<File>>);

impl Report {
    /// Appends to an existing file, because an interrupted import is continued with the same command.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let open = |path: &Path| {
            let file = File::options().create(true).append(true).open(path);
            file.map_err(|error| format!("{} cannot be written: {error}", path.display()))
        };
        Ok(Self(path.map(open).transpose()?.map(BufWriter::new)))
    }

    pub fn write(&mut self, line: usize, outcome: impl Serialize) -> io::Result<()> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        serde_json::to_writer(&mut *file, &Line { line, outcome })?;
        file.write_all(b"\n")?;
        file.flush()
    }
}
