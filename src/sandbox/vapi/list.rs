//! Both lists: filters, order, pages.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::refused;
use crate::sandbox::records::Records;
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

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
pub(super) fn plain(objects: &Records, request: &Request<'_>) -> Reply {
    match select(objects.iter().collect(), request, &PARAMETERS) {
        Ok((limit, found)) => {
            let shown: Vec<Value> = found.into_iter().rev().take(limit).cloned().map(Value::Object).collect();
            Reply::json(200, shown)
        }
        Err(refusal) => refusal,
    }
}

/// `GET /v2/phone-number`.
pub(super) fn paged(world: &World, request: &Request<'_>) -> Reply {
    let near = world.vapi.near(request.query("search").unwrap_or_default());
    let (limit, mut found) = match select(near, request, &[&PARAMETERS[..], &PAGED_PARAMETERS[..]].concat()) {
        Ok(selected) => selected,
        Err(refusal) => return refusal,
    };
    let limit = world.page(limit);
    if let Some(search) = request.query("search") {
        if search.chars().count() > 100 {
            return refused("search must be shorter than or equal to 100 characters");
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
        _ => return refused("sortOrder must be one of the following values: ASC, DESC"),
    }
    let page = request.query("page").map_or(Some(1), |page| page.parse::<usize>().ok());
    let Some(page) = page.filter(|&page| page >= 1) else { return refused("page must not be less than 1") };
    let total = found.len();
    let shown: Vec<&Object> = found.into_iter().skip((page - 1) * limit).take(limit).collect();
    let metadata = json!({
        "itemsPerPage": limit,
        "totalItems": total,
        "currentPage": page,
        "totalPages": total.div_ceil(limit.max(1)),
        "hasNextPage": page * limit < total,
        "sortOrder": order,
    });
    Reply::json(200, json!({"results": shown, "metadata": metadata}))
}

/// Pages are asked for by their number, whatever an answer says: the page before comes again.
pub(super) fn repeat(world: &mut World, request: &Request<'_>, answer: &mut Value) {
    if answer.get("metadata").is_none() {
        return;
    }
    let mut before = request.clone();
    for (_, page) in before.query.iter_mut().filter(|(name, _)| name == "page") {
        *page = page.parse::<usize>().map_or(1, |page| page.saturating_sub(1).max(1)).to_string();
    }
    let page = paged(world, &before).edited(|page| page["metadata"]["hasNextPage"] = true.into());
    *answer = serde_json::from_str(&page.body).unwrap_or_default();
}

/// What the filters let through, oldest first, and how many are wanted.
fn select<'a>(
    mut found: Vec<&'a Object>,
    request: &Request<'_>,
    parameters: &[&str],
) -> Result<(usize, Vec<&'a Object>), Reply> {
    if let Some((name, _)) = request.query.iter().find(|(name, _)| !parameters.contains(&name.as_str())) {
        return Err(refused(&format!("property {name} should not exist")));
    }
    let limit = request.query("limit").map_or(Some(100), |limit| limit.parse::<usize>().ok());
    let Some(limit) = limit.filter(|&limit| limit <= 1000) else {
        return Err(refused("limit must not be greater than 1000"));
    };
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
