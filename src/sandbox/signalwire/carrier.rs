//! Emergency addresses and caller names, which the carrier must confirm. It confirms them before the next request.

use serde_json::{Value, json};

use super::number::{seconds, shown};
use super::{SignalWire, body, invalid, missing};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, set, text};
use crate::sandbox::rules::Rule::{self, Object as Fields, Passes, Uuid};
use crate::sandbox::rules::required;

const STATUS: &str = "e911_status";
const ADDRESS: &str = "e911_address_id";
const NAME: &str = "cnam";
/// Stored for a number: the last requested name, and whether its removal was requested.
const REQUESTED: &str = "requested_cnam";
const CLEARING: &str = "clearing_cnam";

static ASSIGN: Rule = Fields(&[required(ADDRESS, Uuid)]);
static REQUEST: Rule = Fields(&[required("name", Passes(is_name, "1 to 15 characters"))]);

impl SignalWire {
    /// Confirms everything that was requested from the carrier.
    pub(super) fn settle(&mut self) {
        for id in std::mem::take(&mut self.at_carrier) {
            if let Some(number) = self.numbers.get_mut(&id) {
                catch_up(number);
            }
        }
    }

    pub(super) fn assign_address(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let number = self.number(id)?;
        number.extend(body(request, &ASSIGN)?);
        set(number, STATUS, "pending");
        set(number, "updated_at", seconds(context.moment()));
        let answer = Reply::json(200, shown(number));
        self.at_carrier.push(id.to_owned());
        Ok(answer)
    }

    pub(super) fn remove_address(&mut self, context: &mut Context<'_>, id: &str) -> Answer {
        let number = self.number(id)?;
        if text(number, STATUS) != Some("active") {
            return Err(invalid("E911 status must be active"));
        }
        set(number, STATUS, "pending_removal");
        set(number, "updated_at", seconds(context.moment()));
        let answer = Reply::json(200, shown(number));
        self.at_carrier.push(id.to_owned());
        Ok(answer)
    }

    /// The last request. Callers may still see another name.
    pub(super) fn get_name(&mut self, id: &str) -> Answer {
        let requested = self.number(id)?.get(REQUESTED).ok_or_else(missing)?;
        Ok(Reply::json(200, requested.clone()))
    }

    pub(super) fn request_name(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let now = seconds(context.moment());
        let new_id = context.id();
        let number = self.number(id)?;
        let body = body(request, &REQUEST)?;
        let name = normalized(text(&body, "name").unwrap_or_default());
        let before = number.get(REQUESTED).filter(|before| before["name"] == name.as_str()).cloned();
        if let Some(before) = before {
            // An approved name is restored without another review.
            set(number, NAME, name);
            return Ok(Reply::json(201, before));
        }
        let requested = json!({
            "type": "cnam",
            "id": new_id,
            "phone_number_id": id,
            "name": name,
            "status": "pending",
            "reason": null,
            "required_action": null,
            "created_at": now,
            "updated_at": now,
        });
        set(number, REQUESTED, requested.clone());
        self.at_carrier.push(id.to_owned());
        Ok(Reply::json(201, requested))
    }

    pub(super) fn clear_name(&mut self, id: &str) -> Answer {
        let number = self.number(id)?;
        if text(number, NAME).is_none() {
            return Err(invalid("There is no caller ID name to clear"));
        }
        set(number, CLEARING, true);
        self.at_carrier.push(id.to_owned());
        Ok(Reply::empty(204))
    }
}

fn catch_up(number: &mut Object) {
    match text(number, STATUS) {
        Some("pending") => set(number, STATUS, "active"),
        Some("pending_removal") => {
            set(number, STATUS, "unregistered");
            number.remove(ADDRESS);
        }
        _ => {}
    }
    if number.remove(CLEARING).is_some() {
        number.remove(NAME);
    }
    let Some(Value::Object(request)) = number.get_mut(REQUESTED) else { return };
    if text(request, "status") == Some("pending") {
        set(request, "status", "approved");
        let name = request.get("name").cloned().unwrap_or_default();
        set(number, NAME, name);
    }
}

fn normalized(name: &str) -> String {
    let kept: String = name.chars().filter(|letter| letter.is_whitespace() || !letter.is_control()).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

fn is_name(name: &str) -> bool {
    (1..=15).contains(&normalized(name).chars().count())
}
