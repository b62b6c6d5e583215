use crate::e164::{E164, E164Error, UnassignedReason};

/// The longest text that [`E164::from_human`] reads, in bytes.
pub const MAX_HUMAN: usize = 64;

/// Why [`E164::from_human`] refuses a text. Positions count characters from 0.
///
/// Where a text can be read in several ways and none is an assigned number, the error is that of the likeliest reading.
/// In JSON it is an object with `code` and `message`.
///
/// ```
/// use numport::{E164, e164::{HumanError, Region}};
///
/// let error = E164::from_human("00 49 30", Some(Region::FR)).unwrap_err();
/// assert_eq!(error.code(), "unassigned");
/// let HumanError::Unassigned { number, .. } = error else { panic!("is too short") };
/// assert_eq!(number, "+4930");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HumanError {
    /// More than [`MAX_HUMAN`] bytes.
    #[error("the text has more than {MAX_HUMAN} bytes; write only the number")]
    TooLong,
    /// A character that is neither a digit nor punctuation of numbers, such as a letter.
    #[error("the number has {found:?} at position {at}; write only digits and spaces, or `-`, `.`, `/`, `(` and `)`")]
    InvalidCharacter {
        /// Its position.
        at: usize,
        /// The character.
        found: char,
    },
    /// An extension, such as `ext. 123`. Only [`E164::from_human_with_extension`] reads it.
    #[error("the number has an extension at position {at}; read it with `E164::from_human_with_extension`")]
    Extension {
        /// Where the extension begins.
        at: usize,
    },
    /// No `+`, and no region by which to read a national number.
    #[error(
        "the number does not begin with `+`; write it in international form, or give the region it is dialled from"
    )]
    RegionMissing,
    /// The region has no national numbers: it is [`Region::WORLD`](crate::e164::Region::WORLD).
    #[error("the region `001` has no national numbers; write the number in international form")]
    NoNationalNumbers,
    /// With its calling code it is not an E.164 number.
    #[error("{0}")]
    Malformed(E164Error),
    /// No numbering plan assigns the number.
    #[error("the number is read as {number}, which {reason}; check it, and write it in international form")]
    Unassigned {
        /// What it is read as.
        number: E164,
        /// Why it is not assigned.
        reason: UnassignedReason,
    },
    /// It can be read in two ways, such as with what may be a national prefix and without, and both are assigned.
    #[error("the number may be {number} or {other}; write it in international form")]
    Ambiguous {
        /// One.
        number: E164,
        /// The other.
        other: E164,
    },
}

impl HumanError {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::InvalidCharacter { .. } => "invalid_character",
            Self::Extension { .. } => "extension",
            Self::RegionMissing => "region_missing",
            Self::NoNationalNumbers => "no_national_numbers",
            Self::Malformed(_) => "malformed",
            Self::Unassigned { .. } => "unassigned",
            Self::Ambiguous { .. } => "ambiguous",
        }
    }
}
