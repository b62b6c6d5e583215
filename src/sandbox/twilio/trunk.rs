//! The trunking API: which numbers are on an account's SIP trunk.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::Account;
use super::held::Held;
use super::list::Paging;
use super::{fault, form, invalid, is_sid, missing};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World};

/// What both APIs show of a number alike.
const SHARED: [&str; 21] = [
    "account_sid",
    "address_requirements",
    "api_version",
    "beta",
    "friendly_name",
    "phone_number",
    "sid",
    "sms_application_sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "trunk_sid",
    "voice_application_sid",
    "voice_caller_id_lookup",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
];

/// No account stands in these paths: it is that of the login.
pub(super) fn answer(
    world: &mut World,
    request: &Request<'_>,
    account: &'static Account,
    trunk: &str,
    rest: &[&str],
) -> Reply {
    if trunk != account.trunk {
        return missing(request);
    }
    match (request.method, rest) {
        ("GET", []) => list(world, request, account),
        ("POST", []) => attach(world, request, account),
        ("GET", [sid]) => {
            let held = on_trunk(world, account, sid);
            held.map_or_else(|| missing(request), |held| Reply::json(200, shown(request, held)))
        }
        ("DELETE", [sid]) => {
            let now = world.moment();
            let Some(held) = on_trunk(world, account, sid) else { return missing(request) };
            held.change(now, Object::from_iter([("trunk_sid".to_owned(), Value::Null)]));
            Reply::empty(204)
        }
        _ => missing(request),
    }
}

fn on_trunk<'a>(world: &'a mut World, account: &Account, sid: &str) -> Option<&'a mut Held> {
    world.twilio.with_sid(account, sid).filter(|held| held.text("trunk_sid") == account.trunk)
}

fn list(world: &World, request: &Request<'_>, account: &Account) -> Reply {
    let paging = match Paging::of(world, request, &[]) {
        Ok(paging) => paging,
        Err(refusal) => return refusal,
    };
    let fitting: Vec<&Held> = world.twilio.iter().filter(|held| held.text("trunk_sid") == account.trunk).collect();
    let url = format!("{}/v1/Trunks/{}/PhoneNumbers", base(request), account.trunk);
    paging.answer_v1(&url, "phone_numbers", &fitting, |held| shown(request, held))
}

fn attach(world: &mut World, request: &Request<'_>, account: &Account) -> Reply {
    let form = match form(request) {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    if let Some((name, _)) = form.iter().find(|(name, _)| name != "PhoneNumberSid") {
        return invalid(&format!("{name} is not a field of a trunk's number"));
    }
    let Some((_, sid)) = form.first() else { return invalid("PhoneNumberSid is required") };
    if !is_sid(sid, "PN") {
        return fault(400, 21421, "PhoneNumberSid is invalid");
    }
    let now = world.moment();
    let Some(held) = world.twilio.with_sid(account, sid) else { return missing(request) };
    // A second time is as good as the first; the documents do not say.
    let changes = [("trunk_sid", account.trunk), ("voice_application_sid", "")];
    held.change(now, changes.into_iter().map(|(field, value)| (field.to_owned(), value.into())).collect());
    Reply::json(201, shown(request, held))
}

/// The number as this API shows it: other dates, whole addresses, no `fax`.
fn shown(request: &Request<'_>, held: &Held) -> Value {
    let mut shown: Object = SHARED.iter().map(|&field| (field.to_owned(), held.fields[field].clone())).collect();
    let [created, updated] = held.dates().map(iso_8601);
    let (base, account, sid) = (base(request), held.text("account_sid"), held.text("sid"));
    let can = |capability: &str| held.fields["capabilities"][capability].clone();
    for (field, value) in [
        ("capabilities", json!({"voice": can("voice"), "sms": can("sms"), "mms": can("mms")})),
        ("date_created", created.into()),
        ("date_updated", updated.into()),
        ("links", json!({"phone_number": format!("{base}/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}")})),
        ("url", format!("{base}/v1/Trunks/{}/PhoneNumbers/{sid}", held.text("trunk_sid")).into()),
    ] {
        shown.insert(field.to_owned(), value);
    }
    shown.into()
}

fn iso_8601(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The sandbox's own address, as the client knows it.
fn base(request: &Request<'_>) -> String {
    format!("http://{}", request.header("host").unwrap_or("127.0.0.1"))
}
