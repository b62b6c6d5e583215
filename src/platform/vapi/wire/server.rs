use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::{open_enum, wire_object};

wire_object! {
    /// Where Vapi sends a number's webhooks.
    pub struct Server {
        optional {
            /// The webhook's address.
            url: CallbackUrl,
            /// How long Vapi waits for an answer: 1 to 300 seconds, 20 unless said otherwise.
            timeout_seconds: Number,
            /// Headers sent along, by name; texts. An `Authorization` here beats the credential.
            headers: Headers,
            /// The webhook-auth credential; not the carrier credential of the number.
            credential_id: String,
            /// When to send a webhook again.
            backoff_plan: BackoffPlan,
            /// Whether webhooks come from Vapi's fixed addresses.
            static_ip_addresses_enabled: bool,
            /// Paths of the body to encrypt, with a credential that has an encryption plan.
            encrypted_paths: Vec<String>,
        }
    }

    /// When a webhook is sent again.
    pub struct BackoffPlan {
        required {
            /// How the delay grows.
            kind: BackoffKind = "type",
            /// How often it is sent again: 0 to 10.
            max_retries: Number,
            /// The first delay: 0 to 10 seconds.
            base_delay_seconds: Number,
        }
        optional {
            /// Statuses after which it is not sent again.
            excluded_status_codes: Vec<Number>,
        }
    }
}

open_enum! {
    /// How a delay grows.
    pub enum BackoffKind {
        /// Always the same.
        Fixed = "fixed",
        /// Doubling.
        Exponential = "exponential",
    }
}

/// Headers by name, texts as a rule. `Debug` prints the names alone, since a value may be a secret.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(pub Map<String, Value>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Server {
    /// Adds a header. Its value may be a secret; it shows in no `Debug`.
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
