use super::{HumanError, MAX_HUMAN};

/// What a text is made of.
pub(super) struct Typed {
    /// Whether it begins with `+`.
    pub(super) international: bool,
    pub(super) digits: String,
    /// The index of a digit 0 that stands alone in brackets, as in `+44 (0)20`.
    pub(super) zero: Option<usize>,
    pub(super) extension: Option<Extension>,
}

pub(super) struct Extension {
    /// The character that it begins at.
    pub(super) at: usize,
    pub(super) digits: String,
}

impl Typed {
    pub(super) fn read(text: &str) -> Result<Self, HumanError> {
        if text.len() > MAX_HUMAN {
            return Err(HumanError::TooLong);
        }
        let scheme = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")).map_or(0, str::len);
        let digits = String::with_capacity(MAX_HUMAN);
        let mut typed = Self { international: false, digits, zero: None, extension: None };
        let mut bracket = None;
        for (at, (byte, found)) in text.char_indices().enumerate().skip(scheme) {
            match found {
                '0'..='9' => typed.digits.push(found),
                '+' | '\u{ff0b}' if !typed.international && typed.digits.is_empty() => typed.international = true,
                '(' | '[' | '\u{ff08}' => bracket = Some(typed.digits.len()),
                ')' | ']' | '\u{ff09}' => {
                    let alone = bracket.take().filter(|&start| typed.digits.get(start..) == Some("0"));
                    typed.zero = typed.zero.or(alone);
                }
                _ if is_punctuation(found) => {}
                _ => {
                    let digits = extension(&text[byte..]).filter(|_| !typed.digits.is_empty());
                    let digits = digits.ok_or(HumanError::InvalidCharacter { at, found })?.to_owned();
                    typed.extension = Some(Extension { at, digits });
                    break;
                }
            }
        }
        Ok(typed)
    }
}

/// The digits of an extension, if the text is one and nothing else.
fn extension(text: &str) -> Option<&str> {
    let text = text.strip_prefix([',', ';']).unwrap_or(text).trim_start();
    let behind = ["extension", "extn", "ext", "x", "#"].iter().find_map(|mark| {
        let (start, behind) = text.split_at_checked(mark.len())?;
        start.eq_ignore_ascii_case(mark).then_some(behind)
    })?;
    let behind = behind.trim_start_matches(|found: char| found.is_whitespace() || ".:=#-".contains(found));
    let (digits, rest) = behind.split_at(behind.bytes().take_while(u8::is_ascii_digit).count());
    let ends = rest.chars().all(|found| is_invisible(found) || ")]\u{ff09}".contains(found));
    (ends && !digits.is_empty()).then_some(digits)
}

/// What stands between the digits of a number, beside brackets.
fn is_punctuation(character: char) -> bool {
    let dashes = '\u{2010}'..='\u{2015}';
    // The tilde is where callers in some regions wait for a second tone: 8~10.
    is_invisible(character) || dashes.contains(&character) || "-./~\u{2212}\u{ff0d}".contains(character)
}

/// Spaces, and what copying leaves in a text unseen.
fn is_invisible(character: char) -> bool {
    let invisible = '\u{200b}'..='\u{200f}';
    let directions = '\u{202a}'..='\u{202e}';
    let isolates = '\u{2066}'..='\u{2069}';
    character.is_whitespace()
        || "\u{ad}\u{2060}\u{feff}".contains(character)
        || [invisible, directions, isolates].iter().any(|range| range.contains(&character))
}
