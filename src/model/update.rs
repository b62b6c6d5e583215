use serde::{Deserialize, Serialize};

use super::{AgentId, Settings};
use crate::wire::Patch;

/// An update of a record. Fields that are not set stay unchanged.
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
    settings: Option<Settings>,
}

impl NumberUpdate {
    /// Creates an update that changes nothing.
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

    /// Sets the agent that answers the number's calls.
    pub fn agent(mut self, agent: impl Into<AgentId>) -> Self {
        self.agent = Patch::Set(agent.into());
        self
    }

    /// Removes the agent.
    pub fn clear_agent(mut self) -> Self {
        self.agent = Patch::Clear;
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

    /// Names the platform's own settings that the record must keep ([`NumberRecord::settings`](crate::NumberRecord::settings)),
    /// or get back with the agent. An update that changes nothing else is refused;
    /// [`restore_settings`](crate::VoicePlatform::restore_settings) restores them.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Returns the platform's own settings that the record must keep, if the update names them.
    #[must_use]
    pub const fn kept_settings(&self) -> Option<&Settings> {
        self.settings.as_ref()
    }

    /// Returns the change of the label.
    #[must_use]
    pub const fn label_patch(&self) -> &Patch<String> {
        &self.label
    }

    /// Returns the change of the agent.
    #[must_use]
    pub const fn agent_patch(&self) -> &Patch<AgentId> {
        &self.agent
    }

    /// Returns whether the number takes calls, if the update sets it.
    #[must_use]
    pub const fn inbound_enabled(&self) -> Option<bool> {
        self.inbound
    }

    /// Returns whether the number may make calls, if the update sets it.
    #[must_use]
    pub const fn outbound_enabled(&self) -> Option<bool> {
        self.outbound
    }

    /// Returns whether the update changes nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.label.is_keep() && self.agent.is_keep() && self.inbound.is_none() && self.outbound.is_none()
    }
}

/// The consent of the caller of a removal.
///
/// ```
/// # async fn remove(platform: &dyn numport::VoicePlatform, id: &numport::model::NumberId) -> numport::Result<()> {
/// use numport::Removal;
/// use numport::platform::OnRemoval;
///
/// // Consent to a release only where the number is really no longer wanted.
/// let wanted = true;
/// let consent = match platform.capabilities().removal {
///     OnRemoval::Releases if !wanted => Removal::RecordAndNumber,
///     _ => Removal::Record,
/// };
/// platform.remove(id, consent).await
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Removal {
    /// The platform removes the record, and the carrier keeps the number. The removal is refused if the platform would
    /// release the number.
    Record,
    /// The platform removes the record, and it may also release the number. A release cannot be undone.
    RecordAndNumber,
}
