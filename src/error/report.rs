//! Errors as JSON, for reports, logs and the responses of a web service.

use std::error::Error as _;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{CallError, Error, Indeterminate};
use crate::model::{Shown, reported, word};

/// Serializes as an object with `kind`, `failure`, `retryable`, `retry_after_s`, `message` and `advice`, and with the
/// fields of its kind: `problems`, `findings`, `platform`, `number`, `reason`, `step`, `record`, `left_behind`. `call`
/// describes the call that failed. Unknown values are left out. Secrets are redacted, and URLs are cut off after their
/// path. [`MaskNumbers`](crate::model::MaskNumbers) masks the numbers.
///
/// ```
/// # #[cfg(feature = "vapi")] {
/// let error = numport::Vapi::from_vars(|_| None).unwrap_err();
/// assert_eq!(
///     serde_json::to_value(&error).unwrap(),
///     serde_json::json!({
///         "kind": "invalid",
///         "failure": "refused",
///         "retryable": false,
///         "message": "vapi: the settings are incomplete: `VAPI_API_KEY` is not set; set it to the private key of \
///                     Vapi's dashboard",
///         "advice": "Correct the named values and try again. Nothing was sent.",
///         "problems": [{
///             "code": "missing",
///             "field": "VAPI_API_KEY",
///             "fault": "is not set",
///             "remedy": "set it to the private key of Vapi's dashboard",
///         }],
///     })
/// );
/// # }
/// ```
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("kind", &self.kind())?;
        object.serialize_entry("failure", &self.failure())?;
        object.serialize_entry("retryable", &self.is_retryable())?;
        if let Some(wait) = self.retry_after() {
            object.serialize_entry("retry_after_s", &wait.as_secs_f64())?;
        }
        object.serialize_entry("message", &self.message())?;
        object.serialize_entry("advice", &self.advice())?;
        match self {
            Self::Invalid(invalid) => object.serialize_entry("problems", &invalid.problems)?,
            Self::Preflight(preflight) => {
                object.serialize_entry("platform", &preflight.platform)?;
                object.serialize_entry("number", &preflight.number)?;
                object.serialize_entry("findings", &reported(&preflight.findings))?;
            }
            Self::Withheld(withheld) => {
                object.serialize_entry("platform", &withheld.platform)?;
                object.serialize_entry("number", &withheld.number)?;
                object.serialize_entry("reason", withheld.reason.code())?;
            }
            Self::Call(_) => {}
            Self::NotFound(missing) => {
                object.serialize_entry("platform", &missing.platform)?;
                object.serialize_entry("id", &missing.id)?;
            }
            Self::Incomplete(incomplete) => {
                object.serialize_entry("platform", &incomplete.platform)?;
                object.serialize_entry("number", &incomplete.number)?;
                object.serialize_entry("step", &incomplete.step)?;
                if let Some(record) = &incomplete.record {
                    object.serialize_entry("record", record)?;
                }
                if let Some(credential) = &incomplete.left_behind {
                    object.serialize_entry("left_behind", credential)?;
                }
                object.serialize_entry("cause", &incomplete.error)?;
            }
            Self::Indeterminate(unresolved) => {
                let Indeterminate { platform, number, sent_at, lookups, .. } = &**unresolved;
                object.serialize_entry("platform", platform)?;
                object.serialize_entry("number", number)?;
                object.serialize_entry("sent_at", sent_at)?;
                object.serialize_entry("lookups", lookups)?;
            }
        }
        match self {
            Self::Incomplete(_) => {} // its cause tells
            _ => self.call().map_or(Ok(()), |call| object.serialize_entry("call", call))?,
        }
        object.end()
    }
}

/// Serializes as an object with `service`, `operation`, `delivery`, `attempts` and `fault`. If there was a response, it
/// also has `status`, `request_id` and `service_code`. If the client's retry budget was spent, `retry_budget_spent` is
/// `true`.
impl Serialize for CallError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("service", &self.service)?;
        object.serialize_entry("operation", self.operation)?;
        object.serialize_entry("delivery", &self.delivery)?;
        object.serialize_entry("attempts", &self.attempts)?;
        object.serialize_entry("fault", self.fault.code())?;
        if self.retry_budget_spent {
            object.serialize_entry("retry_budget_spent", &true)?;
        }
        if let Some(status) = self.status {
            object.serialize_entry("status", &status.as_u16())?;
        }
        if let Some(id) = &self.request_id {
            object.serialize_entry("request_id", &word(id).to_string())?;
        }
        if let super::CallFault::Refusal(super::Refusal { code: Some(code), .. }) = &self.fault {
            object.serialize_entry("service_code", &word(code).to_string())?;
        }
        object.end()
    }
}

impl Error {
    /// The sentence and its causes, as one line.
    pub(crate) fn message(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(deeper) = cause {
            line.push_str(": ");
            line.push_str(&deeper.to_string());
            cause = deeper.source();
        }
        Shown { text: &line, max: 8192 }.to_string()
    }
}
