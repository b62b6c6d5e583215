use serde_json::Value;

use crate::http::ErrorBody;

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
