//! The trait of a served API, and how a service sees the others.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::carriers::{Carrier, Denied, Login, Routing};
use super::message::{Answer, Reply, Request};
use super::records::Object;
use crate::model::{ProviderKind, Service};

/// The facts that are the same for every instance of an API.
#[derive(Debug)]
pub(super) struct About {
    pub(super) service: Service,
    /// The environment variable of its base URL.
    pub(super) base_url: &'static str,
    /// The path of that base URL.
    pub(super) base_path: &'static str,
    /// The environment variables of its credentials, and their values.
    pub(super) credentials: &'static [(&'static str, &'static str)],
    /// The fields of its responses whose values, or lists of values, belong to a closed set.
    pub(super) closed_sets: &'static [&'static str],
}

/// One served API with its state.
pub(super) trait Api: Send {
    fn about(&self) -> &'static About;

    /// Carries out a request, or refuses it by the service's own rules.
    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer;

    /// Returns the service's own error response with this status and message.
    fn refusal(&self, request: &Request<'_>, status: u16, words: Option<&str>) -> Reply;

    /// Returns its numbers, oldest first.
    fn records(&self) -> Vec<&Object>;

    /// Returns the secret with which it logs in to a carrier for this record or stored credential. A carrier returns
    /// the secret of this account.
    fn secret_of(&self, _: &str) -> Option<&str> {
        None
    }

    /// Changes the secret of an account, if this is a carrier.
    fn change_secret(&mut self, _id: &str, _secret: &str) {}

    /// Changes the response to this request for a page, so that its next page is the same page again.
    fn repeat_page(&self, _: &Context<'_>, _: &Request<'_>, _: &mut Value) {}

    /// Returns itself, if it is a carrier.
    fn as_carrier(&mut self) -> Option<&mut dyn Carrier> {
        None
    }
}

/// Gives a service access to the others while it handles a request.
pub(super) struct Context<'a> {
    shared: &'a mut Shared,
    /// The services before and after it in the list.
    others: [&'a mut [Box<dyn Api>]; 2],
}

/// State that all services share.
#[derive(Debug)]
pub(super) struct Shared {
    max_page: usize,
    ids: u64,
    clock: Timestamp,
}

impl Shared {
    pub(super) const fn new(max_page: usize) -> Self {
        Self { max_page, ids: 0, clock: Timestamp::UNIX_EPOCH }
    }
}

impl<'a> Context<'a> {
    pub(super) const fn new(shared: &'a mut Shared, others: [&'a mut [Box<dyn Api>]; 2]) -> Self {
        Self { shared, others }
    }

    pub(super) fn others(&mut self) -> impl Iterator<Item = &mut Box<dyn Api>> {
        self.others.iter_mut().flat_map(|apis| apis.iter_mut())
    }

    /// The size of a page when a client requested this many entries.
    pub(super) fn page_size(&self, asked: usize) -> usize {
        asked.min(self.shared.max_page)
    }

    /// A new id in the form of a UUID.
    pub(super) fn id(&mut self) -> String {
        self.hex_id("00000000-0000-4000-8000-")
    }

    /// A new id: a prefix and twelve hexadecimal digits.
    pub(super) fn hex_id(&mut self, prefix: &str) -> String {
        self.shared.ids += 1;
        format!("{prefix}{:012x}", self.shared.ids)
    }

    /// The current time, later than every time returned before.
    pub(super) fn moment(&mut self) -> Timestamp {
        let shared = &mut self.shared;
        shared.clock = (shared.clock + Duration::from_millis(1)).max(Timestamp::now());
        shared.clock
    }

    /// The current time as text, in milliseconds.
    pub(super) fn now(&mut self) -> String {
        format!("{:.3}", self.moment())
    }

    /// Takes over a number. If the sandbox does not serve the carrier, nothing changes and every login is valid.
    pub(super) fn take_over(
        &mut self,
        carrier: ProviderKind,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied> {
        let now = self.moment();
        let api = self.others().find(|api| api.about().service == carrier);
        match api.and_then(|api| api.as_carrier()) {
            Some(carrier) => carrier.take_over(now, login, number, routing),
            None => Ok(()),
        }
    }
}
