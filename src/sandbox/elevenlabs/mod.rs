//! ElevenLabs: the numbers of a workspace. An import of a Twilio number takes over its voice URL, and its SMS URL unless
//! `enable_sms` is false. A second import of a number makes a second record, the worst that the documents leave open.
//!
//! Initially the workspace has no numbers. The agents are `agent_3701k3ttaq12ewp8b7qv5rfyszkz` and `agent_5801k3ttb0zve5mvvmrf7rhzzq9k`. A change of the agent
//! resets the environment and the branch.

mod bodies;
mod list;
mod number;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records};
use super::rules::{Rule, Violation, Wrong};
use crate::model::{PlatformKind, Service};

const KEY: &str = "sk_sandbox_elevenlabs";
const AGENTS: [(&str, &str); 2] =
    [("agent_3701k3ttaq12ewp8b7qv5rfyszkz", "Front desk"), ("agent_5801k3ttb0zve5mvvmrf7rhzzq9k", "Support")];

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::ELEVENLABS),
    base_url: "ELEVENLABS_BASE_URL",
    base_path: "",
    credentials: &[("ELEVENLABS_API_KEY", KEY)],
    closed_sets: &["provider", "livekit_stack", "transport", "media_encryption", "enabled_codecs", "direction"],
};

struct ElevenLabs {
    numbers: Records,
    /// The secrets of numbers, which no response contains, by id.
    secrets: HashMap<String, String>,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    let numbers = Records::new("phone_number_id", &["phone_number", "label"]);
    Box::new(ElevenLabs { numbers, secrets: HashMap::new() })
}

impl Api for ElevenLabs {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        match request.header("xi-api-key") {
            Some(KEY) => {}
            Some(_) => return Err(refused(401, "invalid_api_key", "Invalid API key")),
            None => return Err(refused(401, "missing_api_key", "No API key was given")),
        }
        match (request.method, request.segments().as_slice()) {
            ("POST", ["v1", "convai", "phone-numbers"]) => self.import(context, request),
            ("GET", ["v1", "convai", "phone-numbers"]) => self.list(request),
            ("GET", ["v1", "convai", "v2", "phone-numbers"]) => self.page(context, request),
            ("GET", ["v1", "convai", "phone-numbers", id]) => {
                self.number(id).map(|number| Reply::json(200, number.clone()))
            }
            ("PATCH", ["v1", "convai", "phone-numbers", id]) => self.update(id, request),
            ("DELETE", ["v1", "convai", "phone-numbers", id]) => self.delete(id),
            ("GET", ["v1", "convai", "phone-numbers", id, "sip-messages"]) => self.sip_messages(id, request),
            _ => Err(Reply::json(404, json!({"detail": "Not Found"}))),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        let code = match status {
            400 => "bad_request",
            401 => "unauthorized",
            402 => "insufficient_credits",
            403 => "forbidden",
            404 => "phone_number_not_found",
            409 => "conflict",
            422 => return unprocessable("body", "value_error", words.unwrap_or("Value error")),
            429 => "rate_limit_exceeded",
            503 => "maintenance",
            _ => "internal_error",
        };
        refused(status, code, words.unwrap_or(phrase(status)))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    /// The token of a Twilio number, or the password of a trunk's outbound login.
    fn secret_of(&self, id: &str) -> Option<&str> {
        self.secrets.get(id).map(String::as_str)
    }

    fn repeat_page(&self, _: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        list::repeat(request, answer);
    }
}

impl ElevenLabs {
    fn number(&self, id: &str) -> Result<&Object, Reply> {
        let missing = || refused(404, "phone_number_not_found", "Phone number not found");
        self.numbers.get(id).ok_or_else(missing)
    }
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.typed_json().ok_or_else(|| unprocessable("body", "json_invalid", "JSON decode error"))?;
    rule.accept(body).map_err(|found| Reply::json(422, json!({"detail": found.iter().map(entry).collect::<Vec<_>>()})))
}

/// A problem of a body, in FastAPI's form.
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

/// A schema fault of one place: the body, or a parameter of the query.
fn unprocessable(place: &str, kind: &str, message: &str) -> Reply {
    let place = if place == "body" { json!(["body"]) } else { json!(["query", place]) };
    Reply::json(422, json!({"detail": [{"type": kind, "loc": place, "msg": message}]}))
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    let kind = match status {
        400 => "invalid_request",
        401 => "authentication_error",
        402 => "payment_required",
        403 => "authorization_error",
        404 => "not_found",
        409 => "conflict",
        429 => "rate_limit_error",
        503 => "service_unavailable",
        _ => "internal_error",
    };
    let detail = json!({
        "type": kind, "code": code, "message": message, "status": code,
        "request_id": "00000000000000000000000000005a7d", "param": null,
    });
    Reply::json(status, json!({"detail": detail}))
}
