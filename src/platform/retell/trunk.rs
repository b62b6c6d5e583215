//! A SIP trunk in Retell's models.

use super::wire::{ImportNumber, Transport, UpdateNumber};
use crate::model::{ImportRequest, MediaEncryption, ProblemCode, Problems, SipTransport, SipTrunk};

/// Checks what Retell has no setting for.
pub(super) fn check(trunk: &SipTrunk, problems: &mut Problems) {
    let mut unsupported = |field: &str, is_set: bool, fault: &str, remedy: &str| {
        if is_set {
            problems.add(ProblemCode::Unsupported, field, fault, remedy);
        }
    };
    unsupported(
        "port",
        trunk.port.is_some(),
        "is set, but Retell documents only the host of a trunk",
        "leave it out, so that Retell chooses by the transport or by SRV",
    );
    unsupported(
        "allow_inbound",
        !trunk.allowed_inbound.is_empty(),
        "cannot be set: Retell's API has no setting for it",
        "leave it out: Retell takes the calls that the trunk sends to its SIP server",
    );
    unsupported(
        "media_encryption",
        trunk.media_encryption == Some(MediaEncryption::Disabled) && trunk.transport == Some(SipTransport::Tls),
        "is disabled, but Retell's API has no setting for it, and Retell encrypts media with the transport TLS",
        "leave it out, or use another transport",
    );
    unsupported("leading_plus", trunk.leading_plus, "is on, but Retell's API has no setting for it", "leave it out");
    if trunk.media_encryption == Some(MediaEncryption::Required) && trunk.transport != Some(SipTransport::Tls) {
        let fault = "is required, but Retell encrypts media only with the transport TLS";
        problems.add(ProblemCode::Conflict, "media_encryption", fault, "set the transport to TLS as well");
    }
}

/// The import of a number of a trunk that has passed [`check`].
pub(super) fn import(trunk: &SipTrunk, request: &ImportRequest) -> ImportNumber {
    let mut import = ImportNumber::new(request.number().as_str(), trunk.host_text()).ignore_e164_validation(false);
    if let Some((user, password)) = &trunk.credentials {
        import = import.sip_trunk_auth_username(user.as_str()).sip_trunk_auth_password(password.clone());
    }
    if let Some(transport) = trunk.transport {
        import = import.transport(wire(transport));
    }
    import
}

/// The update of a number to a trunk that has passed [`check`]. The user and the password go together.
pub(super) fn update(trunk: &SipTrunk) -> UpdateNumber {
    let mut update = UpdateNumber::new().termination_uri(trunk.host_text());
    if let Some((user, password)) = &trunk.credentials {
        update = update.auth_username(user.as_str()).auth_password(password.clone());
    }
    if let Some(transport) = trunk.transport {
        update = update.transport(wire(transport));
    }
    update
}

const fn wire(transport: SipTransport) -> Transport {
    match transport {
        SipTransport::Udp => Transport::Udp,
        SipTransport::Tcp => Transport::Tcp,
        SipTransport::Tls => Transport::Tls,
    }
}
