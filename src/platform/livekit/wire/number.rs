//! The numbers that LiveKit sells. An import has nothing to do with them.

use serde::Deserialize;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, received_object, request_object};

open_enum! {
    /// The kind of a number.
    pub enum NumberType {
        /// Not known.
        Unspecified = "PHONE_NUMBER_TYPE_UNKNOWN",
        /// A mobile number.
        Mobile = "PHONE_NUMBER_TYPE_MOBILE",
        /// A local number.
        Local = "PHONE_NUMBER_TYPE_LOCAL",
        /// A toll-free number.
        TollFree = "PHONE_NUMBER_TYPE_TOLL_FREE",
    }

    /// The state of a number.
    pub enum NumberStatus {
        /// Not known.
        Unspecified = "PHONE_NUMBER_STATUS_UNSPECIFIED",
        /// It takes calls.
        Active = "PHONE_NUMBER_STATUS_ACTIVE",
        /// It is being set up.
        Pending = "PHONE_NUMBER_STATUS_PENDING",
        /// It was given up.
        Released = "PHONE_NUMBER_STATUS_RELEASED",
        /// It has no dispatch rule.
        Offline = "PHONE_NUMBER_STATUS_OFFLINE",
    }
}

received_object! {
    snake_case;

    /// A number that LiveKit sells or has sold to the project.
    pub struct PhoneNumber {
        optional {
            /// Its id, `PN_…`; none if it is not bought.
            id: String,
            /// The number, in E.164 form.
            e164_format: String,
            /// The country (ISO 3166-1 alpha-2).
            country_code: String,
            /// The area code.
            area_code: String,
            /// The kind.
            number_type: NumberType,
            /// The place.
            locality: String,
            /// The region.
            region: String,
            /// How much it looks like spam.
            spam_score: Number,
            /// What it can do: `voice`, `sms`.
            capabilities: Vec<String>,
            /// Its state.
            status: NumberStatus,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// When it was bought.
            assigned_at: String,
            /// When it was given up.
            released_at: String,
            /// Deprecated in favour of `sip_dispatch_rule_ids`.
            sip_dispatch_rule_id: String,
            /// The rules that take its calls.
            sip_dispatch_rule_ids: Vec<String>,
        }
    }

    /// A page of numbers.
    pub struct NumberPage {
        optional {
            /// The numbers.
            items: Vec<PhoneNumber>,
            /// Leads to the next page; none or an empty token at the last one.
            next_page_token: PageToken,
            /// How many numbers there are.
            total_count: Number,
            /// How many of them have no rule.
            offline_count: Number,
        }
    }

    /// Leads to a page.
    pub struct PageToken {
        optional {
            /// The cursor.
            token: String,
        }
    }
}

/// The number in a response.
#[derive(Deserialize)]
pub(in super::super) struct Owned {
    pub(in super::super) phone_number: Option<PhoneNumber>,
}

request_object! {
    snake_case;

    /// A search for numbers that can be bought. It costs nothing.
    pub struct SearchNumbers {
        required {
            /// The country (ISO 3166-1 alpha-2). LiveKit sells numbers of the US.
            country_code: String,
        }
        optional {
            /// The area code.
            area_code: String,
            /// The maximum number of entries. Defaults to 50.
            limit: u32,
            /// The page.
            page_token: Cursor,
        }
    }

    /// Which numbers of the project a list has.
    pub struct ListNumbers {
        optional {
            /// The maximum number of entries of a page. Defaults to 50.
            limit: u32,
            /// Those in one of these states.
            statuses: Vec<NumberStatus>,
            /// The page.
            page_token: Cursor,
            /// Those whose calls this rule takes.
            sip_dispatch_rule_id: String,
        }
    }

    /// Where a page begins.
    pub struct Cursor {
        required {
            /// The token of the page before.
            token: String,
        }
    }

    /// The body of a purchase. It costs money.
    pub struct PurchaseNumbers {
        required {
            /// The numbers, in E.164 form.
            phone_numbers: Vec<String>,
        }
        optional {
            /// The rule that takes their calls.
            sip_dispatch_rule_id: String,
        }
    }
}

/// Names a number of the project, by its id or by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberKey {
    /// `PN_…`.
    Id(String),
    /// The number, in E.164 form.
    Number(String),
}

impl NumberKey {
    pub(in super::super) fn is(&self, number: &PhoneNumber) -> bool {
        match self {
            Self::Id(id) => number.id.as_ref() == Some(id),
            Self::Number(wanted) => number.e164_format.as_ref() == Some(wanted),
        }
    }

    pub(in super::super) fn as_str(&self) -> &str {
        let (Self::Id(text) | Self::Number(text)) = self;
        text
    }
}

impl Serialize for NumberKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Id(id) => map.serialize_entry("id", id)?,
            Self::Number(number) => map.serialize_entry("phone_number", number)?,
        }
        map.end()
    }
}

impl PageToken {
    pub(in super::super) fn cursor(page: Option<Self>) -> Option<Cursor> {
        let token = page?.token.filter(|token| !token.is_empty())?;
        Some(Cursor::new(token))
    }
}

impl SearchNumbers {
    pub(crate) fn check(&self, problems: &mut Problems) {
        if self.country_code.len() != 2 {
            problems.add(ProblemCode::Length, "country_code", "is not of two letters", "give a country such as US");
        }
    }
}

impl PurchaseNumbers {
    pub(crate) fn check(&self, problems: &mut Problems) {
        if self.phone_numbers.is_empty() {
            problems.add(ProblemCode::Empty, "phone_numbers", "is empty", "give the numbers to buy");
        }
    }
}
