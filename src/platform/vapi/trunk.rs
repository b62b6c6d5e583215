//! A SIP trunk in Vapi's words.

use std::net::Ipv4Addr;

use super::wire::{CreateSipTrunkCredential, Gateway, NAME_MAX, OutboundAuthentication, OutboundProtocol};
use crate::model::{SipTransport, SipTrunk};

/// Calls go to the trunk's host, and come from its host or from the addresses named. An inbound gateway
/// must be an IPv4 address, so a host name alone is outbound only.
pub(super) fn credential(source: &SipTrunk) -> CreateSipTrunkCredential {
    let address: Option<Ipv4Addr> = source.host.parse().ok();
    let inbound = address.is_some() && source.allowed_inbound.is_empty();
    let mut gateway = Gateway::new(source.host.as_str()).inbound_enabled(inbound).outbound_enabled(true);
    if let Some(port) = source.port {
        gateway = gateway.port(port);
    }
    if let Some(transport) = source.transport {
        gateway = gateway.outbound_protocol(match transport {
            SipTransport::Udp => OutboundProtocol::Udp,
            SipTransport::Tcp => OutboundProtocol::Tcp,
            SipTransport::Tls => OutboundProtocol::Tls,
        });
    }
    let mut gateways = vec![gateway];
    for allowed in &source.allowed_inbound {
        gateways.push(Gateway::new(allowed.to_string()).inbound_enabled(true).outbound_enabled(false));
    }
    let name: String = source.name_or_host().chars().take(NAME_MAX).collect();
    let mut create =
        CreateSipTrunkCredential::new(gateways).name(name).outbound_leading_plus_enabled(source.leading_plus);
    if let Some((user, password)) = &source.credentials {
        let plan = OutboundAuthentication::new().auth_username(user.as_str()).auth_password(password.clone());
        create = create.outbound_authentication_plan(plan);
    }
    create
}
