use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{PlatformKind, ProviderKind};

/// A service: a platform or a carrier. Errors, logs and the sandbox name it by this type wherever it may be either.
///
/// `Display`, [`as_str`](Self::as_str) and serde write only the name, and a service equals the kind that it is. A name
/// alone does not tell the side, so parsing and serde read only the names in [`ALL`](Self::ALL). To read another name,
/// parse a [`PlatformKind`] or a [`ProviderKind`].
///
/// ```
/// use numport::model::{PlatformKind, Service};
///
/// let service: Service = "vapi".parse()?;
/// assert_eq!(service, PlatformKind::VAPI);
/// match service {
///     Service::Platform(platform) => println!("numbers are imported into {platform}"),
///     Service::Provider(carrier) => println!("{carrier} holds numbers"),
///     other => println!("{other}"),
/// }
/// # Ok::<(), numport::model::UnknownService>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Service {
    /// A platform.
    Platform(PlatformKind),
    /// A carrier.
    Provider(ProviderKind),
}

/// The error for a text that is not in [`Service::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this crate knows no platform and no carrier of this name")]
#[non_exhaustive]
pub struct UnknownService;

/// Declares the list of all services.
macro_rules! all {
    (
        platforms { $($platform:ident $_p_name:literal $($_p:ident)::+ [$($_d:literal),*];)* }
        carriers { $($carrier:ident $_c_name:literal $($_c:ident)::+;)* }
        named platforms { $($named_platform:ident $_np_name:literal [$($_nd:literal),*];)* }
        named carriers { $($named_carrier:ident $_nc_name:literal;)* }
    ) => {
        impl Service {
            /// All platforms and carriers that this crate knows, also those for which it has no client.
            pub const ALL: &'static [Self] = &[
                $(Self::Platform(PlatformKind::$platform),)*
                $(Self::Platform(PlatformKind::$named_platform),)*
                $(Self::Provider(ProviderKind::$carrier),)*
                $(Self::Provider(ProviderKind::$named_carrier),)*
                Self::Provider(ProviderKind::SIP_TRUNK),
                Self::Provider(ProviderKind::BYO),
            ];
        }
    };
}

crate::__services!(all);

impl Service {
    /// Returns the name, such as `vapi` or `twilio`.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match self {
            Self::Platform(kind) => kind.as_str(),
            Self::Provider(kind) => kind.as_str(),
        }
    }
}

impl FromStr for Service {
    type Err = UnknownService;

    fn from_str(name: &str) -> Result<Self, UnknownService> {
        Self::ALL.iter().copied().find(|service| service.as_str() == name).ok_or(UnknownService)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Service {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Service {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl From<PlatformKind> for Service {
    fn from(kind: PlatformKind) -> Self {
        Self::Platform(kind)
    }
}

impl From<ProviderKind> for Service {
    fn from(kind: ProviderKind) -> Self {
        Self::Provider(kind)
    }
}

impl PartialEq<PlatformKind> for Service {
    fn eq(&self, kind: &PlatformKind) -> bool {
        *self == Self::Platform(*kind)
    }
}

impl PartialEq<ProviderKind> for Service {
    fn eq(&self, kind: &ProviderKind) -> bool {
        *self == Self::Provider(*kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_of_one_service_and_is_read_as_it_is_written() {
        for service in Service::ALL {
            assert_eq!(service.to_string().parse(), Ok(*service), "no other service has the name");
            let json = serde_json::to_value(service).unwrap();
            assert_eq!(json, service.as_str());
            assert_eq!(serde_json::from_value::<Service>(json).unwrap(), *service);
        }
        assert_eq!("retell".parse(), Ok(Service::Platform(PlatformKind::RETELL)));
        assert_eq!("sip-trunk".parse(), Ok(Service::Provider(ProviderKind::SIP_TRUNK)));
    }

    #[test]
    fn a_service_is_the_kind_of_its_side_alone() {
        let parrot = Service::from(PlatformKind::from_static("parrot"));
        assert_eq!(parrot, PlatformKind::from_static("parrot"));
        assert_ne!(parrot, ProviderKind::from_static("parrot"));
        for unknown in ["parrot", "", "Vapi"] {
            assert_eq!(unknown.parse::<Service>(), Err(UnknownService), "its side is not known: {unknown:?}");
        }
    }
}
