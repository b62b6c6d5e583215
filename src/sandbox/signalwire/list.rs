//! The list of numbers, newest first, with pages.

use serde_json::json;

use super::number::shown;
use super::{SignalWire, plain};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, set, text};

const FILTERS: [(&str, &str); 2] = [("filter_name", "name"), ("filter_number", "number")];

impl SignalWire {
    pub(super) fn list(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let index = request.whole("page_number", 0).ok_or_else(refused)?;
        let size = request.whole("page_size", 50).filter(|size| (1..=1000).contains(size)).ok_or_else(refused)?;
        if index > 0 && request.query("page_token") != Some(token(index).as_str()) {
            return Err(refused());
        }
        let size = context.page_size(size);
        let fits = |number: &&Object| {
            FILTERS.iter().all(|(parameter, field)| {
                let part = request.query(parameter).unwrap_or_default();
                text(number, field).unwrap_or_default().contains(part)
            })
        };
        let near = self.numbers.near(request.query("filter_number").unwrap_or_default());
        let fitting: Vec<&Object> = near.into_iter().rev().filter(fits).collect();
        let page = Page::nth(index, size);
        let data: Vec<Object> = page.cut(&fitting).map(|number| shown(number)).collect();
        let mut links = Object::new();
        set(&mut links, "self", link(request, index, size));
        set(&mut links, "first", link(request, 0, size));
        if page.has_next(&fitting) {
            set(&mut links, "next", link(request, index + 1, size));
        }
        if let Some(before) = index.checked_sub(1) {
            set(&mut links, "prev", link(request, before, size));
        }
        Ok(Reply::json(200, json!({"links": links, "data": data})))
    }
}

/// A path, not a complete URL.
fn link(request: &Request<'_>, page: usize, size: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (parameter, _) in FILTERS {
        query.extend_pairs(request.query(parameter).map(|value| (parameter, value)));
    }
    query.append_pair("page_number", &page.to_string()).append_pair("page_size", &size.to_string());
    if page > 0 {
        query.append_pair("page_token", &token(page));
    }
    format!("/api/relay/rest/phone_numbers?{}", query.finish())
}

/// The parameters of a page other than its index. A client gets them only from a link.
fn token(page: usize) -> String {
    format!("PA5a7d0000-0000-4000-8000-{page:012x}")
}

fn refused() -> Reply {
    plain(400, "Bad Request")
}
