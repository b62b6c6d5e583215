//! Texts of others, as they are shown: on one line, and not longer than a bound.

use std::fmt;

/// Shows a text of somebody else, such as a platform's message or the label of a record: what would break a line, move
/// the cursor or turn the direction of writing is escaped, and what is longer than `max` characters is cut off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) text: &'a str,
    pub(crate) max: usize,
}

/// Shows an id, a state or another short word. Sane ones are shown whole.
pub(crate) const fn word(text: &str) -> Shown<'_> {
    Shown { text, max: 200 }
}

/// Quotes a label or another free text, and escapes it in the way of `Debug`.
pub(crate) fn quoted(text: &str) -> String {
    let end = text.char_indices().nth(200).map(|(end, _)| end);
    end.map_or_else(|| format!("{text:?}"), |end| format!("{:?}", format!("{}…", &text[..end])))
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.len() <= self.max && !self.text.contains(is_unsafe) {
            return f.pad(self.text);
        }
        let (mut safe, mut length) = (String::new(), 0);
        // How much of it leaves room for the mark of a cut.
        let mut room = 0;
        for character in self.text.chars() {
            if length < self.max {
                room = safe.len();
            }
            if is_unsafe(character) {
                safe.extend(character.escape_default());
                length += character.escape_default().len();
            } else {
                safe.push(character);
                length += 1;
            }
            if length > self.max {
                safe.truncate(room);
                safe.push('…');
                break;
            }
        }
        f.pad(&safe)
    }
}

/// Controls, line and paragraph separators, and what is not seen: marks of direction, tags, joins.
const fn is_unsafe(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}'
            | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line_and_within_its_bound() {
        for (text, shown) in [
            ("Größe 7 – \u{1F980} می\u{200C}خواهم", "Größe 7 – \u{1F980} می\u{200C}خواهم"),
            ("a\nb\r\tc\u{1b}[31m\u{0}\u{85}", r"a\nb\r\tc\u{1b}[31m\u{0}\u{85}"),
            ("\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}", r"\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}"),
        ] {
            assert_eq!(word(text).to_string(), shown);
        }
        for (text, length) in [("ä".repeat(201), 200), ("\n".repeat(101), 199)] {
            let once = word(&text).to_string();
            assert_eq!((once.chars().count(), once.ends_with('…')), (length, true));
            assert_eq!(word(&once).to_string(), once);
        }
        assert_eq!(quoted("a\n\u{202e}\"b"), r#""a\n\u{202e}\"b""#);
        assert_eq!(quoted(&"a".repeat(201)), format!("\"{}…\"", "a".repeat(200)));
        assert_eq!(format!("{:>3}|{:3}", word("a"), word("b")), "  a|b  ");
    }
}
