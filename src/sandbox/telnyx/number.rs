//! Updates and releases numbers.

use super::{Telnyx, body, data, error, missing, no_such, tables};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Request};
use crate::sandbox::records::{set, text};
use serde_json::Value;

impl Telnyx {
    pub(super) fn update(&mut self, context: &mut Context<'_>, request: &Request<'_>, id: &str) -> Answer {
        self.number(id)?;
        let mut changes = body(request, &tables::UPDATE)?;
        if !self.may_connect(&changes) {
            return Err(no_such("/connection_id"));
        }
        match changes.get("connection_id") {
            Some(Value::String(id)) if id.is_empty() => set(&mut changes, "connection_id", Value::Null),
            // As documented for the messaging profile, null keeps it.
            Some(Value::Null) => drop(changes.remove("connection_id")),
            _ => {}
        }
        // The sandbox stores no addresses.
        changes.remove("address_id");
        set(&mut changes, "updated_at", context.now());
        let held = self.numbers.get_mut(id).ok_or_else(missing)?;
        held.extend(changes);
        let held = held.clone();
        Ok(data(200, self.shown(&held)))
    }

    pub(super) fn release(&mut self, context: &mut Context<'_>, id: &str) -> Answer {
        if self.number(id)?["deletion_lock_enabled"] == true {
            return Err(error(422, "The number is protected from deletion."));
        }
        let mut gone = self.numbers.remove(id).ok_or_else(missing)?;
        set(&mut gone, "status", "deleted");
        set(&mut gone, "updated_at", context.now());
        debug_assert!(text(&gone, "id") == Some(id));
        Ok(data(200, self.shown(&gone)))
    }
}
