//! Undoing an import: the routing first, the record after it, and the credential when nobody uses it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::change::{Change, Field};
use super::memory::NumberLock;
use super::restore::no_routing;
use super::{Importer, Restored, memory};
use crate::E164;
use crate::error::{Error, Incomplete, Result, Step};
use crate::model::{
    AccountId, AgentId, CredentialId, NumberId, NumberRecord, PlatformKind, Problem, ProblemCode, Reached, Removal,
    Routing,
};
use crate::platform::OnRemoval;

/// What is needed to undo an import: [`Imported::undo`](crate::Imported::undo) returns it and
/// [`Importer::undo`] takes it. serde reads and writes it, so that it can be kept.
///
/// It is confidential as its [`Routing`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Undo {
    /// The number.
    pub number: E164,
    /// The platform.
    pub platform: PlatformKind,
    /// The account at the platform.
    pub account: AccountId,
    /// The platform's id of the record.
    pub id: NumberId,
    /// Whether the import created the record. One that was there before is never removed.
    pub created: bool,
    /// The record as the import left it.
    pub left: Left,
    /// What the import changed of a record that was there before.
    pub changes: Vec<Change>,
    /// The platform's credential, if this import may have made it.
    pub credential: Option<CredentialId>,
    /// Where the calls went before the import.
    pub routing: Option<Routing>,
}

/// The fields of a record as an import left them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Left {
    /// The label.
    pub label: Option<String>,
    /// The agent.
    pub agent: Option<AgentId>,
    /// Whether it takes calls, where the platform told.
    pub inbound: Option<bool>,
    /// Whether it may make calls, where the platform told.
    pub outbound: Option<bool>,
}

/// What [`Importer::undo`] did. `Display` says it in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Undone {
    /// The number.
    pub number: E164,
    /// What became of the routing; `None` where it was not touched: the import kept none, or the record stays since
    /// somebody else has changed it.
    pub routing: Option<Restored>,
    /// What became of the record.
    pub record: UndoneRecord,
    /// A credential that this import may have made and that stays: a number uses it, or the platform cannot tell.
    pub credential_left: Option<CredentialId>,
}

/// What became of the record of an import that is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UndoneRecord {
    /// It was removed.
    Removed,
    /// It was not there any more.
    Gone,
    /// It was there before the import and stays. These fields could not be put back: the platform cannot, or somebody
    /// else has changed them.
    Restored {
        /// The fields that are not as before.
        kept: Vec<Field>,
    },
    /// It stays as it is, for this reason.
    Stays(Stays),
}

impl UndoneRecord {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Gone => "gone",
            Self::Restored { .. } => "restored",
            Self::Stays(_) => "stays",
        }
    }
}

/// Why a record stays though its import is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stays {
    /// It is of another number now.
    OtherNumber,
    /// Somebody else has changed these fields. The calls were left alone, too.
    Changed(Vec<Field>),
    /// The number's calls go to the platform, and were not put back.
    StillAnswered,
    /// The number's calls may go to the platform: somebody else has changed where they go, or they cannot be seen.
    MayBeAnswered,
    /// The platform cannot remove records. Remove it in its dashboard.
    Unsupported,
    /// The platform would release the number for good, which needs [`Removal::RecordAndNumber`].
    WouldRelease,
}

impl Stays {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherNumber => "other_number",
            Self::Changed(_) => "changed",
            Self::StillAnswered => "still_answered",
            Self::MayBeAnswered => "may_be_answered",
            Self::Unsupported => "unsupported",
            Self::WouldRelease => "would_release",
        }
    }
}

impl Undone {
    /// Whether nothing of the import is left, as far as was asked.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let routing = match &self.routing {
            None | Some(Restored::AsBefore(_)) => true,
            Some(Restored::PutBack { changed, .. }) => changed.is_empty(),
            Some(_) => false,
        };
        let record = match &self.record {
            UndoneRecord::Removed | UndoneRecord::Gone => true,
            UndoneRecord::Restored { kept } => kept.is_empty(),
            UndoneRecord::Stays(_) => false,
        };
        routing && record
    }
}

impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |fields: &[Field]| fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match &self.routing {
            Some(routing) => write!(f, "{routing}")?,
            None => write!(f, "{}: its routing was not touched", self.number)?,
        }
        match &self.record {
            UndoneRecord::Removed => f.write_str("; its record is removed")?,
            UndoneRecord::Gone => f.write_str("; its record is not there any more")?,
            UndoneRecord::Restored { kept } if kept.is_empty() => f.write_str("; its record is as before")?,
            UndoneRecord::Restored { kept } => write!(f, "; its record stays with another {}", fields(kept))?,
            UndoneRecord::Stays(why) => {
                f.write_str("; its record stays: ")?;
                match why {
                    Stays::OtherNumber => f.write_str("it is of another number")?,
                    Stays::Changed(changed) => write!(f, "somebody else has changed its {}", fields(changed))?,
                    Stays::StillAnswered => f.write_str("the calls go to the platform")?,
                    Stays::MayBeAnswered => f.write_str("the calls may go to the platform")?,
                    Stays::Unsupported => f.write_str("the platform cannot remove it")?,
                    Stays::WouldRelease => f.write_str("the platform would release the number for good")?,
                }
            }
        }
        match &self.credential_left {
            Some(credential) => write!(f, "; the credential {credential} stays"),
            None => Ok(()),
        }
    }
}

impl Importer {
    /// Undoes an import: puts the [routing](Self::restore) back, then removes the record that the import created, then
    /// the credential that it may have made, if no number uses that. Of a record that was there before, it sets the
    /// changed fields back instead. Whatever is done already is found done, so it is safe to repeat.
    ///
    /// The record is read first, and again right before it is removed. It stays if it is not as the import left it, if
    /// the number's calls are not surely away from the platform, if the platform cannot remove records, and if that
    /// would release the number and `consent` does not say so; [`Undone::record`] says which. In the last two cases the
    /// calls are put back nevertheless, and the record that stays answers nobody. Calls that went to another platform
    /// before stay ([`Restored::NoRecord`]) until [`restore_unverified`](Self::restore_unverified) has sent them there.
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
    /// - [`Error::Invalid`] when it is of another platform or account, or the provider keeps no routing; nothing was
    ///   sent.
    /// - [`Error::Incomplete`] when the routing is put back and a later step failed.
    /// - Any other error when nothing of the record was changed. Whether the routing was put back may be unknown.
    ///
    /// After each of them, run it again.
    pub async fn undo(&self, undo: &Undo, consent: Removal) -> Result<Undone> {
        self.check_undo(undo)?;
        let _lock = NumberLock::take(self.account, &undo.number, self.lock_timeout).await?;
        let outcome = |routing, record| Undone { number: undo.number, routing, record, credential_left: None };
        let found = self.record_of(undo).await?;
        if let Some(stays) = found.as_ref().and_then(|record| undo.stays(record)) {
            return Ok(outcome(None, UndoneRecord::Stays(stays)));
        }
        let routing = match &undo.routing {
            Some(before) => Some(self.restore(before).await?),
            None => None,
        };
        let Some(record) = found else {
            return self.finish_undo(undo, outcome(routing, UndoneRecord::Gone)).await;
        };
        let step = |error| Error::from(Box::new(Incomplete::imported(record.clone(), Step::Undo, error)));
        if !undo.created {
            let kept = self.set_back(undo, &record).await.map_err(step)?;
            return Ok(outcome(routing, UndoneRecord::Restored { kept }));
        }
        match self.remove_undone(undo, consent).await.map_err(step)? {
            UndoneRecord::Stays(stays) => Ok(outcome(routing, UndoneRecord::Stays(stays))),
            removed => self.finish_undo(undo, outcome(routing, removed)).await,
        }
    }

    fn check_undo(&self, undo: &Undo) -> Result<()> {
        let mut problems = Vec::new();
        if undo.platform != self.platform.kind() {
            let fault = format!("is {}, and the importer's is {}", undo.platform, self.platform.kind());
            problems.push(Problem::new(
                ProblemCode::Mismatch,
                "platform",
                fault,
                "undo with the platform of the import",
            ));
        } else if !self.platform.account().is(&undo.account) {
            let fault = format!("is {}, and the importer's is {}", undo.account, self.platform.account());
            problems.push(Problem::new(ProblemCode::Mismatch, "account", fault, "undo with the account of the import"));
        }
        if !problems.is_empty() {
            return Err(Error::invalid("the import was not undone", problems));
        }
        match &undo.routing {
            Some(_) if self.provider.routing().is_none() => Err(no_routing(self, "the import was not undone")),
            _ => Ok(()),
        }
    }

    async fn record_of(&self, undo: &Undo) -> Result<Option<NumberRecord>> {
        match self.platform.get(&undo.id).await {
            Ok(record) => Ok(Some(record)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets the fields back that are still as the import left them. Returns those that are not as before then.
    async fn set_back(&self, undo: &Undo, record: &NumberRecord) -> Result<Vec<Field>> {
        // A number whose calls were not put back keeps its agent.
        if undo.routing.is_some() && record.agent.is_some() {
            if let Err(stays) = self.calls_are_away(undo).await? {
                tracing::warn!(number = %undo.number, ?stays, "the record is left as it is");
                return Ok(undo.changes.iter().filter(|change| !change.is_open(record)).map(Change::field).collect());
            }
        }
        let (update, mut kept) = Change::undo(&undo.changes, record, self.platform.capabilities());
        if !update.is_empty() {
            let now = self.update_record(&undo.id, &undo.number, &update).await?;
            kept = undo.changes.iter().filter(|change| !change.is_open(&now)).map(Change::field).collect();
        }
        Ok(kept)
    }

    /// Removes the record, if nobody can reach it any more and nobody else has changed it.
    async fn remove_undone(&self, undo: &Undo, consent: Removal) -> Result<UndoneRecord> {
        match (self.platform.capabilities().removal, consent) {
            (OnRemoval::Unsupported, _) => return Ok(UndoneRecord::Stays(Stays::Unsupported)),
            (OnRemoval::Releases, Removal::Record) => return Ok(UndoneRecord::Stays(Stays::WouldRelease)),
            _ => {}
        }
        let seen = match self.calls_are_away(undo).await? {
            Ok(seen) => seen,
            Err(stays) => return Ok(UndoneRecord::Stays(stays)),
        };
        let Some(record) = self.record_of(undo).await? else { return Ok(UndoneRecord::Gone) };
        if let Some(stays) = undo.stays(&record) {
            return Ok(UndoneRecord::Stays(stays));
        }
        let removed = match self.platform.remove(&undo.id, consent).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        };
        // Also after a lost response: the record may be gone, and is looked up by everybody who needs it.
        if removed.as_ref().err().is_none_or(|error| !error.surely_not_done()) {
            memory::forget_created(self.account, &undo.number, Some(&undo.id));
        }
        removed?;
        if let (Some(control), Some(before)) = (self.provider.routing(), &seen) {
            // A removal may have changed it.
            if control.snapshot(&undo.number).await?.is_some_and(|after| after.settings != before.settings) {
                control.restore(before).await?;
            }
        }
        Ok(UndoneRecord::Removed)
    }

    /// Reads where the calls go, if the provider keeps that, or says why they may still go to the platform. Those that
    /// go where they went before the import are no reason: nothing is taken away then.
    async fn calls_are_away(&self, undo: &Undo) -> Result<Result<Option<Routing>, Stays>> {
        // The calls of a trunk are not the carrier's to send.
        let Some(control) = self.provider.routing() else { return Ok(Ok(None)) };
        let Some(now) = control.snapshot(&undo.number).await? else { return Ok(Err(Stays::MayBeAnswered)) };
        let as_before = undo.routing.as_ref().is_some_and(|before| before.calls == now.calls);
        Ok(match self.reached(Some(&now.calls)) {
            Reached::Platform => Err(Stays::StillAnswered),
            Reached::Unknown if !as_before => Err(Stays::MayBeAnswered),
            _ => Ok(Some(now)),
        })
    }

    /// Removes the credential, once the record is gone.
    async fn finish_undo(&self, undo: &Undo, mut undone: Undone) -> Result<Undone> {
        let Some(credential) = undo.credential.as_ref().filter(|_| undo.created) else { return Ok(undone) };
        match self.platform.remove_credential(credential).await {
            Ok(true) => Ok(undone),
            Ok(false) => {
                undone.credential_left = Some(credential.clone());
                Ok(undone)
            }
            Err(error) => {
                let (left, step) = (Some(credential.clone()), Step::RemoveCredential);
                Err(Box::new(Incomplete::not_imported(undo.platform, undo.number, left, step, error)).into())
            }
        }
    }
}

impl Undo {
    /// Why a record that the import created must stay as it is.
    fn stays(&self, record: &NumberRecord) -> Option<Stays> {
        if record.id != self.id || !(record.number.is(&self.number) || record.number.may_be(&self.number)) {
            return Some(Stays::OtherNumber);
        }
        let told = |left: Option<bool>, now: Option<bool>| left.is_some() && left != now;
        let fields = [
            (Field::Label, record.label != self.left.label),
            (Field::Agent, record.agent != self.left.agent),
            (Field::Inbound, told(self.left.inbound, record.inbound)),
            (Field::Outbound, told(self.left.outbound, record.outbound)),
        ];
        let changed: Vec<Field> = fields.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field).collect();
        if self.created && !changed.is_empty() { Some(Stays::Changed(changed)) } else { None }
    }
}

impl From<&NumberRecord> for Left {
    fn from(record: &NumberRecord) -> Self {
        Self {
            label: record.label.clone(),
            agent: record.agent.clone(),
            inbound: record.inbound,
            outbound: record.outbound,
        }
    }
}
