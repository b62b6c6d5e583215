//! Retell. An import stores the number and the trunk, and changes nothing at a carrier. Numbers belong to one workspace of
//! all of Retell: [`TAKEN`] belongs to another one.
//!
//! Initially the workspace has no numbers. Retell checks no agent, so any id is accepted.

mod tables;

use serde_json::{Value, json};

use self::tables::{IMPORT, PURCHASE, UPDATE};
use super::SandboxBuilder;
use super::api::{About, Api, Context};
use super::message::{Answer, Reply, Request};
use super::pages::Page;
use super::records::{Object, Records, fields, set, text};
use super::rules::{Rule, Violation};
use crate::model::{PlatformKind, Service};

const KEY: &str = "sandbox-retell-key";
/// A number that another workspace has: its import is refused, and no lookup shows it.
pub const TAKEN: &str = "+14155550199";
/// The key of the first page. Only the fault `RepeatedPage` returns it.
const START: &str = "start";
const PAGE_SIZE: usize = 50;
const PAGE_MAX: usize = 1000;

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::RETELL),
    base_url: "RETELL_BASE_URL",
    base_path: "",
    credentials: &[("RETELL_API_KEY", KEY)],
    closed_sets: &["phone_number_type", "transport"],
};

struct Retell {
    numbers: Records,
    /// The trunks' passwords, which no response shows.
    passwords: std::collections::HashMap<String, String>,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    Box::new(Retell { numbers: Records::new("phone_number", &[]), passwords: Default::default() })
}

impl Api for Retell {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if !request.has_bearer(KEY) {
            return Err(error(401, "API key is missing or invalid."));
        }
        match (request.method, request.segments().as_slice()) {
            ("POST", ["import-phone-number"]) => self.import(context, request),
            ("POST", ["create-phone-number"]) => self.purchase(context, request),
            ("GET", ["get-phone-number", number]) => self.get(number),
            ("GET", ["list-phone-numbers"]) => Ok(self.list_all()),
            ("GET", ["v2", "list-phone-numbers"]) => self.list(context, request),
            ("PATCH", ["update-phone-number", number]) => self.update(context, number, request),
            ("DELETE", ["delete-phone-number", number]) => self.remove(number),
            _ => Err(error(404, "Not Found")),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        error(status, words.unwrap_or(super::message::phrase(status)))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    fn secret_of(&self, number: &str) -> Option<&str> {
        self.passwords.get(number).map(String::as_str)
    }

    fn repeat_page(&self, _: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        if let Value::Object(page) = answer {
            page.insert("pagination_key".to_owned(), request.query("pagination_key").unwrap_or(START).into());
            page.insert("has_more".to_owned(), true.into());
        }
    }
}

impl Retell {
    fn import(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut body = body(request, &IMPORT)?;
        let number = text(&body, "phone_number").unwrap_or_default().to_owned();
        // The validation is off unless it is asked for.
        if body.remove("ignore_e164_validation") == Some(false.into()) && number.parse::<crate::E164>().is_err() {
            return Err(error(400, "phone_number must be a valid E.164 number"));
        }
        self.refuse_taken(&number)?;
        let trunk = take_trunk(&mut body, &IMPORTED_TRUNK);
        if let Some(password) = trunk.password {
            self.passwords.insert(number.clone(), password);
        }
        body.extend(fields(json!({"phone_number_type": "custom"})));
        set(&mut body, "sip_outbound_trunk_config", trunk.shown);
        Ok(self.store(context, body))
    }

    fn purchase(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut body = body(request, &PURCHASE)?;
        let at = text(&body, "number_provider").unwrap_or("twilio");
        let kind = format!("retell-{at}");
        if let Some(number) = text(&body, "phone_number") {
            self.refuse_taken(number)?;
        } else {
            let area = body.get("area_code").and_then(Value::as_u64).unwrap_or(415);
            let free = (0..10_000).map(|last| format!("+1{area}556{last:04}"));
            let free = free.into_iter().find(|number| self.numbers.get(number).is_none());
            let free = free.ok_or_else(|| error(400, "No phone numbers of this area code are available."))?;
            set(&mut body, "phone_number", free);
        }
        for name in ["country_code", "number_provider", "toll_free", "transport"] {
            body.remove(name);
        }
        set(&mut body, "phone_number_type", kind);
        Ok(self.store(context, body))
    }

    fn refuse_taken(&self, number: &str) -> Result<(), Reply> {
        match number == TAKEN || self.numbers.get(number).is_some() {
            true => Err(error(400, "Phone number already exists.")),
            false => Ok(()),
        }
    }

    fn store(&mut self, context: &mut Context<'_>, mut number: Object) -> Reply {
        number.retain(|_, value| !value.is_null());
        if let Some(dialled) = text(&number, "phone_number").map(str::to_owned) {
            if let Some(area) = dialled.strip_prefix("+1").and_then(|rest| rest.get(..3)?.parse::<u64>().ok()) {
                number.entry("area_code").or_insert(area.into());
            }
            number.entry("phone_number_pretty").or_insert(dialled.into());
        }
        set(&mut number, "last_modification_timestamp", context.moment().as_millisecond());
        self.numbers.put(number.clone());
        Reply::json(201, number)
    }

    fn get(&self, number: &str) -> Answer {
        self.numbers.get(number).cloned().map(|found| Reply::json(200, found)).ok_or_else(missing)
    }

    fn list_all(&self) -> Reply {
        Reply::json(200, self.numbers.iter().cloned().map(Value::Object).collect::<Vec<_>>())
    }

    /// A key is the last number of the page before, and an offset in case that one is gone.
    fn list(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let known = ["limit", "sort_order", "pagination_key"];
        if let Some(unknown) = request.unknown_parameter(&known) {
            return Err(error(422, &format!("unknown query parameter {unknown}")));
        }
        let limit = request.whole("limit", PAGE_SIZE).filter(|limit| (1..=PAGE_MAX).contains(limit));
        let limit = limit.ok_or_else(|| error(422, "limit must be an integer from 1 to 1000"))?;
        let all: Vec<&Object> = match request.query("sort_order") {
            Some("ascending") => self.numbers.iter().collect(),
            None | Some("descending") => self.numbers.iter().rev().collect(),
            Some(_) => return Err(error(422, "sort_order must be ascending or descending")),
        };
        let start = match request.query("pagination_key") {
            None | Some(START) => 0,
            Some(key) => {
                let after = |number: &&Object| text(number, "phone_number") == Some(key);
                all.iter().position(after).map(|at| at + 1).ok_or_else(|| error(422, "pagination_key is invalid"))?
            }
        };
        let page = Page { start, size: context.page_size(limit) };
        let items: Vec<&Object> = page.cut(&all).copied().collect();
        let mut answer = json!({"items": items, "has_more": page.has_next(&all)});
        if page.has_next(&all) {
            answer["pagination_key"] = items.last().and_then(|last| text(last, "phone_number")).into();
        }
        Ok(Reply::json(200, answer))
    }

    fn update(&mut self, context: &mut Context<'_>, number: &str, request: &Request<'_>) -> Answer {
        let now = context.moment().as_millisecond();
        let mut changes = body(request, &UPDATE)?;
        let found = self.numbers.get_mut(number).ok_or_else(missing)?;
        if text(&changes, "fallback_number") == Some(number) {
            return Err(error(400, "fallback_number must be another number"));
        }
        let trunk = take_trunk(&mut changes, &UPDATED_TRUNK);
        if !trunk.shown.is_empty() {
            let config = found.entry("sip_outbound_trunk_config").or_insert_with(|| json!({}));
            if let Value::Object(config) = config {
                config.extend(trunk.shown);
                config.retain(|_, value| !value.is_null());
            }
        }
        if let Some(password) = trunk.password {
            self.passwords.insert(number.to_owned(), password);
        }
        found.extend(changes);
        found.retain(|_, value| !value.is_null());
        set(found, "last_modification_timestamp", now);
        Ok(Reply::json(200, found.clone()))
    }

    fn remove(&mut self, number: &str) -> Answer {
        self.passwords.remove(number);
        self.numbers.remove(number).map(|_| Reply::empty(204)).ok_or_else(missing)
    }
}

/// The trunk's fields of a body, by their names in it and in responses.
type Names = [(&'static str, &'static str); 4];

const IMPORTED_TRUNK: Names = [
    ("termination_uri", "termination_uri"),
    ("sip_trunk_auth_username", "auth_username"),
    ("transport", "transport"),
    ("codecs", "codecs"),
];
const UPDATED_TRUNK: Names = [
    ("termination_uri", "termination_uri"),
    ("auth_username", "auth_username"),
    ("transport", "transport"),
    ("codecs", "codecs"),
];

struct Trunk {
    shown: Object,
    password: Option<String>,
}

fn take_trunk(body: &mut Object, names: &Names) -> Trunk {
    let mut shown = Object::new();
    for (sent, name) in names {
        shown.extend(body.remove(*sent).map(|value| ((*name).to_owned(), value)));
    }
    let password = body.remove("sip_trunk_auth_password").or_else(|| body.remove("auth_password"));
    Trunk { shown, password: password.and_then(|password| password.as_str().map(str::to_owned)) }
}

/// Returns the body, if it follows the rule and its weights add up to 1.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.json().ok_or_else(|| error(400, "the body is not JSON"))?;
    let body = rule.accept(body).map_err(|found| {
        let words: Vec<String> = found.iter().map(Violation::to_string).collect();
        error(400, &words.join("; "))
    })?;
    for (name, agents) in body.iter().filter(|(name, _)| name.ends_with("_agents")) {
        let weights = agents.as_array().into_iter().flatten().filter_map(|agent| agent["weight"].as_f64());
        let (count, sum) = weights.fold((0, 0.0), |(count, sum), weight| (count + 1, sum + weight));
        if count > 0 && (sum - 1.0_f64).abs() > 1e-6 {
            return Err(error(400, &format!("the weights of {name} must add up to 1")));
        }
    }
    Ok(body)
}

fn missing() -> Reply {
    error(404, "Not Found")
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, json!({"status": "error", "message": message}))
}
