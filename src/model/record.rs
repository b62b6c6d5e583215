use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{AgentId, CredentialId, NumberId, PlatformKind, Problem, ProblemCode, RecordNumber, Settings, Timestamp};

/// A platform's record of a number, in the platform-independent API.
///
/// [`details`](Self::details) holds the platform's own typed object, so nothing is lost. serde writes the record for
/// reports, without that object and the platform's own settings.
///
/// ```
/// use numport::NumberRecord;
/// use numport::model::{Details, PlatformKind, RecordNumber};
///
/// // For tests and platforms of your own: what a platform requires, and then the fields that it shows.
/// let number = RecordNumber::E164("+14155552671".parse()?);
/// let mut record = NumberRecord::new(PlatformKind::from_static("parrot"), "n1", number, Details::new(()));
/// record.label = Some("Front desk".to_owned());
/// assert_eq!(serde_json::to_value(&record)?["label"], "Front desk");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct NumberRecord {
    /// The platform that has the record.
    pub platform: PlatformKind,
    /// The platform's id of the record.
    pub id: NumberId,
    /// The number.
    pub number: RecordNumber,
    /// The name for people; `None` if the record has none or the platform stores none.
    pub label: Option<String>,
    /// What the label is the name of, if other numbers have it too, such as a trunk at LiveKit. The label cannot be set for
    /// this number alone then, so a request that changes it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_of: Option<String>,
    /// The agent that answers the number's calls.
    pub agent: Option<AgentId>,
    /// What answers its calls in place of an agent, in the platform's own words: a squad or a workflow at Vapi, any handler
    /// but an AI agent at SignalWire. `None` when there is nothing, or the platform keeps no such thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// Whether it takes calls, where the platform tells.
    pub inbound: Option<bool>,
    /// Whether the number may make calls, if the platform tells.
    pub outbound: Option<bool>,
    /// The carrier that holds the number, as the platform names it, such as `twilio`.
    pub carrier: Option<String>,
    /// The credential with which the platform reaches the carrier, if the platform tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialId>,
    /// The platform's own word for the record's state, such as `active`.
    pub status: Option<String>,
    /// Whether removing the record releases the number for good, at a platform that leaves others to their carrier
    /// ([`OnRemoval::Forgets`](crate::platform::OnRemoval::Forgets)).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub releases: bool,
    /// When the record was created, if the platform tells in a readable form.
    pub created_at: Option<Timestamp>,
    /// When the record was last changed, if the platform tells in a readable form.
    pub updated_at: Option<Timestamp>,
    /// What else at the platform may take the number's calls, such as `record phnum_2` or `trunk ST_2`, as far as the response
    /// shows it. A lookup by the number shows more than one by the id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// What tells this record from a later one with the same id, such as the id of another object or the time of the last
    /// change. Only a platform that uses ids again sets it. An undo removes a record only if it is the same one.
    #[serde(skip)]
    pub instance: Option<String>,
    /// Settings that only the platform knows, as far as it shows them.
    #[serde(skip)]
    pub settings: Settings,
    /// The platform's own object.
    #[serde(skip)]
    pub details: Details,
}

impl NumberRecord {
    /// Whether the record shows an agent or something else that answers its calls.
    pub(crate) const fn is_answered(&self) -> bool {
        self.agent.is_some() || self.handler.is_some()
    }

    /// Why the label cannot be set for this number alone.
    pub(crate) fn label_problem(&self) -> Option<Problem> {
        let of = self.label_of.as_ref()?;
        let (fault, remedy) = (
            format!("is the name of {of}, which has other numbers too"),
            format!("leave it out, or rename {of} for all of them"),
        );
        Some(Problem::new(ProblemCode::Conflict, "label", fault, remedy))
    }

    /// A record with the required things; set the others on it.
    pub fn new(platform: PlatformKind, id: impl Into<NumberId>, number: RecordNumber, details: Details) -> Self {
        Self {
            platform,
            id: id.into(),
            number,
            label: None,
            label_of: None,
            agent: None,
            handler: None,
            inbound: None,
            outbound: None,
            carrier: None,
            credential: None,
            status: None,
            releases: false,
            created_at: None,
            updated_at: None,
            conflicts: Vec::new(),
            instance: None,
            settings: Settings::default(),
            details,
        }
    }

    /// Names another record of the same number as a conflict. A list that changes while it is read may show a record twice.
    pub(crate) fn add_second(&mut self, id: &NumberId) {
        let second = format!("record {id}");
        if self.id != *id && !self.conflicts.contains(&second) {
            self.conflicts.push(second);
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
    /// Stores the object.
    pub fn new<T: Any + fmt::Debug + Send + Sync>(object: T) -> Self {
        Self(Arc::new(object))
    }

    /// Returns the object, if it is of this type.
    #[must_use]
    pub fn get<T: Any>(&self) -> Option<&T> {
        // Not `self.0.as_any()`: the pointer is a `Detail` itself.
        (*self.0).as_any().downcast_ref()
    }
}

/// Two values are equal if one is a clone of the other.
impl PartialEq for Details {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Details {}

/// `Details(..)` in a line; the whole object in the alternate form, `{:#?}`.
impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { self.0.fmt(f) } else { f.write_str("Details(..)") }
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
        assert_eq!(format!("{:#?}", details.clone()), "\"an object\"");
        assert_eq!(format!("{details:?}"), "Details(..)");
    }
}
