//! Never twice: a number is found, or made by one import whose fate is learned.

use super::read_back::Looked;
use super::turn::Turn;
use super::{Imported, Importer, Outcome};
use crate::error::{Error, Indeterminate, Meaning, Result};
use crate::model::{ImportRequest, Timestamp};
use crate::platform::Duplicates;

/// What came of sending an import.
enum Sent {
    Done(Box<Imported>),
    /// Its answer was lost; when it was sent, and how it was lost.
    Lost(Timestamp, Error),
}

impl Importer {
    /// Finds the number at the platform, or makes it there.
    pub(super) async fn bring(&self, request: &ImportRequest, turn: &mut Turn) -> Result<Imported> {
        let number = request.number();
        // One that was given up may still arrive; whoever asks again after it did not wants it sent.
        let found = if turn.is_open() { self.read_back.look(&*self.platform, number).await.found } else { None };
        let found = match found {
            Some(found) => Some(found),
            None => self.platform.find(number).await?,
        };
        if let Some(found) = found {
            turn.settle();
            return self.finish(found, request, Outcome::AlreadyThere).await;
        }
        match self.send(request, turn).await? {
            Sent::Done(imported) => Ok(*imported),
            Sent::Lost(sent_at, lost) => self.recover(request, turn, sent_at, lost).await,
        }
    }

    /// Sends one import.
    async fn send(&self, request: &ImportRequest, turn: &mut Turn) -> Result<Sent> {
        turn.send();
        let sent_at = Timestamp::now();
        let error = match self.platform.import_once(&self.provider.source(), request).await {
            Ok(record) => {
                turn.settle();
                return Ok(Sent::Done(Box::new(Imported::new(record, Outcome::Created))));
            }
            Err(error) => error,
        };
        // Only the call of the import itself leaves its fate open; a step before or after it does not.
        if !matches!(error, Error::Call(_)) {
            turn.settle();
            return Err(error);
        }
        let refused = error.surely_not_done();
        match error.meaning() {
            // What is refused as it is may be there since somebody else was faster.
            Some(Meaning::Conflict) => {}
            Some(Meaning::Invalid) if refused => {}
            _ if refused => {
                turn.settle();
                return Err(error);
            }
            _ => return Ok(Sent::Lost(sent_at, error)),
        }
        turn.settle();
        match self.platform.find(request.number()).await {
            Ok(Some(found)) => Ok(Sent::Done(Box::new(self.finish(found, request, Outcome::AlreadyThere).await?))),
            _ => Err(error),
        }
    }

    /// The answer to an import was lost: is the number there? If not, it is sent once more where the platform
    /// refuses a second one.
    async fn recover(
        &self,
        request: &ImportRequest,
        turn: &mut Turn,
        sent_at: Timestamp,
        lost: Error,
    ) -> Result<Imported> {
        let mut looked = self.read_back.look(&*self.platform, request.number()).await;
        if looked.found.is_none() && self.platform.capabilities().duplicates == Duplicates::Refused {
            match self.send(request, turn).await {
                Ok(Sent::Done(imported)) if imported.outcome == Outcome::AlreadyThere => {
                    return Ok(Imported { outcome: Outcome::Recovered, ..*imported });
                }
                Ok(Sent::Done(imported)) => return Ok(*imported),
                Err(Error::Incomplete(incomplete)) if incomplete.record.is_some() => return Err(incomplete.into()),
                // Whatever became of the second one, the first is still open.
                Ok(Sent::Lost(..)) | Err(_) => turn.send(),
            }
            looked = self.read_back.look(&*self.platform, request.number()).await;
        }
        let Looked { found, looks, error } = looked;
        if let Some(found) = found {
            turn.settle();
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
