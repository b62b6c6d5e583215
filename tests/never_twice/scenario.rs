//! Imports with several requests, one for each source that each platform accepts.

use std::time::Duration;

use numport::model::Service;
use numport::sandbox::Sandbox;
use numport::{E164, Error, ImportRequest, Imported, Importer, LookupPolicy, NumberRecord, Result, SipTrunk};

use crate::services::subject::{Import, NUMBER, Pace, Platform, is_finished};
use crate::services::{PLATFORMS, carrier};

/// Requests that are slow on purpose take longer than this.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(400);
pub(crate) const DELAY: Duration = Duration::from_millis(600);
/// Longer than any request takes.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

/// One source for one platform, with every field that an import can set there.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) platform: &'static Platform,
    pub(crate) import: &'static Import,
}

impl Scenario {
    /// The sources that a platform accepts.
    pub(crate) fn of(platform: &'static Platform) -> impl Iterator<Item = Self> {
        platform.imports.iter().map(move |import| Self { platform, import })
    }

    /// The sources of every platform.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        PLATFORMS.iter().flat_map(|platform| Self::of(platform))
    }

    pub(crate) fn name(&self) -> String {
        format!("{} from {}", self.platform.api.title, self.import.carrier.unwrap_or("a trunk"))
    }

    pub(crate) fn service(&self) -> Service {
        self.platform.api.service
    }

    /// The requests of an import, by how their method and path begin.
    pub(crate) fn steps(&self) -> Vec<(Service, &'static str)> {
        let carrier = self.import.carrier.map(carrier);
        let lookup = carrier.map(|carrier| (carrier.api.service, carrier.lookup));
        lookup.into_iter().chain(self.import.steps.iter().map(|step| (self.service(), *step))).collect()
    }

    /// A number that a new sandbox holds at the carrier.
    pub(crate) fn number(&self) -> E164 {
        self.import.carrier.map_or(NUMBER, |name| carrier(name).held[0]).parse().unwrap()
    }

    /// The fields that this platform accepts at an import.
    pub(crate) fn request(&self, number: E164) -> ImportRequest {
        (self.platform.ask)(ImportRequest::new(number))
    }

    /// An importer with its own clients.
    pub(crate) fn importer(&self, sandbox: &Sandbox, timeout: Duration) -> Importer {
        let (vars, pace) = (|name: &str| sandbox.var(name), Pace::at_once().timeout(timeout).rootless());
        let platform = (self.platform.connect)(&vars, pace);
        let importer = match self.import.carrier {
            Some(name) => Importer::new(self.platform.carrier(name, &vars, pace), platform),
            None => Importer::new(SipTrunk::new("203.0.113.10").credentials("user", "password"), platform),
        };
        let lookups = LookupPolicy::default().max_lookups(8).first_wait(DELAY / 16).longest_wait(DELAY / 2);
        // By then nothing of an earlier create is on its way.
        importer.lookup_policy(lookups).resend_after(Duration::ZERO)
    }

    /// How many records of a number the platform has.
    pub(crate) fn records(&self, sandbox: &Sandbox, number: &E164) -> usize {
        let field = self.platform.record.number;
        sandbox.records(self.service()).iter().filter(|record| record[field] == number.as_str()).count()
    }

    /// Whether a record is as requested.
    pub(crate) fn is_finished(&self, record: &NumberRecord, number: E164) -> bool {
        is_finished(record, &self.request(number))
    }

    /// Whether the result of an import is true, and the result in a word or two. A response with unknown enum values
    /// does not show the whole record.
    pub(crate) fn judged(
        &self,
        result: &Result<Imported>,
        number: E164,
        records: usize,
        readable: bool,
    ) -> &'static str {
        match result {
            Ok(imported) => {
                assert_eq!(records, 1, "said to be imported");
                let record = &imported.record;
                assert!(!readable || self.is_finished(record, number), "said to be finished: {record:?}");
                match imported.outcome {
                    numport::Outcome::Created => "created",
                    numport::Outcome::AlreadyThere => "already_there",
                    _ => "recovered",
                }
            }
            Err(Error::Incomplete(incomplete)) if incomplete.record.is_some() => {
                assert_eq!(records, 1, "said to be imported and not set up");
                "not set up"
            }
            Err(Error::Incomplete(_)) => {
                assert_eq!(records, 0, "said not to be imported");
                "not imported"
            }
            Err(Error::Indeterminate(_)) => "nobody knows",
            Err(error) => {
                assert!(error.surely_not_done(), "it must be said what became of it: {error:?}");
                assert_eq!(records, 0, "said not to be imported");
                "refused"
            }
        }
    }
}
