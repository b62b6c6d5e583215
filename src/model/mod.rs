//! The types that all platforms share: request, update, record, source, secret.

mod account;
mod account_id;
mod byo;
mod callback;
mod codes;
mod declared;
mod finding;
mod finding_text;
mod id;
mod kind;
mod mask;
mod name;
mod preflight;
#[cfg(feature = "sip-probe")]
mod probe;
mod problem;
mod reached;
mod record;
mod record_number;
mod request;
mod routing;
mod secret;
mod service;
mod settings;
mod severity;
mod sip;
mod source;
mod source_part;
mod text;
mod timestamp;
mod update;

pub(crate) use account::check_sid;
pub use account::{AccountKey, Key};
pub use account_id::AccountId;
pub use byo::Byo;
pub use callback::CallbackUrl;
pub(crate) use codes::codes;
pub(crate) use declared::Declared;
pub use finding::Finding;
pub(crate) use finding::reported;
pub use id::{AgentId, CredentialId, NumberId};
pub use kind::{InvalidName, PlatformKind, ProviderKind};
pub use mask::MaskNumbers;
pub(crate) use mask::masked_number;
pub use preflight::Preflight;
#[cfg(feature = "sip-probe")]
pub use probe::{AddressRange, CertificateFault, ProbeCheck, ProbeFinding, ProbeTarget, ReachFault, TrunkProbe};
pub use problem::{Problem, ProblemCode, Problems};
pub use reached::{NoTakeover, Reached};
pub use record::{Details, NumberRecord};
pub use record_number::RecordNumber;
pub use request::ImportRequest;
pub use routing::{Calls, Routing};
pub use secret::Secret;
pub use service::{Service, UnknownService};
pub use settings::Settings;
pub use severity::Severity;
pub use sip::{
    AllowedAddress, AllowedAddressError, HostWarning, MediaEncryption, SipAddress, SipAddressError, SipHost,
    SipTransport, SipTrunk,
};
pub use source::{NumberSource, Reach};
pub use source_part::SourcePart;
pub(crate) use text::{Shown, quoted, word};
pub use timestamp::{Timestamp, TimestampError};
pub use update::{NumberUpdate, Removal};
