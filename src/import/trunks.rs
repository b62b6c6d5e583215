//! Where the trunks of a carrier send their calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::Importer;
use crate::model::{CallbackUrl, Calls};
use crate::platform::{self, is_of};
use crate::provider::{Holding, NumberProvider, Ownership};

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
            let Some(Calls::Trunk(trunk)) = held.routing.as_ref().map(|routing| &routing.calls) else { continue };
            let _reading = self.trunks.reading.lock().await;
            if self.trunks.fresh(trunk, self).is_some() {
                continue;
            }
            let (mut known, mut is_final) = (Vec::new(), true);
            for control in holding.holders.iter().filter_map(|&index| carriers[index].routing()) {
                match control.trunk_addresses(trunk).await {
                    Ok(addresses) if addresses.is_empty() => {}
                    Ok(addresses) => {
                        known = addresses;
                        break;
                    }
                    Err(error) => {
                        tracing::debug!(%error, "the addresses of a trunk were not read");
                        // A refusal holds for the other numbers of the trunk as well.
                        is_final &= !error.is_retryable();
                    }
                }
            }
            if known.is_empty() && !is_final {
                continue;
            }
            let mut read = self.trunks.read.lock().unwrap_or_else(PoisonError::into_inner);
            read.insert(trunk.clone(), (Instant::now(), known));
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

    /// Whether these calls surely go to another platform.
    pub(super) fn leads_to_another(&self, calls: &Calls) -> bool {
        let is_another = |url: &CallbackUrl| {
            let host = url.sip_host().map(|host| CallbackUrl::new(format!("https://{}/", host.as_str())));
            self.platform_at(host.as_ref().unwrap_or(url)).is_some_and(|platform| platform != self.platform.kind())
        };
        match calls {
            Calls::Trunk(trunk) => {
                let addresses = self.trunks.fresh(trunk, self).unwrap_or_default();
                !addresses.is_empty() && addresses.iter().all(is_another)
            }
            Calls::Forwarded(to) => is_another(&CallbackUrl::new(to)),
            Calls::Url(url) => is_another(url),
            _ => false,
        }
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
