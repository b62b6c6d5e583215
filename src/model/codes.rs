//! Enums whose variants have a stable code for programs, logs and reports.

/// Declares an enum without fields. serde writes each variant as its code, which `as_str` returns.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub enum $Enum:ident { $($(#[$doc:meta])* $Variant:ident => $code:literal,)* }
    ) => {
        $(#[$meta])*
        pub enum $Enum { $($(#[$doc])* $Variant,)* }

        impl $Enum {
            /// Every variant, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$Variant,)*];

            /// Returns the stable code, in lower case with underscores.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $code,)*
                }
            }
        }

        impl ::serde::Serialize for $Enum {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use codes;
