//! Twilio's exact models.

mod account;
mod list;
mod number;
mod trunk;
mod update;

pub use account::{Account, AccountPage, AccountStatus, AccountType, ListAccounts};
pub(super) use list::check_page_size;
pub use list::{CallerId, CallerIdPage, ListCallerIds, ListNumbers, NumberPage, PAGE_MAX};
pub use number::{
    Capabilities, EmergencyAddressStatus, EmergencyStatus, IncomingPhoneNumber, Origin, VoiceReceiveMode,
};
pub use trunk::{Meta, OriginationUrl, OriginationUrlPage, Trunk, TrunkNumber, TrunkNumberPage, TrunkPage};
pub use update::{CallbackMethod, FRIENDLY_NAME_MAX, UpdateNumber};

use crate::model::Timestamp;

/// A time as either of Twilio's two APIs writes it: RFC 2822 or ISO 8601.
fn time(text: Option<&str>) -> Option<Timestamp> {
    let text = text?;
    text.parse().ok().or_else(|| Timestamp::from_rfc_2822(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let written = |text| time(Some(text)).map(|time| time.to_string());
        assert_eq!(written("Thu, 30 Jul 2015 23:19:04 +0000").as_deref(), Some("2015-07-30T23:19:04Z"));
        assert_eq!(written("2010-12-10T17:27:34Z").as_deref(), Some("2010-12-10T17:27:34Z"));
        assert_eq!((written("yesterday"), written(""), time(None)), (None, None, None));
    }
}
