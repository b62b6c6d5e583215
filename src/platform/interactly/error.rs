use serde_json::Value;

use crate::http::ErrorBody;

/// The documents of the number endpoints show no error body. The vendor's public SDK reads the optional fields
/// `detail`, `message` and `error`.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let mut messages: Vec<String> = Vec::new();
    for field in ["detail", "message", "error"] {
        let texts: Vec<&str> = match &body[field] {
            Value::String(text) => vec![text],
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        messages.extend(texts.into_iter().map(str::to_owned));
    }
    ErrorBody { code: None, messages }
}
