//! Who answers a number's calls, as far as an address tells.

use super::Importer;
use crate::model::{CallbackUrl, Calls, PlatformKind};
use crate::platform;

impl Importer {
    /// Whether these calls go to the platform.
    pub(super) fn receives(&self, calls: &Calls) -> bool {
        answered_by(calls) == Some(self.platform.kind())
    }
}

pub(super) fn answered_by(calls: &Calls) -> Option<PlatformKind> {
    url(calls).and_then(platform::answered_by)
}

pub(super) fn url(calls: &Calls) -> Option<&CallbackUrl> {
    match calls {
        Calls::Url(url) => Some(url),
        _ => None,
    }
}
