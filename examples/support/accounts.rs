//! The clients by name, with a limit of requests a second if one is wanted.

use std::num::NonZeroU32;
use std::sync::Arc;

use numport::{
    Butter, ClientBuilder, Interactly, NumberProvider, NumberSource, SignalWire, Twilio, Vapi, VoicePlatform,
};

use super::Failure;

/// Settings by the names of their environment variables.
pub type Vars<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

pub fn twilio(vars: Vars<'_>, per_second: Option<NonZeroU32>) -> Result<Twilio, Failure> {
    let twilio = Twilio::from_vars(vars)?;
    match (per_second, twilio.source()) {
        (Some(limit), NumberSource::Twilio(credentials)) => {
            limited(Twilio::builder(credentials), vars("TWILIO_BASE_URL"), limit)
        }
        _ => Ok(twilio),
    }
}

pub fn platform(name: &str, vars: Vars<'_>, per_second: Option<NonZeroU32>) -> Result<Arc<dyn VoicePlatform>, Failure> {
    let text = |name: &str| vars(name).unwrap_or_default();
    // `from_vars` names what is missing.
    Ok(match (name, per_second) {
        ("interactly", None) => Arc::new(Interactly::from_vars(vars)?),
        ("interactly", Some(limit)) => {
            Interactly::from_vars(vars)?;
            Arc::new(limited(Interactly::builder(text("INTERACTLY_API_KEY")), vars("INTERACTLY_BASE_URL"), limit)?)
        }
        ("vapi", None) => Arc::new(Vapi::from_vars(vars)?),
        ("vapi", Some(limit)) => {
            Vapi::from_vars(vars)?;
            Arc::new(limited(Vapi::builder(text("VAPI_API_KEY")), vars("VAPI_BASE_URL"), limit)?)
        }
        ("signalwire", None) => Arc::new(SignalWire::from_vars(vars)?),
        ("signalwire", Some(limit)) => {
            SignalWire::from_vars(vars)?;
            let [project, token, space] =
                ["SIGNALWIRE_PROJECT_ID", "SIGNALWIRE_API_TOKEN", "SIGNALWIRE_SPACE"].map(text);
            Arc::new(limited(SignalWire::builder(project, token, space), vars("SIGNALWIRE_BASE_URL"), limit)?)
        }
        ("butter", None) => Arc::new(Butter::from_vars(vars)?),
        ("butter", Some(limit)) => {
            Butter::from_vars(vars)?;
            let builder = Butter::builder(text("BUTTER_API_KEY"), text("BUTTER_ORGANIZATION_ID"));
            Arc::new(limited(builder, vars("BUTTER_BASE_URL"), limit)?)
        }
        _ => return Err(format!("{name:?} is no platform; give interactly, vapi, signalwire or butter").into()),
    })
}

fn limited<C>(builder: ClientBuilder<C>, base_url: Option<String>, limit: NonZeroU32) -> Result<C, Failure> {
    let base_url = base_url.filter(|url| !url.is_empty());
    Ok(base_url.into_iter().fold(builder, ClientBuilder::base_url).requests_per_second(limit).build()?)
}
