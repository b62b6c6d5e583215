//! Twilio's side: the accounts that hold the numbers, and their trunks.

mod access;
mod account;
mod caller_id;
mod held;
mod list;
mod number;
mod trunk;
mod update;

use serde_json::{Value, json};

pub(super) use self::account::{Account, MAIN, TwilioLogin};
use self::account::{Caller, refused};
pub(super) use self::held::Numbers;
pub use self::held::TwilioNumber;
use super::server::{Reply, Request, Site, phrase};
use super::service::Service;
use super::world::World;

pub(super) const SITE: Site = Site {
    service: Service::Twilio,
    base_url_var: "TWILIO_BASE_URL",
    vars: &[("TWILIO_ACCOUNT_SID", MAIN.sid), ("TWILIO_AUTH_TOKEN", MAIN.auth_token)],
    answer,
    refusal: |_, status, words| error(status, words.unwrap_or(phrase(status))),
    words: &[
        "address_requirements",
        "emergency_address_status",
        "emergency_status",
        "origin",
        "sms_fallback_method",
        "sms_method",
        "status",
        "status_callback_method",
        "type",
        "voice_fallback_method",
        "voice_method",
        "voice_receive_mode",
    ],
    repeat,
};

fn answer(world: &mut World, request: &Request<'_>) -> Reply {
    let Some(caller) = Caller::of(request) else { return refused() };
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["2010-04-01", between @ .., last] => match last.strip_suffix(".json") {
            Some(last) => answer_2010(world, request, caller, between, last),
            // This API speaks XML where a path does not end so. Nothing is there in it, so that it shows.
            None => in_xml(),
        },
        ["v1", "Trunks", trunk, "PhoneNumbers", rest @ ..] => {
            trunk::answer(world, request, caller.account, trunk, rest)
        }
        _ => missing(request),
    }
}

fn answer_2010(world: &mut World, request: &Request<'_>, caller: Caller, between: &[&str], last: &str) -> Reply {
    let (sid, rest) = match (request.method, between, last) {
        ("GET", [], "Accounts") => return account::list(world, request, caller),
        ("GET", ["Accounts"], sid) => return account::get(request, caller, sid),
        (_, ["Accounts", sid, rest @ ..], _) => (sid, rest),
        _ => return missing(request),
    };
    let account = match caller.reach(sid, request) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    match (request.method, rest, last) {
        ("GET", [], "IncomingPhoneNumbers") => number::list(world, request, account),
        ("GET", ["IncomingPhoneNumbers"], sid) => number::get(world, request, account, sid),
        ("POST", ["IncomingPhoneNumbers"], sid) => update::update(world, request, caller, account, sid),
        ("GET", [], "OutgoingCallerIds") => caller_id::list(world, request, account),
        _ => missing(request),
    }
}

/// In both forms that lists have here.
fn repeat(_: &mut World, _: &Request<'_>, answer: &mut Value) {
    for (object, own, next) in [("", "uri", "next_page_uri"), ("/meta", "url", "next_page_url")] {
        if let Some(Value::Object(page)) = answer.pointer_mut(object).filter(|page| page.get(next).is_some()) {
            page.extend(page.get(own).cloned().map(|link| (next.to_owned(), link)));
        }
    }
}

/// The fields of a form, each there once.
fn form(request: &Request<'_>) -> Result<Vec<(String, String)>, Reply> {
    if !request.is_of("application/x-www-form-urlencoded") {
        return Err(invalid("The body must be application/x-www-form-urlencoded"));
    }
    let form = request.form();
    let is_again = |at: usize, name: &str| form.iter().take(at).any(|(before, _)| before == name);
    match form.iter().enumerate().find(|(at, (name, _))| is_again(*at, name)) {
        Some((_, (name, _))) => Err(invalid(&format!("{name} is there more than once"))),
        None => Ok(form),
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    let hex = text.strip_prefix(prefix).unwrap_or_default();
    hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn missing(request: &Request<'_>) -> Reply {
    error(404, &format!("The requested resource /{} was not found", request.path.join("/")))
}

fn invalid(message: &str) -> Reply {
    error(400, message)
}

/// An error with the code that goes with its status.
fn error(status: u16, message: &str) -> Reply {
    let code = match status {
        400 => 20001,
        401 => 20003,
        403 => 20008,
        status => 20000 + u32::from(status),
    };
    fault(status, code, message)
}

fn fault(status: u16, code: u32, message: &str) -> Reply {
    let more_info = more_info(code);
    Reply::json(status, json!({"code": code, "message": message, "more_info": more_info, "status": status}))
}

fn in_xml() -> Reply {
    let error = "<Code>20404</Code><Message>The requested resource was not found</Message>";
    let info = format!("<MoreInfo>{}</MoreInfo><Status>404</Status>", more_info(20404));
    let body = format!("<TwilioResponse><RestException>{error}{info}</RestException></TwilioResponse>");
    Reply::xml(404, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn more_info(code: u32) -> String {
    format!("https://www.twilio.com/docs/errors/{code}")
}
