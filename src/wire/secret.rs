//! Which fields hold secrets, by their names. Redaction of a service's texts has nothing else to go by.

/// A field is secret if its name has one of these in it; here are those that begin with this letter. A model with a
/// field of type [`Secret`](crate::Secret) that is not matched does not compile.
const fn parts(letter: u8) -> &'static [&'static str] {
    match letter {
        b'a' => &["apikey", "authorization"],
        b'b' => &["bearer"],
        b'c' => &["cookie"],
        b'j' => &["jwt"],
        b'p' => &["password", "passwd", "passphrase", "passcode", "privatekey"],
        b's' => &["secret"],
        b't' => &["token"],
        _ => &[],
    }
}

/// Or if its name ends with one of these.
const fn ends(letter: u8) -> &'static [&'static str] {
    match letter {
        b'a' => &["auth"],
        b'p' => &["pin", "pwd"],
        b's' => &["signature"],
        _ => &[],
    }
}

/// Names that match, of what is no secret: ids, and the cursors of pages.
const HARMLESS: [&str; 7] =
    ["twilioapikey", "apikeysid", "apikeyid", "tokentype", "pagetoken", "nextpagetoken", "secretid"];

/// For each letter the letters that come second in the words that begin with it, as bits.
const SECOND: [u32; 256] = {
    let (mut all, mut letter) = ([0; 256], b'a');
    while letter <= b'z' {
        let bits = seconds(parts(letter)) | seconds(ends(letter));
        (all[letter as usize], all[letter.to_ascii_uppercase() as usize]) = (bits, bits);
        letter += 1;
    }
    all
};

const fn seconds(words: &[&str]) -> u32 {
    let (mut nth, mut bits) = (0, 0);
    while nth < words.len() {
        bits |= 1 << (words[nth].as_bytes()[1] - b'a');
        nth += 1;
    }
    bits
}

/// Whether a word may begin at this place: most pairs of letters begin none.
const fn begins_a_word(name: &[u8], at: usize) -> bool {
    let seconds = SECOND[name[at] as usize];
    if seconds == 0 || at + 1 == name.len() {
        return false;
    }
    let second = name[at + 1].to_ascii_lowercase().wrapping_sub(b'a');
    second >= 26 || seconds & (1 << second) != 0
}

/// Whether the value of a field is a secret. Case does not count, nor does what is neither a letter nor a digit.
pub(crate) const fn is_secret(name: &str) -> bool {
    let name = name.as_bytes();
    let (mut at, mut found) = (0, false);
    while at < name.len() && !found {
        if begins_a_word(name, at) {
            let letter = name[at].to_ascii_lowercase();
            found = any(parts(letter), name, at, false) || any(ends(letter), name, at, true);
        }
        at += 1;
    }
    found && !any(&HARMLESS, name, 0, true)
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
    let mut nth = 0;
    while nth < words.len() {
        if begins(name, at, words[nth].as_bytes(), to_the_end) {
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
