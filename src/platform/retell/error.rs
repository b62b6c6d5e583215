use http::StatusCode;
use serde_json::Value;

use crate::error::{CallFault, Error, Meaning};
use crate::http::ErrorBody;

/// `{"status": "error", "message": "…"}`. There is no code.
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let text = body["message"].as_str().or(body["error_message"].as_str());
    ErrorBody { code: None, messages: text.map(str::to_owned).into_iter().collect() }
}

/// The error of a lookup or a removal. Status 422 is documented for a number that does not exist, and 404 was observed.
pub(super) fn missing(error: Error) -> Error {
    match error {
        Error::Call(call) if call.status == Some(StatusCode::UNPROCESSABLE_ENTITY) => {
            Box::new(call.meaning_of(Meaning::Missing)).into()
        }
        error => error,
    }
}

/// The error of a create. Status 400 also says that the number exists, and only the message tells.
pub(super) fn taken(error: Error) -> Error {
    match error {
        Error::Call(call) if call.status == Some(StatusCode::BAD_REQUEST) && says_that_it_exists(&call.fault) => {
            Box::new(call.meaning_of(Meaning::Conflict)).into()
        }
        error => error,
    }
}

fn says_that_it_exists(fault: &CallFault) -> bool {
    let CallFault::Refusal(refusal) = fault else { return false };
    refusal.messages.iter().any(|message| message.to_ascii_lowercase().contains("already exists"))
}
