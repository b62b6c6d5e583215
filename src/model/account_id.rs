use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Identifies an account at a platform or a carrier. It is the same text for every client of the account, in every
/// process, and it contains no secret.
///
/// It consists of the account's own id and the address of the service: `AC…@api.twilio.com`. The account's own id comes
/// from the client's settings (Twilio's account SID, SignalWire's project, Butter's organization) or is the name that
/// [`account_name`](crate::ClientBuilder::account_name) sets. Without either, the account id is a digest of address and
/// key (HMAC-SHA-256), so a renewed key gives the account another id. Set a name if you renew keys.
///
/// Two ids are equal if their texts are equal. serde writes and reads only the text, without former ids.
///
/// ```
/// use numport::model::AccountId;
///
/// let account = AccountId::new("support@api.example.com").formerly(["key-1@api.example.com"]);
/// assert!(account.is(&AccountId::new("key-1@api.example.com")), "what was saved before still belongs to it");
/// ```
#[derive(Clone)]
pub struct AccountId {
    text: Arc<str>,
    former: Option<Arc<[String]>>,
}

impl AccountId {
    /// Creates the id of an account, for platforms and carriers of your own.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into().into(), former: None }
    }

    /// Adds former ids of the same account. Plans and other saved data with a former id still belong to this account.
    #[must_use]
    pub fn formerly(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let texts: Arc<[String]> = texts.into_iter().map(Into::into).collect();
        self.former = Some(texts).filter(|texts| !texts.is_empty());
        self
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, and those that it had before.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::once(self.as_str()).chain(self.former.iter().flat_map(|former| former.iter()).map(String::as_str))
    }

    /// Whether what was kept under this id is of the account: it has its text, or one that it had before.
    #[must_use]
    pub fn is(&self, kept: &Self) -> bool {
        self == kept || self.former.iter().flat_map(|former| former.iter()).any(|former| **former == *kept.text)
    }
}

impl PartialEq for AccountId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for AccountId {}

impl Hash for AccountId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::word(&self.text).fmt(f)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
