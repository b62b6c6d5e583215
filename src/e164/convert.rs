//! The `phonenumber` crate's own type: feature `phonenumber`.

use phonenumber::PhoneNumber;

use super::{E164, E164Error};

/// Why an [`E164`] and a [`PhoneNumber`] are not converted into each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversionError {
    /// The `phonenumber` crate cannot read the number.
    #[error("the phonenumber crate cannot read {number} ({fault}); keep it as an `E164`")]
    Refused {
        /// The number.
        number: E164,
        /// What the crate says.
        fault: String,
    },
    /// The `phonenumber` crate would make another number of it.
    #[error("the phonenumber crate would change {number} to {changed}; keep it as an `E164`")]
    Changed {
        /// The number.
        number: E164,
        /// What it would become.
        changed: String,
    },
    /// It has an extension, which E.164 cannot hold.
    #[error("the number has an extension, which E.164 cannot hold; store the extension separately")]
    Extension,
    /// It is not an E.164 number.
    #[error("{0}")]
    Malformed(E164Error),
}

impl ConversionError {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Changed { .. } => "changed",
            Self::Extension => "extension",
            Self::Malformed(_) => "malformed",
        }
    }
}

/// Refused where the crate would change the number, as it does with some good ones.
impl TryFrom<E164> for PhoneNumber {
    type Error = ConversionError;

    fn try_from(number: E164) -> Result<Self, ConversionError> {
        let read = phonenumber::parse(None, number.as_str())
            .map_err(|error| ConversionError::Refused { number, fault: error.to_string() })?;
        match E164::try_from(&read) {
            Ok(same) if same == number => Ok(read),
            _ => Err(ConversionError::Changed { number, changed: digits_of(&read) }),
        }
    }
}

/// Refused with an extension, and when it is no E.164 number. Whether it is assigned is not asked.
impl TryFrom<&PhoneNumber> for E164 {
    type Error = ConversionError;

    fn try_from(number: &PhoneNumber) -> Result<Self, ConversionError> {
        if number.extension().is_some() {
            return Err(ConversionError::Extension);
        }
        digits_of(number).parse().map_err(ConversionError::Malformed)
    }
}

impl TryFrom<PhoneNumber> for E164 {
    type Error = ConversionError;

    fn try_from(number: PhoneNumber) -> Result<Self, ConversionError> {
        Self::try_from(&number)
    }
}

/// The crate's number as it keeps it, past its formatter.
fn digits_of(number: &PhoneNumber) -> String {
    format!("+{}{}", number.code().value(), number.national())
}
