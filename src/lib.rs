#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod e164;
pub mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod http;
pub mod import;
pub mod model;
pub mod platform;
pub mod provider;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod services;

pub use crate::e164::E164;
pub use crate::error::{Error, Result};
pub use crate::http::{ClientBuilder, RetryPolicy};
pub use crate::import::{Desired, Field, Imported, Importer, Outcome, Plan, ReadBack, Restored};
pub use crate::model::{
    AccountKey, Byo, ImportRequest, NumberRecord, NumberSource, NumberUpdate, Patch, Removal, Secret, SipTrunk,
    Timestamp,
};
pub use crate::platform::{Butter, Interactly, SignalWire, Vapi, VoicePlatform};
pub use crate::provider::{NumberProvider, Twilio};
