//! The words that all platforms share: request, update, record, source, secret, patch.

mod account;
mod byo;
mod callback;
mod declared;
mod extra;
mod id;
pub(crate) mod keep;
mod kind;
mod name;
pub(crate) mod object;
pub(crate) mod open;
mod patch;
mod preflight;
mod problem;
mod record;
mod request;
mod routing;
mod secret;
mod sip;
mod source;
mod update;

pub(crate) use account::check_sid;
pub use account::{AccountKey, Key};
pub use byo::Byo;
pub use callback::CallbackUrl;
pub(crate) use declared::Declared;
pub use extra::Extra;
pub use id::{AgentId, CredentialId, NumberId};
pub use jiff::Timestamp;
pub use kind::{InvalidName, PlatformKind, ProviderKind, Service};
pub use open::{Unknown, UnknownObject};
pub use patch::Patch;
pub use preflight::{Finding, Preflight, Severity};
pub use problem::{Problem, Problems};
pub use record::{Details, NumberRecord, RecordNumber};
pub use request::ImportRequest;
pub use routing::{Calls, Routing};
pub use secret::Secret;
pub(crate) use secret::expose;
pub use sip::{
    AllowedAddress, AllowedAddressError, HostWarning, MediaEncryption, SipAddress, SipAddressError, SipHost,
    SipTransport, SipTrunk,
};
pub use source::{NumberSource, Reach};
pub use update::{NumberUpdate, Removal};
