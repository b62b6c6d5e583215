use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use super::name::InvalidName;
use super::name::Name;

/// The kind of a platform. Numbers are imported into platforms. [`Service`](super::Service) is either kind.
///
/// Two kinds with the same name are equal, whether or not this crate has a client for them.
///
/// ```
/// use numport::model::PlatformKind;
///
/// const PARROT: PlatformKind = PlatformKind::from_static("parrot");
/// assert_eq!("parrot".parse(), Ok(PARROT));
/// assert_eq!(PlatformKind::VAPI.as_str(), "vapi");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlatformKind(Name);

/// The kind of a carrier. Carriers hold numbers. [`Service`](super::Service) is either kind.
///
/// Two kinds with the same name are equal, whether or not this crate has a client for them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderKind(Name);

impl ProviderKind {
    /// A SIP trunk.
    pub const SIP_TRUNK: Self = Self::from_static("sip-trunk");
    /// A carrier that cannot be asked, because only the platform has its credential.
    pub const BYO: Self = Self::from_static("byo");
}

/// Declares the constants of all kinds in the list.
macro_rules! constants {
    (
        platforms { $($platform:ident $platform_name:literal $($_p:ident)::+ [$($_d:literal),*];)* }
        carriers { $($carrier:ident $carrier_name:literal $($_c:ident)::+;)* }
        named platforms { $($named_platform:ident $named_platform_name:literal [$($_nd:literal),*];)* }
        named carriers { $($named_carrier:ident $named_carrier_name:literal;)* }
    ) => {
        impl PlatformKind {
            $(
                #[doc = concat!("`", $platform_name, "`.")]
                pub const $platform: Self = Self::from_static($platform_name);
            )*
            $(
                #[doc = concat!("`", $named_platform_name, "`. This crate has no client for it.")]
                pub const $named_platform: Self = Self::from_static($named_platform_name);
            )*
        }

        impl ProviderKind {
            $(
                #[doc = concat!("`", $carrier_name, "`.")]
                pub const $carrier: Self = Self::from_static($carrier_name);
            )*
            $(
                #[doc = concat!("`", $named_carrier_name, "`. This crate has no client for it.")]
                pub const $named_carrier: Self = Self::from_static($named_carrier_name);
            )*
        }
    };
}

crate::__services!(constants);

macro_rules! named {
    ($($kind:ident),+) => {$(
        impl $kind {
            /// Creates a kind from a name that is known at compile time.
            ///
            /// # Panics
            ///
            /// If the name is not 1 to 23 of `a` to `z`, `0` to `9`, `-` and `_`. To read a name at run time, use
            /// [`FromStr`].
            #[must_use]
            pub const fn from_static(name: &'static str) -> Self {
                match Name::new(name) {
                    Some(name) => Self(name),
                    None => panic!("a kind's name must be 1 to 23 of a-z, 0-9, - and _"),
                }
            }

            /// Returns the name, such as `vapi` or `twilio`.
            #[must_use]
            pub const fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $kind {
            type Err = InvalidName;

            fn from_str(name: &str) -> Result<Self, InvalidName> {
                Name::new(name).map(Self).ok_or(InvalidName)
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($kind)).field(&self.as_str()).finish()
            }
        }

        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

named!(PlatformKind, ProviderKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_its_name() {
        const PARROT: PlatformKind = PlatformKind::from_static("parrot");
        let json = serde_json::to_string(&[PlatformKind::VAPI, PARROT]).unwrap();
        assert_eq!(json, r#"["vapi","parrot"]"#);
        let read: Vec<PlatformKind> = serde_json::from_str(&json).unwrap();
        assert_eq!(read, [PlatformKind::VAPI, PARROT]);
        assert_eq!("retell".parse(), Ok(PlatformKind::RETELL));
        assert_eq!(format!("{PARROT} {PARROT:?}"), "parrot PlatformKind(\"parrot\")");
        assert!("bland".parse::<PlatformKind>().unwrap() < PlatformKind::VAPI);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let longest = "a".repeat(23);
        assert_eq!(longest.parse::<ProviderKind>().unwrap().as_str(), longest);
        for bad in ["", "Vapi", "a b", "é", "a\n", &"a".repeat(24)] {
            assert_eq!(bad.parse::<ProviderKind>(), Err(InvalidName), "{bad:?}");
            assert!(serde_json::from_value::<ProviderKind>(bad.into()).is_err(), "{bad:?}");
        }
    }
}
