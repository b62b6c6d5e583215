//! Never twice: a number is found, or made by one import whose fate is learned.

use super::read_back::Looked;
use super::turn::Turn;
use super::{Imported, Importer, Outcome};
use crate::error::{Error, Indeterminate, Meaning, Result};
use crate::model::{ImportRequest, NumberSource, Routing, Timestamp};
use crate::platform::Duplicates;

/// What is to be imported, and what was seen before.
pub(super) struct Wanted<'a> {
    pub(super) request: &'a ImportRequest,
    pub(super) source: &'a NumberSource,
    /// Where the provider sends the calls, as far as it was looked at.
    pub(super) routing: Option<&'a Routing>,
}

/// What came of sending an import.
enum Sent {
    Done(Box<Imported>),
    /// Its answer was lost; when it was sent, and how it was lost.
    Lost(Timestamp, Error),
}

impl Importer {
    /// Makes the number's record, which was not found.
    pub(super) async fn make(&self, wanted: &Wanted<'_>, turn: &mut Turn) -> Result<Box<Imported>> {
        match self.send(wanted, turn).await? {
            Sent::Done(imported) => Ok(imported),
            Sent::Lost(sent_at, lost) => self.recover(wanted, turn, sent_at, lost).await,
        }
    }

    /// Sends one import.
    async fn send(&self, wanted: &Wanted<'_>, turn: &mut Turn) -> Result<Sent> {
        let request = wanted.request;
        turn.send(wanted.routing);
        let sent_at = Timestamp::now();
        let error = match self.platform.import_once(wanted.source, request).await {
            Ok(record) => return Ok(Sent::Done(Imported::new(record, Outcome::Created))),
            Err(error) => error,
        };
        // Only the call of the import itself leaves its fate open; a step before or after it does not.
        if !matches!(error, Error::Call(_)) {
            return Err(error);
        }
        let refused = error.surely_not_done();
        match error.meaning() {
            // What is refused as it is may be there since somebody else was faster.
            Some(Meaning::Conflict) => {}
            Some(Meaning::Invalid) if refused => {}
            _ if refused => {
                turn.refused();
                return Err(error);
            }
            _ => return Ok(Sent::Lost(sent_at, error)),
        }
        match self.platform.find(request.number()).await {
            Ok(Some(found)) => Ok(Sent::Done(self.finish(found, request, Outcome::AlreadyThere).await?)),
            _ => {
                turn.refused();
                Err(error)
            }
        }
    }

    /// The answer to an import was lost: is the number there? If not, it is sent once more where the platform
    /// refuses a second one.
    async fn recover(
        &self,
        wanted: &Wanted<'_>,
        turn: &mut Turn,
        sent_at: Timestamp,
        lost: Error,
    ) -> Result<Box<Imported>> {
        let request = wanted.request;
        let mut looked = self.read_back.look(&*self.platform, request.number()).await;
        if looked.found.is_none() && self.platform.capabilities().duplicates == Duplicates::Refused {
            match self.send(wanted, turn).await {
                Ok(Sent::Done(mut imported)) => {
                    if imported.outcome == Outcome::AlreadyThere {
                        imported.outcome = Outcome::Recovered;
                    }
                    return Ok(imported);
                }
                Err(Error::Incomplete(incomplete)) if incomplete.record.is_some() => return Err(incomplete.into()),
                // Whatever became of the second one, the first is still open.
                Ok(Sent::Lost(..)) | Err(_) => {}
            }
            looked = self.read_back.look(&*self.platform, request.number()).await;
        }
        let Looked { found, looks, error } = looked;
        if let Some(found) = found {
            return self.finish(found, request, Outcome::Recovered).await;
        }
        Err(Box::new(Indeterminate {
            platform: self.platform.kind(),
            number: *request.number(),
            sent_at,
            looks,
            last_look: error.map(Box::new),
            routing_before: None,
            error: lost,
        })
        .into())
    }
}
