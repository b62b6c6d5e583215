use serde_json::Value;

use crate::http::ErrorBody;

/// Four kinds of bodies, distinguished by their shape: `{"error": "…"}`, `{"errors": [{"detail" or
/// "message", "title", "code"}]}`, and the compatibility API's `{"code", "message"}`. A `detail` may be
/// null.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let code = |value: &Value| match &value["code"] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let text = |item: &Value| {
        let texts = ["detail", "message", "title"]
            .into_iter()
            .filter_map(|field| item[field].as_str())
            .filter(|text| !text.is_empty());
        texts.map(str::to_owned).next()
    };
    match &body["errors"] {
        Value::Array(items) => {
            ErrorBody { code: items.iter().find_map(code), messages: items.iter().filter_map(text).collect() }
        }
        _ => ErrorBody {
            code: code(body),
            messages: body["message"].as_str().or(body["error"].as_str()).map(str::to_owned).into_iter().collect(),
        },
    }
}
