//! Lists: filters and pages.

use serde_json::{Value, json};

use super::{error, problem};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, Records, text};

/// The fields that an update sets and no list returns.
const UNREADABLE: [&str; 2] = ["voiceStatusCallback", "moSmppSysType"];

/// Without numbers, both fields are missing.
pub(super) fn numbers(all: &Records, context: &Context<'_>, request: &Request<'_>) -> Answer {
    let known = ["country", "pattern", "search_pattern", "size", "index", "application_id", "has_application"];
    if let Some(name) = request.unknown_parameter(&known) {
        return Err(error(400, &format!("{name} is not a parameter of this list")));
    }
    let size = request.whole("size", 10).filter(|size| (1..=100).contains(size));
    let size = context.page_size(size.ok_or_else(|| error(400, "size must be from 1 to 100"))?);
    let index = request.whole("index", 1).filter(|&index| index >= 1);
    let index = index.ok_or_else(|| error(400, "index must be from 1"))?;
    let pattern = request.query("pattern");
    if pattern.is_some_and(|pattern| !pattern.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(error(400, "pattern must be digits"));
    }
    let matches: fn(&str, &str) -> bool = match (request.query("search_pattern"), pattern) {
        (None | Some("0"), _) => |number, part| number.starts_with(part),
        (Some("1"), Some(_)) => |number, part| number.contains(part),
        (Some("2"), Some(_)) => |number, part| number.ends_with(part),
        _ => return Err(error(400, "search_pattern must be 0, 1 or 2, with a pattern")),
    };
    let fits = |held: &&Object| {
        pattern.is_none_or(|part| matches(text(held, "msisdn").unwrap_or_default(), part))
            && request.query("country").is_none_or(|country| text(held, "country") == Some(country))
            && request.query("application_id").is_none_or(|id| text(held, "app_id") == Some(id))
            && request.query("has_application").is_none_or(|has| (has == "true") == held.contains_key("app_id"))
    };
    let found: Vec<&Object> = all.iter().filter(fits).collect();
    let shown: Vec<Value> = Page::nth(index - 1, size).cut(&found).map(|&held| shown(held)).collect();
    let body = if shown.is_empty() { json!({}) } else { json!({"count": found.len(), "numbers": shown}) };
    Ok(Reply::json(200, body))
}

/// A linked number also has its application in the older fields.
fn shown(held: &Object) -> Value {
    let mut shown = held.clone();
    shown.retain(|name, _| !UNREADABLE.contains(&name.as_str()));
    if let Some(id) = held.get("app_id") {
        for (kind, value) in
            [("voiceCallbackType", "voiceCallbackValue"), ("messagesCallbackType", "messagesCallbackValue")]
        {
            if !shown.contains_key(kind) {
                shown.insert(kind.to_owned(), "app".into());
                shown.insert(value.to_owned(), id.clone());
            }
        }
    }
    shown.into()
}

pub(super) fn applications(all: &[Object], context: &Context<'_>, request: &Request<'_>) -> Answer {
    if let Some(name) = request.unknown_parameter(&["page", "page_size"]) {
        return Err(problem(400, Some(&format!("{name} is not a parameter of this list"))));
    }
    let size = request.whole("page_size", 10).filter(|size| (1..=100).contains(size));
    let size = context.page_size(size.ok_or_else(|| problem(400, Some("page_size must be from 1 to 100")))?);
    let number = request.whole("page", 1).filter(|&page| page >= 1);
    let number = number.ok_or_else(|| problem(400, Some("page must be from 1")))?;
    let shown: Vec<Value> = Page::nth(number - 1, size).cut(all).map(|found| found.clone().into()).collect();
    let pages = all.len().div_ceil(size).max(1);
    let host = request.header("host").unwrap_or("127.0.0.1");
    let link = |page: usize| {
        let href = format!("http://{host}/v2/applications?page={page}&page_size={size}");
        json!({"href": href})
    };
    let mut links = json!({"self": link(number), "first": link(1), "last": link(pages)});
    if number > 1 {
        links["prev"] = link(number - 1);
    }
    if number < pages {
        links["next"] = link(number + 1);
    }
    let body = json!({
        // The vendor's own SDK requires these fields, which are not documented.
        "_links": links,
        "page": number,
        "page_size": size,
        "total_items": all.len(),
        "total_pages": all.len().div_ceil(size),
        "_embedded": {"applications": shown},
    });
    Ok(Reply::json(200, body))
}
