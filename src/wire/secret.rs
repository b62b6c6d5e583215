//! Which fields hold secrets, by their names: what redacts texts of a service knows no other way.

/// A field is secret if its name has one of these in it. A model with a field of type [`Secret`](crate::Secret) that is
/// not matched does not compile.
const PARTS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "authorization",
    "cookie",
    "jwt",
    "bearer",
];
/// Or if its name ends with one of these.
const ENDS: [&str; 4] = ["auth", "pin", "pwd", "signature"];
/// Names that match, of what is no secret: ids, and the cursors of pages.
const HARMLESS: [&str; 7] =
    ["twilioapikey", "apikeysid", "apikeyid", "tokentype", "pagetoken", "nextpagetoken", "secretid"];

/// Whether the value of a field is a secret. Case does not count, nor does what is neither a letter nor a digit.
pub(crate) const fn is_secret(name: &str) -> bool {
    let name = name.as_bytes();
    let (mut at, mut found) = (0, false);
    while at < name.len() && !found {
        if begins_a_word(name[at]) {
            found = any(&PARTS, name, at, false) || any(&ENDS, name, at, true);
        }
        at += 1;
    }
    found && !any(&HARMLESS, name, 0, true)
}

/// The letters that words begin with, as bits: most letters of most names are none of them.
const FIRST: u32 = first_of(&PARTS) | first_of(&ENDS);

const fn first_of(words: &[&str]) -> u32 {
    let (mut nth, mut all) = (0, 0);
    while nth < words.len() {
        all |= 1 << (words[nth].as_bytes()[0] - b'a');
        nth += 1;
    }
    all
}

const fn begins_a_word(letter: u8) -> bool {
    letter.is_ascii_alphabetic() && FIRST & (1 << (letter.to_ascii_lowercase() - b'a')) != 0
}

/// Whether a field of a model is redacted if it has to be. The macros ask it of every field while the crate is compiled.
pub(crate) const fn is_covered(secret: bool, name: &str) -> bool {
    !secret || is_secret(name)
}

/// Webhooks have headers of the user's own: any of them may be a secret.
pub(crate) const fn is_headers(name: &str) -> bool {
    any(&["headers"], name.as_bytes(), 0, true)
}

/// Whether one of the words begins at this place of the name and, if so asked, ends with it.
const fn any(words: &[&str], name: &[u8], at: usize, to_the_end: bool) -> bool {
    if at >= name.len() {
        return false;
    }
    // Most words begin with another letter.
    let first = name[at].to_ascii_lowercase();
    let is_letter = first.is_ascii_alphanumeric();
    let mut nth = 0;
    while nth < words.len() {
        let word = words[nth].as_bytes();
        if (word[0] == first || !is_letter) && begins(name, at, word, to_the_end) {
            return true;
        }
        nth += 1;
    }
    false
}

const fn begins(name: &[u8], mut at: usize, word: &[u8], to_the_end: bool) -> bool {
    let mut read = 0;
    while at < name.len() {
        if name[at].is_ascii_alphanumeric() {
            if read == word.len() {
                return !to_the_end;
            }
            if name[at].to_ascii_lowercase() != word[read] {
                return false;
            }
            read += 1;
        }
        at += 1;
    }
    read == word.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name_in_any_spelling() {
        for name in [
            "authToken",
            "auth_token",
            "X-API-Key",
            "api key",
            "twilio_token",
            "Password",
            "sip_password",
            "inboundPin",
            "external_pin",
            "vonageApplicationPrivateKey",
            "serverUrlSecret",
            "Authorization",
            "proxy-authorization",
            "Credentials[Password]",
            "basic_auth",
            "set-cookie",
            "x-twilio-signature",
            "API_TOKEN_2",
            "secrets",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        for name in [
            "",
            "id",
            "credentialId",
            "credential_id",
            "authentication",
            "authId",
            "auth_username",
            "author",
            "accountSid",
            "apiKeySid",
            "twilioApiKey",
            "page_token",
            "nextPageToken",
            "token-type",
            "shipping",
            "key",
            "public_key",
            "pass",
            "has_auth_credentials",
            "outboundAuthenticationPlan",
            "pinned",
            "spinner",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(is_covered(false, "id") && is_covered(true, "twilio_token") && !is_covered(true, "id"));
        assert!(is_headers("Headers") && !is_headers("header") && !is_headers("headersOnly"));
    }
}
