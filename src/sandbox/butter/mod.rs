//! Butter's side. Only what its pages document is here: no single number can be read, changed or removed.

mod agent;
mod integration;
mod number;

use serde_json::{Value, json};

use super::schema::{Fault, Rule, Wrong, faults};
use super::server::{Reply, Request, Site, phrase};
use super::service::Service;
use super::world::{Object, World};

const KEY: &str = "bk_live_sandbox";
const ORGANIZATION: &str = "org_sandbox";
/// How the ids of another organization's objects end, whichever kind they are of.
const ANOTHERS: &str = "_f00000000000";

pub(super) const SITE: Site = Site {
    service: Service::Butter,
    base_url_var: "BUTTER_BASE_URL",
    vars: &[("BUTTER_API_KEY", KEY), ("BUTTER_ORGANIZATION_ID", ORGANIZATION)],
    answer,
    refusal: |_, status, words| match status {
        422 => unprocessable([json!(["body"])], "value_error", words.unwrap_or("Value error")),
        _ => refused(status, words.unwrap_or(phrase(status))),
    },
    words: &["provider", "category", "status"],
    repeat: number::repeat,
};

fn answer(world: &mut World, request: &Request<'_>) -> Reply {
    if request.header("x-api-key") != Some(KEY) {
        return refused(401, "Invalid API key");
    }
    match request.header("x-organization-id") {
        None => return unprocessable([json!(["header", "X-Organization-Id"])], "missing", "Field required"),
        Some(ORGANIZATION) => {}
        Some(_) => return refused(403, "The API key belongs to another organization"),
    }
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method, path.as_slice()) {
        ("GET", ["api", "phone-numbers"]) => number::list(world, request),
        ("POST", ["api", "phone-numbers"]) => number::import(world, request),
        ("POST", ["api", "agents", id, "assign-phone-number"]) => agent::assign(world, id, request),
        ("POST", ["api", "agents", id, "unassign-phone-number", number]) => agent::unassign(world, id, number),
        ("POST", ["api", "integrations"]) => integration::create(world, request),
        ("PUT", ["api", "integrations", id]) => integration::update(world, id, request),
        ("DELETE", ["api", "integrations", id]) => integration::delete(world, id),
        _ => refused(404, "Not Found"),
    }
}

/// The body, if it keeps to the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = any_body(request)?;
    let faults = faults(rule, &body);
    match body {
        Value::Object(body) if faults.is_empty() => Ok(body),
        _ => Err(Reply::json(422, json!({"detail": faults.iter().map(entry).collect::<Vec<_>>()}))),
    }
}

/// The body, if it is JSON and says so.
fn any_body(request: &Request<'_>) -> Result<Value, Reply> {
    let body = if request.is_of("application/json") { request.json() } else { None };
    body.ok_or_else(|| unprocessable([json!(["body"])], "json_invalid", "JSON decode error"))
}

/// A fault as FastAPI tells it.
fn entry(fault: &Fault) -> Value {
    let mut place = vec!["body"];
    place.extend(fault.path.split('.').filter(|name| !name.is_empty()));
    match &fault.wrong {
        Wrong::Missing => json!({"type": "missing", "loc": place, "msg": "Field required"}),
        Wrong::Value(must) => {
            json!({"type": "value_error", "loc": place, "msg": format!("Value error, must be {must}")})
        }
        Wrong::Unknown(name) => {
            place.push(name);
            json!({"type": "extra_forbidden", "loc": place, "msg": "Extra inputs are not permitted"})
        }
    }
}

fn unprocessable(places: impl IntoIterator<Item = Value>, kind: &str, message: &str) -> Reply {
    let entry = |place: Value| json!({"type": kind, "loc": place, "msg": message});
    Reply::json(422, json!({"detail": places.into_iter().map(entry).collect::<Vec<_>>()}))
}

fn refused(status: u16, detail: &str) -> Reply {
    Reply::json(status, json!({"detail": detail}))
}

/// The answer to whatever was done.
fn done(status: u16, message: &str, data: impl Into<Value>) -> Reply {
    Reply::json(status, json!({"success": true, "message": message, "data": data.into()}))
}

fn is_anothers(id: &str) -> bool {
    id.ends_with(ANOTHERS)
}

/// These fields of an object, null where there is nothing.
fn picked(object: &Object, fields: &[&str]) -> Value {
    let value = |field: &str| object.get(field).cloned().unwrap_or_default();
    fields.iter().map(|&field| (field.to_owned(), value(field))).collect::<Object>().into()
}

/// A time as this service writes it.
fn now(world: &mut World) -> String {
    format!("{:.0}", world.moment())
}
