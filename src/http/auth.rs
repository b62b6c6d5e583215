//! Authentication of a client, and the headers of its requests.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use url::Url;

use super::call::{Content, Prepared};
use super::signed_token::SignedToken;
use super::url::BaseUrl;
use crate::model::{AccountId, ProblemCode, Problems, Secret};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Sign = dyn Fn(&Unsigned<'_>) -> Result<Vec<(&'static str, Secret)>, BoxError> + Send + Sync;

/// How a client authenticates to a service.
///
/// Most services take the same headers with every call: [`bearer`](Self::bearer), [`basic`](Self::basic),
/// [`header`](Self::header). Some services need a signature for each call: [`per_call`](Self::per_call). Its values
/// appear in no `Debug` output, log or error, even if the service echoes them. [`signed_token`](Self::signed_token) makes
/// such a signature: a short-lived JSON Web Token.
#[must_use]
pub struct Auth {
    headers: Vec<(HeaderName, HeaderValue)>,
    constants: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<Secret>,
    pub(super) problems: Problems,
    account: Option<String>,
    signer: Option<Signer>,
}

/// An account's credentials at one address.
pub(super) struct Credentials {
    pub(super) headers: Headers,
    pub(super) signer: Option<Signer>,
    pub(super) secrets: Vec<Secret>,
    pub(super) account: AccountId,
}

/// Makes the headers of each attempt.
pub(super) struct Signer {
    sign: Box<Sign>,
}

/// A request that is about to be sent, as [`Auth::per_call`] sees it.
#[derive(Clone, Copy)]
pub struct Unsigned<'a>(&'a Prepared);

impl fmt::Debug for Unsigned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query and the body may hold secrets.
        f.debug_struct("Unsigned")
            .field("method", self.method())
            .field("path", &self.url().path())
            .finish_non_exhaustive()
    }
}

impl Unsigned<'_> {
    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// Returns the URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0.url
    }

    /// Returns the body, which is empty if the request has none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }
}

impl Auth {
    const fn new() -> Self {
        Self {
            headers: Vec::new(),
            constants: Vec::new(),
            secrets: Vec::new(),
            problems: Problems::new(),
            account: None,
            signer: None,
        }
    }

    /// Sends `Authorization: Bearer …`. `build` reports an invalid key under the name `field`.
    pub fn bearer(field: &str, key: &Secret) -> Self {
        let mut auth = Self::new();
        auth.problems.key(field, key);
        auth.keep_secret(AUTHORIZATION, &format!("Bearer {}", key.expose()), key.clone());
        auth
    }

    /// Sends `Authorization: Basic …` (RFC 7617). The user must not contain a colon.
    ///
    /// This method does not check the user and the password, because the rules differ from service to service. Use
    /// [`ClientBuilder::check`](super::ClientBuilder::check) to check them.
    pub fn basic(user: &str, password: &Secret) -> Self {
        let mut auth = Self::new();
        let encoded = BASE64.encode(format!("{user}:{}", password.expose()));
        auth.secrets.push(password.clone());
        auth.keep_secret(AUTHORIZATION, &format!("Basic {encoded}"), Secret::new(encoded));
        auth
    }

    /// Sends the key itself in a header. `build` reports an invalid key under the name `field`.
    pub fn header(name: &'static str, field: &str, key: &Secret) -> Self {
        let mut auth = Self::new();
        auth.problems.key(field, key);
        if let Some(name) = auth.name(name) {
            auth.keep_secret(name, key.expose(), key.clone());
        }
        auth
    }

    /// Signs each attempt. `sign` returns the headers that authenticate the request, such as a short-lived token.
    /// Errors redact their values, as they redact keys.
    ///
    /// `account` names the account and must be the same for every client of it, because headers that change cannot
    /// identify it. The client calls `sign` for each attempt, including retries. `sign` must not block. If it fails,
    /// the attempt is not sent and the call ends with [`Loss::NotSigned`](crate::error::Loss::NotSigned).
    ///
    /// ```
    /// use numport::Secret;
    /// use numport::http::Auth;
    ///
    /// # fn short_lived_token(secret: &Secret) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// let secret = Secret::new("the-api-secret");
    /// let auth = Auth::per_call("project-1", move |_request| {
    ///     let token = short_lived_token(&secret)?;
    ///     Ok(vec![("authorization", format!("Bearer {token}").into())])
    /// });
    /// ```
    pub fn per_call(
        account: impl Into<String>,
        sign: impl Fn(&Unsigned<'_>) -> Result<Vec<(&'static str, Secret)>, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self { signer: Some(Signer { sign: Box::new(sign) }), ..Self::new() }.of_account(account)
    }

    /// Sends `Authorization: Bearer …` with a token that is signed for each attempt. `build` reports an invalid secret
    /// under the name `field`. `account` is as in [`per_call`](Self::per_call).
    pub fn signed_token(account: impl Into<String>, field: &str, token: SignedToken) -> Self {
        let secret = token.secret().clone();
        let mut auth =
            Self::per_call(account, move |_| Ok(vec![("authorization", format!("Bearer {}", token.sign()?).into())]));
        auth.problems.key(field, &secret);
        auth.and_secret(&secret)
    }

    /// Sets the account's own id at the service. The client derives its [`AccountId`] from it.
    pub fn of_account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sends another header with every call. It must identify the account and must not be a secret, for example the id
    /// of an organization. `build` reports an invalid value under the name `field`.
    pub fn and_header(mut self, name: &'static str, field: &str, value: &str) -> Self {
        self.problems.header(field, value);
        if let (Some(name), Ok(value)) = (self.name(name), HeaderValue::from_str(value)) {
            self.headers.push((name, value));
        }
        self
    }

    /// Sends another header with every call that does not identify the account, such as the version of the API.
    pub fn and_constant(mut self, name: &'static str, value: &'static str) -> Self {
        let name = self.name(name);
        self.constants.extend(name.map(|name| (name, HeaderValue::from_static(value))));
        self
    }

    /// Redacts another secret from errors, such as the key that [`per_call`](Self::per_call) signs with, which is never
    /// sent itself.
    pub fn and_secret(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Makes what the client of this account at this address needs.
    pub(super) fn credentials(self, base: &BaseUrl, name: Option<String>, mut common: HeaderMap) -> Credentials {
        let address = base.identity();
        let id = name.or(self.account).unwrap_or_else(|| digest(&self.headers, &address));
        let account = AccountId::new(format!("{id}@{address}"));
        common.extend(self.headers);
        common.extend(self.constants);
        Credentials { headers: Headers::new(common), signer: self.signer, secrets: self.secrets, account }
    }

    fn name(&mut self, name: &'static str) -> Option<HeaderName> {
        let parsed = HeaderName::from_bytes(name.as_bytes());
        if parsed.is_err() {
            self.problems.add(
                ProblemCode::Malformed,
                name,
                "is not the name of a header",
                "use letters, digits and dashes",
            );
        }
        parsed.ok()
    }

    fn keep_secret(&mut self, name: HeaderName, value: &str, secret: Secret) {
        // A value that no header can hold was reported when the key was checked.
        self.headers.extend(sensitive(value).map(|value| (name, value)));
        self.secrets.push(secret);
    }
}

/// Tells an account by its credentials. The key of the HMAC is what they are, so that it tells nothing about them.
fn digest(headers: &[(HeaderName, HeaderValue)], address: &str) -> String {
    let mut key = Vec::new();
    for (name, value) in headers {
        key.extend([name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"].concat());
    }
    let mac = hmac_sha256::HMAC::mac(address, &key);
    let digest: String = mac.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    format!("key-{digest}")
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").finish_non_exhaustive()
    }
}

impl Signer {
    /// Adds the headers of one attempt, and remembers their values as secrets.
    pub(super) fn sign(
        &self,
        request: &Prepared,
        headers: &mut HeaderMap,
        secrets: &mut Vec<Secret>,
    ) -> Result<(), BoxError> {
        for (name, value) in (self.sign)(&Unsigned(request))? {
            let text = value.expose();
            let header =
                sensitive(text).ok_or("a signed header contains a character that is not allowed in headers")?;
            headers.insert(HeaderName::from_bytes(name.as_bytes())?, header);
            // A service may echo the token without the scheme before it.
            secrets.extend(text.split_once(' ').map(|(_, token)| Secret::new(token)));
            secrets.push(value);
        }
        Ok(())
    }
}

fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The headers of a client's requests, made once. There is a map for each kind of body, because adding a header to a
/// cloned map costs more than the clone.
#[derive(Debug)]
pub(super) struct Headers {
    none: HeaderMap,
    json: HeaderMap,
    form: HeaderMap,
}

impl Headers {
    pub(super) fn new(headers: HeaderMap) -> Self {
        let with = |content_type| {
            let mut headers = headers.clone();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            headers
        };
        Self { json: with("application/json"), form: with("application/x-www-form-urlencoded"), none: headers }
    }

    /// Those of a request with such a body.
    pub(super) const fn of(&self, content: Content) -> &HeaderMap {
        match content {
            Content::None => &self.none,
            Content::Json => &self.json,
            Content::Form => &self.form,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Libraries below and beside this one log headers, except for the values of those that are marked.
    #[test]
    fn every_header_that_proves_who_is_calling_is_marked_sensitive() {
        let base = BaseUrl::parse("https://api.example.com", "base_url", &mut Problems::new()).expect("a base");
        let key = Secret::new("the-key");
        for (auth, name) in [
            (Auth::bearer("api_key", &key), "authorization"),
            (Auth::basic("user", &key), "authorization"),
            (Auth::header("x-api-key", "api_key", &key), "x-api-key"),
        ] {
            let credentials = auth.and_header("x-org", "org", "o1").credentials(&base, None, HeaderMap::new());
            for content in [Content::None, Content::Json, Content::Form] {
                let headers = credentials.headers.of(content);
                assert!(headers[name].is_sensitive() && !headers["x-org"].is_sensitive(), "{name} {content:?}");
            }
            assert!(!format!("{:?}", credentials.headers).contains("the-key"));
        }
        let signer = Signer { sign: Box::new(|_| Ok(vec![("x-token", Secret::new("the-key"))])) };
        let call = super::super::call::Call::get("read", &["things"]);
        let request =
            call.prepare(crate::model::Service::Platform(crate::model::PlatformKind::VAPI), &base).expect("a call");
        let mut headers = HeaderMap::new();
        signer.sign(&request, &mut headers, &mut Vec::new()).expect("a token");
        assert!(headers["x-token"].is_sensitive());
    }
}
