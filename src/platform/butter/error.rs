use serde_json::Value;

use crate::http::ErrorBody;

/// `{"detail": …}`: a text, or a list of objects with `loc` and `msg` if the body failed validation. The
/// documents show no complete body, so `message` and `error` are read too.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let mut messages: Vec<String> = match &body["detail"] {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().map(fault).collect(),
        _ => vec![],
    };
    if messages.is_empty() {
        let text = body["message"].as_str().or(body["error"].as_str());
        messages.extend(text.map(str::to_owned));
    }
    ErrorBody { code: None, messages }
}

/// One error of a validated body: its place and its message.
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

/// `"success": false` in a response with a successful status.
pub(super) fn rejects(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Envelope {
        success: Option<bool>,
    }
    serde_json::from_slice::<Envelope>(body).is_ok_and(|envelope| envelope.success == Some(false))
}
