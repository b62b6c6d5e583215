//! From a trunk's address to the addresses of machines ([RFC 3263, section 4](https://www.rfc-editor.org/rfc/rfc3263#section-4)).

use std::net::{IpAddr, SocketAddr};

use super::dns::{LookupError, Naptr, Resolver};
use crate::model::{ProbeFinding, ProbeTarget, SipAddress, SipTransport};

/// How many targets and how many records of a kind are looked at.
const MOST: usize = 16;

/// How many SRV names are looked up, and how many machines of one.
const FEW: usize = 4;

/// The targets of an address, best first, or the finding that there are none.
pub(super) async fn resolve(resolver: &dyn Resolver, address: &SipAddress) -> Result<Vec<ProbeTarget>, ProbeFinding> {
    let mut targets = match address.host.ip() {
        Some(ip) => direct(address, [ip]),
        None => {
            let looked_up = look_up(resolver, address).await;
            looked_up.map_err(|LookupError(reason)| ProbeFinding::LookupFailed { reason: bounded(&reason) })?
        }
    };
    targets.truncate(MOST);
    if targets.is_empty() { Err(ProbeFinding::NoRecords) } else { Ok(targets) }
}

fn bounded(reason: &str) -> String {
    reason.chars().take(300).collect()
}

/// With the default transport and port.
fn direct(address: &SipAddress, ips: impl IntoIterator<Item = IpAddr>) -> Vec<ProbeTarget> {
    let transport = address.transport.unwrap_or(SipTransport::Udp);
    let port = address.port.unwrap_or(if transport == SipTransport::Tls { 5061 } else { 5060 });
    ips.into_iter().map(|ip| ProbeTarget { address: SocketAddr::new(ip, port), transport }).collect()
}

async fn look_up(resolver: &dyn Resolver, address: &SipAddress) -> Result<Vec<ProbeTarget>, LookupError> {
    let name = address.host.as_str().trim_end_matches('.');
    if address.port.is_none() {
        for (service, transport) in services(resolver, name, address.transport).await? {
            let targets = by_srv(resolver, &service, transport).await?;
            if !targets.is_empty() {
                return Ok(targets);
            }
        }
    }
    Ok(direct(address, ips(resolver, name).await?))
}

/// The names of the SRV records to look up, and their transports.
async fn services(
    resolver: &dyn Resolver,
    name: &str,
    transport: Option<SipTransport>,
) -> Result<Vec<(String, SipTransport)>, LookupError> {
    let named = |transport| match transport {
        SipTransport::Tls => format!("_sips._tcp.{name}"),
        SipTransport::Tcp => format!("_sip._tcp.{name}"),
        SipTransport::Udp => format!("_sip._udp.{name}"),
    };
    if let Some(transport) = transport {
        return Ok(vec![(named(transport), transport)]);
    }
    // Some name servers refuse NAPTR. SRV may work all the same.
    let mut records = resolver.naptr(name).await.unwrap_or_default();
    records.sort_by_key(|record| (record.order, record.preference));
    let mut services: Vec<_> = records.iter().filter_map(service).take(FEW).collect();
    if services.is_empty() {
        services = [SipTransport::Tls, SipTransport::Tcp, SipTransport::Udp]
            .map(|transport| (named(transport), transport))
            .into();
    }
    Ok(services)
}

fn service(record: &Naptr) -> Option<(String, SipTransport)> {
    let services = [("SIPS+D2T", SipTransport::Tls), ("SIP+D2T", SipTransport::Tcp), ("SIP+D2U", SipTransport::Udp)];
    let (_, transport) = services.into_iter().find(|(name, _)| record.service.eq_ignore_ascii_case(name))?;
    let is_srv = record.flags.eq_ignore_ascii_case("s") && !record.replacement.trim_matches('.').is_empty();
    is_srv.then(|| (record.replacement.trim_end_matches('.').to_owned(), transport))
}

async fn by_srv(
    resolver: &dyn Resolver,
    service: &str,
    transport: SipTransport,
) -> Result<Vec<ProbeTarget>, LookupError> {
    let mut records = resolver.srv(service).await?;
    records.sort_by_key(|record| (record.priority, std::cmp::Reverse(record.weight)));
    records.retain(|record| !record.target.trim_matches('.').is_empty() && record.port != 0);
    let mut targets = Vec::new();
    for record in records.iter().take(FEW) {
        let ips = ips(resolver, record.target.trim_end_matches('.')).await?;
        targets.extend(ips.into_iter().map(|ip| ProbeTarget { address: SocketAddr::new(ip, record.port), transport }));
    }
    Ok(targets)
}

/// IPv4 first, since not every machine has IPv6.
async fn ips(resolver: &dyn Resolver, name: &str) -> Result<Vec<IpAddr>, LookupError> {
    let mut ips = resolver.addresses(name).await?;
    ips.sort_by_key(IpAddr::is_ipv6);
    ips.truncate(MOST);
    Ok(ips)
}
