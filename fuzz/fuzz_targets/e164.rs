//! Whatever is read as a number prints as it was written, and as nothing longer than a number.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numport::E164;
use numport::e164::{MAX_DIGITS, MIN_DIGITS};

fuzz_target!(|text: &str| {
    let Ok(number) = text.parse::<E164>() else { return };
    assert_eq!(number.as_str(), text);
    assert_eq!(number.to_string().parse(), Ok(number));
    assert!((MIN_DIGITS..=MAX_DIGITS).contains(&number.digits().len()));
    assert_eq!(number.masked().to_string().len(), text.len());
});
