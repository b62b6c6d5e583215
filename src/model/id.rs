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
            /// Creates an id from the text unchanged. It is checked when it is used, before anything is sent.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the text.
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

        /// For people: line breaks and control characters are escaped, and text after 200 characters is cut off.
        /// [`as_str`](Self::as_str) returns the id itself.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                word(&self.0).fmt(f)
            }
        }
    )*};
}

ids! {
    /// A platform's own id of a record. It is opaque, because platforms use several forms side by side.
    NumberId;
    /// A platform's own id of an assistant or agent that answers calls. It is opaque.
    AgentId;
    /// A platform's own id of a carrier credential that it stores (Vapi `credentialId`, Butter `integration_id`). It is
    /// opaque and not a secret.
    CredentialId;
}
