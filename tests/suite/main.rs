//! One test binary for everything that uses HTTP, so that only one is linked.
//!
//! - `engine`: how every client handles requests and responses.
//! - `import`, `plan`: the importer.
//! - `every_platform`: tests that each platform and each carrier must pass.
//! - `sandbox`: the server of the `sandbox` feature.
//! - a folder for each platform and carrier: its endpoints, its mapping, its part of the sandbox.
//! - `support`: fixtures, mock servers and doubles.
//!
//! Tests of certain platforms need their features. All other tests loop over the enabled ones.
#![cfg_attr(
    not(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter")),
    allow(dead_code, unused_imports)
)]
#![allow(clippy::unwrap_used, clippy::print_stderr)] // tests fail by panicking

#[path = "services.rs"] // so that it looks for its modules beside itself, as it does in the other test binaries
mod services;
mod support;

#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod engine;
mod every_platform;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod import;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod plan;
mod sandbox;

#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod sip;

/// The folder of each platform and carrier.
macro_rules! folders {
    (
        platforms { $($kind:ident $name:tt $platform:ident::$client:ident $domains:tt;)* }
        carriers { $($carrier_kind:ident $carrier_name:tt $carrier:ident::$carrier_client:ident;)* }
        $($rest:tt)*
    ) => {
        $(
            #[cfg(feature = $name)]
            mod $platform;
        )*
        $(
            #[cfg(feature = $carrier_name)]
            mod $carrier;
        )*
    };
}
numport::__services!(folders);
