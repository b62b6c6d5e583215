//! One page of a list, in both of Twilio's forms.

use serde_json::{Value, json};

use super::{fault, invalid};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::World;

/// Which page is asked for.
pub(super) struct Paging<'a> {
    page: usize,
    size: usize,
    /// The filters that the request has, in the order of the documents.
    filters: Vec<(&'a str, &'a str)>,
}

impl<'a> Paging<'a> {
    /// Reads a query. Twilio ignores what it does not know; here it is refused, so that a slip shows.
    pub(super) fn of(world: &World, request: &'a Request<'_>, filters: &[&'a str]) -> Result<Self, Reply> {
        let known = |name: &str| filters.contains(&name) || matches!(name, "PageSize" | "Page" | "PageToken");
        if let Some((name, _)) = request.query.iter().find(|(name, _)| !known(name)) {
            return Err(invalid(&format!("{name} is not a parameter of this list")));
        }
        let whole = |name: &str, default: usize| request.query(name).map_or(Some(default), |text| text.parse().ok());
        let Some(size) = whole("PageSize", 50).filter(|size| (1..=1000).contains(size)) else {
            return Err(invalid("PageSize must be from 1 to 1000"));
        };
        let Some(page) = whole("Page", 0) else { return Err(invalid("Page must be a whole number")) };
        if request.query("PageToken") != token(page).as_deref() {
            return Err(fault(400, 21481, "Invalid PageToken"));
        }
        let filters = filters.iter().filter_map(|&name| Some((name, request.query(name)?))).collect();
        Ok(Self { page, size: world.page(size), filters })
    }

    /// The 2010 API's form, whose links are paths.
    pub(super) fn answer<T>(&self, path: &str, key: &str, fitting: &[T], shown: impl Fn(&T) -> Value) -> Reply {
        let start = self.page.saturating_mul(self.size);
        let shown: Vec<Value> = self.cut(fitting).map(shown).collect();
        let mut body = json!({
            "first_page_uri": self.link(path, 0),
            "next_page_uri": self.next(fitting).map(|page| self.link(path, page)),
            "previous_page_uri": self.page.checked_sub(1).map(|page| self.link(path, page)),
            "uri": self.link(path, self.page),
            "page": self.page,
            "page_size": self.size,
            "start": start,
            "end": start.saturating_add(shown.len()).saturating_sub(1),
        });
        body[key] = shown.into();
        Reply::json(200, body)
    }

    /// The newer APIs' form, whose links are whole addresses.
    pub(super) fn answer_v1<T>(&self, url: &str, key: &str, fitting: &[T], shown: impl Fn(&T) -> Value) -> Reply {
        let mut body = json!({"meta": {
            "first_page_url": self.link(url, 0),
            "key": key,
            "next_page_url": self.next(fitting).map(|page| self.link(url, page)),
            "page": self.page,
            "page_size": self.size,
            "previous_page_url": self.page.checked_sub(1).map(|page| self.link(url, page)),
            "url": self.link(url, self.page),
        }});
        body[key] = self.cut(fitting).map(shown).collect();
        Reply::json(200, body)
    }

    fn cut<'t, T>(&self, fitting: &'t [T]) -> impl Iterator<Item = &'t T> + use<'t, T> {
        fitting.iter().skip(self.page.saturating_mul(self.size)).take(self.size)
    }

    fn next<T>(&self, fitting: &[T]) -> Option<usize> {
        let next = self.page.saturating_add(1);
        (next.saturating_mul(self.size) < fitting.len()).then_some(next)
    }

    fn link(&self, path: &str, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("PageSize", &self.size.to_string()).append_pair("Page", &page.to_string());
        query.extend_pairs(token(page).map(|token| ("PageToken", token)));
        format!("{path}?{}", query.finish())
    }
}

/// What a page other than the first is asked for with, beside its number. Only a link tells it.
fn token(page: usize) -> Option<String> {
    (page > 0).then(|| format!("PAPN{page:032x}"))
}
