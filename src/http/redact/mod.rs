//! Redacts secrets from what a service answered, before any of it is kept.

mod fields;
mod sent;
mod spellings;

pub(super) use self::sent::{Known, Sent};
use crate::model::Secret;

/// What stands in a secret's place.
const MASK: &str = "[redacted]";

/// Redacts secrets from a text, for keeping or logging a part of a service's response. A [`Client`](super::Client) does
/// this for every error.
///
/// It replaces:
///
/// - the values of fields that hold secrets by their name, such as `authToken`, `password` and the headers of webhooks,
///   in JSON, in forms and in queries, even if the text is cut off or broken. A name counts as secret if it contains a
///   word such as `password`, `secret`, `token`, `api_key` or `authorization`;
/// - user and password of URLs;
/// - every text of `known` with at least 4 bytes, as it is and with the escapes of JSON, URLs and forms.
///
/// ```
/// use numport::Secret;
/// use numport::http::redact;
///
/// let body = r#"{"authToken":"s1","message":"bad key my-key"}"#;
/// let known = [Secret::new("my-key")];
/// assert_eq!(redact(body, &known), r#"{"authToken":"[redacted]","message":"bad key [redacted]"}"#);
/// ```
#[must_use]
pub fn redact(text: &str, known: &[Secret]) -> String {
    redact_all(text, known)
}

fn redact_all<'a>(text: &str, known: impl IntoIterator<Item = &'a Secret>) -> String {
    let known: Vec<&str> = known.into_iter().map(Secret::expose).collect();
    spellings::mask_known(&fields::mask_fields(text), &known, MASK)
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
    fn what_was_sent_is_masked_wherever_it_comes_back() {
        let known = ["hdr-secret", "tok\"en1"].map(Secret::new);
        let clean = redact(r#"<p>bad tok"en1 and hdr-secret</p>{"message":"tok\"en1 is wrong"}"#, &known);
        assert_eq!(clean, r#"<p>bad [redacted] and [redacted]</p>{"message":"[redacted] is wrong"}"#);
    }

    #[test]
    fn no_text_panics() {
        for text in
            ["\"", "\"\\", "\"secret\":", "\"secret\": \"", "\"ä\":\"ö", "{\"token\":\u{1F980}}", "\"headers\":{"]
        {
            let _ = redact(text, &[Secret::new("\u{1F980}\u{1F980}")]);
        }
    }
}
