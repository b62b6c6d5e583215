//! JSON objects, declared once: the macros generate the rest from the fields.
//!
//! The three macros share their syntax. An object has groups of fields, and a group has fields of one behaviour:
//!
//! ```text
//! received_object! {
//!     snake_case;                      // the names on the wire; camel case unless this stands first
//!
//!     /// A number.
//!     pub struct PhoneNumber {
//!         required {
//!             /// Its id.
//!             id: String,
//!         }
//!         optional {
//!             /// Its kind.
//!             kind: NumberKind = "type",   // its name on the wire, where it is another one
//!         }
//!     }
//! }
//! ```
//!
//! | group | `request_object!` | `wire_object!` | `received_object!` |
//! | --- | --- | --- | --- |
//! | `required` | given to `new` | given to `new`; may be missing when read | must be there |
//! | `optional` | a method; left out unless set | a method; left out if `None` | left out if `None` |
//! | `nullable` | | | `null` if `None` |
//! | `lenient` | | | left out if `None`; a value of another form goes to `extra` |
//! | `ignored` | | | not read, not kept; has no type |
//! | `emptied` | a method; left out if kept, `""` if cleared | | |
//! | `patch` | a method; left out if kept, `null` if cleared | | |
//! | `flatten` | a method; an object whose fields stand among the others | | |
//!
//! A [`Secret`](crate::Secret) is written like any other value. Its name on the wire must tell that it is one
//! (`wire::secret`), so that it is redacted where a service echoes it; a model with another name does not compile.

/// An object that is only received. Its fields are public, and unknown fields are kept in `extra`.
macro_rules! received_object {
    (snake_case; $($objects:tt)+) => { $crate::wire::received_object!(@ snake_case; $($objects)+); };
    (@ $case:ident; $(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $(required { $($(#[$required_doc:meta])* $required:ident: $required_type:ty $(= $required_name:literal)?,)+ })?
            $(nullable { $($(#[$nullable_doc:meta])* $nullable:ident: $nullable_type:ty $(= $nullable_name:literal)?,)+ })?
            $(optional { $($(#[$optional_doc:meta])* $optional:ident: $optional_type:ty $(= $optional_name:literal)?,)* })?
            $(lenient { $($(#[$lenient_doc:meta])* $lenient:ident: $lenient_type:ty $(= $lenient_name:literal)?,)+ })?
            $(ignored { $($ignored:ident,)+ })?
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($($(#[$required_doc])* pub $required: $required_type,)+)?
            $($($(#[$nullable_doc])* pub $nullable: Option<$nullable_type>,)+)?
            $($($(#[$optional_doc])* pub $optional: Option<$optional_type>,)*)?
            $($($(#[$lenient_doc])* pub $lenient: Option<$lenient_type>,)+)?
            /// The fields that this crate does not know.
            pub extra: $crate::wire::UnknownFields,
        }

        $crate::wire::object::cover_secrets! {
            $case,
            $($($required: $required_type $(= $required_name)?,)+)?
            $($($nullable: $nullable_type $(= $nullable_name)?,)+)?
            $($($optional: $optional_type $(= $optional_name)?,)*)?
            $($($lenient: $lenient_type $(= $lenient_name)?,)+)?
        }

        $crate::wire::object::read_fields! {
            $name, $case,
            required { $($($required $(= $required_name)?,)+)? }
            optional {
                $($($nullable $(= $nullable_name)?,)+)?
                $($($optional $(= $optional_name)?,)*)?
            }
            lenient { $($($lenient $(= $lenient_name)?,)+)? }
            ignored { $($($ignored,)+)? }
        }

        $crate::wire::object::write_fields! {
            $name, $case,
            $($(value $required $(= $required_name)?,)+)?
            $($(nullable $nullable $(= $nullable_name)?,)+)?
            $($(optional $optional $(= $optional_name)?,)*)?
            $($(optional $lenient $(= $lenient_name)?,)+)?
            ;
            extra { $($($lenient $(= $lenient_name)?,)+)? }
        }
    )+};
    ($($objects:tt)+) => { $crate::wire::received_object!(@ camel_case; $($objects)+); };
}

/// An object that is both sent and received. `new` takes the required fields. Every field of a received object is optional,
/// because a platform may drop any, and unknown fields are kept in `extra`.
macro_rules! wire_object {
    (snake_case; $($objects:tt)+) => { $crate::wire::wire_object!(@ snake_case; $($objects)+); };
    (@ $case:ident; $(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $(required { $($(#[$required_doc:meta])* $required:ident: $required_type:ty $(= $required_name:literal)?,)+ })?
            $(optional { $($(#[$optional_doc:meta])* $optional:ident: $optional_type:ty $(= $optional_name:literal)?,)+ })?
        }
    )+) => {$(
        $crate::wire::received_object! {
            @ $case;
            $(#[$doc])*
            pub struct $name {
                optional {
                    $($($(#[$required_doc])* $required: $required_type $(= $required_name)?,)+)?
                    $($($(#[$optional_doc])* $optional: $optional_type $(= $optional_name)?,)+)?
                }
            }
        }

        impl $name {
            /// Creates one with the required fields.
            #[allow(clippy::new_without_default)]
            #[must_use]
            pub fn new($($($required: impl Into<$required_type>),+)?) -> Self {
                Self { $($($required: Some($required.into()),)+)? ..Self::default() }
            }

            $($(
                $(#[$optional_doc])*
                #[must_use]
                pub fn $optional(mut self, value: impl Into<$optional_type>) -> Self {
                    self.$optional = Some(value.into());
                    self
                }
            )+)?
        }
    )+};
    ($($objects:tt)+) => { $crate::wire::wire_object!(@ camel_case; $($objects)+); };
}

/// An object that is only sent. `new` takes the required fields; methods set the others.
macro_rules! request_object {
    (snake_case; $($objects:tt)+) => { $crate::wire::request_object!(@ snake_case; $($objects)+); };
    (@ $case:ident; $(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $(required { $($(#[$required_doc:meta])* $required:ident: $required_type:ty $(= $required_name:literal)?,)+ })?
            $(optional { $($(#[$optional_doc:meta])* $optional:ident: $optional_type:ty $(= $optional_name:literal)?,)+ })?
            $(emptied { $($(#[$emptied_doc:meta])* $emptied:ident: $emptied_type:ty $(= $emptied_name:literal)?,)+ })?
            $(patch { $($(#[$patch_doc:meta])* $patch:ident: $patch_type:ty $(= $patch_name:literal)?,)+ })?
            $(flatten { $($(#[$flatten_doc:meta])* $flatten:ident: $flatten_type:ty,)+ })?
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[must_use]
        pub struct $name {
            $($($(#[$required_doc])* $required: $required_type,)+)?
            $($($(#[$optional_doc])* $optional: Option<$optional_type>,)+)?
            $($($(#[$emptied_doc])* $emptied: $crate::wire::Patch<$emptied_type>,)+)?
            $($($(#[$patch_doc])* $patch: $crate::wire::Patch<$patch_type>,)+)?
            $($($(#[$flatten_doc])* $flatten: $flatten_type,)+)?
        }

        $crate::wire::object::cover_secrets! {
            $case,
            $($($required: $required_type $(= $required_name)?,)+)?
            $($($optional: $optional_type $(= $optional_name)?,)+)?
            $($($emptied: $emptied_type $(= $emptied_name)?,)+)?
            $($($patch: $patch_type $(= $patch_name)?,)+)?
        }

        $crate::wire::object::write_fields! {
            $name, $case,
            $($(value $required $(= $required_name)?,)+)?
            $($(optional $optional $(= $optional_name)?,)+)?
            $($(emptied $emptied $(= $emptied_name)?,)+)?
            $($(patch $patch $(= $patch_name)?,)+)?
            ;
            flatten { $($($flatten,)+)? }
        }

        impl $name {
            /// Creates one with the required fields.
            #[allow(clippy::new_without_default)]
            pub fn new($($($required: impl Into<$required_type>),+)?) -> Self {
                Self {
                    $($($required: $required.into(),)+)?
                    $($($optional: None,)+)?
                    $($($emptied: $crate::wire::Patch::Keep,)+)?
                    $($($patch: $crate::wire::Patch::Keep,)+)?
                    $($($flatten: Default::default(),)+)?
                }
            }

            $($(
                $(#[$optional_doc])*
                pub fn $optional(mut self, value: impl Into<$optional_type>) -> Self {
                    self.$optional = Some(value.into());
                    self
                }
            )+)?
            $($(
                $(#[$emptied_doc])*
                pub fn $emptied(mut self, patch: impl Into<$crate::wire::Patch<$emptied_type>>) -> Self {
                    self.$emptied = patch.into();
                    self
                }
            )+)?
            $($(
                $(#[$patch_doc])*
                pub fn $patch(mut self, patch: impl Into<$crate::wire::Patch<$patch_type>>) -> Self {
                    self.$patch = patch.into();
                    self
                }
            )+)?
            $($(
                $(#[$flatten_doc])*
                pub fn $flatten(mut self, value: $flatten_type) -> Self {
                    self.$flatten = value;
                    self
                }
            )+)?
        }
    )+};
    ($($objects:tt)+) => { $crate::wire::request_object!(@ camel_case; $($objects)+); };
}

/// Refuses to compile an object with a secret that would not be redacted if a service echoed it.
macro_rules! cover_secrets {
    ($case:ident, $($field:ident: $type:ty $(= $field_name:literal)?,)*) => {
        const _: () = {$(
            assert!(
                $crate::wire::secret::is_covered(
                    <$type as $crate::wire::write::ToWire>::SECRET,
                    $crate::wire::name::name!($case, $field $(, $field_name)?),
                ),
                "a secret needs a name on the wire that `wire::secret` knows",
            );
        )*};
    };
}

/// Reads an object of these fields.
macro_rules! read_fields {
    (
        $name:ident, $case:ident,
        required { $($required:ident $(= $required_name:literal)?,)* }
        optional { $($optional:ident $(= $optional_name:literal)?,)* }
        lenient { $($lenient:ident $(= $lenient_name:literal)?,)* }
        ignored { $($ignored:ident,)* }
    ) => {
        impl $crate::wire::read::Object for $name {
            const NAME: &'static str = stringify!($name);
            const FIELDS: &'static [&'static str] = &[
                $($crate::wire::name::name!($case, $required $(, $required_name)?),)*
                $($crate::wire::name::name!($case, $optional $(, $optional_name)?),)*
                $($crate::wire::name::name!($case, $lenient $(, $lenient_name)?),)*
                $($crate::wire::name::name!($case, $ignored),)*
            ];
            const REQUIRED: usize = { const NAMES: &[&str] = &[$(stringify!($required)),*]; NAMES.len() };

            #[allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_variables)] // some have no fields
            fn read<'de, A: serde::de::MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error> {
                enum Order { $($required,)* $($optional,)* $($lenient,)* $($ignored,)* }
                struct At;
                impl At {
                    $(const $required: usize = Order::$required as usize;)*
                    $(const $optional: usize = Order::$optional as usize;)*
                    $(const $lenient: usize = Order::$lenient as usize;)*
                    $(const $ignored: usize = Order::$ignored as usize;)*
                }
                match at {
                    $(At::$required => $crate::wire::read::value(&mut self.$required, map),)*
                    $(At::$optional => $crate::wire::read::value(&mut self.$optional, map),)*
                    $(At::$lenient => {
                        $crate::wire::read::lenient(&mut self.$lenient, Self::FIELDS[at], &mut self.extra, map)
                    })*
                    $(At::$ignored => $crate::wire::read::ignore(map),)*
                    _ => Ok(()),
                }
            }

            fn extra(&mut self) -> &mut $crate::wire::UnknownFields {
                &mut self.extra
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::read::object(deserializer)
            }
        }
    };
}

/// Writes an object of these fields, each in its way.
macro_rules! write_fields {
    (
        $name:ident, $case:ident,
        $($way:ident $field:ident $(= $field_name:literal)?,)*
        ;
        $(extra { $($lenient:ident $(= $lenient_name:literal)?,)* })?
        $(flatten { $($flatten:ident,)* })?
    ) => {
        impl $crate::wire::write::Object for $name {
            fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $($crate::wire::write::$way(
                    map,
                    $crate::wire::name::name!($case, $field $(, $field_name)?),
                    &self.$field,
                )?;)*
                $($crate::wire::write::extra(
                    map,
                    &self.extra,
                    &[$(($crate::wire::name::name!($case, $lenient $(, $lenient_name)?), self.$lenient.is_some())),*],
                )?;)?
                $($($crate::wire::write::Object::write(&self.$flatten, map)?;)*)?
                Ok(())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::write::object(self, serializer)
            }
        }
    };
}

pub(crate) use {cover_secrets, read_fields, received_object, request_object, wire_object, write_fields};
