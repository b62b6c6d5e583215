//! The clients of a storm: numport, or a plain client.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use numport::import::Undo;
use numport::journal::DirectoryJournal;
use numport::{E164, Error, ImportRequest, Importer, LookupPolicy, Outcome, RetryPolicy};

use super::plain::Plain;
use super::{JOURNAL, Vars, Who};
use crate::services::subject::{self, LABEL, Pace, Platform};

/// The result of an import, as a client reports it.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The record exists under this id and is as requested. Holds what an undo needs, unless another process reports
    /// it.
    Done { outcome: Outcome, id: String, undo: Option<Box<Undo>> },
    /// The record exists and is not set up, or it does not exist and something else is left behind.
    Incomplete { there: bool },
    /// This call surely did not create it.
    NotDone,
    /// Unknown.
    Indeterminate,
    /// It failed, and the client does not say what exists.
    Failed(String),
    /// No report: the call was cancelled.
    Nothing,
}

impl Said {
    /// Whether this call surely created nothing.
    pub fn is_not_made(&self) -> bool {
        matches!(self, Self::NotDone | Self::Incomplete { there: false })
    }
}

/// Writes it as a line without tabs, for another process to read.
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done { outcome, id, .. } => write!(f, "done {id} {}", outcome.as_str()),
            Self::Incomplete { there } => write!(f, "incomplete {there}"),
            Self::NotDone => f.write_str("not-done"),
            Self::Indeterminate => f.write_str("indeterminate"),
            Self::Failed(why) => write!(f, "failed {}", why.escape_default()),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

impl FromStr for Said {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let done = || {
            let (id, outcome) = rest.split_once(' ')?;
            let outcome = *Outcome::ALL.iter().find(|known| known.as_str() == outcome)?;
            Some(Self::Done { outcome, id: id.to_owned(), undo: None })
        };
        match word {
            "done" => done(),
            "incomplete" => rest.parse().ok().map(|there| Self::Incomplete { there }),
            "not-done" => Some(Self::NotDone),
            "indeterminate" => Some(Self::Indeterminate),
            "failed" => Some(Self::Failed(rest.to_owned())),
            "nothing" => Some(Self::Nothing),
            _ => None,
        }
        .ok_or_else(|| format!("{text:?} is nothing that is said"))
    }
}

/// A client of one platform.
#[allow(clippy::large_enum_variant)] // there are two of them
pub enum Client {
    Numport { importer: Importer, platform: &'static Platform },
    Plain(Plain),
}

impl Client {
    pub fn new(who: Who, platform: &'static Platform, vars: &Vars, timeout: Duration) -> Self {
        let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        match who {
            Who::Numport | Who::Second => Self::Numport { importer: importer(platform, &var, timeout), platform },
            Who::Plain => Self::Plain(Plain::new(platform, vars, timeout)),
        }
    }

    pub async fn import(&self, number: E164) -> Said {
        let result = match self {
            Self::Plain(plain) => return plain.import(number).await,
            Self::Numport { importer, platform } => importer.import(request(platform, number)).await,
        };
        match result {
            Ok(imported) if imported.unsupported_fields.is_empty() && imported.unconfirmed_fields.is_empty() => {
                let undo = Some(Box::new(imported.undo()));
                Said::Done { outcome: imported.outcome, id: imported.record.id.to_string(), undo }
            }
            Ok(_) => Said::Incomplete { there: true },
            Err(Error::Incomplete(incomplete)) => Said::Incomplete { there: incomplete.record.is_some() },
            Err(Error::Indeterminate(_)) => Said::Indeterminate,
            Err(error) if error.surely_not_done() => Said::NotDone,
            Err(error) => Said::Failed(error.report()),
        }
    }
}

/// A request with a label and an agent, if the platform supports them.
pub fn request(platform: &Platform, number: E164) -> ImportRequest {
    let request = ImportRequest::new(number).agent(platform.agents[0]);
    if platform.record.label.is_some() { request.label(LABEL) } else { request }
}

/// An importer with its own clients. They wait a few milliseconds between attempts, and have enough attempts for a
/// storm. It looks up a lost number for longer than the longest delay.
pub fn importer(platform: &Platform, vars: subject::Vars<'_>, timeout: Duration) -> Importer {
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(2)).budget(100_000_000);
    let pace = Pace { timeout, retry: retry.max_backoff(Duration::from_millis(20)), rootless: false };
    let looks = LookupPolicy::default().max_lookups(8).first_wait(Duration::from_millis(20));
    let importer = Importer::new(platform.carrier("twilio", vars, pace), (platform.connect)(vars, pace))
        .lookup_policy(looks.longest_wait(Duration::from_millis(200)))
        // Long after that nothing of an earlier create is on its way.
        .resend_after(Duration::ZERO);
    match vars(JOURNAL) {
        Some(journal) => importer.journal(DirectoryJournal::open(journal).expect("a journal")),
        None => importer,
    }
}
