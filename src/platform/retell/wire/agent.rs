use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::model::{ProblemCode, Problems};
use crate::wire::wire_object;

/// How far the sum of the weights may be from 1, as decimal fractions are not exact.
const SUM_TOLERANCE: f64 = 1e-6;

wire_object! {
    snake_case;

    /// An agent of a number, and its share of the calls. Retell draws one agent for each call. The weights of a list add
    /// up to 1.
    pub struct AgentWeight {
        required {
            /// The agent's id.
            agent_id: String,
            /// Its share, above 0 and at most 1.
            weight: Weight,
        }
        optional {
            /// Its version. Without one, calls use the latest.
            agent_version: AgentVersion,
        }
    }
}

/// The share of the calls that an agent gets. It converts from `f64`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weight(Number);

impl Weight {
    /// All calls.
    #[must_use]
    pub fn all() -> Self {
        Self(1.into())
    }

    /// Returns the share as a number; 0 if it is none.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.as_f64().unwrap_or_default()
    }
}

/// 1 is written without a fraction. What JSON cannot write becomes 0, which the check of a request refuses.
impl From<f64> for Weight {
    fn from(share: f64) -> Self {
        let whole = if share.to_bits() == 1.0_f64.to_bits() { Some(Number::from(1)) } else { None };
        Self(whole.or_else(|| Number::from_f64(share)).unwrap_or_else(|| 0.into()))
    }
}

/// The version of an agent: a number, a tag such as `prod`, `latest`, or `latest_published`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AgentVersion {
    /// A version by its number.
    Number(Number),
    /// A tag. Retell uses the latest version for a tag that no version has.
    Tag(String),
}

impl From<u32> for AgentVersion {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for AgentVersion {
    fn from(tag: &str) -> Self {
        Self::Tag(tag.to_owned())
    }
}

impl From<String> for AgentVersion {
    fn from(tag: String) -> Self {
        Self::Tag(tag)
    }
}

/// Checks the agents of a request. An empty list unbinds all.
pub(super) fn check(field: &'static str, agents: &[AgentWeight], problems: &mut Problems) {
    let weight = |agent: &AgentWeight| agent.weight.as_ref().map_or(0.0, Weight::as_f64);
    for agent in agents {
        problems.within(field, |problems| {
            if agent.agent_id.as_deref().is_none_or(str::is_empty) {
                problems.add(ProblemCode::Empty, "agent_id", "is empty", "give the agent's id");
            }
            let share = weight(agent);
            if !(share > 0.0 && share <= 1.0) {
                let remedy = "use a weight above 0 and at most 1";
                problems.add(ProblemCode::OutOfRange, "weight", format!("is {share}"), remedy);
            }
        });
    }
    let sum: f64 = agents.iter().map(weight).sum();
    if !agents.is_empty() && (sum - 1.0).abs() > SUM_TOLERANCE {
        let fault = format!("has weights that add up to {sum}");
        problems.add(ProblemCode::OutOfRange, field, fault, "use weights that add up to 1");
    }
}
