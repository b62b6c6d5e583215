use std::fmt;

use crate::model::{RecordNumber, Shown};

/// A response that is about something else than its request, such as another number. It belongs to another client's
/// request or to an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the response is about {}, not about {expected}", self.shown())]
#[non_exhaustive]
pub struct Mismatch {
    /// What the request was about.
    pub expected: String,
    /// What the response is about, in the service's own words. Secrets are redacted. `Display` shows at most 100
    /// characters, escaped.
    pub found: String,
}

impl Mismatch {
    fn shown(&self) -> Shown<'_> {
        Shown { text: &self.found, max: 100 }
    }

    /// Returns a mismatch. `found` is a text of the service.
    pub fn new(expected: impl fmt::Display, found: Option<&str>) -> Self {
        let found = match found {
            // Cut only where no secret is cut in two, unless it is longer than any.
            Some(found) => found.chars().take(4096).collect(),
            None => "something unnamed".to_owned(),
        };
        Self { expected: expected.to_string(), found }
    }

    /// Checks that a response is about the record of this id.
    ///
    /// # Errors
    ///
    /// When it names another id, or none.
    pub fn unless_id(expected: &str, found: Option<&str>) -> Result<(), Self> {
        if found == Some(expected) { Ok(()) } else { Err(Self::new(format_args!("the record {expected}"), found)) }
    }

    /// Checks that the response to a create contains an id and is about this number, in any spelling. A response passes
    /// if it contains no number, or a number that [may be](RecordNumber::may_be) this one.
    ///
    /// # Errors
    ///
    /// When it names another number, or an empty id.
    pub fn unless_created(expected: &str, id: &str, found: Option<&str>) -> Result<(), Self> {
        if id.is_empty() {
            return Err(Self::new(expected, Some("a record without an id")));
        }
        let number = RecordNumber::read(found);
        let is_about = match RecordNumber::read(Some(expected)).telephone() {
            _ if number == RecordNumber::Absent => true,
            Some(expected) => number.is(&expected) || number.may_be(&expected),
            None => found == Some(expected),
        };
        if is_about { Ok(()) } else { Err(Self::new(expected, found)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_created_record_has_an_id_and_the_number_if_it_tells_one() {
        let about = |expected, id, found| Mismatch::unless_created(expected, id, found).is_ok();
        for found in [None, Some(""), Some("+14155552671"), Some("1 415 555 2671"), Some("+1415***2671")] {
            assert!(about("+14155552671", "r1", found), "{found:?}");
            assert!(!about("+14155552671", "", found), "{found:?}");
        }
        for found in ["+14155552672", "+1415***2672", "sales"] {
            assert!(!about("+14155552671", "r1", Some(found)), "{found}");
        }
        assert!(about("sales", "r1", Some("sales")) && !about("sales", "r1", Some("support")));
    }

    #[test]
    fn what_was_found_is_told_in_one_short_line() {
        let mismatch = Mismatch::unless_id("r1", Some(&format!("r2\n{}", "x".repeat(200)))).unwrap_err();
        let told = mismatch.to_string();
        assert!(
            told.starts_with("the response is about r2\\nxxx") && told.ends_with("x…, not about the record r1"),
            "{told}"
        );
        assert!(told.len() < 160, "{told}");
        assert!(Mismatch::unless_id("r1", Some("r1")).is_ok() && Mismatch::unless_id("r1", None).is_err());
    }
}
