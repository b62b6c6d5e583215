//! Plivo's exact models.

mod account;
mod list;
mod number;

pub use account::{Account, Application, Changed, Subaccount, Trunk, TrunkDirection, TrunkStatus};
pub use list::{
    ApplicationPage, LIMIT_MAX, ListApplications, ListNumbers, ListSubaccounts, ListTrunks, NumberPage, PageMeta,
    Services, SubaccountPage, TrunkPage,
};
pub(super) use list::{List, Page};
pub use number::{AddNumber, CallbackMethod, CnamLookup, MESSAGE_URL_MAX, NumberType, PhoneNumber, UpdateNumber};
