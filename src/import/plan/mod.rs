//! Numbers as code: the numbers that a platform should have ([`Desired`]), the steps that make it match ([`Plan`]), and
//! applying them ([`Importer::apply`]).
//!
//! There is no state file, because the platform itself is the state. A finished step is
//! [`Unchanged`](PlanStep::Unchanged) in the next plan, so you may stop [`apply`](Importer::apply) at any time and
//! continue with a new plan.
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
//!     "+ +14155552671 import, label \"Front desk\", calls now go to https://demo.twilio.com/…\n\
//!      ! +12025550143 the carrier does not hold the number\n\
//!      vapi from twilio: 1 to import, 0 to update, 0 to remove, 1 blocked, 0 unchanged, 0 kept; \
//!      about 4 requests"
//! );
//!
//! // It can be kept, reviewed, and applied later.
//! let plan = serde_json::from_str(&serde_json::to_string(&plan)?)?;
//! let mut steps = importer.apply(plan)?;
//! while let Some(done) = steps.next().await {
//!     println!("{} {}", done.outcome.code(), done.step.number()); // created …, blocked …
//! }
//! assert!(!importer.plan(&desired).await?.does_something());
//! # Ok(())
//! # }
//! ```

mod applied;
mod apply;
mod calls;
mod check;
mod desired;
mod display;
mod extra;
mod import_step;
mod make;
mod remove;
mod requests;
mod summary;
mod undo;
mod written;

use serde::{Deserialize, Serialize};

pub use self::applied::{Applied, AppliedStep, Changed, Difference};
pub use self::calls::PlannedCalls;
use self::calls::Seal;
pub use self::desired::Desired;
pub use self::extra::{Extra, Holder, PlannedRemoval, Reroute};
use self::requests::Costs;
pub use self::summary::{PlanSummary, StepReport};
pub use self::undo::PlannedUndos;
#[cfg(doc)]
use super::Importer;
use super::change::{Change, Field};
use crate::E164;
use crate::model::{
    AccountId, CallbackUrl, Finding, ImportRequest, NumberId, PlatformKind, Problem, ProviderKind, Reached,
    RecordNumber, Timestamp,
};
use crate::platform::OnRemoval;

/// The steps that make a platform match the desired numbers. [`Importer::plan`] makes a plan and [`Importer::apply`]
/// applies it. A plan holds no credential of an account. Treat it as confidential anyway: the addresses to which calls
/// will go may hold secrets, and anyone who has the plan can try to guess the settings of a carrier from their digests.
///
/// `Display` shows a line for each step that changes something or has a finding, and the [summary](Self::summary). The
/// first character of a line is the action: `+` imports, `~` updates, `>` points calls or renews credentials, `-`
/// removes, `x` releases a number for good, `!` is blocked, `?` is not desired and kept, `=` is unchanged. serde reads
/// and writes the whole plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The version of the JSON format.
    version: Version,
    /// The platform. The plan can be applied to no other platform.
    pub platform: PlatformKind,
    /// The account at the platform. The plan can be applied to no other account.
    pub account: AccountId,
    /// The kind of provider. The plan can be applied with no other provider.
    pub provider: ProviderKind,
    /// The accounts at the carriers. The plan can be applied with no other accounts.
    pub carriers: Vec<AccountId>,
    /// When the plan was made.
    pub made_at: Timestamp,
    /// The carriers whose lookups failed, and why, with what to do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<String>,
    /// What the platform does when a record is removed.
    on_removal: OnRemoval,
    /// Where the platform answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<CallbackUrl>,
    /// The numbers with several records of which the one that stays shows an agent, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answered: Vec<E164>,
    seal: Seal,
    #[serde(default)]
    costs: Costs,
    /// The steps: first the desired numbers in their order, then the other records of the platform.
    pub steps: Vec<PlanStep>,
}

/// One step of a plan.
///
/// ```
/// # fn show(plan: &numport::Plan) {
/// use numport::import::plan::PlanStep;
///
/// for step in &plan.steps {
///     match step {
///         PlanStep::Update { number, changes, .. } => println!("{}: {} changes", number.masked(), changes.len()),
///         PlanStep::Blocked { problems, .. } => println!("blocked: {problems:?}"),
///         other => println!("{other}"),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanStep {
    /// The platform does not have the number. The step imports it.
    Import {
        /// The number, and the fields to set.
        request: ImportRequest,
        /// Where the number's calls go now. If a setting of the carrier has changed, the step is skipped.
        #[serde(default)]
        calls: PlannedCalls,
        /// Warnings and notes about the number at the carrier.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// The platform has the number, and its record differs from the desired one. The step changes the record.
    Update {
        /// The number.
        number: E164,
        /// The record's id.
        id: NumberId,
        /// The changes. If one of these fields has changed since the plan was made, the step is skipped.
        changes: Vec<Change>,
        /// The desired fields that the platform cannot change.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unsupported_fields: Vec<Field>,
        /// Where the number's calls go now.
        #[serde(default)]
        calls: PlannedCalls,
        /// Problems at the carrier.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
        /// Whether the step renews the record's credentials.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        renew: bool,
    },
    /// The platform has the number as desired.
    Unchanged {
        /// The number.
        number: E164,
        /// The record's id.
        id: NumberId,
        /// The desired fields that the platform cannot change.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unsupported_fields: Vec<Field>,
        /// Where the number's calls go now.
        #[serde(default)]
        calls: PlannedCalls,
        /// Problems at the carrier.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
        /// Whether the step renews the record's credentials.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        renew: bool,
    },
    /// The number cannot be imported or updated.
    Blocked {
        /// The number, and the fields that were desired.
        request: ImportRequest,
        /// The problems for which the platform would refuse the request.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        problems: Vec<Problem>,
        /// The carrier's findings against the step.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// The platform has a record that is not desired, or a second record of a desired number.
    Extra(Extra),
}

/// The form that plans are written in: 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        let fault =
            || format!("the plan has version {version}, but this version of numport reads version 1; make a new plan");
        (version == 1).then_some(Self).ok_or_else(fault)
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        1
    }
}

impl Plan {
    /// Also points the calls of all desired numbers at the platform if they do not reach it, including numbers that the
    /// plan imports. A step stays unchanged if a trunk or an application at the carrier gets the calls; its finding says
    /// so, and the page `guide::moving` shows how to take the number off it.
    /// An import that triggers a takeover by the platform also stays unchanged. If the platform's address is unknown
    /// ([`Importer::inbound_address`]), or the carrier cannot send calls to it ([`Finding::CannotPoint`]), a finding says
    /// so and the routing stays unchanged.
    #[must_use]
    pub fn point_calls(mut self) -> Self {
        for step in &mut self.steps {
            let (calls, findings) = match step {
                PlanStep::Import { calls, findings, .. }
                | PlanStep::Update { calls, findings, .. }
                | PlanStep::Unchanged { calls, findings, .. } => (calls, findings),
                PlanStep::Blocked { .. } | PlanStep::Extra(_) => continue,
            };
            if calls.taken_over || calls.reached == Reached::Platform || findings.iter().any(Finding::beats_takeover) {
                continue;
            }
            let cannot = match (&calls.to, &self.address, &calls.cannot_point) {
                (None, ..) => Finding::RoutingUnknown,
                (_, None, _) => Finding::NoAddress,
                (_, _, Some(reason)) => Finding::CannotPoint { reason: reason.clone() },
                (Some(_), Some(address), None) => {
                    calls.point_to = Some(address.clone());
                    findings.retain(|finding| !matches!(finding, Finding::CallsStay { .. }));
                    continue;
                }
            };
            if !findings.contains(&cannot) {
                findings.push(cannot);
            }
        }
        self
    }

    /// Also renews credentials, for those desired numbers that the platform has and that `pick` selects. It renews them
    /// from the sources of their carriers, as [`Importer::renew`] does. Use it after a token or a password was renewed,
    /// or if
    /// [`Finding::OtherSource`] shows another account. If several numbers share a stored credential, it is sent once
    /// and changes for all of them. If a renewal surely fails, because the platform documents no way or no carrier is known
    /// to hold the number, a finding says so ([`Finding::CannotRenew`]) and the step does not renew it.
    #[must_use]
    pub fn renew_credentials_if(mut self, mut pick: impl FnMut(&PlanStep) -> bool) -> Self {
        for step in &mut self.steps {
            let picked = pick(step);
            let (PlanStep::Update { renew, calls, findings, .. } | PlanStep::Unchanged { renew, calls, findings, .. }) =
                step
            else {
                continue;
            };
            findings.retain(|finding| !matches!(finding, Finding::CannotRenew { .. }));
            *renew = picked && calls.cannot_renew.is_none();
            let cannot = calls.cannot_renew.clone().filter(|_| picked);
            findings.extend(cannot.map(|reason| Finding::CannotRenew { reason }));
        }
        self
    }

    /// Splits the plan into plans of at most `steps` steps each (at least 1), in order, so that several workers can
    /// apply them: for example as jobs of a queue that starts a job again after its worker died.
    ///
    /// Each part is applied on its own. If a platform can look up a number only through its list
    /// ([`Find::ThroughList`](crate::platform::Find::ThroughList)), each part reads that list, so make parts larger
    /// there.
    pub fn split(mut self, steps: usize) -> impl Iterator<Item = Self> {
        let mut rest = std::mem::take(&mut self.steps).into_iter();
        std::iter::from_fn(move || {
            let steps: Vec<_> = rest.by_ref().take(steps.max(1)).collect();
            (!steps.is_empty()).then(|| Self { steps, ..self.clone() })
        })
    }

    /// Returns whether applying the plan changes anything. Blocked steps change nothing.
    #[must_use]
    pub fn does_something(&self) -> bool {
        self.steps.iter().any(PlanStep::does_something)
    }
}

impl PlanStep {
    /// Returns the number of the step.
    #[must_use]
    pub fn number(&self) -> RecordNumber {
        match self {
            Self::Import { request, .. } | Self::Blocked { request, .. } => RecordNumber::E164(*request.number()),
            Self::Update { number, .. } | Self::Unchanged { number, .. } => RecordNumber::E164(*number),
            Self::Extra(extra) => extra.number.clone(),
        }
    }

    /// Returns whether applying the step changes anything.
    #[must_use]
    pub const fn does_something(&self) -> bool {
        match self {
            Self::Import { .. } | Self::Update { .. } => true,
            Self::Unchanged { calls, renew, .. } => calls.point_to.is_some() || *renew,
            Self::Extra(extra) => extra.remove.is_some(),
            Self::Blocked { .. } => false,
        }
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
            calls: PlannedCalls::default(),
            findings: Vec::new(),
            renew: false,
        };
        Plan {
            version: Version,
            platform: PlatformKind::VAPI,
            account: AccountId::new("account"),
            provider: ProviderKind::TWILIO,
            carriers: Vec::new(),
            not_asked: Vec::new(),
            on_removal: OnRemoval::Forgets,
            address: None,
            answered: Vec::new(),
            seal: Seal::new(),
            costs: Costs::default(),
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
