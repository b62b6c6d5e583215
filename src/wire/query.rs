//! Query parameters, declared once like bodies.

/// An object of query parameters. Each field is a method, and is left out unless set.
///
/// | group | |
/// | --- | --- |
/// | `texts` | texts; no type is stated |
/// | `values` | of any type that is a text to the service |
/// | `apart` | what `query` does not write |
macro_rules! query_object {
    ($(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $(texts { $($(#[$text_doc:meta])* $text:ident = $text_name:literal,)+ })?
            $(values { $($(#[$value_doc:meta])* $value:ident: $value_type:ty = $value_name:literal,)+ })?
            $(apart { $($(#[$apart_doc:meta])* $apart:ident: $apart_type:ty,)+ })?
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[must_use]
        pub struct $name {
            $($(pub(crate) $text: Option<String>,)+)?
            $($(pub(crate) $value: Option<$value_type>,)+)?
            $($(pub(crate) $apart: Option<$apart_type>,)+)?
        }

        impl $name {
            /// Creates a filter that matches everything.
            pub fn new() -> Self {
                Self::default()
            }

            $($(
                $(#[$text_doc])*
                pub fn $text(mut self, text: impl Into<String>) -> Self {
                    self.$text = Some(text.into());
                    self
                }
            )+)?
            $($(
                $(#[$value_doc])*
                pub fn $value(mut self, value: $value_type) -> Self {
                    self.$value = Some(value);
                    self
                }
            )+)?
            $($(
                $(#[$apart_doc])*
                pub fn $apart(mut self, value: $apart_type) -> Self {
                    self.$apart = Some(value);
                    self
                }
            )+)?

            pub(crate) fn query(&self, call: $crate::http::Call) -> $crate::http::Call {
                call
                    $($(.query($text_name, self.$text.as_deref()))+)?
                    $($(.query($value_name, self.$value.as_ref()))+)?
            }
        }
    )+};
}

pub(crate) use query_object;
