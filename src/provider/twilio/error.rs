use serde_json::Value;

use crate::Error;
use crate::error::CallFault;
use crate::http::ErrorBody;
use crate::model::ProviderKind;

/// `{"code": 20404, "message": "…", "more_info": "…", "status": 404}`
/// (<https://www.twilio.com/docs/usage/twilios-response>).
pub(super) fn error_body(body: &Value) -> ErrorBody {
    ErrorBody {
        code: body["code"].as_u64().map(|code| code.to_string()),
        messages: body["message"].as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// The error codes that Twilio returns (<https://www.twilio.com/docs/api/errors>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// 20003: the credentials are wrong, deleted, or of another region or account, or they do not allow the request.
    Unauthorized,
    /// 20404: the resource does not exist in this account.
    NotFound,
    /// 20429: too many concurrent requests.
    TooManyRequests,
    /// 21421: the value is not a number, or not the SID of a number.
    InvalidNumber,
    /// 21422: the number is not available.
    NotAvailable,
    /// 21481: the page token does not come from Twilio.
    BadPageToken,
    /// 70005: too many failing requests, such as repeated requests for a missing resource.
    TooManyFailures,
    /// Any other code.
    Other(u32),
}

impl ErrorCode {
    /// Returns the code of an error that comes from a call to Twilio; `None` for any other error, and if Twilio sent no
    /// code.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        let call = error.call().filter(|call| call.service == ProviderKind::TWILIO)?;
        let CallFault::Refusal(refusal) = &call.fault else { return None };
        refusal.code.as_deref()?.parse().ok().map(Self::from_number)
    }

    const fn from_number(code: u32) -> Self {
        match code {
            20003 => Self::Unauthorized,
            20404 => Self::NotFound,
            20429 => Self::TooManyRequests,
            21421 => Self::InvalidNumber,
            21422 => Self::NotAvailable,
            21481 => Self::BadPageToken,
            70005 => Self::TooManyFailures,
            other => Self::Other(other),
        }
    }
}
