use serde::{Deserialize, Serialize};

use crate::model::Extra;

/// A number in a Twilio account. Nearly every field may be null, and an empty text means "unset" too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IncomingPhoneNumber {
    /// Its id, `PN` and 32 hexadecimal digits.
    pub sid: String,
    /// The account that owns it.
    pub account_sid: Option<String>,
    /// The number, in E.164 form.
    pub phone_number: String,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// What it can do.
    pub capabilities: Option<Capabilities>,
    /// `in-use` in all documented examples.
    pub status: Option<String>,
    /// `twilio`, or `hosted` for a number of another carrier.
    pub origin: Option<String>,
    /// Where its calls go.
    pub voice_url: Option<String>,
    /// The application that answers its calls; beats `voice_url`.
    pub voice_application_sid: Option<String>,
    /// The trunk that its calls go to; beats both.
    pub trunk_sid: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a Twilio number can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// Voice calls.
    pub voice: Option<bool>,
    /// Text messages.
    pub sms: Option<bool>,
    /// Picture messages.
    pub mms: Option<bool>,
    /// Fax.
    pub fax: Option<bool>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One page of the numbers in an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberPage {
    /// The numbers.
    pub incoming_phone_numbers: Vec<IncomingPhoneNumber>,
    /// Where the next page is, relative to the host; null at the end.
    pub next_page_uri: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which numbers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListNumbers {
    pub(super) phone_number: Option<String>,
    pub(super) page_size: Option<u16>,
}

impl ListNumbers {
    /// All of them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Numbers that hold this text; `*` stands for any digit. Not an exact match.
    pub fn phone_number(mut self, pattern: impl Into<String>) -> Self {
        self.phone_number = Some(pattern.into());
        self
    }

    /// How many a page, 1 to 1000; 50 unless said otherwise.
    pub const fn page_size(mut self, size: u16) -> Self {
        self.page_size = Some(size);
        self
    }
}
