//! Rolling back an import: first the routing, then the record, then the credential if nobody uses it.

mod late;
mod left;
mod many;
mod outcome;
mod record;

use std::pin::pin;

use self::late::Far;
pub use self::left::{Left, Undo};
pub use self::many::{UndoOutcome, UndoneItem};
pub use self::outcome::{Stays, Undone, UndoneRecord};

use futures_util::TryStreamExt;
use tokio::time::timeout_at;
use tracing::Instrument;

use super::change::{Change, Field};
use super::restore::{Back, no_routing};
use super::{Imported, Importer, Outcome, memory};
use crate::error::{Error, Incomplete, Result, Step, Withheld, WithheldReason};
use crate::http::deadline::after;
use crate::import::log::{self, number_span};
use crate::model::{NumberRecord, Problem, ProblemCode, Removal};

impl Importer {
    /// Rolls back an import. It [restores](Self::restore) the routing, then removes the record that the import created,
    /// then removes the credential that the import may have created, if no number uses it. If the record existed before
    /// the import, it restores the changed fields instead. It skips every part that is already done, so it is safe to
    /// repeat. If the record is gone, it also restores what the removal may have changed: settings that are cleared or
    /// lead to the platform, unless somebody has sent the calls elsewhere since.
    ///
    /// It reads the record first, again directly before the removal, and after it: a response to a removal may be that to
    /// another request. A record that is still there is removed once more and read by the
    /// [`LookupPolicy`](crate::LookupPolicy), and if it does not go, that is an error. The record stays in these cases, and
    /// [`Undone::record`] says which one applies:
    ///
    /// - The record is not as the import left it.
    /// - The number's calls may still go to the platform.
    /// - The platform cannot remove records.
    /// - The removal would release the number, and `consent` does not allow that.
    ///
    /// In the last two cases the routing is restored anyway, and the record that stays answers nobody. Calls that went
    /// to another platform before the import are not sent back there ([`Restored::NoRecord`]) until you call
    /// [`restore_unverified`](Self::restore_unverified).
    ///
    /// If the carrier does not show where calls go, as with a SIP trunk, every record that an import created stays
    /// ([`Stays::MayBeAnswered`]). Send the calls elsewhere first, then call
    /// [`undo_unverified`](Self::undo_unverified).
    ///
    /// [`Restored::NoRecord`]: crate::Restored::NoRecord
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::import::Undo;
    /// use numport::model::Removal;
    /// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    ///
    /// let imported = importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
    /// let kept = serde_json::to_string(&imported.undo())?; // in a file, say
    ///
    /// let undo: Undo = serde_json::from_str(&kept)?;
    /// let undone = importer.undo(&undo, Removal::Record).await?;
    /// assert!(undone.is_complete(), "{undone}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the import was into another platform or account, or the carrier does not support
    ///   routing. Nothing was sent.
    /// - [`Error::Incomplete`] when the routing is restored and a later step failed.
    /// - Any other error when the record is unchanged. Whether the routing was restored may be unknown.
    ///
    /// Call it again after any of these errors.
    ///
    /// An undo that takes longer than the [`deadline`](Self::deadline) is dropped, and the error says how far it came:
    /// [`Error::Withheld`] when nothing was changed, [`Error::Call`] when the routing may be restored, and
    /// [`Error::Incomplete`] when the routing is restored. Calling it again does the rest.
    ///
    /// An undo waits for an import of the number in this process, and the other way round. If the record is gone, it looks
    /// the number up by the [`LookupPolicy`](crate::LookupPolicy) before it restores the routing, which takes 15 s by
    /// default.
    pub async fn undo(&self, undo: &Undo, consent: Removal) -> Result<Undone> {
        self.take_back(undo, consent, true).await
    }

    /// Rolls back an import as [`undo`](Self::undo) does, and also removes a record whose calls may go to the platform
    /// ([`Stays::MayBeAnswered`]): the carrier does not show where they go, or they go to an address that is not known
    /// to belong to another platform. A record whose calls surely go to the platform stays ([`Stays::StillAnswered`]).
    ///
    /// Make sure that the calls go elsewhere: otherwise callers reach nobody.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::import::{Stays, UndoneRecord};
    /// use numport::model::Removal;
    /// use numport::{ImportRequest, Importer, SipTrunk, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let importer = Importer::new(SipTrunk::new("203.0.113.7"), Vapi::from_vars(|name| sandbox.var(name))?);
    /// let undo = importer.import(ImportRequest::new("+493012345678".parse()?)).await?.undo();
    ///
    /// let undone = importer.undo(&undo, Removal::Record).await?;
    /// assert_eq!(undone.record, UndoneRecord::Stays(Stays::MayBeAnswered));
    /// // The trunk sends its calls elsewhere by now.
    /// let undone = importer.undo_unverified(&undo, Removal::Record).await?;
    /// assert_eq!(undone.record, UndoneRecord::Removed);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The same errors as [`undo`](Self::undo). It also fails if the carrier shows where calls go and the lookup fails.
    pub async fn undo_unverified(&self, undo: &Undo, consent: Removal) -> Result<Undone> {
        self.take_back(undo, consent, false).await
    }

    /// Returns the data that [`undo`](Self::undo) needs to roll back an import that failed with [`Error::Incomplete`]
    /// after it had created the record; `None` for any other error. To finish the import instead, import the number
    /// again.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::model::{PlatformKind, Removal};
    /// use numport::sandbox::{Fault, Sandbox};
    /// use numport::{ImportRequest, Importer, Interactly, Twilio};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Interactly::from_vars(vars)?);
    ///
    /// // Interactly sets the agent by an update. This one is refused.
    /// let refused = Fault::Refuse { status: 400, retry_after: None };
    /// sandbox.fault_on(PlatformKind::INTERACTLY, "PUT", refused);
    /// let request = ImportRequest::new("+14155552671".parse()?).agent("no-such-agent");
    /// let error = importer.import(request).await.unwrap_err();
    /// if let Some(undo) = importer.undo_of(&error) {
    ///     println!("{}", importer.undo(&undo, Removal::Record).await?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn undo_of(&self, error: &Error) -> Option<Undo> {
        let Error::Incomplete(incomplete) = error else { return None };
        let record = incomplete.record.clone().filter(|_| incomplete.created)?;
        let number = incomplete.number.telephone()?;
        // The update that failed may have set any of these.
        let change = |field| Change::of(field, &record, incomplete.request.as_ref()?);
        let changes = Field::ALL.into_iter().filter_map(change).collect();
        let mut imported = Imported::new(record, Outcome::Created, number, self.platform.account());
        imported.routing_before.clone_from(&incomplete.routing_before);
        Some(Undo { changes, ..imported.undo() })
    }

    async fn take_back(&self, undo: &Undo, consent: Removal, verify: bool) -> Result<Undone> {
        let span = number_span!("undo", self, undo.number);
        pin!(async {
            let mut far = Far::default();
            let steps = Box::pin(self.take_back_steps(undo, consent, verify, &mut far));
            let in_time = timeout_at(after(self.deadline), steps).await;
            let result = in_time.unwrap_or_else(|_| Err(self.late_undo(undo, far)));
            let result = result.map_err(|error| error.withheld_from("rolled back"));
            log::ended(&result, |undone| undone.record.code(), |undone| Some(undone.to_string()));
            if let Some(credential) = result.as_ref().ok().and_then(|undone| undone.credential_left.as_ref()) {
                tracing::warn!(%credential, "a credential stays, because other numbers use it or may use it");
            }
            result
        })
        .instrument(span)
        .await
    }

    /// Keeps in `far` how far it has come, for the error of one that is dropped at the deadline.
    async fn take_back_steps(&self, undo: &Undo, consent: Removal, verify: bool, far: &mut Far) -> Result<Undone> {
        self.check_undo(undo)?;
        let mut lock = self.lock(&undo.number).await?;
        let outcome = |routing, record| Undone { number: undo.number, routing, record, credential_left: None };
        let mut found = self.record_of(undo).await?;
        // This process created it lately: somebody may have removed it, or the platform shows it late.
        let is_late =
            found.is_none() && memory::created(self.account, &undo.number).is_some_and(|created| created.id == undo.id);
        if is_late {
            found = self.look_for_late(undo).await?;
            if found.is_none() {
                // It is written in the log if that fails.
                drop(lock.removed(Some(&undo.id)).await);
            }
        }
        if let Some(stays) = found.as_ref().and_then(|record| undo.stays(record, self.platform.capabilities())) {
            return Ok(outcome(None, UndoneRecord::Stays(stays)));
        }
        if found.is_none() && self.is_replaced(undo).await? {
            return Ok(outcome(None, UndoneRecord::Replaced));
        }
        let routing = match &undo.routing {
            Some(before) => {
                let removed = found.is_none() && undo.created;
                let mut back = self.compare_routing(before, removed).await?;
                if found.is_none() && !is_late && back.as_ref().is_some_and(Back::is_some) {
                    // These calls may be those of another's new record, which a list may not show yet.
                    let lookups = self.lookup_policy.find_beside(self, &undo.number, Some(&undo.id)).await;
                    match (lookups.found, lookups.last_error) {
                        (Some(_), _) => return Ok(outcome(None, UndoneRecord::Replaced)),
                        (None, Some(error)) => return Err(error),
                        (None, None) if lookups.is_listed && self.is_replaced(undo).await? => {
                            return Ok(outcome(None, UndoneRecord::Replaced));
                        }
                        (None, None) => back = self.compare_routing(before, removed).await?,
                    }
                }
                if back.as_ref().is_some_and(Back::is_some) {
                    *far = Far::Restoring;
                }
                Some(self.put_back(before, back, true).await?)
            }
            None => None,
        };
        let Some(record) = found else {
            return self.finish_undo(undo, outcome(routing, UndoneRecord::Gone), far).await;
        };
        *far = Far::Looking(record.clone());
        let step = |error| Error::from(Box::new(Incomplete::imported(record.clone(), Step::Undo, error)));
        if !undo.created {
            let kept = self.set_back(undo, &record, verify, far).await.map_err(step)?;
            return Ok(outcome(routing, kept.map_or(UndoneRecord::Gone, |kept| UndoneRecord::Restored { kept })));
        }
        let removed = self.remove_undone(undo, consent, verify, &mut lock, far).await;
        // That one says itself what is left.
        let removed = removed.map_err(|error| if let Error::Incomplete(_) = error { error } else { step(error) });
        match removed? {
            UndoneRecord::Stays(stays) => Ok(outcome(routing, UndoneRecord::Stays(stays))),
            removed => self.finish_undo(undo, outcome(routing, removed), far).await,
        }
    }

    fn check_undo(&self, undo: &Undo) -> Result<()> {
        let mut problems = Vec::new();
        if undo.platform != self.platform.kind() {
            let fault = format!("is {}, but the importer's is {}", undo.platform, self.platform.kind());
            problems.push(Problem::new(ProblemCode::Mismatch, "platform", fault, "use the platform of the import"));
        } else if !self.platform.account().is(&undo.account) {
            let fault = format!("is {}, but the importer's is {}", undo.account, self.platform.account());
            let remedy = "use the account of the import; if its key was renewed, set its former name with \
                          `ClientBuilder::account_name`";
            problems.push(Problem::new(ProblemCode::Mismatch, "account", fault, remedy));
        }
        if !problems.is_empty() {
            return Err(Error::invalid("the import was not undone", problems));
        }
        match &undo.routing {
            Some(_) if self.provider.routing().is_none() => Err(no_routing(self, "the import was not undone")),
            _ => Ok(()),
        }
    }

    /// Waits for a record by the whole policy. If no lookup shows it, it counts as removed. If it is listed and not there
    /// by its id, nobody knows.
    async fn look_for_late(&self, undo: &Undo) -> Result<Option<NumberRecord>> {
        let lookups = self.lookup_policy.find_beside(self, &undo.number, Some(&undo.id)).await;
        let is_not_listed = |error: &Error| matches!(error, Error::Withheld(why) if matches!(why.reason, WithheldReason::NotListed { .. }));
        match lookups.last_error {
            Some(error) if !is_not_listed(&error) => return Err(error),
            _ if lookups.found.is_some() => return Ok(None),
            _ => {}
        }
        let found = self.record_of(undo).await?;
        match memory::created(self.account, &undo.number) {
            Some(created) if found.is_none() && lookups.is_listed => {
                let reason = WithheldReason::NotListed { id: created.id, age: created.at.elapsed() };
                Err(Box::new(Withheld::new(undo.platform, undo.number, reason)).into())
            }
            _ => {
                if found.is_none() {
                    memory::forget_created(self.account, &undo.number, Some(&undo.id));
                }
                Ok(found)
            }
        }
    }

    /// Whether the number has another record than that of the import, which is gone. A list may still show that one.
    async fn is_replaced(&self, undo: &Undo) -> Result<bool> {
        match self.find(&undo.number, None).await? {
            Some(found) if found.id == undo.id => {
                let another = |record: &NumberRecord| {
                    record.id != undo.id && (record.number.is(&undo.number) || record.number.may_be(&undo.number))
                };
                let mut list = self.platform.list();
                while let Some(record) = list.try_next().await? {
                    if another(&record) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            found => Ok(found.is_some()),
        }
    }

    async fn record_of(&self, undo: &Undo) -> Result<Option<NumberRecord>> {
        match self.platform.get(&undo.id).await {
            Ok(record) => Ok(Some(record)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
