//! Updates of a number's agent. An agent answers with an environment and a branch, which only an update can set, and which
//! ElevenLabs may reset when the agent changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::client::ElevenLabs;
use super::platform::mismatched;
use super::wire::{AssignedAgent, PhoneNumber, UpdateNumber};
use crate::error::{Delivery, Mismatch, Result};
use crate::model::NumberUpdate;
use crate::platform::answer::text;
use crate::wire::Patch;

/// How many assignments are remembered.
const MAX: usize = 10_000;

/// The assignments that updates of a client and its clones have replaced, oldest first. Assigning the earlier agent again,
/// as an undo does, restores its environment and branch.
#[derive(Clone, Debug, Default)]
pub(super) struct Replaced(Arc<Mutex<Vec<(String, AssignedAgent)>>>);

impl Replaced {
    fn put(&self, id: &str, agent: AssignedAgent) {
        let mut all = self.lock();
        all.retain(|(of, known)| !(of == id && known.agent_id == agent.agent_id));
        if all.len() == MAX {
            all.remove(0);
        }
        all.push((id.to_owned(), agent));
    }

    fn get(&self, id: &str, agent: &str) -> Option<AssignedAgent> {
        let of = |(of, known): &&(String, AssignedAgent)| of == id && known.agent_id.as_deref() == Some(agent);
        self.lock().iter().find(of).map(|(_, agent)| agent.clone())
    }

    fn forget(&self, id: &str, agent: &str) {
        self.lock().retain(|(of, known)| !(of == id && known.agent_id.as_deref() == Some(agent)));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, AssignedAgent)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ElevenLabs {
    /// Changes a number. A change of the agent keeps the environment. It restores the environment and the branch that the
    /// agent had before this client replaced it.
    pub(super) async fn change(&self, id: &str, update: &NumberUpdate) -> Result<PhoneNumber> {
        let agent = update.agent_patch().clone().map(|agent| agent.as_str().to_owned());
        let mut wire = UpdateNumber::new().label(update.label_patch().clone()).agent_id(agent.clone());
        if agent == Patch::Keep {
            return self.update_number(id, &wire).await;
        }
        let now = self.get_number(id).await?.assigned_agent.filter(|now| text(&now.agent_id).is_some());
        let wanted = agent.set().map(String::as_str);
        let is_other = now.as_ref().and_then(|now| now.agent_id.as_deref()) != wanted;
        let before = wanted.filter(|_| is_other).and_then(|agent| self.replaced.get(id, agent));
        if let (true, Some(wanted)) = (is_other, wanted) {
            let kept = now.as_ref().and_then(|now| text(&now.environment));
            let environment = before.as_ref().map_or(kept, |before| text(&before.environment));
            if let Some(environment) = environment {
                wire = wire.environment(environment.to_owned());
            }
            if let Some(branch) = before.as_ref().and_then(|before| text(&before.branch_id)) {
                wire = wire.branch_id(branch.to_owned());
            }
            tracing::debug!(agent = wanted, "the agent changes");
        }
        if let Some(now) = now.filter(|_| is_other) {
            self.replaced.put(id, now);
        }
        let updated = self.update_number(id, &wire).await;
        if let (Some(wanted), Err(error)) = (wanted, &updated) {
            // The branch may be gone: another attempt does without.
            if error.surely_not_done() && before.is_some() {
                self.replaced.forget(id, wanted);
            }
        }
        let updated = updated?;
        if wanted.is_some() {
            return Ok(updated);
        }
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
