//! A client with a limit of requests per second continues at its rate after any overload.

use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use numport::{RetryPolicy, Vapi};
use serde_json::json;

use crate::hostile::{Answer, Hostile};
use crate::log;

/// How many calls start concurrently: far more than can be sent before their deadline.
const CALLS: usize = 1000;

async fn server() -> Hostile {
    log::start();
    Hostile::always(Answer::json(200, &json!({"id": "n1", "provider": "twilio"}))).await
}

fn client(server: &Hostile, per_second: u32, deadline: Duration) -> Vapi {
    let retry = RetryPolicy::never().deadline(deadline);
    let limit = NonZeroU32::new(per_second).unwrap();
    Vapi::builder("key").base_url(&server.uri).retry(retry).requests_per_second(limit).build().unwrap()
}

#[tokio::test]
async fn calls_that_would_be_too_late_do_not_delay_others() {
    let server = server().await;
    let vapi = client(&server, 200, Duration::from_millis(500));
    let ended = join_all((0..CALLS).map(|_| vapi.get_number("n1"))).await;
    let held_back = ended.iter().filter(|result| result.is_err()).count();
    assert!(held_back > CALLS / 2, "it is an overload: {held_back}");
    assert!(server.requests().len() <= CALLS - held_back / 2);
    vapi.get_number("n1").await.expect("the overload is over");
}

#[tokio::test]
async fn a_call_dropped_while_it_waits_frees_its_place() {
    let server = server().await;
    let vapi = client(&server, 100, Duration::from_secs(5));
    for _ in 0..CALLS {
        let mut call = Box::pin(vapi.get_number("n1"));
        assert!(call.as_mut().now_or_never().is_none());
    }
    vapi.get_number("n1").await.expect("nobody waits any more");
}
