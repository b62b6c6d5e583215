//! A line of JSON for each row, written as soon as its fate is known.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use numport::error::Error;
use numport::import::{BulkOutcome, Imported};
use numport::model::{Finding, Severity};
use serde::Serialize;

use super::rows::{BadRow, Row};
use super::support::Failure;

/// What became of a row. No field holds a credential, nor the whole of an address that calls went to.
#[derive(Debug, Default, Serialize)]
pub struct Line {
    pub line: usize,
    pub number: Option<String>,
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Trouble>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Found>,
    /// What the row asks for and the platform cannot change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsupported_fields: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub struct Trouble {
    pub report: String,
    pub advice: String,
}

#[derive(Debug, Serialize)]
pub struct Found {
    pub severity: Severity,
    pub finding: String,
    pub advice: &'static str,
}

impl Line {
    pub fn of(row: &Row, outcome: &'static str) -> Self {
        Self { line: row.line, number: Some(row.request.number().to_string()), outcome, ..Self::default() }
    }

    pub fn of_bad(row: &BadRow) -> Self {
        let faults: Vec<_> = row.faults.iter().map(ToString::to_string).collect();
        let advice = "Correct the row; nothing was sent for it.".to_owned();
        let error = Some(Trouble { report: faults.join(". "), advice });
        Self { line: row.line, number: row.number.clone(), outcome: "bad row", error, ..Self::default() }
    }

    pub fn of_outcome(row: &Row, outcome: &BulkOutcome) -> Self {
        let line = Self::of(row, outcome.code());
        match outcome {
            BulkOutcome::Imported(imported) => line.imported(imported),
            BulkOutcome::Failed(error) => line.failed(error),
            _ => line,
        }
    }

    pub fn found(mut self, findings: &[Finding]) -> Self {
        self.findings.extend(findings.iter().map(|finding| Found {
            severity: finding.severity(),
            finding: format!("it {finding}"),
            advice: finding.advice(),
        }));
        self
    }

    fn imported(mut self, imported: &Imported) -> Self {
        self.id = Some(imported.record.id.to_string());
        self.unsupported_fields = imported.unsupported_fields.iter().map(|field| field.as_str()).collect();
        self.found(&imported.findings)
    }

    fn failed(mut self, error: &Error) -> Self {
        self.error = Some(Trouble { report: error.report(), advice: error.advice() });
        match error {
            Error::Incomplete(incomplete) => {
                self.id = incomplete.record.as_ref().map(|record| record.id.to_string());
                self
            }
            Error::Preflight(looked) => self.found(&looked.findings),
            _ => self,
        }
    }
}

/// The file of lines, if one is wanted.
pub struct Report(Option<BufWriter<File>>);

impl Report {
    /// Lines are added to a file that is there, since a stopped import is run by the same command again.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let open = |path: &Path| {
            let file = File::options().create(true).append(true).open(path);
            file.map_err(|error| format!("{} cannot be written: {error}", path.display()))
        };
        Ok(Self(path.map(open).transpose()?.map(BufWriter::new)))
    }

    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        serde_json::to_writer(&mut *file, line)?;
        file.write_all(b"\n")?;
        file.flush()
    }
}
