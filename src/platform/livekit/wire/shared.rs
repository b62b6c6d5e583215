//! What trunks and rules share.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{document, open_enum, received_object, request_object, wire_object};

/// The items of a list. A response to another request must not be read as an empty list: only an empty object may lack
/// the items, and every item has its id.
pub(in super::super) struct Items<T>(pub(in super::super) Vec<T>);

/// One trunk; null if it does not exist. As of a list, only an empty object may lack it.
pub(in super::super) struct Got<T>(pub(in super::super) Option<T>);

/// What has an id.
pub(in super::super) trait Identified {
    fn id(&self) -> Option<&str>;
}

impl<'de, T: DeserializeOwned + Identified> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items: Vec<T> = only(deserializer, "items")?.unwrap_or_default();
        if items.iter().any(|item| item.id().is_none_or(str::is_empty)) {
            return Err(D::Error::custom("an item has no id"));
        }
        Ok(Self(items))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Got<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        only(deserializer, "trunk").map(Self)
    }
}

/// The field of an object that has this field, or none at all.
fn only<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
    name: &'static str,
) -> Result<Option<T>, D::Error> {
    let mut fields = Map::deserialize(deserializer)?;
    match fields.remove(name) {
        None if fields.is_empty() => Ok(None),
        None => Err(D::Error::missing_field(name)),
        Some(value) => document::from_value(value).map_err(D::Error::custom),
    }
}

/// Texts by name, such as headers. `Debug` prints only the names, because a value may be a secret.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(pub Map<String, Value>);

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Texts {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(texts: I) -> Self {
        Self(texts.into_iter().map(|(name, value)| (name.into(), Value::String(value.into()))).collect())
    }
}

open_enum! {
    /// Whether media are encrypted (SRTP).
    pub enum MediaEncryption {
        /// Never.
        Disable = "SIP_MEDIA_ENCRYPT_DISABLE",
        /// If the other side supports it.
        Allow = "SIP_MEDIA_ENCRYPT_ALLOW",
        /// Always.
        Require = "SIP_MEDIA_ENCRYPT_REQUIRE",
    }

    /// Which SIP headers become attributes of the participant.
    pub enum IncludeHeaders {
        /// None.
        No = "SIP_NO_HEADERS",
        /// Those whose names begin with `X-`.
        X = "SIP_X_HEADERS",
        /// All.
        All = "SIP_ALL_HEADERS",
    }
}

wire_object! {
    snake_case;

    /// The media of a trunk's or a rule's calls.
    pub struct MediaConfig {
        optional {
            /// Whether only the listed codecs are used.
            only_listed_codecs: bool,
            /// The codecs.
            codecs: Vec<Codec>,
            /// Whether media are encrypted.
            encryption: MediaEncryption,
            /// How long to wait for media, such as `30s`.
            media_timeout: String,
        }
    }

    /// A codec.
    pub struct Codec {
        required {
            /// Its name, such as `PCMU`.
            name: String,
        }
        optional {
            /// Its sample rate, in Hz.
            rate: Number,
        }
    }
}

received_object! {
    snake_case;

    /// A trunk of either kind that was removed.
    pub struct RemovedTrunk {
        required {
            /// Its id.
            sip_trunk_id: String,
        }
        optional {
            /// Its name.
            name: String,
        }
    }
}

request_object! {
    snake_case;

    /// A page of a list. The maximum of `limit` is not documented.
    pub struct Page {
        optional {
            /// The id of the last item of the page before.
            after_id: String,
            /// The maximum number of items.
            limit: u32,
        }
    }

    /// Which trunks a list has. Without a filter it has all.
    pub struct ListTrunks {
        optional {
            /// The page.
            page: Page,
            /// The trunks with these ids.
            trunk_ids: Vec<String>,
            /// The trunks with these numbers, and those that accept every number. LiveKit ignores punctuation and `+`.
            numbers: Vec<String>,
        }
    }
}

impl ListTrunks {
    pub(in super::super) fn at(&self, after: Option<String>) -> Self {
        let mut list = self.clone();
        if let Some(id) = after {
            list.page = Some(list.page.unwrap_or_else(Page::new).after_id(id));
        }
        list
    }
}

/// A change of a list of texts. One change is sent at a time, because the result of several is not documented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListUpdate {
    /// Replaces the list.
    Set(Vec<String>),
    /// Adds these; those that are there stay once.
    Add(Vec<String>),
    /// Removes these. A list of numbers that becomes empty accepts every number.
    Remove(Vec<String>),
    /// Empties the list, if true.
    Clear(bool),
}

/// An address of a trunk is an IP address or a network.
pub(super) fn check_masks(masks: &[String], problems: &mut Problems) {
    let is_bad = |mask: &String| mask.is_empty() || mask.contains("://") || mask.contains(|c| "()+*;, ".contains(c));
    if masks.iter().any(is_bad) {
        let remedy = "give IP addresses, or networks such as 203.0.113.8/30";
        problems.add(ProblemCode::Malformed, "allowed_addresses", "has an entry that is no IP address", remedy);
    }
}

pub(super) fn check_new(id: Option<&String>, field: &str, problems: &mut Problems) {
    if id.is_some_and(|id| !id.is_empty()) {
        problems.add(ProblemCode::Unsupported, field, "cannot be chosen", "leave it out: LiveKit assigns it");
    }
}

/// A SIP login consists of both.
pub(super) fn check_login(user: Option<&String>, password: Option<&Secret>, problems: &mut Problems) {
    let has = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    let (user, password) = (has(user.map(String::as_str)), has(password.map(Secret::expose)));
    if user != password {
        let field = if user { "auth_password" } else { "auth_username" };
        problems.add(ProblemCode::Missing, field, "is missing", "give the user and the password, or neither");
    }
}
