use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{ProblemCode, Problems, ProviderKind, Secret};

/// The id of an account at a carrier, and a key for it.
///
/// ```
/// use numport::AccountKey;
///
/// // Twilio: https://www.twilio.com/docs/iam/api-keys
/// let account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// let by_token = AccountKey::token(account, "the-token");
/// let by_key = AccountKey::pair(account, "SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the-secret");
/// assert!(!format!("{by_token:?}{by_key:?}").contains("the-"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountKey {
    /// The carrier's own id of the account. At Twilio it is `AC` and 32 hexadecimal digits.
    pub account: String,
    /// The key.
    pub key: Key,
}

/// The key of an account at a carrier.
///
/// ```
/// use numport::AccountKey;
/// use numport::model::Key;
///
/// let account = AccountKey::pair("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "secret");
/// match &account.key {
///     Key::Pair { id, .. } => println!("by the API key {id}"),
///     _ => println!("by the token"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Key {
    /// A token, such as Twilio's auth token.
    Token(Secret),
    /// One of several keys of the account, such as one of Twilio's API keys.
    Pair {
        /// The key's id. At Twilio it is `SK` and 32 hexadecimal digits.
        id: String,
        /// The key's secret.
        secret: Secret,
    },
}

impl AccountKey {
    /// Creates the key of an account from the account's token.
    pub fn token(account: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self { account: account.into(), key: Key::Token(token.into()) }
    }

    /// Creates the key of an account from one of the account's API keys.
    pub fn pair(account: impl Into<String>, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { account: account.into(), key: Key::Pair { id: id.into(), secret: secret.into() } }
    }

    /// What opens it, by itself and as a login (RFC 7617).
    pub(super) fn secrets(&self) -> [Secret; 2] {
        let (user, secret) = match &self.key {
            Key::Token(token) => (&self.account, token),
            Key::Pair { id, secret } => (id, secret),
        };
        [secret.clone(), Secret::new(BASE64.encode(format!("{user}:{}", secret.expose())))]
    }

    /// Adds everything that is wrong with it. A problem has the carrier's own name of the field.
    pub(crate) fn check(&self, carrier: ProviderKind, problems: &mut Problems) {
        let twilio = carrier == ProviderKind::TWILIO;
        let [token_field, secret_field] = if twilio { ["auth_token", "api_secret"] } else { ["token", "secret"] };
        if twilio {
            check_sid(problems, "account_sid", &self.account, "AC");
        }
        match &self.key {
            Key::Token(token) => check_secret(problems, token_field, token),
            Key::Pair { id, secret } => {
                if twilio {
                    check_sid(problems, "api_key_sid", id, "SK");
                }
                check_secret(problems, secret_field, secret);
            }
        }
    }
}

/// Twilio's own rule: two letters and 32 hexadecimal digits
/// (<https://www.twilio.com/docs/glossary/what-is-a-sid>).
pub(crate) fn check_sid(problems: &mut Problems, field: &str, sid: &str, prefix: &str) {
    let hexadecimal = sid.strip_prefix(prefix);
    if !hexadecimal.is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        let remedy = format!("copy the SID from the Twilio console: `{prefix}` and 32 hexadecimal digits");
        problems.add(
            ProblemCode::Malformed,
            field,
            format!("is not a Twilio SID ({} characters)", sid.chars().count()),
            remedy,
        );
    }
}

fn check_secret(problems: &mut Problems, field: &str, secret: &Secret) {
    let text = secret.expose();
    if text.is_empty() {
        problems.add(ProblemCode::Empty, field, "is empty", "give the secret");
    } else if text.bytes().any(|byte| byte.is_ascii_control()) {
        problems.add(
            ProblemCode::Malformed,
            field,
            "has a line break or another control character",
            "copy it without the line's end",
        );
    }
}
