use serde::{Deserialize, Serialize};

use super::AgentId;
use crate::wire::Patch;

/// What an update changes of a record. What is not said stays as it is.
///
/// ```
/// use numport::{NumberUpdate, Patch};
///
/// let update = NumberUpdate::new().agent("a1b2").clear_label();
/// assert_eq!(*update.label_patch(), Patch::Clear);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct NumberUpdate {
    label: Patch<String>,
    agent: Patch<AgentId>,
    inbound: Option<bool>,
    outbound: Option<bool>,
}

impl NumberUpdate {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the label.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Patch::Set(label.into());
        self
    }

    /// Removes the label.
    pub fn clear_label(mut self) -> Self {
        self.label = Patch::Clear;
        self
    }

    /// Lets this agent answer the number's calls.
    pub fn agent(mut self, agent: impl Into<AgentId>) -> Self {
        self.agent = Patch::Set(agent.into());
        self
    }

    /// Lets no agent answer.
    pub fn clear_agent(mut self) -> Self {
        self.agent = Patch::Clear;
        self
    }

    /// Whether the number takes calls.
    pub const fn inbound(mut self, enabled: bool) -> Self {
        self.inbound = Some(enabled);
        self
    }

    /// Whether the number may make calls.
    pub const fn outbound(mut self, enabled: bool) -> Self {
        self.outbound = Some(enabled);
        self
    }

    /// What happens to the label.
    #[must_use]
    pub const fn label_patch(&self) -> &Patch<String> {
        &self.label
    }

    /// What happens to the agent.
    #[must_use]
    pub const fn agent_patch(&self) -> &Patch<AgentId> {
        &self.agent
    }

    /// Whether inbound calls are switched, and which way.
    #[must_use]
    pub const fn inbound_enabled(&self) -> Option<bool> {
        self.inbound
    }

    /// Whether outbound calls are switched, and which way.
    #[must_use]
    pub const fn outbound_enabled(&self) -> Option<bool> {
        self.outbound
    }

    /// Whether nothing changes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.label.is_keep() && self.agent.is_keep() && self.inbound.is_none() && self.outbound.is_none()
    }
}

/// What the caller of a removal agrees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Removal {
    /// The platform forgets the number; the carrier keeps it. Refused where the platform's delete
    /// gives the number itself away.
    Record,
    /// As [`Record`](Self::Record), and where the platform's delete gives the number away, that too.
    /// It cannot be undone.
    RecordAndNumber,
}
