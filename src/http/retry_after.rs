//! The `Retry-After` header (RFC 9110, section 10.2.3): seconds, or a date.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::model::Timestamp;

/// How long the service asks to wait, counted from `now`. A date that has passed is no wait at all;
/// what is neither seconds nor a date is `None`. The caller decides how much waiting is too much.
pub(crate) fn retry_after(headers: &HeaderMap, now: fn() -> Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "very long", not "no header".
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    Timestamp::from_rfc_2822(text).map(|date| date.saturating_duration_since(now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<Duration> {
        let now = || "1994-11-06T08:49:37Z".parse().expect("a timestamp");
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().expect("a header value"))]);
        retry_after(&headers, now)
    }

    #[test]
    fn seconds_and_dates_are_read() {
        assert_eq!(read("0"), Some(Duration::ZERO));
        assert_eq!(read(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:07 GMT"), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        assert_eq!(read("Sun, 06 Nov 1994 08:49:36 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn an_absurd_value_is_a_very_long_wait_and_junk_is_none() {
        assert_eq!(read("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        for junk in ["", "-5", "1.5", "soon", "Sun, 99 Nov 1994 08:50:07 GMT"] {
            assert_eq!(read(junk), None, "{junk}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), || Timestamp::UNIX_EPOCH), None);
    }
}
