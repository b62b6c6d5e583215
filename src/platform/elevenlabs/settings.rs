//! The settings of a number that only ElevenLabs knows, in the form in which an update sends them. An agent answers with an
//! environment and a branch, which only an update can set, and which ElevenLabs may reset when the agent changes.

use serde::Serialize;
use serde_json::{Map, Value};

use super::client::ElevenLabs;
use super::error::of_agent;
use super::platform::mismatched;
use super::trunk;
use super::wire::{AssignedAgent, PhoneNumber, UpdateNumber};
use crate::error::{Delivery, Error, Mismatch, Result};
use crate::model::{AgentId, NumberUpdate, Settings};
use crate::platform::answer::text;
use crate::wire::Patch;

const AGENT: &str = "agent_id";
const ENVIRONMENT: &str = "environment";
const BRANCH: &str = "branch_id";
pub(super) const OUTBOUND: &str = "outbound_trunk_config";

/// The settings that a number shows. The passwords of a trunk are not shown: an update that names the user keeps them.
pub(super) fn settings(number: &PhoneNumber) -> Settings {
    let mut settings = Settings { agent: assignment(number.assigned_agent.as_ref()), number: Map::new() };
    let mut set = |name: &str, value: Option<Value>| {
        settings.number.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("livekit_stack", json(number.livekit_stack.as_ref()));
    set("store_sip_messages", json(number.store_sip_messages.as_ref()));
    set("inbound_trunk_config", json(number.inbound_trunk.as_ref().map(|shown| shown.as_config()).as_ref()));
    let outbound = trunk::shown(number).and_then(|shown| Some(shown.as_config(text(&shown.address)?)));
    set(OUTBOUND, json(outbound.as_ref()));
    settings
}

fn assignment(agent: Option<&AssignedAgent>) -> Map<String, Value> {
    let Some(agent) = agent.filter(|agent| text(&agent.agent_id).is_some()) else { return Map::new() };
    let all = [(AGENT, &agent.agent_id), (ENVIRONMENT, &agent.environment), (BRANCH, &agent.branch_id)];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), text(value)?.into()))).collect()
}

fn json(value: Option<&impl Serialize>) -> Option<Value> {
    serde_json::to_value(value?).ok()
}

/// What an agent gets of these settings: a branch is that of one agent.
fn with_agent(mut settings: Map<String, Value>, agent: &str) -> Map<String, Value> {
    if settings.get(AGENT).and_then(Value::as_str) != Some(agent) {
        settings.remove(BRANCH);
        settings.insert(AGENT.to_owned(), agent.into());
    }
    settings
}

/// Those of the settings that a number shows otherwise. Those of an agent that it no longer has do not count.
fn lost(expected: &Settings, number: &PhoneNumber) -> Map<String, Value> {
    let shown = settings(number);
    let is_of_agent = expected.agent.get(AGENT) == shown.agent.get(AGENT);
    let agent = expected.agent.iter().filter(|(name, value)| is_of_agent && shown.agent.get(*name) != Some(*value));
    let number = expected.number.iter().filter(|(name, value)| shown.number.get(*name) != Some(*value));
    agent.chain(number).map(|(name, value)| (name.clone(), value.clone())).collect()
}

impl ElevenLabs {
    /// Changes a number. A change of the agent keeps the environment; with the settings that the agent had before it also
    /// brings back the branch.
    pub(super) async fn change(&self, id: &str, update: &NumberUpdate) -> Result<PhoneNumber> {
        let agent = update.agent_patch().clone().map(|agent| agent.as_str().to_owned());
        let wire = UpdateNumber::new().label(update.label_patch().clone()).agent_id(agent.clone());
        match &agent {
            Patch::Keep => self.update_number(id, &wire).await,
            Patch::Set(agent) => {
                let before = match update.kept_settings() {
                    Some(named) => named.agent.clone(),
                    None => settings(&self.get_number(id).await?).agent,
                };
                let agent = with_agent(before, agent);
                let of = |name: &str| agent.get(name).and_then(Value::as_str).map(str::to_owned);
                let wire = wire
                    .environment(of(ENVIRONMENT).map_or(Patch::Keep, Patch::Set))
                    .branch_id(of(BRANCH).map_or(Patch::Keep, Patch::Set));
                let updated = self.update_number(id, &wire).await;
                let named = update.agent_patch().set().map(AgentId::as_str);
                let updated = updated.map_err(|error| of_agent(error, named))?;
                // The agent may have reset what was sent with it.
                self.complete(id, updated, &Settings { agent, number: Map::new() }).await.map_err(Error::after_write)
            }
            Patch::Clear => {
                self.update_number(id, &wire).await?;
                // Whether null unassigns the agent is not documented.
                let read = self.get_number(id).await.map_err(Error::after_write)?;
                match read.assigned_agent.as_ref().and_then(|agent| text(&agent.agent_id)) {
                    None => Ok(read),
                    Some(agent) => {
                        let mismatch = Mismatch::new("a number without an agent", Some(agent));
                        Err(mismatched("update number", Delivery::Unknown, mismatch))
                    }
                }
            }
        }
    }

    /// Gives a number settings of its own or of an earlier record of it, and checks that it has them.
    pub(super) async fn restore(&self, id: &str, before: &Settings) -> Result<PhoneNumber> {
        let number = self.get_number(id).await?;
        self.complete(id, number, before).await
    }

    /// Sends the settings that a number does not show.
    pub(super) async fn complete(&self, id: &str, number: PhoneNumber, expected: &Settings) -> Result<PhoneNumber> {
        let missing = lost(expected, &number);
        if missing.is_empty() {
            return Ok(number);
        }
        // What is killed here leaves the number without them, and a later run cannot know them.
        tracing::debug!(id, settings = ?missing.keys().collect::<Vec<_>>(), "settings are sent again");
        let updated = self.patch(id, &missing).await?;
        match lost(expected, &updated).keys().next() {
            None => Ok(updated),
            Some(name) => {
                let mismatch = Mismatch::new(format_args!("the former `{name}`"), Some("another"));
                Err(mismatched("update number", Delivery::Unknown, mismatch))
            }
        }
    }
}
