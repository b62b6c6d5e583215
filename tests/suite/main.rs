//! One test binary for everything that goes over HTTP, so that it is linked once.
//!
//! - `engine`: what every client does with a request and a response.
//! - `import`, `plan`: the importer.
//! - `every_platform`: what each platform and each provider must pass.
//! - `sandbox`: the server of the `sandbox` feature.
//! - a folder for each platform and carrier: its endpoints, its mapping, its part of the sandbox.
//! - `support`: fixtures, mock servers and doubles.
//!
//! What speaks to certain platforms by name needs their features; the rest loops over those that are enabled.
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
