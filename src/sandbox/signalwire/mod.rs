//! SignalWire. Initially, five numbers are for sale. The carrier confirms each request, such as one for a caller name,
//! before the next API request.

mod carrier;
mod compat;
mod list;
mod market;
mod number;
mod update;

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records};
use super::rules::{Rule, Violation, Wrong, is_uuid};
use crate::model::{PlatformKind, Service};

const PROJECT: &str = "5a7d0000-0000-4000-8000-000000000001";
const TOKEN: &str = "sandbox-signalwire-token";

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::SIGNALWIRE),
    base_url: "SIGNALWIRE_BASE_URL",
    base_path: "",
    credentials: &[
        ("SIGNALWIRE_PROJECT_ID", PROJECT),
        ("SIGNALWIRE_API_TOKEN", TOKEN),
        ("SIGNALWIRE_SPACE", "sandbox"),
    ],
    closed_sets: &[
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
};

struct SignalWire {
    numbers: Records,
    /// The ids of the numbers with requests that the carrier has not confirmed.
    at_carrier: Vec<String>,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    Box::new(SignalWire { numbers: Records::new("id", &["number"]), at_carrier: Vec::new() })
}

impl Api for SignalWire {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let known = request.has_basic(PROJECT, TOKEN);
        self.settle();
        match request.segments().as_slice() {
            ["api", "laml", rest @ ..] => self.answer_compat(context, request, known, rest),
            _ if !known => Err(plain(401, "Unauthorized")),
            ["api", "relay", "rest", "imported_phone_numbers"] if request.method == "POST" => {
                self.import(context, request)
            }
            ["api", "relay", "rest", "phone_numbers", rest @ ..] => self.answer_numbers(context, request, rest),
            _ => Err(missing()),
        }
    }

    fn refusal(&self, request: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        match (request.path.get(1).map(String::as_str), status) {
            (Some("laml"), _) => compat::refusal(status, words.unwrap_or(phrase(status))),
            (_, 422) => errors("422", [words.into()]),
            _ => plain(status, words.unwrap_or(phrase(status))),
        }
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    fn repeat_page(&self, _: &Context<'_>, _: &Request<'_>, answer: &mut Value) {
        if let Some(Value::Object(links)) = answer.get_mut("links") {
            links.extend(links.get("self").cloned().map(|link| ("next".to_owned(), link)));
        }
    }
}

impl SignalWire {
    fn answer_numbers(&mut self, context: &mut Context<'_>, request: &Request<'_>, rest: &[&str]) -> Answer {
        match (request.method, rest) {
            ("GET", []) => self.list(context, request),
            ("POST", []) => self.purchase(context, request),
            ("GET", ["search"]) => self.search(request),
            ("GET", [id]) => self.get(uuid(id)?),
            ("PUT", [id]) => self.update(context, uuid(id)?, request),
            ("DELETE", [id]) => self.release(uuid(id)?),
            ("POST", [id, "e911_address"]) => self.assign_address(context, uuid(id)?, request),
            ("DELETE", [id, "e911_address"]) => self.remove_address(context, uuid(id)?),
            ("GET", [id, "cnam"]) => self.get_name(uuid(id)?),
            ("POST", [id, "cnam"]) => self.request_name(context, uuid(id)?, request),
            ("DELETE", [id, "cnam"]) => self.clear_name(uuid(id)?),
            _ => Err(missing()),
        }
    }

    fn number(&mut self, id: &str) -> Result<&mut Object, Reply> {
        self.numbers.get_mut(id).ok_or_else(missing)
    }
}

fn uuid(id: &str) -> Result<&str, Reply> {
    if is_uuid(id) { Ok(id) } else { Err(invalid("Id must be a UUID")) }
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.typed_json().ok_or_else(|| plain(400, "Bad Request"))?;
    rule.accept(body).map_err(|found| errors("422", found.iter().map(|found| Value::from(sentence(found)))))
}

fn sentence(found: &Violation) -> String {
    let what = |name: &str| {
        let words = name.replace('_', " ");
        let first = words.chars().next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(words.chars().skip(1)).collect::<String>()
    };
    match &found.wrong {
        Wrong::Missing => format!("{} can't be blank", what(&found.path)),
        Wrong::Value(must) if found.path.is_empty() => format!("Body must be {must}"),
        Wrong::Value(must) => format!("{} must be {must}", what(&found.path)),
        Wrong::Unknown(name) => format!("{} is not a known attribute", what(name)),
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

/// An error response. As documented, its code may repeat the status, and its details may be null.
fn errors(code: &str, details: impl IntoIterator<Item = Value>) -> Reply {
    let error = |detail: Value| json!({"detail": detail, "status": "422", "title": "Invalid Attribute", "code": code});
    let errors: Vec<Value> = details.into_iter().map(error).collect();
    Reply::json(422, json!({"errors": errors}))
}
