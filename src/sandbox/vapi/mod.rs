//! Vapi: numbers and credentials. An import of a Twilio number takes over its voice URL, and its SMS URL unless
//! `smsEnabled` is false. An import of a Telnyx number attaches it to the application that the credential names.
//!
//! Initially there are no numbers, and any assistant id is accepted. With the feature `telnyx`, the sandbox starts with one credential of the Telnyx account, because only the dashboard
//! creates such credentials.

mod credential;
mod list;
mod number;
mod tables;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records, text};
use super::rules::{Rule, Violation};
use crate::model::{PlatformKind, Service};

const KEY: &str = "sandbox-vapi-private-key";
const ORG_ID: &str = "00000000-0000-4000-8000-0000000000aa";

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::VAPI),
    base_url: "VAPI_BASE_URL",
    base_path: "",
    credentials: &[("VAPI_API_KEY", KEY)],
    closed_sets: &[
        "provider",
        "status",
        "type",
        "on",
        "key",
        "oneOf",
        "mode",
        "sipVerb",
        "outboundProtocol",
        "sortOrder",
    ],
};

struct Vapi {
    numbers: Records,
    credentials: Records,
    /// Fields of numbers and credentials that responses omit, by id.
    secrets: HashMap<String, Object>,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    let numbers = Records::new("id", &["name", "number", "sipUri"]);
    let mut vapi = Vapi { numbers, credentials: Records::new("id", &[]), secrets: HashMap::new() };
    if cfg!(feature = "telnyx") {
        vapi.hold_telnyx_credential();
    }
    Box::new(vapi)
}

impl Api for Vapi {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if !request.has_bearer(KEY) {
            let message =
                "Invalid Key. Hot tip, you may be using the private key instead of the public key, or vice versa.";
            return Err(error(401, "Unauthorized", message));
        }
        match (request.method, request.segments().as_slice()) {
            ("POST", ["phone-number"]) => self.create_number(context, request),
            ("GET", ["phone-number"]) => list::plain(&self.numbers, request),
            ("GET", ["v2", "phone-number"]) => list::paged(&self.numbers, context, request),
            ("GET", ["phone-number", id]) => get(&self.numbers, id),
            ("PATCH", ["phone-number", id]) => self.update_number(context, id, request),
            ("DELETE", ["phone-number", id]) => remove(&mut self.numbers, id),
            ("POST", ["credential"]) => self.create_credential(context, request),
            ("GET", ["credential"]) => list::plain(&self.credentials, request),
            ("GET", ["credential", id]) => get(&self.credentials, id),
            ("PATCH", ["credential", id]) => self.update_credential(context, id, request),
            ("DELETE", ["credential", id]) => remove(&mut self.credentials, id),
            _ => Err(missing()),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        let usual = if status == 429 { "Rate limit exceeded" } else { phrase(status) };
        error(status, phrase(status), words.unwrap_or(usual))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    /// A number with a credential logs in with it. A token takes precedence over an API key.
    fn secret_of(&self, id: &str) -> Option<&str> {
        let credential = self.numbers.get(id).and_then(|number| text(number, "credentialId"));
        let secrets = self.secrets.get(credential.unwrap_or(id))?;
        SECRETS.into_iter().find_map(|name| text(secrets, name))
    }

    /// Pages are requested by index, so this returns the previous page again.
    fn repeat_page(&self, context: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        if answer.get("metadata").is_none() {
            return;
        }
        let mut before = request.clone();
        for (_, page) in before.query.iter_mut().filter(|(name, _)| name == "page") {
            *page = page.parse::<usize>().map_or(1, |page| page.saturating_sub(1).max(1)).to_string();
        }
        let (Ok(page) | Err(page)) = list::paged(&self.numbers, context, &before);
        let page = page.edited(|page| page["metadata"]["hasNextPage"] = true.into());
        *answer = serde_json::from_str(&page.body).unwrap_or_default();
    }
}

/// The fields that responses omit. The first one that is set is used.
const SECRETS: [&str; 5] = ["twilioAuthToken", "twilioApiSecret", "authToken", "apiSecret", "authPassword"];

/// Removes the fields that responses omit from an object.
fn take_secrets(object: &mut Object) -> Object {
    let mut taken = Object::new();
    let plan = match object.get_mut("outboundAuthenticationPlan") {
        // An update replaces the whole field.
        Some(Value::Object(plan)) => Some(plan.remove("authPassword").unwrap_or_default()),
        Some(Value::Null) => Some(Value::Null),
        _ => None,
    };
    taken.extend(plan.map(|password| ("authPassword".to_owned(), password)));
    taken.extend(SECRETS.into_iter().filter_map(|name| object.remove_entry(name)));
    taken
}

fn get(objects: &Records, id: &str) -> Answer {
    objects.get(id).cloned().map(|object| Reply::json(200, object)).ok_or_else(missing)
}

/// Vapi returns the removed object.
fn remove(objects: &mut Records, id: &str) -> Answer {
    objects.remove(id).map(|object| Reply::json(200, object)).ok_or_else(missing)
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.json().ok_or_else(|| refused("Unexpected token in JSON"))?;
    rule.accept(body).map_err(|found| {
        let words: Vec<String> = found.iter().map(Violation::to_string).collect();
        Reply::json(400, json!({"message": words, "error": "Bad Request", "statusCode": 400}))
    })
}

/// Applies a PATCH to an object. `null` clears a field.
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
