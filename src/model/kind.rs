use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A platform: where numbers are imported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PlatformKind {
    /// [Interactly](https://docs.interactly.ai).
    Interactly,
    /// [Vapi](https://docs.vapi.ai).
    Vapi,
    /// [SignalWire](https://signalwire.com/docs).
    SignalWire,
    /// [Butter](https://docs.getbutter.ai).
    Butter,
    /// A platform that this crate does not know, by its own name.
    Other(&'static str),
}

/// A kind of provider: where numbers are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProviderKind {
    /// A Twilio account.
    Twilio,
    /// A SIP trunk.
    SipTrunk,
    /// A carrier whose credential the platform holds already.
    Byo,
    /// A provider that this crate does not know, by its own name.
    Other(&'static str),
}

/// Whom a call goes to: a platform or a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Service {
    /// A platform.
    Platform(PlatformKind),
    /// A provider.
    Provider(ProviderKind),
}

impl PlatformKind {
    /// The name in lower case, such as `vapi`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interactly => "interactly",
            Self::Vapi => "vapi",
            Self::SignalWire => "signalwire",
            Self::Butter => "butter",
            Self::Other(name) => name,
        }
    }
}

impl ProviderKind {
    /// The name in lower case, such as `twilio`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::SipTrunk => "sip-trunk",
            Self::Byo => "byo",
            Self::Other(name) => name,
        }
    }
}

impl Service {
    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform(kind) => kind.as_str(),
            Self::Provider(kind) => kind.as_str(),
        }
    }
}

macro_rules! display_as_str {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    )*};
}

display_as_str!(PlatformKind, ProviderKind, Service);

impl Serialize for PlatformKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for ProviderKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// By its name. One that this crate does not know is kept for the life of the process, once.
impl<'de> Deserialize<'de> for PlatformKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = [Self::Interactly, Self::Vapi, Self::SignalWire, Self::Butter];
        let kind = known.into_iter().find(|kind| kind.as_str() == name);
        Ok(kind.unwrap_or_else(|| Self::Other(kept(&name))))
    }
}

fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.get(name).copied().unwrap_or_else(|| {
        let kept: &'static str = name.to_owned().leak();
        names.insert(kept);
        kept
    })
}
