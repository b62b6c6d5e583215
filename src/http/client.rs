//! The client that sends every call.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tracing::Instrument;
use url::Url;

use super::call::{Call, Prepared};
use super::engine::{Answered, Asked, Engine};
use super::url::BaseUrl;
use crate::error::{CallFault, Delivery, Error, Mismatch, PageFault, Result, Safety};
use crate::model::{AccountId, Secret};
use crate::wire::document;

/// The HTTP client of one account at one service. Every typed client is built on it.
///
/// It retries what is safe to retry, within the limits of its [`RetryPolicy`](super::RetryPolicy), keeps to its limit
/// of requests per second, lowers its rate after status 429, sends credentials to the configured origin only, and
/// redacts secrets from errors. Cheap to clone; clones share connections, limit and retry budget. Made by a
/// [`ClientBuilder`](super::ClientBuilder).
///
/// # Cancellation
///
/// Dropping the future of a call, here or of a typed client, closes or abandons the request and stops its retries. A
/// request that was sent may still be carried out, so whether a create, an update or a removal was done is unknown then:
/// read the record before you send it again. [`Importer::import`](crate::Importer::import) does that by itself. A read
/// changes nothing and may be dropped at any time.
#[derive(Clone)]
pub struct Client {
    pub(super) engine: Arc<Engine>,
    base: Arc<BaseUrl>,
    account: AccountId,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.engine.service.as_str())
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(base: BaseUrl, account: AccountId, engine: Engine) -> Self {
        Self { engine: Arc::new(engine), base: Arc::new(base), account }
    }

    /// The same client for a sister host, such as `trunking.` beside `api.`, if the base URL is a host of the service's
    /// own `domain`. Another one, such as a proxy or the sandbox, serves both.
    pub(crate) fn sister(&self, own: &str, other: &str, domain: &str) -> Self {
        Self { base: Arc::new(self.base.sister(own, other, domain)), ..self.clone() }
    }

    /// Returns the account's id, for [`VoicePlatform::account`](crate::VoicePlatform::account). In an address,
    /// `localhost`, `127.0.0.1` and `[::1]` count as the same host.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account.clone()
    }

    /// The id of another account at the same address.
    pub(crate) fn account_of(&self, id: &str) -> AccountId {
        AccountId::new(format!("{id}@{}", self.base.identity()))
    }

    /// Sends a call and reads the JSON of its response. An empty response is read as `null`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) when the call is not valid.
    /// [`Error::Call`](crate::Error::Call) when the call was not sent, got no response, was refused, or got a response
    /// that cannot be read. [`CallError::delivery`](crate::error::CallError::delivery) says whether it was carried out.
    pub async fn request<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        self.request_matching(call, |_| Ok(())).await
    }

    /// Sends a call and reads its response as [`request`](Self::request) does, and compares the response with the
    /// request. It rejects a response that is about something else, such as another number; whether the call was
    /// carried out is then unknown. The client then opens new connections for all later calls, because a connection
    /// that repeats a response answers every later request with the response to an earlier one. A client given by
    /// [`http_client`](super::ClientBuilder::http_client) keeps its connections.
    ///
    /// ```no_run
    /// # async fn show(http: numport::http::Client, id: &str) -> numport::error::Result<()> {
    /// use numport::error::Mismatch;
    /// use numport::http::Call;
    ///
    /// let same = |tool: &serde_json::Value| Mismatch::unless_id(id, tool["id"].as_str());
    /// let tool = http.request_matching(Call::get("get tool", &["tool", id]), same).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The same errors as [`request`](Self::request), and [`CallFault::Mismatch`] when `compare` returns one.
    pub async fn request_matching<T: DeserializeOwned>(
        &self,
        call: Call,
        compare: impl FnOnce(&T) -> Result<(), Mismatch> + Send,
    ) -> Result<T> {
        let (asked, answered) = self.send(call).await?;
        let response = self.read(asked, &answered)?;
        match compare(&response) {
            Ok(()) => Ok(response),
            Err(mismatch) => Err(self.engine.mismatched(asked, &answered, mismatch)),
        }
    }

    /// Sends a call and ignores the body of its response, which may be empty.
    ///
    /// # Errors
    ///
    /// The same errors as [`request`](Self::request).
    pub async fn request_empty(&self, call: Call) -> Result<()> {
        let (asked, prepared) = self.prepare(call)?;
        self.exchange(asked, &prepared).await.map(drop)
    }

    /// Nothing here depends on what is read, so that it is compiled once.
    async fn send(&self, call: Call) -> Result<(Asked, Answered)> {
        let (asked, prepared) = self.prepare(call)?;
        Ok((asked, self.exchange(asked, &prepared).await?))
    }

    pub(super) fn prepare(&self, call: Call) -> Result<(Asked, Prepared)> {
        let asked = Asked { operation: call.operation, safety: call.safety };
        Ok((asked, call.prepare(self.engine.service, &self.base)?))
    }

    pub(super) async fn exchange(&self, asked: Asked, prepared: &Prepared) -> Result<Answered> {
        let span = tracing::info_span!(
            "call",
            service = self.engine.service.as_str(),
            operation = asked.operation,
            status = tracing::field::Empty,
            attempts = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        // Pinned, since it is large, and the span would take it over by a move.
        pin!(self.engine.run(asked, prepared)).instrument(span).await
    }

    pub(super) fn read<T: DeserializeOwned>(&self, asked: Asked, answered: &Answered) -> Result<T> {
        document::read(&answered.body).or_else(|fault| {
            // No text at all is read as `null`, where that is a value.
            let is_blank = answered.body.iter().all(u8::is_ascii_whitespace);
            let null = if is_blank { document::read(b"null").ok() } else { None };
            null.ok_or_else(|| self.engine.unreadable(asked, answered, fault))
        })
    }

    /// Redacts these secrets from the errors of this client and its clones from now on. The client always redacts the
    /// secrets that it sends: its own credentials, and the secret fields of requests. It remembers at most 128 secrets
    /// and forgets the least recently used first.
    pub fn redact<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) {
        self.engine.known.remember(secrets);
    }

    /// Redacts the secrets that the client knows in a text.
    #[cfg_attr(not(feature = "elevenlabs"), allow(dead_code))]
    pub(crate) fn redacted(&self, text: &str) -> String {
        self.engine.known.redact(text, &[])
    }

    /// A link that an answer gave, if it may be followed.
    pub(super) fn follow(&self, operation: &'static str, page: Option<&Url>, link: &str) -> Result<Call> {
        let url = self.base.follow(page, link).map_err(|fault| self.bad_page(operation, fault))?;
        Ok(Call::follow(operation, url))
    }

    /// The error of a list that does not lead on safely.
    pub(super) fn bad_page(&self, operation: &'static str, fault: PageFault) -> Error {
        let asked = Asked { operation, safety: Safety::Read };
        self.engine.failed(asked, 1, Delivery::Accepted, None, CallFault::Page(fault), &[])
    }
}
