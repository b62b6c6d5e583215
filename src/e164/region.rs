use std::fmt;
use std::str::FromStr;

use super::table::{CALLING_CODES, NAMES};

/// A country or territory that has numbers, by its two letters of ISO 3166-1, such as [`Region::US`].
///
/// Beside those of the standard there are `AC` (Ascension Island), `TA` (Tristan da Cunha) and `XK` (Kosovo), and
/// [`WORLD`](Self::WORLD), `001`, for calling codes that are no country's, such as +800.
///
/// ```
/// use numport::e164::Region;
///
/// assert_eq!("CA".parse(), Ok(Region::CA));
/// assert_eq!(Region::CA.to_string(), "CA");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(pub(super) u8); // the place in `NAMES`, which is sorted

impl Region {
    /// `001`: no country, the whole world.
    pub const WORLD: Self = Self(0);

    /// The two letters, or `001`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Its calling code, such as 1, which it may share with others; none for [`WORLD`](Self::WORLD).
    #[must_use]
    pub fn calling_code(self) -> Option<u16> {
        CALLING_CODES.get(usize::from(self.0)).copied().filter(|&code| code != 0)
    }

    /// All regions that have numbers, sorted.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..).take(NAMES.len()).map(Self)
    }
}

/// A text is not a region that has numbers: two capital letters as in ISO 3166-1, such as `US`, or `001`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the text is not a region with telephone numbers; write two capital letters as in ISO 3166-1, such as US, or 001 for the world"
)]
#[non_exhaustive]
pub struct UnknownRegion;

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        Self::all().find(|region| region.as_str() == text).ok_or(UnknownRegion)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

/// The constants, the names and the calling codes, from the generated list.
macro_rules! regions {
    ($($name:ident = $place:literal : $code:literal),+) => {
        impl Region {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                pub const $name: Self = Self($place);
            )+
        }

        pub(super) static NAMES: &[&str] = &["001", $(stringify!($name)),+];
        pub(super) static CALLING_CODES: &[u16] = &[0, $($code),+];
    };
}
pub(super) use regions;
