//! The numbers that LiveKit sells.

use serde_json::{Value, json};

use super::body::{ANY, ANYS, COUNT, ID, body};
use super::{LiveKit, asked, invalid, not_found};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, fields, set, text};
use crate::sandbox::rules::Rule::{self, E164, Filled, List, Text, Word};
use crate::sandbox::rules::{Field, optional, required};

/// What a search finds.
const FOR_SALE: [(&str, &str); 3] = [("+14155550190", "415"), ("+14155550191", "415"), ("+16505550192", "650")];

static TOKEN: &[Field] = &[optional("token", ANY)];
static SEARCH: Rule = Rule::Object(&[
    required("country_code", Text(2, 2)),
    optional("area_code", ANY),
    optional("limit", COUNT),
    optional("page_token", Rule::Object(TOKEN)),
]);
static PURCHASE: Rule =
    Rule::Object(&[required("phone_numbers", Filled(&E164)), optional("sip_dispatch_rule_id", ANY)]);
const STATUS: Rule = Word(&[
    "PHONE_NUMBER_STATUS_UNSPECIFIED",
    "PHONE_NUMBER_STATUS_ACTIVE",
    "PHONE_NUMBER_STATUS_PENDING",
    "PHONE_NUMBER_STATUS_RELEASED",
    "PHONE_NUMBER_STATUS_OFFLINE",
]);
static LIST: Rule = Rule::Object(&[
    optional("limit", COUNT),
    optional("statuses", List(&STATUS)),
    optional("page_token", Rule::Object(TOKEN)),
    optional("sip_dispatch_rule_id", ANY),
]);
static GET: Rule = Rule::Object(&[optional("id", ID), optional("phone_number", ID)]);
static UPDATE: Rule =
    Rule::Object(&[optional("id", ID), optional("phone_number", ID), optional("sip_dispatch_rule_id", ANY)]);
static RELEASE: Rule = Rule::Object(&[optional("ids", ANYS), optional("phone_numbers", ANYS)]);

pub(super) fn search(context: &Context<'_>, request: &Request<'_>) -> Answer {
    let body = body(request, &SEARCH)?;
    let area = text(&body, "area_code").unwrap_or_default();
    let is_us = text(&body, "country_code") == Some("US");
    let found = FOR_SALE.iter().filter(|(_, code)| is_us && (area.is_empty() || *code == area));
    let found: Vec<Object> = found.map(|(number, area)| new_number("", number, area)).collect();
    Ok(Reply::json(200, cut(context, &body, &found)?))
}

/// The page of a list: the token is the index of its first entry.
fn cut(context: &Context<'_>, body: &Object, list: &[Object]) -> Result<Value, Reply> {
    let token = body.get("page_token").and_then(Value::as_object).and_then(|page| text(page, "token"));
    let start = token.filter(|token| !token.is_empty()).map_or(Ok(0), str::parse);
    let start = start.map_err(|_| invalid("invalid page token"))?;
    let limit = body.get("limit").and_then(Value::as_u64).filter(|limit| *limit > 0).unwrap_or(50);
    let page = Page { start, size: context.page_size(usize::try_from(limit).unwrap_or(usize::MAX)) };
    let next = page.has_next(list).then(|| json!({"token": (page.start + page.size).to_string()}));
    Ok(json!({"items": page.cut(list).collect::<Vec<_>>(), "next_page_token": next}))
}

fn new_number(id: &str, number: &str, area: &str) -> Object {
    fields(json!({
        "id": id, "e164_format": number, "country_code": "US", "area_code": area,
        "number_type": "PHONE_NUMBER_TYPE_LOCAL", "locality": "", "region": "CA", "spam_score": 0,
        "created_at": null, "updated_at": null, "capabilities": ["voice"],
        "status": "PHONE_NUMBER_STATUS_UNSPECIFIED", "assigned_at": null, "released_at": null,
        "sip_dispatch_rule_id": "", "sip_dispatch_rule_ids": [],
    }))
}

impl LiveKit {
    pub(super) fn purchase(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &PURCHASE)?;
        let numbers = asked(&body, "phone_numbers");
        for number in &numbers {
            if !FOR_SALE.iter().any(|(known, _)| known == number) || self.number(number).is_some() {
                return Err(not_found(number));
            }
        }
        let mut bought = Vec::new();
        for number in numbers {
            let area = number.get(2..5).unwrap_or_default();
            let mut object = new_number(&context.hex_id("PN_"), &number, area);
            set(&mut object, "assigned_at", context.now());
            attach(&mut object, text(&body, "sip_dispatch_rule_id").unwrap_or_default());
            self.numbers.put(object.clone());
            bought.push(object);
        }
        Ok(Reply::json(200, json!({"phone_numbers": bought})))
    }

    pub(super) fn list_numbers(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &LIST)?;
        let (statuses, rule) = (asked(&body, "statuses"), text(&body, "sip_dispatch_rule_id").unwrap_or_default());
        let is_in = |number: &&Object| {
            let status = text(number, "status").unwrap_or_default();
            (statuses.is_empty() || statuses.iter().any(|wanted| wanted == status))
                && (rule.is_empty() || text(number, "sip_dispatch_rule_id") == Some(rule))
        };
        let found: Vec<Object> = self.numbers.iter().filter(is_in).cloned().collect();
        let offline = found.iter().filter(|number| text(number, "status") == Some("PHONE_NUMBER_STATUS_OFFLINE"));
        let (total, offline) = (found.len(), offline.count());
        let mut answer = cut(context, &body, &found)?;
        answer["total_count"] = total.into();
        answer["offline_count"] = offline.into();
        Ok(Reply::json(200, answer))
    }

    pub(super) fn get_number(&self, request: &Request<'_>) -> Answer {
        let body = body(request, &GET)?;
        let number = self.named(&body)?;
        Ok(Reply::json(200, json!({"phone_number": number})))
    }

    pub(super) fn update_number(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &UPDATE)?;
        let mut number = self.named(&body)?.clone();
        let rule = text(&body, "sip_dispatch_rule_id").unwrap_or_default();
        if !rule.is_empty() && self.rules.get(rule).is_none() {
            return Err(not_found(rule));
        }
        attach(&mut number, rule);
        set(&mut number, "updated_at", context.now());
        self.numbers.put(number.clone());
        Ok(Reply::json(200, json!({"phone_number": number})))
    }

    pub(super) fn release_numbers(&mut self, request: &Request<'_>) -> Answer {
        let body = body(request, &RELEASE)?;
        let mut ids = asked(&body, "ids");
        for number in asked(&body, "phone_numbers") {
            let found = self.number(&number).and_then(|found| text(found, "id")).map(str::to_owned);
            ids.push(found.ok_or_else(|| not_found(&number))?);
        }
        if let Some(missing) = ids.iter().find(|id| self.numbers.get(id).is_none()) {
            return Err(not_found(missing));
        }
        ids.iter().for_each(|id| drop(self.numbers.remove(id)));
        Ok(Reply::json(200, json!({})))
    }

    fn number(&self, number: &str) -> Option<&Object> {
        self.numbers.iter().find(|known| text(known, "e164_format") == Some(number))
    }

    fn named(&self, body: &Object) -> Result<&Object, Reply> {
        let (id, number) = (text(body, "id"), text(body, "phone_number"));
        let found = match (id, number) {
            (Some(id), _) => self.numbers.get(id),
            (None, Some(number)) => self.number(number),
            (None, None) => return Err(invalid("id or phone_number must be set")),
        };
        found.ok_or_else(|| not_found(id.or(number).unwrap_or_default()))
    }
}

/// Attaches a rule, or takes it off.
fn attach(number: &mut Object, rule: &str) {
    let status = if rule.is_empty() { "PHONE_NUMBER_STATUS_OFFLINE" } else { "PHONE_NUMBER_STATUS_ACTIVE" };
    set(number, "status", status);
    set(number, "sip_dispatch_rule_id", rule);
    let rules: Vec<&str> = Some(rule).filter(|rule| !rule.is_empty()).into_iter().collect();
    set(number, "sip_dispatch_rule_ids", rules);
}
