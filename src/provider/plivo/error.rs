use serde_json::Value;

use crate::http::ErrorBody;

/// `{"api_id": "…", "error": "…"}`, where `error` may be an object with a message for each field
/// (<https://www.plivo.com/docs/numbers/api/response>).
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let messages = match &body["error"] {
        Value::Null => Vec::new(),
        Value::Object(fields) => fields.iter().map(|(field, value)| format!("{field}: {}", text(value))).collect(),
        other => vec![text(other)],
    };
    ErrorBody { code: None, messages }
}
