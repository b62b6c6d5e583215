//! The data to roll back a move. It is saved before anything is changed, and each step appends a line.
//!
//! The first line contains everything that is known before the move: the records at the old platform, the plan for the
//! new one, and the routing. Later lines contain the ids of the records that the move creates. A step that was done but
//! not saved is found at the new platform, which had no record of its number when the plan was made.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use numport::import::Undo;
use numport::import::plan::{Applied, AppliedStep, PlanStep};
use numport::model::{AccountId, NumberId, PlatformKind, Routing};
use numport::{Desired, E164, ImportRequest, NumberRecord, Plan};
use serde::{Deserialize, Serialize};

use super::support::Failure;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    pub(crate) from: PlatformKind,
    pub(crate) account: AccountId,
    pub(crate) answers_at: Option<String>,
    /// The records at the old platform.
    pub(crate) records: Vec<Record>,
    /// The plan for the new platform.
    pub(crate) plan: Plan,
    pub(crate) routing: Vec<Routing>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) id: NumberId,
    pub(crate) request: ImportRequest,
}

/// Each further line.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// A finished import, with its undo.
    Done(Box<Undo>),
    /// An import that created no record. An existing record is somebody else's.
    NotDone(E164),
}

impl Kept {
    /// The numbers that the plan moves.
    pub(crate) fn moving(&self) -> HashSet<E164> {
        let moving = self.plan.steps.iter().filter(|step| !matches!(step, PlanStep::Blocked { .. }));
        moving.filter_map(|step| step.number().telephone()).collect()
    }
}

/// The records as they must be when they are imported again.
pub(crate) fn records(records: &[NumberRecord]) -> Vec<Record> {
    let mut seen = HashSet::new();
    let record = |record: &NumberRecord| {
        let request = Desired::from_records([record]).into_iter().next()?;
        let id = record.id.clone();
        seen.insert(*request.number()).then_some(Record { id, request })
    };
    records.iter().filter_map(record).collect()
}

/// The file of a running move.
pub(crate) struct Journal(File);

impl Journal {
    /// Creates a file that only its owner may read, because it contains URLs, which may contain secrets.
    pub(crate) fn create(path: &Path, kept: &Kept) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => format!("{} exists already; give a new file", path.display()),
            _ => format!("{} cannot be written: {error}", path.display()),
        })?;
        let mut journal = Self(file);
        journal.write(kept)?;
        Ok(journal)
    }

    /// Saves the outcome of a step.
    pub(crate) fn note(&mut self, step: &AppliedStep) -> io::Result<()> {
        let PlanStep::Import { request, .. } = &step.step else { return Ok(()) };
        match &step.outcome {
            Applied::Imported(imported) => self.write(&Line::Done(Box::new(imported.undo()))),
            Applied::Unchanged | Applied::Moved(_) | Applied::Blocked { .. } | Applied::NotAttempted => {
                self.write(&Line::NotDone(*request.number()))
            }
            // The outcome is unknown.
            _ => Ok(()),
        }
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.0.write_all(&text)?;
        self.0.sync_all()
    }
}

/// Reads the file. An incomplete last line is ignored.
pub(crate) fn read(path: &Path) -> Result<(Kept, HashMap<E164, Line>), Failure> {
    let named = |error: String| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let first = lines.next().ok_or_else(|| named("its first line is incomplete, so nothing was changed".to_owned()))?;
    let kept = serde_json::from_str(first).map_err(|error| named(error.to_string()))?;
    let mut done = HashMap::new();
    for line in lines {
        let line: Line = serde_json::from_str(line).map_err(|error| named(error.to_string()))?;
        let number = match &line {
            Line::Done(undo) => undo.number,
            Line::NotDone(number) => *number,
        };
        done.insert(number, line);
    }
    Ok((kept, done))
}
