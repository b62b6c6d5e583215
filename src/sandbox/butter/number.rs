//! Numbers: the list, and the import.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Butter, any_body, done, now, refused, unprocessable};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, fields, picked, text};
use crate::sandbox::rules::Rule::{self, Bool, E164, Text, Union, Word};
use crate::sandbox::rules::{Violation, optional, required};

const PAGE_SIZE: usize = 50;
/// The cursor of the first page. Only the fault `RepeatedPage` returns it.
const START: &str = "phon_start";
const ANY: Rule = Text(0, usize::MAX);
const FILLED: Rule = Text(1, usize::MAX);

/// An entry of the list and the response to an import have different fields.
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

impl Butter {
    /// Lists numbers, newest first. A cursor names a number, so that newer numbers do not shift the pages.
    pub(super) fn list(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let status = request.query("status");
        if status.is_some_and(|status| !matches!(status, "free" | "assigned")) {
            return Err(unprocessable(json!(["query", "status"]), "enum", "Input should be 'free' or 'assigned'"));
        }
        let fits = |number: &&Object| status.is_none() || text(number, "status") == status;
        let fitting: Vec<&Object> = self.numbers.iter().rev().filter(fits).collect();
        let start = request.query("cursor").map_or(Ok(0), |cursor| place_after(cursor, &fitting))?;
        let page = Page { start, size: context.page_size(PAGE_SIZE) };
        let shown: Vec<&Object> = page.cut(&fitting).copied().collect();
        let has_more = page.has_next(&fitting);
        let pagination = json!({
            "next_cursor": shown.last().filter(|_| has_more).map(|number| cursor(number)),
            "has_more": has_more,
            "page_size": shown.len(),
            "total_count": fitting.len(),
        });
        let data: Vec<Object> = shown.into_iter().map(|number| picked(number, &LISTED)).collect();
        Ok(Reply::json(200, json!({"success": true, "data": data, "pagination": pagination})))
    }

    pub(super) fn import(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        // The documentation lists 400 for problems of this body, and 422 for other bodies.
        let body = IMPORT.accept(any_body(request)?).map_err(|found| {
            let words: Vec<String> = found.iter().map(Violation::to_string).collect();
            refused(400, &words.join("; "))
        })?;
        let provider = text(&body, "provider").unwrap_or_default();
        let flag = |name: &str| body.get(name) == Some(&Value::Bool(true));
        if provider == "sip" && flag("supports_outbound") && !body.contains_key("sip_server_address") {
            return Err(refused(400, "sip_server_address is required when supports_outbound is true"));
        }
        if let Some(id) = text(&body, "integration_id") {
            self.integration(id)?;
        }
        let dialled = text(&body, "phone_number").unwrap_or_default();
        if self.numbers.near(dialled).into_iter().any(|number| text(number, "phone_number") == Some(dialled)) {
            return Err(refused(409, "Phone number already exists"));
        }
        let now = now(context);
        let added = fields(json!({
            "phone_number_id": context.hex_id("phon_"),
            "phone_number": dialled,
            "provider": provider,
            "status": "free",
            "supports_inbound": flag("supports_inbound"),
            "supports_outbound": flag("supports_outbound"),
            "integration_id": body.get("integration_id"),
            "created_at": now,
            "updated_at": now,
        }));
        let shown = picked(&added, &IMPORTED);
        self.numbers.put(added);
        Ok(done(201, &format!("Phone number imported successfully with {provider}"), shown))
    }
}

fn cursor(number: &Object) -> String {
    BASE64.encode(text(number, "phone_number_id").unwrap_or_default())
}

/// The number of entries before the page of a cursor.
fn place_after(cursor: &str, numbers: &[&Object]) -> Result<usize, Reply> {
    let last = BASE64.decode(cursor).ok().and_then(|id| String::from_utf8(id).ok()).unwrap_or_default();
    let at = numbers.iter().position(|number| text(number, "phone_number_id") == Some(&last));
    let start = at.map(|at| at + 1).or((last == START).then_some(0));
    start.ok_or_else(|| unprocessable(json!(["query", "cursor"]), "value_error", "Invalid cursor"))
}

pub(super) fn repeat(request: &Request<'_>, answer: &mut Value) {
    if let Some(Value::Object(pagination)) = answer.get_mut("pagination") {
        let cursor = request.query("cursor").map_or_else(|| BASE64.encode(START), str::to_owned);
        pagination.insert("next_cursor".to_owned(), cursor.into());
        pagination.insert("has_more".to_owned(), true.into());
    }
}
