use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::word;
use crate::E164;

/// The number of a record. Most are E.164, but a platform may store a SIP URI, an extension, a masked number, or no
/// number.
///
/// ```
/// use numport::model::RecordNumber;
///
/// match RecordNumber::read(Some("sip:desk@example.com")) {
///     RecordNumber::E164(number) => println!("{}", number.masked()),
///     RecordNumber::Other(text) => assert_eq!(text, "sip:desk@example.com"),
///     other => println!("{other}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordNumber {
    /// A telephone number.
    E164(E164),
    /// Any other text, as the platform writes it.
    Other(String),
    /// The platform shows no number, for example while the record is still being set up.
    Absent,
}

/// How few digits of a number may be left of it for it to be recognised: those of a local number.
const LOCAL: usize = 7;
/// How few digits a masked number must show to be taken for one.
const SHOWN: usize = 2;

impl RecordNumber {
    /// Reads the text that a platform wrote.
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        match text {
            None | Some("") => Self::Absent,
            Some(text) => text.parse().map_or_else(|_| Self::Other(text.to_owned()), Self::E164),
        }
    }

    /// Returns the telephone number, if it is one.
    #[must_use]
    pub const fn e164(&self) -> Option<&E164> {
        match self {
            Self::E164(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the telephone number, if it is one in any international spelling: with spaces, dashes, dots or brackets,
    /// with `tel:` before it, with `00` in place of the `+`, or without `+`, as some trunks send it.
    ///
    /// ```
    /// use numport::model::RecordNumber;
    ///
    /// for text in ["+14155552671", "+1 (415) 555-2671", "tel:+1-415-555-2671", "0014155552671", "14155552671"] {
    ///     let number = RecordNumber::read(Some(text)).telephone();
    ///     assert_eq!(number, Some("+14155552671".parse()?), "{text}");
    /// }
    /// assert_eq!(RecordNumber::read(Some("+1415***2671")).telephone(), None);
    /// # Ok::<(), numport::e164::E164Error>(())
    /// ```
    #[must_use]
    pub fn telephone(&self) -> Option<E164> {
        match self {
            Self::E164(number) => Some(*number),
            Self::Other(text) => {
                let plain = plain(text);
                let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).unwrap_or(&plain);
                format!("+{digits}").parse().ok()
            }
            Self::Absent => None,
        }
    }

    /// Returns whether this is `number`, in any spelling ([`telephone`](Self::telephone)).
    #[must_use]
    pub fn is(&self, number: &E164) -> bool {
        self.telephone().as_ref() == Some(number)
    }

    /// Returns whether this may be `number`: it is masked and the digits that it shows match `number`, or it is the end
    /// of `number`, as people write it within a country. Returns false if it surely [is](Self::is) `number`.
    ///
    /// ```
    /// use numport::model::RecordNumber;
    ///
    /// let number = "+14155552671".parse()?;
    /// let may_be = |text| RecordNumber::read(Some(text)).may_be(&number);
    /// assert!(may_be("+1415***2671") && may_be("(415) 555-2671") && may_be("••••••71"));
    /// assert!(!may_be("+1415***2672") && !may_be("+14155552671") && !may_be("sip:sales@example.com"));
    /// # Ok::<(), numport::e164::E164Error>(())
    /// ```
    #[must_use]
    pub fn may_be(&self, number: &E164) -> bool {
        let Self::Other(text) = self else { return false };
        if self.is(number) {
            return false;
        }
        let plain = plain(text);
        let plain = plain.split_once(';').map_or(plain.as_str(), |(number, _parameters)| number);
        let (international, shown) = match plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
            Some(digits) => (true, digits),
            // The zero before an area code is no part of the number.
            None => (false, plain.strip_prefix('0').unwrap_or(plain)),
        };
        let digits = number.digits();
        let Some(first) = shown.find(is_mask) else {
            return shown == digits || (!international && shown.len() >= LOCAL && digits.ends_with(shown));
        };
        let (head, rest) = shown.split_at(first);
        let (middle, tail) = rest.split_at(rest.rfind(is_mask).unwrap_or(0));
        let tail = tail.trim_start_matches(is_mask);
        let are_digits = [head, tail].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let are_known = middle.chars().all(|shown| is_mask(shown) || shown.is_ascii_digit());
        let Some(before) = digits.strip_suffix(tail) else { return false };
        let begins = if international { before.starts_with(head) } else { before.contains(head) };
        are_digits && are_known && head.len() + tail.len() >= SHOWN && begins
    }

    /// The last four digits of what [may be](Self::may_be) some number; empty if it shows fewer at its end.
    pub(crate) fn last_digits(&self) -> Option<String> {
        let Self::Other(text) = self else { return None };
        if text.contains('@') {
            return None;
        }
        let shown = text.split_once(';').map_or(text.as_str(), |(number, _parameters)| number);
        let last = shown.chars().rev().filter(|&letter| !is_separator(letter)).take_while(char::is_ascii_digit);
        let mut last: Vec<char> = last.take(4).collect();
        last.reverse();
        Some(if last.len() == 4 { last.into_iter().collect() } else { String::new() })
    }
}

/// A number without what is written for people alone.
fn plain(text: &str) -> String {
    let text = text.trim();
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    // The zero that is dialled within the country only.
    text.replace("(0)", "").chars().filter(|&letter| !is_separator(letter)).collect()
}

/// Spaces, dashes, dots, slashes, brackets, and what sets the direction of text.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '-' | '.' | '/' | '(' | ')' | '[' | ']')
        || matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_mask(letter: char) -> bool {
    matches!(letter, '*' | 'x' | 'X' | '#' | '?' | '•' | '●' | '·' | '…' | '█')
}

impl From<E164> for RecordNumber {
    fn from(number: E164) -> Self {
        Self::E164(number)
    }
}

/// Serializes as its text, or `null` if there is none.
impl Serialize for RecordNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::E164(number) => number.serialize(serializer),
            Self::Other(text) => serializer.serialize_str(text),
            Self::Absent => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for RecordNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<String>::deserialize(deserializer).map(|text| Self::read(text.as_deref()))
    }
}

impl PartialEq<E164> for RecordNumber {
    fn eq(&self, number: &E164) -> bool {
        self.e164() == Some(number)
    }
}

/// For people: line breaks and control characters are escaped, and text after 200 characters is cut off.
impl fmt::Display for RecordNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::E164(number) => fmt::Display::fmt(number, f),
            Self::Other(text) => word(text).fmt(f),
            Self::Absent => f.pad("(no number)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RecordNumber {
        RecordNumber::read(Some(text))
    }

    #[test]
    fn a_number_is_itself_in_every_international_spelling() {
        let number: E164 = "+442079460018".parse().unwrap();
        for text in [
            "+442079460018",
            "442079460018",
            "00442079460018",
            "0044 20 7946 0018",
            "+44 (0)20 7946 0018",
            "+44\u{a0}20\u{2011}7946\u{2013}0018",
            " tel:+44-20-7946-0018 ",
            "TEL:+44.20.7946.0018",
            "+44 [20] 7946/0018",
            "\u{202d}+442079460018\u{202c}",
        ] {
            assert!(read(text).is(&number) && !read(text).may_be(&number), "{text:?}");
        }
    }

    #[test]
    fn another_number_is_never_taken_for_it() {
        let number: E164 = "+442079460018".parse().unwrap();
        for text in [
            "+442079460019",
            "+4420794600180",
            "sip:+442079460018@example.com",
            "sales",
            "",
            "****",
            "*8",
            "460018",
            "+44*********19",
            "+33*******018",
            "+44-20-7946-0018 ext. 5",
            "+44sales018",
        ] {
            assert!(!read(text).is(&number) && !read(text).may_be(&number), "{text:?}");
        }
    }

    #[test]
    fn what_may_be_a_number_is_masked_or_written_within_the_country() {
        let number: E164 = "+442079460018".parse().unwrap();
        for text in [
            "+44*******018",
            "+44 20 •••• ••18",
            "0044xxxxxx0018",
            "020 **** 0018",
            "******18",
            "+4420…",
            "+44**79**0018",
            "020 7946 0018",
            "2079460018",
            "79460018",
            "tel:+442079460018;ext=5",
        ] {
            assert!(read(text).may_be(&number) && !read(text).is(&number), "{text:?}");
        }
    }
}
