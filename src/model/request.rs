use serde::{Deserialize, Serialize};

use super::AgentId;
use crate::E164;
use crate::wire::Patch;

/// A request to import a number, in the platform-independent API.
///
/// The platform chooses every field that the request does not set, with one exception: a number takes inbound calls
/// unless the request disables them. The platform's [`Capabilities`](crate::platform::Capabilities) say which fields it
/// supports. A request with an unsupported field is refused before anything is sent.
///
/// ```
/// use numport::ImportRequest;
///
/// let request = ImportRequest::new("+14155552671".parse()?).label("Front desk").agent("a1b2");
/// assert_eq!(request.label_text(), Some("Front desk"));
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
///
/// serde reads and writes it, so that you can keep requests in a file. An unknown field is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ImportRequest {
    number: E164,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    label: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    agent: Patch<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inbound: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbound: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    toll_free: Option<bool>,
}

impl ImportRequest {
    /// Creates a request for this number that sets nothing else.
    pub const fn new(number: E164) -> Self {
        Self { number, label: Patch::Keep, agent: Patch::Keep, inbound: None, outbound: None, toll_free: None }
    }

    /// Sets a name for people. Platforms limit its length, in characters.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Patch::Set(label.into());
        self
    }

    /// Sets the agent that answers the number's calls.
    pub fn agent(mut self, agent: impl Into<AgentId>) -> Self {
        self.agent = Patch::Set(agent.into());
        self
    }

    /// Removes the label of a record that is there already, where the platform can
    /// ([`Support::clear`](crate::platform::Support::clear)); elsewhere the import reports the label as
    /// [unsupported](crate::Imported::unsupported_fields). In JSON it is `"label": null`. Without it, or a label, the
    /// record keeps its own.
    ///
    /// ```
    /// use numport::ImportRequest;
    ///
    /// let request: ImportRequest = serde_json::from_str(r#"{ "number": "+14155552671", "label": null }"#)?;
    /// assert_eq!(request, ImportRequest::new("+14155552671".parse()?).clear_label());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_label(mut self) -> Self {
        self.label = Patch::Clear;
        self
    }

    /// Takes the agent from a record that is there already, as [`clear_label`](Self::clear_label) does the label. In
    /// JSON it is `"agent": null`.
    pub fn clear_agent(mut self) -> Self {
        self.agent = Patch::Clear;
        self
    }

    /// With another agent, or none named. One that is cleared stays so.
    pub(crate) fn with_agent(mut self, agent: Option<AgentId>) -> Self {
        if self.agent != Patch::Clear {
            self.agent = agent.map_or(Patch::Keep, Patch::Set);
        }
        self
    }

    /// With these fields alone: label, agent, inbound, outbound.
    pub(crate) fn keeping(mut self, [label, agent, inbound, outbound]: [bool; 4]) -> Self {
        if !label {
            self.label = Patch::Keep;
        }
        if !agent {
            self.agent = Patch::Keep;
        }
        self.inbound = self.inbound.filter(|_| inbound);
        self.outbound = self.outbound.filter(|_| outbound);
        self
    }

    /// Sets whether the number takes calls.
    pub const fn inbound(mut self, enabled: bool) -> Self {
        self.inbound = Some(enabled);
        self
    }

    /// Sets whether the number may make calls.
    pub const fn outbound(mut self, enabled: bool) -> Self {
        self.outbound = Some(enabled);
        self
    }

    /// Sets whether the number is toll-free, for platforms that need to know. By default it is derived from the number.
    pub const fn toll_free(mut self, toll_free: bool) -> Self {
        self.toll_free = Some(toll_free);
        self
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(&self) -> &E164 {
        &self.number
    }

    /// Returns the label, if it is set.
    #[must_use]
    pub fn label_text(&self) -> Option<&str> {
        self.label.set().map(String::as_str)
    }

    /// Returns the agent, if it is set.
    #[must_use]
    pub const fn agent_id(&self) -> Option<&AgentId> {
        self.agent.set()
    }

    /// What is asked for the label.
    #[must_use]
    pub const fn label_patch(&self) -> &Patch<String> {
        &self.label
    }

    /// What is asked for the agent.
    #[must_use]
    pub const fn agent_patch(&self) -> &Patch<AgentId> {
        &self.agent
    }

    /// Returns whether the number takes calls, if it is set.
    #[must_use]
    pub const fn inbound_enabled(&self) -> Option<bool> {
        self.inbound
    }

    /// Returns whether the number may make calls, if it is set.
    #[must_use]
    pub const fn outbound_enabled(&self) -> Option<bool> {
        self.outbound
    }

    /// Returns whether the number is toll-free, if it is set.
    #[must_use]
    pub const fn is_toll_free(&self) -> Option<bool> {
        self.toll_free
    }
}
