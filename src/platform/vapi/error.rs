use serde_json::Value;

use crate::http::ErrorBody;

/// `{"message": "…" or ["…"], "error": "Bad Request", "statusCode": 400}`: `message` is a list if the body failed
/// validation. `error` is the phrase of the status, and is used only if there is no message.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let mut messages: Vec<String> = match &body["message"] {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => {
            let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            items.iter().map(text).collect()
        }
        _ => vec![],
    };
    if messages.is_empty() {
        messages.extend(body["error"].as_str().map(str::to_owned));
    }
    ErrorBody { code: None, messages }
}
