//! Telnyx: an account with numbers and two connections. Both are Voice API applications: the account's own, and the one
//! that Vapi's stored credential names.
//!
//! The account holds `+19705555098` (on a connection), `+13035550123` (without one), `+13035550144` (on a connection, and
//! forwarded) and `+442079460018` (being ported). [`hold_telnyx`](SandboxBuilder::hold_telnyx) replaces them, and a [`TelnyxNumber`] sets
//! the routing of each. Paths begin with `/v2`, as in the documentation.
//!
//! An empty text detaches a number's connection, and null keeps it, as documented for the messaging profile. A platform
//! with the account's key attaches a number to its application. Forwarding is kept and takes precedence.

mod account;
mod handle;
mod held;
mod list;
mod number;
mod settings;
mod tables;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::handle::TelnyxHandle;
use self::held::Setup;
pub use self::held::TelnyxNumber;
use super::SandboxBuilder;
use super::api::{About, Api, Context};
use super::carriers::{Carrier, Denied, Login, Routing};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records, set, text};
use super::rules::{Rule, Violation};
use crate::model::{ProviderKind, Service};

const KEY: &str = "KEY0000000000000000000000000005A7D_sandbox";

static ABOUT: About = About {
    service: Service::Provider(ProviderKind::TELNYX),
    base_url: "TELNYX_BASE_URL",
    base_path: "/v2",
    credentials: &[("TELNYX_API_KEY", KEY)],
    closed_sets: &[
        "status",
        "phone_number_type",
        "emergency_status",
        "inbound_call_screening",
        "source_type",
        "forwarding_type",
        "usage_payment_method",
        "inbound_call_recording_format",
        "inbound_call_recording_channels",
        "record_type",
    ],
};

struct Telnyx {
    numbers: Records,
    connections: Vec<Object>,
    jobs: Records,
    key: String,
}

pub(super) fn api(builder: &SandboxBuilder) -> Box<dyn Api> {
    let numbers = Setup::of(builder);
    Box::new(Telnyx {
        numbers,
        connections: account::connections(),
        jobs: Records::new("id", &[]),
        key: KEY.to_owned(),
    })
}

impl Api for Telnyx {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if !request.has_bearer(&self.key) {
            return Err(error(401, phrase(401)));
        }
        let path = request.segments();
        let ["v2", path @ ..] = path.as_slice() else { return Err(missing()) };
        match (request.method, path) {
            ("GET", ["phone_numbers"]) => self.list(context, request),
            ("GET", ["phone_numbers", "slim"]) => self.list_slim(context, request),
            ("GET", ["phone_numbers", "voice"]) => self.list_voice(context, request),
            ("GET", ["phone_numbers", "messaging"]) => self.list_messaging(context, request),
            ("POST", ["phone_numbers", "actions", "verify_ownership"]) => self.verify_ownership(request),
            ("POST", ["phone_numbers", "jobs", "update_phone_numbers"]) => self.create_job(context, request),
            ("GET", ["phone_numbers", "jobs", id]) => self.get_job(id),
            ("GET", ["phone_numbers", id]) => Ok(data(200, self.shown(self.number(id)?))),
            ("PATCH", ["phone_numbers", id]) => self.update(context, request, id),
            ("DELETE", ["phone_numbers", id]) => self.release(context, id),
            ("GET", ["phone_numbers", id, "voice"]) => Ok(data(200, settings::voice(self.number(id)?))),
            ("PATCH", ["phone_numbers", id, "voice"]) => self.update_voice(context, request, id),
            ("GET", ["phone_numbers", id, "messaging"]) => Ok(data(200, settings::messaging(self.number(id)?))),
            ("PATCH", ["phone_numbers", id, "messaging"]) => self.update_messaging(context, request, id),
            ("POST", ["numbers_features"]) => self.features(request),
            ("GET", ["connections"]) => self.list_connections(context, request),
            ("GET", ["connections", id]) => {
                self.connection(id).map(|found| data(200, found.clone())).ok_or_else(missing)
            }
            ("GET", ["balance"]) => Ok(data(200, account::balance())),
            _ => Err(missing()),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        error(status, words.unwrap_or(phrase(status)))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    /// Pages are requested by index, so this returns the previous page again.
    fn repeat_page(&self, context: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        if answer.get("meta").is_none() {
            return;
        }
        let mut before = request.clone();
        for (_, page) in before.query.iter_mut().filter(|(name, _)| name == "page[number]") {
            *page = page.parse::<usize>().map_or(1, |page| page.saturating_sub(1).max(1)).to_string();
        }
        let page = match request.segments().last() {
            Some(&"slim") => self.list_slim(context, &before),
            Some(&"voice") => self.list_voice(context, &before),
            Some(&"messaging") => self.list_messaging(context, &before),
            Some(&"connections") => self.list_connections(context, &before),
            _ => self.list(context, &before),
        };
        let (Ok(page) | Err(page)) = page;
        let page = page.edited(|page| page["meta"]["total_pages"] = u32::MAX.into());
        *answer = serde_json::from_str(&page.body).unwrap_or_default();
    }

    /// The account has no id, so any id names it.
    fn secret_of(&self, _: &str) -> Option<&str> {
        Some(&self.key)
    }

    fn change_secret(&mut self, _: &str, secret: &str) {
        secret.clone_into(&mut self.key);
    }

    fn as_carrier(&mut self) -> Option<&mut dyn Carrier> {
        Some(self)
    }
}

impl Carrier for Telnyx {
    /// Attaches the number to a connection, and its messages to a messaging profile.
    fn take_over(
        &mut self,
        now: Timestamp,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied> {
        if login.is_some_and(|login| login.token != Some(&self.key)) {
            return Err(Denied::Login);
        }
        let id = self.held(number).and_then(|held| text(held, "id")).ok_or(Denied::Number)?.to_owned();
        let held = self.numbers.get_mut(&id).ok_or(Denied::Number)?;
        let changes = [("connection_id", routing.calls), ("messaging_profile_id", routing.messages)];
        for (field, value) in changes.into_iter().filter_map(|(field, value)| Some((field, value?))) {
            set(held, field, value);
        }
        set(held, "updated_at", format!("{now:.3}"));
        Ok(())
    }
}

impl Telnyx {
    fn number(&self, id: &str) -> Result<&Object, Reply> {
        self.numbers.get(id).ok_or_else(missing)
    }

    /// The number in E.164 form, unless it was released.
    fn held(&self, number: &str) -> Option<&Object> {
        self.numbers.iter().find(|held| text(held, "phone_number") == Some(number))
    }

    fn connection(&self, id: &str) -> Option<&Object> {
        self.connections.iter().find(|connection| text(connection, "id") == Some(id))
    }
}

/// A response with a single object.
fn data(status: u16, object: impl Into<Value>) -> Reply {
    let object: Value = object.into();
    Reply::json(status, json!({"data": object}))
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body =
        request.typed_json().ok_or_else(|| invalid("The request failed because it was not well-formed.", "/"))?;
    rule.accept(body).map_err(|found| {
        let errors = found.iter().map(|violation: &Violation| {
            let pointer = format!("/{}", violation.path.replace('.', "/"));
            fault("10015", "Bad Request", &violation.to_string(), Some(&pointer))
        });
        Reply::json(422, json!({"errors": errors.collect::<Vec<_>>()}))
    })
}

fn missing() -> Reply {
    error(404, "The requested resource or URL could not be found.")
}

fn invalid(detail: &str, pointer: &str) -> Reply {
    Reply::json(400, json!({"errors": [fault("10015", "Bad Request", detail, Some(pointer))]}))
}

/// The error of a value that names a missing object.
fn no_such(pointer: &str) -> Reply {
    let detail = "The requested parameter is invalid as the associated resource does not exist.";
    Reply::json(422, json!({"errors": [fault("10017", "Associated resource does not exist", detail, Some(pointer))]}))
}

/// An error with the code for its status.
fn error(status: u16, detail: &str) -> Reply {
    let (code, title) = match status {
        400 | 422 => ("10015", "Bad Request"),
        401 => ("10009", "Authentication failed"),
        403 => ("10010", "Authorization failed"),
        404 => ("10005", "Resource not found"),
        408 => ("10008", "Timeout"),
        409 => ("10012", "Duplicate resource"),
        429 => ("10011", "Too many requests"),
        _ => ("10007", "Unexpected error"),
    };
    Reply::json(status, json!({"errors": [fault(code, title, detail, None)]}))
}

fn fault(code: &str, title: &str, detail: &str, pointer: Option<&str>) -> Value {
    let url = format!("https://developers.telnyx.com/docs/overview/errors/{code}");
    let mut error = json!({"code": code, "title": title, "detail": detail, "meta": {"url": url}});
    if let Some(pointer) = pointer {
        error["source"] = json!({"pointer": pointer});
    }
    error
}
