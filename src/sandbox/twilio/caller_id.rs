//! Numbers that are verified as caller ids. The account does not hold them, and they receive no calls.

use serde_json::{Value, json};

use super::account::{Account, MAIN};
use super::list::Paging;
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Request};

const FILTERS: [&str; 2] = ["PhoneNumber", "FriendlyName"];
const NUMBER: &str = "+13125550142";
const NAME: &str = "Verified";
const SID: &str = "PN0000000000000000000000000000ca11";

pub(super) fn list(context: &Context<'_>, request: &Request<'_>, account: &Account) -> Answer {
    let paging = Paging::of(context, request, &FILTERS)?;
    let is = |name: &str, value: &str| request.query(name).is_none_or(|wanted| wanted == value);
    let fits = account.sid == MAIN.sid && is("PhoneNumber", NUMBER) && is("FriendlyName", NAME);
    let path = format!("/2010-04-01/Accounts/{}/OutgoingCallerIds", account.sid);
    let shown = |&(): &()| -> Value {
        json!({
            "account_sid": account.sid,
            "date_created": "Fri, 21 Aug 2009 00:11:24 +0000",
            "date_updated": "Fri, 21 Aug 2009 00:11:24 +0000",
            "friendly_name": NAME,
            "phone_number": NUMBER,
            "sid": SID,
            "uri": format!("{path}/{SID}.json"),
        })
    };
    let fitting = if fits { vec![()] } else { Vec::new() };
    Ok(paging.answer(&format!("{path}.json"), "outgoing_caller_ids", &fitting, shown))
}
