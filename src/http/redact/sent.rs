//! The secrets that a client has sent or may be shown: a service may echo one in any later answer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::fields::plain_secrets;
use crate::http::call::Content;
use crate::model::Secret;
use crate::wire::secret::{is_headers, is_secret};

/// How many secrets a client remembers, besides its own.
const MOST: usize = 128;

/// What must not stand in anything that a client keeps or tells.
#[derive(Debug, Default)]
pub(in crate::http) struct Known {
    own: Vec<Secret>,
    /// The last ones that were used, the latest at the end.
    sent: Mutex<VecDeque<Secret>>,
}

impl Known {
    /// Those that prove who is calling. They are never forgotten.
    pub(in crate::http) fn new(own: Vec<Secret>) -> Self {
        Self { own, sent: Mutex::default() }
    }

    /// Remembers what a request sends. Most send what those before them did.
    pub(in crate::http) fn remember_sent(&self, Sent { body, content, .. }: &Sent) {
        match plain(body, *content) {
            Some(plain) => self.remember_texts(plain),
            None => self.remember(&searched(body, *content)),
        }
    }

    /// Remembers secrets for the calls to come. If there are too many, those that were not used for the longest time
    /// are forgotten.
    pub(in crate::http) fn remember<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) {
        self.remember_texts(secrets.into_iter().map(Secret::expose));
    }

    fn remember_texts<'a>(&self, secrets: impl IntoIterator<Item = &'a str>) {
        let mut secrets = secrets.into_iter().filter(|secret| !secret.is_empty()).peekable();
        if secrets.peek().is_none() {
            return;
        }
        let mut sent = self.lock();
        for secret in secrets {
            let known = sent.iter().rposition(|known| known.expose() == secret).and_then(|at| sent.remove(at));
            sent.push_back(known.unwrap_or_else(|| Secret::new(secret)));
            if sent.len() > MOST {
                sent.pop_front();
            }
        }
    }

    /// Redacts these, those of one call, and what is secret by its name.
    pub(in crate::http) fn redact(&self, text: &str, of_call: &[Secret]) -> String {
        let sent = self.lock();
        super::redact_all(text, self.own.iter().chain(of_call).chain(sent.iter()))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Secret>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one call sent.
pub(in crate::http) struct Sent {
    pub(in crate::http) body: Bytes,
    pub(in crate::http) content: Content,
    /// The headers that were signed.
    pub(in crate::http) signed: Vec<Secret>,
}

impl Sent {
    /// Its secrets. Only errors need them, so they are looked for when there is one.
    pub(in crate::http) fn secrets(&self) -> Vec<Secret> {
        let Self { body, content, signed } = self;
        let mut secrets = secrets_of(body, *content);
        secrets.extend(signed.iter().cloned());
        secrets
    }
}

/// The secrets of a request's body, by the names of its fields, and those in its URLs.
fn secrets_of(body: &[u8], content: Content) -> Vec<Secret> {
    match plain(body, content) {
        Some(plain) => plain.into_iter().map(Secret::new).collect(),
        None => searched(body, content),
    }
}

/// The secrets, if a look finds them.
fn plain(body: &[u8], content: Content) -> Option<Vec<&str>> {
    match content {
        Content::None => Some(Vec::new()),
        Content::Json => plain_secrets(std::str::from_utf8(body).unwrap_or_default()),
        Content::Form => None,
    }
}

fn searched(body: &[u8], content: Content) -> Vec<Secret> {
    let mut found = Vec::new();
    match content {
        Content::None => {}
        Content::Json => {
            if let Ok(value) = serde_json::from_slice(body) {
                walk(&value, false, &mut found);
            }
        }
        Content::Form => {
            for (name, value) in url::form_urlencoded::parse(body) {
                if is_secret(&name) {
                    found.push(Secret::new(&*value));
                }
                of_url(&value, &mut found);
            }
        }
    }
    found
}

fn walk(value: &Value, secret: bool, found: &mut Vec<Secret>) {
    match value {
        Value::String(text) if secret => found.push(Secret::new(text)),
        Value::String(text) => of_url(text, found),
        Value::Array(items) => items.iter().for_each(|item| walk(item, secret, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                walk(value, secret || is_secret(name) || is_headers(name), found);
            }
        }
        _ => {}
    }
}

/// An address that may have a password or a token in it, as a callback's, and these themselves.
fn of_url(text: &str, found: &mut Vec<Secret>) {
    if !text.contains("://") {
        return;
    }
    let Ok(url) = Url::parse(text) else { return };
    let credentials = [url.password().unwrap_or_default(), if url.password().is_none() { url.username() } else { "" }];
    let credentials = credentials.into_iter().filter(|part| !part.is_empty());
    let credentials = credentials.flat_map(|part| [part.to_owned(), decoded(part)]);
    found.extend(credentials.map(Secret::new));
    let values = url.query_pairs().filter(|(name, _)| is_secret(name)).map(|(_, value)| Secret::new(value));
    found.extend(values);
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        found.push(Secret::new(text));
    }
}

/// The part of a URL without its escapes, among which a `+` is none.
fn decoded(part: &str) -> String {
    let pair = part.replace('+', "%2B");
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str, content: Content) -> Vec<String> {
        let mut found: Vec<_> =
            secrets_of(body.as_bytes(), content).iter().map(|secret| secret.expose().to_owned()).collect();
        found.dedup();
        found
    }

    #[test]
    fn secrets_of_json_are_found_by_name_and_in_urls() {
        let json = |body: &str| found(body, Content::Json);
        assert_eq!(
            json(r#"{"name":"n","server":{"headers":{"Q":"hdr-secret"}},"twilio_token":"tok\"en1"}"#),
            ["hdr-secret", "tok\"en1"]
        );
        assert_eq!(json(r#"[{"hooks":[{"secret":["one-of-two"]}]}]"#), ["one-of-two"]);
        let url = "https://user:p%40ss@example.com/?token=t-1&x=2";
        assert_eq!(json(&format!(r#"{{"url":"{url}"}}"#)), ["p%40ss", "p@ss", "t-1", url]);
        assert_eq!(json(r#"{"url":"https://key@example.com"}"#), ["key", "https://key@example.com"]);
        assert!(json(r#"{"number":"+1","credentialId":"c1","url":"https://example.com/x"}"#).is_empty());
        assert!(json("{\"token\":").is_empty());
        // What a look finds is what a walk finds.
        assert_eq!(
            json(r#"{"token" : "t", "n": "token", "auth": 7, "pin":"1", "x": {"secret":"s"}}"#),
            ["t", "1", "s"]
        );
        assert_eq!(json(r#"{"secret": {"x": "in-object"}, "token": "t"}"#), ["in-object", "t"]);
    }

    #[test]
    fn secrets_of_forms_are_found_by_name_and_in_urls() {
        let body = "VoiceUrl=https%3A%2F%2Fuser%3Apass%40example.com%2F&SmsUrl=https%3A%2F%2Fexample.com%2F%3Fx%3Dt\
            &StatusCallback=https%3A%2F%2Fexample.com%2Fv&FriendlyName=a&Password=hunter+2";
        assert_eq!(
            found(body, Content::Form),
            ["pass", "https://user:pass@example.com/", "https://example.com/?x=t", "hunter 2"]
        );
    }

    #[test]
    fn what_was_sent_is_remembered_in_bounds_and_the_latest_last() {
        let known = Known::new(vec![Secret::new("own-key")]);
        let secrets: Vec<Secret> = (0..MOST + 2).map(|nth| Secret::new(format!("<secret-{nth}>"))).collect();
        known.remember(&secrets[..MOST]);
        known.remember([&secrets[0], &Secret::new("")]);
        known.remember(&secrets[MOST..]);
        assert_eq!(known.lock().len(), MOST);
        let clean = known.redact(
            "own-key <secret-0> <secret-1> <secret-2> <secret-3> <secret-129> <of-call>",
            &[Secret::new("<of-call>")],
        );
        let mask = "[redacted]";
        assert_eq!(clean, format!("{mask} {mask} <secret-1> <secret-2> {mask} {mask} {mask}"));
    }
}
