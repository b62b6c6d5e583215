use super::{IncomingPhoneNumber, Origin};
use crate::http::Call;
use crate::model::Problems;
use crate::wire::received_object;

/// The most entries that Twilio puts on a page.
pub const PAGE_MAX: u16 = 1000;

received_object! {
    snake_case;

    /// One page of the numbers in an account.
    pub struct NumberPage {
        required {
            /// The numbers.
            incoming_phone_numbers: Vec<IncomingPhoneNumber>,
        }
        nullable {
            /// Where the next page is, relative to the host; null at the end.
            next_page_uri: String,
        }
    }

    /// A number verified for caller id: calls may show it, but it is not owned and takes no calls here.
    pub struct CallerId {
        nullable {
            /// Its id, `PN` and 32 hexadecimal digits.
            sid: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// Its name for people.
            friendly_name: String,
        }
    }

    /// One page of the numbers verified for caller id.
    pub struct CallerIdPage {
        required {
            /// The numbers.
            outgoing_caller_ids: Vec<CallerId>,
        }
        nullable {
            /// Where the next page is, relative to the host; null at the end.
            next_page_uri: String,
        }
    }
}

/// Which numbers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListNumbers {
    phone_number: Option<String>,
    friendly_name: Option<String>,
    origin: Option<Origin>,
    beta: Option<bool>,
    page_size: Option<u16>,
}

/// Which caller ids to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListCallerIds {
    phone_number: Option<String>,
    friendly_name: Option<String>,
    page_size: Option<u16>,
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

    /// Numbers of this name, exactly.
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.friendly_name = Some(name.into());
        self
    }

    /// Numbers of this origin.
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Numbers that are new on Twilio's platform, or those that are not.
    pub const fn beta(mut self, beta: bool) -> Self {
        self.beta = Some(beta);
        self
    }

    /// How many a page, 1 to 1000; 50 unless said otherwise.
    pub const fn page_size(mut self, size: u16) -> Self {
        self.page_size = Some(size);
        self
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        check_page_size(self.page_size, problems);
    }

    pub(in super::super) fn write(&self, call: Call) -> Call {
        call.query("PhoneNumber", self.phone_number.as_deref())
            .query("FriendlyName", self.friendly_name.as_deref())
            .query("Origin", self.origin.as_ref())
            .query("Beta", self.beta)
            .query("PageSize", self.page_size)
    }
}

impl ListCallerIds {
    /// All of them.
    pub fn new() -> Self {
        Self::default()
    }

    /// This number.
    pub fn phone_number(mut self, number: impl Into<String>) -> Self {
        self.phone_number = Some(number.into());
        self
    }

    /// Those of this name.
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.friendly_name = Some(name.into());
        self
    }

    /// How many a page, 1 to 1000; 50 unless said otherwise.
    pub const fn page_size(mut self, size: u16) -> Self {
        self.page_size = Some(size);
        self
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        check_page_size(self.page_size, problems);
    }

    pub(in super::super) fn write(&self, call: Call) -> Call {
        call.query("PhoneNumber", self.phone_number.as_deref())
            .query("FriendlyName", self.friendly_name.as_deref())
            .query("PageSize", self.page_size)
    }
}

pub(super) fn check_page_size(size: Option<u16>, problems: &mut Problems) {
    if let Some(size) = size.filter(|size| !(1..=PAGE_MAX).contains(size)) {
        problems.add("page_size", format!("is {size}"), format!("use 1 to {PAGE_MAX}"));
    }
}
