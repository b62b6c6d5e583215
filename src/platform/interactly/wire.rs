use serde::{Serialize, Serializer};

use crate::E164;
use crate::model::{AccountKey, Key, Secret};
use crate::wire::{Patch, open_enum, received_object, request_object};

received_object! {
    /// A number as Interactly stores it. Every call returns it.
    pub struct PhoneNumber {
        required {
            /// Its id. The documents disagree on its form, so treat it as opaque.
            id: String = "_id",
            /// The phone number.
            number: String,
        }
        optional {
            /// The owning team.
            team_id: String,
            /// The carrier.
            provider: Provider,
            /// The attached assistant. Without one the field is absent, null or empty.
            assistant_id: String,
            /// Whether it receives calls.
            inbound_enabled: bool,
            /// Whether it may make calls.
            outbound_enabled: bool,
            /// Its name for people.
            label: String,
        }
    }

    /// The carrier of a number.
    pub struct Provider {
        optional {
            /// Its name.
            name: ProviderName,
        }
    }
}

open_enum! {
    /// A carrier that Interactly imports from.
    pub enum ProviderName {
        /// Twilio, the only one documented.
        Twilio = "twilio",
    }
}

/// The body of an import.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use]
pub struct ImportNumber {
    number: E164,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Credentials>,
}

impl ImportNumber {
    /// Imports a number with the credentials that are stored in Interactly's dashboard.
    pub const fn new(number: E164) -> Self {
        Self { number, label: None, credentials: None }
    }

    pub(super) const fn number(&self) -> &E164 {
        &self.number
    }

    /// Sets its name for people. It cannot be changed later.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Uses these credentials instead of the stored ones.
    pub fn credentials(mut self, credentials: impl Into<Credentials>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }
}

request_object! {
    /// The Twilio credentials of an import: an auth token, or an API key and its secret.
    pub struct Credentials {
        required {
            /// The account, `AC…`.
            account_sid: String,
        }
        optional {
            /// The account's auth token.
            auth_token: Secret,
            /// The id of an API key, `SK…`.
            api_key_sid: String,
            /// The key's secret.
            api_secret: Secret,
        }
    }
}

impl From<AccountKey> for Credentials {
    fn from(account: AccountKey) -> Self {
        let credentials = Self::new(account.account);
        match account.key {
            Key::Token(token) => credentials.auth_token(token),
            Key::Pair { id, secret } => credentials.api_key_sid(id).api_secret(secret),
        }
    }
}

/// The body of a purchase. It costs money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct PurchaseNumber {
    number: E164,
}

impl PurchaseNumber {
    /// Buys this number.
    pub const fn new(number: E164) -> Self {
        Self { number }
    }
}

/// The body of an update. Fields that are not set stay unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use]
pub struct UpdateNumber {
    #[serde(skip_serializing_if = "Patch::is_keep", serialize_with = "empty_detaches")]
    assistant_id: Patch<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbound_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outbound_enabled: Option<bool>,
}

impl UpdateNumber {
    /// Creates an update that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Attaches an assistant; [`Patch::Clear`] detaches the current one.
    pub fn assistant_id(mut self, assistant: Patch<String>) -> Self {
        self.assistant_id = assistant;
        self
    }

    /// Whether it receives calls.
    pub const fn inbound_enabled(mut self, enabled: bool) -> Self {
        self.inbound_enabled = Some(enabled);
        self
    }

    /// Whether it may make calls.
    pub const fn outbound_enabled(mut self, enabled: bool) -> Self {
        self.outbound_enabled = Some(enabled);
        self
    }
}

/// An empty text detaches the assistant here, not `null`.
fn empty_detaches<S: Serializer>(patch: &Patch<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(patch.set().map_or("", String::as_str))
}
