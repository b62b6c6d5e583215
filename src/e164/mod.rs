//! The telephone number type: the strict E.164 grammar, in 16 bytes.
//!
//! A value is `+`, a first digit from 1 to 9, and 2 to 15 digits in total ([ITU-T
//! E.164](https://www.itu.int/rec/T-REC-E.164)). Parsing trims, guesses and repairs nothing. For any other text it
//! returns an [`E164Error`] that says what is wrong and where.
//!
//! The grammar does not check whether a number is *assigned* in the world's numbering plans; [`E164::plan`] does. The
//! documents of every platform use unassigned examples, and new ranges may be newer than the table.
//!
//! # Cost
//!
//! The numbering plans are 74 KiB of static data. Nothing is loaded and nothing is allocated. Parsing reads at most 17
//! characters of a text, so refusing 1 MB of digits takes as long as refusing sixteen.
//!
//! `cargo run --release --manifest-path benches/e164/Cargo.toml` printed this table on a machine with two cores. The
//! values are medians of rounds in which all rows take turns. In *mixed*, half of the texts are assigned numbers, and
//! the others are close to assigned numbers or junk. The first call is the first call of a process, which loads the
//! table's pages into memory.
//!
//! | per number | mixed | assigned | one country | allocations | first call | thousandth |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | `parse` | 6.2 ns | 5.6 ns | 5.6 ns | 0 | 2.6 µs | 30 ns |
//! | `parse` and `is_assigned` | 13.5 ns | 15.2 ns | 15.6 ns | 0 | 6.5 µs | 40 ns |
//! | `parse` and `plan` | 16.4 ns | 19.2 ns | 19.3 ns | 0 | 5.0 µs | 50 ns |
//! | crate `rlibphonenumber` 2.2 | 2.2 µs | 2.9 µs | 1.3 µs | 6.2 | 14.1 ms | 1.2 µs |
//! | crate `phonenumber` 0.3 | 918 µs | 1.4 ms | 13.3 µs | 9,615 | 69.5 ms | 13.5 µs |

#[cfg(feature = "phonenumber")]
mod convert;
mod error;
mod grammar;
#[cfg(feature = "phonenumber")]
mod human;
mod plan;
mod region;
mod serde;
#[rustfmt::skip]
mod table;
#[cfg(test)]
mod tests;

#[cfg(feature = "phonenumber")]
pub use convert::ConversionError;
#[cfg(feature = "phonenumber")]
pub use human::{HumanError, MAX_HUMAN};
pub use plan::{Assignment, NumberKind, UnassignedReason};
pub use region::{Region, UnknownRegion};
pub use table::METADATA_VERSION;

use std::fmt;
use std::str::FromStr;

/// The maximum number of digits of a number, without the `+`.
pub const MAX_DIGITS: usize = 15;
/// The minimum number of digits of a number, without the `+`.
pub const MIN_DIGITS: usize = 2;

/// A telephone number in E.164 form, such as `+14155552671`.
///
/// It is `Copy`, has 16 bytes, and compares and hashes as its text. `Debug` and `Display` show the whole number. Use
/// [`masked`](Self::masked) for logs.
///
/// ```
/// use numport::{E164, e164::E164Error};
///
/// let number: E164 = "+14155552671".parse()?;
/// assert_eq!(number.as_str(), "+14155552671");
/// assert_eq!(number.masked().to_string(), "+1********71");
///
/// let typed = "+1 4155552671".parse::<E164>();
/// assert_eq!(typed, Err(E164Error::InvalidCharacter { at: 2, found: ' ' }));
/// # Ok::<(), E164Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164([u8; MAX_DIGITS + 1]); // the text, then zeros

/// The reason why a text is not an E.164 number. Positions count characters from 0.
///
/// In JSON the error is an object with `code` and `message`.
///
/// ```
/// use numport::E164;
///
/// let error = "4155552671".parse::<E164>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the number does not begin with `+`; write it in international form, such as +14155552671"
/// );
/// assert_eq!(serde_json::to_value(error).unwrap()["code"], "missing_plus");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum E164Error {
    /// The text does not begin with `+`.
    MissingPlus,
    /// The first digit is 0; calling codes begin with 1 to 9.
    LeadingZero,
    /// A character that is not a digit from 0 to 9.
    InvalidCharacter {
        /// The character's position; the `+` is at 0.
        at: usize,
        /// The character.
        found: char,
    },
    /// Fewer than [`MIN_DIGITS`] digits.
    TooShort,
    /// More than [`MAX_DIGITS`] digits.
    TooLong {
        /// How many bytes follow the `+`. Only the first 16 of them were read.
        digits: usize,
    },
}

impl E164 {
    /// A number kept free for examples, for checks that are about no number.
    pub(crate) const EXAMPLE: Self = Self(*b"+14155550100\0\0\0\0");

    /// Returns the number as text, with the `+`. Does not allocate.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever stored, so this is never the empty default.
        std::str::from_utf8(&self.0[..self.length()]).unwrap_or_default()
    }

    /// Returns the length of the text, including the `+`.
    #[inline]
    const fn length(&self) -> usize {
        let zeros = u128::from_le_bytes(self.0).leading_zeros() / 8;
        self.0.len() - zeros as usize
    }

    /// Returns the digits without the `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.as_str()[1..]
    }

    /// The next number of the same count of digits.
    pub(crate) fn successor(mut self) -> Option<Self> {
        for at in (1..self.as_str().len()).rev() {
            if self.0[at] < b'9' {
                self.0[at] += 1;
                return Some(self);
            }
            self.0[at] = b'0';
        }
        None
    }

    /// Returns a masked form of the number for logs. It shows only the calling code and the last two digits.
    #[must_use]
    pub const fn masked(self) -> Masked {
        Masked(self)
    }
}

impl FromStr for E164 {
    type Err = E164Error;

    #[inline]
    fn from_str(text: &str) -> Result<Self, E164Error> {
        grammar::read(text).map(Self).ok_or_else(|| grammar::fault(text))
    }
}

impl TryFrom<&str> for E164 {
    type Error = E164Error;

    fn try_from(text: &str) -> Result<Self, E164Error> {
        text.parse()
    }
}

impl TryFrom<String> for E164 {
    type Error = E164Error;

    fn try_from(text: String) -> Result<Self, E164Error> {
        text.parse()
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.as_str().to_owned()
    }
}

impl AsRef<str> for E164 {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for E164 {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for E164 {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E164({})", self.as_str())
    }
}

/// A masked number; [`E164::masked`] returns it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Masked(E164);

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_str();
        let (code, national) = text.split_at(1 + self.0.calling_code_digits());
        // Of a number so short that the last two would be half of it or more, they are hidden too.
        let hidden = if national.len() > 4 { national.len() - 2 } else { national.len() };
        f.write_str(code)?;
        for _ in 0..hidden {
            f.write_str("*")?;
        }
        f.write_str(&national[hidden..])?;
        Ok(())
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
