//! Both lists of numbers, and the SIP messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{ElevenLabs, refused, unprocessable};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, text};

const PROVIDERS: [&str; 3] = ["twilio", "sip_trunk", "exotel"];

impl ElevenLabs {
    /// All numbers at once.
    pub(super) fn list(&self, request: &Request<'_>) -> Answer {
        let found = self.selected(request)?;
        Ok(Reply::json(200, found.into_iter().cloned().map(Value::Object).collect::<Vec<_>>()))
    }

    /// A page, oldest first unless the query names another order. A cursor contains the id of the last number shown.
    pub(super) fn page(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let mut found = self.selected(request)?;
        let lower = |name: &str| request.query(name).map(str::to_lowercase);
        if let Some(number) = request.query("phone_number") {
            found.retain(|object| text(object, "phone_number") == Some(number));
        }
        if let Some(part) = lower("label") {
            found.retain(|object| text(object, "label").is_some_and(|label| label.to_lowercase().contains(&part)));
        }
        if let Some(part) = lower("search") {
            let holds =
                |object: &Object, field| text(object, field).is_some_and(|text| text.to_lowercase().contains(&part));
            found.retain(|object| {
                text(object, "phone_number_id") == request.query("search")
                    || holds(object, "label")
                    || holds(object, "phone_number")
            });
        }
        if let Some(flag) = request.query("supports_outbound") {
            found.retain(|object| object.get("supports_outbound") == Some(&Value::Bool(flag == "true")));
        }
        match request.query("sort_by") {
            None => {}
            Some(field @ ("label" | "phone_number")) => found.sort_by_key(|object| text(object, field)),
            Some(_) => return Err(unprocessable("sort_by", "enum", "Input should be 'label' or 'phone_number'")),
        }
        match request.query("sort_direction") {
            None | Some("asc") => {}
            Some("desc") => found.reverse(),
            Some(_) => return Err(unprocessable("sort_direction", "enum", "Input should be 'asc' or 'desc'")),
        }
        let size = request.whole("page_size", 100).filter(|size| (1..=1000).contains(size));
        let size =
            size.ok_or_else(|| unprocessable("page_size", "less_than_equal", "Input should be from 1 to 1000"))?;
        let start = match request.query("cursor") {
            None => 0,
            Some(cursor) => place_after(cursor, &found)?,
        };
        let page = Page { start, size: context.page_size(size) };
        let shown: Vec<&Object> = page.cut(&found).copied().collect();
        let has_more = page.has_next(&found);
        let last = shown.last().filter(|_| has_more).and_then(|number| text(number, "phone_number_id"));
        let cursor = last.map(|id| BASE64.encode(id));
        Ok(Reply::json(200, json!({"phone_numbers": shown, "next_cursor": cursor, "has_more": has_more})))
    }

    /// The numbers that the filters of both lists select.
    fn selected(&self, request: &Request<'_>) -> Result<Vec<&Object>, Reply> {
        if request.query("provider").is_some_and(|provider| !PROVIDERS.contains(&provider)) {
            return Err(unprocessable("provider", "enum", "Input should be 'twilio', 'sip_trunk' or 'exotel'"));
        }
        let near = self.numbers.near(request.query("search").unwrap_or_default());
        // The id is searched too, and has no index.
        let by_id = request.query("search").and_then(|id| self.numbers.get(id));
        let mut found = by_id.map_or(near, |number| vec![number]);
        for name in ["agent_id", "branch_id"] {
            if let Some(wanted) = request.query(name) {
                found.retain(|object| {
                    object.get("assigned_agent").and_then(|agent| agent[name].as_str()) == Some(wanted)
                });
            }
        }
        if let Some(provider) = request.query("provider") {
            found.retain(|object| text(object, "provider") == Some(provider));
        }
        Ok(found)
    }

    /// No calls are made here, so there are no messages.
    pub(super) fn sip_messages(&self, id: &str, request: &Request<'_>) -> Answer {
        self.number(id)?;
        match request.whole("page_size", 20) {
            Some(1..=20) => Ok(Reply::json(200, json!({"sip_messages": [], "next_cursor": null, "has_more": false}))),
            _ => Err(unprocessable("page_size", "less_than_equal", "Input should be from 1 to 20")),
        }
    }
}

/// The number of entries before the page of a cursor.
fn place_after(cursor: &str, numbers: &[&Object]) -> Result<usize, Reply> {
    let last = BASE64.decode(cursor).ok().and_then(|id| String::from_utf8(id).ok());
    let at = numbers.iter().position(|number| text(number, "phone_number_id") == last.as_deref());
    let start = at.map(|at| at + 1).or((last.as_deref() == Some("")).then_some(0));
    start.ok_or_else(|| refused(400, "invalid_cursor", "Invalid cursor"))
}

/// A page whose next page is itself: an empty cursor in base64 is the start.
pub(super) fn repeat(request: &Request<'_>, answer: &mut Value) {
    if answer.get("next_cursor").is_some() {
        answer["next_cursor"] = request.query("cursor").unwrap_or_default().into();
        answer["has_more"] = true.into();
    }
}
