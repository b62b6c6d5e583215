//! Lists: filters, sort order and pages.

use serde_json::{Value, json};

use super::{Telnyx, invalid, settings};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::pages::Page;
use crate::sandbox::records::{Object, picked, text};

const PAGING: [&str; 2] = ["page[number]", "page[size]"];
const NUMBERS: [&str; 17] = [
    "sort",
    "filter[phone_number]",
    "filter[status]",
    "filter[tag]",
    "filter[connection_id]",
    "filter[country_iso_alpha2]",
    "filter[number_type][eq]",
    "filter[source]",
    "filter[customer_reference]",
    "filter[billing_group_id]",
    "filter[emergency_address_id]",
    "filter[without_tags]",
    "filter[voice.connection_name][contains]",
    "filter[voice.connection_name][starts_with]",
    "filter[voice.connection_name][ends_with]",
    "filter[voice.connection_name][eq]",
    "filter[voice.usage_payment_method]",
];
/// The fields of the slim list.
const SLIM: [&str; 24] = [
    "id",
    "record_type",
    "phone_number",
    "country_iso_alpha2",
    "status",
    "phone_number_type",
    "external_pin",
    "connection_id",
    "customer_reference",
    "billing_group_id",
    "emergency_enabled",
    "emergency_address_id",
    "emergency_status",
    "call_forwarding_enabled",
    "cnam_listing_enabled",
    "caller_id_name_enabled",
    "call_recording_enabled",
    "t38_fax_gateway_enabled",
    "hd_voice_enabled",
    "inbound_call_screening",
    "purchased_at",
    "activated_at",
    "created_at",
    "updated_at",
];

impl Telnyx {
    pub(super) fn list(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        known(request, &[&NUMBERS[..], &["handle_messaging_profile_error"]].concat())?;
        page(context, request, &self.selected(request)?, |held| self.shown(held).into())
    }

    pub(super) fn list_slim(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        known(request, &[&NUMBERS[..], &["include_connection", "include_tags"]].concat())?;
        let included = |name: &str| request.query(name) == Some("true");
        page(context, request, &self.selected(request)?, |held| {
            let whole = self.shown(held);
            let mut shown = picked(&whole, &SLIM);
            let extra = [("include_connection", "connection_name"), ("include_tags", "tags")];
            for (_, field) in extra.into_iter().filter(|(name, _)| included(name)) {
                shown.insert(field.to_owned(), whole[field].clone());
            }
            shown.into()
        })
    }

    pub(super) fn list_voice(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let filters = [
            "sort",
            "filter[phone_number]",
            "filter[connection_name][contains]",
            "filter[customer_reference]",
            "filter[voice.usage_payment_method]",
        ];
        known(request, &filters)?;
        page(context, request, &self.selected(request)?, |held| settings::voice(held).into())
    }

    pub(super) fn list_messaging(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        known(request, &["filter[phone_number]", "filter[type]"])?;
        let wanted = request.query("filter[phone_number]");
        let is_wanted = |held: &&Object| wanted.is_none_or(|number| text(held, "phone_number") == Some(number));
        let found: Vec<&Object> = self.numbers.iter().rev().filter(is_wanted).collect();
        page(context, request, &found, |held| settings::messaging(held).into())
    }

    pub(super) fn list_connections(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let filters =
            ["filter[connection_name][contains]", "filter[fqdn]", "filter[outbound_voice_profile_id]", "sort"];
        known(request, &filters)?;
        let part = long_enough(request, filters[0])?.unwrap_or_default().to_lowercase();
        let fits = |found: &&Object| {
            text(found, "connection_name").unwrap_or_default().to_lowercase().contains(&part)
                && request.query("filter[fqdn]").is_none()
                && request.query("filter[outbound_voice_profile_id]").is_none()
        };
        let found: Vec<&Object> = self.connections.iter().filter(fits).collect();
        page(context, request, &found, |found| found.clone().into())
    }

    /// The numbers that match a query, by default the newest first.
    fn selected(&self, request: &Request<'_>) -> Result<Vec<&Object>, Reply> {
        let digits = request.query("filter[phone_number]");
        // A filter with anything but digits matches nothing. It is no error.
        let is_bad = digits.is_some_and(|part| part.len() < 3 || !part.bytes().all(|byte| byte.is_ascii_digit()));
        let equal = [
            ("filter[status]", "status"),
            ("filter[connection_id]", "connection_id"),
            ("filter[country_iso_alpha2]", "country_iso_alpha2"),
            ("filter[number_type][eq]", "phone_number_type"),
            ("filter[customer_reference]", "customer_reference"),
            ("filter[billing_group_id]", "billing_group_id"),
            ("filter[emergency_address_id]", "emergency_address_id"),
        ];
        let contains = ["filter[voice.connection_name][contains]", "filter[connection_name][contains]"];
        let mut parts = Vec::new();
        for name in contains
            .into_iter()
            .chain(["filter[voice.connection_name][starts_with]", "filter[voice.connection_name][ends_with]"])
        {
            parts.extend(long_enough(request, name)?.map(|part| (name, part)));
        }
        let fits = |held: &&Object| {
            let same = |(filter, field): (&str, &str)| {
                request.query(filter).is_none_or(|wanted| match text(held, field) {
                    Some(value) => value == wanted,
                    None => wanted == "null",
                })
            };
            let name = self.connection_name(held).unwrap_or_default();
            let named = |(filter, part): &(&str, &str)| match *filter {
                "filter[voice.connection_name][starts_with]" => name.starts_with(part),
                "filter[voice.connection_name][ends_with]" => name.ends_with(part),
                _ => name.contains(part),
            };
            let tags = || held["tags"].as_array().into_iter().flatten();
            !is_bad
                && digits.is_none_or(|part| text(held, "phone_number").is_some_and(|number| number.contains(part)))
                && equal.into_iter().all(same)
                && parts.iter().all(named)
                && request.query("filter[voice.connection_name][eq]").is_none_or(|wanted| name == wanted)
                && request.query("filter[tag]").is_none_or(|wanted| tags().any(|tag| tag == wanted))
                && (request.query("filter[without_tags]") != Some("true") || tags().next().is_none())
                && request
                    .query("filter[source]")
                    .is_none_or(|wanted| (wanted == "ported") == (text(held, "source_type") == Some("port_request")))
                && request
                    .query("filter[voice.usage_payment_method]")
                    .is_none_or(|wanted| held["voice"]["usage_payment_method"] == wanted)
        };
        let mut found: Vec<&Object> = self.numbers.iter().rev().filter(fits).collect();
        match request.query("sort") {
            None => {}
            Some("phone_number") => found.sort_by_key(|held| text(held, "phone_number")),
            Some("purchased_at") => found.sort_by_key(|held| text(held, "purchased_at")),
            Some("connection_name") => found.sort_by_key(|held| self.connection_name(held)),
            Some("usage_payment_method") => found.sort_by_key(|held| held["voice"]["usage_payment_method"].as_str()),
            Some(_) => return Err(invalid("sort is not valid", "/sort")),
        }
        Ok(found)
    }

    fn connection_name(&self, held: &Object) -> Option<&str> {
        self.connection(text(held, "connection_id")?).and_then(|found| text(found, "connection_name"))
    }

    /// The number in the form of the number API.
    pub(super) fn shown(&self, held: &Object) -> Object {
        let mut shown = held.clone();
        for hidden in ["features", "voice", "messaging_product"] {
            shown.remove(hidden);
        }
        shown.insert("connection_name".to_owned(), self.connection_name(held).into());
        shown
    }
}

/// Telnyx ignores unknown parameters. The sandbox refuses them, so that a mistake shows.
fn known(request: &Request<'_>, parameters: &[&str]) -> Result<(), Reply> {
    match request.unknown_parameter(&[parameters, &PAGING].concat()) {
        Some(name) => Err(invalid(&format!("{name} is not a parameter of this list"), "/")),
        None => Ok(()),
    }
}

/// A filter on a part of a name, which needs at least three characters.
fn long_enough<'a>(request: &'a Request<'_>, name: &str) -> Result<Option<&'a str>, Reply> {
    match request.query(name) {
        Some(part) if part.chars().count() < 3 => Err(invalid(&format!("{name} must have 3 characters"), "/")),
        part => Ok(part),
    }
}

fn page(context: &Context<'_>, request: &Request<'_>, found: &[&Object], shown: impl Fn(&Object) -> Value) -> Answer {
    let size = request.whole("page[size]", 20).filter(|size| (1..=250).contains(size));
    let size = context.page_size(size.ok_or_else(|| invalid("page[size] must be from 1 to 250", "/page/size"))?);
    let number = request.whole("page[number]", 1).filter(|&number| number >= 1);
    let number = number.ok_or_else(|| invalid("page[number] must be from 1", "/page/number"))?;
    let shown: Vec<Value> = Page::nth(number - 1, size).cut(found).map(|held| shown(held)).collect();
    let meta = json!({
        "page_number": number,
        "page_size": size,
        "total_pages": found.len().div_ceil(size),
        "total_results": found.len(),
    });
    Ok(Reply::json(200, json!({"data": shown, "meta": meta})))
}
