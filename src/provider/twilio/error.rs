use serde_json::Value;

use crate::http::Words;

/// `{"code": 20404, "message": "…", "more_info": "…", "status": 404}`
/// (<https://www.twilio.com/docs/usage/twilios-response>).
pub(super) fn words(body: &Value) -> Words {
    Words {
        code: body["code"].as_u64().map(|code| code.to_string()),
        messages: body["message"].as_str().map(str::to_owned).into_iter().collect(),
    }
}
