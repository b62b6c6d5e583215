use serde::{Deserialize, Serialize, Serializer};

use crate::E164;
use crate::model::{AccountKey, Key, Secret, expose};
use crate::wire::{Patch, UnknownFields, open_enum};

/// A number as Interactly keeps it: the answer of every call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PhoneNumber {
    /// Its id. Typed as an object id, shown as a UUID: opaque.
    #[serde(rename = "_id")]
    pub id: String,
    /// The owning team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// The phone number.
    pub number: String,
    /// The carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The attached assistant. Without one the field is absent, null or empty; which, is not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant_id: Option<String>,
    /// Whether it takes calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_enabled: Option<bool>,
    /// Whether it may make calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_enabled: Option<bool>,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// The carrier of a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Provider {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ProviderName>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
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
    /// Imports a number by the credentials that are stored in Interactly's dashboard.
    pub const fn new(number: E164) -> Self {
        Self { number, label: None, credentials: None }
    }

    /// Its name for people. It cannot be changed later.
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

/// Twilio credentials, as an import carries them: an auth token, or an API key and its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    account_sid: String,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    auth_token: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    api_secret: Option<Secret>,
}

impl From<AccountKey> for Credentials {
    fn from(account: AccountKey) -> Self {
        let AccountKey { account: account_sid, key } = account;
        let (auth_token, api_key_sid, api_secret) = match key {
            Key::Token(token) => (Some(token), None, None),
            Key::Pair { id, secret } => (None, Some(id), Some(secret)),
        };
        Self { account_sid, auth_token, api_key_sid, api_secret }
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

/// The body of an update. What is not said stays as it is.
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
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Attaches an assistant, or with [`Patch::Clear`] detaches the one that is attached.
    pub fn assistant_id(mut self, assistant: Patch<String>) -> Self {
        self.assistant_id = assistant;
        self
    }

    /// Whether it takes calls.
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

/// Here the empty text detaches, not `null`.
fn empty_detaches<S: Serializer>(patch: &Patch<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(patch.set().map_or("", String::as_str))
}
