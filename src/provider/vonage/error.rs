use serde_json::Value;

use crate::http::ErrorBody;

/// `{"error-code": "420", "error-code-label": "method failed"}` for numbers, and for applications the problem JSON
/// `{"type": "…", "title": "Unauthorized", "detail": "…", "instance": "…"}`
/// (<https://developer.vonage.com/en/api-errors>).
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let messages = ["error-code-label", "detail", "title"].iter().find_map(|name| body[name].as_str());
    ErrorBody {
        code: body["error-code"].as_str().map(str::to_owned),
        messages: messages.into_iter().map(str::to_owned).collect(),
    }
}

/// Whether the body reports a failure, although the status is a success.
pub(super) fn rejects(body: &[u8]) -> bool {
    // A list reports no failure, and may be long.
    let short = if body.len() < 1000 { body } else { &[] };
    let read = serde_json::from_slice::<Value>(short).unwrap_or_default();
    read["error-code"].as_str().is_some_and(|code| code != "200")
}
