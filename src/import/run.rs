//! The steps of one import under the lock of its number.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::join;

use super::held::HeldListing;
use super::listing::{Listing, Lists};
use super::memory::NumberLock;
use super::verify::Unverified;
use super::{Imported, Importer, Outcome};
use crate::error::{Error, Meaning, Result, Withheld};
use crate::journal::Key;
use crate::model::{
    CredentialId, ImportRequest, NumberRecord, Preflight, Problem, ProblemCode, Reach, Severity, Timestamp,
};
use crate::platform::{Create, Duplicates};

/// An import that holds the lock of its number.
pub(super) struct Run<'a> {
    pub(super) importer: &'a Importer,
    pub(super) request: &'a ImportRequest,
    pub(super) lock: NumberLock,
    /// What the carrier says, if it was asked.
    pub(super) preflight: Option<Box<Preflight>>,
    /// The index of the carrier that the number is imported from.
    carrier: usize,
    /// Whether the record that was found may be from a list, and so as old as [`Importer::list_age`].
    is_listed: bool,
    /// When the last create was sent.
    pub(super) sent_at: Option<Timestamp>,
    /// The result, once the record is found or created.
    pub(super) imported: Option<Imported>,
}

/// What is known of a create that was sent.
#[allow(clippy::large_enum_variant)] // it is taken apart where it is made
enum Sent {
    /// The record is there, and this is how it came to be.
    Known(NumberRecord, Outcome),
    /// The platform says that the number is there.
    Taken { sent_at: Timestamp, error: Error },
    /// The response was lost, or is not believed.
    Lost { sent_at: Timestamp, error: Error },
}

impl<'a> Run<'a> {
    pub(super) const fn new(importer: &'a Importer, request: &'a ImportRequest, lock: NumberLock) -> Self {
        Self { importer, request, lock, preflight: None, carrier: 0, is_listed: false, sent_at: None, imported: None }
    }

    /// Asks the carrier, and at the same time the platform for the record.
    pub(super) async fn look(&mut self, lists: Option<&Lists>) -> Result<Result<Option<NumberRecord>>> {
        self.is_listed = lists.is_some();
        // Pinned, since they are large and would be moved.
        let (preflight, found) = {
            let asked = pin!(self.ask_carriers(lists.map(|lists| &lists.carriers)));
            let found = pin!(self.find(lists.map(|lists| &lists.platform)));
            join(asked, found).await
        };
        self.preflight = preflight?;
        let expired = self.lock.unresolved.as_ref().is_some_and(|earlier| earlier.is_expired());
        // An old one may have been sent again a moment ago.
        if expired && matches!(found, Ok(None)) && self.may_still_be_changed().is_none() {
            tracing::warn!("an unresolved import has expired");
            self.lock.expire();
        }
        Ok(found)
    }

    async fn ask_carriers(&self, held: Option<&HeldListing>) -> Result<Option<Box<Preflight>>> {
        let (importer, number) = (self.importer, self.request.number());
        // Only the carriers tell which of several holds the number.
        if importer.skip_preflight && importer.sources.len() == 1 {
            return Ok(None);
        }
        let mut preflight = match held {
            Some(held) => importer.preflight_listed(number, held).await?,
            None => importer.preflight_unlogged(number).await?,
        };
        match held {
            Some(held) => held.probes.add(importer, &mut preflight).await?,
            None if importer.skip_preflight => {}
            None => importer.add_probe(&mut preflight).await?,
        }
        Ok(Some(Box::new(preflight)))
    }

    /// Refuses the import if a finding of the carrier is an error.
    pub(super) fn check_preflight(&mut self) -> Result<()> {
        let Some(preflight) = &self.preflight else { return Ok(()) };
        let skip = self.importer.skip_preflight;
        match preflight.carrier {
            Some(carrier) if skip || preflight.severity() != Some(Severity::Error) => {
                self.carrier = carrier;
                if skip {
                    self.preflight = None;
                }
                Ok(())
            }
            _ => Err(Error::Preflight(preflight.clone())),
        }
    }

    /// For how long requests of an earlier import that is unresolved may still be carried out.
    pub(super) fn may_still_be_changed(&self) -> Option<Duration> {
        // What was answered with a 409 is over.
        let age = self.lock.unresolved.as_ref().filter(|earlier| !earlier.taken)?.age();
        self.importer.resend_after.checked_sub(age).filter(|left| !left.is_zero())
    }

    /// Whether an earlier import of this number is unresolved.
    pub(super) fn is_unresolved(&self) -> bool {
        self.lock.unresolved.is_some()
    }

    /// Looks the number up at the platform.
    async fn find(&self, listing: Option<&Listing>) -> Result<Option<NumberRecord>> {
        let (importer, number) = (self.importer, self.request.number());
        if !self.lock.unresolved.as_ref().is_some_and(|earlier| earlier.creates) {
            // Others may have changed it meanwhile, where its own update is unresolved.
            return importer.find(number, listing.filter(|_| self.lock.unresolved.is_none())).await;
        }
        // The platform may still carry it out. If it does not, the user wants it sent again.
        let lookups = Box::pin(importer.lookup_policy.find(importer, number)).await;
        match lookups.found {
            None => importer.find(number, None).await,
            found => Ok(found),
        }
    }

    /// Brings the record that was found to what the request names, or creates one.
    pub(super) async fn complete(
        &mut self,
        found: Option<NumberRecord>,
        create: Option<Create<'a>>,
    ) -> Result<Imported> {
        let mut findings = Vec::new();
        if let Some(preflight) = self.preflight.take() {
            (self.lock.routing, findings) = (preflight.routing, preflight.findings);
        }
        let brought = match found {
            Some(record) => {
                let record = self.importer.as_it_is_now(record, self.request, self.is_listed).await;
                record.and_then(|record| {
                    self.importer.check_shared(&record, self.request)?;
                    Ok((record, Outcome::AlreadyThere))
                })
            }
            None if self.may_still_come() => Err(self.too_early()),
            None => match self.send(create).await {
                Ok(Sent::Known(record, outcome)) => Ok((record, outcome)),
                // Boxed, since both are large and rare.
                Ok(Sent::Taken { sent_at, error }) => {
                    self.lock.taken();
                    let lookups =
                        Box::pin(self.importer.lookup_policy.find(self.importer, self.request.number())).await;
                    match lookups.found {
                        Some(found) => Ok((found, Outcome::AlreadyThere)),
                        None => Err(self.unresolved(sent_at, lookups, error)),
                    }
                }
                Ok(Sent::Lost { sent_at, error }) => Box::pin(self.resolve(sent_at, error)).await,
                Err(error) => Err(error),
            },
        };
        let mut conflicts = brought.as_ref().map(|(record, _)| record.conflicts.clone()).unwrap_or_default();
        let is_own = self.lock.may_have_created();
        // Kept outside of this future, for the error of one that is dropped at the deadline.
        let imported = match brought {
            Ok((record, outcome)) => {
                let account = self.importer.platform.account();
                self.imported.insert(Imported::new(record, outcome, *self.request.number(), account))
            }
            Err(error) => return Err(self.failed(error)),
        };
        // Also one that was recovered, since the list that shows it now may lag elsewhere.
        if is_own {
            self.lock.created(&imported.record.id);
        }
        let changes = match is_own {
            true => Vec::new(),
            false => self.importer.changes_with_takeover(imported, self.request, self.carrier),
        };
        if !changes.is_empty() {
            // Nothing was sent yet, and the routing before it must not be forgotten.
            let kind = self.importer.sources[self.carrier].carrier;
            let key =
                || Key::new(self.importer.platform.kind(), self.importer.platform.account(), *self.request.number());
            let kept = self.lock.write_down(kind, false, &changes, key).await;
            if let Err(reason) = kept.and_then(|()| self.lock.updating(kind, changes)) {
                let withheld = Withheld::new(self.importer.platform.kind(), *self.request.number(), reason);
                return Err(self.failed(Box::new(withheld).into()));
            }
        }
        if let Err(error) = self.importer.reconcile(imported, self.request).await {
            return Err(self.failed(error));
        }
        if let Some(unresolved) = self.lock.unresolved.take() {
            imported.routing_before = unresolved.routing();
            imported.earlier_changes.clone_from(&unresolved.changes);
            if imported.outcome.was_there() && unresolved.may_be_own() {
                imported.outcome = Outcome::Recovered;
            }
        }
        // A trunk's credential is an import's, whichever process made it. Others may be the user's own.
        if !imported.outcome.was_there() {
            let is_of_trunk = matches!(self.importer.sources[self.carrier].reach, Reach::Trunk(_));
            let is_of_import = |id: &CredentialId| is_of_trunk || self.importer.platform.created_credential(id);
            imported.credential = imported.record.credential.clone().filter(is_of_import);
        }
        imported.findings = findings;
        conflicts.extend(imported.record.conflicts.iter().cloned());
        imported.findings.extend(imported.conflicts_finding(conflicts));
        if imported.outcome != Outcome::Created {
            if let Some(other) = self.importer.source_finding(&imported.record, &self.importer.sources[self.carrier]) {
                imported.findings.push(other);
            }
        }
        self.imported.take().ok_or_else(|| {
            let problem = Problem::new(ProblemCode::Conflict, "import", "ended twice", "import the number again");
            Error::invalid("the import has no result", vec![problem])
        })
    }

    /// What is left to be done of an import that is complete.
    pub(super) fn unverified(self, imported: Imported) -> Unverified {
        let Self { lock, carrier, .. } = self;
        Unverified { lock, imported, carrier }
    }

    /// Whether the platform may still carry out an earlier create, and would then have the number twice.
    fn may_still_come(&self) -> bool {
        let accepts = self.importer.platform.capabilities().duplicates != Duplicates::Refused;
        accepts && self.lock.may_have_created() && self.may_still_be_changed().is_some()
    }

    /// Sends one create.
    async fn send(&mut self, create: Option<Create<'a>>) -> Result<Sent> {
        let (importer, number) = (self.importer, self.request.number());
        let create = match create {
            Some(create) => create,
            None => importer.platform.create(&importer.sources[self.carrier], self.request)?,
        };
        let withheld = |reason| Box::new(Withheld::new(importer.platform.kind(), *number, reason));
        let (platform, kind) = (&importer.platform, importer.sources[self.carrier].carrier);
        let key = || Key::new(platform.kind(), platform.account(), *number);
        self.lock.write_down(kind, true, &[], key).await.map_err(withheld)?;
        self.lock.sending(kind).map_err(withheld)?;
        let sent_at = Timestamp::now();
        self.sent_at = Some(sent_at);
        let error = match create.await {
            Ok(mut record) => match importer.believe_created(&mut record, number).await {
                Ok(()) => return Ok(Sent::Known(record, Outcome::Created)),
                Err(error) => error,
            },
            Err(error) => error,
        };
        // Only the failure of the create itself leaves its result unknown; that of a step before or after it does not.
        let Some(call) = error.create_failure() else { return Err(error) };
        match call.meaning() {
            // Somebody else was faster. A list may not show it yet.
            Some(Meaning::Conflict) => return Ok(Sent::Taken { sent_at, error }),
            // Perhaps for the same reason.
            Some(Meaning::Invalid) if error.surely_not_done() => {}
            _ if error.surely_not_done() => return Err(error),
            _ => return Ok(Sent::Lost { sent_at, error }),
        }
        match importer.find(number, None).await {
            Ok(Some(found)) => {
                self.lock.taken();
                Ok(Sent::Known(found, Outcome::AlreadyThere))
            }
            _ => Err(error),
        }
    }

    /// Learns what became of a create whose response was lost: looks the number up, and creates it once more where
    /// the platform refuses duplicates.
    async fn resolve(&mut self, sent_at: Timestamp, lost: Error) -> Result<(NumberRecord, Outcome)> {
        let importer = self.importer;
        let Importer { platform, lookup_policy, .. } = importer;
        let number = self.request.number();
        let mut lookups = lookup_policy.find(importer, number).await;
        if lookups.found.is_none() && platform.capabilities().duplicates == Duplicates::Refused {
            match self.send(None).await {
                Ok(Sent::Known(record, Outcome::AlreadyThere)) => return Ok((record, Outcome::Recovered)),
                Ok(Sent::Known(record, outcome)) => return Ok((record, outcome)),
                Err(Error::Incomplete(incomplete)) if incomplete.record.is_some() => return Err(incomplete.into()),
                // Whatever became of the second one, the first is still unresolved.
                Ok(Sent::Taken { .. } | Sent::Lost { .. }) | Err(_) => {}
            }
            lookups = lookup_policy.find(importer, number).await;
        }
        match lookups.found {
            Some(record) => Ok((record, Outcome::Recovered)),
            None => Err(self.unresolved(sent_at, lookups, lost)),
        }
    }
}
