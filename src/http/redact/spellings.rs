//! Finds a secret in each spelling in which a service may write it.

/// Shorter texts are no secrets, and masking them everywhere would garble what is left.
const SHORTEST: usize = 4;
/// How often JSON may stand in a text of JSON.
const NESTED: usize = 3;

/// Masks each of the texts wherever it stands: as it is, with the escapes of JSON, also of JSON within JSON, and as
/// URLs and forms write it.
pub(super) fn mask_known(text: &str, known: &[&str], mask: &str) -> String {
    let known: Vec<&[u8]> =
        known.iter().map(|secret| secret.as_bytes()).filter(|secret| secret.len() >= SHORTEST).collect();
    if known.is_empty() {
        return text.to_owned();
    }
    let plain = View { bytes: text.as_bytes().to_vec(), starts: (0..=text.len()).collect() };
    let mut found = Vec::new();
    plain.find(&known, &mut found);
    if text.contains(['%', '+']) {
        plain.read(percent).find(&known, &mut found);
    }
    let mut view = plain;
    for _ in 0..NESTED {
        if !view.bytes.contains(&b'\\') {
            break;
        }
        view = view.read(json);
        view.find(&known, &mut found);
        if view.bytes.contains(&b'%') {
            view.read(percent).find(&known, &mut found);
        }
    }
    masked(text, found, mask)
}

/// The text without these ranges, which begin and end between characters.
pub(super) fn masked(text: &str, mut found: Vec<(usize, usize)>, mask: &str) -> String {
    found.sort_unstable();
    let (mut clean, mut done) = (String::with_capacity(text.len()), 0);
    for (start, end) in found {
        if start >= done {
            clean.push_str(text.get(done..start).unwrap_or_default());
            clean.push_str(mask);
        }
        done = done.max(end);
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}

/// A text as it is read, and where each byte of it stands in the text as it is written.
struct View {
    bytes: Vec<u8>,
    /// One more than there are bytes: the last one is the end.
    starts: Vec<usize>,
}

/// Returns the bytes that an escape at the beginning of a text stands for, and its length.
type Escape = fn(&[u8]) -> Option<(Vec<u8>, usize)>;

impl View {
    /// What this view is read as.
    fn read(&self, escape: Escape) -> Self {
        let mut read =
            Self { bytes: Vec::with_capacity(self.bytes.len()), starts: Vec::with_capacity(self.starts.len()) };
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let start = self.starts[at];
            let length = match escape(&self.bytes[at..]) {
                Some((bytes, length)) => {
                    read.starts.extend(bytes.iter().map(|_| start));
                    read.bytes.extend(bytes);
                    length
                }
                None => {
                    read.starts.push(start);
                    read.bytes.push(byte);
                    1
                }
            };
            at += length;
        }
        read.starts.extend(self.starts.last());
        read
    }

    fn find(&self, known: &[&[u8]], found: &mut Vec<(usize, usize)>) {
        let mut begins = [false; 256];
        known.iter().for_each(|secret| begins[usize::from(secret[0])] = true);
        for (at, &first) in self.bytes.iter().enumerate().filter(|(_, first)| begins[usize::from(**first)]) {
            let longest = known.iter().filter(|secret| secret[0] == first && self.bytes[at..].starts_with(secret));
            if let Some(secret) = longest.max_by_key(|secret| secret.len()) {
                found.push((self.starts[at], self.starts[at + secret.len()]));
            }
        }
    }
}

/// An escape of JSON. Half a surrogate pair stands for nothing.
fn json(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let [b'\\', kind, ..] = text else { return None };
    let simple = match kind {
        b'"' | b'\\' | b'/' => *kind,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => {
            let unit = |at: usize| {
                let digits = std::str::from_utf8(text.get(at..at + 4)?).ok()?;
                u16::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            };
            let first = unit(2)?;
            let second = if text.get(6..8) == Some(br"\u") { unit(8) } else { None };
            let units = [Some(first), second];
            let read = |count: usize| char::decode_utf16(units.into_iter().take(count).flatten()).next()?.ok();
            let (character, length) = match read(1) {
                Some(character) => (character, 6),
                None => (read(2)?, 12),
            };
            return Some((character.to_string().into_bytes(), length));
        }
        _ => return None,
    };
    Some((vec![simple], 2))
}

/// An escape of a URL or a form.
fn percent(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    if let [b'+', ..] = text {
        return Some((vec![b' '], 1));
    }
    let [b'%', high, low, ..] = text else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((vec![digit(high)? * 16 + digit(low)?], 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, secret: &str) -> String {
        mask_known(text, &[secret], "*")
    }

    #[test]
    fn every_spelling_of_json_is_known_also_within_json() {
        let secret = "a/b<\u{1F980}\"\\";
        for text in [
            secret,
            r#"a/b<\ud83e\udd80\"\\"#,
            r#"a\/b\u003c\uD83E\uDD80\u0022\u005C"#,
            &r#"\u0061/b<\u{1F980}\"\\"#.replace(r"\u{1F980}", "\u{1F980}"),
            r#"a/b<\\ud83e\\udd80\\\"\\\\"#,
            serde_json::to_string(&serde_json::to_string(secret).unwrap()).unwrap()[3..].trim_end_matches(r#"\"""#),
        ] {
            assert_eq!(masked(&format!("<{text}>"), secret), "<*>", "{text}");
        }
        for other in [r#"a\/b\u003c\ud83e a/b<\n\"#, "a\\nb<\u{1F980}\\\"\\\\", r"\u", r"\uD83E\u", r"\u+123abcd"] {
            assert_eq!(masked(other, secret), other);
        }
    }

    #[test]
    fn what_a_form_or_a_url_writes_is_known() {
        for text in ["a%2Fb%20c+d", "a/b+c%20d", "a%2fb c d"] {
            assert_eq!(masked(&format!("?x={text}&y"), "a/b c d"), "?x=*&y", "{text}");
        }
        assert_eq!(masked(r#"{"m":"a\/b%20\u0063+d"}"#, "a/b c d"), r#"{"m":"*"}"#);
        for other in ["100%", "%4", "%zz", "a%2Fb"] {
            assert_eq!(masked(other, "a/b c d"), other);
        }
    }

    #[test]
    fn the_longest_of_several_is_masked_and_short_ones_are_not() {
        assert_eq!(mask_known("abcdefgh abcd abc", &["abcd", "abcdefgh", "abc", ""], "*"), "* * abc");
        assert_eq!(mask_known("abcdef", &["abcd", "cdef"], "*"), "*");
    }
}
