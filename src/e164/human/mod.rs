//! Numbers as people write them: feature `phonenumber`.

mod error;
mod readings;
mod typed;

pub use error::{HumanError, MAX_HUMAN};

use super::{E164, Region};
use typed::Typed;

impl E164 {
    /// Reads a number as people write it, such as `+1 (415) 555-2671`, or `(415) 555-2671` in a region.
    ///
    /// With `+` the text is an international number, and `region` does not matter. Without it, `region` is where the
    /// number is dialled. It may be:
    ///
    /// - a national number, with or without what callers dial before it: `020 7183 8750` in [`Region::GB`];
    /// - a number behind the region's prefix for calls abroad: `011 44 20 7183 8750` in [`Region::US`],
    ///   `0011 44 …` in [`Region::AU`], `00 44 …` in most others;
    /// - a number that begins with the region's own calling code: `44 20 7183 8750` in [`Region::GB`].
    ///
    /// A `(0)` behind the calling code, as in `+44 (0)20 7183 8750`, is left out if 0 is the country's national prefix.
    ///
    /// The number that is returned is assigned, and it is the only assigned number that the text can mean. If there
    /// are two, the error is [`HumanError::Ambiguous`]. To read a number of a range that is newer than the table, use
    /// `parse`.
    ///
    /// ```
    /// use numport::{E164, e164::Region};
    ///
    /// assert_eq!(E164::from_human("(415) 555-2671", Some(Region::US))?, "+14155552671");
    /// assert_eq!(E164::from_human("011 49 1522 3433333", Some(Region::US))?, "+4915223433333");
    /// assert_eq!(E164::from_human("tel:+44 (0)20 7183 8750", None)?, "+442071838750");
    ///
    /// let error = E164::from_human("555-2671", Some(Region::US)).unwrap_err();
    /// assert!(error.to_string().contains("the area code is missing"));
    /// # Ok::<(), numport::e164::HumanError>(())
    /// ```
    ///
    /// # Limits
    ///
    /// Texts have at most [`MAX_HUMAN`] bytes. Letters (`1-800-FLOWERS`) are refused. So are national numbers that are
    /// dialled with other digits from abroad, such as mobile numbers of Argentina with 15. Prefixes come from the
    /// metadata of the `phonenumber` crate, which may have another version than
    /// [`METADATA_VERSION`](super::METADATA_VERSION).
    ///
    /// The crate costs half a minute of build time and megabytes of binary. The first call takes tens of milliseconds,
    /// and so does the first call for each further region.
    ///
    /// # Errors
    ///
    /// A [`HumanError`], which says what to write instead. A number with an extension is refused with
    /// [`HumanError::Extension`]; [`from_human_with_extension`](Self::from_human_with_extension) reads it.
    pub fn from_human(text: &str, region: Option<Region>) -> Result<Self, HumanError> {
        let typed = Typed::read(text)?;
        match &typed.extension {
            Some(extension) => Err(HumanError::Extension { at: extension.at }),
            None => typed.number(region),
        }
    }

    /// Reads a number like [`from_human`](Self::from_human), and the digits of its extension if it has one.
    ///
    /// An extension follows the number. It begins with `ext`, `extn`, `extension`, `x`, `#` or `;ext=`, in capital or
    /// small letters, and only digits follow.
    ///
    /// ```
    /// use numport::{E164, e164::Region};
    ///
    /// let (number, extension) = E164::from_human_with_extension("(415) 555-2671 ext. 042", Some(Region::US))?;
    /// assert_eq!(number, "+14155552671");
    /// assert_eq!(extension.as_deref(), Some("042"));
    ///
    /// let (_, extension) = E164::from_human_with_extension("+1 415 555 2671", None)?;
    /// assert_eq!(extension, None);
    /// # Ok::<(), numport::e164::HumanError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`HumanError`], like `from_human`.
    pub fn from_human_with_extension(text: &str, region: Option<Region>) -> Result<(Self, Option<String>), HumanError> {
        let typed = Typed::read(text)?;
        let number = typed.number(region)?;
        Ok((number, typed.extension.map(|extension| extension.digits)))
    }
}
