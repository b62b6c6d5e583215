//! What a request asks for, in few bytes: enough to tell in which fields two requests differ.

use std::hash::{BuildHasher, RandomState};

use super::Field;
use crate::model::ImportRequest;

/// The fields of a request, as digests: 30 bits of the label and of the agent, and the two switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked(u64);

/// The bits of each field.
const BITS: [(Field, u64); 4] = [
    (Field::Label, 0x3FFF_FFFF << 34),
    (Field::Agent, 0x3FFF_FFFF << 4),
    (Field::Inbound, 0b1100),
    (Field::Outbound, 0b0011),
];

impl Asked {
    /// Only those of the same keys can be compared.
    pub(super) fn of(request: &ImportRequest, keys: &RandomState) -> Self {
        let switch = |on: Option<bool>| on.map_or(0, |on| 1 + u64::from(on));
        let label = (keys.hash_one(request.label_patch()) >> 34) << 34;
        let agent = (keys.hash_one(request.agent_patch()) >> 34) << 4;
        Self(label | agent | switch(request.inbound_enabled()) << 2 | switch(request.outbound_enabled()))
    }

    pub(super) fn differing(self, other: Self) -> Vec<Field> {
        let differs = |bits: u64| (self.0 ^ other.0) & bits != 0;
        BITS.into_iter().filter(|(_, bits)| differs(*bits)).map(|(field, _)| field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_that_differs_is_named() {
        let keys = RandomState::new();
        let plain = || ImportRequest::new("+14155552671".parse().unwrap());
        let differing =
            |one: ImportRequest, other: ImportRequest| Asked::of(&one, &keys).differing(Asked::of(&other, &keys));
        assert_eq!(differing(plain().label("A").agent("1"), plain().label("A").agent("1")), []);
        assert_eq!(differing(plain(), plain().label("A")), [Field::Label]);
        assert_eq!(differing(plain().clear_label(), plain()), [Field::Label]);
        assert_eq!(differing(plain().agent("1").inbound(true), plain().agent("2")), [Field::Agent, Field::Inbound]);
        assert_eq!(differing(plain().outbound(true), plain().outbound(false)), [Field::Outbound]);
    }
}
