//! Parsing and printing a number returns the same text, and the numbering plans' answer is consistent with the number.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numport::E164;
use numport::e164::{Assignment, MAX_DIGITS, MIN_DIGITS, UnassignedReason};

fuzz_target!(|text: &str| {
    let Ok(number) = text.parse::<E164>() else { return };
    assert_eq!(number.as_str(), text);
    assert_eq!(number.to_string().parse(), Ok(number));
    assert!((MIN_DIGITS..=MAX_DIGITS).contains(&number.digits().len()));
    assert_eq!(number.masked().to_string().len(), text.len());
    match number.plan() {
        Assignment::Assigned { calling_code, region, .. } => {
            assert!(number.is_assigned());
            assert!(number.digits().starts_with(&calling_code.to_string()));
            assert!(region.calling_code().is_none_or(|code| code == calling_code));
        }
        Assignment::Unassigned { reason, .. } => {
            assert!(!number.is_assigned());
            assert_eq!(number.calling_code().is_none(), reason == UnassignedReason::UnknownCallingCode);
        }
    }
});
