//! What all the sandbox's services share.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::server::Entry;
use crate::E164;

pub(super) const ACCOUNT_SID: &str = "AC00000000000000000000000000005a7d";
pub(super) const AUTH_TOKEN: &str = "5a7d0000000000000000000000c0ffee";
pub(super) const API_KEY_SID: &str = "SK00000000000000000000000000005a7d";
pub(super) const API_KEY_SECRET: &str = "sandbox-api-key-secret";

/// An object as a service keeps it.
pub(super) type Object = Map<String, Value>;

#[derive(Debug)]
pub(super) struct World {
    /// The Twilio account's numbers.
    pub(super) held: Vec<Held>,
    pub(super) interactly: Vec<Object>,
    pub(super) vapi: Vec<Object>,
    pub(super) vapi_credentials: Vec<Object>,
    pub(super) signalwire: Vec<Object>,
    pub(super) butter: Vec<Object>,
    pub(super) butter_integrations: Vec<Object>,
    pub(super) journal: Vec<Entry>,
    max_page: usize,
    ids: u64,
    clock: Timestamp,
}

/// A number held at Twilio.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) number: E164,
    pub(super) sid: String,
    pub(super) voice_url: Option<String>,
    pub(super) sms_url: Option<String>,
}

/// How a platform proves to Twilio that it may use an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct TwilioLogin<'a> {
    pub(super) account_sid: &'a str,
    pub(super) auth_token: Option<&'a str>,
    pub(super) api_key: Option<(&'a str, &'a str)>,
}

impl TwilioLogin<'_> {
    pub(super) fn is_good(self) -> bool {
        let by_token = self.auth_token.map(|token| token == AUTH_TOKEN);
        let by_key = self.api_key.map(|key| key == (API_KEY_SID, API_KEY_SECRET));
        self.account_sid == ACCOUNT_SID && by_token.or(by_key).unwrap_or(false)
    }
}

/// The numbers that the account holds unless the user says otherwise.
pub(super) fn seed() -> Vec<E164> {
    let texts = ["+14155552671", "+12125550123", "+442071838750", "+4915223433333", "+18005550199"];
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

impl World {
    pub(super) fn new(numbers: &[E164], max_page: usize) -> Self {
        let held = numbers.iter().zip(1..).map(|(&number, nth): (_, u32)| Held {
            number,
            sid: format!("PN{nth:032x}"),
            voice_url: Some("https://demo.twilio.com/welcome/voice/".to_owned()),
            sms_url: None,
        });
        Self {
            held: held.collect(),
            interactly: Vec::new(),
            vapi: Vec::new(),
            vapi_credentials: Vec::new(),
            signalwire: Vec::new(),
            butter: Vec::new(),
            butter_integrations: Vec::new(),
            journal: Vec::new(),
            max_page,
            ids: 0,
            clock: Timestamp::UNIX_EPOCH,
        }
    }

    /// How long a page is when this many were asked for.
    pub(super) fn page(&self, asked: usize) -> usize {
        asked.min(self.max_page)
    }

    pub(super) fn held(&self, number: &str) -> Option<&Held> {
        self.held.iter().find(|held| held.number == number)
    }

    /// What an import does at Twilio; `false` when the account does not hold the number.
    pub(super) fn point(&mut self, number: &str, voice_url: &str, sms_url: Option<&str>) -> bool {
        let Some(held) = self.held.iter_mut().find(|held| held.number == number) else { return false };
        held.voice_url = Some(voice_url.to_owned());
        if let Some(url) = sms_url {
            held.sms_url = Some(url.to_owned());
        }
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
