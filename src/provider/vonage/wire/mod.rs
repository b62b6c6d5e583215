//! Vonage's exact models.

mod application;
mod number;

pub use application::{
    Application, ApplicationPage, Balance, Capabilities, EmbeddedApplications, Keys, ListApplications, VoiceCapability,
    Webhook, Webhooks,
};
pub use number::{
    Feature, Limitation, ListNumbers, NumberPage, OwnedNumber, SIZE_MAX, SearchPattern, UpdateNumber, VoiceCallbackType,
};

/// The fields that an update can set and no request returns, by Vonage's names. Every update clears them unless it sets
/// them, so no routing can be restored with them.
pub const UNREADABLE: [&str; 2] = ["voiceStatusCallback", "moSmppSysType"];
