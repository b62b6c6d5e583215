//! Telnyx's exact models.

mod connection;
mod list;
mod messaging;
mod number;
mod update;
mod voice;

pub use connection::{Balance, Connection, ConnectionType, NumberFeatures, NumberOwnership, OwnedNumber};
pub(super) use list::Paged;
pub use list::{
    ConnectionPage, ListConnections, ListMessagingSettings, ListNumbers, ListVoiceSettings, MessagingPage,
    NAME_PART_MIN, NumberPage, NumberTypeFilter, PAGE_MAX, PageMeta, SlimNumberPage, SortNumbers, SourceFilter,
    UsagePaymentMethod, VoicePage,
};
pub use messaging::{MessagingSettings, UpdateMessagingSettings};
pub use number::{
    EmergencyStatus, InboundCallScreening, PhoneNumber, PhoneNumberStatus, PhoneNumberType, SlimPhoneNumber, SourceType,
};
pub use update::{ApiError, JOB_MAX, Job, JobNumber, JobStatus, JobType, UpdateNumber, UpdateNumbersJob};
pub use voice::{
    CNAM_MAX, CallForwarding, CallRecording, CnamListing, Emergency, ForwardingType, MediaFeatures, RecordingChannels,
    RecordingFormat, UpdateVoiceSettings, VoiceSettings,
};
