use std::fmt;

use super::change::{Change, Field};
use super::undo::{Left, Undo};
use crate::E164;
use crate::model::{AccountId, CredentialId, Finding, NumberRecord, Reached, Routing, codes};

/// The result of a successful import. `Display` shows it in one line, including its warnings: `+14155552671 on vapi:
/// created, id 6f0c…; warning: butter answered the number's calls before`.
///
/// ```
/// # fn show(imported: &numport::Imported) {
/// use numport::Outcome;
/// use numport::model::Reached;
///
/// match imported.outcome {
///     Outcome::Created | Outcome::Recovered => println!("new: {}", imported.record.id),
///     Outcome::Updated => println!("changed, from {:?}", imported.before),
///     _ => println!("was there"),
/// }
/// if imported.reached != Reached::Platform {
///     imported.findings.iter().for_each(|finding| println!("{finding}. {}", finding.advice()));
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The record as it is now.
    pub record: NumberRecord,
    /// How the record came to be.
    pub outcome: Outcome,
    /// The record before this import, if it existed and this import changed it.
    pub before: Option<Box<NumberRecord>>,
    /// The fields of the request that the record does not have, because the platform cannot change them after an
    /// import.
    pub unsupported_fields: Vec<Field>,
    /// The fields that were sent and that the platform's record does not show afterwards. The platform may have ignored
    /// them.
    pub unconfirmed_fields: Vec<Field>,
    /// The findings of the carrier lookups before and after the import. None of them prevented the import.
    pub findings: Vec<Finding>,
    /// Whether the number's calls reach the platform now. If they do not, a finding says why and what to do.
    pub reached: Reached,
    /// The routing before this import, for [`Importer::restore`](crate::Importer::restore). It is set if this import
    /// created the record, or gave it the agent with which the platform takes over the calls. It is `None` if the
    /// record already existed otherwise, if the carrier was not asked, or if the carrier does not support routing.
    pub routing_before: Option<Routing>,
    number: E164,
    account: AccountId,
    /// What interrupted updates of the record, which were found with it, have changed or not.
    pub(super) earlier_changes: Vec<Change>,
    /// The platform's credential, if this import may have made it.
    pub(super) credential: Option<CredentialId>,
}

codes! {
    /// How a record came to be.
    ///
    /// ```
    /// use numport::Outcome;
    ///
    /// let told = |outcome: Outcome| match outcome {
    ///     Outcome::Created | Outcome::Recovered => "it is imported",
    ///     Outcome::Updated => "it was there, and is as you want it now",
    ///     other => other.as_str(),
    /// };
    /// assert_eq!(told(Outcome::AlreadyThere), "already_there");
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Outcome {
        /// This import created the record.
        Created => "created",
        /// The record existed, and this import changed it. [`Imported::before`] shows the record before the change.
        Updated => "updated",
        /// The record existed, and it matches the request as far as the platform can change it. Its credentials are
        /// unchanged. If the record shows another source than the importer's, the findings contain
        /// [`Finding::OtherSource`], and [`Importer::renew`](crate::Importer::renew) updates the credentials.
        AlreadyThere => "already_there",
        /// The record was found after the response to this import was lost, or after an earlier import in this process
        /// created it and was cancelled or failed before it finished.
        Recovered => "recovered",
    }
}

impl Outcome {
    /// Returns whether the record existed before this import; that import was not the one that created it.
    #[must_use]
    pub const fn was_there(self) -> bool {
        matches!(self, Self::AlreadyThere | Self::Updated)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AlreadyThere => "already there",
            other => other.as_str(),
        })
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record, outcome, before, unsupported_fields, unconfirmed_fields, findings, .. } = self;
        let changed = if before.is_some() && *outcome != Outcome::Updated { " and changed" } else { "" };
        write!(f, "{} on {}: {outcome}{changed}, id {}", record.number, record.platform, record.id)?;
        for field in unsupported_fields {
            write!(f, "; the platform cannot change its {field}")?;
        }
        for field in unconfirmed_fields {
            write!(f, "; warning: the platform does not confirm its {field}")?;
        }
        for finding in findings {
            match finding {
                Finding::AnsweredBy { platform } => {
                    write!(f, "; warning: {platform} answered the number's calls before")?;
                }
                _ => write!(f, "; {}: {finding}", finding.severity())?,
            }
        }
        Ok(())
    }
}

impl Imported {
    /// Returns the number.
    #[must_use]
    pub const fn number(&self) -> &E164 {
        &self.number
    }

    /// Returns the data that [`Importer::undo`](crate::Importer::undo) needs to roll back this import. A recovered
    /// record counts as created by this import.
    #[must_use]
    pub fn undo(&self) -> Undo {
        let changes = if self.outcome.was_there() { self.changes() } else { Vec::new() };
        Undo {
            number: self.number,
            platform: self.record.platform,
            account: self.account.clone(),
            id: self.record.id.clone(),
            created: !self.outcome.was_there(),
            left: Left::from(&self.record),
            changes,
            credential: self.credential.clone(),
            credential_stays: false,
            routing: self.routing_before.clone(),
        }
    }

    /// What else may take the number's calls, by lookups before and after the import.
    pub(super) fn conflicts_finding(&self, mut with: Vec<String>) -> Option<Finding> {
        if self.unconfirmed_fields.contains(&Field::Agent) {
            with.extend(self.record.handler.clone());
        }
        with.sort();
        with.dedup();
        (!with.is_empty()).then_some(Finding::Conflicts { with })
    }

    /// What this import has changed of a record that was there, and what an interrupted one may have.
    fn changes(&self) -> Vec<Change> {
        let own = self.before.as_ref().map(|before| Change::between(before, &self.record)).unwrap_or_default();
        let mut all = Change::after(&self.earlier_changes, own);
        // Somebody else has changed the others since.
        all.retain(|change| change.is_open(&self.record) || change.is_done(&self.record));
        all
    }

    pub(super) const fn new(record: NumberRecord, outcome: Outcome, number: E164, account: AccountId) -> Self {
        Self {
            number,
            account,
            earlier_changes: Vec::new(),
            credential: None,
            record,
            outcome,
            before: None,
            unsupported_fields: Vec::new(),
            unconfirmed_fields: Vec::new(),
            findings: Vec::new(),
            reached: Reached::Unknown,
            routing_before: None,
        }
    }
}
