//! Numbers: made, imported, changed.

use serde_json::Value;

use super::{ORG_ID, body, merge, missing, refused, tables};
use crate::E164;
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::twilio::TwilioLogin;
use crate::sandbox::world::{Object, World, text};

/// Where a Twilio number's calls go after an import, as several projects have seen it.
const VOICE_URL: &str = "https://api.vapi.ai/twilio/inbound_call";
const SMS_URL: &str = "https://api.vapi.ai/twilio/sms";
/// What is not returned.
const SECRETS: [&str; 2] = ["twilioAuthToken", "twilioApiSecret"];

pub(super) fn create(world: &mut World, request: &Request<'_>) -> Reply {
    let mut number = match body(request, &tables::CREATE) {
        Ok(number) => number,
        Err(refusal) => return refusal,
    };
    let provider = text(&number, "provider").unwrap_or_default().to_owned();
    let refusal = match provider.as_str() {
        "twilio" => point(world, &number),
        "vapi" => None,
        _ => check_held_elsewhere(world, &number),
    };
    if let Some(refusal) = refusal {
        return refusal;
    }
    let now = world.now();
    let status = if provider == "vapi" && !number.contains_key("sipUri") { "activating" } else { "active" };
    if provider == "twilio" {
        number.entry("smsEnabled").or_insert(Value::Bool(true));
    }
    for secret in SECRETS {
        number.remove(secret);
    }
    for (field, value) in [
        ("id", world.id()),
        ("orgId", ORG_ID.to_owned()),
        ("createdAt", now.clone()),
        ("updatedAt", now),
        ("status", status.to_owned()),
    ] {
        number.insert(field.to_owned(), value.into());
    }
    world.vapi.put(number.clone());
    Reply::json(201, number)
}

/// A Twilio import looks the number up in the account, and takes over where its calls go.
fn point(world: &mut World, number: &Object) -> Option<Reply> {
    let login = TwilioLogin {
        account_sid: text(number, "twilioAccountSid").unwrap_or_default(),
        auth_token: text(number, "twilioAuthToken"),
        api_key: text(number, "twilioApiKey").zip(text(number, "twilioApiSecret")),
    };
    let sms = number.get("smsEnabled") != Some(&Value::Bool(false));
    let dialled = text(number, "number").unwrap_or_default();
    let account = login.account();
    let held = account.is_some_and(|account| world.point(account, dialled, VOICE_URL, sms.then_some(SMS_URL)));
    (!held).then(|| refused("Number Not Found on Twilio. Hot tip, check the account SID and its credentials."))
}

fn check_held_elsewhere(world: &World, number: &Object) -> Option<Reply> {
    let dialled = text(number, "number").unwrap_or_default();
    if let Some(refusal) = check_dialled(number, dialled) {
        return Some(refusal);
    }
    let id = text(number, "credentialId").unwrap_or_default();
    world
        .vapi_credentials
        .get(id)
        .is_none()
        .then(|| refused("Couldn't Create Phone Number. The credential does not exist."))
}

fn check_dialled(number: &Object, dialled: &str) -> Option<Reply> {
    let digits = dialled.strip_prefix('+').unwrap_or(dialled);
    let good = match number.get("numberE164CheckEnabled") {
        Some(Value::Bool(false)) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        _ => dialled.parse::<E164>().is_ok(),
    };
    let hint = "number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).";
    (!good).then(|| refused(hint))
}

pub(super) fn update(world: &mut World, id: &str, request: &Request<'_>) -> Reply {
    let now = world.now();
    let Some(mut number) = world.vapi.get(id).cloned() else { return missing() };
    let table = match text(&number, "provider") {
        Some("byo-phone-number") => &tables::UPDATE_BYO,
        Some("twilio") => &tables::UPDATE_TWILIO,
        Some("vapi") => &tables::UPDATE_VAPI,
        _ => &tables::UPDATE_BY_CREDENTIAL,
    };
    let mut changes = match body(request, table) {
        Ok(changes) => changes,
        Err(refusal) => return refusal,
    };
    if changes.remove("provider").is_some_and(|provider| Some(&provider) != number.get("provider")) {
        return refused("provider must be that of the number");
    }
    for secret in SECRETS {
        changes.remove(secret);
    }
    changes.insert("updatedAt".to_owned(), now.into());
    merge(&mut number, changes);
    world.vapi.put(number.clone());
    Reply::json(200, number)
}
