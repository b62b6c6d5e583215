//! Numbers as people write them, and the `phonenumber` crate's own type: feature `phonenumber`.

use phonenumber::metadata::DATABASE;
use phonenumber::{PhoneNumber, country};

use super::{Assignment, E164, E164Error, Region, UnassignedReason};

/// The longest text that [`E164::from_human`] reads, in bytes.
pub const MAX_HUMAN: usize = 64;

/// Why [`E164::from_human`] does not take a text. Positions count characters from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HumanError {
    /// More than [`MAX_HUMAN`] bytes.
    #[error("has more than {MAX_HUMAN} bytes; give the number alone")]
    TooLong,
    /// A character that is no digit and no punctuation of numbers, such as a letter.
    #[error("has {found:?} at position {at}; write digits, without letters or an extension")]
    InvalidCharacter {
        /// Its position.
        at: usize,
        /// The character.
        found: char,
    },
    /// No `+`, and no region by which to read a national number.
    #[error("does not begin with `+`; write it in international form, or say which region's national number it is")]
    RegionMissing,
    /// The region has no national numbers: it is [`Region::WORLD`].
    #[error("cannot be read as a national number of the whole world; write it in international form")]
    NoNationalNumbers,
    /// With its calling code it is no E.164 number.
    #[error("is no telephone number: it {0}")]
    Malformed(#[source] E164Error),
    /// No numbering plan assigns what it is read as.
    #[error(
        "is read as {number}, which {reason}; check it, and write it in international form without a prefix such as (0)"
    )]
    Unassigned {
        /// What it is read as.
        number: E164,
        /// Why it is not assigned.
        reason: UnassignedReason,
    },
    /// It can be read in two ways, such as with what may be a national prefix and without, and both are assigned.
    #[error("may be {number} or {other}; write it in international form")]
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
            Self::RegionMissing => "region_missing",
            Self::NoNationalNumbers => "no_national_numbers",
            Self::Malformed(_) => "malformed",
            Self::Unassigned { .. } => "unassigned",
            Self::Ambiguous { .. } => "ambiguous",
        }
    }
}

/// Why an [`E164`] and a [`PhoneNumber`] are not converted into each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversionError {
    /// The `phonenumber` crate cannot read the number.
    #[error("the phonenumber crate does not read {number} ({fault}); keep it as an E164")]
    Refused {
        /// The number.
        number: E164,
        /// What the crate says.
        fault: String,
    },
    /// The `phonenumber` crate would make another number of it.
    #[error("the phonenumber crate would change {number} to {changed}; keep it as an E164")]
    Changed {
        /// The number.
        number: E164,
        /// What it would become.
        changed: String,
    },
    /// It has an extension, which E.164 cannot hold.
    #[error("has an extension, which E.164 cannot hold; keep the extension apart")]
    Extension,
    /// It is no E.164 number.
    #[error("is no E.164 number: it {0}")]
    Malformed(#[source] E164Error),
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

impl E164 {
    /// Reads a number as people write it: `+1 (415) 555-2671`, or a region's national number, `(415) 555-2671`.
    ///
    /// An international number keeps all its digits. A national one gets its region's calling code and may lose what
    /// is dialled before it within the country, as the `phonenumber` crate knows it: `020 7183 8750` in
    /// [`Region::GB`] is `+442071838750`. The same goes for a prefix for calls abroad, such as 011 in the US. What
    /// is returned is always assigned, and ends with digits as they were typed; anything else is an error. For numbers
    /// of ranges that may be newer than the table, `parse` is the way.
    ///
    /// ```
    /// use numport::{E164, e164::Region};
    ///
    /// let number = E164::from_human("(415) 555-2671", Some(Region::US))?;
    /// assert_eq!(number, "+14155552671");
    /// assert_eq!(E164::from_human("tel:+44 20 7183 8750", None)?, "+442071838750");
    ///
    /// let error = E164::from_human("555-2671", Some(Region::US)).unwrap_err();
    /// assert!(error.to_string().contains("the area code is missing"));
    /// # Ok::<(), numport::e164::HumanError>(())
    /// ```
    ///
    /// # Limits
    ///
    /// Letters (`1-800-FLOWERS`), extensions and `+44 (0)20` are refused. So are national numbers that are dialled
    /// with other digits from abroad, such as mobiles of Argentina with 15. The crate's metadata may be of another
    /// version than [`METADATA_VERSION`](super::METADATA_VERSION).
    ///
    /// The crate costs half a minute of build time and megabytes of binary; its first call takes tens of milliseconds,
    /// and so do the first for further regions. For international numbers it is not asked, as it changes some: of
    /// `+78005553535` it makes `+7005553535`. The same check is made in the conversions to and from its own type.
    ///
    /// # Errors
    ///
    /// A [`HumanError`], which says what to write instead.
    pub fn from_human(text: &str, region: Option<Region>) -> Result<Self, HumanError> {
        let typed = Typed::read(text)?;
        if typed.international {
            return assigned(well_formed(&typed.digits)?);
        }
        let region = region.ok_or(HumanError::RegionMissing)?;
        let code = region.calling_code().ok_or(HumanError::NoNationalNumbers)?.to_string();
        let as_typed = well_formed(&format!("{code}{}", typed.digits)).and_then(assigned);
        let mut readings = as_typed.into_iter().chain(by_crate(&typed.digits, region, &code));
        let Some(number) = readings.next() else { return as_typed };
        match readings.find(|&other| other != number) {
            Some(other) => Err(HumanError::Ambiguous { number, other }),
            None => Ok(number),
        }
    }
}

/// What the `phonenumber` crate makes of a national number, as far as that is assigned and made of what was typed.
fn by_crate(digits: &str, region: Region, code: &str) -> impl Iterator<Item = E164> {
    let region = region.as_str().parse::<country::Id>().ok();
    let read = region.and_then(|region| {
        let number = E164::try_from(&phonenumber::parse(Some(region), digits).ok()?).ok()?;
        // Behind the region's calling code, which need not be typed; else all, behind a prefix for calls abroad.
        let must_be_typed = number.digits().strip_prefix(code).unwrap_or(number.digits());
        digits.ends_with(must_be_typed).then_some(number)
    });
    // The crate takes the prefix away twice where that is how the number goes on, as in Russia's 8 800.
    let without_prefix = region.and_then(|region| {
        let national = digits.strip_prefix(DATABASE.by_id(region.as_ref())?.national_prefix()?)?;
        well_formed(&format!("{code}{national}")).ok()
    });
    read.into_iter().chain(without_prefix).filter(|number| number.is_assigned())
}

/// The digits of a text.
struct Typed {
    international: bool,
    digits: String,
}

impl Typed {
    fn read(text: &str) -> Result<Self, HumanError> {
        if text.len() > MAX_HUMAN {
            return Err(HumanError::TooLong);
        }
        let scheme = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")).map_or(0, str::len);
        let mut typed = Self { international: false, digits: String::with_capacity(MAX_HUMAN) };
        for (at, found) in text.chars().enumerate().skip(scheme) {
            match found {
                '0'..='9' => typed.digits.push(found),
                '+' | '\u{ff0b}' if !typed.international && typed.digits.is_empty() => typed.international = true,
                _ if is_punctuation(found) => {}
                _ => return Err(HumanError::InvalidCharacter { at, found }),
            }
        }
        Ok(typed)
    }
}

/// What stands between the digits of a number, and what copying leaves around them unseen.
fn is_punctuation(character: char) -> bool {
    let invisible = '\u{200b}'..='\u{200f}';
    let directions = '\u{202a}'..='\u{202e}';
    let isolates = '\u{2066}'..='\u{2069}';
    let dashes = '\u{2010}'..='\u{2015}';
    character.is_whitespace()
        || "()[]-./\u{ad}\u{2212}\u{2060}\u{feff}\u{ff08}\u{ff09}\u{ff0d}".contains(character)
        || [invisible, directions, isolates, dashes].iter().any(|range| range.contains(&character))
}

fn well_formed(digits: &str) -> Result<E164, HumanError> {
    format!("+{digits}").parse().map_err(HumanError::Malformed)
}

fn assigned(number: E164) -> Result<E164, HumanError> {
    match number.plan() {
        Assignment::Assigned { .. } => Ok(number),
        Assignment::Unassigned { reason } => Err(HumanError::Unassigned { number, reason }),
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
