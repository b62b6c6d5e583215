//! Numbers as code: what a platform is to have ([`Desired`]), what that takes ([`Plan`]), and doing it
//! ([`Importer::apply`]).
//!
//! There is no state file. The platform is the state: what is done is [`Unchanged`](PlanStep::Unchanged) in the next
//! plan, so an [`apply`](Importer::apply) may be stopped anywhere and begun again by a new plan.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use futures_util::StreamExt;
//! use numport::import::Desired;
//! use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! let vars = |name: &str| sandbox.var(name);
//! let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
//!
//! let desired = Desired::from_iter([
//!     ImportRequest::new("+14155552671".parse()?).label("Front desk"),
//!     ImportRequest::new("+12025550143".parse()?),
//! ]);
//! let plan = importer.plan(&desired).await?;
//! assert_eq!(
//!     plan.to_string(),
//!     "+ +14155552671 import, label \"Front desk\", calls go to https://demo.twilio.com/… now\n\
//!      ! +12025550143 it is not held by the provider\n\
//!      vapi from twilio: 1 to import, 0 to update, 0 to remove, 1 blocked, 0 unchanged, 0 not desired"
//! );
//!
//! // It can be kept, reviewed, and applied later.
//! let plan = serde_json::from_str(&serde_json::to_string(&plan)?)?;
//! let mut steps = importer.apply(plan)?;
//! while let Some(done) = steps.next().await {
//!     println!("{} {}", done.outcome.as_str(), done.step.number()); // created …, blocked …
//! }
//! assert!(!importer.plan(&desired).await?.does_something());
//! # Ok(())
//! # }
//! ```

mod apply;
mod desired;
mod display;
mod make;
mod remove;

use serde::{Deserialize, Serialize};

pub use self::apply::{Applied, AppliedStep, Difference};
pub use self::desired::Desired;
#[cfg(doc)]
use super::Importer;
use super::change::{Change, Field};
use crate::E164;
use crate::model::{
    AgentId, Finding, ImportRequest, NumberId, PlatformKind, Problem, ProviderKind, RecordNumber, Removal, Timestamp,
};

/// What it takes to bring a platform to what is desired, made by [`Importer::plan`] and done by
/// [`Importer::apply`]. It holds no credential.
///
/// `Display` shows a line for each step that does or would do something, and a summary: `+` imports, `~` updates,
/// `-` removes, `!` is blocked, `?` is not desired and stays. serde reads and writes it whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The form that it is written in.
    version: Version,
    /// The platform's name; the plan is applied to no other.
    pub platform: PlatformKind,
    /// The provider's name, likewise.
    pub provider: ProviderKind,
    /// When it was made.
    pub made_at: Timestamp,
    /// The desired numbers in their order, then what else the platform has.
    pub steps: Vec<PlanStep>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanStep {
    /// The platform does not have the number; it is imported.
    Import {
        /// The number, and what it is to be.
        request: ImportRequest,
        /// Where its calls go now, as [`Calls`](crate::model::Calls) displays it, where the provider tells. When
        /// that has changed the step is not done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        calls: Option<String>,
        /// Warnings and notes of the provider.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// The platform has the number otherwise than desired; its record is changed.
    Update {
        /// The number.
        number: E164,
        /// The record's id.
        id: NumberId,
        /// What is changed. When one of these fields is no longer as it was, the step is not done.
        changes: Vec<Change>,
        /// The fields that are desired and cannot be changed there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unsupported_fields: Vec<Field>,
    },
    /// The platform has the number as desired.
    Unchanged {
        /// The number.
        number: E164,
        /// The record's id.
        id: NumberId,
        /// The fields that are desired and cannot be changed there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unsupported_fields: Vec<Field>,
    },
    /// It cannot be done.
    Blocked {
        /// The number, and what it was to be.
        request: ImportRequest,
        /// What the platform would refuse.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        problems: Vec<Problem>,
        /// What the provider says against it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// The platform has a record that is not desired, or a second one of a number that is. It stays, unless
    /// [`Plan::remove_extra`] says otherwise.
    Extra {
        /// Its number.
        number: RecordNumber,
        /// Its id.
        id: NumberId,
        /// Its label.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// Its agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// Whether the number is desired, and has another record that stays.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        second: bool,
        /// Whether it is removed, and with what consent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remove: Option<Removal>,
    },
}

/// The form that plans are written in: 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        let fault = || format!("the plan's version is {version}, and this numport reads 1; make the plan anew");
        (version == 1).then_some(Self).ok_or_else(fault)
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        1
    }
}

impl Plan {
    /// The same, which also removes what is not desired. A record whose number's calls still go to the platform is not
    /// removed ([`Finding::StillAnswered`]), unless it is a second one: point them elsewhere first, by an import into
    /// another platform, by [`Importer::restore`], or at the carrier
    /// ([`Twilio::update_number`](crate::Twilio::update_number)). `consent` must allow what the platform's removal does
    /// ([`Capabilities::removal`](crate::platform::Capabilities::removal)), or the plan is not applied.
    #[must_use]
    pub fn remove_extra(self, consent: Removal) -> Self {
        self.remove_extra_if(consent, |_| true)
    }

    /// The same, which also removes what is not desired and this picks.
    #[must_use]
    pub fn remove_extra_if(mut self, consent: Removal, mut pick: impl FnMut(&PlanStep) -> bool) -> Self {
        let extra = self.steps.iter_mut().filter(|step| matches!(step, PlanStep::Extra { .. }));
        for step in extra {
            let picked = pick(step);
            if let (PlanStep::Extra { remove, .. }, true) = (step, picked) {
                *remove = Some(consent);
            }
        }
        self
    }

    /// The same in parts of so many steps (at least 1), in their order, to be applied by several workers: as jobs
    /// of a queue that begins a job again when its worker died.
    ///
    /// Each part is applied on its own. Where a platform finds a number by listing them all
    /// ([`Find::ThroughList`](crate::platform::Find::ThroughList)), each part lists them, so make parts larger there.
    pub fn split(mut self, steps: usize) -> impl Iterator<Item = Self> {
        let mut rest = std::mem::take(&mut self.steps).into_iter();
        std::iter::from_fn(move || {
            let steps: Vec<_> = rest.by_ref().take(steps.max(1)).collect();
            (!steps.is_empty()).then(|| Self { steps, ..self.clone() })
        })
    }

    /// Whether applying it changes anything. What is blocked stays so.
    #[must_use]
    pub fn does_something(&self) -> bool {
        self.steps.iter().any(PlanStep::does_something)
    }
}

impl PlanStep {
    /// The number that it is about.
    #[must_use]
    pub fn number(&self) -> RecordNumber {
        match self {
            Self::Import { request, .. } | Self::Blocked { request, .. } => RecordNumber::E164(*request.number()),
            Self::Update { number, .. } | Self::Unchanged { number, .. } => RecordNumber::E164(*number),
            Self::Extra { number, .. } => number.clone(),
        }
    }

    /// Whether a record is removed, and with what consent.
    pub(super) const fn removal(&self) -> Option<Removal> {
        match self {
            Self::Extra { remove, .. } => *remove,
            _ => None,
        }
    }

    /// Whether applying it changes anything.
    #[must_use]
    pub const fn does_something(&self) -> bool {
        matches!(self, Self::Import { .. } | Self::Update { .. } | Self::Extra { remove: Some(_), .. })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn plan(steps: usize) -> Plan {
        let step = |n: usize| PlanStep::Unchanged {
            number: format!("+1415{}", 2_000_000 + n).parse().unwrap(),
            id: NumberId::new(n.to_string()),
            unsupported_fields: Vec::new(),
        };
        Plan {
            version: Version,
            platform: PlatformKind::VAPI,
            provider: ProviderKind::TWILIO,
            made_at: Timestamp::now(),
            steps: (0..steps).map(step).collect(),
        }
    }

    #[test]
    fn the_parts_of_a_plan_are_the_plan() {
        let whole = plan(7);
        for (steps, expected) in [(0, vec![1; 7]), (1, vec![1; 7]), (3, vec![3, 3, 1]), (7, vec![7]), (8, vec![7])] {
            let parts: Vec<Plan> = whole.clone().split(steps).collect();
            assert_eq!(parts.iter().map(|part| part.steps.len()).collect::<Vec<_>>(), expected);
            let joined: Vec<PlanStep> = parts.iter().flat_map(|part| part.steps.clone()).collect();
            assert_eq!(joined, whole.steps);
            for part in parts {
                assert_eq!(Plan { steps: joined.clone(), ..part }, whole);
            }
        }
        assert_eq!(plan(0).split(1).count(), 0);
    }
}
