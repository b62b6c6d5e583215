use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AgentId, NumberId, PlatformKind};
use crate::E164;

/// A number as a platform keeps it, in words that every platform shares.
///
/// [`details`](Self::details) holds the platform's own typed object, so nothing is lost. serde writes the record
/// for reports, without that object.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct NumberRecord {
    /// The platform that keeps it.
    pub platform: PlatformKind,
    /// The platform's id of the record.
    pub id: NumberId,
    /// The number.
    pub number: RecordNumber,
    /// The name for people; `None` when there is none or the platform keeps none.
    pub label: Option<String>,
    /// What answers its calls.
    pub agent: Option<AgentId>,
    /// Whether it takes calls, where the platform tells.
    pub inbound: Option<bool>,
    /// Whether it may make calls, where the platform tells.
    pub outbound: Option<bool>,
    /// The carrier behind it, in the platform's own word, such as `twilio`.
    pub carrier: Option<String>,
    /// The platform's own word for its state, such as `active`.
    pub status: Option<String>,
    /// When it was made, where the platform tells in a form that can be read.
    pub created_at: Option<Timestamp>,
    /// When it was last changed, likewise.
    pub updated_at: Option<Timestamp>,
    /// The platform's own object.
    #[serde(skip)]
    pub details: Details,
}

impl NumberRecord {
    /// A record with the required things; set the others on it.
    pub fn new(platform: PlatformKind, id: impl Into<NumberId>, number: RecordNumber, details: Details) -> Self {
        Self {
            platform,
            id: id.into(),
            number,
            label: None,
            agent: None,
            inbound: None,
            outbound: None,
            carrier: None,
            status: None,
            created_at: None,
            updated_at: None,
            details,
        }
    }
}

/// The number of a record: most are E.164, but a platform may keep a SIP URI, an extension, a masked
/// number, or none at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordNumber {
    /// A telephone number.
    E164(E164),
    /// Anything else, as the platform writes it.
    Other(String),
    /// The platform names no number, for example while it is still being set up.
    Absent,
}

impl RecordNumber {
    /// Sorts what a platform wrote.
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        match text {
            None | Some("") => Self::Absent,
            Some(text) => text.parse().map_or_else(|_| Self::Other(text.to_owned()), Self::E164),
        }
    }

    /// The telephone number, if it is one.
    #[must_use]
    pub const fn e164(&self) -> Option<&E164> {
        match self {
            Self::E164(number) => Some(number),
            _ => None,
        }
    }

    /// The telephone number, if it is one, also when it is written without its `+`, as some trunks send it.
    #[must_use]
    pub fn telephone(&self) -> Option<E164> {
        match self {
            Self::E164(number) => Some(*number),
            Self::Other(text) => format!("+{text}").parse().ok(),
            Self::Absent => None,
        }
    }

    /// Whether this is `number`, exactly or written without its `+`, as some trunks send it.
    #[must_use]
    pub fn is(&self, number: &E164) -> bool {
        self.telephone().as_ref() == Some(number)
    }
}

impl From<E164> for RecordNumber {
    fn from(number: E164) -> Self {
        Self::E164(number)
    }
}

/// As its text; `null` when there is none.
impl Serialize for RecordNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::E164(number) => number.serialize(serializer),
            Self::Other(text) => serializer.serialize_str(text),
            Self::Absent => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for RecordNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<String>::deserialize(deserializer).map(|text| Self::read(text.as_deref()))
    }
}

impl PartialEq<E164> for RecordNumber {
    fn eq(&self, number: &E164) -> bool {
        self.e164() == Some(number)
    }
}

impl fmt::Display for RecordNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::E164(number) => fmt::Display::fmt(number, f),
            Self::Other(text) => f.pad(text),
            Self::Absent => f.pad("(no number)"),
        }
    }
}

/// A platform's own object behind a [`NumberRecord`].
///
/// ```
/// # fn show(record: numport::NumberRecord) {
/// use numport::platform::vapi::PhoneNumber;
///
/// if let Some(number) = record.details.get::<PhoneNumber>() {
///     println!("squad: {:?}", number.squad_id);
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Details(Arc<dyn Detail>);

trait Detail: fmt::Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
}

impl<T: Any + fmt::Debug + Send + Sync> Detail for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Details {
    /// Keeps the object.
    pub fn new<T: Any + fmt::Debug + Send + Sync>(object: T) -> Self {
        Self(Arc::new(object))
    }

    /// The object, if it is of this type.
    #[must_use]
    pub fn get<T: Any>(&self) -> Option<&T> {
        // Not `self.0.as_any()`: the pointer is a `Detail` itself.
        (*self.0).as_any().downcast_ref()
    }
}

/// Two are equal if they are clones of one.
impl PartialEq for Details {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Details {}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_got_back_by_their_type_alone() {
        let details = Details::new(String::from("an object"));
        assert_eq!(details.get::<String>().map(String::as_str), Some("an object"));
        assert_eq!(details.get::<u8>(), None);
        assert_eq!(format!("{:?}", details.clone()), "\"an object\"");
    }
}
