//! The trunk credentials that a client made: one for each SIP source, shared by all its numbers.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::Vapi;
use super::wire::{CreateSipTrunkCredential, Gateway, NAME_MAX, OutboundAuthentication, OutboundProtocol};
use crate::error::Result;
use crate::model::{CredentialId, SipTransport, SipTrunk};

/// Shared by the clones of a client.
#[derive(Clone, Debug, Default)]
pub(super) struct Trunks(Arc<Mutex<Vec<Arc<Trunk>>>>);

/// One trunk's credential. Whoever asks first makes it, whoever asks meanwhile waits for it.
#[derive(Debug)]
pub(super) struct Trunk {
    source: SipTrunk,
    credential: OnceCell<CredentialId>,
    /// Imports under way, done, or of unknown fate: while there is one, the credential stays.
    users: Mutex<usize>,
}

impl Trunks {
    fn join(&self, source: &SipTrunk) -> Arc<Trunk> {
        let mut trunks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = trunks.iter().find(|trunk| trunk.source == *source).cloned();
        let trunk = known.unwrap_or_else(|| {
            let trunk = Trunk { source: source.clone(), credential: OnceCell::new(), users: Mutex::new(0) };
            let trunk = Arc::new(trunk);
            trunks.push(trunk.clone());
            trunk
        });
        *trunk.users.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        trunk
    }

    /// Gives up one use. The last one takes the trunk off the list, so that nobody joins it any more.
    fn leave(&self, trunk: &Arc<Trunk>) -> bool {
        let mut trunks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut users = trunk.users.lock().unwrap_or_else(PoisonError::into_inner);
        *users -= 1;
        if *users == 0 {
            trunks.retain(|known| !Arc::ptr_eq(known, trunk));
        }
        *users == 0
    }
}

impl Vapi {
    /// The credential of a SIP source, made if this client has not made it yet.
    pub(super) async fn trunk_credential(&self, source: &SipTrunk) -> Result<(Arc<Trunk>, CredentialId)> {
        let trunk = self.trunks.join(source);
        let made = trunk.credential.get_or_try_init(|| async {
            let made = self.create_credential(credential(source)).await?;
            made.id().map(CredentialId::new).ok_or_else(|| self.engine.missing("make credential", "id"))
        });
        match made.await.cloned() {
            Ok(id) => Ok((trunk, id)),
            Err(error) => {
                self.trunks.leave(&trunk);
                Err(error)
            }
        }
    }

    /// After an import that surely did not happen: removes the credential if no other import used it.
    pub(super) async fn give_up(&self, trunk: &Arc<Trunk>) -> Result<()> {
        match trunk.credential.get() {
            Some(id) if self.trunks.leave(trunk) => self.delete_credential(id.as_str()).await.map(drop),
            _ => Ok(()),
        }
    }
}

/// A trunk in Vapi's words: calls go to its host, and come from its host or from the addresses named.
/// An inbound gateway must be an IPv4 address, so a host name alone is outbound only.
fn credential(source: &SipTrunk) -> CreateSipTrunkCredential {
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
    let name: String =
        source.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&source.host).chars().take(NAME_MAX).collect();
    let mut create =
        CreateSipTrunkCredential::new(gateways).name(name).outbound_leading_plus_enabled(source.leading_plus);
    if let Some((user, password)) = &source.credentials {
        let plan = OutboundAuthentication::new().auth_username(user.as_str()).auth_password(password.clone());
        create = create.outbound_authentication_plan(plan);
    }
    create
}
