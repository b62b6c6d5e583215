//! Vonage: an account with numbers and two applications. Both of its hosts are on one port.
//!
//! The account holds `+447700900000` (with an application), `+12015550123` (forwarded to a SIP address) and `+447700900001`
//! (which cannot receive calls). [`hold_vonage`](SandboxBuilder::hold_vonage) replaces them. An update replaces all fields and clears
//! those that it leaves out. A URL for messages whose host ends with `.invalid` does not answer, so the sandbox refuses
//! an update with it (420).
//!
//! A platform with the account's login links a number to its application, creates the application if it is missing, and
//! clears the URL for messages. Forwarding is kept and takes precedence.

mod handle;
mod held;
mod list;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::handle::VonageHandle;
use self::held::Setup;
pub use self::held::VonageNumber;
use super::SandboxBuilder;
use super::api::{About, Api, Context};
use super::carriers::{Carrier, Denied, Login, Routing};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records, fields, set, text};
use crate::model::{ProviderKind, Service};

const KEY: &str = "5a7d5a7d";
const SECRET: &str = "Sandbox0VonageSecret";

static ABOUT: About = About {
    service: Service::Provider(ProviderKind::VONAGE),
    base_url: "VONAGE_BASE_URL",
    base_path: "",
    credentials: &[("VONAGE_API_KEY", KEY), ("VONAGE_API_SECRET", SECRET)],
    closed_sets: &["type", "features", "voiceCallbackType", "messagesCallbackType", "http_method"],
};

/// The fields of an update.
const FIELDS: [&str; 10] = [
    "country",
    "msisdn",
    "app_id",
    "moHttpUrl",
    "moSmppSysType",
    "voiceCallbackType",
    "voiceCallbackValue",
    "voiceStatusCallback",
    "messagesCallbackType",
    "messagesCallbackValue",
];

struct Vonage {
    numbers: Records,
    applications: Vec<Object>,
    secret: String,
}

pub(super) fn api(builder: &SandboxBuilder) -> Box<dyn Api> {
    let applications = vec![
        application(held::APPLICATION, "Front desk", "https://example.com/answer"),
        application(held::OTHER_APPLICATION, "Back office", "https://example.com/office"),
    ];
    Box::new(Vonage { numbers: Setup::of(builder), applications, secret: SECRET.to_owned() })
}

impl Api for Vonage {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if !request.has_basic(KEY, &self.secret) {
            return Err(self.refusal(request, 401, None));
        }
        match (request.method, request.segments().as_slice()) {
            ("GET", ["account", "numbers"]) => list::numbers(&self.numbers, context, request),
            ("GET", ["account", "get-balance"]) => Ok(Reply::json(200, json!({"value": 10.28, "autoReload": false}))),
            ("POST", ["number", "update"]) => self.update(request),
            ("POST", ["number", "cancel"]) => self.cancel(request),
            ("GET", ["v2", "applications"]) => list::applications(&self.applications, context, request),
            ("GET", ["v2", "applications", id]) => {
                let found = self.applications.iter().find(|found| text(found, "id") == Some(id));
                found.map(|found| Reply::json(200, found.clone())).ok_or_else(|| self.refusal(request, 404, None))
            }
            _ => Err(self.refusal(request, 404, None)),
        }
    }

    /// Errors have two forms, one for each host.
    fn refusal(&self, request: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        if request.path.first().is_some_and(|first| first == "v2") {
            return problem(status, words);
        }
        let usual = match status {
            400 => "invalid parameter",
            401 => "authentication failed",
            403 => "forbidden",
            420 => "method failed",
            429 => "too many requests",
            500.. => "internal error",
            other => phrase(other),
        };
        error(status, words.unwrap_or(usual))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    /// Pages are requested by index, so this returns the previous page again.
    fn repeat_page(&self, context: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        let mut before = request.clone();
        for (_, page) in before.query.iter_mut().filter(|(name, _)| name == "index" || name == "page") {
            *page = page.parse::<usize>().map_or(1, |page| page.saturating_sub(1).max(1)).to_string();
        }
        let page = match request.segments().as_slice() {
            ["account", "numbers"] => list::numbers(&self.numbers, context, &before),
            ["v2", "applications"] => list::applications(&self.applications, context, &before),
            _ => return,
        };
        let (Ok(page) | Err(page)) = page;
        let page = page.edited(|page| {
            for count in ["count", "total_pages"] {
                if page.get(count).is_some() {
                    page[count] = u32::MAX.into();
                }
            }
        });
        *answer = serde_json::from_str(&page.body).unwrap_or_default();
    }

    /// The account's secret, by its key.
    fn secret_of(&self, id: &str) -> Option<&str> {
        (id == KEY).then_some(&self.secret)
    }

    fn change_secret(&mut self, _: &str, secret: &str) {
        secret.clone_into(&mut self.secret);
    }

    fn as_carrier(&mut self) -> Option<&mut dyn Carrier> {
        Some(self)
    }
}

impl Carrier for Vonage {
    fn take_over(
        &mut self,
        _: Timestamp,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied> {
        if login.is_some_and(|login| login.account != KEY || login.token != Some(&self.secret)) {
            return Err(Denied::Login);
        }
        let held = self.numbers.get_mut(number.trim_start_matches('+')).ok_or(Denied::Number)?;
        let Some(id) = routing.calls else { return Ok(()) };
        set(held, "app_id", id);
        held.remove("moHttpUrl");
        if !self.applications.iter().any(|found| text(found, "id") == Some(id)) {
            self.applications.push(application(id, "Vapi", "https://api.vapi.ai/vonage/inbound_call"));
        }
        Ok(())
    }
}

impl Vonage {
    /// Replaces all fields that can be set, and clears those that are left out.
    fn update(&mut self, request: &Request<'_>) -> Answer {
        let form = self.form(request, &FIELDS)?;
        let value = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let set_value = |name: &str| value(name).filter(|value| !value.is_empty());
        let refused = |words: &str| Err(error(400, words));
        match (value("voiceCallbackType"), value("voiceCallbackValue")) {
            (Some(kind), Some(_)) if !matches!(kind, "sip" | "tel" | "app") => {
                return refused("invalid voiceCallbackType");
            }
            (Some(_), None) | (None, Some(_)) => {
                return refused("voiceCallbackType and voiceCallbackValue go together");
            }
            _ => {}
        }
        let known = |id: &str| self.applications.iter().any(|found| text(found, "id") == Some(id));
        if set_value("app_id").is_some_and(|id| !known(id)) {
            return Err(error(420, "method failed"));
        }
        let is_silent = |url: &str| {
            let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
            host.is_none_or(|host| host.ends_with(".invalid"))
        };
        if set_value("moHttpUrl").is_some_and(is_silent) {
            return Err(error(420, "method failed"));
        }
        let held =
            self.numbers.get_mut(value("msisdn").unwrap_or_default()).ok_or_else(|| error(420, "method failed"))?;
        for field in &FIELDS[2..] {
            match set_value(field) {
                Some(value) => set(held, field, value),
                None => drop(held.remove(*field)),
            }
        }
        Ok(done())
    }

    fn cancel(&mut self, request: &Request<'_>) -> Answer {
        let form = self.form(request, &["country", "msisdn", "target_api_key"])?;
        let (_, msisdn) = &form[1];
        self.numbers.remove(msisdn).map(|_| done()).ok_or_else(|| error(420, "method failed"))
    }

    /// The fields of a form, with the country and the number first.
    fn form(&self, request: &Request<'_>, known: &[&str]) -> Result<Vec<(String, String)>, Reply> {
        let mut form = request.form();
        if let Some((name, _)) = form.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            return Err(error(400, &format!("{name} is not a field of a number")));
        }
        form.sort_by_key(|(name, _)| known.iter().position(|known| known == name));
        let [(country, two), (msisdn, digits), ..] = form.as_slice() else {
            return Err(error(400, "country and msisdn are required"));
        };
        let is_number = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if country != "country" || msisdn != "msisdn" || !is_number {
            return Err(error(400, "country and msisdn are required"));
        }
        if self.numbers.get(digits).is_some_and(|held| text(held, "country") != Some(two)) {
            return Err(error(420, "method failed"));
        }
        Ok(form)
    }
}

fn application(id: &str, name: &str, url: &str) -> Object {
    fields(json!({
        "id": id,
        "name": name,
        "capabilities": {"voice": {"webhooks": {
            "answer_url": {"address": url, "http_method": "GET"},
            "event_url": {"address": "https://example.com/event", "http_method": "POST"},
        }}},
        "keys": {},
        "privacy": {"improve_ai": false},
    }))
}

fn done() -> Reply {
    error(200, "success")
}

fn error(status: u16, label: &str) -> Reply {
    Reply::json(status, json!({"error-code": status.to_string(), "error-code-label": label}))
}

fn problem(status: u16, words: Option<&str>) -> Reply {
    let (kind, title, detail) = match status {
        401 => ("#unauthorized", "Unauthorized", "You did not provide correct credentials."),
        404 => ("#not-found", "Not Found", "Resource not found"),
        429 => ("/application#rate-limit", "Rate limited", "slow down"),
        other => ("", phrase(other), phrase(other)),
    };
    Reply::json(
        status,
        json!({
            "type": format!("https://developer.vonage.com/api-errors{kind}"),
            "title": title,
            "detail": words.unwrap_or(detail),
            "instance": "797a8f199c45014ab7b08bfe9cc1c12c",
        }),
    )
}
