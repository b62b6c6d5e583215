use super::{IncomingPhoneNumber, Origin};
use crate::model::{ProblemCode, Problems};
use crate::wire::{query_object, received_object};

/// The maximum number of entries per page.
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
            /// The address of the next page, relative to the host; null on the last page.
            next_page_uri: String,
        }
    }

    /// A number that is verified for caller id. Calls may show it, but the account does not own it and gets none of its
    /// calls.
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

    /// One page of the numbers that are verified for caller id.
    pub struct CallerIdPage {
        required {
            /// The numbers.
            outgoing_caller_ids: Vec<CallerId>,
        }
        nullable {
            /// The address of the next page, relative to the host; null on the last page.
            next_page_uri: String,
        }
    }
}

query_object! {
    /// Which numbers to list. Defaults to all numbers.
    pub struct ListNumbers {
        texts {
            /// Only numbers that contain this text; `*` stands for any digit. It is not an exact match.
            phone_number = "PhoneNumber",
            /// Only numbers with exactly this name.
            friendly_name = "FriendlyName",
        }
        values {
            /// Only numbers of this origin.
            origin: Origin = "Origin",
            /// Only numbers that are new on Twilio's platform, or only those that are not.
            beta: bool = "Beta",
            /// The number of entries per page, 1 to 1000. Defaults to 50.
            page_size: u16 = "PageSize",
        }
    }

    /// Which caller ids to list. Defaults to all caller ids.
    pub struct ListCallerIds {
        texts {
            /// Only this number.
            phone_number = "PhoneNumber",
            /// Only caller ids with this name.
            friendly_name = "FriendlyName",
        }
        values {
            /// The number of entries per page, 1 to 1000. Defaults to 50.
            page_size: u16 = "PageSize",
        }
    }
}

pub(in super::super) fn check_page_size(size: Option<u16>, problems: &mut Problems) {
    if let Some(size) = size.filter(|size| !(1..=PAGE_MAX).contains(size)) {
        problems.add(ProblemCode::OutOfRange, "page_size", format!("is {size}"), format!("use 1 to {PAGE_MAX}"));
    }
}
