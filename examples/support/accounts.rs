//! Clients by name, optionally with a limit of requests per second.

use std::num::NonZeroU32;
use std::sync::Arc;

use numport::model::ProviderKind;
use numport::platform::Way;
use numport::provider::ReachedBy;
use numport::{ClientBuilder, NumberProvider, SipTrunk, Twilio, VoicePlatform, platform};

use super::Failure;

/// Settings, by the names of their environment variables.
pub type Vars<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

pub fn twilio(vars: Vars<'_>, per_second: Option<NonZeroU32>) -> Result<Twilio, Failure> {
    limited(Twilio::builder_from_vars(vars)?, per_second)
}

/// Twilio's numbers in a way that this platform accepts: by the account's token, by one of its API keys, or by a SIP trunk,
/// whose termination address and login are in `SIP_TRUNK`, `SIP_TRUNK_USER` and `SIP_TRUNK_PASSWORD`.
pub fn twilio_for(
    platform: &dyn VoicePlatform,
    vars: Vars<'_>,
    per_second: Option<NonZeroU32>,
) -> Result<Arc<dyn NumberProvider>, Failure> {
    let takes = |carrier, way| platform.capabilities().sources.takes(carrier, way);
    if takes(ProviderKind::TWILIO, Way::Token) {
        // The client prefers an API key, and some platforms accept only the token.
        let is_token_only = !takes(ProviderKind::TWILIO, Way::Key);
        let wanted = |name: &str| vars(name).filter(|_| !(is_token_only && name == "TWILIO_API_KEY"));
        return Ok(Arc::new(twilio(&wanted, per_second)?));
    }
    if takes(ProviderKind::TWILIO, Way::Key) {
        return Ok(Arc::new(twilio(vars, per_second)?));
    }
    let must =
        |name: &str| vars(name).ok_or_else(|| format!("{} imports over a SIP trunk: set {name}", platform.kind()));
    let trunk = SipTrunk::new(must("SIP_TRUNK")?).credentials(must("SIP_TRUNK_USER")?, must("SIP_TRUNK_PASSWORD")?);
    Ok(Arc::new(ReachedBy::new(twilio(vars, per_second)?, trunk)))
}

pub fn platform(name: &str, vars: Vars<'_>, per_second: Option<NonZeroU32>) -> Result<Arc<dyn VoicePlatform>, Failure> {
    let kind = name.parse().map_err(|error| format!("{name:?} is not a platform: {error}"))?;
    Ok(limited(platform::builder(kind, vars)?, per_second)?.into())
}

fn limited<C>(builder: ClientBuilder<C>, limit: Option<NonZeroU32>) -> Result<C, Failure> {
    Ok(limit.into_iter().fold(builder, ClientBuilder::requests_per_second).build()?)
}
