//! Numbers.

use serde_json::{Value, json};

use super::provider::{self, REGION, login};
use super::{Cartesia, bad, body, conflict, missing};
use crate::model::ProviderKind;
use crate::sandbox::api::Context;
use crate::sandbox::carriers::{Denied, Routing};
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, set, text};
use crate::sandbox::rules::Rule::{self, E164, Free, Nullable, Text, Word};
use crate::sandbox::rules::{optional, required};

/// Made up, because the real one is not documented.
const VOICE_URL: &str = "https://api.cartesia.ai/sandbox/voice";
const PAGE_SIZE: usize = 10;
const PAGE_MAX: usize = 100;
const FILLED: Rule = Text(1, usize::MAX);
static ID: Rule = FILLED;

static IMPORT: Rule = Rule::Object(&[
    required("label", FILLED),
    required("number", E164),
    required("provider", Free),
    optional("agent_id", FILLED),
]);
static BY_ID: Rule = Rule::Object(&[required("id", FILLED)]);
static BY_ACCOUNT: Rule =
    Rule::Object(&[required("type", Word(&["twilio"])), required("account_sid", FILLED), optional("region", REGION)]);
static PROVISION: Rule = Rule::Object(&[required("label", FILLED)]);
static UPDATE: Rule = Rule::Object(&[
    optional("label", Text(0, usize::MAX)),
    optional("agent_id", Nullable(&ID)),
    optional("provider", Rule::Object(&[required("id", FILLED)])),
]);

impl Cartesia {
    pub(super) fn import(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &IMPORT)?;
        let provider = self.provider_of(&body["provider"])?;
        let dialled = text(&body, "number").unwrap_or_default();
        take_over(context, &provider, dialled)?;
        let agent = agent(body.get("agent_id"));
        Ok(self.add(context, dialled, text(&body, "label"), &agent, provider_part(&provider)))
    }

    pub(super) fn provision(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &PROVISION)?;
        let held = self.numbers.iter().filter(|number| number["provider"]["type"] == "cartesia").count();
        let dialled = format!("+1415557{held:04}");
        let made = self.add(context, &dialled, text(&body, "label"), &Value::Null, json!({"type": "cartesia"}));
        // The documented response shows no provider.
        Ok(made.edited(|number| drop(number.as_object_mut().and_then(|number| number.remove("provider")))))
    }

    fn add(
        &mut self,
        context: &mut Context<'_>,
        dialled: &str,
        label: Option<&str>,
        agent: &Value,
        provider: Value,
    ) -> Reply {
        let now = context.now();
        let number = fields(json!({
            "id": context.hex_id("pn_"),
            "number": dialled,
            "label": label,
            "agent": agent,
            "provider": provider,
            "created_at": now,
            "updated_at": now,
        }));
        let reply = Reply::json(200, self.shown(&number));
        self.numbers.put(number);
        reply
    }

    /// The provider that a request names.
    fn provider_of(&self, named: &Value) -> Result<Object, Reply> {
        let rule = if named.get("type").is_some() { &BY_ACCOUNT } else { &BY_ID };
        let named = rule.accept(named.clone()).map_err(|found| bad(&format!("provider: {}", found[0])))?;
        let found = match text(&named, "id") {
            Some(id) => self.providers.get(id),
            None => {
                let region = text(&named, "region").unwrap_or("us1");
                let account = text(&named, "account_sid");
                let is_it =
                    |other: &&Object| text(other, "account_sid") == account && text(other, "region") == Some(region);
                self.providers.iter().find(is_it)
            }
        };
        found.cloned().ok_or_else(|| super::error(404, "Not found", "no such provider"))
    }

    /// A number with its provider as it is now.
    pub(super) fn shown(&self, number: &Object) -> Object {
        let mut shown = number.clone();
        if let Some(provider) = number["provider"]["id"].as_str().and_then(|id| self.providers.get(id)) {
            set(&mut shown, "provider", provider::shown(provider));
        }
        shown
    }

    pub(super) fn list_of_agent(&self, agent: &str) -> Reply {
        let of_agent = self.numbers.iter().filter(|number| number["agent"]["id"] == agent);
        Reply::json(200, of_agent.map(|number| self.shown(number).into()).collect::<Vec<Value>>())
    }

    /// Newest first. The order is not documented.
    pub(super) fn list(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let known = ["agent_id", "provider_id", "type", "q", "starting_after", "ending_before", "limit"];
        if let Some(unknown) = request.unknown_parameter(&known) {
            return Err(bad(&format!("unknown query parameter {unknown}")));
        }
        let limit = request.whole("limit", PAGE_SIZE).filter(|limit| (1..=PAGE_MAX).contains(limit));
        let size = context.page_size(limit.ok_or_else(|| bad("limit must be from 1 to 100"))?);
        if request.query("type").is_some_and(|kind| !matches!(kind, "twilio" | "cartesia")) {
            return Err(bad("type must be twilio or cartesia"));
        }
        let part = request.query("q").map(str::to_lowercase);
        let fits = |number: &&Object| {
            let is = |name: &str, object: &str, field: &str| {
                request.query(name).is_none_or(|asked| number[object][field].as_str() == Some(asked))
            };
            let has = |part: &String| {
                ["number", "label"]
                    .iter()
                    .any(|name| text(number, name).is_some_and(|text| text.to_lowercase().contains(part)))
            };
            is("agent_id", "agent", "id")
                && is("provider_id", "provider", "id")
                && is("type", "provider", "type")
                && part.as_ref().is_none_or(has)
        };
        let beside = |name: &str, id: &str| {
            self.numbers.beside(id).ok_or_else(|| bad(&format!("{name} is not the id of a number")))
        };
        let mut data: Vec<&Object> = match (request.query("starting_after"), request.query("ending_before"), &part) {
            (Some(_), Some(_), _) => return Err(bad("starting_after and ending_before exclude each other")),
            (None, None, Some(part)) => self.numbers.near(part).into_iter().rev().filter(fits).take(size + 1).collect(),
            (None, None, None) => self.numbers.iter().rev().filter(fits).take(size + 1).collect(),
            (Some(id), None, _) => beside("starting_after", id)?.0.rev().filter(fits).take(size + 1).collect(),
            (None, Some(id), _) => beside("ending_before", id)?.1.filter(fits).take(size + 1).collect(),
        };
        let has_more = data.len() > size;
        data.truncate(size);
        if request.query("ending_before").is_some() {
            data.reverse();
        }
        let data: Vec<Object> = data.iter().map(|number| self.shown(number)).collect();
        Ok(Reply::json(200, json!({"data": data, "has_more": has_more})))
    }

    pub(super) fn get(&self, id: &str) -> Answer {
        self.numbers.get(id).map(|number| Reply::json(200, self.shown(number))).ok_or_else(missing)
    }

    pub(super) fn update(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let mut number = self.numbers.get(id).cloned().ok_or_else(missing)?;
        let changes = body(request, &UPDATE)?;
        if let Some(named) = changes.get("provider") {
            let provider = self.provider_of(named)?;
            take_over(context, &provider, text(&number, "number").unwrap_or_default())?;
            set(&mut number, "provider", provider_part(&provider));
        }
        if let Some(label) = text(&changes, "label") {
            set(&mut number, "label", label);
        }
        if changes.contains_key("agent_id") {
            set(&mut number, "agent", agent(changes.get("agent_id")));
        }
        set(&mut number, "updated_at", context.now());
        let reply = Reply::json(200, self.shown(&number));
        self.numbers.put(number);
        Ok(reply)
    }

    pub(super) fn remove(&mut self, id: &str) -> Answer {
        match self.numbers.get(id) {
            None => Err(missing()),
            Some(number) if !number["agent"].is_null() => Err(conflict("the phone number is assigned to an agent")),
            Some(_) => {
                self.numbers.remove(id);
                Ok(Reply::empty(204))
            }
        }
    }
}

/// What a number keeps of its provider; [`Cartesia::shown`] adds the rest.
fn provider_part(provider: &Object) -> Value {
    json!({"type": "twilio", "id": provider.get("id")})
}

fn agent(id: Option<&Value>) -> Value {
    match id.and_then(Value::as_str) {
        Some(id) => json!({"id": id, "name": "An agent"}),
        None => Value::Null,
    }
}

fn take_over(context: &mut Context<'_>, provider: &Object, dialled: &str) -> Result<(), Reply> {
    let routing = Routing { calls: Some(VOICE_URL), ..Routing::default() };
    context.take_over(ProviderKind::TWILIO, Some(&login(provider)), dialled, &routing).map_err(|denied| match denied {
        Denied::Login => bad("the Twilio credentials could not be verified"),
        Denied::Number => bad("the number is not in the Twilio account"),
    })
}
