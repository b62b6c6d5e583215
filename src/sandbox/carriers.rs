//! Where a platform takes over a number at its carrier, whichever carrier that is.

use jiff::Timestamp;

use super::context::Context;
use crate::model::ProviderKind;

/// What a carrier lets platforms do.
pub(super) trait Carrier {
    /// Sends a number's calls and messages elsewhere. A platform without a login uses the one that the sandbox's
    /// variables name.
    fn take_over(
        &mut self,
        now: Timestamp,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied>;
}

/// The credentials that a platform has for a carrier. Which of them there must be is the carrier's to say.
#[derive(Clone, Copy, Default)]
pub(super) struct Login<'a> {
    /// The account's id.
    pub(super) account: &'a str,
    pub(super) token: Option<&'a str>,
    /// A key's id and its secret.
    pub(super) key: Option<(&'a str, &'a str)>,
}

/// What a platform sets at the carrier: URLs, or ids of the carrier's applications. `None` leaves what is there.
#[derive(Clone, Copy, Default)]
pub(super) struct Routing<'a> {
    pub(super) calls: Option<&'a str>,
    pub(super) messages: Option<&'a str>,
}

/// Why a carrier does not let a platform have a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Denied {
    /// The login is not valid.
    Login,
    /// The account does not hold the number.
    Number,
}

impl Context<'_> {
    /// Takes over a number. At a carrier that the sandbox does not serve there is nothing to change, and every login
    /// is good.
    pub(super) fn take_over(
        &mut self,
        carrier: ProviderKind,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied> {
        let now = self.moment();
        let api = self.others().find(|api| api.about().service == carrier.into());
        match api.and_then(|api| api.as_carrier()) {
            Some(carrier) => carrier.take_over(now, login, number, routing),
            None => Ok(()),
        }
    }
}
