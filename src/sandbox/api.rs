//! One served API: what every folder of a service implements.

use serde_json::Value;

use super::carriers::Carrier;
use super::context::Context;
use super::message::{Answer, Reply, Request};
use super::records::Object;
use crate::model::Service;

/// What is the same for every instance of an API.
#[derive(Debug)]
pub(super) struct About {
    pub(super) service: Service,
    /// The environment variable that has its base URL.
    pub(super) base_url: &'static str,
    /// The environment variables of its credentials, and their values.
    pub(super) credentials: &'static [(&'static str, &'static str)],
    /// The fields of its answers whose texts, or lists of texts, are of a closed set.
    pub(super) closed_sets: &'static [&'static str],
}

/// One served API, and all that it keeps.
pub(super) trait Api: Send {
    fn about(&self) -> &'static About;

    /// Carries a request out, or refuses it by the service's own rules.
    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer;

    /// The service's own refusal with this status, and with these words in place of its usual ones.
    fn refusal(&self, request: &Request<'_>, status: u16, words: Option<&str>) -> Reply;

    /// The numbers that it keeps, oldest first.
    fn records(&self) -> Vec<&Object>;

    /// Changes the answer to this request for a page so that it leads to the same page again.
    fn repeat_page(&self, _: &Context<'_>, _: &Request<'_>, _: &mut Value) {}

    /// Itself, if it is a carrier.
    fn as_carrier(&mut self) -> Option<&mut dyn Carrier> {
        None
    }
}
