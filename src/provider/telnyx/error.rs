use serde_json::Value;

use crate::Error;
use crate::error::CallFault;
use crate::http::ErrorBody;
use crate::model::{ProviderKind, Service};

/// `{"errors": [{"code": "10005", "title": "…", "detail": "…", "source": {"pointer": "…"}}]}`
/// (<https://developers.telnyx.com/development/api-fundamentals/api-errors>).
pub(super) fn error_body(body: &Value) -> ErrorBody {
    let errors: &[Value] = body["errors"].as_array().map_or(&[], Vec::as_slice);
    let messages = errors.iter().filter_map(|error| {
        let words = [&error["detail"], &error["title"]].into_iter().find_map(Value::as_str)?;
        let part = ["pointer", "parameter"].iter().find_map(|part| error["source"][part].as_str());
        Some(part.filter(|part| part.len() > 1).map_or_else(|| words.to_owned(), |part| format!("{part}: {words}")))
    });
    ErrorBody {
        code: errors.iter().find_map(|error| error["code"].as_str()).map(str::to_owned),
        messages: messages.collect(),
    }
}

/// The error codes that Telnyx returns (<https://developers.telnyx.com/development/api-fundamentals/api-errors>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// 10002: the number is invalid.
    InvalidNumber,
    /// 10005: the resource does not exist in this account.
    NotFound,
    /// 10006 or 10010: the key does not allow the request.
    Forbidden,
    /// 10007: a fault at Telnyx.
    Unexpected,
    /// 10008: a time-out at Telnyx.
    Timeout,
    /// 10009: the key is missing or wrong.
    Unauthorized,
    /// 10011: too many requests.
    TooManyRequests,
    /// 10012: the resource already exists.
    Duplicate,
    /// 10013 or 10017: the given connection, profile or address does not exist.
    NoSuchTarget,
    /// 10015: the request is malformed.
    BadRequest,
    /// 10016: the number is not in E.164 form.
    NotE164,
    /// Any other code.
    Other(u32),
}

impl ErrorCode {
    /// Returns the code of an error of a call to Telnyx. Returns `None` for any other error, and if Telnyx sent no
    /// code.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        let call = error.call().filter(|call| call.service == Service::Provider(ProviderKind::TELNYX))?;
        let CallFault::Refusal(refusal) = &call.fault else { return None };
        refusal.code.as_deref()?.parse().ok().map(Self::from_number)
    }

    const fn from_number(code: u32) -> Self {
        match code {
            10002 => Self::InvalidNumber,
            10005 => Self::NotFound,
            10006 | 10010 => Self::Forbidden,
            10007 => Self::Unexpected,
            10008 => Self::Timeout,
            10009 => Self::Unauthorized,
            10011 => Self::TooManyRequests,
            10012 => Self::Duplicate,
            10013 | 10017 => Self::NoSuchTarget,
            10015 => Self::BadRequest,
            10016 => Self::NotE164,
            other => Self::Other(other),
        }
    }
}
