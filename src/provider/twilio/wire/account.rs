use crate::model::Timestamp;
use crate::wire::{open_enum, query_object, received_object};

received_object! {
    snake_case;

    /// A Twilio account or subaccount, without the auth token that Twilio sends along in clear
    /// (<https://www.twilio.com/docs/iam/api/account>).
    pub struct Account {
        nullable {
            /// Its id, `AC` and 32 hexadecimal digits.
            sid: String,
            /// Its name for people.
            friendly_name: String,
            /// Whether it can be used.
            status: AccountStatus,
            /// What kind it is.
            kind: AccountType = "type",
            /// The account that it is a subaccount of; its own id when it is none.
            owner_account_sid: String,
            /// When it was made: RFC 2822.
            date_created: String,
            /// When it was last changed: RFC 2822.
            date_updated: String,
        }
        ignored {
            auth_token,
        }
    }
}

impl Account {
    /// When it was made, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }
}

open_enum! {
    /// Whether an account can be used.
    pub enum AccountStatus {
        /// It can.
        Active = "active",
        /// It cannot for now.
        Suspended = "suspended",
        /// It cannot any more.
        Closed = "closed",
    }

    /// What kind of account it is.
    pub enum AccountType {
        /// One to try Twilio with.
        Trial = "Trial",
        /// A full one.
        Full = "Full",
    }
}

received_object! {
    snake_case;

    /// One page of accounts.
    pub struct AccountPage {
        required {
            /// The accounts.
            accounts: Vec<Account>,
        }
        nullable {
            /// Where the next page is, relative to the host; null at the end.
            next_page_uri: String,
        }
    }
}

query_object! {
    /// Which accounts to list: the account and all its subaccounts, unless said otherwise.
    pub struct ListAccounts {
        texts {
            /// Those of this name, exactly.
            friendly_name = "FriendlyName",
        }
        values {
            /// Those in this state.
            status: AccountStatus = "Status",
            /// How many a page, 1 to 1000; 50 unless said otherwise.
            page_size: u16 = "PageSize",
        }
    }
}
