//! One number's import: its turn, the look at the provider, the look for the number, and then the import.

use super::listing::{Listed, Listing};
use super::once::Wanted;
use super::turn::Turn;
use super::{Imported, Importer, Outcome, with_routing};
use crate::error::{Error, Result};
use crate::model::{ImportRequest, NumberRecord, NumberSource, Preflight, Severity};

/// An import that has its turn: nobody else in the process imports this number meanwhile.
pub(super) struct Attempt<'a> {
    importer: &'a Importer,
    request: &'a ImportRequest,
    source: NumberSource,
    turn: Turn,
    /// What the provider says, where it was asked.
    pub(super) looked: Option<Preflight>,
}

impl<'a> Attempt<'a> {
    /// Checks the request, waits for the turn, and asks the provider.
    pub(super) async fn begin(importer: &'a Importer, request: &'a ImportRequest) -> Result<Self> {
        let source = importer.provider.source();
        importer.platform.check_import(&source, request)?;
        let turn = Turn::take(&*importer.platform, *request.number()).await;
        let looked = if importer.looks { Some(importer.preflight(request.number()).await?) } else { None };
        Ok(Self { importer, request, source, turn, looked })
    }

    /// Whether what the provider says stands against the import.
    pub(super) fn check(&self) -> Result<()> {
        match self.looked.as_ref().filter(|looked| looked.severity() == Some(Severity::Error)) {
            Some(refused) => Err(Error::Preflight(Box::new(refused.clone()))),
            None => Ok(()),
        }
    }

    /// Whether an earlier import of this number was given up under way.
    pub(super) fn is_open(&self) -> bool {
        self.turn.open().is_some()
    }

    /// Looks for the number at the platform.
    pub(super) async fn find(&self, listing: Option<&Listing>) -> Result<Option<NumberRecord>> {
        let (platform, number) = (&*self.importer.platform, self.request.number());
        if self.is_open() {
            // It may still arrive; whoever asks again after it did not wants it sent.
            if let Some(found) = self.importer.read_back.look(platform, number).await.found {
                return Ok(Some(found));
            }
        } else if let Some(listing) = listing {
            match listing.ask(number).await {
                Listed::There(record) => return Ok(Some(*record)),
                Listed::Absent => return Ok(None),
                Listed::Unknown => {}
            }
        }
        platform.find(number).await
    }

    /// Brings what was found to what the request names, or imports the number.
    pub(super) async fn complete(&mut self, found: Option<NumberRecord>) -> Result<Box<Imported>> {
        let Self { importer, request, source, turn, looked } = self;
        let (routing, findings) = looked.take().map(|looked| (looked.routing, looked.findings)).unwrap_or_default();
        let wanted = Wanted { request, source, routing: routing.as_ref() };
        // One that was given up under way may have changed the routing: what was seen before it counts.
        let given_up = turn.open();
        let brought = match found {
            Some(found) => importer.finish(found, request, Outcome::AlreadyThere).await,
            None => importer.make(&wanted, turn).await,
        };
        let mut imported = match brought {
            Ok(imported) => imported,
            Err(error) => {
                match &error {
                    // What became of a call is settled where it is known.
                    Error::Call(_) | Error::Indeterminate(_) => {}
                    Error::Incomplete(incomplete) if incomplete.record.is_some() => turn.settle(),
                    _ => turn.refused(),
                }
                let before = given_up.and_then(|given_up| given_up.routing).or(routing);
                return Err(with_routing(error, before));
            }
        };
        if let Some(given_up) = given_up {
            imported.routing_before = given_up.routing;
            if imported.outcome == Outcome::AlreadyThere {
                imported.outcome = Outcome::Recovered;
            }
        }
        imported.findings = findings;
        if let Some(now) = routing {
            importer.look_again(&mut imported, now, turn.has_sent).await;
        }
        // Only now: whoever drops this future before has not learned where the calls went.
        turn.settle();
        Ok(imported)
    }
}
