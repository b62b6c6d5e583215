//! A CSV file: a header row, then a row for each number.

use std::str;

use ::csv::{ByteRecord, ReaderBuilder};

use super::cell::{Cell, Value};
use super::{Column, Fault, Reading};

pub(super) fn read(bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), Vec<Fault>> {
    // The `csv` crate unquotes fields, but does not return their positions, which the problems need.
    let mut records = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut fields = Fields::default();
    let mut header: Option<Vec<Column>> = None;
    let broken = |error: ::csv::Error| vec![Fault::of_file(super::At::START, error.to_string(), "save the file again")];
    while records.read_byte_record(&mut record).map_err(broken)? {
        fields.next(bytes);
        let start = fields.starts.first().copied().unwrap_or_default();
        let Some(columns) = &header else {
            header = Some(columns(&record, &fields, reading)?);
            continue;
        };
        if record.len() == 1 && record[0].trim_ascii().is_empty() {
            continue;
        }
        if let Some(open) = fields.open {
            let remedy = "close it; write a quote within a text twice";
            reading.unreadable(open, "begins a quote that never ends", remedy);
            continue;
        }
        if record.len() != columns.len() {
            let fields = |count: usize| format!("{count} field{}", if count == 1 { "" } else { "s" });
            let fault = format!("has {}, but the header has {}", fields(record.len()), columns.len());
            reading.unreadable(start, fault, "use the same number in each row; put a text with a comma in quotes");
            continue;
        }
        let cells: Vec<Cell<'_>> = columns
            .iter()
            .zip(record.iter().zip(&fields.starts))
            .map(|(&column, (field, &offset))| Cell {
                column,
                offset,
                value: str::from_utf8(field).map_or(Value::NotUtf8, Value::Text),
            })
            .collect();
        reading.row(start, &cells, Vec::new());
    }
    Ok(())
}

/// The columns of the header.
fn columns(header: &ByteRecord, fields: &Fields, reading: &Reading<'_>) -> Result<Vec<Column>, Vec<Fault>> {
    let mut columns = Vec::new();
    let mut faults = Vec::new();
    for (name, &start) in header.iter().zip(&fields.starts) {
        let at = reading.places.at(start);
        let name = String::from_utf8_lossy(name.trim_ascii()).to_lowercase();
        match Column::named(&name) {
            Some(column) if columns.contains(&column) => {
                faults.push(Fault::of_file(at, format!("has the column {name:?} twice"), "use each column once"));
            }
            Some(column) => columns.push(column),
            None => {
                let remedy = format!("the header row may have {}, separated by commas", Column::names());
                faults.push(Fault::of_file(at, format!("has the unknown column {name:?}"), remedy));
            }
        }
    }
    if faults.is_empty() && !columns.contains(&Column::Number) {
        faults.push(Fault::of_file(super::At::START, "has no column \"number\"", "add it to the header row"));
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

/// The positions of a record's fields. This splits records as the `csv` crate does.
#[derive(Debug, Default)]
pub struct Fields {
    pub starts: Vec<usize>,
    /// The position of a quote that is not closed at the end of the file.
    pub open: Option<usize>,
    end: usize,
}

impl Fields {
    /// Moves to the next record.
    pub fn next(&mut self, bytes: &[u8]) {
        let at = |offset: usize| bytes.get(offset).copied();
        let mut offset = self.end;
        while matches!(at(offset), Some(b'\r' | b'\n')) {
            offset += 1;
        }
        (self.starts, self.open) = (vec![offset], None);
        let mut quoted = at(offset) == Some(b'"');
        offset += usize::from(quoted);
        while let Some(byte) = at(offset) {
            offset += 1;
            match byte {
                b'"' if quoted && at(offset) == Some(b'"') => offset += 1,
                b'"' if quoted => quoted = false,
                _ if quoted => {}
                b',' => {
                    self.starts.push(offset);
                    quoted = at(offset) == Some(b'"');
                    offset += usize::from(quoted);
                }
                b'\r' | b'\n' => break,
                _ => {}
            }
        }
        if quoted {
            self.open = self.starts.last().copied();
        }
        self.end = offset;
    }
}
