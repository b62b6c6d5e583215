//! The strict grammar, twice: at once over all bytes for what is right, and one by one to tell what is wrong.

use super::{E164Error, MAX_DIGITS, MIN_DIGITS};

/// Sixteen bytes of `0`.
const ZEROS: u128 = u128::from_ne_bytes([b'0'; MAX_DIGITS + 1]);

/// The text with zero bytes behind it, if it is a number.
///
/// All bytes are tested at once in a register: most of the time of reading a number would go into a loop over them.
#[inline]
pub(super) fn read(text: &str) -> Option<[u8; MAX_DIGITS + 1]> {
    let text = text.as_bytes();
    let length = text.len();
    if !(1 + MIN_DIGITS..=1 + MAX_DIGITS).contains(&length) {
        return None;
    }
    let bytes = load(text)?;
    if bytes as u8 != b'+' || (bytes >> 8) as u8 == b'0' {
        return None;
    }
    // With `0` in place of the `+` and behind the text all sixteen must be digits: 0x30 to 0x39, so that the upper half
    // of each is 3, and stays 3 when 6 is added. A byte that overflows into the next is not a digit itself.
    let digits = (u128::MAX >> (8 * (MAX_DIGITS + 1 - length))) & !0xff;
    let all = (bytes & digits) | (ZEROS & !digits);
    let upper = u128::from_ne_bytes([0xf0; MAX_DIGITS + 1]);
    let six = u128::from_ne_bytes([6; MAX_DIGITS + 1]);
    let right = all & upper == ZEROS && all.wrapping_add(six) & upper == ZEROS;
    right.then(|| bytes.to_le_bytes())
}

/// Up to sixteen bytes as a little-endian integer, by two reads that may overlap.
#[inline]
fn load(text: &[u8]) -> Option<u128> {
    let length = text.len();
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return Some(
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (length - 8)),
        );
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return Some(
            u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << (8 * (length - 4)),
        );
    }
    let [plus, first, second] = *text else { return None };
    Some(u128::from_le_bytes([plus, first, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
}

/// Why a text that cannot be read is no number.
#[cold]
pub(super) fn fault(text: &str) -> E164Error {
    let Some(digits) = text.strip_prefix('+') else { return E164Error::MissingPlus };
    // One character more than fits is looked at, and no more: 1 MB of junk costs what 17 bytes cost.
    for (at, found) in digits.chars().take(MAX_DIGITS + 1).enumerate() {
        if !found.is_ascii_digit() {
            return E164Error::InvalidCharacter { at: at + 1, found };
        }
    }
    if digits.starts_with('0') {
        E164Error::LeadingZero
    } else if digits.len() < MIN_DIGITS {
        E164Error::TooShort
    } else {
        E164Error::TooLong { digits: digits.len() }
    }
}
