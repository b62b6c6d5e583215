//! Enums of texts that keep unknown texts.

use std::fmt;

use serde::Deserializer;
use serde::de::Visitor;

/// An enum of texts: closed for requests, open for responses.
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
            /// Returns the text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text.as_str(),
                }
            }

            pub(crate) fn from_wire(text: &str) -> Self {
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
                let mut value = Self::from_wire("");
                $crate::wire::open::read(deserializer, &mut |text| value = Self::from_wire(text))?;
                Ok(value)
            }
        }
    )+};
}

pub(crate) use open_enum;

/// Reads a JSON string without a copy of it.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D, take: &mut dyn FnMut(&str)) -> Result<(), D::Error> {
    deserializer.deserialize_str(Text(take))
}

struct Text<'a>(&'a mut dyn FnMut(&str));

impl Visitor<'_> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.0)(text);
        Ok(())
    }
}
