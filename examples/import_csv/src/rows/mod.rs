//! The rows of a file of numbers. Each row is either good or has a list of problems.

mod cell;
mod place;
pub mod sheet;
mod tables;

use std::collections::HashMap;
use std::fmt;

use numport::model::Problem;
use numport::{E164, ImportRequest};

pub use self::cell::Column;
use self::cell::{Cell, Draft};
pub use self::place::At;
use self::place::Places;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header row, and a row for each number.
    Csv,
    /// A table `[[number]]` for each number.
    Toml,
}

/// A row without problems, as far as the file shows.
#[derive(Clone, Debug)]
pub struct Row {
    pub line: usize,
    pub request: ImportRequest,
}

/// A row with all its problems.
#[derive(Clone, Debug)]
pub struct BadRow {
    pub line: usize,
    /// The content of the cell with the number, if it is readable.
    pub number: Option<String>,
    pub faults: Vec<Fault>,
}

/// One problem and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: At,
    pub column: Option<Column>,
    pub fault: String,
    pub remedy: String,
}

/// The rows, in the file's order.
#[derive(Debug, Default)]
pub struct Rows {
    pub good: Vec<Row>,
    pub bad: Vec<BadRow>,
}

/// The problems of a row that the platform would report.
pub type Check<'a> = &'a dyn Fn(&ImportRequest) -> Vec<Problem>;

/// Reads a whole file.
///
/// # Errors
///
/// The problem of the file as a whole, if no row can be read reliably.
pub fn read(format: Format, bytes: &[u8], check: Check<'_>) -> Result<Rows, Vec<Fault>> {
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return Err(vec![Fault::of_file(At::START, "is written in UTF-16", "save it as UTF-8")]);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reading = Reading { places: Places::new(bytes), check, seen: HashMap::new(), rows: Rows::default() };
    match format {
        Format::Csv => sheet::read(bytes, &mut reading)?,
        Format::Toml => tables::read(bytes, &mut reading)?,
    }
    if reading.rows.good.is_empty() && reading.rows.bad.is_empty() {
        return Err(vec![Fault::of_file(At::START, "has no numbers", "add a row for each number")]);
    }
    Ok(reading.rows)
}

/// A file while it is read.
struct Reading<'a> {
    places: Places<'a>,
    check: Check<'a>,
    /// The line of each number's first occurrence.
    seen: HashMap<E164, usize>,
    rows: Rows,
}

impl Reading<'_> {
    /// A row whose cells cannot be separated.
    fn unreadable(&mut self, start: usize, fault: impl Into<String>, remedy: impl Into<String>) {
        let at = self.places.at(start);
        let fault = Fault::of_file(at, fault, remedy);
        self.rows.bad.push(BadRow { line: at.line, number: None, faults: vec![fault] });
    }

    /// Adds a row that begins at this byte, and problems that are not in its cells.
    fn row(&mut self, start: usize, cells: &[Cell<'_>], faults: Vec<Fault>) {
        let at = self.places.at(start);
        let mut draft = Draft::default();
        draft.faults = faults;
        cells.iter().for_each(|cell| draft.take(cell, self.places.at(cell.offset)));
        let request = draft.request(at);
        if let Some(request) = &request {
            for problem in (self.check)(request) {
                let column = Column::named(&problem.field);
                let cell = cells.iter().find(|cell| Some(cell.column) == column);
                let at = cell.map_or(at, |cell| self.places.at(cell.offset));
                draft.faults.push(Fault { at, column, fault: problem.fault, remedy: problem.remedy });
            }
            if let Some(first) = self.seen.get(request.number()) {
                let cell = cells.iter().find(|cell| cell.column == Column::Number);
                let at = cell.map_or(at, |cell| self.places.at(cell.offset));
                let fault = format!("{:?} is already in line {first}", request.number().as_str());
                draft.faults.push(Fault::new(at, Column::Number, fault, "list each number once"));
            } else {
                self.seen.insert(*request.number(), at.line);
            }
        }
        match request.filter(|_| draft.faults.is_empty()) {
            Some(request) => self.rows.good.push(Row { line: at.line, request }),
            None => {
                draft.faults.sort_by_key(|fault| fault.at);
                self.rows.bad.push(BadRow { line: at.line, number: draft.text, faults: draft.faults });
            }
        }
    }
}

impl Fault {
    fn new(at: At, column: Column, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { at, column: Some(column), fault: fault.into(), remedy: remedy.into() }
    }

    fn of_file(at: At, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { at, column: None, fault: fault.into(), remedy: remedy.into() }
    }
}

/// `line 12, column 8: label has 41 characters; use at most 40`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.column.map_or("it", Column::as_str);
        write!(f, "{}: {subject} {}; {}", self.at, self.fault, self.remedy)
    }
}
