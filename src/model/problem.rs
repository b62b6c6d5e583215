use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// One thing that is wrong with a request or a setting, found before anything was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// The field, as a path such as `server.timeoutSeconds`, or the environment variable.
    pub field: String,
    /// What is wrong with its value, with the measured size where there is one. Never a secret.
    pub fault: String,
    /// What to do.
    pub remedy: String,
}

impl Problem {
    /// A problem of a field, for platforms of your own.
    pub fn new(field: impl Into<String>, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: field.into(), fault: fault.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}; {}", self.field, self.fault, self.remedy)
    }
}

/// Collects every problem of one request, and knows where in the request it is.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    path: Vec<Cow<'static, str>>,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn add(&mut self, field: &str, fault: impl Into<String>, remedy: impl Into<String>) {
        let mut path = self.path.join(".");
        if !field.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(field);
        }
        self.found.push(Problem::new(path, fault, remedy));
    }

    /// Runs `check` on a part of the request; its problems are named by the longer path.
    pub(crate) fn within(&mut self, part: impl Into<Cow<'static, str>>, check: impl FnOnce(&mut Self)) {
        self.path.push(part.into());
        check(self);
        self.path.pop();
    }

    /// Whether what is required is there.
    pub(crate) fn required<T>(&mut self, field: &str, value: Option<&T>) {
        if value.is_none() {
            self.add(field, "is missing", "give it: it is required");
        }
    }

    /// The form of a UUID: 8, 4, 4, 4 and 12 hexadecimal digits.
    pub(crate) fn uuid(&mut self, field: &str, id: &str) {
        let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        let good = |(at, byte): (usize, u8)| if dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
        if id.len() != 36 || !id.bytes().enumerate().all(good) {
            self.add(field, "is not a UUID", "copy the id, which is a UUID, from the platform");
        }
    }

    /// Length in characters, as the platforms count.
    pub(crate) fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        let measured = text.chars().count();
        if !(min..=max).contains(&measured) {
            let allowed = match (min, max) {
                (0, max) => format!("at most {max}"),
                (min, max) if min == max => format!("exactly {min}"),
                (min, max) => format!("{min} to {max}"),
            };
            self.add(field, format!("has {measured} characters"), format!("use {allowed}"));
        }
    }

    pub(crate) fn range(&mut self, field: &str, value: &Number, min: u32, max: u32) {
        let inside = value.as_f64().is_some_and(|value| (f64::from(min)..=f64::from(max)).contains(&value));
        if !inside {
            self.add(field, format!("is {value}"), format!("use {min} to {max}"));
        }
    }

    pub(crate) fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }
}
