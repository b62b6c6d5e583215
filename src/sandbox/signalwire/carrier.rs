//! What the carrier must confirm: emergency addresses and caller ID names. It does so before the next request.

use serde_json::{Value, json};

use super::number::{seconds, shown};
use super::{body, find, invalid, missing};
use crate::sandbox::schema::Rule::{self, Object as Fields, Passes, Uuid};
use crate::sandbox::schema::required;
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

const STATUS: &str = "e911_status";
const ADDRESS: &str = "e911_address_id";
const NAME: &str = "cnam";
/// Kept of a number: the last request for a name, and whether its name is to go.
const REQUESTED: &str = "requested_cnam";
const CLEARING: &str = "clearing_cnam";

static ASSIGN: Rule = Fields(&[required(ADDRESS, Uuid)]);
static REQUEST: Rule = Fields(&[required("name", Passes(is_name, "1 to 15 characters"))]);

/// The carrier catches up with everything that was asked of it.
pub(super) fn settle(world: &mut World) {
    for id in std::mem::take(&mut world.at_carrier) {
        if let Some(number) = world.signalwire.get_mut(&id) {
            catch_up(number);
        }
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

pub(super) fn assign_address(world: &mut World, id: &str, request: &Request<'_>) -> Reply {
    let now = seconds(world.moment());
    let Some(number) = find(world, id) else { return missing() };
    match body(request, &ASSIGN) {
        Ok(address) => number.extend(address),
        Err(refusal) => return refusal,
    }
    set(number, STATUS, "pending");
    set(number, "updated_at", now);
    let answer = Reply::json(200, shown(number));
    world.at_carrier.push(id.to_owned());
    answer
}

pub(super) fn remove_address(world: &mut World, id: &str, _: &Request<'_>) -> Reply {
    let now = seconds(world.moment());
    let Some(number) = find(world, id) else { return missing() };
    if text(number, STATUS) != Some("active") {
        return invalid("E911 status must be active");
    }
    set(number, STATUS, "pending_removal");
    set(number, "updated_at", now);
    let answer = Reply::json(200, shown(number));
    world.at_carrier.push(id.to_owned());
    answer
}

/// The last request, which is not the same as the name that callers see.
pub(super) fn get_name(world: &mut World, id: &str, _: &Request<'_>) -> Reply {
    let requested = find(world, id).and_then(|number| number.get(REQUESTED));
    requested.map_or_else(missing, |requested| Reply::json(200, requested.clone()))
}

pub(super) fn request_name(world: &mut World, id: &str, request: &Request<'_>) -> Reply {
    let now = seconds(world.moment());
    let new_id = world.id();
    let Some(number) = find(world, id) else { return missing() };
    let body = match body(request, &REQUEST) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let name = normalized(text(&body, "name").unwrap_or_default());
    let before = number.get(REQUESTED).filter(|before| before["name"] == name.as_str()).cloned();
    if let Some(before) = before {
        // An approved name is put back without another review.
        set(number, NAME, name);
        return Reply::json(201, before);
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
    world.at_carrier.push(id.to_owned());
    Reply::json(201, requested)
}

pub(super) fn clear_name(world: &mut World, id: &str, _: &Request<'_>) -> Reply {
    let Some(number) = find(world, id) else { return missing() };
    if text(number, NAME).is_none() {
        return invalid("There is no caller ID name to clear");
    }
    set(number, CLEARING, true);
    world.at_carrier.push(id.to_owned());
    Reply::empty(204)
}

fn normalized(name: &str) -> String {
    let kept: String = name.chars().filter(|letter| letter.is_whitespace() || !letter.is_control()).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

fn is_name(name: &str) -> bool {
    (1..=15).contains(&normalized(name).chars().count())
}

fn set(object: &mut Object, field: &str, value: impl Into<Value>) {
    object.insert(field.to_owned(), value.into());
}
