//! Numbers of one account: the list and the single one.

use super::account::Account;
use super::held::Held;
use super::list::Paging;
use super::{invalid, missing};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::World;

const FILTERS: [&str; 4] = ["FriendlyName", "Beta", "PhoneNumber", "Origin"];

pub(super) fn list(world: &World, request: &Request<'_>, account: &Account) -> Reply {
    let paging = match Paging::of(world, request, &FILTERS) {
        Ok(paging) => paging,
        Err(refusal) => return refusal,
    };
    let [name, beta, number, origin] = FILTERS.map(|filter| request.query(filter));
    if beta.is_some_and(|beta| !matches!(beta, "true" | "false")) {
        return invalid("Beta must be true or false");
    }
    if origin.is_some_and(|origin| !matches!(origin, "twilio" | "hosted")) {
        return invalid("Origin must be twilio or hosted");
    }
    let fits = |held: &&Held| {
        held.is_of(account)
            && name.is_none_or(|name| held.text("friendly_name") == name)
            && origin.is_none_or(|origin| held.text("origin") == origin)
            // `true` lets all through: only `false` is documented to leave numbers out.
            && (beta != Some("false") || held.fields["beta"] == false)
    };
    let fitting: Vec<&Held> = match number {
        Some(pattern) => world.twilio.like(pattern).into_iter().filter(fits).collect(),
        None => world.twilio.iter().filter(fits).collect(),
    };
    let path = format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", account.sid);
    paging.answer(&path, "incoming_phone_numbers", &fitting, |held| held.fields.clone().into())
}

pub(super) fn get(world: &mut World, request: &Request<'_>, account: &Account, sid: &str) -> Reply {
    let held = world.twilio.with_sid(account, sid);
    held.map_or_else(|| missing(request), |held| Reply::json(200, held.fields.clone()))
}
