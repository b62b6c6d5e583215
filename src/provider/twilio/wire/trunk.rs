use crate::model::Timestamp;
use crate::wire::received_object;

received_object! {
    snake_case;

    /// A number on an elastic SIP trunk (<https://www.twilio.com/docs/sip-trunking/api/phonenumber-resource>).
    pub struct TrunkNumber {
        required {
            /// The number's id, the same as in the account.
            sid: String,
        }
        nullable {
            /// The account that owns it.
            account_sid: String,
            /// The trunk.
            trunk_sid: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// Its name for people.
            friendly_name: String,
            /// When it came to the account: ISO 8601.
            date_created: String,
            /// When it was last changed: ISO 8601.
            date_updated: String,
        }
    }
}

impl TrunkNumber {
    /// When it came to the account, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }
}

received_object! {
    snake_case;

    /// One page of the numbers on a trunk.
    pub struct TrunkNumberPage {
        required {
            /// The numbers.
            phone_numbers: Vec<TrunkNumber>,
        }
        nullable {
            /// Where the next page is, and more about the list.
            meta: Meta,
        }
    }

    /// About a page of a list.
    pub struct Meta {
        nullable {
            /// The whole address of the next page; null at the end.
            next_page_url: String,
        }
    }
}
