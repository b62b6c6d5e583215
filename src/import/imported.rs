use std::fmt;

use super::change::{Change, Field};
use super::undo::{Left, Undo};
use crate::E164;
use crate::model::{AccountId, CredentialId, Finding, NumberRecord, Reached, Routing, codes};

/// A number that is imported, and how it came to be. `Display` says it in a line, with what is to be known of it:
/// `+14155552671 on vapi: created, id 6f0c…; warning: it was answered by butter before`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The record as it is now.
    pub record: NumberRecord,
    /// How it came to be.
    pub outcome: Outcome,
    /// The record as it was found, when it was there already and this import changed it.
    pub before: Option<NumberRecord>,
    /// The fields that the request names and the record does not have so, since the platform cannot change them
    /// later.
    pub unsupported_fields: Vec<Field>,
    /// The fields that were sent, and that the platform's record does not show so afterwards: the platform may have
    /// ignored them.
    pub unconfirmed_fields: Vec<Field>,
    /// What the provider said before and after the import; nothing that kept it from being made.
    pub findings: Vec<Finding>,
    /// Whether the number's calls reach the platform now. If they do not, a finding says why, and what to do.
    pub reached: Reached,
    /// Where the provider sent the number's calls before this import made the record, or gave it the agent with which
    /// the platform takes its calls, for [`Importer::restore`](crate::Importer::restore). `None` when it was there
    /// already, or the provider was not asked, or keeps no routing.
    pub routing_before: Option<Routing>,
    number: E164,
    account: AccountId,
    /// The platform's credential, if this import may have made it.
    pub(super) credential: Option<CredentialId>,
}

codes! {
    /// How a record came to be.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Outcome {
        /// This import made it.
        Created => "created",
        /// It was there before, and this import changed it; [`Imported::before`] shows how it was.
        Updated => "updated",
        /// It was there before, as the request names it or as far as the platform can change it. Its credentials stay as they are. If it visibly uses another source than the importer's,
        /// [`Finding::OtherSource`] says so; [`Importer::renew`](crate::Importer::renew) brings it to this one.
        AlreadyThere => "already_there",
        /// The answer to this import was lost, or an earlier one in this process was given up under way, and the
        /// record was found afterwards.
        Recovered => "recovered",
    }
}

impl Outcome {
    /// Returns whether the record was there before this import, which is not the one that created it.
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
            write!(f, "; its {field} cannot be changed there")?;
        }
        for field in unconfirmed_fields {
            write!(f, "; warning: its {field} is not as it was asked to be")?;
        }
        for finding in findings {
            match finding {
                Finding::AnsweredBy { platform } => write!(f, "; warning: it was answered by {platform} before")?,
                _ => write!(f, "; {}: it {finding}", finding.severity())?,
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

    /// Returns what [`Importer::undo`](crate::Importer::undo) needs to undo this import. A record that was recovered
    /// counts as created by it.
    #[must_use]
    pub fn undo(&self) -> Undo {
        let before = self.before.as_ref().filter(|_| self.outcome.was_there());
        Undo {
            number: self.number,
            platform: self.record.platform,
            account: self.account.clone(),
            id: self.record.id.clone(),
            created: !self.outcome.was_there(),
            left: Left::from(&self.record),
            changes: before.map(|before| Change::between(before, &self.record)).unwrap_or_default(),
            credential: self.credential.clone(),
            routing: self.routing_before.clone(),
        }
    }

    pub(super) const fn new(record: NumberRecord, outcome: Outcome, number: E164, account: AccountId) -> Self {
        Self {
            number,
            account,
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
