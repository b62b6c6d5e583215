//! The list of the numbers, newest first, page by page.

use serde_json::{Value, json};

use super::number::shown;
use super::plain;
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

const FILTERS: [(&str, &str); 2] = [("filter_name", "name"), ("filter_number", "number")];

pub(super) fn list(world: &World, request: &Request<'_>) -> Reply {
    let whole = |name: &str, default: usize| request.query(name).map_or(Some(default), |text| text.parse().ok());
    let (Some(page), Some(size)) = (whole("page_number", 0), whole("page_size", 50)) else { return refused() };
    let has_token = page == 0 || request.query("page_token") == Some(token(page).as_str());
    if !(1..=1000).contains(&size) || !has_token {
        return refused();
    }
    let size = world.page(size);
    let fits = |number: &&Object| {
        FILTERS.iter().all(|(parameter, field)| {
            let part = request.query(parameter).unwrap_or_default();
            text(number, field).unwrap_or_default().contains(part)
        })
    };
    let near = world.signalwire.near(request.query("filter_number").unwrap_or_default());
    let fitting: Vec<&Object> = near.into_iter().rev().filter(fits).collect();
    let start = page.saturating_mul(size);
    let data: Vec<Value> = fitting.iter().skip(start).take(size).map(|number| shown(number).into()).collect();
    let mut links = Object::new();
    links.insert("self".to_owned(), link(request, page, size));
    links.insert("first".to_owned(), link(request, 0, size));
    if start.saturating_add(size) < fitting.len() {
        links.insert("next".to_owned(), link(request, page + 1, size));
    }
    if let Some(before) = page.checked_sub(1) {
        links.insert("prev".to_owned(), link(request, before, size));
    }
    Reply::json(200, json!({"links": links, "data": data}))
}

/// A path, not a whole address.
fn link(request: &Request<'_>, page: usize, size: usize) -> Value {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (parameter, _) in FILTERS {
        query.extend_pairs(request.query(parameter).map(|value| (parameter, value)));
    }
    query.append_pair("page_number", &page.to_string()).append_pair("page_size", &size.to_string());
    if page > 0 {
        query.append_pair("page_token", &token(page));
    }
    format!("/api/relay/rest/phone_numbers?{}", query.finish()).into()
}

/// What a page is asked for with, beside its number. Only a link tells it.
fn token(page: usize) -> String {
    format!("PA5a7d0000-0000-4000-8000-{page:012x}")
}

fn refused() -> Reply {
    plain(400, "Bad Request")
}
