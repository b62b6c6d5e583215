//! A TOML file: a table `[[number]]` for each number.

use std::str;

use ::toml::Spanned;
use ::toml::de::{DeString, DeTable, DeValue};

use super::cell::{Cell, Value};
use super::{At, Column, Fault, Reading};

pub(super) fn read(bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), Vec<Fault>> {
    let text = str::from_utf8(bytes).map_err(|error| {
        vec![Fault::of_file(reading.places.at(error.valid_up_to()), "is not UTF-8 here", "save the file as UTF-8")]
    })?;
    let (file, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let fault = |error: &::toml::de::Error| {
            let at = error.span().map_or(At::START, |span| reading.places.at(span.start));
            Fault::of_file(at, format!("is not TOML: {}", error.message()), "correct it; put texts in quotes")
        };
        return Err(errors.iter().map(fault).collect());
    }
    let mut faults = Vec::new();
    for (name, value) in file.get_ref() {
        let tables = match value.get_ref() {
            DeValue::Array(tables) if name.get_ref() == "number" => tables,
            _ => {
                let fault = format!("has {:?}, which is not a list of numbers", name.get_ref());
                faults.push(Fault::of_file(reading.places.at(name.span().start), fault, "begin each with [[number]]"));
                continue;
            }
        };
        for table in tables.iter() {
            let start = table.span().start;
            match table.get_ref() {
                DeValue::Table(table) => row(table, start, reading),
                other => {
                    let fault = format!("is of the type {}, not a table", other.type_str());
                    reading.unreadable(start, fault, "begin each number with [[number]]");
                }
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn row(table: &DeTable<'_>, start: usize, reading: &mut Reading<'_>) {
    let unknown = |name: &&Spanned<DeString<'_>>| Column::named(name.get_ref()).is_none();
    let faults: Vec<Fault> = table
        .keys()
        .filter(unknown)
        .map(|name| {
            let fault = format!("has the unknown field {:?}", name.get_ref());
            let remedy = format!("a number may have {}", Column::names());
            Fault::of_file(reading.places.at(name.span().start), fault, remedy)
        })
        .collect();
    let cells: Vec<Cell<'_>> = table
        .iter()
        .filter_map(|(name, value)| {
            let column = Column::named(name.get_ref())?;
            Some(Cell { column, offset: value.span().start, value: says(value.get_ref()) })
        })
        .collect();
    reading.row(start, &cells, faults);
}

fn says<'a>(value: &'a DeValue<'_>) -> Value<'a> {
    match value {
        DeValue::String(text) => Value::Text(text),
        DeValue::Boolean(on) => Value::Switch(*on),
        other => Value::Other(other.type_str()),
    }
}
