//! Reports and messages without whole telephone numbers.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{RecordNumber, word};
use crate::E164;

/// Masks telephone numbers in a value: it hides all digits except the calling code and the last two.
///
/// `Serialize` masks in every text of the value, `Display` in the text. A number is masked where it is written in E.164
/// form, as 10 to 15 digits without a `+`, and in groups with blanks, dashes, dots or brackets; in a field named `number`, all digits but the last two are.
///
/// ```
/// # use numport::model::MaskNumbers;
/// let line = "+14155552671 on vapi: created";
/// assert_eq!(MaskNumbers(line).to_string(), "+1********71 on vapi: created");
///
/// let report = serde_json::json!({"number": "+14155552671", "outcome": "created"});
/// assert_eq!(serde_json::to_string(&MaskNumbers(report))?, r#"{"number":"+1********71","outcome":"created"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // a wrapper
pub struct MaskNumbers<T>(pub T);

impl<T: fmt::Display> fmt::Display for MaskNumbers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&masked(&self.0.to_string()))
    }
}

impl<T: Serialize> Serialize for MaskNumbers<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?;
        mask(&mut value, false);
        value.serialize(serializer)
    }
}

fn mask(value: &mut Value, is_number: bool) {
    match value {
        Value::String(text) if is_number && text.parse::<E164>().is_err() => *text = digits_masked(text),
        Value::String(text) => *text = masked(text),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, is_number)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| mask(value, name == "number")),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The number of a record, masked.
pub(crate) fn masked_number(number: &RecordNumber) -> String {
    match number {
        RecordNumber::E164(number) => number.masked().to_string(),
        RecordNumber::Other(text) => word(&digits_masked(text)).to_string(),
        RecordNumber::Absent => "none".to_owned(),
    }
}

fn digits_masked(text: &str) -> String {
    let mut left = text.chars().filter(char::is_ascii_digit).count();
    let mut masked = |letter: char| {
        left -= usize::from(letter.is_ascii_digit());
        if letter.is_ascii_digit() && left >= 2 { '*' } else { letter }
    };
    text.chars().map(&mut masked).collect()
}

/// Masks every run of digits that may be a number, also one whose groups are parted by blanks, dashes, dots or brackets.
fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        let end = run.find(|letter: char| !(letter.is_ascii_digit() || PARTS.contains(letter))).unwrap_or(run.len());
        let end = run[..end].trim_end_matches(|letter| PARTS.contains(letter)).len();
        let (number, after) = run.split_at(end);
        shown.push_str(before);
        let is_international = before.trim_end_matches('(').ends_with('+');
        // A part of an id is no number.
        let is_whole = !shown.chars().next_back().is_some_and(is_of_id) && !after.chars().next().is_some_and(is_of_id);
        let digits = number.chars().filter(char::is_ascii_digit).count();
        match format!("+{number}").parse::<E164>() {
            Ok(number) if is_international => shown.push_str(&number.masked().to_string()[1..]),
            _ if is_international && digits >= 7 || is_whole && (10..=15).contains(&digits) => {
                shown.push_str(&digits_masked(number));
            }
            _ => shown.push_str(number),
        }
        rest = after;
    }
    shown + rest
}

/// What may part the groups of a number.
const PARTS: &str = " -.()";

fn is_of_id(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_masked_and_ids_are_not() {
        for (text, shown) in [
            ("+14155552671 is answered by +442071838750.", "+1********71 is answered by +44********50."),
            ("about 14155552671, not +14155552671", "about *********71, not +1********71"),
            ("(request id 0f1e2d3c-0000-4000-8000-123456789012)", "(request id 0f1e2d3c-0000-4000-8000-123456789012)"),
            ("PN14155552671 answered 503 after 4 attempts", "PN14155552671 answered 503 after 4 attempts"),
            ("+14155552671x9, +1", "+1********71x9, +1"),
            ("+1 (415) 555-2671, (415) 555-2671.", "+* (***) ***-**71, (***) ***-**71."),
            (
                "00000000-0000-4000-8000-000000000001 at 2026-11-29T03:57:41Z",
                "00000000-0000-4000-8000-000000000001 at 2026-11-29T03:57:41Z",
            ),
            ("", ""),
        ] {
            assert_eq!(MaskNumbers(text).to_string(), shown);
        }
    }

    #[test]
    fn a_field_named_number_is_masked_however_it_is_written() {
        let report = json!({"number": "(415) 555-2671", "items": [{"number": ["020 71838750", "+14155552671"]}], "at": 14_155_552_671_u64});
        assert_eq!(
            serde_json::to_value(MaskNumbers(&report)).unwrap(),
            json!({"number": "(***) ***-**71", "items": [{"number": ["*** ******50", "+1********71"]}], "at": 14_155_552_671_u64})
        );
    }
}
