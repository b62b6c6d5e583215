use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SECONDS_PER_DAY: i64 = 86_400;

/// A moment in UTC, to the nanosecond, in the years 0 to 9999. It is read and written as RFC 3339.
///
/// It converts from and into [`SystemTime`], as the types of date libraries do:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use numport::Timestamp;
///
/// let created: Timestamp = "2026-05-05T18:38:08.815+02:00".parse()?;
/// assert_eq!(created.to_string(), "2026-05-05T16:38:08.815Z");
///
/// let an_hour_later = Timestamp::from(SystemTime::from(created) + Duration::from_secs(3600));
/// assert_eq!(an_hour_later.saturating_duration_since(created), Duration::from_secs(3600));
///
/// let in_jiff = jiff::Timestamp::try_from(SystemTime::from(created))?;
/// assert_eq!(in_jiff.to_string(), created.to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Since 1970.
    seconds: i64,
    nanoseconds: u32,
}

/// The error for a text that is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not an RFC 3339 time such as 2026-05-05T16:38:08Z")]
#[non_exhaustive]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { seconds: 0, nanoseconds: 0 };
    const MIN: Self = Self { seconds: -62_167_219_200, nanoseconds: 0 };
    const MAX: Self = Self { seconds: 253_402_300_799, nanoseconds: 999_999_999 };

    /// Returns the current time.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Returns the time since an earlier moment, or zero if that moment is later.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        let nanoseconds = self.unix_nanoseconds() - earlier.unix_nanoseconds();
        u64::try_from(nanoseconds / 1_000_000_000).map_or(Duration::ZERO, |seconds| {
            Duration::new(seconds, u32::try_from(nanoseconds % 1_000_000_000).unwrap_or_default())
        })
    }

    fn unix_nanoseconds(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanoseconds)
    }

    /// Reads a time as mail and HTTP headers write it (RFC 2822): `Thu, 30 Jul 2015 23:19:04 +0000`.
    pub(crate) fn from_rfc_2822(text: &str) -> Option<Self> {
        let (weekday, text) = text.split_once(',').map_or((None, text), |(weekday, rest)| (Some(weekday), rest));
        let mut words = text.split_ascii_whitespace();
        let (day, month, year) = (words.next()?, words.next()?, words.next()?);
        let day =
            Text(day).number(1..=2).filter(|_| day.len() <= 2 && day.bytes().all(|byte| byte.is_ascii_digit()))?;
        let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
        let year = Text(year).number(4..=4).filter(|_| year.len() == 4)?;
        let mut clock = Text(words.next()?);
        let seconds = clock.time_of_day()?;
        let mut zone = Text(words.next()?);
        let offset = match zone.0 {
            "GMT" | "UT" | "UTC" | "Z" => 0,
            _ => zone.offset().filter(|_| zone.0.is_empty())?,
        };
        let days = days(year, i64::try_from(month).ok()? + 1, day)?;
        // 1970 began on a Thursday.
        let its_weekday = WEEKDAYS[usize::try_from((days + 4).rem_euclid(7)).ok()?];
        let agrees = weekday.is_none_or(|weekday| weekday.trim().eq_ignore_ascii_case(its_weekday));
        let done = clock.0.is_empty() && words.next().is_none();
        Self::at(days, seconds - offset, 0).filter(|_| agrees && done)
    }

    fn at(days: i64, seconds: i64, nanoseconds: u32) -> Option<Self> {
        let moment = Self { seconds: days * SECONDS_PER_DAY + seconds, nanoseconds };
        (Self::MIN..=Self::MAX).contains(&moment).then_some(moment)
    }
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The days from 1970 to a date, if there is that date. Years begin in March, so that the day that leap years have
/// more is their last; 400 of them are a cycle of 146,097 days.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    (1..=length).contains(&day).then_some(before + (153 * month + 2) / 5 + day - 1 - 719_468)
}

/// The other way: year, month and day.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (year, day) = (cycle * 400 + year, day - (153 * month + 2) / 5 + 1);
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

/// What is left to be read of a text.
struct Text<'a>(&'a str);

impl Text<'_> {
    /// Takes the character that comes next, which must be one of these, all of ASCII.
    fn take(&mut self, one_of: &[u8]) -> Option<u8> {
        let first = self.0.bytes().next().filter(|first| one_of.contains(first))?;
        self.0 = &self.0[1..];
        Some(first)
    }

    /// Takes the digits that come next, of which there must be so many.
    fn digits(&mut self, count: std::ops::RangeInclusive<usize>) -> Option<&str> {
        let length = self.0.bytes().take(*count.end()).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(length).filter(|_| count.contains(&length))?;
        self.0 = rest;
        Some(digits)
    }

    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
        // As it is, a number of up to 9 digits.
        Some(self.digits(digits)?.bytes().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    fn two_digits(&mut self, limit: i64) -> Option<i64> {
        self.number(2..=2).filter(|number| *number < limit)
    }

    /// Hours and minutes, and seconds if there are any, in seconds.
    fn time_of_day(&mut self) -> Option<i64> {
        let hours = self.two_digits(24)?;
        self.take(b":")?;
        let minutes = self.two_digits(60)?;
        // A leap second, which the time since 1970 does not count, is the one before.
        let seconds = if self.take(b":").is_some() { self.two_digits(61)?.min(59) } else { 0 };
        Some(hours * 3600 + minutes * 60 + seconds)
    }

    /// The offset from UTC in seconds: `+02:00`, `+0200` or `+02`.
    fn offset(&mut self) -> Option<i64> {
        let sign = if self.take(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.two_digits(24)?;
        let minutes = match self.take(b":") {
            None if self.0.is_empty() => 0,
            _ => self.two_digits(60)?,
        };
        Some(sign * (hours * 3600 + minutes * 60))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339. Services also leave out the seconds, the colon of the offset, or its minutes.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        fn read(mut text: Text<'_>) -> Option<Timestamp> {
            let year = text.number(4..=4)?;
            text.take(b"-")?;
            let month = text.two_digits(13)?;
            text.take(b"-")?;
            let days = days(year, month, text.two_digits(32)?)?;
            text.take(b"Tt ")?;
            let clock = text.0.len();
            let seconds = text.time_of_day()?;
            let has_seconds = clock - text.0.len() == "10:00:00".len();
            let mut nanoseconds = 0;
            if has_seconds && text.take(b".,").is_some() {
                let digits = text.digits(1..=9)?;
                let zeros = digits.bytes().chain(std::iter::repeat(b'0'));
                nanoseconds = zeros.take(9).fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
            }
            let offset = if text.take(b"Zz").is_some() { 0 } else { text.offset()? };
            Timestamp::at(days, seconds - offset, nanoseconds).filter(|_| text.0.is_empty())
        }
        read(Text(text)).ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339. It writes as many fractional digits of the second as the value has, or as the precision says:
    /// `{:.3}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.seconds.div_euclid(SECONDS_PER_DAY));
        let second = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let digits = format!("{:09}", self.nanoseconds);
        let fraction = match f.precision() {
            Some(precision) => &digits[..precision.min(digits.len())],
            None => digits.trim_end_matches('0'),
        };
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<SystemTime> for Timestamp {
    /// Converts a time that RFC 3339 cannot write to the nearest time that it can write.
    fn from(time: SystemTime) -> Self {
        let moment = |since: Duration| Self {
            seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            nanoseconds: since.subsec_nanos(),
        };
        let moment = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => moment(after),
            Err(before) => match moment(before.duration()) {
                Self { seconds, nanoseconds: 0 } => Self { seconds: -seconds, nanoseconds: 0 },
                Self { seconds, nanoseconds } => {
                    Self { seconds: -1 - seconds, nanoseconds: 1_000_000_000 - nanoseconds }
                }
            },
        };
        moment.clamp(Self::MIN, Self::MAX)
    }
}

impl From<Timestamp> for SystemTime {
    /// Converts a time that the system cannot represent to 1970.
    fn from(Timestamp { seconds, nanoseconds }: Timestamp) -> Self {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 { Self::UNIX_EPOCH.checked_sub(whole) } else { Self::UNIX_EPOCH.checked_add(whole) };
        let time = time.and_then(|time| time.checked_add(Duration::from_nanos(nanoseconds.into())));
        time.unwrap_or(Self::UNIX_EPOCH)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "timestamp_tests.rs"]
mod tests;
