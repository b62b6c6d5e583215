//! Redacts secrets from what a service answered, before any of it is kept.

use std::borrow::Cow;

/// What stands in a secret's place.
const MASK: &str = "[redacted]";
/// Shorter texts are no secrets, and masking them everywhere would garble what is left.
const SHORTEST: usize = 4;

/// Fields whose text is a secret, in lower case, without `_` and `-`. Over-masking harms nobody.
const SECRET_FIELDS: [&str; 17] = [
    "apikey",
    "apisecret",
    "apitoken",
    "authorization",
    "authpassword",
    "authtoken",
    "externalpin",
    "inboundpin",
    "password",
    "secret",
    "serverurlsecret",
    "sippassword",
    "token",
    "twilioapisecret",
    "twilioauthtoken",
    "vonageapplicationprivatekey",
    "xapikey",
];

/// Returns a text without secrets, for what is kept or logged of a service's response. A [`Client`](super::Client) does
/// it for every error.
///
/// It replaces the values of fields that hold secrets by their name, such as `authToken`, `password` and the headers of
/// webhooks, also in JSON that is cut off or broken, and every text of `known` with at least 4 bytes.
///
/// ```
/// use numport::http::redact;
///
/// let body = r#"{"authToken":"s1","message":"bad key my-key"}"#;
/// assert_eq!(redact(body, &["my-key".to_owned()]), r#"{"authToken":"[redacted]","message":"bad key [redacted]"}"#);
/// ```
#[must_use]
pub fn redact(text: &str, known: &[String]) -> String {
    let mut clean = mask_fields(text);
    for secret in known.iter().filter(|secret| secret.len() >= SHORTEST) {
        clean = clean.replace(secret.as_str(), MASK);
        if clean.contains('\\') {
            clean = mask_escaped(&clean, secret);
        }
    }
    clean
}

/// Masks a secret in each of its spellings as a JSON text: `/` may be `\/`, and any letter `\u` and its number.
fn mask_escaped(text: &str, secret: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = spelled(rest, secret);
        if length.is_some() {
            clean.push_str(MASK);
        } else {
            clean.push(first);
        }
        rest = &rest[length.unwrap_or(first.len_utf8())..];
    }
    clean
}

/// The length of the secret, however it is spelled, that `text` begins with.
fn spelled(text: &str, secret: &str) -> Option<usize> {
    let mut at = 0;
    for wanted in secret.chars() {
        let rest = &text[at..];
        at += match escaped(rest) {
            Some((character, length)) if character == wanted => length,
            _ if rest.starts_with(wanted) => wanted.len_utf8(),
            _ => return None,
        };
    }
    Some(at)
}

/// The character that an escape at the beginning of `text` stands for, and the escape's length.
fn escaped(text: &str) -> Option<(char, usize)> {
    if !text.starts_with('\\') {
        return None;
    }
    [2, 6, 12].into_iter().find_map(|length| {
        let character = serde_json::from_str(&format!("\"{}\"", text.get(..length)?)).ok()?;
        Some((character, length))
    })
}

/// The texts of the secret fields of a request's body, JSON or a form: what a service might echo under other
/// names.
pub(crate) fn secrets_of(body: &[u8]) -> Vec<String> {
    fn walk(value: &serde_json::Value, secret: bool, found: &mut Vec<String>) {
        use serde_json::Value::{Array, Object, String};
        match value {
            String(text) if secret => found.push(text.clone()),
            Array(items) => items.iter().for_each(|item| walk(item, secret, found)),
            Object(fields) => {
                for (name, value) in fields {
                    walk(value, secret || is_secret(name) || is_headers(name), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    match serde_json::from_slice(body) {
        Ok(value) => walk(&value, false, &mut found),
        Err(_) => {
            let fields = url::form_urlencoded::parse(body).into_owned();
            found.extend(fields.map(|(_, value)| value).filter(|value| is_telling(value)));
        }
    }
    found
}

/// Whether a text is an address that may have a password or a token in it, as a callback's.
fn is_telling(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| !url.username().is_empty() || url.password().is_some() || url.query().is_some())
}

fn plain(name: &str) -> String {
    name.chars().filter(|character| !"_-".contains(*character)).collect::<String>().to_ascii_lowercase()
}

fn is_secret(name: &str) -> bool {
    SECRET_FIELDS.contains(&plain(name).as_str())
}

/// Custom webhook headers: any of them may be a secret.
fn is_headers(name: &str) -> bool {
    plain(name) == "headers"
}

/// Goes over the string literals of a JSON-like text; it need not be whole.
fn mask_fields(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let (before, quoted) = rest.split_at(start);
        let (literal, after) = quoted.split_at(literal_end(quoted));
        clean.push_str(before);
        clean.push_str(literal);
        rest = after;

        let name: Cow<'_, str> = match serde_json::from_str(literal) {
            Ok(name) if literal.contains('\\') => Cow::Owned(name),
            _ => literal.trim_matches('"').into(),
        };
        let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else { continue };
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
    clean.push_str(rest);
    clean
}

/// The length of the literal that `text` begins with, its quotes counted.
fn literal_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
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
    fn secret_fields_are_masked_at_any_depth_and_the_rest_is_kept_as_it_was() {
        let body =
            r#"{"b": 1, "x":[{"twilioAuthToken" : "s\"1"}], "auth_password":"s2","a":"token", "X-API-Key":12345}"#;
        let clean = redact(body, &[]);
        assert_eq!(
            clean,
            r#"{"b": 1, "x":[{"twilioAuthToken" : "[redacted]"}], "auth_password":"[redacted]","a":"token", "X-API-Key":"[redacted]"}"#
        );
    }

    #[test]
    fn a_secret_may_have_delimiters_in_it_and_what_is_no_text_is_masked_to_the_end() {
        assert_eq!(redact(r#"{"password":"a,b}c]d","x":1}"#, &[]), r#"{"password":"[redacted]","x":1}"#);
        for body in [r#"{"x":1,"token":{"a":"b","c":"d"},"y":2}"#, r#"{"x":1,"token":["b","d"],"y":2}"#] {
            assert_eq!(redact(body, &[]), r#"{"x":1,"token":"[redacted]""#);
        }
    }

    #[test]
    fn addresses_of_a_form_that_may_hold_a_secret_are_known() {
        let body = b"VoiceUrl=https%3A%2F%2Fuser%3Apass%40example.com%2F&SmsUrl=https%3A%2F%2Fexample.com%2F%3Ftoken%3Dt\
            &StatusCallback=https%3A%2F%2Fkey%40example.com%2F&VoiceFallbackUrl=https%3A%2F%2Fexample.com%2Fv&FriendlyName=a";
        let found = secrets_of(body);
        assert_eq!(
            found,
            ["https://user:pass@example.com/", "https://example.com/?token=t", "https://key@example.com/"]
        );
        assert_eq!(redact(&format!("bad VoiceUrl {}", found[0]), &found), "bad VoiceUrl [redacted]");
    }

    #[test]
    fn a_body_that_is_cut_off_shows_nothing_either() {
        for body in [r#"{"authToken":"sec"#, r#"{"authToken":"sec\"#, r#"{"headers":{"A":"sec"#, r#"{"secret":["sec"#] {
            assert!(!redact(body, &[]).contains("sec\"") && !redact(body, &[]).ends_with("sec"), "{body}");
        }
        assert_eq!(redact(r#"{"authToken"#, &[]), r#"{"authToken"#);
        assert_eq!(redact(r#"{"authToken":null,"a":1}"#, &[]), r#"{"authToken":null,"a":1}"#);
    }

    #[test]
    fn webhook_headers_are_masked_whole() {
        assert_eq!(
            redact(r#"{"server":{"headers":{"A":"sec"},"url":"u"}}"#, &[]),
            r#"{"server":{"headers":"[redacted]","url":"u"}}"#
        );
        assert_eq!(
            redact(r#"{"headers":{"A":"s}e\"}c","B":{}},"authToken":"sec","url":"u"}"#, &[]),
            r#"{"headers":"[redacted]","authToken":"[redacted]","url":"u"}"#
        );
    }

    #[test]
    fn a_name_that_is_spelled_with_escapes_is_known_all_the_same() {
        assert_eq!(redact(r#"{"auth\u0054oken":"sec"}"#, &[]), r#"{"auth\u0054oken":"[redacted]"}"#);
    }

    #[test]
    fn what_was_sent_is_masked_in_every_spelling_of_json() {
        let known = ["a/b<\u{1F980}\"\\".to_owned()];
        for text in [
            "a/b<\u{1F980}\"\\",
            r#"a/b<\ud83e\udd80\"\\"#,
            r#"a\/b\u003c\uD83E\uDD80\u0022\u005C"#,
            r#"\u0061/b<\u{1F980}\"\\"#.replace(r"\u{1F980}", "\u{1F980}").as_str(),
        ] {
            assert_eq!(redact(&format!("<{text}>"), &known), "<[redacted]>", "{text}");
        }
        for other in [r#"a\/b\u003c\ud83e a/b<\n\"#, "a\\nb<\u{1F980}\\\"\\\\"] {
            assert_eq!(redact(other, &known), other);
        }
    }

    #[test]
    fn what_was_sent_is_masked_wherever_it_comes_back() {
        let known = secrets_of(br#"{"name":"n","server":{"headers":{"Q":"hdr-secret"}},"twilioAuthToken":"tok\"en1"}"#);
        assert_eq!(known, ["hdr-secret", "tok\"en1"]);
        assert_eq!(secrets_of(br#"[{"hooks":[{"secret":["one-of-two"]}]}]"#), ["one-of-two"]);
        let clean = redact(r#"<p>bad tok"en1 and hdr-secret</p>{"message":"tok\"en1 is wrong"}"#, &known);
        assert_eq!(clean, r#"<p>bad [redacted] and [redacted]</p>{"message":"[redacted] is wrong"}"#);
    }

    #[test]
    fn no_text_panics() {
        for text in
            ["\"", "\"\\", "\"secret\":", "\"secret\": \"", "\"ä\":\"ö", "{\"token\":\u{1F980}}", "\"headers\":{"]
        {
            let _ = redact(text, &["\u{1F980}\u{1F980}".to_owned()]);
        }
    }
}
