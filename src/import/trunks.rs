//! Where the trunks of a carrier send their calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::Importer;
use crate::model::{CallbackUrl, Calls, SipHost};
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
                !addresses.is_empty() && addresses.iter().all(|address| self.is_own_sip(address.as_str()))
            }
            Calls::Forwarded(to) => self.is_own_sip(to),
            calls => self.receives(calls),
        }
    }

    /// Whether this is a SIP address on the host of the platform's own address, or on its domains.
    fn is_own_sip(&self, address: &str) -> bool {
        let Some(host) = sip_host(address) else { return false };
        let own = [self.inbound_address.clone(), self.platform.inbound_address()];
        if own.iter().flatten().any(|own| sip_host(own.as_str()).as_ref() == Some(&host)) {
            return true;
        }
        let host = host.as_str().to_ascii_lowercase();
        let domains = self.platform.capabilities().domains;
        domains.iter().any(|domain| is_of(&host, domain))
            || platform::answered_by(&CallbackUrl::new(format!("https://{host}/"))) == Some(self.platform.kind())
    }
}

/// The host of a SIP address.
fn sip_host(address: &str) -> Option<SipHost> {
    CallbackUrl::new(address).sip_server().map(|server| server.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_sip_address() {
        for (address, host) in [
            ("sip:sip.retellai.com", Some("sip.retellai.com")),
            ("SIP:SIP.retellai.com;transport=tls;edge=dublin", Some("sip.retellai.com")),
            ("sip:+14155552671@sip.example.com:5060;transport=tcp", Some("sip.example.com")),
            ("sips:a@b@sip.example.com?x=1", Some("sip.example.com")),
            ("sip:evil.example.com;x=@sip.retellai.com", Some("evil.example.com")),
            ("https://sip.retellai.com", None),
            ("sip.retellai.com", None),
            ("sip:", None),
        ] {
            assert_eq!(sip_host(address), host.map(|host| host.parse().unwrap()), "{address}");
        }
    }
}
