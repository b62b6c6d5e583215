//! A `Retry-After` is either a wait or ignored, and no value makes a client wait beyond its deadline.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use numport::RetryPolicy;
use numport::fuzzing::{Answer, retry_after, set_network};
use numport_fuzz::{block_on, vapi};
use reqwest::header::HeaderValue;
use tokio::time::Instant;

/// From 1970 to the year 9999 is less than this.
const LONGEST_DATE: Duration = Duration::from_secs(8030 * 366 * 24 * 60 * 60);
const DEADLINE: Duration = Duration::from_secs(120);

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let wait = retry_after(value.clone());
    let text = value.to_str().unwrap_or_default().trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        assert_eq!(wait, Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
    } else if let Some(wait) = wait {
        // A zone or a year can move a date beyond the year 9999.
        let is_beyond = wait == Duration::from_secs(u64::MAX);
        assert!((wait <= LONGEST_DATE || is_beyond) && text.contains(':'), "a date with a time of day");
    }

    set_network(move |_, _| Answer { status: 429, retry_after: Some(value.clone()), body: vec![] });
    let client = vapi::client(RetryPolicy::default().deadline(DEADLINE));
    let (error, elapsed) = block_on(async {
        let start = Instant::now();
        let error = client.get_number("1").await.expect_err("429 every time");
        (error, start.elapsed())
    });
    let call = error.call().expect("it was sent");
    assert_eq!(call.retry_after, wait);
    assert!(elapsed <= DEADLINE, "{elapsed:?}");
    match wait {
        Some(wait) if wait >= DEADLINE => assert_eq!((call.attempts, elapsed), (1, Duration::ZERO)),
        _ => assert!((1..=4).contains(&call.attempts)),
    }
});
