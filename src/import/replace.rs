//! Replacing a record whose credentials cannot be updated: it is removed, and the number imported again.

use std::fmt;

use futures_util::TryStreamExt;

use super::memory::Changing;
use super::{Imported, Importer, Outcome};
use crate::E164;
use crate::error::{Error, Incomplete, Result, Step, Withheld, WithheldReason};
use crate::model::{
    AccountId, Finding, ImportRequest, NumberId, NumberRecord, NumberSource, PlatformKind, Problem, ProblemCode,
    Removal,
};
use crate::platform::{OnRemoval, SourceMatch};

/// A planned replacement of a record. [`Importer::plan_replacement`] returns it, and [`Importer::replace`] carries it out.
/// `Display` shows what it means.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Replacement {
    /// The number.
    pub number: E164,
    /// The platform.
    pub platform: PlatformKind,
    /// The account at the platform.
    pub account: AccountId,
    /// The record that is removed. Its label and agent are kept, and so are the settings that only the platform knows, as
    /// far as the record shows them.
    pub record: NumberRecord,
    /// Findings that make the holder of the number uncertain.
    pub findings: Vec<Finding>,
}

/// The consent to a replacement: the number has no record for a moment, and a new id afterwards. Calls in between fail.
///
/// ```
/// use numport::import::ReplaceConsent;
/// use numport::model::ProviderKind;
/// use numport::{AccountKey, NumberSource};
///
/// let old = AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the-old-token");
/// let consent = ReplaceConsent::roll_back_with(NumberSource::account(ProviderKind::TWILIO, old));
/// # drop(consent);
/// ```
#[derive(Clone, Debug)]
pub struct ReplaceConsent {
    old: Option<NumberSource>,
}

/// A replaced record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replaced {
    /// The id of the record that was removed.
    pub removed: NumberId,
    /// The new import.
    pub imported: Imported,
}

impl ReplaceConsent {
    /// Consents, and gives the source with which the platform reaches the number now. If the new import is surely not
    /// carried out, the number is imported with it again. No platform shows the old secrets, so only you can give them.
    #[must_use]
    pub const fn roll_back_with(old: NumberSource) -> Self {
        Self { old: Some(old) }
    }

    /// Consents without the old source: if the new import fails, the number has no record at the platform.
    #[must_use]
    pub const fn without_roll_back() -> Self {
        Self { old: None }
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, platform, record, findings, .. } = self;
        write!(
            f,
            "± {number} on {platform}: the record {} is removed and the number is imported again with the new \
             credentials; calls fail in between, and the record gets a new id",
            record.id
        )?;
        findings.iter().try_for_each(|finding| write!(f, "\n    {}: {finding}", finding.severity()))
    }
}

impl Importer {
    /// Plans to replace the record of a number whose credentials the platform cannot update
    /// ([`Capabilities::renewal`](crate::platform::Capabilities::renewal)), such as those of Twilio at ElevenLabs. It only
    /// reads: the carrier with its new credentials, and all records of the platform.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the platform cannot replace the record without losing settings (field `record`), can
    ///   [renew](Self::renew) its credentials, or has no or several records of the number (field `number`).
    /// - [`Error::Preflight`] when the carrier does not hold the number.
    /// - Any error of a lookup.
    pub async fn plan_replacement(&self, number: &E164) -> Result<Replacement> {
        let (platform, can) = (self.platform.kind(), self.platform.capabilities());
        let (source, findings) = self.checked_source(number).await?;
        let refused = |code, field: &str, fault: String, remedy: &str| {
            let problem = Problem::new(code, field, fault, remedy);
            Err(Error::invalid(format!("{platform}: the replacement was not planned"), vec![problem]))
        };
        if can.renewal.of(source).is_some() {
            let fault = "has credentials that can be updated".to_owned();
            return refused(ProblemCode::Conflict, "source", fault, "call `Importer::renew`, which has no outage");
        }
        let is_of = |record: &NumberRecord| record.number.is(number) || record.number.may_be(number);
        let records = self.platform.list().try_filter(|record| std::future::ready(is_of(record)));
        let mut records: Vec<NumberRecord> = records.try_collect().await?;
        let (Some(record), true) = (records.pop(), records.is_empty()) else {
            let fault = format!("{number} does not have exactly one record");
            return refused(ProblemCode::Conflict, "number", fault, "import it, or remove the other records first");
        };
        let is_kept = can.removal == OnRemoval::Forgets && !record.releases && record.handler.is_none();
        let is_other = matches!(self.platform.compare_source(&record, source), SourceMatch::Differs { .. });
        if !is_kept || is_other || !self.platform.can_replace(&record, source) {
            let fault = "cannot be replaced without losing settings, or is of another carrier".to_owned();
            return refused(ProblemCode::Unsupported, "record", fault, "replace it in the platform's dashboard");
        }
        drop(self.platform.create(source, &again(number, &record))?);
        Ok(Replacement { number: *number, platform, account: self.platform.account(), record, findings })
    }

    /// Removes a record and imports its number again with the carrier's [source](crate::NumberProvider::source). It first
    /// checks that the carrier accepts the new credentials and holds the number, and that the record is as planned.
    ///
    /// If the new import was surely not carried out, the number is imported with the old source, if the consent has it. If
    /// the result is unknown, nothing more is sent: importing the number again resolves it.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the plan is of another account, or the record has changed since. Nothing was changed.
    /// - [`Error::Preflight`], [`Error::Withheld`]: nothing was changed.
    /// - [`Error::Incomplete`] when the record was removed and a later step failed. [`Incomplete::record`] is the record
    ///   that the number has now, such as that of the roll-back. To restore the settings of [`Replacement::record`] later,
    ///   call [`restore_settings`](crate::VoicePlatform::restore_settings) with both.
    /// - [`Error::Indeterminate`] when the record was removed, and it is unknown whether the number was imported again.
    /// - Any other error of the removal: [`Error::surely_not_done`] says whether the record may be gone.
    pub async fn replace(&self, planned: &Replacement, consent: &ReplaceConsent) -> Result<Replaced> {
        let (number, platform) = (&planned.number, self.platform.kind());
        let (before, request) = self.remove_replaced(planned).await?;
        let failed = match self.clone().with_preflight().import(&request).await {
            Ok(imported) => return self.settle_replaced(planned, &before, imported).await,
            Err(error) => error,
        };
        let not_done = failed.surely_not_done() && !matches!(&failed, Error::Incomplete(part) if part.record.is_some());
        let Some(old) = consent.old.as_ref().filter(|_| not_done) else {
            return Err(match failed {
                failed @ (Error::Incomplete(_) | Error::Indeterminate(_)) => failed,
                other => Box::new(Incomplete::not_imported(platform, *number, None, Step::ImportNumber, other)).into(),
            });
        };
        self.platform.redact(&old.secrets());
        let mut importer = self.clone();
        importer.sources = self.sources.iter().map(|_| old.clone()).collect();
        let back = importer.import(&request).await?;
        let back = self.settle_replaced(planned, &before, back).await?;
        Err(Box::new(Incomplete::imported(back.imported.record, Step::Renew, failed)).into())
    }

    /// Removes the record, if everything is as planned. Returns the record as it was, and the request for the new one.
    async fn remove_replaced(&self, planned: &Replacement) -> Result<(NumberRecord, ImportRequest)> {
        let (number, platform, id) = (&planned.number, self.platform.kind(), &planned.record.id);
        let refused = |fault: &str| {
            let problem = Problem::new(ProblemCode::Conflict, "plan", fault, "plan the replacement again");
            Err(Error::invalid(format!("{platform}: the record was not replaced"), vec![problem]))
        };
        if planned.platform != platform || !self.platform.account().is(&planned.account) {
            return refused("is of another account");
        }
        let mut lock = self.lock(number).await?;
        if let Some(unresolved) = &lock.unresolved {
            let reason = WithheldReason::Unresolved { sent_at: unresolved.sent_at(), retry_after: self.resend_after };
            return Err(Box::new(Withheld::new(platform, *number, reason)).into());
        }
        let (source, _) = self.checked_source(number).await?;
        let now = self.platform.get(id).await?;
        let of = |record: &NumberRecord| (record.number.clone(), record.label.clone(), record.agent.clone());
        if of(&now) != of(&planned.record) || !self.platform.can_replace(&now, source) {
            return refused("shows the record otherwise than it is now");
        }
        let request = again(number, &now);
        drop(self.platform.create(source, &request)?);

        let mut changing = Changing::begin(self.account, number);
        match self.remove_record(&now, Removal::Record, Some(&mut changing), Some(&mut lock)).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok((now, request)),
        }
    }

    /// Restores the settings that only the platform knows.
    async fn settle_replaced(
        &self,
        planned: &Replacement,
        before: &NumberRecord,
        mut imported: Imported,
    ) -> Result<Replaced> {
        let removed = planned.record.id.clone();
        let is_theirs = matches!(imported.outcome, Outcome::AlreadyThere | Outcome::Updated);
        if imported.record.id == removed || is_theirs {
            let fault = "was imported by somebody else, or a list still shows the removed record";
            let problem = Problem::new(ProblemCode::Conflict, "number", fault, "import it again in a minute");
            let error = Error::invalid("the number was not imported with the new credentials", vec![problem]);
            return Err(Box::new(Incomplete::imported(imported.record, Step::Renew, error)).into());
        }
        match self.platform.restore_settings(&imported.record.id, before).await {
            Ok(record) => imported.record = record,
            Err(error) => return Err(Box::new(Incomplete::imported(imported.record, Step::Configure, error)).into()),
        }
        Ok(Replaced { removed, imported })
    }

    /// The source of the carrier that holds the number. The carrier is asked, with the new credentials.
    async fn checked_source(&self, number: &E164) -> Result<(&NumberSource, Vec<Finding>)> {
        let asked = self.clone().with_preflight();
        let (source, findings) = asked.source_of(number).await?;
        let index = asked.sources.iter().position(|one| one == source);
        let source = index.and_then(|index| self.sources.get(index)).ok_or_else(|| {
            let problem =
                Problem::new(ProblemCode::Missing, "provider", "has no carrier", "add one by `Carriers::and`");
            Error::invalid("the number has no source", vec![problem])
        })?;
        Ok((source, findings))
    }

    fn with_preflight(mut self) -> Self {
        self.skip_preflight = false;
        self
    }
}

/// The request for a new record like this one.
fn again(number: &E164, record: &NumberRecord) -> ImportRequest {
    let mut request = ImportRequest::new(*number);
    if let Some(label) = &record.label {
        request = request.label(label.as_str());
    }
    if let Some(agent) = &record.agent {
        request = request.agent(agent.as_str());
    }
    request
}
