//! A SIP trunk in Vapi's models ([gateways](https://docs.vapi.ai/advanced/sip/sip-trunk)).

use std::net::IpAddr;

use futures_util::TryStreamExt;

use super::client::Vapi;
use super::wire::{
    CreateSipTrunkCredential, Credential, Gateway, LIMIT_MAX, ListFilter, NAME_MAX, OutboundAuthentication,
    OutboundProtocol, SearchNumbers,
};
use crate::error::Result;
use crate::model::{CredentialId, MediaEncryption, ProblemCode, Problems, SipHost, SipTransport, SipTrunk};
use crate::platform::credentials::Made;

/// The prefix lengths that a gateway's netmask may have.
const NETMASK_MIN: u8 = 24;
const NETMASK_MAX: u8 = 32;

/// Checks what Vapi has no setting for, and what Vapi would accept although no call would get through.
pub(super) fn check(trunk: &SipTrunk, problems: &mut Problems) {
    check_host(trunk, problems);
    problems.length("name", trunk.name.as_deref().unwrap_or_default(), 0, NAME_MAX);
    for allowed in &trunk.allowed_inbound {
        if allowed.address().is_ipv6() {
            let fault = format!("has {allowed}, but Vapi accepts inbound calls only from IPv4 addresses");
            problems.add(ProblemCode::Unsupported, "allow_inbound", fault, "give the carrier's IPv4 addresses");
        } else if allowed.prefix() < NETMASK_MIN {
            let fault = format!("has {allowed}, but Vapi's networks are /{NETMASK_MIN} to /{NETMASK_MAX}");
            problems.add(
                ProblemCode::OutOfRange,
                "allow_inbound",
                fault,
                format!("split it into networks of /{NETMASK_MIN}"),
            );
        }
    }
    match trunk.media_encryption {
        Some(MediaEncryption::Required) if trunk.transport != Some(SipTransport::Tls) => {
            let fault = "is required, but Vapi encrypts media only with the transport TLS";
            problems.add(ProblemCode::Conflict, "media_encryption", fault, "set the transport to TLS as well");
        }
        Some(MediaEncryption::Allowed) => {
            let fault = "is allowed, but Vapi's API can only require or disable it";
            problems.add(
                ProblemCode::Unsupported,
                "media_encryption",
                fault,
                "leave it out, require it, or disable it",
            );
        }
        _ => {}
    }
}

/// An inbound gateway must be an IPv4 address. Vapi silently blocks calls from elsewhere.
fn check_host(trunk: &SipTrunk, problems: &mut Problems) {
    let Ok(host) = trunk.host() else { return };
    let address = host.ip();
    if address.is_some_and(|address| address.is_ipv6()) {
        let remedy = "give the trunk's name or its IPv4 address";
        problems.add(ProblemCode::Unsupported, "host", "is an IPv6 address, which Vapi does not accept", remedy);
    }
    let by_address = address.is_some_and(|address| address.is_ipv4());
    if !by_address && !trunk.outbound_only && !trunk.names_inbound() {
        let fault = "is empty, but Vapi recognizes inbound calls only by IPv4 addresses: \
            it would silently block all calls from this host";
        let remedy = "list the carrier's signalling addresses with `allow_inbound`, or set `outbound_only`";
        problems.add(ProblemCode::Missing, "allow_inbound", fault, remedy);
    }
}

impl Vapi {
    /// The trunk's credential: an existing one, unchanged, or a new one. So neither a lost response nor a new process
    /// creates a second one. Other numbers share an existing one, so it is not updated, although its password, which Vapi
    /// does not show, may be old: [`renew`](crate::VoicePlatform::renew) changes it.
    pub(super) async fn trunk_credential(&self, wanted: CreateSipTrunkCredential) -> Result<Made> {
        if let Some(id) = self.find_trunk(&wanted).await? {
            return Ok(Made { id, own: false });
        }
        let made = self.create_credential(wanted.clone()).await;
        self.made_or_found(made, self.find_trunk(&wanted)).await
    }

    /// The credential that was made, or that is found after the answer was lost.
    pub(super) async fn made_or_found(
        &self,
        made: Result<Credential>,
        find: impl Future<Output = Result<Option<CredentialId>>>,
    ) -> Result<Made> {
        let lost = match made {
            // A credential without an id is not a valid response.
            Ok(made) => return Ok(Made { id: CredentialId::new(made.id().unwrap_or_default()), own: true }),
            Err(error) if error.surely_not_done() => return Err(error),
            Err(error) => error,
        };
        match find.await {
            Ok(Some(id)) => Ok(Made { id, own: false }),
            _ => Err(lost),
        }
    }

    /// Removes a credential, unless a number of somebody else uses it meanwhile. Whether Vapi would refuse that is not
    /// documented. Answers whether it is gone.
    pub(super) async fn remove_unused(&self, id: CredentialId) -> Result<bool> {
        let mut numbers = self.numbers(SearchNumbers::new().filter(ListFilter::new().limit(LIMIT_MAX)));
        while let Some(number) = numbers.try_next().await? {
            if number.credential_id.as_deref() == Some(id.as_str()) {
                return Ok(false);
            }
        }
        match self.delete_credential(id.as_str()).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(true),
        }
    }

    /// An existing credential of a trunk that is equal in everything that Vapi shows.
    async fn find_trunk(&self, wanted: &CreateSipTrunkCredential) -> Result<Option<CredentialId>> {
        let credentials = self.list_credentials(&ListFilter::new().limit(LIMIT_MAX)).await?;
        let found = credentials.into_iter().find_map(|credential| match credential {
            Credential::SipTrunk(trunk) if wanted.is_alike(&trunk) => trunk.id,
            _ => None,
        });
        Ok(found.map(CredentialId::new))
    }
}

/// The gateways of a trunk that has passed [`check`]: calls go to its host, and come from its host or from the given
/// addresses.
pub(super) fn credential(source: &SipTrunk) -> CreateSipTrunkCredential {
    let by_address = matches!(source.host().map(SipHost::ip), Ok(Some(IpAddr::V4(_))));
    let inbound = by_address && source.allowed_inbound.is_empty() && !source.outbound_only;
    let mut gateway = Gateway::new(source.host_text()).inbound_enabled(inbound).outbound_enabled(true);
    if let Some(port) = source.port {
        gateway = gateway.port(port);
    }
    if let Some(transport) = source.transport {
        gateway = gateway.outbound_protocol(protocol(transport, source.media_encryption));
    }
    let mut gateways = vec![gateway];
    for allowed in &source.allowed_inbound {
        let mut gateway = Gateway::new(allowed.address().to_string()).inbound_enabled(true).outbound_enabled(false);
        if allowed.prefix() < NETMASK_MAX {
            gateway = gateway.netmask(allowed.prefix());
        }
        gateways.push(gateway);
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

/// Encrypted media are a separate protocol.
fn protocol(transport: SipTransport, media: Option<MediaEncryption>) -> OutboundProtocol {
    match transport {
        SipTransport::Udp => OutboundProtocol::Udp,
        SipTransport::Tcp => OutboundProtocol::Tcp,
        SipTransport::Tls if media == Some(MediaEncryption::Required) => OutboundProtocol::TlsSrtp,
        SipTransport::Tls => OutboundProtocol::Tls,
    }
}
