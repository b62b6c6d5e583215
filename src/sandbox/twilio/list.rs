//! A page of a list, in both of Twilio's forms.

use serde_json::{Value, json};

use super::{fault, invalid};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Reply, Request};
use crate::sandbox::pages::Page;

const PARAMETERS: [&str; 3] = ["PageSize", "Page", "PageToken"];

/// The requested page.
pub(super) struct Paging<'a> {
    index: usize,
    page: Page,
    /// The filters of the request, in the order of the documentation.
    filters: Vec<(&'a str, &'a str)>,
}

impl<'a> Paging<'a> {
    /// Parses a query. Twilio ignores unknown parameters. The sandbox refuses them, so that a mistake shows.
    pub(super) fn of(context: &Context<'_>, request: &'a Request<'_>, filters: &[&'a str]) -> Result<Self, Reply> {
        if let Some(name) = request.unknown_parameter(&[filters, &PARAMETERS].concat()) {
            return Err(invalid(&format!("{name} is not a parameter of this list")));
        }
        let size = request.whole("PageSize", 50).filter(|size| (1..=1000).contains(size));
        let size = size.ok_or_else(|| invalid("PageSize must be from 1 to 1000"))?;
        let index = request.whole("Page", 0).ok_or_else(|| invalid("Page must be a whole number"))?;
        if request.query("PageToken") != token(index).as_deref() {
            return Err(fault(400, 21481, "Invalid PageToken"));
        }
        let filters = filters.iter().filter_map(|&name| Some((name, request.query(name)?))).collect();
        Ok(Self { index, page: Page::nth(index, context.page_size(size)), filters })
    }

    /// The 2010 API's form, whose links are paths.
    pub(super) fn answer<T>(&self, path: &str, key: &str, fitting: &[T], shown: impl Fn(&T) -> Value) -> Reply {
        let Page { start, size } = self.page;
        let shown: Vec<Value> = self.page.cut(fitting).map(shown).collect();
        let mut body = json!({
            "first_page_uri": self.link(path, 0),
            "next_page_uri": self.next(path, fitting),
            "previous_page_uri": self.previous(path),
            "uri": self.link(path, self.index),
            "page": self.index,
            "page_size": size,
            "start": start,
            "end": start.saturating_add(shown.len()).saturating_sub(1),
        });
        body[key] = shown.into();
        Reply::json(200, body)
    }

    /// The newer APIs' form, whose links are complete URLs.
    pub(super) fn answer_v1<T>(&self, url: &str, key: &str, fitting: &[T], shown: impl Fn(&T) -> Value) -> Reply {
        let mut body = json!({"meta": {
            "first_page_url": self.link(url, 0),
            "key": key,
            "next_page_url": self.next(url, fitting),
            "page": self.index,
            "page_size": self.page.size,
            "previous_page_url": self.previous(url),
            "url": self.link(url, self.index),
        }});
        body[key] = self.page.cut(fitting).map(shown).collect();
        Reply::json(200, body)
    }

    fn next<T>(&self, path: &str, fitting: &[T]) -> Option<String> {
        self.page.has_next(fitting).then(|| self.link(path, self.index.saturating_add(1)))
    }

    fn previous(&self, path: &str) -> Option<String> {
        self.index.checked_sub(1).map(|index| self.link(path, index))
    }

    fn link(&self, path: &str, index: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("PageSize", &self.page.size.to_string()).append_pair("Page", &index.to_string());
        query.extend_pairs(token(index).map(|token| ("PageToken", token)));
        format!("{path}?{}", query.finish())
    }
}

/// The parameters of a page other than its index. A client gets them only from a link.
fn token(index: usize) -> Option<String> {
    (index > 0).then(|| format!("PAPN{index:032x}"))
}
