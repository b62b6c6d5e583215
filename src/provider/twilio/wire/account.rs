use crate::model::Timestamp;
use crate::wire::{open_enum, query_object, received_object};

received_object! {
    snake_case;

    /// A Twilio account or subaccount, without the auth token that Twilio sends in plain text
    /// (<https://www.twilio.com/docs/iam/api/account>).
    pub struct Account {
        nullable {
            /// Its id, `AC` and 32 hexadecimal digits.
            sid: String,
            /// Its name for people.
            friendly_name: String,
            /// Whether the account can be used.
            status: AccountStatus,
            /// The kind of account.
            kind: AccountType = "type",
            /// The parent account, or the account's own id if it is not a subaccount.
            owner_account_sid: String,
            /// When it was created: RFC 2822.
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
    /// Returns when the account was created, if that can be read.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        super::time(self.date_created.as_deref())
    }
}

open_enum! {
    /// Whether an account can be used.
    pub enum AccountStatus {
        /// The account can be used.
        Active = "active",
        /// The account cannot be used for now.
        Suspended = "suspended",
        /// The account can no longer be used.
        Closed = "closed",
    }

    /// The kind of an account.
    pub enum AccountType {
        /// A trial account.
        Trial = "Trial",
        /// A full account.
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
            /// The address of the next page, relative to the host; null on the last page.
            next_page_uri: String,
        }
    }
}

query_object! {
    /// Which accounts to list. Defaults to the account and all its subaccounts.
    pub struct ListAccounts {
        texts {
            /// Only accounts with exactly this name.
            friendly_name = "FriendlyName",
        }
        values {
            /// Only accounts in this state.
            status: AccountStatus = "Status",
            /// The number of accounts per page, 1 to 1000. Defaults to 50.
            page_size: u16 = "PageSize",
        }
    }
}
