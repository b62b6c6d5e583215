//! Objects that are distinguished by one field, their tag.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::UnknownObject;

/// An enum of objects that are distinguished by one field. It keeps an object of an unknown kind unchanged.
macro_rules! open_union {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident by $tag:literal {
            $($(#[$variant_doc:meta])* $variant:ident($content:ty) = $text:literal,)+
        }
    )+) => {$(
        $crate::wire::union::request_union! {
            $(#[$doc])*
            #[allow(clippy::large_enum_variant)] // there are few of them, and none in most documents
            pub enum $name by $tag {
                $($(#[$variant_doc])* $variant($content) = $text,)+
            } else {
                /// An object of a kind that this crate does not know.
                Unknown($crate::wire::UnknownObject)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::union::read(deserializer, $tag, |kind, object| match kind {
                    $(Some($text) => $crate::wire::document::from_value(object).map(Self::$variant),)+
                    _ => Ok(Self::Unknown($crate::wire::union::unknown(object, $tag, kind))),
                })
            }
        }
    )+};
}

/// An enum of objects told apart by one field, which are only sent. After `else` may stand what has no kind of its own.
macro_rules! request_union {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident by $tag:literal {
            $($(#[$variant_doc:meta])* $variant:ident($content:ty) = $text:literal,)+
        } $(else {
            $(#[$other_doc:meta])* $other:ident($any:ty)
        })?
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`\"", $tag, "\": \"", $text, "\"`.")] $variant($content),)+
            $($(#[$other_doc])* $other($any),)?
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
                    $(Self::$other(object) => object.serialize(serializer),)?
                }
            }
        }
    )+};
}

pub(crate) use {open_union, request_union};

/// What makes an object of its kind and of its other fields, or says what is wrong with them.
type Make<T> = fn(Option<&str>, Value) -> Result<T, String>;

/// Reads an object by its kind.
pub(crate) fn read<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    tag: &'static str,
    make: Make<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(Tagged { tag, make })
}

/// It makes the object while it stands at it, so that an error is one of this object.
struct Tagged<T> {
    tag: &'static str,
    make: Make<T>,
}

impl<'de, T> Visitor<'de> for Tagged<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut fields = Map::deserialize(MapAccessDeserializer::new(map))?;
        // A kind that is no text is no kind: it stays among the fields.
        let kind = match fields.get(self.tag) {
            Some(Value::String(_)) => fields.remove(self.tag),
            _ => None,
        };
        let kind = kind.as_ref().and_then(Value::as_str);
        (self.make)(kind, Value::Object(fields)).map_err(de::Error::custom)
    }
}

/// An object of an unknown kind, with its kind put back.
pub(crate) fn unknown(object: Value, tag: &str, kind: Option<&str>) -> UnknownObject {
    let mut fields = match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.extend(kind.map(|kind| (tag.to_owned(), kind.into())));
    UnknownObject(fields)
}
