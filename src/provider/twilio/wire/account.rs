use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::list::check_page_size;
use crate::http::Call;
use crate::model::Problems;
use crate::wire::{UnknownFields, open_enum};

/// A Twilio account or subaccount, without the auth token that Twilio sends along in clear
/// (<https://www.twilio.com/docs/iam/api/account>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// Its id, `AC` and 32 hexadecimal digits.
    pub sid: String,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// Whether it can be used.
    pub status: Option<AccountStatus>,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: Option<AccountType>,
    /// The account that it is a subaccount of; its own id when it is none.
    pub owner_account_sid: Option<String>,
    /// When it was made: RFC 2822.
    pub date_created: Option<String>,
    /// When it was last changed: RFC 2822.
    pub date_updated: Option<String>,
    /// Named, so that it is not kept among the other fields; never decoded.
    #[serde(default, rename = "auth_token", skip_serializing)]
    _auth_token: IgnoredAny,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
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

/// One page of accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Where the next page is, relative to the host; null at the end.
    pub next_page_uri: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// Which accounts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListAccounts {
    friendly_name: Option<String>,
    status: Option<AccountStatus>,
    page_size: Option<u16>,
}

impl ListAccounts {
    /// The account and all its subaccounts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of this name, exactly.
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.friendly_name = Some(name.into());
        self
    }

    /// Those in this state.
    pub fn status(mut self, status: AccountStatus) -> Self {
        self.status = Some(status);
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
        call.query("FriendlyName", self.friendly_name.as_deref())
            .query("Status", self.status.as_ref())
            .query("PageSize", self.page_size)
    }
}
