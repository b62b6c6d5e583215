//! The settings from the command line and the environment.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::Failure;

pub struct Arguments {
    pub command: Command,
    pub settings: Settings,
}

pub enum Command {
    Demo { numbers: usize },
    Enqueue(PathBuf),
    Worker(Hands),
}

/// The database with the jobs, for `enqueue` and for workers.
pub struct Settings {
    pub database_url: String,
    pub queue: String,
    /// The timeout of a request. A worker that is silent for longer counts as dead.
    pub timeout: Duration,
}

/// A worker's own settings.
pub struct Hands {
    pub name: String,
    /// Requests per second, to the platform and to the carrier each. All workers share the services' limits.
    pub rate: Option<NonZeroU32>,
    pub while_stdin: bool,
    /// After which time a create of a dead worker is surely carried out or lost.
    pub resend_after: Duration,
}

/// The supported databases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Settings {
    pub fn kind(&self) -> Result<Kind, Failure> {
        match self.database_url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Kind::Sqlite),
            Some("postgres" | "postgresql") => Ok(Kind::Postgres),
            // The rest of it may contain a password.
            _ => Err("DATABASE_URL must begin with sqlite: or postgres:".into()),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

pub fn read() -> Result<Arguments, Failure> {
    use lexopt::prelude::*;

    let mut parser = lexopt::Parser::from_env();
    let mut command = Command::Demo { numbers: 200 };
    let mut settings = Settings {
        database_url: std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:fleet.db".to_owned()),
        queue: "numport".to_owned(),
        timeout: Duration::from_secs(30),
    };
    let mut first = true;
    while let Some(argument) = parser.next()? {
        match (&mut command, argument) {
            (_, Value(name)) if first && name == "worker" => {
                let resend_after = Duration::from_secs(120);
                let name = "worker".to_owned();
                command = Command::Worker(Hands { name, rate: None, while_stdin: false, resend_after });
            }
            (_, Value(name)) if first && name == "enqueue" => command = Command::Enqueue(parser.value()?.into()),
            (Command::Demo { numbers }, Long("numbers")) => *numbers = parser.value()?.parse()?,
            (Command::Worker(hands), Long("name")) => hands.name = parser.value()?.string()?,
            (Command::Worker(hands), Long("rate")) => hands.rate = Some(parser.value()?.parse()?),
            (Command::Worker(hands), Long("resend-after")) => {
                hands.resend_after = Duration::from_secs(parser.value()?.parse()?);
            }
            (Command::Worker(hands), Long("while-stdin")) => hands.while_stdin = true,
            (Command::Worker(_), Long("timeout")) => settings.timeout = Duration::from_secs(parser.value()?.parse()?),
            (Command::Worker(_) | Command::Enqueue(_), Long("queue")) => settings.queue = parser.value()?.string()?,
            (_, other) => return Err(other.unexpected().into()),
        }
        first = false;
    }
    if matches!(command, Command::Demo { numbers } if !(20..=100_000).contains(&numbers)) {
        return Err("--numbers must be from 20 to 100000".into());
    }
    Ok(Arguments { command, settings })
}
