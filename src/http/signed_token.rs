//! JSON Web Tokens that a client signs itself (RFC 7519, HS256).

use std::time::{Duration, SystemTime, SystemTimeError, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Map, Value, json};

use crate::model::Secret;

/// How far clocks may differ.
const DRIFT: Duration = Duration::from_secs(30);

/// Signs short-lived JSON Web Tokens (HS256), for [`Auth::signed_token`](super::Auth::signed_token).
///
/// A token has the claims `iss`, `nbf` and `exp` besides the given ones. It is valid from 30 seconds before it is signed,
/// so that clocks may differ, and expires after its [`life`](Self::life).
///
/// ```
/// use numport::Secret;
/// use numport::http::{Auth, SignedToken};
///
/// let token = SignedToken::new("the-api-key", "the-api-secret").claim("sip", serde_json::json!({"admin": true}));
/// let auth = Auth::signed_token("project-1", "api_secret", token);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SignedToken {
    issuer: String,
    secret: Secret,
    claims: Map<String, Value>,
    life: Duration,
}

impl SignedToken {
    /// Signs tokens of this issuer with this secret.
    pub fn new(issuer: impl Into<String>, secret: impl Into<Secret>) -> Self {
        let (issuer, secret) = (issuer.into(), secret.into());
        Self { issuer, secret, claims: Map::new(), life: Duration::from_secs(300) }
    }

    /// Adds a claim.
    pub fn claim(mut self, name: impl Into<String>, value: Value) -> Self {
        self.claims.insert(name.into(), value);
        self
    }

    /// Sets how long a token is valid. Defaults to 5 minutes.
    pub const fn life(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }

    /// Signs a token that is valid from now on. The token is a secret.
    ///
    /// # Errors
    ///
    /// If the clock is before 1970.
    pub fn sign(&self) -> Result<String, SystemTimeError> {
        Ok(self.sign_at(SystemTime::now().duration_since(UNIX_EPOCH)?))
    }

    pub(super) const fn secret(&self) -> &Secret {
        &self.secret
    }

    fn sign_at(&self, now: Duration) -> String {
        let mut claims = self.claims.clone();
        claims.insert("iss".to_owned(), json!(self.issuer));
        claims.insert("nbf".to_owned(), json!(now.saturating_sub(DRIFT).as_secs()));
        claims.insert("exp".to_owned(), json!(now.saturating_add(self.life).as_secs()));
        let header = BASE64.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", BASE64.encode(Value::Object(claims).to_string()));
        let signature = hmac_sha256::HMAC::mac(&signed, self.secret.expose());
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected token was made by Python's `hmac`.
    #[test]
    fn a_token_is_the_one_of_another_library() {
        let token = SignedToken::new("APIkey", "the-api-secret").claim("sip", json!({"admin": true}));
        let signed = token.sign_at(Duration::from_secs(1_700_000_000));
        let parts: Vec<&str> = signed.split('.').collect();
        let claims = BASE64.decode(parts[1]).expect("base64");
        assert_eq!(
            String::from_utf8(claims).expect("text"),
            r#"{"exp":1700000300,"iss":"APIkey","nbf":1699999970,"sip":{"admin":true}}"#
        );
        assert_eq!(signed, EXPECTED);
        assert!(!format!("{token:?}").contains("the-api-secret"));
    }

    const EXPECTED: &str = concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
        "eyJleHAiOjE3MDAwMDAzMDAsImlzcyI6IkFQSWtleSIsIm5iZiI6MTY5OTk5OTk3MCwic2lwIjp7ImFkbWluIjp0cnVlfX0.",
        "c4fyqikkKpqKpnt_NU20C9XBzsNo7pb2dNmXAeWCuMA"
    );
}
