//! Numbers that can be bought: search and purchase.

use std::time::Duration;

use serde_json::{Value, json};

use super::number::{BOUGHT, CAPABILITIES, seconds, shown};
use super::{SignalWire, body, errors, invalid, plain};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{set, text};
use crate::sandbox::rules::Rule::{self, Object as Fields, Text, Word};
use crate::sandbox::rules::{optional, required};

/// A number for sale and its location. A toll-free number has none.
struct Offer {
    number: &'static str,
    place: Option<Place>,
}

struct Place {
    rate_center: &'static str,
    region: &'static str,
    country: &'static str,
}

const OFFERS: [Offer; 5] = [
    local("+15125550123", "AUSTIN", "TX", "US"),
    local("+17135550164", "HOUSTON", "TX", "US"),
    local("+12065550147", "SEATTLE", "WA", "US"),
    local("+14165550188", "TORONTO", "ON", "CA"),
    Offer { number: "+18885550142", place: None },
];
const PATTERNS: [&str; 3] = ["starts_with", "contains", "ends_with"];

static PURCHASE: Rule =
    Fields(&[required("number", Text(0, usize::MAX)), optional("number_type", Word(&["local", "tollfree"]))]);

const fn local(number: &'static str, rate_center: &'static str, region: &'static str, country: &'static str) -> Offer {
    Offer { number, place: Some(Place { rate_center, region, country }) }
}

impl SignalWire {
    pub(super) fn search(&self, request: &Request<'_>) -> Answer {
        let limit = check(request)?;
        let is_wanted = |offer: &&Offer| offer.fits(request) && !self.has(offer.number);
        let data: Vec<Value> = OFFERS.iter().filter(is_wanted).take(limit).map(Offer::shown).collect();
        Ok(Reply::json(200, json!({"data": data})))
    }

    pub(super) fn purchase(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &PURCHASE)?;
        let wanted = text(&body, "number");
        let offer = OFFERS.iter().find(|offer| Some(offer.number) == wanted && !self.has(offer.number));
        // The response has no reason. Users report this of the real service.
        let offer = offer.ok_or_else(|| errors("422", [Value::Null]))?;
        let number_type = if offer.place.is_some() { "longcode" } else { "tollfree" };
        let mut bought = self.add(context, offer.number, number_type, json!(CAPABILITIES));
        let charge = seconds(context.moment() + Duration::from_secs(30 * 24 * 60 * 60));
        set(&mut bought, "next_billed_at", charge);
        set(&mut bought, "country_code", offer.country());
        set(&mut bought, BOUGHT, true);
        self.numbers.put(bought.clone());
        Ok(Reply::json(200, shown(&bought)))
    }
}

/// The requested number of results, if the query is valid.
fn check(request: &Request<'_>) -> Result<usize, Reply> {
    let toll_free = match request.query("number_type") {
        None | Some("local") => false,
        Some("toll-free") => true,
        Some(_) => return Err(plain(400, "Bad Request")),
    };
    let patterns: Vec<&str> = PATTERNS.iter().filter_map(|name| request.query(name)).collect();
    let is_pattern = |text: &&str| (3..=7).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let (region, city) = (request.query("region"), request.query("city"));
    let limit = request.whole("max_results", 50);
    let refusal = if patterns.len() > 1 {
        "Only one of starts_with, contains and ends_with can be used"
    } else if !patterns.iter().all(is_pattern) {
        "Pattern must be 3 to 7 digits"
    } else if toll_free && (region.is_some() || city.is_some()) {
        "Region and city are for local numbers only"
    } else if region.is_some_and(|region| region.len() != 2) {
        "Region must be two letters"
    } else if city.is_some() && region.is_none() {
        "Region can't be blank when city is given"
    } else if let Some(limit) = limit.filter(|limit| (1..=100).contains(limit)) {
        return Ok(limit);
    } else {
        "Max results must be from 1 to 100"
    };
    Err(invalid(refusal))
}

impl Offer {
    fn fits(&self, request: &Request<'_>) -> bool {
        let digits = self.national();
        let is_at = |wanted: Option<&str>, had: fn(&Place) -> &'static str| {
            wanted.is_none_or(|wanted| self.place.as_ref().is_some_and(|place| had(place).eq_ignore_ascii_case(wanted)))
        };
        (request.query("number_type") == Some("toll-free")) == self.place.is_none()
            && request.query("areacode").is_none_or(|code| digits.get(..3) == Some(code))
            && request.query("starts_with").is_none_or(|part| digits.starts_with(part))
            && request.query("contains").is_none_or(|part| digits.contains(part))
            && request.query("ends_with").is_none_or(|part| digits.ends_with(part))
            && is_at(request.query("region"), |place| place.region)
            && is_at(request.query("city"), |place| place.rate_center)
    }

    /// All numbers for sale are North American.
    fn national(&self) -> &'static str {
        self.number.trim_start_matches("+1")
    }

    fn country(&self) -> &'static str {
        self.place.as_ref().map_or("US", |place| place.country)
    }

    fn shown(&self) -> Value {
        let (area, rest) = self.national().split_at_checked(3).unwrap_or_default();
        let (office, line) = rest.split_at_checked(3).unwrap_or_default();
        let mut shown = json!({
            "e164": self.number,
            "national_number_formatted": format!("({area}) {office}-{line}"),
            "international_number_formatted": format!("+1 {area}-{office}-{line}"),
            "country_code": self.country(),
            "capabilities": CAPABILITIES,
        });
        if let Some(place) = &self.place {
            shown["rate_center"] = place.rate_center.into();
            shown["region"] = place.region.into();
        }
        shown
    }
}
