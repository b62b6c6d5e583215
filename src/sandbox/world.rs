//! What all the sandbox's services share.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::fault::Faults;
use super::journal::Journal;
use super::records::Records;
use super::twilio::{Account, Numbers, TwilioNumber};

/// An object as a service keeps it.
pub(super) type Object = Map<String, Value>;

pub(super) struct World {
    /// The numbers held at Twilio.
    pub(super) twilio: Numbers,
    pub(super) interactly: Records,
    pub(super) vapi: Records,
    pub(super) vapi_credentials: Records,
    pub(super) signalwire: Records,
    /// The ids of the numbers of which something was asked of SignalWire's carrier.
    pub(super) at_carrier: Vec<String>,
    pub(super) butter: Records,
    pub(super) butter_integrations: Records,
    pub(super) journal: Journal,
    pub(super) faults: Faults,
    /// How many requests wait before they are carried out.
    pub(super) waiting: usize,
    max_page: usize,
    ids: u64,
    clock: Timestamp,
}

/// Without what is in it, since that may hold secrets.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// The numbers that the account holds unless the user says otherwise.
pub(super) fn seed() -> Vec<TwilioNumber> {
    let texts = ["+14155552671", "+12125550123", "+442071838750", "+4915223433333", "+18005550199"];
    texts.iter().filter_map(|text| text.parse().ok()).map(TwilioNumber::new).collect()
}

impl World {
    pub(super) fn new(numbers: &[TwilioNumber], max_page: usize, journal: Journal, faults: Faults) -> Self {
        Self {
            twilio: Numbers::new(numbers),
            interactly: Records::new("_id", &[]),
            vapi: Records::new("id", &["name", "number", "sipUri"]),
            vapi_credentials: Records::new("id", &[]),
            signalwire: Records::new("id", &["number"]),
            at_carrier: Vec::new(),
            butter: Records::new("phone_number_id", &["phone_number"]),
            butter_integrations: Records::new("integration_id", &[]),
            journal,
            faults,
            waiting: 0,
            max_page,
            ids: 0,
            clock: Timestamp::UNIX_EPOCH,
        }
    }

    /// How long a page is when this many were asked for.
    pub(super) fn page(&self, asked: usize) -> usize {
        asked.min(self.max_page)
    }

    /// What an import does at Twilio; `false` when the account does not hold the number. A trunk and an
    /// application stay, and go on beating the URL.
    pub(super) fn point(&mut self, account: &Account, number: &str, voice_url: &str, sms_url: Option<&str>) -> bool {
        let now = self.moment();
        let Some(held) = self.twilio.get_mut(number).filter(|held| held.is_of(account)) else { return false };
        let urls = [("voice_url", Some(voice_url)), ("sms_url", sms_url)];
        let set = urls.into_iter().filter_map(|(field, url)| Some((field.to_owned(), url?.into())));
        held.change(now, set.collect());
        true
    }

    /// A new id in the form of a UUID.
    pub(super) fn id(&mut self) -> String {
        self.ids += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.ids)
    }

    /// A new id of twelve hexadecimal digits behind a prefix.
    pub(super) fn hex_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}{:012x}", self.ids)
    }

    /// Now, and later than every time given before.
    pub(super) fn moment(&mut self) -> Timestamp {
        self.clock = (self.clock + Duration::from_millis(1)).max(Timestamp::now());
        self.clock
    }

    /// The same as a text, to the millisecond.
    pub(super) fn now(&mut self) -> String {
        format!("{:.3}", self.moment())
    }
}

/// The text of a field.
pub(super) fn text<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str)
}
