//! Masks secrets by the names of their fields, in JSON, forms, queries and URLs; none of them need be whole.

use std::borrow::Cow;

use super::MASK;
use crate::wire::secret::{is_headers, is_secret};

/// How deep JSON may stand in strings of JSON. What lies deeper is masked.
const NESTED: usize = 3;

/// Masks the values of secret fields, and the credentials in URLs.
pub(super) fn mask_fields(text: &str) -> String {
    mask_json(text, NESTED)
}

/// The strings of JSON that stand under the names of secrets. `None` if that takes more than a look: when something is
/// escaped, an object or a list has such a name, or a URL may have a secret in it.
pub(super) fn plain_secrets(text: &str) -> Option<Vec<&str>> {
    if text.contains('\\') || (text.contains("://") && text.contains(['@', '?'])) {
        return None;
    }
    let mut found = Vec::new();
    // Nothing is escaped, so between every second quote and the next one stands a string.
    let mut at = 0;
    let mut next_quote = || {
        at += text.as_bytes()[at..].iter().position(|&byte| byte == b'"')? + 1;
        Some(at - 1)
    };
    while let (Some(start), Some(end)) = (next_quote(), next_quote()) {
        let Some(value) = text[end + 1..].trim_ascii_start().strip_prefix(':') else { continue };
        let name = &text[start + 1..end];
        if !is_secret(name) && !is_headers(name) {
            continue;
        }
        match value.trim_ascii_start().bytes().next() {
            Some(b'{' | b'[') => return None,
            Some(b'"') => {
                let (start, end) = (next_quote()?, next_quote()?);
                found.push(&text[start + 1..end]);
            }
            _ => {}
        }
    }
    Some(found)
}

/// A string of a JSON-like text.
struct Text<'a> {
    before: &'a str,
    /// With its quotes.
    literal: &'a str,
    after: &'a str,
    /// The value after it, if it is a field's name.
    value: Option<&'a str>,
    name: Cow<'a, str>,
}

fn next_string(text: &str) -> Option<Text<'_>> {
    let (before, quoted) = text.split_at(text.find('"')?);
    let (literal, after) = quoted.split_at(literal_end(quoted));
    let value = after.trim_start().strip_prefix(':').map(str::trim_start);
    let name = match value.and_then(|_| serde_json::from_str(literal).ok()) {
        Some(name) if literal.contains('\\') => Cow::Owned(name),
        _ => literal.trim_matches('"').into(),
    };
    Some(Text { before, literal, after, value, name })
}

fn mask_json(text: &str, nested: usize) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(Text { before, literal, after, value, name }) = next_string(rest) {
        clean.push_str(&mask_plain(before));
        let Some(value) = value else {
            match before.strip_suffix('=').filter(|name| ends_with_secret(name)) {
                Some(_) => clean.push_str(&format!("\"{MASK}\"")),
                None => clean.push_str(&mask_string(literal, nested)),
            }
            rest = after;
            continue;
        };
        clean.push_str(literal);
        rest = after;
        let end = if is_secret(&name) {
            value_end(value)
        } else if is_headers(&name) && value.starts_with('{') {
            object_end(value)
        } else {
            continue;
        };
        if value.starts_with("null") {
            continue;
        }
        clean.push_str(&after[..after.len() - value.len()]);
        clean.push('"');
        clean.push_str(MASK);
        clean.push('"');
        rest = &value[end..];
    }
    clean.push_str(&mask_plain(rest));
    clean
}

/// A string, which may be a document itself.
fn mask_string(literal: &str, nested: usize) -> Cow<'_, str> {
    if !literal.contains(r#"\""#) && !literal.contains(r"\u0022") {
        return mask_plain(literal);
    }
    let whole =
        if literal.len() > 1 && literal.ends_with('"') { Ok(literal.into()) } else { Err(format!("{literal}\"")) };
    let whole: Cow<'_, str> = whole.unwrap_or_else(Cow::Owned);
    match serde_json::from_str::<String>(&whole) {
        Ok(inner) if nested > 0 => {
            let clean = mask_json(&inner, nested - 1);
            let written = if clean == inner { None } else { serde_json::to_string(&clean).ok() };
            written.map_or(Cow::Borrowed(literal), Cow::Owned)
        }
        _ => format!("\"{MASK}\"").into(),
    }
}

/// Masks what stands outside of JSON: fields of forms and queries, and the credentials in URLs.
fn mask_plain(text: &str) -> Cow<'_, str> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('=') {
        // A masked text is not read again, so that the time does not grow with the number of pairs in a value.
        if found.last().is_none_or(|&(_, end)| end <= at) {
            found.extend(pair(text, at));
        }
    }
    found.extend(text.match_indices("//").filter_map(|(at, _)| credentials(text, at + 2)));
    found.extend(text.match_indices(r"\/\/").filter_map(|(at, _)| credentials(text, at + 4)));
    if found.is_empty() {
        return text.into();
    }
    super::spellings::masked(text, found, MASK).into()
}

/// The value of a secret field, whose `=` is at this place.
fn pair(text: &str, at: usize) -> Option<(usize, usize)> {
    if !ends_with_secret(&text[..at]) {
        return None;
    }
    let (start, value) = (at + 1, &text[at + 1..]);
    let quote = value.trim_start_matches('\\');
    let (start, length) = match quote.chars().next() {
        Some(mark @ ('"' | '\'')) => {
            let start = start + value.len() - quote.len() + 1;
            (start, text[start..].find(mark).unwrap_or(text.len() - start))
        }
        _ => (
            start,
            value.find(|end: char| end.is_whitespace() || "&;,\"'<>(){}\\".contains(end)).unwrap_or(value.len()),
        ),
    };
    (length > 0).then_some((start, start + length))
}

/// Whether the last word of a text is the name of a secret field.
fn ends_with_secret(text: &str) -> bool {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.[]%".contains(character);
    is_secret(&text[text.trim_end_matches(is_name).len()..])
}

/// The user and the password of a URL, whose host begins at this place or behind them.
fn credentials(text: &str, start: usize) -> Option<(usize, usize)> {
    let rest = &text[start..];
    let end = rest.find(|end: char| end.is_whitespace() || "/?#\"'<>\\".contains(end)).unwrap_or(rest.len());
    rest[..end].rfind('@').filter(|&length| length > 0).map(|length| (start, start + length))
}

/// The length of the literal that `text` begins with, its quotes counted.
fn literal_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the object that `text` begins with; a brace in a literal ends nothing.
fn object_end(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(next) = text[at..].find(['"', '{', '}']) {
        at += next;
        match text.as_bytes()[at] {
            b'"' => {
                at += literal_end(&text[at..]);
                continue;
            }
            b'{' => depth += 1,
            _ => depth -= 1,
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of the value that `text` begins with: a literal, or all up to the next delimiter. An
/// object or array under a secret's name is masked to the end of the text: better too much.
fn value_end(text: &str) -> usize {
    match text.chars().next() {
        Some('"') => literal_end(text),
        Some('{' | '[') => text.len(),
        _ => text.find([',', '}', ']', '\n']).unwrap_or(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_forms_and_queries_are_masked() {
        for (text, clean) in [
            ("To=%2B1&Password=hunter%202&Token=&x=1", "To=%2B1&Password=[redacted]&Token=&x=1"),
            ("<p>auth_token=abc</p>", "<p>auth_token=[redacted]</p>"),
            (r#"{"m":"bad https://h/x?api_key=abc&y=2"}"#, r#"{"m":"bad https://h/x?api_key=[redacted]&y=2"}"#),
            (r#"password="a b", user='c'"#, r#"password="[redacted]", user='c'"#),
            (r#"{"m":"secret=\"a b\" x"}"#, r#"{"m":"secret=\"[redacted]\" x"}"#),
            ("password='a b' user='c'", "password='[redacted]' user='c'"),
            (r"secret=\'a b\' x", r"secret=\'[redacted]' x"),
            ("password='a b", "password='[redacted]"),
            ("a=b=token=c", "a=b=token=[redacted]"),
            ("page_token=abc&key=def", "page_token=abc&key=def"),
        ] {
            assert_eq!(mask_fields(text), clean);
        }
    }

    #[test]
    fn credentials_of_urls_are_masked() {
        for (text, clean) in [
            ("at https://user:pass@h:1/x@y", "at https://[redacted]@h:1/x@y"),
            (r#"{"url":"https:\/\/key@h\/x"}"#, r#"{"url":"https:\/\/[redacted]@h\/x"}"#),
            ("https://u:p@ss@h", "https://[redacted]@h"),
            ("https://@h/x", "https://@h/x"),
            ("https://h/a@b see //c/d", "https://h/a@b see //c/d"),
        ] {
            assert_eq!(mask_fields(text), clean);
        }
    }

    #[test]
    fn json_within_a_string_is_json() {
        let mut text = r#"{"authToken":"hunter2","a":"b"}"#.to_owned();
        for _ in 0..6 {
            let clean = mask_fields(&text);
            assert!(!clean.contains("hunter2"), "{clean}");
            text = serde_json::json!({"message": text, "other": "kept"}).to_string();
            assert!(mask_fields(&text).contains("kept"));
            let cut = text.split_once("er2").unwrap().0;
            assert!(!mask_fields(cut).contains("hunt"), "{}", mask_fields(cut));
        }
        let harmless = r#"{"message":"say \"hello\"","x":"\u0022y"}"#;
        assert_eq!(mask_fields(harmless), harmless);
    }
}
