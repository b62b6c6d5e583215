use serde_json::Value;

use crate::http::ErrorBody;

/// Twirp's `{"code": "invalid_argument", "msg": "…", "meta": {…}}`. A gateway in front may answer in another form.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    let message = text("msg").or_else(|| text("message")).or_else(|| text("error"));
    ErrorBody { code: text("code"), messages: message.into_iter().collect() }
}
