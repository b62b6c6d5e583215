//! Numbers as people write them are never read as another number.

use numport::E164;
use numport::e164::{Assignment, ConversionError, E164Error, HumanError, MAX_HUMAN, Region, UnassignedReason};
use phonenumber::PhoneNumber;
use phonenumber::metadata::DATABASE;

use crate::reference;

fn read(text: &str, region: Region) -> Result<E164, HumanError> {
    E164::from_human(text, Some(region))
}

fn number(text: &str) -> E164 {
    text.parse().expect(text)
}

#[test]
fn national_numbers_get_their_calling_code_and_lose_their_prefix() {
    for (text, region, expected) in [
        ("(415) 555-2671", Region::US, "+14155552671"),
        ("1-415-555-2671", Region::US, "+14155552671"),
        ("415.555.2671", Region::CA, "+14155552671"),
        ("020 7183 8750", Region::GB, "+442071838750"),
        ("07911 123456", Region::GB, "+447911123456"),
        ("030 / 901820", Region::DE, "+4930901820"),
        ("06 1234 5678", Region::IT, "+390612345678"),
        ("06 1 234 5678", Region::HU, "+3612345678"),
        ("8 800 555-35-35", Region::RU, "+78005553535"),
        ("800 555-35-35", Region::RU, "+78005553535"),
        ("01 42 68 53 00", Region::FR, "+33142685300"),
        ("011 44 20 7183 8750", Region::US, "+442071838750"),
        ("44 20 7183 8750", Region::GB, "+442071838750"),
        ("44 (0)20 7183 8750", Region::GB, "+442071838750"),
        ("0 21 11 2345-6789", Region::BR, "+551123456789"),
        ("0030 8818947", Region::KR, "+8200308818947"),
        ("011 49 1522 3433333", Region::US, "+4915223433333"),
        ("011-1-415-555-2671", Region::CA, "+14155552671"),
        ("00 49 30 901820", Region::DE, "+4930901820"),
        ("0011 44 20 7183 8750", Region::AU, "+442071838750"),
        ("8~10 1 415 555 2671", Region::RU, "+14155552671"),
        ("00 14 44 20 7183 8750", Region::BR, "+442071838750"),
        ("\u{202a}(415)\u{a0}555\u{2013}2671\u{202c}", Region::US, "+14155552671"),
    ] {
        assert_eq!(read(text, region), Ok(number(expected)), "{text}");
    }
}

#[test]
fn international_numbers_keep_their_digits_whatever_the_region() {
    for (text, expected) in [
        ("+1 (415) 555-2671", "+14155552671"),
        ("tel:+44-20-7183-8750", "+442071838750"),
        ("\u{ff0b}49 30 901820", "+4930901820"),
        ("+7 800 555-35-35", "+78005553535"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+800 1234 5678", "+80012345678"),
    ] {
        assert_eq!(E164::from_human(text, None), Ok(number(expected)), "{text}");
        assert_eq!(read(text, Region::DE), Ok(number(expected)), "{text}");
    }
}

#[test]
fn each_problem_has_its_error() {
    use HumanError::*;
    let us = |text: &str| read(text, Region::US).unwrap_err();
    assert_eq!(E164::from_human("(415) 555-2671", None), Err(RegionMissing));
    assert_eq!(read("415 555 2671", Region::WORLD), Err(NoNationalNumbers));
    assert_eq!(us("1-800-FLOWERS"), InvalidCharacter { at: 6, found: 'F' });
    assert_eq!(us("(415) 555-2671 ext. 5"), Extension { at: 15 });
    assert_eq!(us("(415) 555-2671 ext. five"), InvalidCharacter { at: 15, found: 'e' });
    assert_eq!(us("tel:415;phone-context=+1"), InvalidCharacter { at: 7, found: ';' });
    assert_eq!(us("415+555"), InvalidCharacter { at: 3, found: '+' });
    assert_eq!(us("++1415"), InvalidCharacter { at: 1, found: '+' });
    assert_eq!(us("\u{661}\u{662}"), InvalidCharacter { at: 0, found: '\u{661}' });
    assert_eq!(us(""), Malformed(E164Error::TooShort));
    assert_eq!(us("+"), Malformed(E164Error::TooShort));
    assert_eq!(us("4155552671415555267"), Malformed(E164Error::TooLong { digits: 20 }));
    let reason = UnassignedReason::AreaCodeMissing;
    assert_eq!(us("555-2671"), Unassigned { number: number("+15552671"), reason });
    // A trunk prefix without brackets is not removed from an international number.
    let Unassigned { number: kept, .. } = us("+44 020 7183 8750") else { panic!() };
    assert_eq!(kept, "+4402071838750");
    // From abroad, a mobile number of Buenos Aires has a 9 and no 15: digits that nobody typed.
    assert!(matches!(read("011 15-2345-6789", Region::AR), Err(Unassigned { .. })));
    for error in [us("x"), us(""), us("555-2671"), RegionMissing, TooLong, NoNationalNumbers] {
        let said = error.to_string();
        assert!(said.contains("write") || said.contains("give"), "{said}");
    }
}

#[test]
fn an_ambiguous_number_is_refused() {
    for (text, region, number_, other) in [
        ("49 1512 3456789", Region::DE, "+4915123456789", "+494915123456789"),
        ("06 38 52 66", Region::GA, "+2416385266", "+24106385266"),
        ("810 852 3718 5967", Region::RU, "+85237185967", "+781085237185967"),
    ] {
        let two = HumanError::Ambiguous { number: number(number_), other: number(other) };
        assert_eq!(read(text, region), Err(two), "{text}");
    }
}

#[test]
fn a_zero_in_brackets_is_removed_if_it_is_the_national_prefix() {
    for (text, expected) in [
        ("+44 (0)20 7183 8750", "+442071838750"),
        ("+44(0)2071838750", "+442071838750"),
        ("(+44) [0] 20 7183 8750", "+442071838750"),
        ("00 44 (0)20 7183 8750", "+442071838750"),
        ("(0)30 901820", "+4930901820"),
        ("+39 (0)6 1234 5678", "+390612345678"),
    ] {
        assert_eq!(read(text, Region::DE), Ok(number(expected)), "{text}");
    }
    for (text, kept) in [
        ("+44 20 (0)7183 8750", "+4420071838750"),
        ("+1 (0)415 555 2671", "+104155552671"),
        ("+7 (0)495 123 45 67", "+704951234567"),
        ("+44 0(0)20 7183 8750", "+44002071838750"),
    ] {
        let error = read(text, Region::DE).unwrap_err();
        assert!(matches!(error, HumanError::Unassigned { number, .. } if number == kept), "{text}: {error}");
    }
}

#[test]
fn an_extension_is_returned_separately() {
    let read = |text: &str| E164::from_human_with_extension(text, Some(Region::US));
    for end in [
        " ext. 042",
        " EXT 042",
        " ext: 042",
        " extn. 042",
        " Extension 042",
        ", ext. 042",
        " (ext. 042)",
        "x042",
        " X 042",
        ", x042",
        ";ext=042",
        "; ext=042",
        "#042",
        " # 042",
        " ext. #042 ",
    ] {
        for start in ["(415) 555-2671", "+1 415 555 2671", "tel:+1-415-555-2671", "011 1 415 555 2671"] {
            let text = format!("{start}{end}");
            assert_eq!(read(&text), Ok((number("+14155552671"), Some("042".to_owned()))), "{text}");
        }
    }
    assert_eq!(read("415 555 2671"), Ok((number("+14155552671"), None)));
    for text in ["x", "x5", "#5", "415 555 2671 x", "415 555 2671 #", "415 555 2671 ext.", "415 555 2671, 5"] {
        assert!(matches!(read(text), Err(HumanError::InvalidCharacter { .. })), "{text}");
    }
    // Two extensions mean two numbers.
    for text in ["415 555 2671 x5 x6", "415 555 2671 x5/x6", "415 555 2671 x5y", "415 555 2671;ext=5;isub=6"] {
        assert!(matches!(read(text), Err(HumanError::InvalidCharacter { at: 12 | 13, .. })), "{text}");
    }
    assert!(matches!(read("555 2671 x5"), Err(HumanError::Unassigned { .. })));
}

#[test]
fn the_error_is_that_of_the_most_likely_reading() {
    use UnassignedReason::*;
    for (text, region, as_number, reason) in [
        ("011 49 1522 3433", Region::US, "+4915223433", RangeNotAssigned),
        ("011 44 20 7183 875", Region::US, "+44207183875", RangeNotAssigned),
        ("00 44 20 7183 87500", Region::DE, "+4420718387500", TooLong),
        ("0011 999 1234567", Region::AU, "+9991234567", UnknownCallingCode),
        ("810 1 415 555 267", Region::RU, "+1415555267", TooShort),
        ("020 7183 875", Region::GB, "+44207183875", RangeNotAssigned),
        ("44 20 7183 875", Region::GB, "+44207183875", RangeNotAssigned),
        ("1 415 555 267", Region::US, "+1415555267", TooShort),
        ("415 555 267", Region::US, "+1415555267", TooShort),
        ("06 1 234 56", Region::HU, "+36123456", AreaCodeMissing),
        ("+44 (0)20 7183 875", Region::US, "+44207183875", RangeNotAssigned),
    ] {
        let expected = HumanError::Unassigned { number: number(as_number), reason };
        assert_eq!(read(text, region), Err(expected), "{text}");
    }
}

#[test]
fn errors_are_objects_in_json() {
    for error in [read("x", Region::US).unwrap_err(), read("", Region::US).unwrap_err(), HumanError::RegionMissing] {
        let json = serde_json::to_value(error).unwrap();
        assert_eq!(json, serde_json::json!({ "code": error.code(), "message": error.to_string() }));
        assert!(error.to_string().starts_with("the number "), "{error}");
    }
    let json = serde_json::to_value(ConversionError::Extension).unwrap();
    assert_eq!(json["code"], "extension");
}

/// Reads one number out of ten of the corpus, without and with the national prefix of its region.
#[test]
fn every_number_is_read_from_its_national_form_or_refused_as_ambiguous() {
    let (mut at, mut read_back, mut ambiguous) = (0, 0, 0);
    reference::corpus(|number, _| {
        at += 1;
        let Assignment::Assigned { region, calling_code, .. } = number.plan() else { return };
        if at % 10 != 0 || region == Region::WORLD {
            return;
        }
        let national = number.digits().strip_prefix(&calling_code.to_string()).unwrap();
        let metadata = DATABASE.by_id(region.as_str()).unwrap();
        for prefix in ["", metadata.national_prefix().unwrap_or_default()] {
            let text = format!("{prefix}{national}");
            match read(&text, region) {
                Ok(same) => assert_eq!(same, number, "{text:?} in {region}"),
                Err(HumanError::Ambiguous { .. }) => ambiguous += 1,
                Err(error) => panic!("{text:?} in {region}, {number}: {error:?}"),
            }
            read_back += 1;
        }
    });
    assert!(read_back > 20_000 && ambiguous * 1000 < read_back, "{ambiguous} of {read_back}");
}

#[test]
fn a_long_text_is_refused_unread() {
    assert_eq!(read(&"4".repeat(MAX_HUMAN + 1), Region::US), Err(HumanError::TooLong));
    assert_eq!(read(&" ".repeat(1 << 20), Region::US), Err(HumanError::TooLong));
    let longest = format!("+1 415 555 2671{}", " ".repeat(MAX_HUMAN - 15));
    assert_eq!(E164::from_human(&longest, None), Ok(number("+14155552671")));
}

#[test]
fn the_crates_type_is_converted_both_ways_and_never_changed() {
    for text in ["+14155552671", "+442071838750", "+390612345678", "+80012345678", "+11155550123"] {
        let theirs = PhoneNumber::try_from(number(text)).expect(text);
        assert_eq!(E164::try_from(theirs), Ok(number(text)));
    }
    let changed = PhoneNumber::try_from(number("+78005553535")).unwrap_err();
    assert_eq!(changed, ConversionError::Changed { number: number("+78005553535"), changed: "+7005553535".into() });
    assert!(changed.to_string().contains("+78005553535 to +7005553535"));
    assert!(matches!(PhoneNumber::try_from(number("+9991234567")), Err(ConversionError::Refused { .. })));
    let extension = phonenumber::parse(None, "+1 415 555 2671 ext. 5").unwrap();
    assert_eq!(E164::try_from(&extension), Err(ConversionError::Extension));
    let long = phonenumber::parse(None, "+49 123456789012345").unwrap();
    assert!(matches!(E164::try_from(long), Err(ConversionError::Malformed(E164Error::TooLong { .. }))));
}

#[test]
fn no_digit_is_returned_that_was_not_typed() {
    const KEYS: &[u8] = b"+0123456789 ()./-";
    let regions: Vec<Region> = Region::all().collect();
    let mut rng = fastrand::Rng::with_seed(1);
    let mut numbers = 0;
    for _ in 0..20_000 {
        let text: String = (0..rng.usize(..=24)).map(|_| char::from(KEYS[rng.usize(..KEYS.len())])).collect();
        let region = regions[rng.usize(..regions.len())];
        if let Ok(number) = read(&text, region) {
            let typed: String = text.chars().filter(char::is_ascii_digit).collect();
            let code = region.calling_code().unwrap_or_default().to_string();
            let rest = number.digits().strip_prefix(&code).unwrap_or(number.digits());
            assert!(number.is_assigned());
            let without_zero = text.replacen("(0)", "", 1).replace(|typed: char| !typed.is_ascii_digit(), "");
            assert!(typed.ends_with(rest) || without_zero.ends_with(rest), "{text:?} in {region} is read as {number}");
            assert!(!text.trim_start().starts_with('+') || typed == number.digits() || text.contains("(0)"));
            numbers += 1;
        }
    }
    assert!(numbers > 100, "{numbers} of the texts were numbers");
}
