use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::{open_enum, wire_object};

wire_object! {
    /// The server that receives a number's webhooks.
    pub struct Server {
        optional {
            /// The webhook's address.
            url: CallbackUrl,
            /// How long Vapi waits for a response: 1 to 300 seconds. Defaults to 20.
            timeout_seconds: Number,
            /// Additional headers, by name. An `Authorization` here takes precedence over the credential.
            headers: Headers,
            /// The credential for the webhook. It is not the number's carrier credential.
            credential_id: String,
            /// When Vapi retries a webhook.
            backoff_plan: BackoffPlan,
            /// Whether webhooks come from Vapi's static IP addresses.
            static_ip_addresses_enabled: bool,
            /// The paths of the body to encrypt. Requires a credential with an encryption plan.
            encrypted_paths: Vec<String>,
        }
    }

    /// When Vapi retries a webhook.
    pub struct BackoffPlan {
        required {
            /// How the delay between attempts grows.
            kind: BackoffKind = "type",
            /// The maximum number of retries: 0 to 10.
            max_retries: Number,
            /// The first delay: 0 to 10 seconds.
            base_delay_seconds: Number,
        }
        optional {
            /// The statuses that are not retried.
            excluded_status_codes: Vec<Number>,
        }
    }
}

open_enum! {
    /// How a delay grows.
    pub enum BackoffKind {
        /// The delay stays the same.
        Fixed = "fixed",
        /// The delay doubles.
        Exponential = "exponential",
    }
}

/// Headers by name, usually with strings as values. `Debug` prints only the names, because a value may be a secret.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(pub Map<String, Value>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Server {
    /// Adds a header. `Debug` does not print its value, because it may be a secret.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.get_or_insert_default().0.insert(name.into(), value.into().into());
        self
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(timeout) = &self.timeout_seconds {
            problems.range("timeoutSeconds", timeout, 1, 300);
        }
        if let Some(headers) = &self.headers {
            for (name, value) in &headers.0 {
                if !value.is_string() {
                    problems.add(
                        ProblemCode::Malformed,
                        &format!("headers.{name}"),
                        "is not a string",
                        "give the value as a string",
                    );
                }
            }
        }
        if let Some(plan) = &self.backoff_plan {
            problems.within("backoffPlan", |problems| {
                problems.required("type", plan.kind.as_ref());
                problems.required("maxRetries", plan.max_retries.as_ref());
                problems.required("baseDelaySeconds", plan.base_delay_seconds.as_ref());
                if let Some(retries) = &plan.max_retries {
                    problems.range("maxRetries", retries, 0, 10);
                }
                if let Some(delay) = &plan.base_delay_seconds {
                    problems.range("baseDelaySeconds", delay, 0, 10);
                }
            });
        }
    }
}
