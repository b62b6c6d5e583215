// Its examples use these features.
#![cfg_attr(
    all(feature = "sandbox", feature = "twilio", feature = "interactly", feature = "vapi"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "sandbox", feature = "twilio", feature = "interactly", feature = "vapi")),
    doc = "Imports telephone numbers into voice platforms. The documentation of all features begins with a guide."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// What one platform does not need, another one does: only a build of all of them can tell what nobody needs.
#![cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod e164;
pub mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
// Pages for readers, whose examples use these features.
#[cfg(all(
    any(doc, doctest),
    feature = "conformance",
    feature = "sandbox",
    feature = "twilio",
    feature = "interactly",
    feature = "vapi"
))]
pub mod guide;
pub mod http;
pub mod import;
pub mod journal;
pub mod model;
pub mod platform;
#[cfg(feature = "sip-probe")]
pub mod probe;
pub mod provider;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod services;
pub mod wire;

pub use crate::e164::E164;
pub use crate::error::{Error, Result};
pub use crate::http::{ClientBuilder, RetryPolicy};
pub use crate::import::{Desired, Field, Imported, Importer, LookupPolicy, Outcome, Plan, Renewed, Restored};
pub use crate::model::{
    AccountKey, Byo, ImportRequest, NumberRecord, NumberSource, NumberUpdate, Removal, Secret, SipTrunk, Timestamp,
};
pub use crate::platform::VoicePlatform;
pub use crate::provider::NumberProvider;
pub use crate::wire::Patch;

/// Re-exports the clients of all platforms and carriers in the list.
macro_rules! clients {
    (
        platforms { $($_platform:ident $platform:literal $platform_module:ident::$Platform:ident [$($_d:literal),*];)* }
        carriers { $($_carrier:ident $carrier:literal $carrier_module:ident::$Carrier:ident;)* }
        $($_named:tt)*
    ) => {
        $(
            #[cfg(feature = $platform)]
            pub use crate::platform::$Platform;
        )*
        $(
            #[cfg(feature = $carrier)]
            pub use crate::provider::$Carrier;
        )*
    };
}

__services!(clients);
