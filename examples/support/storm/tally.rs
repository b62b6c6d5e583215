//! The counts of a storm.

use std::collections::HashMap;
use std::fmt;
use std::ops::AddAssign;
use std::time::Duration;

use numport::Outcome;
use numport::sandbox::ReceivedRequest;
use serde_json::Value;

use super::Calls;
use super::client::Said;
use super::records::{ids, is_finished};
use super::{Storm, number};

/// The counts of one storm or of several.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub imports: usize,
    /// The number of records in the end.
    pub records: usize,
    /// Numbers with more than one record.
    pub twice: usize,
    /// Numbers without a record.
    pub lost: usize,
    /// Numbers without a record that is as requested.
    pub unfinished: usize,
    /// Calls of the first run, a renewal, a pointing or an undo that reported a wrong result.
    pub lies: usize,
    /// Imports that failed without faults.
    pub failed: usize,
    /// Imports whose credentials were renewed, and imports whose calls were pointed.
    pub renewed: usize,
    pub pointed: usize,
    /// Imports that were to be rolled back, and those that were not rolled back completely.
    pub undone: usize,
    pub not_undone: usize,
    /// The calls of the first run, by their results.
    pub created: usize,
    pub there: usize,
    pub recovered: usize,
    pub indeterminate: usize,
    pub incomplete: usize,
    pub refused: usize,
    pub given_up: usize,
    /// The requests of both runs: to all services, and imports alone.
    pub requests: usize,
    pub creates: usize,
    pub took: Duration,
    /// The failures, one line each.
    pub notes: Vec<String>,
}

impl Tally {
    /// A result, and whether it is true.
    pub(super) fn of_storm(storm: Storm, said: &[Vec<Calls>], kept: &HashMap<String, Vec<Value>>) -> Self {
        let mut tally = Self { imports: said.len(), ..Self::default() };
        for (import, callers) in said.iter().enumerate() {
            callers.iter().flatten().for_each(|word| tally.count(word));
            let number = number(import);
            let records = kept.get(number.as_str()).map_or(&[][..], Vec::as_slice);
            for lie in callers.iter().filter_map(|calls| lie(storm, calls, callers, records)) {
                tally.lies += 1;
                tally.notes.push(format!("seed {}: {number}: {lie}: said {callers:?}, kept {records:?}", storm.seed));
            }
        }
        tally
    }

    fn count(&mut self, said: &Said) {
        let counter = match said {
            Said::Done { outcome: Outcome::Created, .. } => &mut self.created,
            Said::Done { outcome: Outcome::AlreadyThere | Outcome::Updated, .. } => &mut self.there,
            Said::Done { .. } => &mut self.recovered,
            Said::Incomplete { .. } => &mut self.incomplete,
            Said::Indeterminate => &mut self.indeterminate,
            Said::NotDone | Said::Failed(_) => &mut self.refused,
            Said::Nothing => &mut self.given_up,
        };
        *counter += 1;
    }

    /// The state after the second run, and the requests that it took.
    pub(super) fn look(
        &mut self,
        storm: Storm,
        again: &[(usize, Vec<Calls>)],
        kept: &HashMap<String, Vec<Value>>,
        requests: &[ReceivedRequest],
    ) {
        let Storm { platform, seed, .. } = storm;
        let is_done = |calls: &Calls| matches!(calls.last(), Some(Said::Done { .. }));
        self.failed = again.iter().filter(|(_, callers)| !callers.iter().all(is_done)).count();
        for number in (0..self.imports).map(number) {
            let records = kept.get(number.as_str()).map_or(&[][..], Vec::as_slice);
            let is_finished = records.iter().any(|record| is_finished(platform, record));
            self.records += records.len();
            self.twice += usize::from(records.len() > 1);
            self.lost += usize::from(records.is_empty());
            self.unfinished += usize::from(!records.is_empty() && !is_finished);
            if records.len() != 1 || !is_finished {
                let last = again.iter().find(|(import, _)| super::number(*import) == number);
                let said = last.map_or(&[][..], |(_, callers)| callers);
                self.notes.push(format!("seed {seed}: {number}: kept {records:?}, said at last {said:?}"));
            }
        }
        let is_create = |entry: &&ReceivedRequest| {
            entry.service == platform.api.service && entry.method == "POST" && entry.path == platform.create_path()
        };
        self.requests = requests.len();
        self.creates = requests.iter().filter(is_create).count();
    }

    /// The heading of a table of storms.
    pub fn heading() -> String {
        let counts = "imports records twice lost unfinished lies failed renewed pointed undone not-undone | created there recovered indeterminate";
        format!("{counts} incomplete refused given-up | requests/import creates/import seconds")
    }
}

/// The results that are wrong. A caller's results are compared with what its own calls could have done, and with the
/// results of all callers together.
fn lie(storm: Storm, calls: &Calls, all: &[Calls], records: &[Value]) -> Option<&'static str> {
    match calls.last()? {
        Said::Done { id, .. } => {
            let at = ids(storm.platform, records).iter().position(|found| found == id);
            let so = at.is_some_and(|at| is_finished(storm.platform, &records[at]));
            (!so).then_some("the client reported an import that was not done")
        }
        Said::Incomplete { there: true } => {
            records.is_empty().then_some("the client reported a record that does not exist")
        }
        // Some caller created it.
        Said::NotDone | Said::Incomplete { there: false } => {
            let nobody = all.iter().flatten().all(Said::is_not_made);
            (nobody && !records.is_empty()).then_some("the client reported no record, but one exists")
        }
        Said::Failed(_) => Some("the client reported nothing about the existing record"),
        Said::Indeterminate | Said::Nothing => None,
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.imports += other.imports;
        self.records += other.records;
        self.twice += other.twice;
        self.lost += other.lost;
        self.unfinished += other.unfinished;
        self.lies += other.lies;
        self.failed += other.failed;
        self.renewed += other.renewed;
        self.pointed += other.pointed;
        self.undone += other.undone;
        self.not_undone += other.not_undone;
        self.created += other.created;
        self.there += other.there;
        self.recovered += other.recovered;
        self.indeterminate += other.indeterminate;
        self.incomplete += other.incomplete;
        self.refused += other.refused;
        self.given_up += other.given_up;
        self.requests += other.requests;
        self.creates += other.creates;
        self.took += other.took;
        self.notes.extend(other.notes);
    }
}

/// A row of the table.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { imports, records, twice, lost, unfinished, lies, failed, undone, not_undone, .. } = self;
        write!(f, "{imports:>7} {records:>7} {twice:>5} {lost:>4} {unfinished:>10} {lies:>4} {failed:>6} ")?;
        write!(f, "{:>7} {:>7} {undone:>6} {not_undone:>10} | ", self.renewed, self.pointed)?;
        let Self { created, there, recovered, indeterminate, incomplete, refused, given_up, .. } = self;
        write!(f, "{created:>7} {there:>5} {recovered:>9} {indeterminate:>13} {incomplete:>10} ")?;
        write!(f, "{refused:>7} {given_up:>8} | ")?;
        let each = |count: usize| count as f64 / self.imports.max(1) as f64;
        let (requests, creates, seconds) = (each(self.requests), each(self.creates), self.took.as_secs_f64());
        write!(f, "{requests:>15.2} {creates:>14.2} {seconds:>7.1}")
    }
}
