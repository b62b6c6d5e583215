//! Shared code of the examples: an error in one line, and a record in one line.

#![allow(dead_code)] // no example uses all of it

pub mod accounts;
pub mod steps;

use std::error::Error;
use std::process::ExitCode;

use numport::NumberRecord;

pub type Failure = Box<dyn Error + Send + Sync>;

/// Prints an error as one line.
pub fn report(result: Result<(), Failure>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    match error.downcast_ref::<numport::Error>() {
        Some(error) => eprintln!("error: {}", error.report()),
        None => eprintln!("error: {error}"),
    }
    ExitCode::FAILURE
}

/// The exit code of an example with many steps: 0 on success, 1 if something failed, 2 if the arguments are invalid.
pub fn ended(result: Result<u8, Failure>) -> ExitCode {
    match result {
        Ok(code) => code.into(),
        Err(error) => {
            let code = code(&error);
            let _failure = report(Err(error));
            code.into()
        }
    }
}

pub fn code(error: &Failure) -> u8 {
    match error.downcast_ref::<numport::Error>() {
        Some(numport::Error::Invalid(_)) => 2,
        Some(_) => 1,
        None if error.is::<std::io::Error>() => 1,
        None => 2,
    }
}

/// Parses a number; the error contains it.
pub fn number(text: &str) -> Result<numport::E164, Failure> {
    text.parse().map_err(|error| format!("{text:?} is not an E.164 number: {error}").into())
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
