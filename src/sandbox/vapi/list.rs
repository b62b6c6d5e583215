//! Both lists: filters, sort order and pages.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::refused;
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, Records, text};

const PARAMETERS: [&str; 9] = [
    "limit",
    "createdAtGt",
    "createdAtGe",
    "createdAtLt",
    "createdAtLe",
    "updatedAtGt",
    "updatedAtGe",
    "updatedAtLt",
    "updatedAtLe",
];
const PAGED_PARAMETERS: [&str; 4] = ["search", "page", "sortOrder", "sortBy"];

/// `GET /phone-number` and `GET /credential`: a bare array, newest first.
pub(super) fn plain(objects: &Records, request: &Request<'_>) -> Answer {
    let (limit, found) = select(objects.iter().collect(), request, &PARAMETERS)?;
    let shown: Vec<Value> = found.into_iter().rev().take(limit).cloned().map(Value::Object).collect();
    Ok(Reply::json(200, shown))
}

/// `GET /v2/phone-number`.
pub(super) fn paged(numbers: &Records, context: &Context<'_>, request: &Request<'_>) -> Answer {
    let near = numbers.near(request.query("search").unwrap_or_default());
    let (limit, mut found) = select(near, request, &[&PARAMETERS[..], &PAGED_PARAMETERS[..]].concat())?;
    let limit = context.page_size(limit);
    if let Some(search) = request.query("search") {
        if search.chars().count() > 100 {
            return Err(refused("search must be shorter than or equal to 100 characters"));
        }
        let search = search.to_lowercase();
        let holds = |object: &&Object| {
            let fields = ["name", "number", "sipUri"].into_iter().filter_map(|field| text(object, field));
            fields.map(str::to_lowercase).any(|field| field.contains(&search))
        };
        found.retain(holds);
    }
    let order = request.query("sortOrder").unwrap_or("DESC");
    match order {
        "ASC" => {}
        "DESC" => found.reverse(),
        _ => return Err(refused("sortOrder must be one of the following values: ASC, DESC")),
    }
    let number = request.whole("page", 1).filter(|&page| page >= 1);
    let number = number.ok_or_else(|| refused("page must not be less than 1"))?;
    let page = Page::nth(number - 1, limit);
    let metadata = json!({
        "itemsPerPage": limit,
        "totalItems": found.len(),
        "currentPage": number,
        "totalPages": found.len().div_ceil(limit.max(1)),
        "hasNextPage": page.has_next(&found),
        "sortOrder": order,
    });
    Ok(Reply::json(200, json!({"results": page.cut(&found).collect::<Vec<_>>(), "metadata": metadata})))
}

/// The entries that match the filters, oldest first, and how many were requested.
fn select<'a>(
    mut found: Vec<&'a Object>,
    request: &Request<'_>,
    parameters: &[&str],
) -> Result<(usize, Vec<&'a Object>), Reply> {
    if let Some(name) = request.unknown_parameter(parameters) {
        return Err(refused(&format!("property {name} should not exist")));
    }
    let limit = request.whole("limit", 100).filter(|&limit| limit <= 1000);
    let limit = limit.ok_or_else(|| refused("limit must not be greater than 1000"))?;
    for (name, value) in &request.query {
        let Some((field, comparison)) = name.split_at_checked(9).filter(|(field, _)| field.ends_with("At")) else {
            continue;
        };
        let Ok(bound) = value.parse::<Timestamp>() else {
            return Err(refused(&format!("{name} must be a valid ISO 8601 date string")));
        };
        found.retain(|object| {
            let time = text(object, field).and_then(|text| text.parse::<Timestamp>().ok());
            time.is_some_and(|time| match comparison {
                "Gt" => time > bound,
                "Ge" => time >= bound,
                "Lt" => time < bound,
                _ => time <= bound,
            })
        });
    }
    Ok((limit, found))
}
