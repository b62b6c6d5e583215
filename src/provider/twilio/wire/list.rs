use super::{IncomingPhoneNumber, Origin};
use crate::model::{ProblemCode, Problems};
use crate::wire::{query_object, received_object};

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

query_object! {
    /// Which numbers to list: all of them, unless said otherwise.
    pub struct ListNumbers {
        texts {
            /// Numbers that hold this text; `*` stands for any digit. Not an exact match.
            phone_number = "PhoneNumber",
            /// Numbers of this name, exactly.
            friendly_name = "FriendlyName",
        }
        values {
            /// Numbers of this origin.
            origin: Origin = "Origin",
            /// Numbers that are new on Twilio's platform, or those that are not.
            beta: bool = "Beta",
            /// How many a page, 1 to 1000; 50 unless said otherwise.
            page_size: u16 = "PageSize",
        }
    }

    /// Which caller ids to list: all of them, unless said otherwise.
    pub struct ListCallerIds {
        texts {
            /// This number.
            phone_number = "PhoneNumber",
            /// Those of this name.
            friendly_name = "FriendlyName",
        }
        values {
            /// How many a page, 1 to 1000; 50 unless said otherwise.
            page_size: u16 = "PageSize",
        }
    }
}

pub(in super::super) fn check_page_size(size: Option<u16>, problems: &mut Problems) {
    if let Some(size) = size.filter(|size| !(1..=PAGE_MAX).contains(size)) {
        problems.add(ProblemCode::OutOfRange, "page_size", format!("is {size}"), format!("use 1 to {PAGE_MAX}"));
    }
}
