//! Counted on this thread alone, by the allocator that `allocation_counter` puts in place.

use allocation_counter::measure;
use numport::E164;

/// Numbers of every kind of answer, and texts of every fault.
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
fn reading_asking_and_masking_allocate_nothing() {
    let counted = measure(|| {
        for text in TEXTS {
            if let Ok(number) = text.parse::<E164>() {
                std::hint::black_box((number.plan(), number.is_assigned(), number.calling_code(), number.as_str()));
            }
        }
    });
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    // The counter does count.
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(1)))).count_total, 1);
}
