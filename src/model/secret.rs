use std::fmt;

use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::wire::{Patch, read::FromJson, write::ToWire};

/// A secret text: an API key, a token, a password.
///
/// `Debug` prints `[redacted]`. There is no `Display` and no `Serialize`. The memory is wiped on drop. Only the wire
/// models write the text, and only where a platform needs it.
///
/// ```
/// use numport::Secret;
///
/// let token = Secret::new("very-secret");
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// assert_eq!(token.expose(), "very-secret");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// Creates a secret from the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into().into_boxed_str()))
    }

    /// Returns the text. Use it only as long as necessary.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Patch<Secret> {
    fn from(text: &str) -> Self {
        Self::Set(Secret::new(text))
    }
}

impl From<String> for Patch<Secret> {
    fn from(text: String) -> Self {
        Self::Set(Secret::new(text))
    }
}

/// The one way a secret gets into JSON.
impl ToWire for Secret {
    const SECRET: bool = true;

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl FromJson for Secret {
    fn from_json(value: Value) -> Result<Self, Value> {
        String::from_json(value).map(Self::new)
    }
}
