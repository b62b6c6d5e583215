//! A Twirp call, and the id that LiveKit's own SDKs send with it.

use std::hash::{BuildHasher, Hasher, RandomState};

use serde::Serialize;

use crate::http::Call;

pub(super) const SIP: &str = "livekit.SIP";
pub(super) const NUMBERS: &str = "livekit.PhoneNumberService";

/// A call of a method. All attempts have the same request id, so that a server can drop a repeated one. Whether a server
/// does is not documented.
pub(super) fn call(operation: &'static str, service: &str, method: &str, body: &impl Serialize) -> Call {
    Call::post(operation, &["twirp", service, method]).header("x-livekit-request-id", request_id()).json(body)
}

/// A random UUID (version 4). Each state has keys of its own, which the standard library draws at random.
fn request_id() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_uuids_of_version_4_and_differ() {
        let (one, other) = (request_id(), request_id());
        assert_ne!(one, other);
        for id in [one, other] {
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
        }
    }
}
