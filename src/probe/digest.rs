//! Digest credentials (RFC 7616, RFC 8760): MD5 and SHA-256, without or with `qop=auth`.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::challenge::Challenge;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    pub(super) fn read(name: &str) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case("MD5") => Some(Self::Md5),
            _ if name.eq_ignore_ascii_case("SHA-256") => Some(Self::Sha256),
            _ => None,
        }
    }

    /// The hash of the parts with `:` between them, in hexadecimal digits.
    fn hash(self, parts: &[&str]) -> Zeroizing<String> {
        let text = Zeroizing::new(parts.join(":"));
        match self {
            Self::Md5 => hex(&Md5::digest(text.as_bytes())),
            Self::Sha256 => hex(&hmac_sha256::Hash::hash(text.as_bytes())),
        }
    }
}

fn hex(octets: &[u8]) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(String::with_capacity(octets.len() * 2));
    for octet in octets {
        // Writing to a string does not fail.
        let _ = write!(digits, "{octet:02x}");
    }
    digits
}

/// Escapes what would end a quoted text.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The header that answers a challenge for OPTIONS of a URI; `None` if its algorithm is not known.
pub(super) fn authorization(
    challenge: &Challenge,
    user: &str,
    password: &str,
    uri: &str,
    cnonce: &str,
) -> Option<Zeroizing<String>> {
    let algorithm = challenge.answerable()?;
    let Challenge { realm, nonce, .. } = challenge;
    let secret = algorithm.hash(&[user, realm, password]);
    let request = algorithm.hash(&["OPTIONS", uri]);
    let response = match challenge.qop {
        Some(_) => algorithm.hash(&[&secret, nonce, "00000001", cnonce, "auth", &request]),
        None => algorithm.hash(&[&secret, nonce, &request]),
    };
    let header = if challenge.is_proxy { "Proxy-Authorization" } else { "Authorization" };
    let mut text = Zeroizing::new(format!(
        "{header}: Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{}\"",
        quoted(user),
        *response
    ));
    // Older servers that name none do not expect one.
    if let Some(name) = &challenge.algorithm {
        let _ = write!(text, ", algorithm={name}");
    }
    if challenge.qop.is_some() {
        let _ = write!(text, ", qop=auth, nc=00000001, cnonce=\"{cnonce}\"");
    }
    if let Some(opaque) = &challenge.opaque {
        let _ = write!(text, ", opaque=\"{opaque}\"");
    }
    text.push_str("\r\n");
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(algorithm: &str) -> Challenge {
        Challenge {
            is_proxy: false,
            realm: "http-auth@example.org".to_owned(),
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v".to_owned(),
            opaque: Some("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS".to_owned()),
            algorithm: Some(algorithm.to_owned()),
            qop: Some(true),
            is_stale: false,
        }
    }

    /// The hashes of RFC 7616, section 3.9.1, whose method is GET, are made by the same functions.
    #[test]
    fn hashes_are_those_of_the_rfc() {
        let cases = [
            (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ];
        for (algorithm, expected) in cases {
            let challenge = challenge("MD5");
            let secret = algorithm.hash(&["Mufasa", &challenge.realm, "Circle of Life"]);
            let request = algorithm.hash(&["GET", "/dir/index.html"]);
            let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let response = algorithm.hash(&[&secret, &challenge.nonce, "00000001", cnonce, "auth", &request]);
            assert_eq!(*response, expected);
        }
    }

    #[test]
    fn an_unknown_algorithm_is_not_answered() {
        for algorithm in ["SHA-512-256", "MD5-sess", "token"] {
            assert_eq!(authorization(&challenge(algorithm), "u", "p", "sip:a", "c"), None);
        }
        let mut integrity = challenge("MD5");
        integrity.qop = Some(false);
        assert_eq!(authorization(&integrity, "u", "p", "sip:a", "c"), None);
    }
}
