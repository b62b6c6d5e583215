//! Numbers at the platform that is left, in a sandbox.

use futures_util::StreamExt;
use numport::http::Call;
use numport::platform::vapi::CreateVapiNumber;
use numport::sandbox::Sandbox;
use numport::{Desired, ImportRequest, Importer, Twilio, Vapi};
use serde_json::Value;

use super::support::accounts::{self, Vars};
use super::support::{self, Failure};

/// The variables of the sandbox, a trunk, and both forms of Twilio's credentials.
pub(crate) fn var(sandbox: &Sandbox, name: &str) -> Option<String> {
    let (key, secret) = sandbox.twilio().api_key();
    sandbox.var(name).or_else(|| match name {
        "TWILIO_API_KEY" => Some(key.to_owned()),
        "TWILIO_API_SECRET" => Some(secret.to_owned()),
        "SIP_TRUNK" => Some("example.pstn.twilio.com".to_owned()),
        "SIP_TRUNK_USER" | "SIP_TRUNK_PASSWORD" => Some("example".to_owned()),
        _ => None,
    })
}

/// The SIP address of a platform, if it has one. A self-hosted LiveKit has its own.
pub(crate) fn sip_address(platform: &str) -> Option<&'static str> {
    match platform {
        "retell" => Some("sip:sip.retellai.com"),
        "livekit" => Some("sip:example.sip.livekit.cloud"),
        _ => None,
    }
}

/// Two agents that the platform's sandbox has.
pub(crate) fn agents(platform: &str) -> [&'static str; 2] {
    match platform {
        "butter" => ["agent_a1b2c3d4e5f6", "agent_b2c3d4e5f6a7"],
        "signalwire" => ["4e5c8f4e-7a1c-4d4b-9c39-0b1c2d3e4f50", "4e5c8f4e-7a1c-4d4b-9c39-0b1c2d3e4f51"],
        "elevenlabs" => ["agent_3701k3ttaq12ewp8b7qv5rfyszkz", "agent_5801k3ttb0zve5mvvmrf7rhzzq9k"],
        _ => ["assistant-day", "assistant-night"],
    }
}

pub(crate) async fn prepare(from: &str, vars: Vars<'_>) -> Result<(), Failure> {
    // Two trunks, one for each platform with a SIP address.
    let twilio = Twilio::from_vars(vars)?;
    for platform in ["retell", "livekit"] {
        let create = Call::post("create trunk", &["v1", "Trunks"]).form(&[("FriendlyName", platform)]);
        let trunk: Value = twilio.request(create).await?;
        let sid = trunk["sid"].as_str().unwrap_or_default();
        let address = sip_address(platform).unwrap_or_default();
        let add = Call::post("add address", &["v1", "Trunks", sid, "OriginationUrls"]).form(&[("SipUrl", address)]);
        let _added: Value = twilio.request(add).await?;
    }

    let old = accounts::platform(from, vars, None)?;
    let importer = Importer::new(accounts::twilio_for(&*old, vars, None)?, old.clone());
    let importer = sip_address(from).into_iter().fold(importer, Importer::inbound_address);
    let [desk, sales, london] = ["+14155552671", "+12125550123", "+442071838750"].map(support::number);
    let [day, night] = agents(from);
    let desired = Desired::from_iter([
        ImportRequest::new(desk?).label("Front desk").agent(day),
        ImportRequest::new(sales?).label("Sales").agent(night),
        ImportRequest::new(london?).label("London"),
    ]);
    let plan = importer.plan(&desired.fitting(old.capabilities())).await?;
    let plan = if sip_address(from).is_some() { plan.point_calls() } else { plan };
    let mut steps = importer.apply(plan)?;
    while let Some(step) = steps.next().await {
        if step.outcome.is_failure() {
            return Err(step.report().to_string().into());
        }
    }
    if from == "vapi" {
        Vapi::from_vars(vars)?.create_number(CreateVapiNumber::new().sip_uri("sip:lobby@sip.vapi.ai")).await?;
    }
    Ok(())
}
