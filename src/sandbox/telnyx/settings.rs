//! Voice and messaging settings of a number.

use serde_json::{Value, json};

use super::account::PROFILE;
use super::{Telnyx, body, data, missing, no_such, tables};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Request};
use crate::sandbox::records::{Object, fields, picked, set, text};

/// The number in the form of the voice settings API.
pub(super) fn voice(held: &Object) -> Object {
    let mut shown = fields(held["voice"].clone());
    shown.extend(picked(held, &["id", "phone_number", "connection_id", "customer_reference"]));
    set(&mut shown, "record_type", "voice_settings");
    let emergency = picked(held, &["emergency_enabled", "emergency_address_id", "emergency_status"]);
    set(&mut shown, "emergency", emergency);
    shown
}

/// The number in the form of the messaging settings API.
pub(super) fn messaging(held: &Object) -> Object {
    let both = json!({"domestic_two_way": true, "international_inbound": true, "international_outbound": true});
    let mut shown = picked(
        held,
        &["id", "phone_number", "messaging_profile_id", "messaging_product", "tags", "created_at", "updated_at"],
    );
    shown.extend(fields(json!({
        "record_type": "messaging_settings",
        "country_code": held["country_iso_alpha2"],
        "type": "long-code",
        "traffic_type": "A2P",
        "eligible_messaging_products": ["A2P"],
        "organization_id": null,
        "features": {"sms": both, "mms": null},
    })));
    shown
}

/// Changes voice settings. Omitted fields of an object stay unchanged.
pub(super) fn change_voice(held: &mut Object, changes: Object) {
    if let Some(Value::Bool(enabled)) = changes.get("caller_id_name_enabled") {
        set(held, "caller_id_name_enabled", *enabled);
    }
    if let Some(screening) = changes.get("inbound_call_screening") {
        set(held, "inbound_call_screening", screening.clone());
    }
    let Some(Value::Object(voice)) = held.get_mut("voice") else { return };
    for (name, value) in changes.into_iter().filter(|(name, _)| name != "caller_id_name_enabled") {
        match (voice.get_mut(&name), value) {
            (Some(Value::Object(now)), Value::Object(changes)) => now.extend(changes),
            (_, Value::Null) => set(voice, &name, ""),
            (_, value) => set(voice, &name, value),
        }
    }
}

impl Telnyx {
    pub(super) fn update_voice(&mut self, context: &mut Context<'_>, request: &Request<'_>, id: &str) -> Answer {
        self.number(id)?;
        let changes = body(request, &tables::VOICE)?;
        let held = self.numbers.get_mut(id).ok_or_else(missing)?;
        change_voice(held, changes);
        set(held, "updated_at", context.now());
        Ok(data(200, voice(held)))
    }

    /// As documented, an empty text unassigns the profile, and null keeps it.
    pub(super) fn update_messaging(&mut self, context: &mut Context<'_>, request: &Request<'_>, id: &str) -> Answer {
        self.number(id)?;
        let mut changes = body(request, &tables::MESSAGING)?;
        match text(&changes, "messaging_profile_id") {
            Some("") => {
                set(&mut changes, "messaging_profile_id", Value::Null);
                set(&mut changes, "messaging_profile_name", Value::Null);
            }
            Some(PROFILE) => set(&mut changes, "messaging_profile_name", "default"),
            Some(_) => return Err(no_such("/messaging_profile_id")),
            None => drop(changes.remove("messaging_profile_id")),
        }
        set(&mut changes, "updated_at", context.now());
        let held = self.numbers.get_mut(id).ok_or_else(missing)?;
        held.extend(changes);
        Ok(data(200, messaging(held)))
    }
}
