use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an update does to one field: keep it, clear it, or set it.
///
/// In a request's JSON a kept field is absent and a cleared field is `null`, unless a platform has another form
/// of clearing.
///
/// ```
/// use numport::Patch;
///
/// assert_eq!(Patch::<u8>::default(), Patch::Keep);
/// assert_eq!(Patch::from(7), Patch::Set(7));
/// ```
///
/// It reads `null` as [`Clear`](Self::Clear). Give a field of your own `#[serde(default)]`, so that one that is absent is
/// [`Keep`](Self::Keep), and `skip_serializing_if`, because `Keep` cannot be written:
///
/// ```
/// use numport::Patch;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Row {
///     #[serde(default, skip_serializing_if = "Patch::is_keep")]
///     label: Patch<String>,
/// }
///
/// for (json, label) in
///     [("{}", Patch::Keep), (r#"{"label":null}"#, Patch::Clear), (r#"{"label":"Desk"}"#, Patch::from("Desk"))]
/// {
///     let row: Row = serde_json::from_str(json)?;
///     assert_eq!((serde_json::to_string(&row)?, row.label), (json.to_owned(), label));
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)] // three states are the idea
pub enum Patch<T> {
    /// Keeps the field unchanged.
    #[default]
    Keep,
    /// Clears the field.
    Clear,
    /// Sets the field to this value.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns whether the field stays unchanged.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns the value to set, if there is one.
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the same patch with a reference to the value.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(value),
        }
    }

    /// Applies a function to the value to set.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(change(value)),
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(text: &str) -> Self {
        Self::Set(text.to_owned())
    }
}

/// `Keep` is meant to be skipped (`skip_serializing_if = "Patch::is_keep"`); it has no JSON of its own.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep => Err(serde::ser::Error::custom("a kept field is left out, not written")),
            Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

/// `null` clears.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}
