//! What the targets that send have in common: clients whose network is the target, and a clock that never waits.

use std::sync::LazyLock;

use numport::{AccountKey, Butter, ClientBuilder, Interactly, RetryPolicy, SignalWire, Twilio, Vapi};
use tokio::runtime::{Builder, Runtime};

/// The key of every client, with letters that JSON may spell in several ways.
pub const KEY: &str = "planted/key<1>";
/// An account of Twilio.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
}

/// Runs it on a clock that jumps over each wait.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Twilio's credentials.
pub fn credentials() -> AccountKey {
    AccountKey::token(ACCOUNT, KEY)
}

/// A client of each service, made anew, so that no input hangs on another.
pub fn butter(retry: RetryPolicy) -> Butter {
    build(Butter::builder(KEY, "org_1").requests_per_second(std::num::NonZeroU32::MAX), retry)
}

pub fn interactly(retry: RetryPolicy) -> Interactly {
    build(Interactly::builder(KEY), retry)
}

pub fn signalwire(retry: RetryPolicy) -> SignalWire {
    build(SignalWire::builder("01234567-89ab-cdef-0123-456789abcdef", KEY, "space"), retry)
}

pub fn twilio(retry: RetryPolicy) -> Twilio {
    build(Twilio::builder(credentials()), retry)
}

pub fn vapi(retry: RetryPolicy) -> Vapi {
    build(Vapi::builder(KEY), retry)
}

fn build<C>(builder: ClientBuilder<C>, retry: RetryPolicy) -> C {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
    builder.http_client(HTTP.clone()).retry(retry).build().expect("good settings")
}
