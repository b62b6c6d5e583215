//! Carrier credentials.

use std::net::Ipv4Addr;

use serde_json::Value;

use super::{ORG_ID, body, merge, missing, refused, tables};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

/// What is not returned.
const SECRETS: [&str; 2] = ["authToken", "apiSecret"];

pub(super) fn create(world: &mut World, request: &Request<'_>) -> Reply {
    let mut credential = match body(request, &tables::CREATE_CREDENTIAL) {
        Ok(credential) => credential,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = check_gateways(&credential) {
        return refusal;
    }
    hide(&mut credential);
    let now = world.now();
    for (field, value) in
        [("id", world.id()), ("orgId", ORG_ID.to_owned()), ("createdAt", now.clone()), ("updatedAt", now)]
    {
        credential.insert(field.to_owned(), value.into());
    }
    world.vapi_credentials.put(credential.clone());
    Reply::json(201, credential)
}

pub(super) fn update(world: &mut World, id: &str, request: &Request<'_>) -> Reply {
    let now = world.now();
    let Some(credential) = world.vapi_credentials.get_mut(id) else { return missing() };
    let table = match text(credential, "provider") {
        Some("byo-sip-trunk") => &tables::UPDATE_TRUNK,
        Some("twilio") => &tables::UPDATE_TWILIO_CREDENTIAL,
        _ => &tables::UPDATE_VONAGE_CREDENTIAL,
    };
    let mut changes = match body(request, table) {
        Ok(changes) => changes,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = check_gateways(&changes) {
        return refusal;
    }
    hide(&mut changes);
    changes.insert("updatedAt".to_owned(), now.into());
    merge(credential, changes);
    Reply::json(200, credential.clone())
}

fn check_gateways(credential: &Object) -> Option<Reply> {
    let gateways = credential.get("gateways")?.as_array()?;
    let by_name = |gateway: &&Value| {
        let address = gateway["ip"].as_str().is_some_and(|ip| ip.parse::<Ipv4Addr>().is_ok());
        gateway["inboundEnabled"].as_bool().unwrap_or(true) && !address
    };
    gateways.iter().find(by_name)?;
    Some(refused("Couldn't validate SIP trunk credential. SIP gateway creation failed."))
}

fn hide(credential: &mut Object) {
    for secret in SECRETS {
        credential.remove(secret);
    }
    if let Some(Value::Object(plan)) = credential.get_mut("outboundAuthenticationPlan") {
        plan.remove("authPassword");
    }
}
