//! The form of a platform's records in the sandbox.

use std::collections::HashMap;

use numport::sandbox::Sandbox;
use serde_json::Value;

use crate::services::subject::{LABEL, Platform};

/// The records of each number.
pub fn records_of(sandbox: &Sandbox, platform: &Platform) -> HashMap<String, Vec<Value>> {
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for record in sandbox.records(platform.api.service) {
        let number = record[platform.record.number].as_str().expect("a number").to_owned();
        all.entry(number).or_default().push(record);
    }
    all
}

/// The ids of some records.
pub fn ids<'a>(platform: &Platform, records: &'a [Value]) -> Vec<&'a str> {
    records.iter().filter_map(|record| record[platform.record.id].as_str()).collect()
}

/// Whether a record has the requested label and agent.
pub fn is_finished(platform: &Platform, record: &Value) -> bool {
    let fields = &platform.record;
    fields.label.is_none_or(|label| record[label] == LABEL)
        && record.pointer(fields.agent).is_some_and(|agent| agent == platform.agents[0])
}
