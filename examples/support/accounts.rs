//! Clients by name, optionally with a limit of requests per second.

use std::num::NonZeroU32;
use std::sync::Arc;

use numport::{ClientBuilder, Twilio, VoicePlatform, platform};

use super::Failure;

/// Settings, by the names of their environment variables.
pub type Vars<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

pub fn twilio(vars: Vars<'_>, per_second: Option<NonZeroU32>) -> Result<Twilio, Failure> {
    limited(Twilio::builder_from_vars(vars)?, per_second)
}

pub fn platform(name: &str, vars: Vars<'_>, per_second: Option<NonZeroU32>) -> Result<Arc<dyn VoicePlatform>, Failure> {
    let kind = name.parse().map_err(|error| format!("{name:?} is not a platform: {error}"))?;
    Ok(limited(platform::builder(kind, vars)?, per_second)?.into())
}

fn limited<C>(builder: ClientBuilder<C>, limit: Option<NonZeroU32>) -> Result<C, Failure> {
    Ok(limit.into_iter().fold(builder, ClientBuilder::requests_per_second).build()?)
}
