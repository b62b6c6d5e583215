use fastrand::Rng;

use super::*;

fn jiff(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

#[test]
fn each_day_is_read_and_written_as_jiff_does() {
    for day in -719_528..2_932_896_i64 {
        let (year, month, of_month) = date(day);
        assert_eq!(days(year, month, of_month), Some(day));
        if day % 97 == 0 {
            let time = Timestamp::at(day, 0, 0).expect("a time");
            let other = jiff::Timestamp::from_second(time.seconds).expect("a time");
            assert_eq!(time.to_string(), other.to_string());
        }
    }
}

#[test]
fn times_are_read_as_services_write_them() {
    for text in [
        "2010-12-10T17:27:34Z",
        "2024-06-01t10:00:00.000z",
        "2024-02-29 23:59:60.5+05:30",
        "2024-06-01T10:00:00,123456789-0800",
        "2024-06-01T10:00+02",
        "0001-01-01T00:00:00Z",
        "9999-12-30T00:00:00Z",
    ] {
        let (time, other) = (text.parse::<Timestamp>().expect(text), jiff(text).expect(text));
        assert_eq!(time.to_string(), other.to_string(), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "yesterday",
        "2024-06-01",
        "2024-06-01T10:00:00",
        "2023-02-29T10:00:00Z",
        "2024-13-01T10:00:00Z",
        "2024-00-01T10:00:00Z",
        "2024-06-00T10:00:00Z",
        "2024-06-01T24:00:00Z",
        "2024-06-01T10:60:00Z",
        "2024-06-01T10:00:61Z",
        "2024-06-01T10:00:00.Z",
        "2024-06-01T10:00.5Z",
        "2024-06-01T10:00:00+2",
        "2024-06-01T10:00:00Zz",
        "0000-01-01T00:00:00+01:00",
        "٢٠٢٤-06-01T10:00:00Z",
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        assert!(text.starts_with("0000") || jiff(text).is_none(), "{text}");
    }
}

#[test]
fn times_of_headers_are_read_as_jiff_does() {
    for text in [
        "Thu, 30 Jul 2015 23:19:04 +0000",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "6 nov 1994 08:49 -0130",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 99 Nov 1994 08:50:07 GMT",
        "Sun, 06 Nov 1994 08:50:07",
        "Sun, 06 Nov 1994 08:50:07 GMT again",
        "Sun, 06 Now 1994 08:50:07 GMT",
        "2015-07-30T23:19:04Z",
        "",
    ] {
        let other = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
        let read = Timestamp::from_rfc_2822(text).map(|time| time.to_string());
        assert_eq!(read, other.map(|time| time.to_string()), "{text}");
    }
}

#[test]
fn a_time_survives_text_json_and_the_system() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..10_000 {
        let (seconds, nanoseconds) = (rng.i64(-62_167_219_200..=253_402_300_799), rng.u32(..1_000_000_000));
        let time = Timestamp { seconds, nanoseconds };
        assert_eq!(time.to_string().parse(), Ok(time));
        let other = jiff::Timestamp::from_second(seconds.min(253_402_207_199)).expect("a time");
        let same = Timestamp { seconds: other.as_second(), nanoseconds };
        let other = other.checked_add(Duration::from_nanos(nanoseconds.into())).expect("a time");
        assert_eq!((format!("{same}"), format!("{same:.3}")), (format!("{other}"), format!("{other:.3}")));
        assert_eq!(Timestamp::from(SystemTime::from(time)), time);
        let json = serde_json::to_string(&time).expect("JSON");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).expect("a time"), time);
    }
}

/// A text for a pattern, in which a digit stands for any digit up to itself.
fn written(rng: &mut Rng, pattern: &str) -> String {
    pattern.chars().map(|letter| letter.to_digit(10).map_or(letter, |most| rng.digit(most + 1))).collect()
}

#[test]
fn any_text_is_read_as_jiff_reads_it() {
    let mut rng = Rng::with_seed(2);
    let mut read = 0;
    for _ in 0..20_000 {
        let mut text = written(&mut rng, "9999-19-39");
        text.push(if rng.bool() { 'T' } else { ' ' });
        text += &written(&mut rng, "29:69");
        if rng.bool() {
            text += &written(&mut rng, ":69");
        }
        if rng.bool() {
            text.push('.');
            text.extend((0..rng.usize(..=9)).map(|_| rng.digit(10)));
        }
        let zone = ["Z", "+19", "-19", "+1969", "-19:69"][rng.usize(..5)];
        text += &written(&mut rng, zone);

        let ours = text.parse::<Timestamp>().ok();
        assert_eq!(ours.map(|time| time.to_string()), jiff(&text).map(|time| time.to_string()), "{text}");
        read += usize::from(ours.is_some());
    }
    assert!(read > 1000, "{read} of the texts were times");
}

#[test]
fn no_text_panics() {
    let mut rng = Rng::with_seed(3);
    for _ in 0..10_000 {
        let mut text = written(&mut rng, "9999-19-39T29:69:69.9Z, 39 Nov 2094 29:69:69 +1969");
        // A piece of a time, with other characters in it.
        for _ in 0..rng.usize(..4) {
            let at = text.char_indices().map(|(at, _)| at).nth(rng.usize(..40)).unwrap_or_default();
            text.insert(at, rng.char(..));
        }
        let cut: String = text.chars().skip(rng.usize(..40)).take(rng.usize(..40)).collect();
        let _ = (cut.parse::<Timestamp>(), Timestamp::from_rfc_2822(&cut));
    }
}

#[test]
fn a_day_is_digits_and_nothing_else() {
    for text in ["1x Nov 2094 08:49:37 GMT", "x1 Nov 2094 08:49:37 GMT", "+1 Nov 2094 08:49:37 GMT"] {
        assert_eq!(Timestamp::from_rfc_2822(text), None, "{text}");
    }
}
