use std::fmt;

use serde::{Deserialize, Serialize};

use super::word;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is. It is checked where it is used, before anything is sent.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(id: T) -> Self {
                Self(id.into())
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        /// For people: what would break the line is escaped, and what is longer than 200 characters is cut off.
        /// [`as_str`](Self::as_str) is the id itself.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                word(&self.0).fmt(f)
            }
        }
    )*};
}

ids! {
    /// A platform's own id of a record. Opaque: platforms use several forms side by side.
    NumberId;
    /// A platform's own id of what answers calls (assistant, agent). Opaque.
    AgentId;
    /// A platform's own id of a carrier credential that it holds (Vapi `credentialId`, Butter
    /// `integration_id`). Opaque, and not a secret.
    CredentialId;
}
