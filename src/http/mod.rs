//! The HTTP client under every typed client: retries, retry budget, deadlines, rate limit, paging, redaction and errors.
//!
//! Use it for endpoints that a typed client has no method for, and to write a client for a platform or carrier of your
//! own.
//!
//! # Raw requests
//!
//! Every client takes a [`Call`] and reads its response into a type of yours or a `serde_json::Value`:
//!
//! ```no_run
//! # #[cfg(feature = "vapi")]
//! # async fn run() -> numport::Result<()> {
//! use numport::{Vapi, http::Call};
//! use serde_json::{Value, json};
//!
//! let vapi = Vapi::from_env()?;
//! let tools: Vec<Value> = vapi.request(Call::get("list tools", &["tool"]).query("limit", Some(10))).await?;
//! let tool: Value = vapi.request(Call::post("make tool", &["tool"]).json(&json!({"type": "endCall"}))).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The client retries a `GET` after transient errors. It never resends any other call after a lost response, unless the
//! call says that this is safe ([`Call::repeatable`], [`Call::read_only`]). Paths are lists of segments and cannot
//! leave the client's base URL, so credentials cannot leave it either. [`Client::pages`] reads lists of several pages,
//! and
//! [`Client::request_empty`] sends a call whose response has no body; `vapi.http()` returns that [`Client`].
//!
//! # A client of your own
//!
//! State the service once ([`ServiceInfo`]), how the client authenticates ([`Auth`]), and from which variables it is
//! built ([`Connect`]). Its [`ClientBuilder`] then has the same settings as the clients of this crate: timeouts,
//! retries, rate limit and base URL.
//!
//! ```
//! # #[cfg(feature = "sandbox")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
//! use futures_util::TryStreamExt;
//! use futures_util::stream::BoxStream;
//! use numport::Result;
//! use numport::http::{Auth, Call, Client, ClientBuilder, Connect, ErrorBody, Next, ServiceInfo, Vars};
//! use numport::model::{PlatformKind, Service};
//! use serde_json::{Value, json};
//!
//! /// A platform that looks much like Vapi.
//! #[derive(Clone, Debug)]
//! struct Parrot {
//!     http: Client,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Number {
//!     id: String,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Page {
//!     results: Vec<Number>,
//! }
//!
//! const PARROT: Service = Service::Platform(PlatformKind::from_static("parrot"));
//!
//! impl Connect for Parrot {
//!     const SERVICE: &'static ServiceInfo = &ServiceInfo::new(PARROT, "https://api.parrot.example", error_body);
//!
//!     fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
//!         let key = vars.secret("PARROT_API_KEY", "the API key of Parrot's dashboard");
//!         ClientBuilder::new(Auth::bearer("api_key", &key), |http| Self { http })
//!     }
//! }
//!
//! /// `{"message": "…"}`
//! fn error_body(body: &Value) -> ErrorBody {
//!     ErrorBody { code: None, messages: body["message"].as_str().map(str::to_owned).into_iter().collect() }
//! }
//!
//! impl Parrot {
//!     async fn create_number(&self, number: &str) -> Result<Number> {
//!         let body = json!({"provider": "byo-phone-number", "number": number, "credentialId": "c1"});
//!         self.http.request(Call::post("create number", &["phone-number"]).json(&body)).await
//!     }
//!
//!     fn numbers(&self) -> BoxStream<'_, Result<Number>> {
//!         let call = |page| Call::get("list numbers", &["v2", "phone-number"]).query("page", Some(page));
//!         let mut page = 1;
//!         self.http.pages(Ok(call(page)), move |read: Page| {
//!             page += 1;
//!             let next = if read.results.is_empty() { Next::End } else { Next::Call(call(page)) };
//!             (read.results, next)
//!         })
//!     }
//! }
//!
//! // The sandbox's Vapi stands in for Parrot.
//! let sandbox = numport::sandbox::Sandbox::start().await?;
//! let parrot = Parrot::from_vars(|name| sandbox.var(&name.replace("PARROT", "VAPI")))?;
//! let error = parrot.create_number("+14155552671").await.map(|number| number.id).unwrap_err();
//! assert!(error.to_string().starts_with("parrot: create number failed with 400"), "{error}");
//! assert!(error.create_failure().is_some());
//! assert!(parrot.numbers().try_next().await?.is_none());
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sandbox"))]
//! # fn main() {}
//! ```

mod adaptive;
mod auth;
mod builder;
mod call;
mod classify;
mod client;
mod connect;
mod connections;
pub(crate) mod count;
pub(crate) mod deadline;
mod engine;
mod list_limits;
mod pacing;
mod pages;
mod rate;
mod redact;
mod retry;
mod retry_after;
mod service;
mod signed_token;
#[cfg(test)]
mod simulated;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod tls;
mod transport;
mod url;
mod vars;

pub use auth::{Auth, Unsigned};
pub use builder::ClientBuilder;
pub use call::Call;
pub use client::Client;
pub use connect::Connect;
pub(crate) use connect::client_methods;
pub use list_limits::ListLimits;
pub use pages::Next;
pub use redact::redact;
pub use retry::RetryPolicy;
pub use service::{ErrorBody, ServiceInfo};
pub use signed_token::SignedToken;
pub use vars::Vars;

pub use crate::error::Safety;

/// What the fuzz targets need, and nobody else.
#[cfg(fuzzing)]
pub(crate) mod fuzzing {
    pub(crate) use super::call::Prepared;
    pub(crate) use super::retry_after::retry_after as read_retry_after;
    pub(crate) use super::transport::{Attempt, Body, Head};
}
