//! Objects told apart by one field, their tag.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::UnknownObject;

/// An enum of objects told apart by one field, which keeps an object of an unknown kind as it is.
macro_rules! open_union {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident by $tag:literal {
            $($(#[$variant_doc:meta])* $variant:ident($content:ty) = $text:literal,)+
        }
    )+) => {$(
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
                match self {
                    $(Self::$variant(content) => $crate::wire::write::tagged($tag, $text, content, serializer),)+
                    Self::Unknown(object) => object.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let (kind, object) = $crate::wire::union::read(deserializer, $tag)?;
                match kind.as_deref() {
                    $(Some($text) => $crate::wire::document::from_value(object).map(Self::$variant),)+
                    _ => Ok(Self::Unknown($crate::wire::union::unknown(object, $tag, kind))),
                }
            }
        }
    )+};
}

/// An enum of objects told apart by one field, which are only sent.
macro_rules! request_union {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident by $tag:literal {
            $($(#[$variant_doc:meta])* $variant:ident($content:ty) = $text:literal,)+
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`\"", $tag, "\": \"", $text, "\"`.")] $variant($content),)+
        }

        $(impl From<$content> for $name {
            fn from(content: $content) -> Self {
                Self::$variant(content)
            }
        })+

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(content) => $crate::wire::write::tagged($tag, $text, content, serializer),)+
                }
            }
        }
    )+};
}

pub(crate) use {open_union, request_union};

/// Reads an object, and takes its kind out of it.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D, tag: &str) -> Result<(Option<String>, Value), D::Error> {
    let mut fields = Map::deserialize(deserializer)?;
    let kind = match fields.remove(tag) {
        Some(Value::String(kind)) => Some(kind),
        // A kind that is no text is no kind: it stays among the fields.
        Some(other) => {
            fields.insert(tag.to_owned(), other);
            None
        }
        None => None,
    };
    Ok((kind, Value::Object(fields)))
}

/// An object of an unknown kind, with its kind put back.
pub(crate) fn unknown(object: Value, tag: &str, kind: Option<String>) -> UnknownObject {
    let mut fields = match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.extend(kind.map(|kind| (tag.to_owned(), Value::String(kind))));
    UnknownObject(fields)
}
