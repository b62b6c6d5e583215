//! SignalWire's side.

mod carrier;
mod compat;
mod list;
mod market;
mod number;
mod update;

use serde_json::{Value, json};

use super::schema::{Fault, Rule, Wrong, faults, is_uuid};
use super::server::{Reply, Request, Site, phrase};
use super::service::Service;
use super::world::{Object, World};

const PROJECT: &str = "5a7d0000-0000-4000-8000-000000000001";
const TOKEN: &str = "sandbox-signalwire-token";

pub(super) const SITE: Site = Site {
    service: Service::SignalWire,
    base_url_var: "SIGNALWIRE_BASE_URL",
    vars: &[("SIGNALWIRE_PROJECT_ID", PROJECT), ("SIGNALWIRE_API_TOKEN", TOKEN), ("SIGNALWIRE_SPACE", "sandbox")],
    answer,
    refusal,
    words: &[
        "address_requirements",
        "call_fallback_method",
        "call_handler",
        "call_receive_mode",
        "call_request_method",
        "call_status_callback_method",
        "capabilities",
        "e911_status",
        "emergency_status",
        "message_fallback_method",
        "message_handler",
        "message_request_method",
        "number_type",
        "origin",
        "status",
        "type",
    ],
    repeat: |_, _, answer| {
        if let Some(Value::Object(links)) = answer.get_mut("links") {
            links.extend(links.get("self").cloned().map(|link| ("next".to_owned(), link)));
        }
    },
};

/// What is done with one number.
type Act = fn(&mut World, &str, &Request<'_>) -> Reply;

fn answer(world: &mut World, request: &Request<'_>) -> Reply {
    let login = request.basic();
    let known = login.is_some_and(|(project, token)| project == PROJECT && token == TOKEN);
    carrier::settle(world);
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["api", "laml", rest @ ..] => compat::answer(world, request, known, rest),
        _ if !known => plain(401, "Unauthorized"),
        ["api", "relay", "rest", "imported_phone_numbers"] if request.method == "POST" => {
            number::import(world, request)
        }
        ["api", "relay", "rest", "phone_numbers", rest @ ..] => phone_numbers(world, request, rest),
        _ => missing(),
    }
}

fn phone_numbers(world: &mut World, request: &Request<'_>, rest: &[&str]) -> Reply {
    match (request.method, rest) {
        ("GET", []) => list::list(world, request),
        ("POST", []) => market::purchase(world, request),
        ("GET", ["search"]) => market::search(world, request),
        ("GET", [id]) => one(world, request, id, number::get),
        ("PUT", [id]) => one(world, request, id, update::update),
        ("DELETE", [id]) => one(world, request, id, number::release),
        ("POST", [id, "e911_address"]) => one(world, request, id, carrier::assign_address),
        ("DELETE", [id, "e911_address"]) => one(world, request, id, carrier::remove_address),
        ("GET", [id, "cnam"]) => one(world, request, id, carrier::get_name),
        ("POST", [id, "cnam"]) => one(world, request, id, carrier::request_name),
        ("DELETE", [id, "cnam"]) => one(world, request, id, carrier::clear_name),
        _ => missing(),
    }
}

fn one(world: &mut World, request: &Request<'_>, id: &str, act: Act) -> Reply {
    if is_uuid(id) { act(world, id, request) } else { invalid("Id must be a UUID") }
}

fn find<'a>(world: &'a mut World, id: &str) -> Option<&'a mut Object> {
    world.signalwire.get_mut(id)
}

/// The body, if it keeps to the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = if request.is_of("application/json") { request.json() } else { None };
    let Some(body) = body else { return Err(plain(400, "Bad Request")) };
    let faults = faults(rule, &body);
    match body {
        Value::Object(body) if faults.is_empty() => Ok(body),
        _ => Err(errors("422", faults.iter().map(|fault| Value::from(sentence(fault))))),
    }
}

fn sentence(fault: &Fault) -> String {
    let what = |name: &str| {
        let words = name.replace('_', " ");
        let first = words.chars().next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(words.chars().skip(1)).collect::<String>()
    };
    match &fault.wrong {
        Wrong::Missing => format!("{} can't be blank", what(&fault.path)),
        Wrong::Value(must) if fault.path.is_empty() => format!("Body must be {must}"),
        Wrong::Value(must) => format!("{} must be {must}", what(&fault.path)),
        Wrong::Unknown(name) => format!("{} is not a known attribute", what(name)),
    }
}

fn refusal(request: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
    match (request.path.get(1).map(String::as_str), status) {
        (Some("laml"), _) => compat::refusal(status, words.unwrap_or(phrase(status))),
        (_, 422) => errors("422", [words.into()]),
        _ => plain(status, words.unwrap_or(phrase(status))),
    }
}

fn plain(status: u16, error: &str) -> Reply {
    Reply::json(status, json!({"error": error}))
}

fn missing() -> Reply {
    plain(404, "Not Found")
}

fn invalid(detail: &str) -> Reply {
    errors("422", [Value::from(detail)])
}

/// A refusal, whose code often only says its status again, and whose details can be null.
fn errors(code: &str, details: impl IntoIterator<Item = Value>) -> Reply {
    let error = |detail: Value| json!({"detail": detail, "status": "422", "title": "Invalid Attribute", "code": code});
    let errors: Vec<Value> = details.into_iter().map(error).collect();
    Reply::json(422, json!({"errors": errors}))
}
