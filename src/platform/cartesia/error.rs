use serde_json::Value;

use crate::http::ErrorBody;

/// `{"error_code": null, "title": "…", "message": "…", "request_id": "…"}`. A refused key change lists numbers in a form
/// that is not documented, so the texts of any list count as messages too.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let told = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let main = match (told("title"), told("message")) {
        (Some(title), Some(message)) => Some(format!("{title}: {message}")),
        (title, message) => title.or(message).map(str::to_owned),
    };
    let lists = body.as_object().into_iter().flatten().filter_map(|(name, value)| {
        let items: Vec<String> = value.as_array()?.iter().map(shown).collect();
        Some(format!("{name}: {}", items.join(", ")))
    });
    ErrorBody { code: told("error_code").map(str::to_owned), messages: main.into_iter().chain(lists).collect() }
}

fn shown(item: &Value) -> String {
    item.as_str().map_or_else(|| item.to_string(), str::to_owned)
}
