//! An importer, a sandbox, and a relay to the platform that changes responses.

use std::sync::Arc;
use std::time::Duration;

use numport::sandbox::Sandbox;
use numport::{E164, ImportRequest, Imported, Importer, LookupPolicy, NumberRecord, Outcome, Result, VoicePlatform};
use serde_json::{Value, json};

use crate::hostile::{Answer, Hostile, Request, edit};
use crate::log;
use crate::services::subject::{NUMBER, Pace, Platform, is_finished};

/// How often the importer looks up a number after its create.
pub(crate) const LOOKUPS: u32 = 3;

/// The number that is imported.
pub(crate) fn number() -> E164 {
    NUMBER.parse().unwrap()
}

/// Another number, which the platform has.
pub(crate) fn stranger() -> E164 {
    "+12025550143".parse().unwrap()
}

pub(crate) struct Between {
    pub(crate) sandbox: Sandbox,
    pub(crate) relay: Hostile,
    pub(crate) platform: &'static Platform,
}

impl Between {
    /// Relays the platform's responses unchanged.
    pub(crate) async fn start(platform: &'static Platform) -> Self {
        Self::holding(platform, &[number(), stranger()]).await
    }

    pub(crate) async fn holding(platform: &'static Platform, numbers: &[E164]) -> Self {
        log::start();
        let sandbox = Sandbox::builder().held_numbers(numbers.iter().copied()).start().await.unwrap();
        let relay = Hostile::relay(&sandbox.var(platform.api.base_url).unwrap()).await;
        Self { sandbox, relay, platform }
    }

    fn var(&self, name: &str) -> Option<String> {
        if name == self.platform.api.base_url { Some(self.relay.uri.clone()) } else { self.sandbox.var(name) }
    }

    /// A client of the platform, through the relay.
    pub(crate) fn client(&self) -> Arc<dyn VoicePlatform> {
        (self.platform.connect)(&|name| self.var(name), Pace::at_once())
    }

    /// An importer from Twilio with its own clients, whose platform client goes through the relay.
    pub(crate) fn importer(&self) -> Importer {
        self.importer_into(self.client())
    }

    /// An importer without the relay.
    pub(crate) fn direct(&self) -> Importer {
        self.importer_into((self.platform.connect)(&|name| self.sandbox.var(name), Pace::at_once()))
    }

    fn importer_into(&self, platform: Arc<dyn VoicePlatform>) -> Importer {
        let twilio = self.platform.carrier("twilio", &|name| self.sandbox.var(name), Pace::at_once());
        let lookups = LookupPolicy::default().max_lookups(LOOKUPS).first_wait(Duration::ZERO);
        Importer::new(twilio, platform).lookup_policy(lookups).resend_after(Duration::ZERO)
    }

    /// Requests every field that the platform accepts.
    pub(crate) fn request(&self, number: E164) -> ImportRequest {
        (self.platform.ask)(ImportRequest::new(number))
    }

    pub(crate) async fn import(&self) -> Result<Imported> {
        self.importer().import(self.request(number())).await
    }

    /// Changes the responses to creates.
    pub(crate) fn distort_creates(&self, mut distort: impl FnMut(Answer) -> Answer + Send + 'static) {
        let platform = self.platform;
        self.relay
            .distort(move |request, answer| vec![if is_create(platform, request) { distort(answer) } else { answer }]);
    }

    /// How many creates of numbers reached the relay.
    pub(crate) fn creates(&self) -> usize {
        self.relay.requests().iter().filter(|request| is_create(self.platform, request)).count()
    }

    /// The platform's records of a number.
    pub(crate) fn records(&self, number: &E164) -> Vec<Value> {
        let field = self.platform.record.number;
        let records = self.sandbox.records(self.platform.api.service);
        records.into_iter().filter(|record| record[field] == number.as_str()).collect()
    }

    pub(crate) fn id(&self, record: &Value) -> String {
        record[self.platform.record.id].as_str().unwrap().to_owned()
    }

    /// Checks that the imported record is the only one of its number and is as requested.
    pub(crate) fn assert_own(&self, record: &NumberRecord, number: E164) {
        let records = self.records(&number);
        assert_eq!(records.len(), 1, "{records:?}");
        assert!(self.platform.is_same_id(record.id.as_str(), &self.id(&records[0])), "{record:?}");
        assert!(record.number.is(&number), "{record:?}");
        assert!(is_finished(record, &self.request(number)), "{record:?}");
    }

    /// Checks the outcome of an import.
    pub(crate) fn assert_imported(&self, result: Result<Imported>, outcome: Outcome) -> Imported {
        let imported = result.unwrap_or_else(|error| panic!("{}: {}", self.platform.api.name(), error.report()));
        let is_so = imported.outcome == outcome || outcome.was_there() && imported.outcome.was_there();
        assert!(is_so, "{imported}");
        self.assert_own(&imported.record, number());
        imported
    }
}

/// Whether this request creates a number.
pub(crate) fn is_create(platform: &Platform, request: &Request) -> bool {
    request.method == "POST" && request.path() == platform.create_path()
}

/// Removes a number's records from lists. A record is still returned by its id, unless that is its number.
pub(crate) fn unlisted(platform: &'static Platform, number: E164) -> impl Fn(&Request, Answer) -> Answer + use<> {
    let is_key = platform.is_keyed_by_number();
    let is_of = move |item: &Value| platform.shows(item, &|text| text == number.as_str());
    move |request, answer| {
        if !request.is_read() {
            return answer;
        }
        if is_key && request.path().ends_with(number.as_str()) {
            return Answer::json(404, &json!({}));
        }
        answer.edited(|body| edit::hide(body, &is_of))
    }
}
