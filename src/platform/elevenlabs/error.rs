use serde_json::Value;

use crate::error::{CallFault, Error, Meaning};
use crate::http::ErrorBody;
use crate::model::word;

/// `{"detail": …}`: an object with `code`, `message` and `status`, a list of objects with `loc` and `msg` if the body
/// failed validation, or a text. `status` is the former name of `code`; where both are there and differ, it is the more
/// exact one.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let detail = &body["detail"];
    let text = |field: &str| detail[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let messages = match detail {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().map(fault).collect(),
        _ => text("message").or_else(|| body["message"].as_str().map(str::to_owned)).into_iter().collect(),
    };
    ErrorBody { code: text("status").or_else(|| text("code")), messages }
}

/// One fault of a validated body: its place and its message.
fn fault(item: &Value) -> String {
    let place = item["loc"].as_array().into_iter().flatten().map(|part| match part {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let place = place.collect::<Vec<_>>().join(".");
    match (place.is_empty(), item["msg"].as_str()) {
        (false, Some(text)) => format!("{place}: {text}"),
        (true, Some(text)) => text.to_owned(),
        (_, None) => item.as_str().map_or_else(|| item.to_string(), str::to_owned),
    }
}

/// The error of a call that names an agent. ElevenLabs answers 404 for an unknown agent as it does for an unknown number; only
/// the code tells which of the two is missing.
pub(super) fn of_agent(error: Error, agent: Option<&str>) -> Error {
    match (error, agent) {
        (Error::Call(mut call), Some(agent)) if says_no_agent(&call.fault) => {
            if let CallFault::Refusal(refusal) = &mut call.fault {
                let agent = word(agent);
                refusal.messages.push(format!("`agent` is {agent}: give the id of an agent of this workspace"));
            }
            Box::new(call.meaning_of(Meaning::Invalid)).into()
        }
        (error, _) => error,
    }
}

fn says_no_agent(fault: &CallFault) -> bool {
    matches!(fault, CallFault::Refusal(refusal) if refusal.code.as_deref() == Some("agent_not_found"))
}
