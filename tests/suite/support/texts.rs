//! Generated texts, the same for the same seed.

use std::ops::RangeInclusive;

use fastrand::Rng;

/// One of these.
pub(crate) fn one<T: Copy, const N: usize>(rng: &mut Rng, choices: [T; N]) -> T {
    choices[rng.usize(..N)]
}

/// A text of this many characters out of an alphabet.
pub(crate) fn of(rng: &mut Rng, alphabet: &str, length: RangeInclusive<usize>) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    (0..rng.usize(length)).map(|_| alphabet[rng.usize(..alphabet.len())]).collect()
}

/// A text of up to this many characters of any kind, half of them ASCII.
pub(crate) fn any(rng: &mut Rng, most: usize) -> String {
    let length = rng.usize(..=most);
    (0..length).map(|_| if rng.bool() { rng.char(' '..='~') } else { rng.char(..) }).collect()
}
