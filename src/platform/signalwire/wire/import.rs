use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::number::Capability;
use crate::E164;
use crate::error::Mismatch;
use crate::model::{ProblemCode, Problems};
use crate::wire::open_enum;

/// A number by SignalWire's own rule: 5 to 30 characters, digits after an optional `+`. Some are not E.164 numbers.
///
/// ```
/// use numport::platform::signalwire::ImportableNumber;
///
/// assert!("+49152234333323".parse::<ImportableNumber>().is_ok());
/// assert!("12345".parse::<ImportableNumber>().is_ok());
/// assert!("+1 415".parse::<ImportableNumber>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImportableNumber(String);

/// Why a text is not a number by SignalWire's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportableNumberError {
    /// Fewer than 5 or more than 30 characters.
    #[error("has {characters} characters; SignalWire accepts 5 to 30, including the `+`")]
    Length {
        /// The number of characters.
        characters: usize,
    },
    /// A character that is not a digit.
    #[error("has {found:?} at position {at}; only digits may follow an optional `+`")]
    InvalidCharacter {
        /// Its position in characters, from 0.
        at: usize,
        /// The character.
        found: char,
    },
}

impl ImportableNumber {
    /// The minimum and maximum length in characters, including the `+`.
    pub const LENGTH: (usize, usize) = (5, 30);

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImportableNumber {
    type Err = ImportableNumberError;

    fn from_str(text: &str) -> Result<Self, ImportableNumberError> {
        let stray = |&(at, found): &(usize, char)| !(found.is_ascii_digit() || at == 0 && found == '+');
        if let Some((at, found)) = text.chars().enumerate().take(Self::LENGTH.1 + 1).find(stray) {
            return Err(ImportableNumberError::InvalidCharacter { at, found });
        }
        if !(Self::LENGTH.0..=Self::LENGTH.1).contains(&text.len()) {
            return Err(ImportableNumberError::Length { characters: text.chars().count() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<E164> for ImportableNumber {
    type Error = ImportableNumberError;

    /// Fails for numbers with fewer than four digits.
    fn try_from(number: E164) -> Result<Self, ImportableNumberError> {
        number.as_str().parse()
    }
}

impl fmt::Display for ImportableNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for ImportableNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

open_enum! {
    /// The kind of a number in an import.
    pub enum ImportType {
        /// An ordinary number.
        Longcode = "longcode",
        /// A toll-free number.
        Tollfree = "tollfree",
    }
}

/// The body of an import. It contains only the number and its kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use]
pub struct ImportNumber {
    pub(super) number: ImportableNumber,
    pub(super) number_type: ImportType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) capabilities: Option<Vec<Capability>>,
}

impl ImportNumber {
    /// Imports a number of this kind with all capabilities.
    pub const fn new(number: ImportableNumber, number_type: ImportType) -> Self {
        Self { number, number_type, capabilities: None }
    }

    /// Enables only these capabilities, at least one.
    pub fn capabilities(mut self, capabilities: impl IntoIterator<Item = Capability>) -> Self {
        self.capabilities = Some(capabilities.into_iter().collect());
        self
    }

    /// Whether a record with this id and number is the result of this import.
    pub(in crate::platform::signalwire) fn is_answered_by(&self, id: &str, number: &str) -> Result<(), Mismatch> {
        Mismatch::unless_created(&self.number.0, id, Some(number))
    }

    pub(in crate::platform::signalwire) fn check(&self, problems: &mut Problems) {
        if self.capabilities.as_ref().is_some_and(Vec::is_empty) {
            problems.add(ProblemCode::Empty, "capabilities", "is empty", "name at least one, or leave it out for all");
        }
    }

    /// The compatibility API has another rule: a `+`, then 5 to 30 digits.
    pub(in crate::platform::signalwire) fn check_compat(&self, problems: &mut Problems) {
        self.check(problems);
        match self.number.as_str().strip_prefix('+') {
            None => problems.add(
                ProblemCode::Malformed,
                "number",
                "has no `+`, which this API needs",
                "write it with a `+`",
            ),
            Some(digits) if digits.len() < 5 => {
                problems.add(
                    ProblemCode::Length,
                    "number",
                    format!("has {} digits", digits.len()),
                    "give 5 to 30 digits after the `+`",
                );
            }
            Some(_) => {}
        }
    }

    /// The fields of the compatibility API's form.
    pub(in crate::platform::signalwire) fn form(&self) -> Vec<(&str, &str)> {
        let mut fields = vec![("number", self.number.as_str()), ("number_type", self.number_type.as_str())];
        fields.extend(self.capabilities.iter().flatten().map(|capability| ("capabilities", capability.as_str())));
        fields
    }
}
