//! Replacing a record whose credentials cannot be updated: it is removed, and the number imported again.

use std::fmt;
use std::sync::Arc;

use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::memory::Changing;
use super::{Imported, Importer, Outcome, Replaced};
use crate::E164;
use crate::error::{Error, Incomplete, Result, Step, Withheld, WithheldReason};
use crate::model::{
    AccountId, AgentId, Finding, ImportRequest, NumberId, NumberRecord, NumberSource, PlatformKind, Problem,
    ProblemCode, Removal, Settings, Severity, quoted, word,
};
use crate::platform::{OnRemoval, SourceMatch};
use crate::provider::NumberProvider;

/// A planned replacement of a record. [`Importer::plan_replacement`] returns it, and [`Importer::replace`] carries it out.
/// `Display` shows the step with its effects.
///
/// serde reads and writes it. Save it before you replace the record: it has everything that the new record needs, so that
/// another process can finish a replacement that was killed after the removal. Treat it as confidential, because its
/// [`settings`](Self::settings) may hold secrets.
///
/// ```
/// # async fn finish(importer: &numport::Importer, saved: &str) -> Result<(), Box<dyn std::error::Error>> {
/// use numport::import::Replacement;
///
/// let planned: Replacement = serde_json::from_str(saved)?;
/// match importer.platform().get(&planned.id).await {
///     Ok(_) => return Ok(()), // It was not removed: replace it.
///     Err(error) if !error.is_not_found() => return Err(error.into()),
///     Err(_) => {}
/// }
/// let imported = importer.import(planned.request()).await?;
/// importer.platform().restore_settings(&imported.record.id, &planned.settings).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Replacement {
    /// The number.
    pub number: E164,
    /// The platform.
    pub platform: PlatformKind,
    /// The account at the platform.
    pub account: AccountId,
    /// The id of the record that is removed.
    pub id: NumberId,
    /// The record's label, which the new one gets.
    pub label: Option<String>,
    /// The record's agent, which the new one gets.
    pub agent: Option<AgentId>,
    /// The settings of the record that only the platform knows, which the new one gets.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
    /// What the replacement does beside changing the credentials.
    pub effects: Vec<ReplacementEffect>,
    /// Findings about the number at its carrier, such as that its calls go to another platform, from which the import takes
    /// them over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What a replacement does beside changing the credentials.
///
/// ```
/// use numport::import::ReplacementEffect;
///
/// let lost = ReplacementEffect::MayLose { setting: "region_config".to_owned() };
/// assert_eq!(lost.to_string(), "the new record may lack its `region_config`, which the platform does not show");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ReplacementEffect {
    /// The number has no record between the removal and the import. Calls in between fail.
    Outage,
    /// The new record has another id.
    NewId,
    /// The platform does not show this setting, so the new record has it only if it is the default.
    MayLose {
        /// The setting, by the platform's own name.
        setting: String,
    },
}

/// The consent to a replacement: the number has no record for a moment, and a new id afterwards. Calls in between fail.
///
/// ```
/// # #[cfg(feature = "twilio")] {
/// use numport::import::ReplaceConsent;
/// use numport::{AccountKey, Twilio};
///
/// let old = AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the-old-token");
/// let consent = ReplaceConsent::roll_back_with(Twilio::builder(old).build()?);
/// # drop(consent);
/// # }
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReplaceConsent {
    old: Option<Arc<dyn NumberProvider>>,
}

impl ReplaceConsent {
    /// Consents, and gives the carrier with the old credentials, with which the platform reaches the number now. If the new
    /// import is surely not carried out, the number is imported with them again. No platform shows the old secrets, so only
    /// you can give them. The carrier must still accept them: nothing is removed otherwise.
    pub fn roll_back_with(old: impl NumberProvider + 'static) -> Self {
        Self { old: Some(Arc::new(old)) }
    }

    /// Consents without the old source: if the new import fails, the number has no record at the platform.
    #[must_use]
    pub const fn without_roll_back() -> Self {
        Self { old: None }
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, platform, id, label, agent, effects, findings, .. } = self;
        write!(
            f,
            "± {number} on {platform}: the record {id} is removed and the number is imported again with the new credentials"
        )?;
        if let Some(label) = label {
            write!(f, ", label {}", quoted(label))?;
        }
        if let Some(agent) = agent {
            write!(f, ", agent {agent}")?;
        }
        effects.iter().try_for_each(|effect| write!(f, "\n    {effect}"))?;
        findings.iter().try_for_each(|finding| write!(f, "\n    {}: {finding}", finding.severity()))
    }
}

impl fmt::Display for ReplacementEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outage => f.pad("calls fail between the removal and the import"),
            Self::NewId => f.pad("the record gets a new id"),
            Self::MayLose { setting } => {
                write!(f, "the new record may lack its `{}`, which the platform does not show", word(setting))
            }
        }
    }
}

impl Replacement {
    /// Returns the request for the new record, to finish a replacement that was interrupted after the removal.
    pub fn request(&self) -> ImportRequest {
        let mut request = ImportRequest::new(self.number);
        if let Some(label) = &self.label {
            request = request.label(label.as_str());
        }
        if let Some(agent) = &self.agent {
            request = request.agent(agent.as_str());
        }
        request
    }

    /// Whether a record is as it was when this was planned.
    fn is_of(&self, record: &NumberRecord) -> bool {
        (record.number.is(&self.number) || record.number.may_be(&self.number))
            && record.id == self.id
            && record.label == self.label
            && record.agent == self.agent
            && record.settings == self.settings
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
    /// - [`Error::Preflight`] when an import of the number would be refused.
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
        let losses = self.platform.replacement_losses(&record, source).filter(|_| is_kept && !is_other);
        let Some(losses) = losses else {
            let fault = "cannot be replaced without losing settings, or is of another carrier".to_owned();
            return refused(ProblemCode::Unsupported, "record", fault, "replace it in the platform's dashboard");
        };
        let lost = losses.iter().map(|setting| ReplacementEffect::MayLose { setting: (*setting).to_owned() });
        let effects = [ReplacementEffect::Outage, ReplacementEffect::NewId].into_iter().chain(lost).collect();
        let NumberRecord { id, label, agent, settings, .. } = record;
        let (number, account) = (*number, self.platform.account());
        let planned = Replacement { number, platform, account, id, label, agent, settings, effects, findings };
        drop(self.platform.create(source, &planned.request())?);
        Ok(planned)
    }

    /// Removes a record and imports its number again with the carrier's [source](crate::NumberProvider::source). It first
    /// checks that the carrier accepts the new credentials and holds the number, that it accepts the old ones if the consent
    /// has them, and that the record and the findings are as planned.
    ///
    /// If the new import was surely not carried out, the number is imported with the old source, if the consent has it. If
    /// the result is unknown, nothing more is sent: importing the number again resolves it.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the plan is of another account, or the record or where the calls go has changed since, or
    ///   when the number cannot be imported with the old source (field `consent`). Nothing was changed.
    /// - [`Error::Preflight`], [`Error::Withheld`], [`Error::NotFound`]: nothing was changed. In the last case somebody else
    ///   has removed the record, and may be importing the number.
    /// - [`Error::Incomplete`] when the record was removed and a later step failed. [`Incomplete::record`] is the record
    ///   that the number has now. With [`Step::RollBack`] it has the old source; its reason is that of the first import.
    ///   This call cannot finish the replacement: import [`Replacement::request`], and then call
    ///   [`restore_settings`](crate::VoicePlatform::restore_settings) with [`Replacement::settings`].
    /// - [`Error::Indeterminate`] when the record was removed, and it is unknown whether the number was imported again.
    /// - Any other error of the removal: [`Error::surely_not_done`] says whether the record may be gone.
    pub async fn replace(&self, planned: &Replacement, consent: &ReplaceConsent) -> Result<Replaced> {
        let (number, platform) = (planned.number, self.platform.kind());
        let old = consent.old.as_ref().map(|old| self.with_carrier(old));
        self.remove_replaced(planned, old.as_ref()).await?;
        let failed = match self.clone().with_preflight().import(&planned.request()).await {
            Ok(imported) => return self.settle_replaced(planned, imported).await,
            Err(Error::Incomplete(part)) => {
                let step = if part.record.is_some() { Step::RestoreSettings } else { Step::Replace };
                return Err(Box::new(Incomplete { step, ..*part }).into());
            }
            Err(unknown @ Error::Indeterminate(_)) => return Err(unknown),
            Err(error) => error,
        };
        match old.filter(|_| failed.surely_not_done()) {
            Some(old) => Err(old.roll_back_replaced(planned, failed).await),
            None => Err(Box::new(Incomplete::not_imported(platform, number, None, Step::Replace, failed)).into()),
        }
    }

    /// Imports the number with the old source, because the new import failed. The error says what the number has now.
    async fn roll_back_replaced(&self, planned: &Replacement, failed: Error) -> Error {
        let back = match self.import(&planned.request()).await {
            Ok(back) => self.settle_replaced(planned, back).await,
            Err(error) => Err(error),
        };
        let step = Step::RollBack;
        let part = match back {
            Ok(back) => Incomplete::imported(back.imported.record, step, failed),
            // Also after a 429, which a gateway may answer after the import. Its error does not tell why it was needed.
            Err(unknown @ Error::Indeterminate(_)) => {
                tracing::warn!(error = %failed, "the import with the new credentials failed, and the roll-back is unresolved");
                return unknown;
            }
            // The record is not of the roll-back, so its source is unknown.
            Err(Error::Incomplete(part)) if part.step == Step::Replace => return part.into(),
            Err(error) => {
                tracing::warn!(%error, "the roll-back failed");
                match error {
                    Error::Incomplete(part) => Incomplete { step, error: failed, ..*part },
                    _ => Incomplete::not_imported(self.platform.kind(), planned.number, None, step, failed),
                }
            }
        };
        Box::new(part).into()
    }

    /// This importer, from another carrier.
    fn with_carrier(&self, carrier: &Arc<dyn NumberProvider>) -> Self {
        let sources: Arc<[NumberSource]> = carrier.carriers().iter().map(|one| one.source()).collect();
        sources.iter().for_each(|source| self.platform.redact(&source.secrets()));
        Self { provider: Arc::clone(carrier), sources, refused: None, ..self.clone() }
    }

    /// Removes the record, if everything is as planned.
    async fn remove_replaced(&self, planned: &Replacement, old: Option<&Self>) -> Result<()> {
        let (number, platform) = (&planned.number, self.platform.kind());
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
        let (source, findings) = self.checked_source(number).await?;
        let now = self.platform.get(&planned.id).await?;
        if !planned.is_of(&now) || self.platform.replacement_losses(&now, source).is_none() {
            return refused("shows the record otherwise than it is now");
        }
        // The import takes the calls over, and somebody may have sent them elsewhere.
        let is_planned = |finding: &Finding| match finding {
            // Its reason differs each time.
            Finding::CarrierLookupFailed { .. } => planned.findings.iter().any(|known| known.code() == finding.code()),
            finding => planned.findings.contains(finding),
        };
        if !findings.iter().all(is_planned) {
            return refused("shows the number at its carrier otherwise than it is now");
        }
        drop(self.platform.create(source, &planned.request())?);
        if let Some(old) = old {
            old.check_roll_back(planned).await?;
        }

        // One that somebody else has removed at the same moment may be imported by them.
        let mut changing = Changing::begin(self.account, number);
        self.remove_record(&now, Removal::Record, Some(&mut changing), Some(&mut lock)).await
    }

    /// Whether the number could be imported with the old source: after a rotation its token may be dead.
    async fn check_roll_back(&self, planned: &Replacement) -> Result<()> {
        let checked = self.checked_source(&planned.number).await;
        match checked.and_then(|(source, _)| self.platform.create(source, &planned.request()).map(drop)) {
            Err(error) if !error.is_retryable() => {
                let fault = format!("gives an old source that cannot be used: {}", error.as_reason());
                let remedy = "give the credentials that the carrier accepts, or consent without a roll-back";
                let problem = Problem::new(ProblemCode::Conflict, "consent", fault, remedy);
                Err(Error::invalid(format!("{}: the record was not replaced", planned.platform), vec![problem]))
            }
            checked => checked,
        }
    }

    /// Restores the settings that only the platform knows.
    async fn settle_replaced(&self, planned: &Replacement, mut imported: Imported) -> Result<Replaced> {
        let removed = planned.id.clone();
        let is_theirs = matches!(imported.outcome, Outcome::AlreadyThere | Outcome::Updated);
        if imported.record.id == removed || is_theirs {
            let fault = "was imported by somebody else, or a list still shows the removed record";
            let problem = Problem::new(ProblemCode::Conflict, "number", fault, "import it again in a minute");
            let error = Error::invalid("the number was not imported with the new credentials", vec![problem]);
            return Err(Box::new(Incomplete::imported(imported.record, Step::Replace, error)).into());
        }
        match self.platform.restore_settings(&imported.record.id, &planned.settings).await {
            Ok(record) => imported.record = record,
            Err(error) => {
                return Err(Box::new(Incomplete::imported(imported.record, Step::RestoreSettings, error)).into());
            }
        }
        Ok(Replaced { removed, imported })
    }

    /// The source of the carrier that holds the number, and what is found there. The carrier is asked, with the new
    /// credentials. What would be in the way of the import is an error.
    async fn checked_source(&self, number: &E164) -> Result<(&NumberSource, Vec<Finding>)> {
        let preflight = self.preflight_unlogged(number).await?;
        match preflight.carrier.and_then(|index| self.sources.get(index)) {
            Some(source) if preflight.severity() != Some(Severity::Error) => Ok((source, preflight.findings)),
            _ => Err(Error::Preflight(Box::new(preflight))),
        }
    }

    fn with_preflight(mut self) -> Self {
        self.skip_preflight = false;
        self
    }
}
