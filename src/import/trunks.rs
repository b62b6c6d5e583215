//! Where the trunks of a carrier send their calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::Importer;
use crate::error::{Error, Result};
use crate::model::{CallbackUrl, Calls, PlatformKind};
use crate::platform::{self, is_of};
use crate::provider::{Holding, NumberProvider, Ownership, RoutingControl};

/// The addresses of each trunk, by its id, and when they were read.
#[derive(Debug, Default)]
pub(super) struct Trunks {
    read: Mutex<HashMap<String, (Instant, Vec<CallbackUrl>)>>,
    /// So that numbers of one trunk that are looked up together read it once.
    reading: tokio::sync::Mutex<()>,
}

impl Trunks {
    fn fresh(&self, trunk: &str, importer: &Importer) -> Option<Vec<CallbackUrl>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |(at, _): &&(Instant, Vec<CallbackUrl>)| at.elapsed() <= importer.list_age;
        read.get(trunk).filter(is_fresh).map(|(_, addresses)| addresses.clone())
    }
}

impl Importer {
    /// Reads where the trunks that get a number's calls lead, unless they were read lately. Without an answer it is
    /// unknown.
    pub(super) async fn read_trunks(&self, carriers: &[&dyn NumberProvider], holding: &Holding) {
        let held = match &holding.ownership {
            Ownership::Held(held) => Some(held),
            _ => None,
        };
        for held in held.into_iter().chain(&holding.others) {
            let Some(calls) = held.routing.as_ref().map(|routing| &routing.calls) else { continue };
            let controls: Vec<_> = holding.holders.iter().filter_map(|&index| carriers[index].routing()).collect();
            drop(self.read_trunk(calls, &controls).await);
        }
    }

    /// The same for a trunk that gets these calls, at the carriers that may know it. A refusal is an answer: nobody will know.
    /// Any other error is returned, and the next call reads the trunk again.
    pub(super) async fn read_trunk(&self, calls: &Calls, controls: &[&dyn RoutingControl]) -> Result<()> {
        let Calls::Trunk(trunk) = calls else { return Ok(()) };
        let _reading = self.trunks.reading.lock().await;
        if self.trunks.fresh(trunk, self).is_some() {
            return Ok(());
        }
        let (mut known, mut failed) = (Vec::new(), None);
        for control in controls {
            match control.trunk_addresses(trunk).await {
                Ok(addresses) if addresses.is_empty() => {}
                Ok(addresses) => {
                    known = addresses;
                    break;
                }
                Err(error) => {
                    tracing::debug!(%error, "the addresses of a trunk were not read");
                    failed = failed.or(Some(error).filter(Error::is_retryable));
                }
            }
        }
        match failed {
            Some(error) if known.is_empty() => Err(error),
            _ => {
                let mut read = self.trunks.read.lock().unwrap_or_else(PoisonError::into_inner);
                read.insert(trunk.clone(), (Instant::now(), known));
                Ok(())
            }
        }
    }

    /// Whether these calls surely go to the platform: to its address, or through a trunk or a forwarding to its SIP
    /// server.
    pub(super) fn leads_here(&self, calls: &Calls) -> bool {
        match calls {
            Calls::Trunk(trunk) => {
                let addresses = self.trunks.fresh(trunk, self).unwrap_or_default();
                !addresses.is_empty() && addresses.iter().all(|address| self.is_own_sip(address))
            }
            Calls::Forwarded(to) => self.is_own_sip(&CallbackUrl::new(to)),
            Calls::Url(url) => self.is_own_sip(url) || self.receives(calls),
            _ => false,
        }
    }

    /// The other platform to which these calls surely go.
    pub(super) fn other_platform(&self, calls: &Calls) -> Option<PlatformKind> {
        let addresses = self.addresses(calls);
        let platform = self.platform_of(addresses.first()?).filter(|platform| *platform != self.platform.kind())?;
        addresses.iter().all(|address| self.platform_of(address).as_ref() == Some(&platform)).then_some(platform)
    }

    /// The platforms that may get these calls, as far as addresses tell.
    pub(super) fn may_reach(&self, calls: &Calls) -> Vec<PlatformKind> {
        self.addresses(calls).iter().filter_map(|address| self.platform_of(address)).collect()
    }

    /// The addresses that get these calls, as far as is known.
    fn addresses(&self, calls: &Calls) -> Vec<CallbackUrl> {
        match calls {
            Calls::Trunk(trunk) => self.trunks.fresh(trunk, self).unwrap_or_default(),
            Calls::Forwarded(to) => vec![CallbackUrl::new(to)],
            Calls::Url(url) => vec![url.clone()],
            _ => Vec::new(),
        }
    }

    /// The platform at this address, which may be one of SIP.
    fn platform_of(&self, address: &CallbackUrl) -> Option<PlatformKind> {
        if self.is_own_sip(address) {
            return Some(self.platform.kind());
        }
        let host = address.sip_host().map(|host| CallbackUrl::new(format!("https://{}/", host.as_str())));
        self.platform_at(host.as_ref().unwrap_or(address))
    }

    /// The other platform to which the trunk of these calls surely leads, if numbers may be taken off such a trunk.
    pub(super) fn replaceable(&self, calls: &Calls) -> Option<PlatformKind> {
        self.other_platform(calls).filter(|_| self.replace_trunks)
    }

    /// Whether this is a SIP address on the host of the platform's own address, or on its domains.
    fn is_own_sip(&self, address: &CallbackUrl) -> bool {
        let Some(host) = address.sip_host() else { return false };
        let own = [self.inbound_address.clone(), self.platform.inbound_address()];
        if own.iter().flatten().any(|own| own.sip_host().as_ref() == Some(&host)) {
            return true;
        }
        let host = host.as_str().to_ascii_lowercase();
        let domains = self.platform.capabilities().domains;
        domains.iter().any(|domain| is_of(&host, domain))
            || platform::answered_by(&CallbackUrl::new(format!("https://{host}/"))) == Some(self.platform.kind())
    }
}
