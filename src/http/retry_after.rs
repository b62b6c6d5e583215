//! The `Retry-After` header (RFC 9110, section 10.2.3): seconds, or a date.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::model::Timestamp;

/// How long the service asks to wait, counted from `now`. A date that has passed is no wait at all, one beyond the year
/// 9999 a very long one; what is neither seconds nor a date is `None`. The caller decides how much waiting is too much.
pub(crate) fn retry_after(headers: &HeaderMap, now: fn() -> Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "very long", not "no header".
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    // A wrong day of the week makes no wait shorter.
    let date = text.split_once(',').map_or(text, |(_, date)| date);
    let read = Timestamp::from_rfc_2822(date).map(|date| date.saturating_duration_since(now()));
    read.or_else(|| is_beyond_all_dates(date).then_some(Duration::from_secs(u64::MAX)))
}

/// Whether a date is right but for its year, which has more than four digits, or for its zone, which moves it there.
fn is_beyond_all_dates(date: &str) -> bool {
    let Some((start, year, rest)) = day_year_rest(date) else { return false };
    let far = year == "9999" || year.len() > 4;
    far && year.bytes().all(|byte| byte.is_ascii_digit())
        && Timestamp::from_rfc_2822(&format!("{start} 9996 {rest}")).is_some()
}

fn day_year_rest(date: &str) -> Option<(&str, &str, &str)> {
    let date = date.trim_start();
    let year = date.match_indices(' ').nth(1)?.0;
    let (start, rest) = date.split_at(year);
    let (year, rest) = rest.trim_start().split_once(' ')?;
    Some((start, year, rest))
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
    fn a_date_that_there_is_not_is_no_header() {
        assert_eq!(read("Wed, 29 Feb 1995 08:49:37 GMT"), None);
        assert_eq!(read("Tue, 29 Feb 10000 08:49:37 GMT"), Some(Duration::from_secs(u64::MAX)), "it is far away");
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        assert_eq!(read("Sun, 06 Nov 1994 08:49:36 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_far_away_is_a_long_wait() {
        let years = |years: u64| Some(years * 365 * 24 * 60 * 60);
        let read = |value| read(value).map(|wait| wait.as_secs());
        assert!(read("Fri, 31 Dec 9999 23:59:59 GMT") > years(8000));
        // A Thursday.
        assert!(read("Mon, 31 Dec 2099 23:59:59 GMT") > years(100));
        for beyond in
            ["Fri, 31 Dec 9999 23:59:59 -0100", "Sat, 01 Jan 10000 00:00:00 GMT", "1 Jan 999999999999 00:00:00 GMT"]
        {
            assert_eq!(read(beyond), Some(u64::MAX), "{beyond}");
        }
        for junk in ["Sat, 01 Jan 1000x 00:00:00 GMT", "Sat, 99 Jan 10000 00:00:00 GMT", "01 Jan 10000", "1 1 1 1"] {
            assert_eq!(read(junk), None, "{junk}");
        }
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
