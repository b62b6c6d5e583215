//! Carrier credentials.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{ORG_ID, Vapi, body, merge, missing, refused, tables, take_secrets};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, set, text};

/// The credential of the Telnyx account. No API creates one, and its form is not published.
const TELNYX_CREDENTIAL: &str = "00000000-0000-4000-8000-0000000000e1";
/// The Telnyx application that it names.
const TELNYX_APPLICATION: &str = "1521916448077776307";
/// The key that it stores: the one in the sandbox's variables.
const TELNYX_KEY: &str = "KEY0000000000000000000000000005A7D_sandbox";
const BEGINNING: &str = "2024-10-24T18:10:00.000Z";

impl Vapi {
    pub(super) fn hold_telnyx_credential(&mut self) {
        self.credentials.put(fields(json!({
            "id": TELNYX_CREDENTIAL,
            "orgId": ORG_ID,
            "provider": "telnyx",
            "name": "Telnyx",
            "telnyxApplicationId": TELNYX_APPLICATION,
            "createdAt": BEGINNING,
            "updatedAt": BEGINNING,
        })));
        self.secrets.insert(TELNYX_CREDENTIAL.to_owned(), fields(json!({"apiSecret": TELNYX_KEY})));
    }

    pub(super) fn create_credential(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut credential = body(request, &tables::CREATE_CREDENTIAL)?;
        check_gateways(&credential)?;
        let secrets = take_secrets(&mut credential);
        let now = context.now();
        if text(&credential, "provider") == Some("vonage") {
            // The specification requires these fields, and says that the two secrets are not returned. So they are
            // empty.
            set(&mut credential, "vonageApplicationId", context.id());
            set(&mut credential, "vonageApplicationPrivateKey", "");
            set(&mut credential, "apiSecret", "");
        }
        let id = context.id();
        self.secrets.insert(id.clone(), secrets);
        set(&mut credential, "id", id);
        set(&mut credential, "orgId", ORG_ID);
        set(&mut credential, "createdAt", now.clone());
        set(&mut credential, "updatedAt", now);
        self.credentials.put(credential.clone());
        Ok(Reply::json(201, credential))
    }

    pub(super) fn update_credential(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let credential = self.credentials.get_mut(id).ok_or_else(missing)?;
        let table = match text(credential, "provider") {
            Some("byo-sip-trunk") => &tables::UPDATE_TRUNK,
            Some("twilio") => &tables::UPDATE_TWILIO_CREDENTIAL,
            _ => &tables::UPDATE_VONAGE_CREDENTIAL,
        };
        let mut changes = body(request, table)?;
        check_gateways(&changes)?;
        merge(self.secrets.entry(id.to_owned()).or_default(), take_secrets(&mut changes));
        set(&mut changes, "updatedAt", context.now());
        merge(credential, changes);
        Ok(Reply::json(200, credential.clone()))
    }
}

fn check_gateways(credential: &Object) -> Result<(), Reply> {
    let gateways = credential.get("gateways").and_then(Value::as_array);
    let by_name = |gateway: &Value| {
        let address = gateway["ip"].as_str().is_some_and(|ip| ip.parse::<Ipv4Addr>().is_ok());
        gateway["inboundEnabled"].as_bool().unwrap_or(true) && !address
    };
    if gateways.is_some_and(|gateways| gateways.iter().any(by_name)) {
        return Err(refused("Couldn't validate SIP trunk credential. SIP gateway creation failed."));
    }
    Ok(())
}
