use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::wire::UnknownFields;

/// A number on an elastic SIP trunk (<https://www.twilio.com/docs/sip-trunking/api/phonenumber-resource>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrunkNumber {
    /// The number's id, the same as in the account.
    pub sid: String,
    /// The account that owns it.
    pub account_sid: Option<String>,
    /// The trunk.
    pub trunk_sid: Option<String>,
    /// The number, in E.164 form.
    pub phone_number: Option<String>,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// When it came to the account: ISO 8601.
    pub date_created: Option<String>,
    /// When it was last changed: ISO 8601.
    pub date_updated: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

impl TrunkNumber {
    /// When it came to the account, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }
}

/// One page of the numbers on a trunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrunkNumberPage {
    /// The numbers.
    pub phone_numbers: Vec<TrunkNumber>,
    /// Where the next page is, and more about the list.
    pub meta: Option<Meta>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// About a page of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Meta {
    /// The whole address of the next page; null at the end.
    pub next_page_url: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
}
