//! Who answers a number's calls, as far as an address tells.

use super::Importer;
use crate::model::{CallbackUrl, Calls, Finding, NoTakeover, NumberSource, PlatformKind, Reach, Reached};
use crate::platform::{self, Takeover, is_of};

impl Importer {
    /// Whether these calls go to the platform.
    pub(super) fn receives(&self, calls: &Calls) -> bool {
        self.answered_by(calls) == Some(self.platform.kind())
    }

    /// Whether these calls reach the platform, as far as is known.
    pub(super) fn reached(&self, calls: Option<&Calls>) -> Reached {
        match calls {
            Some(calls) if self.leads_here(calls) => Reached::Platform,
            Some(calls) if *calls == Calls::Nowhere || self.other_platform(calls).is_some() => Reached::Elsewhere,
            _ => Reached::Unknown,
        }
    }

    /// What an import from this source does to the carrier's routing. Behind a trunk the platform changes nothing there.
    pub(super) fn takeover(&self, source: Option<&NumberSource>) -> Takeover {
        match source.map(|source| &source.reach) {
            Some(Reach::Trunk(_)) => Takeover::Nothing,
            _ => self.platform.capabilities().takeover,
        }
    }

    /// What is to be said of a number that the platform has, if its calls do not reach it.
    pub(super) fn calls_finding(&self, calls: &Calls, has_agent: bool, takeover: Takeover) -> Option<Finding> {
        if self.leads_here(calls) {
            return None;
        }
        let reason = match takeover {
            Takeover::AtImport => return Some(Finding::NotTakenOver { url: url(calls).cloned() }),
            Takeover::WithAgent if has_agent => return Some(Finding::NotTakenOver { url: url(calls).cloned() }),
            Takeover::WithAgent => NoTakeover::NoAgent,
            Takeover::Unknown => NoTakeover::NotDocumented,
            Takeover::Nothing => NoTakeover::LeavesCarrier,
        };
        Some(Finding::CallsStay { calls: calls.to_string(), reason })
    }

    /// Whether these calls go to an address of the platform, and not only to its domain where that address is known.
    pub(super) fn receives_here(&self, calls: &Calls) -> bool {
        url(calls).is_some_and(|url| self.is_own_address(url))
    }

    /// Whether this is an address of the platform: a known one, or where none is known any address on its domains.
    pub(super) fn is_own_address(&self, url: &CallbackUrl) -> bool {
        match (&self.inbound_address, self.platform.inbound_address()) {
            (None, None) => self.is_on_own_domain(url),
            (given, known) => given.as_ref() == Some(url) || known.as_ref() == Some(url),
        }
    }

    /// Whether this is any address of the platform, by its domains.
    pub(super) fn is_on_own_domain(&self, url: &CallbackUrl) -> bool {
        self.platform_at(url) == Some(self.platform.kind())
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
        let own = url.host().is_some_and(|host| domains.iter().any(|domain| is_of(&host, domain)));
        let own = own || [&self.inbound_address, &self.platform.inbound_address()].contains(&&Some(url.clone()));
        if own { Some(self.platform.kind()) } else { platform::answered_by(url) }
    }
}

pub(super) fn url(calls: &Calls) -> Option<&CallbackUrl> {
    match calls {
        Calls::Url(url) => Some(url),
        _ => None,
    }
}
