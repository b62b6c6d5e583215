//! The code that the targets share: requests to each service of the list in `src/services.rs`, over a network that the
//! target simulates, with a clock that skips every wait. Each platform and carrier has a file of its name here.

use std::fmt::Debug;
use std::sync::LazyLock;

use futures_util::{Stream, TryStreamExt};
use numport::model::ProviderKind;
use numport::{AccountKey, ClientBuilder, Error, ImportRequest, NumberSource, Result, RetryPolicy, VoicePlatform};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// The fuzzed parts of a platform or a carrier.
pub struct Service {
    /// Parses its models, each by [`check`].
    pub models: &'static [fn(&[u8])],
    /// Sends calls, and returns their errors.
    pub calls: &'static [fn() -> Option<Error>],
    pub lists: &'static [List],
}

/// A list with several pages.
pub struct List {
    /// The origin of all its requests.
    pub origin: &'static str,
    /// A page whose next page has this link, cursor or id.
    pub page: fn(&str) -> Value,
    /// Reads the list to its end.
    pub read: fn() -> Result<()>,
    /// Where the link or cursor is sent, if it is sent unchanged.
    pub sent_as: Option<SentAs>,
    /// Whether a page that has nothing new is the end. Elsewhere it is an error.
    pub ends_at_repeat: bool,
}

/// The place of a cursor in a request.
pub enum SentAs {
    /// The query parameter of this name.
    Query(&'static str),
    /// The field of the body to which this pointer leads.
    Body(&'static str),
}

macro_rules! services {
    (
        platforms { $($kind:ident $name:tt $platform:ident::$client:ident $domains:tt;)* }
        carriers { $($carrier_kind:ident $carrier_name:tt $carrier:ident::$carrier_client:ident;)* }
        $($rest:tt)*
    ) => {
        $(pub mod $platform;)*
        $(pub mod $carrier;)*

        /// All services, in the order of the list.
        pub const SERVICES: &[Service] = &[$($platform::SERVICE,)* $($carrier::SERVICE,)*];
    };
}
numport::__services!(services);

/// The service that an input selects.
pub fn chosen<T>(mut all: Vec<T>, byte: u8) -> T {
    let at = usize::from(byte) % all.len();
    all.swap_remove(at)
}

/// The key of every client. JSON can spell some of its letters in several ways.
pub const KEY: &str = "planted/key<1>";
/// A Twilio account id.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
}

/// Runs with a clock that skips every wait.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Twilio's credentials.
pub fn credentials() -> AccountKey {
    AccountKey::token(ACCOUNT, KEY)
}

/// A client. Each input gets a new one, so that inputs do not depend on each other.
fn build<C>(builder: ClientBuilder<C>, retry: RetryPolicy) -> C {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
    builder.http_client(HTTP.clone()).retry(retry).build().expect("good settings")
}

/// The error of an import of a Twilio number.
fn import(platform: &dyn VoicePlatform) -> Option<Error> {
    let request = ImportRequest::new("+14155552671".parse().expect("a number"));
    let source = NumberSource::account(ProviderKind::TWILIO, credentials());
    block_on(async { platform.create(&source, &request)?.await }).err()
}

/// Reads a list to its end.
fn drain<T>(stream: impl Stream<Item = Result<T>>) -> Result<()> {
    block_on(stream.try_for_each(|_| async { Ok(()) }))
}

/// Parsing, writing and parsing the model again returns the same model.
pub fn check<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) {
    let Ok(first) = serde_json::from_slice::<T>(json) else { return };
    let written = serde_json::to_vec(&first).expect("what was read is written");
    let again: T = match serde_json::from_slice(&written) {
        Ok(again) => again,
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&written)),
    };
    assert_eq!(first, again, "{}", String::from_utf8_lossy(&written));
}
