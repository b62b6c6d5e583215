use serde::{Deserialize, Serialize};

use super::AgentId;
use crate::E164;

/// What an import is to make of a number, in words that every platform shares.
///
/// What is not said is left to the platform, with one exception: a number takes inbound calls unless
/// the request says otherwise. Whether a platform can do what is said stands in its
/// [`Capabilities`](crate::platform::Capabilities); what it cannot is refused before anything is sent.
///
/// ```
/// use numport::ImportRequest;
///
/// let request = ImportRequest::new("+14155552671".parse()?).label("Front desk").agent("a1b2");
/// assert_eq!(request.label_text(), Some("Front desk"));
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
///
/// serde reads and writes it, so that requests can stand in a file; a field that it does not know is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ImportRequest {
    number: E164,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inbound: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbound: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    toll_free: Option<bool>,
}

impl ImportRequest {
    /// Imports this number, and says nothing else about it.
    pub const fn new(number: E164) -> Self {
        Self { number, label: None, agent: None, inbound: None, outbound: None, toll_free: None }
    }

    /// A name for people. Platforms limit its length, in characters.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What is to answer the number's calls.
    pub fn agent(mut self, agent: impl Into<AgentId>) -> Self {
        self.agent = Some(agent.into());
        self
    }

    pub(crate) fn with_agent(mut self, agent: Option<AgentId>) -> Self {
        self.agent = agent;
        self
    }

    /// With these fields alone: label, agent, inbound, outbound.
    pub(crate) fn keeping(mut self, [label, agent, inbound, outbound]: [bool; 4]) -> Self {
        self.label = self.label.filter(|_| label);
        self.agent = self.agent.filter(|_| agent);
        self.inbound = self.inbound.filter(|_| inbound);
        self.outbound = self.outbound.filter(|_| outbound);
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

    /// Whether it is a toll-free number, for platforms that ask. Without a word it is told from the
    /// number.
    pub const fn toll_free(mut self, toll_free: bool) -> Self {
        self.toll_free = Some(toll_free);
        self
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> &E164 {
        &self.number
    }

    /// The label, if one was given.
    #[must_use]
    pub fn label_text(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The agent, if one was given.
    #[must_use]
    pub const fn agent_id(&self) -> Option<&AgentId> {
        self.agent.as_ref()
    }

    /// Whether inbound calls are wanted, if it was said.
    #[must_use]
    pub const fn inbound_enabled(&self) -> Option<bool> {
        self.inbound
    }

    /// Whether outbound calls are wanted, if it was said.
    #[must_use]
    pub const fn outbound_enabled(&self) -> Option<bool> {
        self.outbound
    }

    /// Whether it is a toll-free number, if it was said.
    #[must_use]
    pub const fn is_toll_free(&self) -> Option<bool> {
        self.toll_free
    }
}
