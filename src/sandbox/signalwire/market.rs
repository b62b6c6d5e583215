//! Numbers on sale: search and purchase.

use std::time::Duration;

use serde_json::{Value, json};

use super::number::{self, CAPABILITIES, seconds, shown};
use super::{body, errors, invalid, plain};
use crate::sandbox::schema::Rule::{self, Object as Fields, Text, Word};
use crate::sandbox::schema::{optional, required};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{World, text};

/// A number on sale, and where it is; a toll-free one is nowhere.
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

pub(super) fn search(world: &World, request: &Request<'_>) -> Reply {
    let limit = match check(request) {
        Ok(limit) => limit,
        Err(refusal) => return refusal,
    };
    let toll_free = request.query("number_type") == Some("toll-free");
    let fits = |offer: &&Offer| {
        let digits = offer.national();
        let place = |wanted: Option<&str>, had: fn(&Place) -> &'static str| {
            wanted
                .is_none_or(|wanted| offer.place.as_ref().is_some_and(|place| had(place).eq_ignore_ascii_case(wanted)))
        };
        toll_free == offer.place.is_none()
            && request.query("areacode").is_none_or(|code| digits.get(..3) == Some(code))
            && request.query("starts_with").is_none_or(|part| digits.starts_with(part))
            && request.query("contains").is_none_or(|part| digits.contains(part))
            && request.query("ends_with").is_none_or(|part| digits.ends_with(part))
            && place(request.query("region"), |place| place.region)
            && place(request.query("city"), |place| place.rate_center)
            && !number::is_held(world, offer.number)
    };
    let data: Vec<Value> = OFFERS.iter().filter(fits).take(limit).map(Offer::shown).collect();
    Reply::json(200, json!({"data": data}))
}

/// How many are wanted, if the query is good.
fn check(request: &Request<'_>) -> Result<usize, Reply> {
    let toll_free = match request.query("number_type") {
        None | Some("local") => false,
        Some("toll-free") => true,
        Some(_) => return Err(plain(400, "Bad Request")),
    };
    let patterns: Vec<&str> = PATTERNS.iter().filter_map(|name| request.query(name)).collect();
    let is_pattern = |text: &&str| (3..=7).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let (region, city) = (request.query("region"), request.query("city"));
    let limit = request.query("max_results").map_or(Some(50), |text| text.parse().ok());
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

pub(super) fn purchase(world: &mut World, request: &Request<'_>) -> Reply {
    let body = match body(request, &PURCHASE) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let wanted = text(&body, "number");
    let offer = OFFERS.iter().find(|offer| Some(offer.number) == wanted && !number::is_held(world, offer.number));
    // Without a reason, as users report of the real one.
    let Some(offer) = offer else { return errors("422", [Value::Null]) };
    let number_type = if offer.place.is_some() { "longcode" } else { "tollfree" };
    let mut bought = number::add(world, offer.number, number_type, json!(CAPABILITIES));
    let charge = seconds(world.moment() + Duration::from_secs(30 * 24 * 60 * 60));
    bought.insert("next_billed_at".to_owned(), charge.into());
    bought.insert("country_code".to_owned(), offer.country().into());
    bought.insert(number::BOUGHT.to_owned(), true.into());
    world.signalwire.put(bought.clone());
    Reply::json(200, shown(&bought))
}

impl Offer {
    /// All are North American.
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
