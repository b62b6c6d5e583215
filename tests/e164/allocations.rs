//! Counts allocations of this thread, with the allocator of `allocation_counter`.

use allocation_counter::measure;
use numport::E164;

/// Numbers for every kind of answer, and texts with every fault.
const TEXTS: [&str; 12] = [
    "+14155552671",
    "+18005550123",
    "+442071838750",
    "+390669812345",
    "+80012345678",
    "+12",
    "+9991234567",
    "+11155550123",
    "14155552671",
    "+1 415",
    "+123456789012345678",
    "",
];

#[test]
fn parsing_lookups_and_masking_allocate_nothing() {
    let counted = measure(|| {
        for text in TEXTS {
            if let Ok(number) = text.parse::<E164>() {
                std::hint::black_box((number.plan(), number.is_assigned(), number.calling_code(), number.as_str()));
            }
        }
    });
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    // Shows that the counter counts.
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(1)))).count_total, 1);
}
