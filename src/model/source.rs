use super::{Byo, Problems, ProviderKind, Secret, SipTrunk};

/// What a platform needs to reach a number that is held at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberSource {
    /// A Twilio account; the credentials travel with the import.
    Twilio(TwilioCredentials),
    /// A SIP trunk; the platform is told how to reach it.
    SipTrunk(SipTrunk),
    /// A carrier whose credential the platform holds already.
    Byo(Byo),
}

impl NumberSource {
    /// The kind of provider behind it.
    #[must_use]
    pub const fn kind(&self) -> ProviderKind {
        match self {
            Self::Twilio(_) => ProviderKind::Twilio,
            Self::SipTrunk(_) => ProviderKind::SipTrunk,
            Self::Byo(_) => ProviderKind::Byo,
        }
    }

    /// Everything that is wrong with it by itself, whatever the platform.
    pub(crate) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Twilio(credentials) => credentials.check(problems),
            Self::SipTrunk(trunk) => trunk.check(problems),
            Self::Byo(byo) => byo.check(problems),
        }
    }
}

impl From<TwilioCredentials> for NumberSource {
    fn from(credentials: TwilioCredentials) -> Self {
        Self::Twilio(credentials)
    }
}

/// Without the numbers declared: they are the provider's affair, and trunks that differ by them alone
/// share one credential at a platform.
impl From<SipTrunk> for NumberSource {
    fn from(mut trunk: SipTrunk) -> Self {
        trunk.numbers.forget();
        Self::SipTrunk(trunk)
    }
}

/// Without the numbers declared.
impl From<Byo> for NumberSource {
    fn from(mut byo: Byo) -> Self {
        byo.numbers.forget();
        Self::Byo(byo)
    }
}

/// A Twilio account and a way to prove that it is yours
/// ([API keys](https://www.twilio.com/docs/iam/api-keys)).
///
/// ```
/// use numport::TwilioCredentials;
///
/// let account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// let by_token = TwilioCredentials::auth_token(account, "the-token");
/// let by_key = TwilioCredentials::api_key(account, "SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the-secret");
/// assert!(!format!("{by_token:?}{by_key:?}").contains("the-"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TwilioCredentials {
    /// The account, `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The token or the key.
    pub key: TwilioKey,
}

/// How a Twilio account is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TwilioKey {
    /// The account's auth token.
    AuthToken(Secret),
    /// An API key of the account.
    ApiKey {
        /// The key's id, `SK` and 32 hexadecimal digits.
        sid: String,
        /// Its secret.
        secret: Secret,
    },
}

impl TwilioCredentials {
    /// The account with its auth token.
    pub fn auth_token(account_sid: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self { account_sid: account_sid.into(), key: TwilioKey::AuthToken(token.into()) }
    }

    /// The account with one of its API keys.
    pub fn api_key(account_sid: impl Into<String>, sid: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { account_sid: account_sid.into(), key: TwilioKey::ApiKey { sid: sid.into(), secret: secret.into() } }
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        check_sid(problems, "account_sid", &self.account_sid, "AC");
        match &self.key {
            TwilioKey::AuthToken(token) => check_secret(problems, "auth_token", token),
            TwilioKey::ApiKey { sid, secret } => {
                check_sid(problems, "api_key_sid", sid, "SK");
                check_secret(problems, "api_secret", secret);
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
        problems.add(field, format!("is not a Twilio SID ({} characters)", sid.chars().count()), remedy);
    }
}

fn check_secret(problems: &mut Problems, field: &str, secret: &Secret) {
    let text = secret.expose();
    if text.is_empty() {
        problems.add(field, "is empty", "give the secret");
    } else if text.bytes().any(|byte| byte.is_ascii_control()) {
        problems.add(field, "has a line break or another control character", "copy it without the line's end");
    }
}
