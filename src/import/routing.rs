//! Who answers a number's calls, as far as an address tells.

use super::Importer;
use crate::model::{CallbackUrl, Calls, Finding, NoTakeover, PlatformKind, Reached};
use crate::platform::{self, Takeover, is_of};

impl Importer {
    /// Whether these calls go to the platform.
    pub(super) fn receives(&self, calls: &Calls) -> bool {
        self.answered_by(calls) == Some(self.platform.kind())
    }

    /// Whether these calls reach the platform, as far as is known.
    pub(super) fn reached(&self, calls: Option<&Calls>) -> Reached {
        match calls {
            Some(Calls::Nowhere) => Reached::Elsewhere,
            Some(Calls::Url(url)) => match self.platform_at(url) {
                Some(platform) if platform == self.platform.kind() => Reached::Platform,
                Some(_) => Reached::Elsewhere,
                None => Reached::Unknown,
            },
            _ => Reached::Unknown,
        }
    }

    /// What is to be said of a number that the platform has, if its calls do not reach it.
    pub(super) fn calls_finding(&self, calls: &Calls, has_agent: bool) -> Option<Finding> {
        if self.receives(calls) {
            return None;
        }
        let reason = match self.platform.capabilities().takeover {
            Takeover::AtImport => return Some(Finding::NotTakenOver { url: url(calls).cloned() }),
            Takeover::WithAgent if has_agent => return Some(Finding::NotTakenOver { url: url(calls).cloned() }),
            Takeover::WithAgent => NoTakeover::NoAgent,
            Takeover::Unknown => NoTakeover::NotDocumented,
            Takeover::Nothing => NoTakeover::LeavesCarrier,
        };
        Some(Finding::CallsStay { calls: calls.to_string(), reason })
    }

    /// The address at which the platform answers, as far as is known.
    pub(super) fn address(&self) -> Option<CallbackUrl> {
        self.inbound_address.clone().or_else(|| self.platform.inbound_address())
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
        let own = own || self.address().is_some_and(|address| address == *url);
        if own { Some(self.platform.kind()) } else { platform::answered_by(url) }
    }
}

pub(super) fn url(calls: &Calls) -> Option<&CallbackUrl> {
    match calls {
        Calls::Url(url) => Some(url),
        _ => None,
    }
}
