//! What the storm must know of each platform: where an import is sent, and how a record is kept.

use std::collections::HashMap;

use numport::sandbox::{Sandbox, Service};
use serde_json::Value;

pub const PLATFORMS: [Service; 4] = [Service::Interactly, Service::Vapi, Service::SignalWire, Service::Butter];

pub const LABEL: &str = "Front desk";

/// The agent that is asked for.
pub const fn agent(service: Service) -> &'static str {
    match service {
        Service::SignalWire => "fe4093d9-58c2-4931-b4b9-5679f82652c6",
        Service::Butter => "agent_a1b2c3d4e5f6",
        _ => "agent-day",
    }
}

/// Where an import is sent.
pub const fn import_path(service: Service) -> &'static str {
    match service {
        Service::Interactly => "/assistants/v1/numbers/twilio",
        Service::SignalWire => "/api/relay/rest/imported_phone_numbers",
        Service::Butter => "/api/phone-numbers",
        _ => "/phone-number",
    }
}

/// The field of a record's id.
pub const fn id_field(service: Service) -> &'static str {
    match service {
        Service::Interactly => "_id",
        Service::Butter => "phone_number_id",
        _ => "id",
    }
}

/// The records of each number.
pub fn records_of(sandbox: &Sandbox, service: Service) -> HashMap<String, Vec<Value>> {
    let field = if service == Service::Butter { "phone_number" } else { "number" };
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for record in sandbox.records(service) {
        let number = record[field].as_str().expect("a number").to_owned();
        all.entry(number).or_default().push(record);
    }
    all
}

/// The ids of some records.
pub fn ids(service: Service, records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record[id_field(service)].as_str()).collect()
}

/// Whether a record has the label and the agent that were asked for.
pub fn is_finished(service: Service, record: &Value) -> bool {
    let (label, of_agent) = match service {
        Service::Interactly => (Some("label"), "assistantId"),
        Service::SignalWire => (Some("name"), "calling_handler_resource_id"),
        Service::Butter => (None, "assigned_agent_id"),
        _ => (Some("name"), "assistantId"),
    };
    label.is_none_or(|label| record[label] == LABEL) && record[of_agent] == agent(service)
}
