//! Lists: filters and pages.

use serde_json::{Value, json};

use super::account::{Caller, MAIN, owner, subaccount};
use super::{Plivo, invalid};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, text};

const PAGING: [&str; 3] = ["limit", "offset", "cursor"];
const EQUAL: [&str; 7] = [
    "alias",
    "cnam_lookup",
    "object_type",
    "object_id",
    "tendlc_registration_status",
    "tendlc_campaign_id",
    "toll_free_sms_verification",
];
const DATES: [&str; 5] =
    ["renewal_date", "renewal_date__gt", "renewal_date__gte", "renewal_date__lt", "renewal_date__lte"];
const OTHERS: [&str; 5] =
    ["number_startswith", "type", "subaccount", "services", "toll_free_sms_verification_order_status"];

impl Plivo {
    pub(super) fn list_numbers(&self, context: &mut Context<'_>, request: &Request<'_>, caller: &Caller) -> Answer {
        known(request, &[&EQUAL[..], &DATES, &OTHERS].concat())?;
        let is_on = |held: &Object, service: &str| held[&format!("{service}_enabled")] == true;
        let fits = |held: &&Object| {
            let equal = |name: &&str| request.query(name).is_none_or(|wanted| text(held, name) == Some(wanted));
            let date = text(held, "renewal_date").unwrap_or_default();
            let dated = |name: &&str| {
                request.query(name).is_none_or(|wanted| match *name {
                    "renewal_date__gt" => date > wanted,
                    "renewal_date__gte" => date >= wanted,
                    "renewal_date__lt" => date < wanted,
                    "renewal_date__lte" => date <= wanted,
                    _ => date == wanted,
                })
            };
            let number = text(held, "number").unwrap_or_default();
            caller.sees(held)
                && EQUAL.iter().all(equal)
                && DATES.iter().all(dated)
                && request.query("number_startswith").is_none_or(|start| number.starts_with(start))
                && request.query("subaccount").is_none_or(|wanted| owner(held) == Some(wanted))
                && request
                    .query("type")
                    .is_none_or(|wanted| text(held, "number_type") == Some(&wanted.replace('-', "")))
                && request.query("services").is_none_or(|wanted| wanted.split(',').all(|service| is_on(held, service)))
        };
        page(context, request, &self.numbers.iter().filter(fits).collect::<Vec<_>>())
    }
}

pub(super) fn applications(
    all: &[Object],
    context: &mut Context<'_>,
    request: &Request<'_>,
    caller: &Caller,
) -> Answer {
    known(request, &["subaccount", "app_name"])?;
    let fits = |found: &&Object| {
        caller.id == MAIN.id
            && request.query("app_name").is_none_or(|name| text(found, "app_name") == Some(name))
            && request.query("subaccount").is_none_or(|wanted| owner(found) == Some(wanted))
    };
    page(context, request, &all.iter().filter(fits).collect::<Vec<_>>())
}

pub(super) fn trunks(all: &[Object], context: &mut Context<'_>, request: &Request<'_>, caller: &Caller) -> Answer {
    let equal =
        ["trunk_status", "trunk_direction", "ipacl_uuid", "credential_uuid", "primary_uri_uuid", "fallback_uri_uuid"];
    known(request, &[&equal[..], &["secure"]].concat())?;
    let fits = |found: &&Object| {
        caller.id == MAIN.id
            && equal.iter().all(|name| request.query(name).is_none_or(|wanted| text(found, name) == Some(wanted)))
            && request.query("secure").is_none_or(|wanted| found["secure"] == (wanted == "true"))
    };
    page(context, request, &all.iter().filter(fits).collect::<Vec<_>>())
}

pub(super) fn subaccounts(context: &mut Context<'_>, request: &Request<'_>, caller: &Caller) -> Answer {
    known(request, &[])?;
    let sub = subaccount();
    let all = if caller.id == MAIN.id { vec![&sub] } else { Vec::new() };
    page(context, request, &all)
}

/// Plivo ignores unknown parameters. The sandbox refuses them, so that a mistake shows.
fn known(request: &Request<'_>, parameters: &[&str]) -> Result<(), Reply> {
    match request.unknown_parameter(&[parameters, &PAGING].concat()) {
        Some(name) => Err(invalid(&format!("{name} is not a parameter of this list"))),
        None => Ok(()),
    }
}

/// The next page has a cursor, which clients must not interpret.
fn page(context: &mut Context<'_>, request: &Request<'_>, found: &[&Object]) -> Answer {
    let limit = request.whole("limit", 20).filter(|limit| (1..=20).contains(limit));
    let limit = context.page_size(limit.ok_or_else(|| invalid("limit must be from 1 to 20"))?);
    let offset = request.whole("offset", 0).ok_or_else(|| invalid("offset must be a whole number"))?;
    let start = match request.query("cursor") {
        Some(_) if request.query("offset").is_some() => return Err(invalid("cursor and offset exclude each other")),
        Some(cursor) => cursor.strip_prefix("after-").and_then(|start| start.parse().ok()),
        None => Some(offset),
    };
    let page = Page { start: start.ok_or_else(|| invalid("cursor is not valid"))?, size: limit };
    let shown: Vec<Value> = page.cut(found).map(|&held| held.clone().into()).collect();
    let link = |start: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(request.query.iter().filter(|(name, _)| !PAGING.contains(&name.as_str())));
        query.append_pair("limit", &limit.to_string()).append_pair("cursor", &format!("after-{start}"));
        format!("/{}?{}", request.path.join("/"), query.finish())
    };
    let next = page.has_next(found).then(|| link(page.start + page.size));
    let previous = (page.start > 0).then(|| link(page.start.saturating_sub(page.size)));
    let meta = json!({
        "limit": limit, "offset": page.start, "next": next, "previous": previous, "total_count": found.len(),
    });
    Ok(Reply::json(200, json!({"api_id": context.id(), "meta": meta, "objects": shown})))
}
