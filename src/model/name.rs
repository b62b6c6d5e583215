use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// The longest name, in bytes.
const MAX: usize = 23;

/// A short name that is `Copy`, so that a kind read from a document need not be kept for the life of the process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    bytes: [u8; MAX],
    len: u8,
}

/// The error for a text that cannot be the name of a platform or a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name must be 1 to 23 of the characters a-z, 0-9, - and _")]
#[non_exhaustive]
pub struct InvalidName;

impl Name {
    pub(super) const fn new(name: &str) -> Option<Self> {
        let (text, mut bytes, mut at) = (name.as_bytes(), [0; MAX], 0);
        if text.is_empty() || text.len() > MAX {
            return None;
        }
        while at < text.len() {
            if !matches!(text[at], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
                return None;
            }
            bytes[at] = text[at];
            at += 1;
        }
        #[allow(clippy::cast_possible_truncation)] // at most `MAX`
        Some(Self { bytes, len: at as u8 })
    }

    pub(super) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len as usize).0) {
            Ok(name) => name,
            Err(_) => "", // it is ASCII
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
