//! What the storm must know of each platform: where an import is sent, and how a record is kept.

use std::collections::HashMap;

use numport::model::PlatformKind;
use numport::sandbox::Sandbox;
use serde_json::Value;

pub const PLATFORMS: [PlatformKind; 4] =
    [PlatformKind::INTERACTLY, PlatformKind::VAPI, PlatformKind::SIGNALWIRE, PlatformKind::BUTTER];

pub const LABEL: &str = "Front desk";

/// The agent that is asked for.
pub const fn agent(service: PlatformKind) -> &'static str {
    match service {
        PlatformKind::SIGNALWIRE => "fe4093d9-58c2-4931-b4b9-5679f82652c6",
        PlatformKind::BUTTER => "agent_a1b2c3d4e5f6",
        _ => "agent-day",
    }
}

/// Where an import is sent.
pub const fn import_path(service: PlatformKind) -> &'static str {
    match service {
        PlatformKind::INTERACTLY => "/assistants/v1/numbers/twilio",
        PlatformKind::SIGNALWIRE => "/api/relay/rest/imported_phone_numbers",
        PlatformKind::BUTTER => "/api/phone-numbers",
        _ => "/phone-number",
    }
}

/// The field of a record's id.
pub const fn id_field(service: PlatformKind) -> &'static str {
    match service {
        PlatformKind::INTERACTLY => "_id",
        PlatformKind::BUTTER => "phone_number_id",
        _ => "id",
    }
}

/// The records of each number.
pub fn records_of(sandbox: &Sandbox, service: PlatformKind) -> HashMap<String, Vec<Value>> {
    let field = if service == PlatformKind::BUTTER { "phone_number" } else { "number" };
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for record in sandbox.records(service) {
        let number = record[field].as_str().expect("a number").to_owned();
        all.entry(number).or_default().push(record);
    }
    all
}

/// The ids of some records.
pub fn ids(service: PlatformKind, records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record[id_field(service)].as_str()).collect()
}

/// Whether a record has the label and the agent that were asked for.
pub fn is_finished(service: PlatformKind, record: &Value) -> bool {
    let (label, of_agent) = match service {
        PlatformKind::INTERACTLY => (Some("label"), "assistantId"),
        PlatformKind::SIGNALWIRE => (Some("name"), "calling_handler_resource_id"),
        PlatformKind::BUTTER => (None, "assigned_agent_id"),
        _ => (Some("name"), "assistantId"),
    };
    label.is_none_or(|label| record[label] == LABEL) && record[of_agent] == agent(service)
}
