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

/// What an update can set and nothing can read, by Vonage's names. Every update clears it unless it sets it, so that no
/// routing can be put back with it.
pub const UNREADABLE: [&str; 2] = ["voiceStatusCallback", "moSmppSysType"];
