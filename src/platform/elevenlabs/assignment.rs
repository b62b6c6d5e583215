//! Updates of a number's agent. An agent answers with an environment and a branch, which only an update can set, and which
//! ElevenLabs may reset when the agent changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::client::ElevenLabs;
use super::platform::mismatched;
use super::wire::{AssignedAgent, PhoneNumber, UpdateNumber};
use crate::error::{Delivery, Mismatch, Result};
use crate::model::NumberUpdate;
use crate::platform::answer::text;
use crate::wire::Patch;

/// For how many numbers assignments are remembered.
const MAX: usize = 10_000;

/// The agents, with their environments and branches, that a client and its clones have seen numbers with, by the number's
/// id; the last one of a number is the present one. A number that never had an environment or a branch is not in it.
///
/// The importer reads a record before it updates it, so that this costs no request.
#[derive(Clone, Debug, Default)]
pub(super) struct Assignments(Arc<Mutex<HashMap<String, Vec<AssignedAgent>>>>);

impl Assignments {
    /// Remembers what a response shows.
    pub(super) fn see(&self, number: &PhoneNumber) {
        let agent = number.assigned_agent.clone().unwrap_or_default();
        let is_told = text(&agent.environment).is_some() || text(&agent.branch_id).is_some();
        let mut all = self.lock();
        let is_full = all.len() >= MAX;
        match all.get_mut(&number.phone_number_id) {
            Some(seen) => {
                seen.retain(|known| known.agent_id != agent.agent_id);
                seen.push(agent);
            }
            None if is_told && !is_full => drop(all.insert(number.phone_number_id.clone(), vec![agent])),
            None => {}
        }
    }

    /// The environment and the branch to send with an agent: those that the number had with it, or else the number's
    /// present environment. None of them if the number has the agent now.
    fn with(&self, id: &str, agent: &str) -> (Option<String>, Option<String>) {
        let all = self.lock();
        let Some(seen) = all.get(id) else { return (None, None) };
        let now = seen.last();
        if now.and_then(|now| now.agent_id.as_deref()) == Some(agent) {
            return (None, None);
        }
        let owned = |text: Option<&str>| text.map(str::to_owned);
        match seen.iter().find(|known| known.agent_id.as_deref() == Some(agent)) {
            Some(before) => (owned(text(&before.environment)), owned(text(&before.branch_id))),
            None => (owned(now.and_then(|now| text(&now.environment))), None),
        }
    }

    /// Forgets an agent of a number.
    fn forget(&self, id: &str, agent: &str) {
        if let Some(seen) = self.lock().get_mut(id) {
            seen.retain(|known| known.agent_id.as_deref() != Some(agent));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<AssignedAgent>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ElevenLabs {
    /// Sets the environment and the branch of an earlier record of a number on its new one, which has the same agent.
    pub(super) async fn restore_assignment(&self, id: &str, before: Option<&AssignedAgent>) -> Result<PhoneNumber> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let environment = owned(before.and_then(|before| text(&before.environment)));
        let branch = owned(before.and_then(|before| text(&before.branch_id)));
        if environment.is_none() && branch.is_none() {
            return self.get_number(id).await;
        }
        let update = UpdateNumber::new()
            .environment(environment.map_or(Patch::Keep, Patch::Set))
            .branch_id(branch.map_or(Patch::Keep, Patch::Set));
        self.update_number(id, &update).await
    }

    /// Changes a number. A change of the agent keeps the environment. It restores the environment and the branch that the
    /// number had with this agent before.
    pub(super) async fn change(&self, id: &str, update: &NumberUpdate) -> Result<PhoneNumber> {
        let agent = update.agent_patch().clone().map(|agent| agent.as_str().to_owned());
        let mut wire = UpdateNumber::new().label(update.label_patch().clone()).agent_id(agent.clone());
        match &agent {
            Patch::Keep => self.update_number(id, &wire).await,
            Patch::Set(agent) => {
                let (environment, branch) = self.assignments.with(id, agent);
                let has_branch = branch.is_some();
                wire = wire.environment(environment.map_or(Patch::Keep, Patch::Set));
                wire = wire.branch_id(branch.map_or(Patch::Keep, Patch::Set));
                let updated = self.update_number(id, &wire).await;
                // The branch may be gone: another attempt does without.
                if has_branch && updated.as_ref().is_err_and(crate::Error::surely_not_done) {
                    self.assignments.forget(id, agent);
                }
                updated
            }
            Patch::Clear => {
                self.update_number(id, &wire).await?;
                // Whether null unassigns the agent is not documented.
                let read = self.get_number(id).await?;
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
}
