//! Human input is either read as a number with the same digits, or refused. The first byte selects the region.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numport::E164;
use numport::e164::Region;
use phonenumber::PhoneNumber;

fuzz_target!(|input: (u8, &str)| {
    let (at, text) = input;
    let region = Region::all().nth(usize::from(at));
    let Ok((number, extension)) = E164::from_human_with_extension(text, region) else { return };
    assert_eq!(E164::from_human(text, region).is_ok(), extension.is_none());
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let extension = extension.unwrap_or_default();
    let typed = digits.strip_suffix(&extension).expect("the extension is last");
    let number_digits = number.digits();
    assert!(number.is_assigned());
    // A 0 in brackets after the calling code may be left out.
    let (code, rest) = number_digits.split_at(number.calling_code().expect("is assigned").to_string().len());
    let with_zero = format!("{code}0{rest}");
    if text.contains(['+', '\u{ff0b}']) {
        assert!(typed == number_digits || typed == with_zero, "all digits of an international number");
    } else {
        let own = region.and_then(Region::calling_code).map(|code| code.to_string()).unwrap_or_default();
        let national = number_digits.strip_prefix(&own).unwrap_or(number_digits);
        assert!(typed.ends_with(national) || typed.ends_with(&with_zero));
    }
    if let Ok(theirs) = PhoneNumber::try_from(number) {
        assert_eq!(E164::try_from(theirs), Ok(number));
    }
});
