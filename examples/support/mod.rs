//! What the examples share: one clear line for an error, and a record in one line.

#![allow(dead_code)] // no example uses all of it

use std::error::Error;
use std::process::ExitCode;

use numport::NumberRecord;

pub type Failure = Box<dyn Error + Send + Sync>;

/// Prints an error and its causes as one line, with what to do about it.
pub fn report(result: Result<(), Failure>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        line.push_str(": ");
        line.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    if let Some(error) = error.downcast_ref::<numport::Error>() {
        line.push_str(". ");
        line.push_str(&error.advice());
    }
    eprintln!("error: {line}");
    ExitCode::FAILURE
}

/// Reads a number as it was typed; the error names it.
pub fn number(text: &str) -> Result<numport::E164, Failure> {
    text.parse().map_err(|error| format!("{text:?} is not an E.164 number: it {error}").into())
}

/// A record as one line of a table.
pub fn line(record: &NumberRecord) -> String {
    let text = |field: Option<&str>| field.unwrap_or("-").to_owned();
    let switch = |enabled: Option<bool>| enabled.map_or("-", |enabled| if enabled { "on" } else { "off" });
    format!(
        "{:<11} {:<14} {:<38} {:<14} {:<16} in {:<3} out {}",
        record.platform,
        record.number,
        record.id,
        text(record.label.as_deref()),
        text(record.agent.as_ref().map(AsRef::as_ref)),
        switch(record.inbound),
        switch(record.outbound),
    )
}
