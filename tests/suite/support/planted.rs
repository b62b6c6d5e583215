//! A secret to plant wherever there is room for one, and the number and the account that go with it.

use numport::model::ProviderKind;
use numport::{AccountKey, E164, NumberSource, Secret};

/// Long enough for a SIP password, and in need of escapes in JSON.
pub(crate) const PLANTED: &str = "planted\"secret-7f3a9c";
/// How it may come back: in JSON, or without the part before the quotation mark.
pub(crate) const TRACE: &str = "secret-7f3a9c";
pub(crate) const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

pub(crate) fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

pub(crate) fn secret() -> Secret {
    Secret::new(PLANTED)
}

pub(crate) fn by_token() -> AccountKey {
    AccountKey::token(SID, PLANTED)
}

pub(crate) fn by_key() -> AccountKey {
    AccountKey::pair(SID, SID.replace("AC", "SK"), PLANTED)
}

/// A number of Twilio, with the key of its account.
pub(crate) fn of_twilio(key: AccountKey) -> NumberSource {
    NumberSource::account(ProviderKind::TWILIO, key)
}
