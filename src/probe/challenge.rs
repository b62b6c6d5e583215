//! What a `WWW-Authenticate` or `Proxy-Authenticate` header demands (RFC 3261, section 22; RFC 8760).

use super::digest::Algorithm;
use super::response::Response;

/// A digest challenge. Texts are as they stand between the quotes, which is how they are sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// Whether a proxy demands it, not the server.
    pub(super) is_proxy: bool,
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) opaque: Option<String>,
    /// As the peer wrote it.
    pub(super) algorithm: Option<String>,
    /// Whether there is a `qop`, and whether `auth` is one of its values.
    pub(super) qop: Option<bool>,
    /// Whether the nonce was too old, so that the password was not looked at.
    pub(super) is_stale: bool,
}

impl Challenge {
    /// All digest challenges of a response, in order. Most servers that know several algorithms send the best first.
    pub(super) fn all(response: &Response) -> Vec<Self> {
        let (header, is_proxy) = match response.status {
            401 => ("www-authenticate", false),
            407 => ("proxy-authenticate", true),
            _ => return Vec::new(),
        };
        response.headers(header).filter_map(|text| Self::read(text, is_proxy)).take(8).collect()
    }

    fn read(text: &str, is_proxy: bool) -> Option<Self> {
        let (scheme, rest) = text.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Digest") || text.contains(char::is_control) {
            return None;
        }
        let parameters = parameters(rest)?;
        let value = |wanted: &str| {
            let mut values = parameters.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            values.next().map(|(_, value)| (*value).to_owned())
        };
        let has_auth = |qop: String| qop.split(',').any(|value| value.trim().eq_ignore_ascii_case("auth"));
        Some(Self {
            is_proxy,
            realm: value("realm")?,
            nonce: value("nonce")?,
            opaque: value("opaque"),
            algorithm: value("algorithm"),
            qop: value("qop").map(has_auth),
            is_stale: value("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// Its algorithm in words. MD5 if it names none.
    pub(super) fn algorithm_name(&self) -> &str {
        self.algorithm.as_deref().unwrap_or("MD5")
    }

    /// Its algorithm, if it can be answered.
    pub(super) fn answerable(&self) -> Option<Algorithm> {
        if self.qop == Some(false) {
            return None;
        }
        Algorithm::read(self.algorithm_name())
    }
}

/// `name=value` and `name="value"`, separated by commas. `None` if it is not that.
fn parameters(mut rest: &str) -> Option<Vec<(&str, &str)>> {
    let mut parameters = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(parameters);
        }
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let end = end_of_quoted(quoted)?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after[..end].trim(), &after[end..])
            }
        };
        if parameters.len() == 32 {
            return None;
        }
        parameters.push((name.trim(), value));
        rest = after;
    }
}

/// Where the closing quote is. One after a backslash is none.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}
