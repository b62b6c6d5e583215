//! Vapi's side.

mod credential;
mod list;
mod number;
mod tables;

use serde_json::{Value, json};

use super::records::Records;
use super::schema::{Rule, check};
use super::server::{Reply, Request, Site, phrase};
use super::service::Service;
use super::world::{Object, World};

const KEY: &str = "sandbox-vapi-private-key";
const ORG_ID: &str = "00000000-0000-4000-8000-0000000000aa";

pub(super) const SITE: Site = Site {
    service: Service::Vapi,
    base_url_var: "VAPI_BASE_URL",
    vars: &[("VAPI_API_KEY", KEY)],
    answer,
    refusal: |_, status, words| match (status, words) {
        (_, Some(words)) => error(status, phrase(status), words),
        (429, None) => error(status, phrase(status), "Rate limit exceeded"),
        (_, None) => error(status, phrase(status), phrase(status)),
    },
    words: &["provider", "status", "type", "on", "key", "oneOf", "mode", "sipVerb", "outboundProtocol", "sortOrder"],
    repeat: list::repeat,
};

fn answer(world: &mut World, request: &Request<'_>) -> Reply {
    if !request.has_bearer(KEY) {
        let message =
            "Invalid Key. Hot tip, you may be using the private key instead of the public key, or vice versa.";
        return error(401, "Unauthorized", message);
    }
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method, path.as_slice()) {
        ("POST", ["phone-number"]) => number::create(world, request),
        ("GET", ["phone-number"]) => list::plain(&world.vapi, request),
        ("GET", ["v2", "phone-number"]) => list::paged(world, request),
        ("GET", ["phone-number", id]) => get(&world.vapi, id),
        ("PATCH", ["phone-number", id]) => number::update(world, id, request),
        ("DELETE", ["phone-number", id]) => remove(&mut world.vapi, id),
        ("POST", ["credential"]) => credential::create(world, request),
        ("GET", ["credential"]) => list::plain(&world.vapi_credentials, request),
        ("GET", ["credential", id]) => get(&world.vapi_credentials, id),
        ("PATCH", ["credential", id]) => credential::update(world, id, request),
        ("DELETE", ["credential", id]) => remove(&mut world.vapi_credentials, id),
        _ => missing(),
    }
}

fn get(objects: &Records, id: &str) -> Reply {
    objects.get(id).map_or_else(missing, |object| Reply::json(200, object.clone()))
}

/// Vapi answers a removal with what was removed.
fn remove(objects: &mut Records, id: &str) -> Reply {
    objects.remove(id).map_or_else(missing, |object| Reply::json(200, object))
}

/// The body, if it keeps to the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let Some(body) = request.json() else {
        return Err(error(400, "Bad Request", "Unexpected token in JSON"));
    };
    let faults = check(rule, &body);
    match body {
        Value::Object(body) if faults.is_empty() => Ok(body),
        _ => Err(Reply::json(400, json!({"message": faults, "error": "Bad Request", "statusCode": 400}))),
    }
}

/// Puts what a PATCH names into an object; `null` empties a field.
fn merge(object: &mut Object, changes: Object) {
    for (name, value) in changes {
        if value.is_null() {
            object.remove(&name);
        } else {
            object.insert(name, value);
        }
    }
}

fn refused(message: &str) -> Reply {
    error(400, "Bad Request", message)
}

fn missing() -> Reply {
    error(404, "Not Found", "Not Found")
}

fn error(status: u16, phrase: &str, message: &str) -> Reply {
    Reply::json(status, json!({"message": message, "error": phrase, "statusCode": status}))
}
