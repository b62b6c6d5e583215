//! Cartesia. An import takes over the voice URL at Twilio with the key of the linked account. What a second import of a number
//! does is not documented; here it makes a second record.
//!
//! Initially there are no linked accounts and no numbers. Any agent id is accepted.

mod number;
mod provider;

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::{About, Api, Context};
use super::message::{Answer, Reply, Request};
use super::records::{Object, Records, fields, text};
use super::rules::{Rule, Violation};
use crate::model::{PlatformKind, Service};

const KEY: &str = "sk_car_sandbox";

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::CARTESIA),
    base_url: "CARTESIA_BASE_URL",
    base_path: "",
    credentials: &[("CARTESIA_API_KEY", KEY)],
    closed_sets: &["type", "region"],
};

struct Cartesia {
    numbers: Records,
    /// With their keys, which no response shows.
    providers: Records,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    Box::new(Cartesia { numbers: Records::new("id", &["number", "label"]), providers: Records::new("id", &[]) })
}

impl Api for Cartesia {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if !request.has_bearer(KEY) {
            return Err(error(401, "Unauthorized", "invalid API key"));
        }
        if !request.header("cartesia-version").is_some_and(is_version) {
            return Err(bad("Cartesia-Version must be a version from 2026-03-01 on"));
        }
        let path = request.segments();
        if let ["agents", agent, "phone-numbers"] = path.as_slice() {
            return if request.method == "GET" { Ok(self.list_of_agent(agent)) } else { Err(missing()) };
        }
        let ["agents", "phone-numbers", rest @ ..] = path.as_slice() else { return Err(missing()) };
        match (request.method, rest) {
            ("GET", []) => self.list(context, request),
            ("POST", []) => self.import(context, request),
            ("POST", ["provision"]) => self.provision(context, request),
            ("GET", ["providers"]) => self.list_providers(request),
            ("POST", ["providers"]) => self.create_provider(context, request),
            ("GET", ["providers", id]) => self.get_provider(id),
            ("PATCH", ["providers", id]) => self.update_provider(context, id, request),
            ("DELETE", ["providers", id]) => self.delete_provider(id),
            ("GET", [id]) => self.get(id),
            ("PATCH", [id]) => self.update(context, id, request),
            ("DELETE", [id]) => self.remove(id),
            _ => Err(missing()),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        let (title, usual) = match status {
            429 => ("Too many concurrent requests", "You have exceeded your plan's concurrency limit."),
            500 => ("Internal error", "try again"),
            _ => (super::message::phrase(status), super::message::phrase(status)),
        };
        let limited = (status == 429).then_some("concurrency_limited");
        error(status, title, words.unwrap_or(usual)).edited(|body| body["error_code"] = limited.into())
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    /// A number logs in with the key of its provider.
    fn secret_of(&self, id: &str) -> Option<&str> {
        let provider = self.numbers.get(id).and_then(|number| text(number.get("provider")?.as_object()?, "id"));
        text(self.providers.get(provider.unwrap_or(id))?, "api_key_secret")
    }

    /// The next page is after the last number of this one. So this is the number before the page, once more.
    fn repeat_page(&self, _: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        let Some(page) = answer.as_object_mut().filter(|page| page.contains_key("has_more")) else { return };
        page.insert("has_more".to_owned(), true.into());
        if let Some(before) = request.query("starting_after").and_then(|id| self.numbers.get(id)) {
            page.insert("data".to_owned(), json!([self.shown(before)]));
        }
    }
}

/// The structure of errors begins with the version 2026-03-01.
fn is_version(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok() && text >= "2026-03-01"
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.typed_json().ok_or_else(|| bad("the body is not JSON"))?;
    rule.accept(body).map_err(|found| {
        let words: Vec<String> = found.iter().map(Violation::to_string).collect();
        bad(&words.join("; "))
    })
}

fn bad(message: &str) -> Reply {
    error(400, "Bad request", message)
}

fn conflict(message: &str) -> Reply {
    error(409, "Conflict", message)
}

fn missing() -> Reply {
    error(404, "Not found", "no such phone number or provider")
}

fn error(status: u16, title: &str, message: &str) -> Reply {
    let request_id = "550e8400-e29b-41d4-a716-446655440000";
    let body = json!({"error_code": null, "title": title, "message": message, "request_id": request_id});
    Reply::json(status, fields(body))
}
