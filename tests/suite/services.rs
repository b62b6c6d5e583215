//! The subject of each platform and carrier of the list in `src/services.rs`: the facts that the tests for all of them
//! need.
//!
//! Every test binary includes this file as `services` in its root. With `#[path]`, the file looks for its modules in
//! its own folder, so the subjects are `<platform>/subject.rs` and `<carrier>/subject.rs`.

#![allow(dead_code, unused_macros, unused_imports)] // no test binary uses all of it
#![allow(clippy::single_component_path_imports)] // a macro is used by its path only after such an import

#[path = "support/planted.rs"]
pub(crate) mod planted;
pub(crate) mod subject;

pub(crate) use self::subject::{Api, Carrier, Platform};

macro_rules! subjects {
    (
        platforms { $($kind:ident $name:tt $platform:ident::$client:ident $domains:tt;)* }
        carriers { $($carrier_kind:ident $carrier_name:tt $carrier:ident::$carrier_client:ident;)* }
        $($rest:tt)*
    ) => {
        $(
            #[cfg(feature = $name)]
            pub(crate) mod $platform {
                pub(crate) mod subject;
            }
        )*
        $(
            #[cfg(feature = $carrier_name)]
            pub(crate) mod $carrier {
                pub(crate) mod subject;
            }
        )*

        /// The platforms of this build, in the order of the list.
        pub(crate) const PLATFORMS: &[&Platform] = &[$(#[cfg(feature = $name)] &$platform::subject::SUBJECT,)*];
        /// The carriers of this build, in the order of the list.
        pub(crate) const CARRIERS: &[&Carrier] = &[$(#[cfg(feature = $carrier_name)] &$carrier::subject::SUBJECT,)*];
    };
}
numport::__services!(subjects);

/// The APIs of all of them.
pub(crate) fn apis() -> impl Iterator<Item = &'static Api> {
    PLATFORMS.iter().map(|platform| &platform.api).chain(CARRIERS.iter().map(|carrier| &carrier.api))
}

/// The carrier of this name.
pub(crate) fn carrier(name: &str) -> &'static Carrier {
    CARRIERS.iter().find(|carrier| carrier.api.name() == name).expect("a carrier of the list")
}

macro_rules! define_each_platform {
    (
        {$dollar:tt}
        platforms { $($kind:ident $name:tt $platform:ident::$client:ident $domains:tt;)* }
        $($rest:tt)*
    ) => {
        /// A module with one test for each platform: `each_platform!(#[tokio::test] does_it, does);` declares
        /// `does_it::vapi`, which awaits `does(&'static Platform)`, and the same for the others.
        macro_rules! each_platform {
            ($dollar(#[$dollar attribute:meta])* $dollar test:ident, $dollar function:ident) => {
                mod $dollar test {
                    crate::services::each_test! { [$dollar(#[$dollar attribute])*] $dollar function $($name $platform)* }
                }
            };
        }
    };
}
numport::__services!(define_each_platform {$});

macro_rules! each_test {
    (@one [$(#[$attribute:meta])*] $test:ident $name:tt $platform:ident) => {
        #[cfg(feature = $name)]
        $(#[$attribute])*
        async fn $platform() {
            super::$test(&crate::services::$platform::subject::SUBJECT).await;
        }
    };
    ($attributes:tt $test:ident $($name:tt $platform:ident)*) => {
        $(crate::services::each_test! { @one $attributes $test $name $platform })*
    };
}

pub(crate) use {each_platform, each_test};
