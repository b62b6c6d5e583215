//! A SIP trunk in ElevenLabs' models, and the renewal of its login.

use super::client::{ElevenLabs, KIND};
use super::platform::mismatched;
use super::settings;
use super::wire::{
    InboundTrunkConfig, OutboundTrunk, OutboundTrunkConfig, PhoneNumber, SipCredentials, SipMediaEncryption,
    SipTransport, TelephonyProvider, UpdateNumber,
};
use crate::error::{Delivery, Error, Mismatch, NotFound, Result, checked};
use crate::model::{self, NumberId, ProblemCode, Problems, SipTrunk};
use crate::platform::{RENEW, RenewedCredentials};
use crate::wire::Patch;

/// Checks what ElevenLabs has no setting for.
pub(super) fn check(trunk: &SipTrunk, problems: &mut Problems) {
    if let Some(port) = trunk.port {
        let fault = format!("is {port}, but ElevenLabs documents no port in the address of a trunk");
        problems.add(ProblemCode::Unsupported, "port", fault, "leave it out");
    }
    if trunk.leading_plus {
        let fault = "is on, but ElevenLabs' API has no setting for it";
        problems.add(ProblemCode::Unsupported, "leading_plus", fault, "leave it out");
    }
    if trunk.name.is_some() {
        let fault = "is set, but a trunk has no name at ElevenLabs";
        problems.add(ProblemCode::Unsupported, "name", fault, "leave it out");
    }
}

/// The way to a trunk that has passed [`check`].
pub(super) fn outbound(trunk: &SipTrunk) -> OutboundTrunkConfig {
    changed(OutboundTrunkConfig::new(trunk.host_text()), trunk)
}

/// The way from a trunk. Without addresses ElevenLabs accepts calls from everywhere, so a trunk that is an IP address is
/// taken to call from it.
pub(super) fn inbound(trunk: &SipTrunk) -> InboundTrunkConfig {
    let mut addresses: Vec<String> = trunk.allowed_inbound.iter().map(ToString::to_string).collect();
    if let (true, Ok(Some(host))) = (addresses.is_empty(), trunk.host().map(model::SipHost::ip)) {
        addresses.push(host.to_string());
    }
    let mut config = InboundTrunkConfig::new();
    if !addresses.is_empty() {
        config = config.allowed_addresses(addresses);
    }
    match trunk.media_encryption {
        Some(media) => config.media_encryption(encryption(media)),
        None => config,
    }
}

fn changed(mut config: OutboundTrunkConfig, trunk: &SipTrunk) -> OutboundTrunkConfig {
    if let Some(transport) = trunk.transport {
        config = config.transport(match transport {
            model::SipTransport::Udp => SipTransport::Udp,
            model::SipTransport::Tcp => SipTransport::Tcp,
            model::SipTransport::Tls => SipTransport::Tls,
        });
    }
    if let Some(media) = trunk.media_encryption {
        config = config.media_encryption(encryption(media));
    }
    match &trunk.credentials {
        Some((user, password)) => config.credentials(SipCredentials::new(user.as_str()).password(password.clone())),
        None => config,
    }
}

const fn encryption(media: model::MediaEncryption) -> SipMediaEncryption {
    match media {
        model::MediaEncryption::Disabled => SipMediaEncryption::Disabled,
        model::MediaEncryption::Allowed => SipMediaEncryption::Allowed,
        model::MediaEncryption::Required => SipMediaEncryption::Required,
    }
}

/// The way to the carrier, under its present or its former name.
pub(super) fn shown(number: &PhoneNumber) -> Option<&OutboundTrunk> {
    number.outbound_trunk.as_ref().or(number.provider_config.as_ref())
}

impl ElevenLabs {
    /// Sends a trunk's login and address. An update replaces the whole way to the carrier, so what the record shows of it
    /// is sent again. The way from the carrier stays as it is.
    pub(super) async fn renew_trunk(&self, id: &NumberId, trunk: &SipTrunk) -> Result<RenewedCredentials> {
        let number = self.get_number(id.as_str()).await.map_err(|error| NotFound::or(error, KIND, id))?;
        checked(KIND, RENEW, |problems| {
            problems.within("source", |problems| {
                check(trunk, problems);
                check_carrier(&number, trunk, problems);
            });
        })?;
        let config = match shown(&number) {
            Some(shown) => changed(shown.as_config(trunk.host_text()), trunk),
            None => outbound(trunk),
        };
        let mut others = settings::settings(&number);
        others.number.remove(settings::OUTBOUND);
        let update = UpdateNumber::new().outbound_trunk_config(Patch::Set(config.clone()));
        let updated = self.update_number(id.as_str(), &update).await;
        let updated = updated.map_err(|error| NotFound::or(error, KIND, id))?;
        if let Some(now) = shown(&updated) {
            let checked = check_renewed(now, trunk).and_then(|()| check_kept(now, config));
            checked.map_err(|mismatch| mismatched(RENEW, Delivery::Unknown, mismatch))?;
        }
        self.complete(id.as_str(), updated, &others).await.map_err(Error::after_write)?;
        Ok(RenewedCredentials::record())
    }
}

fn check_carrier(number: &PhoneNumber, trunk: &SipTrunk, problems: &mut Problems) {
    if number.provider != Some(TelephonyProvider::SipTrunk) {
        let uses = number.provider.as_ref().map_or("unknown", TelephonyProvider::as_str);
        let fault = format!("is a SIP trunk, but the carrier of the record is {uses}");
        problems.add(ProblemCode::Mismatch, "", fault, "use the record's own carrier");
    }
    let has_login = shown(number).is_some_and(|shown| shown.has_auth_credentials != Some(false));
    if trunk.credentials.is_none() && has_login {
        let fault = "are missing, and ElevenLabs documents no way to remove those of the record";
        problems.add(ProblemCode::Missing, "credentials", fault, "give the trunk's user and password");
    }
}

/// Whether a response shows the login that was sent, as far as it shows one.
fn check_renewed(now: &OutboundTrunk, trunk: &SipTrunk) -> Result<(), Mismatch> {
    let sent = trunk.credentials.as_ref().map(|(user, _)| user.as_str());
    let pairs = [(Some(trunk.host_text()), now.address.as_deref()), (sent, now.username.as_deref())];
    for (sent, shows) in pairs {
        if let (Some(sent), Some(shows)) = (sent, shows.filter(|shows| !shows.is_empty())) {
            if sent != shows {
                return Err(Mismatch::new(sent, Some(shows)));
            }
        }
    }
    match (sent, now.has_auth_credentials) {
        (Some(sent), Some(false)) => Err(Mismatch::new(format_args!("the login of {sent}"), Some("no login"))),
        _ => Ok(()),
    }
}

/// Whether a response shows the other settings as they were sent, as far as it shows them.
fn check_kept(now: &OutboundTrunk, sent: OutboundTrunkConfig) -> Result<(), Mismatch> {
    let fields = |config: OutboundTrunkConfig| serde_json::to_value(config.without_login()).unwrap_or_default();
    // The address is compared before.
    let (now, sent) = (fields(now.as_config("")), fields(sent));
    let mut lost = sent.as_object().into_iter().flatten().filter(|(name, value)| {
        let shown = now.get(name.as_str()).filter(|_| *name != "address");
        shown.is_some_and(|shown| shown != *value)
    });
    let mismatch = |name: &String| Mismatch::new(format_args!("the former `{name}` of the trunk"), Some("another"));
    lost.next().map_or(Ok(()), |(name, _)| Err(mismatch(name)))
}
