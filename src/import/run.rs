//! One import of one number, from the check to the verification at the carrier.

use super::listing::{Listed, Listing};
use super::memory::NumberLock;
use super::{Imported, Importer, Outcome};
use crate::error::{CallError, Error, Indeterminate, Meaning, Result};
use crate::model::{ImportRequest, NumberRecord, NumberSource, Preflight, Routing, Severity, Timestamp};
use crate::platform::{Create, Duplicates};

impl Importer {
    /// Brings the number into the platform as the request says.
    ///
    /// The importer asks the provider whether anything stands against it ([`preflight`](Self::preflight)), then looks
    /// the number up at the platform. If the platform has it, nothing is created; where the record differs from what
    /// the request names, it is updated ([`Imported::before`] shows how it was), and what the request does not name
    /// stays. A create whose response was lost is not sent again: the number is looked up instead. Afterwards the
    /// importer reads the provider once more: [`Imported::findings`] tells when the number's calls do not go to the
    /// platform though it is documented to see to that.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the platform cannot do what is asked; nothing was sent.
    /// - [`Error::Preflight`] when a finding at the provider is an error; nothing was sent to the platform.
    /// - [`Error::Call`] when the provider or the platform cannot be asked or refuses; the number is not
    ///   imported by this call.
    /// - [`Error::Incomplete`] when the number is imported and not set up, or a credential is left
    ///   behind; run it again.
    /// - [`Error::Indeterminate`] when the response was lost and the number was not found; run it again
    ///   later.
    pub async fn import(&self, request: impl AsRef<ImportRequest> + Send) -> Result<Imported> {
        self.import_listed(request.as_ref(), None).await
    }

    /// The same, with a listing of the platform's records.
    pub(super) async fn import_listed(&self, request: &ImportRequest, listing: Option<&Listing>) -> Result<Imported> {
        let source = self.provider.source();
        let create = self.platform.create(&source, request)?;
        let run = Run::begin(self, &source, request).await?;
        run.check_preflight()?;
        let found = run.find(listing).await?;
        run.complete(found, create).await
    }
}

/// An import that holds the lock of its number.
pub(super) struct Run<'a> {
    importer: &'a Importer,
    source: &'a NumberSource,
    request: &'a ImportRequest,
    lock: NumberLock,
    /// What the provider says, if it was asked.
    pub(super) preflight: Option<Preflight>,
}

/// What is known of a create that was sent.
enum Sent {
    /// The record is there, and this is how it came to be.
    Known(NumberRecord, Outcome),
    /// The response was lost.
    Lost { sent_at: Timestamp, error: Error },
}

impl<'a> Run<'a> {
    /// Waits for the lock, and asks the provider.
    pub(super) async fn begin(
        importer: &'a Importer,
        source: &'a NumberSource,
        request: &'a ImportRequest,
    ) -> Result<Self> {
        let lock = NumberLock::take(&*importer.platform, *request.number()).await;
        let preflight = if importer.skip_preflight { None } else { Some(importer.preflight(request.number()).await?) };
        Ok(Self { importer, source, request, lock, preflight })
    }

    /// Refuses the import if a finding of the provider is an error.
    pub(super) fn check_preflight(&self) -> Result<()> {
        match self.preflight.as_ref().filter(|preflight| preflight.severity() == Some(Severity::Error)) {
            Some(refused) => Err(Error::Preflight(Box::new(refused.clone()))),
            None => Ok(()),
        }
    }

    /// Whether an earlier import of this number is unresolved.
    pub(super) fn is_unresolved(&self) -> bool {
        self.lock.unresolved.is_some()
    }

    /// Looks the number up at the platform.
    pub(super) async fn find(&self, listing: Option<&Listing>) -> Result<Option<NumberRecord>> {
        let (platform, number) = (&*self.importer.platform, self.request.number());
        if self.is_unresolved() {
            // It may still arrive. If it does not, whoever imports again wants it sent.
            let lookups = Box::pin(self.importer.lookup_policy.find(platform, number)).await;
            if lookups.found.is_some() {
                return Ok(lookups.found);
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

    /// Brings the record that was found to what the request names, or creates one.
    pub(super) async fn complete(mut self, found: Option<NumberRecord>, create: Create<'a>) -> Result<Imported> {
        let (routing, findings) = match self.preflight.take() {
            Some(preflight) => (preflight.routing, preflight.findings),
            None => (None, Vec::new()),
        };
        let brought = match found {
            Some(record) => Ok((record, Outcome::AlreadyThere)),
            None => match self.send(create, routing.as_ref()).await {
                Ok(Sent::Known(record, outcome)) => Ok((record, outcome)),
                // Boxed, since it is large and rare.
                Ok(Sent::Lost { sent_at, error }) => Box::pin(self.resolve(sent_at, error, routing.as_ref())).await,
                Err(error) => Err(error),
            },
        };
        let mut imported = match brought {
            Ok((record, outcome)) => Imported::new(record, outcome),
            Err(error) => return Err(self.failed(error, routing)),
        };
        if let Err(error) = self.importer.reconcile(&mut imported, self.request).await {
            return Err(self.failed(error, routing));
        }
        if let Some(unresolved) = self.lock.unresolved.take() {
            imported.routing_before = unresolved.routing;
            if imported.outcome == Outcome::AlreadyThere {
                imported.outcome = Outcome::Recovered;
            }
        }
        imported.findings = findings;
        if let Some(now) = routing {
            self.importer.verify(&mut imported, now, self.lock.has_sent).await;
        }
        // Dropped before this line, the import stays unresolved: nobody has learned where the calls went before.
        self.lock.resolved();
        Ok(imported)
    }

    /// Decides what is remembered of an import that failed, and tells in the error where the calls went before.
    fn failed(&mut self, error: Error, routing: Option<Routing>) -> Error {
        match &error {
            Error::Incomplete(incomplete) if incomplete.record.is_some() => self.lock.resolved(),
            Error::Indeterminate(_) => {}
            _ => self.lock.not_done(),
        }
        // An unresolved import may have changed the routing: what was seen before it counts.
        let before = self.lock.unresolved.take().and_then(|unresolved| unresolved.routing).or(routing);
        with_routing(error, before)
    }

    /// Sends one create.
    async fn send(&mut self, create: Create<'a>, routing: Option<&Routing>) -> Result<Sent> {
        self.lock.sending(routing);
        let sent_at = Timestamp::now();
        let error = match create.await {
            Ok(record) => return Ok(Sent::Known(record, Outcome::Created)),
            Err(error) => error,
        };
        // Only the failure of the create itself leaves its result unknown; that of a step before or after it does not.
        let Some(meaning) = error.create_failure().map(CallError::meaning) else { return Err(error) };
        let not_done = error.surely_not_done();
        match meaning {
            // The number may be there, since somebody else was faster.
            Some(Meaning::Conflict) => {}
            Some(Meaning::Invalid) if not_done => {}
            _ if not_done => return Err(error),
            _ => return Ok(Sent::Lost { sent_at, error }),
        }
        match self.importer.platform.find(self.request.number()).await {
            Ok(Some(found)) => Ok(Sent::Known(found, Outcome::AlreadyThere)),
            _ => Err(error),
        }
    }

    /// Learns what became of a create whose response was lost: looks the number up, and creates it once more where
    /// the platform refuses duplicates.
    async fn resolve(
        &mut self,
        sent_at: Timestamp,
        lost: Error,
        routing: Option<&Routing>,
    ) -> Result<(NumberRecord, Outcome)> {
        let Importer { platform, lookup_policy, .. } = self.importer;
        let number = self.request.number();
        let mut lookups = lookup_policy.find(&**platform, number).await;
        if lookups.found.is_none() && platform.capabilities().duplicates == Duplicates::Refused {
            let again = match platform.create(self.source, self.request) {
                Ok(create) => self.send(create, routing).await,
                Err(error) => Err(error),
            };
            match again {
                Ok(Sent::Known(record, Outcome::AlreadyThere)) => return Ok((record, Outcome::Recovered)),
                Ok(Sent::Known(record, outcome)) => return Ok((record, outcome)),
                Err(Error::Incomplete(incomplete)) if incomplete.record.is_some() => return Err(incomplete.into()),
                // Whatever became of the second one, the first is still unresolved.
                Ok(Sent::Lost { .. }) | Err(_) => {}
            }
            lookups = lookup_policy.find(&**platform, number).await;
        }
        if let Some(record) = lookups.found {
            return Ok((record, Outcome::Recovered));
        }
        Err(Box::new(Indeterminate {
            platform: platform.kind(),
            number: *number,
            sent_at,
            looks: lookups.count,
            last_look: lookups.last_error.map(Box::new),
            routing_before: None,
            error: lost,
        })
        .into())
    }
}

/// An import that broke off keeps what was seen before it, since it may have changed the routing already.
fn with_routing(mut error: Error, before: Option<Routing>) -> Error {
    let kept = match &mut error {
        Error::Incomplete(incomplete) => &mut incomplete.routing_before,
        Error::Indeterminate(indeterminate) => &mut indeterminate.routing_before,
        _ => return error,
    };
    if kept.is_none() {
        *kept = before;
    }
    error
}
