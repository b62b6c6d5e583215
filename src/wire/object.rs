//! JSON objects written down once: the fields with their docs; the rest follows from them.

/// An object that is both sent and received, its names in camel case. Who sends it gives what is required
/// to `new`; who receives it finds every field optional, since a platform may drop any, and unknown ones
/// kept.
macro_rules! wire_object {
    ($(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $(required { $($(#[doc = $required_doc:expr])* $(#[serde($($required_serde:tt)*)])? $required:ident: $required_type:ty,)+ })?
            $(optional { $($(#[doc = $optional_doc:expr])* $(#[serde($($optional_serde:tt)*)])? $optional:ident: $optional_type:ty,)+ })?
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $($(
                $(#[doc = $required_doc])*
                $(#[serde($($required_serde)*)])?
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $required: Option<$required_type>,
            )+)?
            $($(
                $(#[doc = $optional_doc])*
                $(#[serde($($optional_serde)*)])?
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_type>,
            )+)?
            /// Every field that this crate does not know.
            #[serde(flatten)]
            pub extra: $crate::wire::UnknownFields,
        }

        impl<'de> serde::Deserialize<'de> for $name {
            #[allow(unused_variables)] // some have no fields of their own
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The known fields alone, by the same name, since errors tell it.
                #[derive(serde::Deserialize)]
                #[serde(rename_all = "camelCase")]
                struct $name {
                    $($($(#[serde($($required_serde)*)])? $required: Option<$required_type>,)+)?
                    $($($(#[serde($($optional_serde)*)])? $optional: Option<$optional_type>,)+)?
                }
                let mut extra = $crate::wire::UnknownFields::default();
                let known: $name = $crate::wire::keep::read(deserializer, &mut extra)?;
                Ok(Self {
                    $($($required: known.$required,)+)?
                    $($($optional: known.$optional,)+)?
                    extra,
                })
            }
        }

        impl $name {
            /// With what is required, where something is, and nothing else.
            #[allow(clippy::new_without_default)]
            #[must_use]
            pub fn new($($($required: impl Into<$required_type>),+)?) -> Self {
                Self { $($($required: Some($required.into()),)+)? ..Self::default() }
            }

            $($(
                $(#[doc = $optional_doc])*
                #[must_use]
                pub fn $optional(mut self, value: impl Into<$optional_type>) -> Self {
                    self.$optional = Some(value.into());
                    self
                }
            )+)?
        }
    )+};
}

/// An object that is only sent, its names in camel case unless it says `snake_case;`. What is required is
/// given to `new`, the rest by methods.
macro_rules! request_object {
    (snake_case; $($objects:tt)+) => { $crate::wire::request_object!(@ "snake_case"; $($objects)+); };
    (@ $case:literal; $(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $(required { $($(#[doc = $required_doc:expr])* $(#[serde($($required_serde:tt)*)])? $required:ident: $required_type:ty,)+ })?
            $(optional { $($(#[doc = $optional_doc:expr])* $(#[serde($($optional_serde:tt)*)])? $optional:ident: $optional_type:ty,)+ })?
            $(patch { $($(#[doc = $patch_doc:expr])* $(#[serde($($patch_serde:tt)*)])? $patch:ident: $patch_type:ty,)+ })?
            $(flatten { $($(#[doc = $flatten_doc:expr])* $(#[serde($($flatten_serde:tt)*)])? $flatten:ident: $flatten_type:ty,)+ })?
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(rename_all = $case)]
        #[must_use]
        pub struct $name {
            $($(
                $(#[doc = $required_doc])*
                $(#[serde($($required_serde)*)])?
                $required: $required_type,
            )+)?
            $($(
                $(#[doc = $optional_doc])*
                $(#[serde($($optional_serde)*)])?
                #[serde(skip_serializing_if = "Option::is_none")]
                $optional: Option<$optional_type>,
            )+)?
            $($(
                $(#[doc = $patch_doc])*
                $(#[serde($($patch_serde)*)])?
                #[serde(skip_serializing_if = "Patch::is_keep")]
                $patch: $crate::wire::Patch<$patch_type>,
            )+)?
            $($(
                $(#[doc = $flatten_doc])*
                $(#[serde($($flatten_serde)*)])?
                #[serde(flatten)]
                $flatten: $flatten_type,
            )+)?
        }

        impl $name {
            /// With what is required, where something is, and nothing else.
            #[allow(clippy::new_without_default)]
            pub fn new($($($required: impl Into<$required_type>),+)?) -> Self {
                Self {
                    $($($required: $required.into(),)+)?
                    $($($optional: None,)+)?
                    $($($patch: $crate::wire::Patch::Keep,)+)?
                    $($($flatten: Default::default(),)+)?
                }
            }

            $($(
                $(#[doc = $optional_doc])*
                pub fn $optional(mut self, value: impl Into<$optional_type>) -> Self {
                    self.$optional = Some(value.into());
                    self
                }
            )+)?
            $($(
                $(#[doc = $patch_doc])*
                pub fn $patch(mut self, patch: impl Into<$crate::wire::Patch<$patch_type>>) -> Self {
                    self.$patch = patch.into();
                    self
                }
            )+)?
            $($(
                $(#[doc = $flatten_doc])*
                pub fn $flatten(mut self, value: $flatten_type) -> Self {
                    self.$flatten = value;
                    self
                }
            )+)?
        }
    )+};
    ($($objects:tt)+) => { $crate::wire::request_object!(@ "camelCase"; $($objects)+); };
}

pub(crate) use {request_object, wire_object};
