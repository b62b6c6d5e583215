use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

use lexopt::Parser;
use lexopt::prelude::*;
use numport::E164;

use super::rows::{self, Format};
use super::support::Failure;

/// The file if none is given.
const OWN_FILE: &[u8] = include_bytes!("../numbers.csv");

/// The arguments.
#[derive(Clone, Debug)]
pub struct Arguments {
    pub file: Option<PathBuf>,
    pub live: bool,
    pub platform: String,
    pub per_second: Option<NonZeroU32>,
    pub concurrency: usize,
    pub dry_run: bool,
    pub skip_bad: bool,
    pub report: Option<PathBuf>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            file: None,
            live: false,
            platform: "vapi".to_owned(),
            per_second: None,
            concurrency: 16,
            dry_run: false,
            skip_bad: false,
            report: None,
        }
    }
}

const USAGE: &str = "import_csv [FILE.csv or FILE.toml] [--live] [--platform NAME] [--dry-run] [--skip-bad] \
    [--report FILE] [--concurrency N] [--per-second N]; see the comment at the top of examples/import_csv/src/main.rs";

impl Arguments {
    pub fn parse(mut parser: Parser) -> Result<Self, Failure> {
        let mut arguments = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("live") => arguments.live = true,
                Long("platform") => arguments.platform = parser.value()?.string()?,
                Long("per-second") => {
                    let limit = parser.value()?.parse();
                    arguments.per_second = Some(limit.map_err(|_| "--per-second must be a whole number, at least 1")?);
                }
                Long("concurrency") => arguments.concurrency = parser.value()?.parse()?,
                Long("dry-run") => arguments.dry_run = true,
                Long("skip-bad") => arguments.skip_bad = true,
                Long("report") => arguments.report = Some(parser.value()?.into()),
                Long("help") => return Err(USAGE.into()),
                Value(file) if arguments.file.is_none() => arguments.file = Some(file.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if arguments.live && arguments.file.is_none() {
            return Err("--live needs a file, such as numbers.csv".into());
        }
        Ok(arguments)
    }

    /// The name of the file in messages.
    pub fn name(&self) -> String {
        self.file.as_ref().map_or_else(|| "the example's own file".to_owned(), |file| file.display().to_string())
    }

    /// The contents of the file, and its format.
    pub fn read(&self) -> Result<(Format, Vec<u8>), Failure> {
        let Some(file) = &self.file else { return Ok((Format::Csv, OWN_FILE.to_vec())) };
        let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
        let format = match ending.to_str() {
            Some("csv") => Format::Csv,
            Some("toml") => Format::Toml,
            _ => return Err(format!("{} is neither a .csv nor a .toml file", file.display()).into()),
        };
        let bytes = fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        Ok((format, bytes))
    }

    /// The numbers in the file, even if the file has problems.
    pub fn numbers(&self) -> Result<Vec<E164>, Failure> {
        let (format, bytes) = self.read()?;
        let rows = rows::read(format, &bytes, &|_| Vec::new()).unwrap_or_default();
        Ok(rows.good.iter().map(|row| *row.request.number()).collect())
    }
}
