//! Numbers of one account: the list and single numbers.

use super::account::Account;
use super::held::Held;
use super::list::Paging;
use super::{Twilio, invalid, missing};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};

const FILTERS: [&str; 4] = ["FriendlyName", "Beta", "PhoneNumber", "Origin"];

impl Twilio {
    pub(super) fn list(&self, context: &Context<'_>, request: &Request<'_>, account: &Account) -> Answer {
        let paging = Paging::of(context, request, &FILTERS)?;
        let [name, beta, number, origin] = FILTERS.map(|filter| request.query(filter));
        if beta.is_some_and(|beta| !matches!(beta, "true" | "false")) {
            return Err(invalid("Beta must be true or false"));
        }
        if origin.is_some_and(|origin| !matches!(origin, "twilio" | "hosted")) {
            return Err(invalid("Origin must be twilio or hosted"));
        }
        let fits = |held: &&Held| {
            held.is_of(account)
                && name.is_none_or(|name| held.text("friendly_name") == name)
                && origin.is_none_or(|origin| held.text("origin") == origin)
                // `true` lists all numbers: as documented, only `false` leaves some out.
                && (beta != Some("false") || held.fields["beta"] == false)
        };
        let fitting: Vec<&Held> = match number {
            Some(pattern) => self.numbers.like(pattern).into_iter().filter(fits).collect(),
            None => self.numbers.iter().filter(fits).collect(),
        };
        let path = format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", account.sid);
        Ok(paging.answer(&path, "incoming_phone_numbers", &fitting, |held| held.fields.clone().into()))
    }

    pub(super) fn get(&mut self, request: &Request<'_>, account: &Account, sid: &str) -> Answer {
        let held = self.numbers.with_sid(account, sid).ok_or_else(|| missing(request))?;
        Ok(Reply::json(200, held.fields.clone()))
    }
}
