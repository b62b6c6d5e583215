//! What number errors say, and their JSON.

use std::{error, fmt};

use ::serde::ser::SerializeStruct;
use ::serde::{Serialize, Serializer};

use super::{E164Error, MAX_DIGITS, MIN_DIGITS};

impl E164Error {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingPlus => "missing_plus",
            Self::LeadingZero => "leading_zero",
            Self::InvalidCharacter { .. } => "invalid_character",
            Self::TooShort => "too_short",
            Self::TooLong { .. } => "too_long",
        }
    }

    /// What it says behind a subject, such as a field's name.
    pub(crate) const fn clause(self) -> Clause {
        Clause(self)
    }
}

impl fmt::Display for E164Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the number {}", self.clause())
    }
}

impl error::Error for E164Error {}

pub(crate) struct Clause(E164Error);

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            E164Error::MissingPlus => {
                f.write_str("does not begin with `+`; write it in international form, such as +14155552671")
            }
            E164Error::LeadingZero => f.write_str("begins with 0 after the `+`; a calling code begins with 1 to 9"),
            E164Error::InvalidCharacter { at, found } => {
                write!(f, "has {found:?} at position {at}; only the digits 0 to 9 may follow the `+`")
            }
            E164Error::TooShort => write!(f, "has fewer than {MIN_DIGITS} digits; write the whole number"),
            E164Error::TooLong { digits } => {
                write!(f, "has {digits} characters after the `+`; a number has at most {MAX_DIGITS} digits")
            }
        }
    }
}

/// An object with `code` and `message`.
fn report<S: Serializer>(serializer: S, code: &str, error: &dyn fmt::Display) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_struct("NumberError", 2)?;
    object.serialize_field("code", code)?;
    object.serialize_field("message", &error.to_string())?;
    object.end()
}

macro_rules! reported {
    ($($error:ty),+) => {
        $(
            impl Serialize for $error {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    report(serializer, self.code(), self)
                }
            }
        )+
    };
}
reported!(E164Error);
#[cfg(feature = "phonenumber")]
reported!(super::HumanError, super::ConversionError);
