//! Who answers a number's calls, as far as an address tells.

use super::Importer;
use crate::model::{CallbackUrl, Calls, PlatformKind};
use crate::platform::{self, is_of};

impl Importer {
    /// Whether these calls go to the platform.
    pub(super) fn receives(&self, calls: &Calls) -> bool {
        self.answered_by(calls) == Some(self.platform.kind())
    }

    /// The platform that answers these calls, if it is known by its address.
    pub(super) fn answered_by(&self, calls: &Calls) -> Option<PlatformKind> {
        url(calls).and_then(|url| self.platform_at(url))
    }

    /// The platform whose address this is: the importer's own, by the domains that it states, or one that is known.
    pub(super) fn platform_at(&self, url: &CallbackUrl) -> Option<PlatformKind> {
        let domains = self.platform.capabilities().domains;
        let own =
            !domains.is_empty() && url.host().is_some_and(|host| domains.iter().any(|domain| is_of(&host, domain)));
        if own { Some(self.platform.kind()) } else { platform::answered_by(url) }
    }
}

pub(super) fn url(calls: &Calls) -> Option<&CallbackUrl> {
    match calls {
        Calls::Url(url) => Some(url),
        _ => None,
    }
}
