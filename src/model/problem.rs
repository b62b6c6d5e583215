use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::{Secret, codes};

codes! {
    /// The kind of a [`Problem`], for programs.
    ///
    /// ```
    /// use numport::Error;
    /// use numport::model::ProblemCode;
    ///
    /// /// The variables and fields that are not set.
    /// fn missing(error: &Error) -> Vec<&str> {
    ///     let Error::Invalid(invalid) = error else { return Vec::new() };
    ///     let missing = invalid.problems.iter().filter(|problem| problem.code == ProblemCode::Missing);
    ///     missing.map(|problem| problem.field.as_str()).collect()
    /// }
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[non_exhaustive]
    pub enum ProblemCode {
        /// A required value is missing.
        Missing => "missing",
        /// The value is empty.
        Empty => "empty",
        /// The value does not have the required form.
        Malformed => "malformed",
        /// The value is too short or too long.
        Length => "length",
        /// The value is too small or too large.
        OutOfRange => "out_of_range",
        /// The service or this client does not support it.
        Unsupported => "unsupported",
        /// The value contradicts another one.
        Conflict => "conflict",
        /// The value belongs to something else, such as another account or carrier.
        Mismatch => "mismatch",
        /// The request changes nothing.
        NoChange => "no_change",
        /// The effect of the request cannot be undone, and consent is missing.
        NeedsConsent => "needs_consent",
        /// A cargo feature is missing.
        NotBuilt => "not_built",
    }
}

/// A problem of a request or a setting, found before anything was sent.
///
/// ```
/// use numport::model::ProblemCode;
///
/// let checked = numport::error::checked("parrot", "import number", |problems| problems.length("label", "", 1, 64));
/// let Err(numport::Error::Invalid(invalid)) = checked else { unreachable!() };
/// let problem = &invalid.problems[0];
/// assert_eq!((problem.code, problem.field.as_str()), (ProblemCode::Length, "label"));
/// assert_eq!(problem.to_string(), "`label` has 0 characters; use 1 to 64");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// The kind of the problem, for programs.
    pub code: ProblemCode,
    /// The field, as a path such as `server.timeoutSeconds`, or the environment variable.
    pub field: String,
    /// A description of the fault, with the measured size if there is one. It never contains a secret.
    pub fault: String,
    /// What to do.
    pub remedy: String,
}

impl Problem {
    /// Creates the problem of a field, for platforms of your own.
    pub fn new(
        code: ProblemCode,
        field: impl Into<String>,
        fault: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { code, field: field.into(), fault: fault.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}; {}", self.field, self.fault, self.remedy)
    }
}

/// Collects all problems of one request or setting, so that they are reported together.
///
/// ```
/// use numport::error::checked;
/// use numport::model::ProblemCode;
///
/// let error = checked("parrot", "import number", |problems| {
///     problems.length("label", "", 1, 64);
///     problems.within("source", |problems| problems.add(ProblemCode::Missing, "key", "is missing", "give the API key"));
/// });
/// assert_eq!(
///     error.unwrap_err().to_string(),
///     "parrot: import number was not sent: `label` has 0 characters; use 1 to 64; \
///      `source.key` is missing; give the API key"
/// );
/// ```
#[derive(Debug, Default)]
pub struct Problems {
    path: Vec<Cow<'static, str>>,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) const fn new() -> Self {
        Self { path: Vec::new(), found: Vec::new() }
    }

    /// Adds a problem: its code, the field, a description of the fault (never the value of a secret), and what to do.
    pub fn add(&mut self, code: ProblemCode, field: &str, fault: impl Into<String>, remedy: impl Into<String>) {
        let mut path = self.path.join(".");
        if !field.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(field);
        }
        self.found.push(Problem::new(code, path, fault, remedy));
    }

    /// Runs `check` on a part of the request. Its problems are reported under `part.field`.
    pub fn within<T>(&mut self, part: impl Into<Cow<'static, str>>, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(part.into());
        let checked = check(self);
        self.path.pop();
        checked
    }

    /// Checks that a required value is set.
    pub fn required<T>(&mut self, field: &str, value: Option<&T>) {
        if value.is_none() {
            self.add(ProblemCode::Missing, field, "is missing", "set this required field");
        }
    }

    /// The form of a UUID: 8, 4, 4, 4 and 12 hexadecimal digits.
    pub(crate) fn uuid(&mut self, field: &str, id: &str) {
        let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        let good = |(at, byte): (usize, u8)| if dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
        if id.len() != 36 || !id.bytes().enumerate().all(good) {
            self.add(ProblemCode::Malformed, field, "is not a UUID", "copy the id, which is a UUID, from the platform");
        }
    }

    /// Checks the length of a text, in characters.
    pub fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        let measured = text.chars().count();
        if !(min..=max).contains(&measured) {
            let allowed = match (min, max) {
                (0, max) => format!("at most {max}"),
                (min, max) if min == max => format!("exactly {min}"),
                (min, max) => format!("{min} to {max}"),
            };
            self.add(ProblemCode::Length, field, format!("has {measured} characters"), format!("use {allowed}"));
        }
    }

    pub(crate) fn range(&mut self, field: &str, value: &Number, min: u32, max: u32) {
        let inside = value.as_f64().is_some_and(|value| (f64::from(min)..=f64::from(max)).contains(&value));
        if !inside {
            self.add(ProblemCode::OutOfRange, field, format!("is {value}"), format!("use {min} to {max}"));
        }
    }

    /// Checks a key that is sent in a header: it must be printable ASCII, must not be empty, and must not begin or end
    /// with blanks.
    pub fn key(&mut self, field: &str, key: &Secret) {
        self.header(field, key.expose());
    }

    pub(crate) fn header(&mut self, field: &str, text: &str) {
        let stray = text.chars().enumerate().find(|(_, character)| !(' '..='~').contains(character));
        if text.is_empty() {
            self.add(ProblemCode::Empty, field, "is empty", "give it a value");
        } else if let Some((at, character)) = stray {
            let what =
                if "\r\n".contains(character) { "a line break" } else { "a character that is not allowed in headers" };
            self.add(
                ProblemCode::Malformed,
                field,
                format!("has {what} at position {at}"),
                "copy it again, without line breaks",
            );
        } else if text.trim() != text {
            self.add(ProblemCode::Malformed, field, "begins or ends with a blank", "copy it without the blanks");
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Those found since there were so many.
    pub(crate) fn from(&mut self, count: usize) -> &mut [Problem] {
        self.found.get_mut(count..).unwrap_or_default()
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
    }

    pub(crate) fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }
}
