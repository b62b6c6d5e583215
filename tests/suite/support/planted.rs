//! Secrets to plant, a different one for each kind of place, so that a missing one is noticed; and the number and the
//! account that belong to them.

use numport::model::ProviderKind;
use numport::{AccountKey, E164, NumberSource, Secret};

/// Long enough for a SIP password, and with characters that JSON escapes.
pub(crate) const PLANTED: &str = "planted\"secret-7f3a9c";
/// The forms in which it may return: in JSON, or without the part before the quotation mark.
pub(crate) const TRACE: &str = "secret-7f3a9c";
/// The key of a platform's client.
pub(crate) const KEY: &str = "client-key-5d1e77";
/// The key of a carrier's client, which an import sends to the platform.
pub(crate) const CARRIER_KEY: &str = "carrier-key-88ab01";
/// A PIN in a request.
pub(crate) const PIN: &str = "pin-90417";
/// The service's own data in secret fields.
pub(crate) const ECHOED: &str = "stored-by-another-c2f6";
/// The password of a URL.
pub(crate) const IN_URL: &str = "in-a-url-31bd";
/// The texts that must not show anywhere.
pub(crate) const SEARCHED: [&str; 6] = [TRACE, KEY, CARRIER_KEY, PIN, ECHOED, IN_URL];
pub(crate) const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The URL of a callback with a password in it.
pub(crate) fn url() -> String {
    format!("https://user:{IN_URL}@example.com/{IN_URL}?x={IN_URL}")
}

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
