//! Twilio's side: the account that holds the numbers.

use serde_json::{Value, json};

use super::server::{Reply, Request, Site};
use super::world::{ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN, Held, World};

pub(super) const SITE: Site = Site {
    name: "twilio",
    base_url_var: "TWILIO_BASE_URL",
    vars: &[("TWILIO_ACCOUNT_SID", ACCOUNT_SID), ("TWILIO_AUTH_TOKEN", AUTH_TOKEN)],
    answer,
};

const NUMBERS: &str = "IncomingPhoneNumbers";

fn answer(world: &mut World, request: &Request<'_>) -> Reply {
    let login = request.basic();
    let login = login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
    if !matches!(login, Some((ACCOUNT_SID, AUTH_TOKEN) | (API_KEY_SID, API_KEY_SECRET))) {
        return error(401, 20003, "Authentication Error - invalid username");
    }
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method, path.as_slice()) {
        ("GET", ["2010-04-01", "Accounts", ACCOUNT_SID, "IncomingPhoneNumbers.json"]) => list(world, request),
        ("GET", ["2010-04-01", "Accounts", ACCOUNT_SID, NUMBERS, item]) => {
            let held = item.strip_suffix(".json").and_then(|sid| world.held.iter().find(|held| held.sid == sid));
            held.map_or_else(|| missing(request), |held| Reply::json(200, number(held)))
        }
        _ => missing(request),
    }
}

fn list(world: &World, request: &Request<'_>) -> Reply {
    let size = request.query("PageSize").map_or(Some(50), |text| text.parse::<usize>().ok());
    let Some(size) = size.filter(|size| (1..=1000).contains(size)) else {
        return error(400, 20001, "Page size must be between 1 and 1000");
    };
    let size = world.page(size);
    let page = request.query("Page").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let pattern = request.query("PhoneNumber");
    let matching: Vec<&Held> =
        world.held.iter().filter(|held| pattern.is_none_or(|pattern| fits(held.number.as_str(), pattern))).collect();
    let shown: Vec<Value> = matching.iter().skip(page * size).take(size).map(|held| number(held)).collect();
    let uri = |page: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(pattern) = pattern {
            query.append_pair("PhoneNumber", pattern);
        }
        query.append_pair("PageSize", &size.to_string()).append_pair("Page", &page.to_string());
        if page > 0 {
            query.append_pair("PageToken", &format!("PA{page:032x}"));
        }
        format!("/2010-04-01/Accounts/{ACCOUNT_SID}/{NUMBERS}.json?{}", query.finish())
    };
    let more = (page + 1) * size < matching.len();
    Reply::json(
        200,
        json!({
            "first_page_uri": uri(0),
            "next_page_uri": more.then(|| uri(page + 1)),
            "previous_page_uri": page.checked_sub(1).map(uri),
            "uri": uri(page),
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": (page * size + shown.len()).saturating_sub(1),
            "incoming_phone_numbers": shown,
        }),
    )
}

/// Twilio's filter: a part of the number, where `*` is any digit.
fn fits(number: &str, pattern: &str) -> bool {
    let pattern = pattern.as_bytes();
    let same = |window: &[u8]| window.iter().zip(pattern).all(|(digit, wanted)| *wanted == b'*' || digit == wanted);
    pattern.is_empty() || number.as_bytes().windows(pattern.len()).any(same)
}

fn number(held: &Held) -> Value {
    let url = |url: &Option<String>| url.clone().unwrap_or_default();
    json!({
        "account_sid": ACCOUNT_SID,
        "address_requirements": "none",
        "address_sid": null,
        "api_version": "2010-04-01",
        "beta": false,
        "capabilities": {"voice": true, "sms": true, "mms": false, "fax": false},
        "date_created": "Thu, 30 Jul 2015 23:19:04 +0000",
        "date_updated": "Thu, 30 Jul 2015 23:19:04 +0000",
        "friendly_name": held.number.as_str(),
        "origin": "twilio",
        "phone_number": held.number.as_str(),
        "sid": held.sid,
        "sms_application_sid": "",
        "sms_method": "POST",
        "sms_url": url(&held.sms_url),
        "status": "in-use",
        "status_callback": "",
        "trunk_sid": null,
        "type": "local",
        "uri": format!("/2010-04-01/Accounts/{ACCOUNT_SID}/{NUMBERS}/{}.json", held.sid),
        "voice_application_sid": "",
        "voice_caller_id_lookup": false,
        "voice_fallback_url": null,
        "voice_method": "POST",
        "voice_receive_mode": "voice",
        "voice_url": url(&held.voice_url),
    })
}

fn missing(request: &Request<'_>) -> Reply {
    let path = request.path.join("/");
    error(404, 20404, &format!("The requested resource /{path} was not found"))
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    Reply::json(status, json!({"code": code, "message": message, "more_info": more_info, "status": status}))
}
