//! Butter, with the documented endpoints only. None of them reads, changes or removes a single number.
//!
//! Initially there are no numbers. The agents are `agent_a1b2c3d4e5f6` and `agent_b2c3d4e5f6a7`. Ids that end in `_f00000000000` belong to another
//! organization. An assignment to an agent takes over the voice URL of a Twilio number.

mod agent;
mod integration;
mod number;

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records, text};
use super::rules::{Rule, Violation, Wrong};
use crate::model::{PlatformKind, Service};

const KEY: &str = "bk_live_sandbox";
const ORGANIZATION: &str = "org_sandbox";
/// The end of every id that belongs to another organization.
const ANOTHERS: &str = "_f00000000000";

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::BUTTER),
    base_url: "BUTTER_BASE_URL",
    base_path: "",
    credentials: &[("BUTTER_API_KEY", KEY), ("BUTTER_ORGANIZATION_ID", ORGANIZATION)],
    closed_sets: &["provider", "category", "status"],
};

struct Butter {
    numbers: Records,
    integrations: Records,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    let numbers = Records::new("phone_number_id", &["phone_number"]);
    Box::new(Butter { numbers, integrations: Records::new("integration_id", &[]) })
}

impl Api for Butter {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if request.header("x-api-key") != Some(KEY) {
            return Err(refused(401, "Invalid API key"));
        }
        match request.header("x-organization-id") {
            None => return Err(unprocessable(json!(["header", "X-Organization-Id"]), "missing", "Field required")),
            Some(ORGANIZATION) => {}
            Some(_) => return Err(refused(403, "The API key belongs to another organization")),
        }
        match (request.method, request.segments().as_slice()) {
            ("GET", ["api", "phone-numbers"]) => self.list(context, request),
            ("POST", ["api", "phone-numbers"]) => self.import(context, request),
            ("POST", ["api", "agents", id, "assign-phone-number"]) => self.assign(context, id, request),
            ("POST", ["api", "agents", id, "unassign-phone-number", number]) => self.unassign(context, id, number),
            ("POST", ["api", "integrations"]) => self.create_integration(context, request),
            ("PUT", ["api", "integrations", id]) => self.update_integration(context, id, request),
            ("DELETE", ["api", "integrations", id]) => self.delete_integration(id),
            _ => Err(refused(404, "Not Found")),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        match status {
            422 => unprocessable(json!(["body"]), "value_error", words.unwrap_or("Value error")),
            _ => refused(status, words.unwrap_or(phrase(status))),
        }
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    /// The integration with this id, or the integration of the number with this id.
    fn secret_of(&self, id: &str) -> Option<&str> {
        let integration = self.numbers.get(id).and_then(|number| text(number, "integration_id"));
        self.integrations.get(integration.unwrap_or(id))?.get("credentials")?.get("auth_token")?.as_str()
    }

    fn repeat_page(&self, _: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        number::repeat(request, answer);
    }
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    rule.accept(any_body(request)?).map_err(|found| detail(found.iter().map(entry)))
}

/// The body, if it is JSON and its content type says so.
fn any_body(request: &Request<'_>) -> Result<Value, Reply> {
    request.typed_json().ok_or_else(|| unprocessable(json!(["body"]), "json_invalid", "JSON decode error"))
}

/// The problems of a body, in FastAPI's form.
fn entry(found: &Violation) -> Value {
    let mut place = vec!["body"];
    place.extend(found.path.split('.').filter(|name| !name.is_empty()));
    match &found.wrong {
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

fn unprocessable(place: Value, kind: &str, message: &str) -> Reply {
    detail([json!({"type": kind, "loc": place, "msg": message})])
}

fn detail(entries: impl IntoIterator<Item = Value>) -> Reply {
    Reply::json(422, json!({"detail": entries.into_iter().collect::<Vec<_>>()}))
}

fn refused(status: u16, detail: &str) -> Reply {
    Reply::json(status, json!({"detail": detail}))
}

/// The response to a successful request.
fn done(status: u16, message: &str, data: impl Into<Value>) -> Reply {
    Reply::json(status, json!({"success": true, "message": message, "data": data.into()}))
}

fn is_anothers(id: &str) -> bool {
    id.ends_with(ANOTHERS)
}

/// A time in this service's format.
fn now(context: &mut Context<'_>) -> String {
    format!("{:.0}", context.moment())
}
