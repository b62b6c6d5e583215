//! Types that outlive the API: enums which keep a value they do not know.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A value of an enum that this crate does not know. It is only ever read, never made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unknown(Box<str>);

impl Unknown {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An object of a kind that this crate does not know, kept as it came.
///
/// `Debug` prints the names of its fields alone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnknownObject(Map<String, Value>);

impl UnknownObject {
    pub(crate) const fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// Its fields.
    #[must_use]
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl fmt::Debug for UnknownObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// An enum of texts that is closed for who sends and open for who receives.
macro_rules! open_enum {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`", $text, "`.")] $variant,)+
            /// A value that this crate does not know.
            Unknown($crate::wire::Unknown),
        }

        impl $name {
            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text.as_str(),
                }
            }

            #[allow(dead_code)]
            fn from_wire(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Unknown($crate::wire::Unknown::new(other)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::open::read_text(deserializer, Self::from_wire)
            }
        }
    )+};
}

/// An enum of objects told apart by one field, which keeps an object of an unknown kind as it is.
macro_rules! open_union {
    (
        $(#[$doc:meta])*
        pub enum $name:ident by $tag:literal {
            $($(#[$variant_doc:meta])* $variant:ident($content:ty) = $text:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant)] // there are few of them, and none in most documents
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`\"", $tag, "\": \"", $text, "\"`.")] $variant($content),)+
            /// An object of a kind that this crate does not know.
            Unknown($crate::wire::UnknownObject),
        }

        $(impl From<$content> for $name {
            fn from(content: $content) -> Self {
                Self::$variant(content)
            }
        })+

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[derive(serde::Serialize)]
                struct Tagged<'a, T> {
                    #[serde(rename = $tag)]
                    tag: &'static str,
                    #[serde(flatten)]
                    content: &'a T,
                }
                match self {
                    $(Self::$variant(content) => Tagged { tag: $text, content }.serialize(serializer),)+
                    Self::Unknown(object) => object.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let (tag, fields) = $crate::wire::open::read_tagged(deserializer, $tag)?;
                match tag.as_deref() {
                    $(Some($text) => $crate::wire::open::read_known(fields).map(Self::$variant),)+
                    _ => Ok(Self::Unknown($crate::wire::open::untagged(fields, $tag, tag))),
                }
            }
        }
    };
}

pub(crate) use {open_enum, open_union};

/// Reads a JSON string without a copy of it.
pub(crate) fn read_text<'de, D: serde::Deserializer<'de>, T>(
    deserializer: D,
    read: fn(&str) -> T,
) -> Result<T, D::Error> {
    struct Visitor<T>(fn(&str) -> T);

    impl<T> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E>(self, text: &str) -> Result<T, E> {
            Ok(self.0(text))
        }
    }

    deserializer.deserialize_str(Visitor(read))
}

/// The kind of an object, and its other fields.
type Tagged = (Option<String>, Map<String, Value>);

/// Takes an object apart.
pub(crate) fn read_tagged<'de, D: serde::Deserializer<'de>>(deserializer: D, tag: &str) -> Result<Tagged, D::Error> {
    let mut fields = Map::deserialize(deserializer)?;
    // A kind that is no text is no kind: it stays among the fields.
    let kind = match fields.get(tag) {
        Some(Value::String(_)) => fields.remove(tag),
        _ => None,
    };
    let kind = match kind {
        Some(Value::String(kind)) => Some(kind),
        _ => None,
    };
    Ok((kind, fields))
}

/// Reads an object of a known kind; the path of a fault goes into the error's text, since the fields
/// have been taken from the document already.
pub(crate) fn read_known<T: serde::de::DeserializeOwned, E: serde::de::Error>(
    fields: Map<String, Value>,
) -> Result<T, E> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(E::custom)
}

/// Puts the kind back into an object of an unknown kind.
pub(crate) fn untagged(mut fields: Map<String, Value>, tag: &str, kind: Option<String>) -> UnknownObject {
    if let Some(kind) = kind {
        fields.insert(tag.to_owned(), Value::String(kind));
    }
    UnknownObject::new(fields)
}

#[cfg(test)]
#[allow(unreachable_pub)] // the macros make public types
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    open_enum! {
        /// A test.
        pub enum Colour { Red = "red", DarkBlue = "dark-blue", }
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Circle {
        radius: u32,
    }

    open_union! {
        /// A test.
        pub enum Shape by "kind" { Circle(Circle) = "circle", }
    }

    #[test]
    fn an_unknown_value_survives() {
        let read: Vec<Colour> = serde_json::from_value(json!(["dark-blue", "mauve"])).expect("colours");
        assert_eq!(read[0], Colour::DarkBlue);
        assert_eq!(read[1].as_str(), "mauve");
        assert_eq!(serde_json::to_value(&read).expect("json"), json!(["dark-blue", "mauve"]));
    }

    #[test]
    fn an_object_of_unknown_kind_survives() {
        for document in [
            json!({"kind": "circle", "radius": 2}),
            json!({"kind": "square", "side": {"a": [1]}}),
            json!({"side": 1}),
            json!({"kind": 7}),
        ] {
            let shape: Shape = serde_json::from_value(document.clone()).expect("a shape");
            assert_eq!(matches!(shape, Shape::Circle(_)), document["kind"] == "circle");
            assert_eq!(serde_json::to_value(&shape).expect("json"), document);
        }
    }

    #[test]
    fn a_fault_in_a_known_object_names_its_place() {
        let error = serde_json::from_value::<Shape>(json!({"kind": "circle", "radius": "big"})).expect_err("text");
        assert!(error.to_string().contains("radius"), "{error}");
    }
}
