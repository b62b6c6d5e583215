use std::iter;

use super::*;

fn refusal(text: &str) -> E164Error {
    text.parse::<E164>().expect_err(text)
}

#[test]
fn the_shortest_and_the_longest_number_are_taken() {
    for text in ["+10", "+14155552671", "+123456789012345"] {
        let number: E164 = text.parse().expect(text);
        assert_eq!(number.as_str(), text);
        assert_eq!(AsRef::<str>::as_ref(&number), text);
        assert_eq!(number.digits(), &text[1..]);
        assert_eq!(number.to_string(), text);
    }
}

#[test]
fn each_fault_is_named_with_its_place() {
    use E164Error::*;
    assert_eq!(refusal(""), MissingPlus);
    assert_eq!(refusal("14155552671"), MissingPlus);
    assert_eq!(refusal(" +14155552671"), MissingPlus);
    assert_eq!(refusal("\u{ff0b}14155552671"), MissingPlus);
    assert_eq!(refusal("+0155552671"), LeadingZero);
    assert_eq!(refusal("+"), TooShort);
    assert_eq!(refusal("+1"), TooShort);
    assert_eq!(refusal("+1234567890123456"), TooLong { digits: 16 });
    assert_eq!(refusal("++1234"), InvalidCharacter { at: 1, found: '+' });
    assert_eq!(refusal("+1 415"), InvalidCharacter { at: 2, found: ' ' });
    assert_eq!(refusal("+1415\n"), InvalidCharacter { at: 5, found: '\n' });
    assert_eq!(refusal("+1415\u{ff15}"), InvalidCharacter { at: 5, found: '\u{ff15}' });
    assert_eq!(refusal("+123456789012345 "), InvalidCharacter { at: 16, found: ' ' });
}

#[test]
fn a_megabyte_is_looked_at_no_further_than_sixteen_digits() {
    let junk = format!("+1{}x", "2".repeat(1 << 20));
    // The `x` far behind is not found: only the length is told.
    assert_eq!(refusal(&junk), E164Error::TooLong { digits: (1 << 20) + 2 });
}

#[test]
fn it_is_sixteen_bytes_and_orders_as_its_text() {
    assert_eq!(size_of::<E164>(), 16);
    let mut numbers = ["+2", "+199", "+1990", "+35", "+1"].map(|text| format!("{text}0"));
    numbers.sort();
    let mut parsed: Vec<E164> = numbers.iter().rev().map(|text| text.parse().expect(text)).collect();
    parsed.sort();
    assert_eq!(parsed.iter().map(E164::as_str).collect::<Vec<_>>(), numbers);
}

#[test]
fn masking_keeps_the_calling_code_and_two_digits() {
    let masked = |text: &str| text.parse::<E164>().expect(text).masked().to_string();
    assert_eq!(masked("+14155552671"), "+1********71");
    assert_eq!(masked("+442071838750"), "+44********50");
    assert_eq!(masked("+3589000012"), "+358*****12");
    assert_eq!(masked("+123456"), "+1***56");
    assert_eq!(masked("+12345"), "+1****", "two of four would be half of it");
    assert_eq!(masked("+12"), "+1*");
    assert_eq!(masked("+35"), "+**", "350 and 351 are calling codes, 35 is none");
    assert_eq!(masked("+9991234567"), "+********67");
}

#[test]
fn json_is_a_string_and_nothing_else() {
    let number: E164 = "+14155552671".parse().expect("a number");
    assert_eq!(serde_json::to_string(&number).expect("json"), r#""+14155552671""#);
    assert_eq!(serde_json::from_str::<E164>(r#""+14155552671""#).expect("json"), number);
    assert!(serde_json::from_str::<E164>("14155552671").is_err());
    let error = serde_json::from_str::<E164>(r#""4155""#).expect_err("no plus").to_string();
    assert!(error.contains("does not begin with `+`"), "{error}");
}

#[test]
fn each_byte_at_each_place_is_judged_as_it_is_alone() {
    for length in 2..=15 {
        for at in 1..=length {
            for byte in 0..128 {
                let mut text = format!("+{}", &"123456789012345"[..length]).into_bytes();
                text[at] = byte;
                let text = String::from_utf8(text).expect("ASCII");
                let right = byte.is_ascii_digit() && (at, byte) != (1, b'0');
                assert_eq!(text.parse::<E164>().is_ok(), right, "{text:?}");
            }
        }
    }
}

#[test]
fn what_parses_prints_back() {
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..10_000 {
        let length = rng.usize(..=18);
        let digits = (0..length).map(|_| rng.digit(10));
        let text: String = iter::once('+').chain(digits).collect();
        match text.parse::<E164>() {
            Ok(number) => assert_eq!(number.as_str(), text),
            Err(_) => assert!(text.len() < 3 || text.len() > 16 || text.starts_with("+0"), "{text}"),
        }
    }
}

#[test]
fn no_input_panics() {
    let mut rng = fastrand::Rng::with_seed(2);
    for _ in 0..10_000 {
        let length = rng.usize(..=20);
        let any = |_| match rng.u8(..4) {
            0 => '+',
            1 | 2 => rng.digit(10),
            _ => rng.char(..),
        };
        let text: String = (0..length).map(any).collect();
        if let Ok(number) = text.parse::<E164>() {
            assert_eq!(number.as_str(), text);
        }
    }
}

#[test]
fn regions_and_kinds_are_texts_in_json() {
    let json = serde_json::to_string(&(Region::US, NumberKind::FixedLineOrMobile, UnassignedReason::AreaCodeMissing));
    let json = json.expect("json");
    assert_eq!(json, r#"["US","fixed_line_or_mobile","area_code_missing"]"#);
    let read: (Region, NumberKind, UnassignedReason) = serde_json::from_str(&json).expect("the same");
    assert_eq!(read, (Region::US, NumberKind::FixedLineOrMobile, UnassignedReason::AreaCodeMissing));
    let error = serde_json::from_str::<Region>("\"us\"").expect_err("small letters").to_string();
    assert!(error.starts_with("\"us\": the text is not a region with telephone numbers"), "{error}");
}

#[test]
fn errors_have_a_subject_and_are_objects_in_json() {
    for (text, code, message) in [
        (
            "415",
            "missing_plus",
            "the number does not begin with `+`; write it in international form, such as +14155552671",
        ),
        ("+0415", "leading_zero", "the number begins with 0 after the `+`; a calling code begins with 1 to 9"),
        ("+4 1", "invalid_character", "the number has ' ' at position 2; only the digits 0 to 9 may follow the `+`"),
        ("+1", "too_short", "the number has fewer than 2 digits; write the whole number"),
        ("+1234567890123456", "too_long", "the number has 16 characters after the `+`; a number has at most 15 digits"),
    ] {
        let json = serde_json::to_value(refusal(text)).expect("json");
        assert_eq!(json, serde_json::json!({ "code": code, "message": message }));
        assert_eq!(refusal(text).to_string(), message);
    }
    let json = serde_json::from_str::<E164>(r#""4155""#).expect_err("no plus").to_string();
    assert!(json.starts_with("the number does not begin with `+`"), "{json}");
}
