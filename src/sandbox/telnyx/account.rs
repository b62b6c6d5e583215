//! Connections, features and jobs.

use serde_json::{Value, json};

use super::{Telnyx, body, data, invalid, missing, no_such, settings, tables};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Request};
use crate::sandbox::records::{Object, fields, set, text};

/// The account's own application.
pub(super) const OWN_APPLICATION: &str = "1521916448077776306";
/// The application that Vapi's stored credential names.
pub(super) const VAPI_APPLICATION: &str = "1521916448077776307";
/// The messaging profile of all numbers.
pub(super) const PROFILE: &str = "4001767e-ce0f-4cae-9d5f-0d5e636e7809";

pub(super) fn connections() -> Vec<Object> {
    let application = |id: &str, name: &str, webhook: &str| {
        fields(json!({
            "id": id,
            "record_type": "call_control_application",
            "connection_name": name,
            "active": true,
            "anchorsite_override": "Latency",
            "outbound_voice_profile_id": null,
            "tags": [],
            "webhook_api_version": "2",
            "webhook_event_url": webhook,
            "webhook_event_failover_url": "",
            "created_at": "2024-10-24T18:10:00.000Z",
            "updated_at": "2024-10-24T18:10:30.000Z",
        }))
    };
    vec![
        application(OWN_APPLICATION, "front desk app", "https://example.com/calls"),
        application(VAPI_APPLICATION, "Vapi", "https://api.vapi.ai/telnyx/inbound_call"),
    ]
}

pub(super) fn balance() -> Value {
    json!({
        "record_type": "balance",
        "balance": "10.00",
        "pending": "0.00",
        "credit_limit": "0.00",
        "available_credit": "10.00",
        "currency": "USD",
    })
}

impl Telnyx {
    /// Numbers that are not active yet count as not found.
    pub(super) fn verify_ownership(&self, request: &Request<'_>) -> Answer {
        let (mut found, mut not_found) = (Vec::new(), Vec::new());
        for number in numbers_of(request)? {
            match self.held(&number).filter(|held| text(held, "status") == Some("active")) {
                Some(held) => found.push(json!({"id": held["id"], "number_val_e164": number})),
                None => not_found.push(number),
            }
        }
        Ok(data(200, json!({"record_type": "number_ownership", "found": found, "not_found": not_found})))
    }

    /// Returns no features for numbers that the account does not hold.
    pub(super) fn features(&self, request: &Request<'_>) -> Answer {
        let of = |number: String| Some(json!({"phone_number": number, "features": self.held(&number)?["features"]}));
        Ok(data(200, numbers_of(request)?.into_iter().filter_map(of).collect::<Vec<_>>()))
    }

    /// A job completes immediately. The next read of it says so.
    pub(super) fn create_job(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if let Some(name) = request.query.first().map(|(name, _)| name) {
            return Err(invalid(&format!("{name} is not served here"), "/"));
        }
        let mut change = body(request, &tables::JOB)?;
        let named = match change.remove("phone_numbers") {
            Some(Value::Array(named)) => named,
            _ => Vec::new(),
        };
        let voice = change.remove("voice");
        if !self.may_connect(&change) {
            return Err(no_such("/connection_id"));
        }
        let mut done = Vec::new();
        for named in named.iter().filter_map(Value::as_str) {
            let held = self.numbers.get(named).or_else(|| self.held(named));
            let id = held.and_then(|held| text(held, "id")).map(str::to_owned);
            let id = id.ok_or_else(|| invalid("A number is not in this account.", "/phone_numbers"))?;
            done.push(id);
        }
        let now = context.now();
        for id in &done {
            if let Some(held) = self.numbers.get_mut(id) {
                held.extend(change.clone());
                if let Some(Value::Object(voice)) = &voice {
                    settings::change_voice(held, voice.clone());
                }
                set(held, "updated_at", now.clone());
            }
        }
        let shown =
            |id: &String| json!({"id": id, "phone_number": self.numbers.get(id).map(|held| &held["phone_number"])});
        let numbers: Vec<Value> = done.iter().map(shown).collect();
        let mut job = fields(json!({
            "id": context.id(),
            "record_type": "phone_numbers_job",
            "type": "update_phone_numbers",
            "status": "completed",
            "phone_numbers": numbers,
            "successful_operations": numbers,
            "failed_operations": [],
            "pending_operations": [],
            "etc": now,
            "created_at": now,
            "updated_at": now,
        }));
        self.jobs.put(job.clone());
        set(&mut job, "status", "pending");
        set(&mut job, "successful_operations", Vec::<Value>::new());
        set(&mut job, "pending_operations", numbers);
        Ok(data(202, job))
    }

    pub(super) fn get_job(&self, id: &str) -> Answer {
        self.jobs.get(id).map(|job| data(200, job.clone())).ok_or_else(missing)
    }

    /// Whether the update names an existing connection, or none.
    pub(super) fn may_connect(&self, change: &Object) -> bool {
        text(change, "connection_id").is_none_or(|id| id.is_empty() || self.connection(id).is_some())
    }
}

fn numbers_of(request: &Request<'_>) -> Result<Vec<String>, crate::sandbox::message::Reply> {
    let body = body(request, &tables::NUMBERS)?;
    let numbers = body["phone_numbers"].as_array().into_iter().flatten();
    Ok(numbers.filter_map(Value::as_str).map(str::to_owned).collect())
}
