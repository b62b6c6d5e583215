//! Numbers: the list, and the import.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{any_body, done, integration, now, picked, refused, unprocessable};
use crate::sandbox::schema::Rule::{self, Bool, E164, Text, Union, Word};
use crate::sandbox::schema::{check, optional, required};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

const PAGE_SIZE: usize = 50;
/// What the cursor of the first page stands for. No page leads there, unless it is to repeat itself.
const START: &str = "phon_start";
const ANY: Rule = Text(0, usize::MAX);
const FILLED: Rule = Text(1, usize::MAX);

/// A list's item and an import's answer are two kinds of objects.
const LISTED: [&str; 8] = [
    "phone_number_id",
    "phone_number",
    "provider",
    "status",
    "supports_inbound",
    "supports_outbound",
    "assigned_agent_id",
    "created_at",
];
const IMPORTED: [&str; 9] = [
    "phone_number_id",
    "phone_number",
    "provider",
    "status",
    "supports_inbound",
    "supports_outbound",
    "integration_id",
    "created_at",
    "updated_at",
];

static IMPORT: Rule = Union(
    "provider",
    &[
        (
            "twilio",
            &[
                required("phone_number", E164),
                optional("supports_inbound", Bool),
                optional("supports_outbound", Bool),
                required("integration_id", FILLED),
            ],
        ),
        (
            "sip",
            &[
                required("phone_number", E164),
                optional("supports_inbound", Bool),
                optional("supports_outbound", Bool),
                optional("sip_trunk_name", ANY),
                optional("sip_server_address", FILLED),
                optional("sip_username", ANY),
                optional("sip_password", ANY),
                optional("inbound_room_name", ANY),
                optional("inbound_pin", Text(4, 10)),
                optional("media_encryption", Word(&["disable", "allow", "require"])),
            ],
        ),
    ],
);

/// Newest first. The place to go on from is a number, so that newer ones do not shift a page.
pub(super) fn list(world: &World, request: &Request<'_>) -> Reply {
    let status = request.query("status");
    if status.is_some_and(|status| !matches!(status, "free" | "assigned")) {
        let message = "Input should be 'free' or 'assigned'";
        return unprocessable([json!(["query", "status"])], "enum", message);
    }
    let fitting: Vec<&Object> =
        world.butter.iter().rev().filter(|number| status.is_none() || text(number, "status") == status).collect();
    let start = match request.query("cursor") {
        None => 0,
        Some(cursor) => {
            let last = BASE64.decode(cursor).ok().and_then(|id| String::from_utf8(id).ok()).unwrap_or_default();
            let at = fitting.iter().position(|number| text(number, "phone_number_id") == Some(&last));
            match at {
                Some(at) => at + 1,
                None if last == START => 0,
                None => return unprocessable([json!(["query", "cursor"])], "value_error", "Invalid cursor"),
            }
        }
    };
    let shown: Vec<&Object> = fitting.iter().skip(start).take(world.page(PAGE_SIZE)).copied().collect();
    let has_more = start + shown.len() < fitting.len();
    let next = shown.last().filter(|_| has_more).map(|number| cursor(number));
    let data: Vec<Value> = shown.iter().map(|number| picked(number, &LISTED)).collect();
    let pagination = json!({
        "next_cursor": next,
        "has_more": has_more,
        "page_size": data.len(),
        "total_count": fitting.len(),
    });
    Reply::json(200, json!({"success": true, "data": data, "pagination": pagination}))
}

fn cursor(number: &Object) -> String {
    BASE64.encode(text(number, "phone_number_id").unwrap_or_default())
}

pub(super) fn repeat(_: &mut World, request: &Request<'_>, answer: &mut Value) {
    if let Some(Value::Object(pagination)) = answer.get_mut("pagination") {
        let cursor = request.query("cursor").map_or_else(|| BASE64.encode(START), str::to_owned);
        pagination.insert("next_cursor".to_owned(), cursor.into());
        pagination.insert("has_more".to_owned(), true.into());
    }
}

pub(super) fn import(world: &mut World, request: &Request<'_>) -> Reply {
    let body = match any_body(request) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    // The page counts what is wrong with this body as 400, and other bodies' faults are 422.
    let faults = check(&IMPORT, &body);
    let body = match body {
        Value::Object(body) if faults.is_empty() => body,
        _ => return refused(400, &faults.join("; ")),
    };
    let provider = text(&body, "provider").unwrap_or_default();
    let flag = |name: &str| body.get(name) == Some(&Value::Bool(true));
    if provider == "sip" && flag("supports_outbound") && !body.contains_key("sip_server_address") {
        return refused(400, "sip_server_address is required when supports_outbound is true");
    }
    if let Some(Err(refusal)) = text(&body, "integration_id").map(|id| integration::find(world, id).map(|_| ())) {
        return refusal;
    }
    let dialled = text(&body, "phone_number").unwrap_or_default();
    if world.butter.near(dialled).into_iter().any(|number| text(number, "phone_number") == Some(dialled)) {
        return refused(409, "Phone number already exists");
    }
    let now = now(world);
    let added = json!({
        "phone_number_id": world.hex_id("phon_"),
        "phone_number": dialled,
        "provider": provider,
        "status": "free",
        "supports_inbound": flag("supports_inbound"),
        "supports_outbound": flag("supports_outbound"),
        "integration_id": body.get("integration_id"),
        "created_at": now,
        "updated_at": now,
    });
    let added = added.as_object().cloned().unwrap_or_default();
    let answer = picked(&added, &IMPORTED);
    world.butter.put(added);
    done(201, &format!("Phone number imported successfully with {provider}"), answer)
}
