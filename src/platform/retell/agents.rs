//! The agents of a number that the platform-independent API does not know: several by weight, or one of a version.

use serde_json::Map;

use super::client::{KIND, Retell};
use super::wire::{AgentWeight, PhoneNumber, UpdateNumber, Weight};
use crate::error::{CallError, CallFault, Delivery, Mismatch, Result};
use crate::model::{AgentId, NumberId, Settings};
use crate::platform::answer::text;

const AGENTS: &str = "inbound_agents";

/// The agents of a number, unless they are one that an update by its id alone sets again.
pub(super) fn settings(number: &PhoneNumber) -> Settings {
    let agents = number.inbound_agents.as_deref().unwrap_or_default();
    let is_plain = match agents {
        [] => true,
        // Fields that this version does not know may be in one response and not in the next.
        [only] => only.agent_version.is_none(),
        _ => false,
    };
    let agents = serde_json::to_value(agents).ok().filter(|_| !is_plain);
    Settings { agent: agents.map(|agents| (AGENTS.to_owned(), agents)).into_iter().collect(), number: Map::new() }
}

fn kept(settings: &Settings) -> Option<Vec<AgentWeight>> {
    settings.agent.get(AGENTS).and_then(|agents| serde_json::from_value(agents.clone()).ok())
}

/// The list of one agent, with the version that it had.
pub(super) fn named(agent: &AgentId, settings: Option<&Settings>) -> Vec<AgentWeight> {
    let is_it = |agents: &Vec<AgentWeight>| agents.len() == 1 && text(&agents[0].agent_id) == Some(agent.as_str());
    let kept = settings.and_then(kept).filter(is_it);
    kept.unwrap_or_else(|| vec![AgentWeight::new(agent.as_str(), Weight::all())])
}

impl Retell {
    /// Gives a number the agents that it had. A response that shows others is an error.
    pub(super) async fn restore_agents(&self, id: &NumberId, before: &Settings) -> Result<PhoneNumber> {
        let number = self.get_number(id.as_str()).await?;
        let Some(agents) = kept(before).filter(|_| settings(&number).agent != before.agent) else { return Ok(number) };
        let updated = self.update_or_missing(id, &UpdateNumber::new().inbound_agents(agents)).await?;
        if settings(&updated).agent == before.agent {
            return Ok(updated);
        }
        let fault = CallFault::Mismatch(Mismatch::new("the former `inbound_agents`", Some("others")));
        Err(Box::new(CallError::new(KIND.into(), "update number", Delivery::Unknown, fault)).into())
    }
}
