//! What people write is read as a number of the digits that they wrote, or refused. The first byte chooses the region.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numport::E164;
use numport::e164::Region;
use phonenumber::PhoneNumber;

fuzz_target!(|input: (u8, &str)| {
    let (at, text) = input;
    let region = Region::all().nth(usize::from(at));
    let Ok(number) = E164::from_human(text, region) else { return };
    let typed: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(number.is_assigned());
    if text.contains(['+', '\u{ff0b}']) {
        assert_eq!(number.digits(), typed, "all digits of an international number");
    } else {
        let code = region.and_then(Region::calling_code).map(|code| code.to_string()).unwrap_or_default();
        assert!(typed.ends_with(number.digits().strip_prefix(&code).unwrap_or(number.digits())));
    }
    if let Ok(theirs) = PhoneNumber::try_from(number) {
        assert_eq!(E164::try_from(theirs), Ok(number));
    }
});
