//! Reads and restores where a number's calls and messages go.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::stream::TryStreamExt;
use serde_json::json;

use super::Telnyx;
use super::client::{KIND, NUMBERS};
use super::wire::{
    CallForwarding, Connection, ForwardingType, ListConnections, PAGE_MAX, PhoneNumber, UpdateMessagingSettings,
    UpdateNumber, UpdateVoiceSettings, VoiceSettings,
};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Meaning, Mismatch, Result, checked, sendable};
use crate::http::Call;
use crate::model::{CallbackUrl, Calls, ProblemCode, Problems, Routing};
use crate::provider::RoutingControl;
use crate::provider::steps::Steps;
use crate::wire::Patch;

const CONNECTION: &str = "connection_id";
/// A setting of the connection: read, and not restored.
const WEBHOOK: &str = "webhook_event_url";
const FORWARDING: &str = "call_forwarding.call_forwarding_enabled";
const FORWARDS_TO: &str = "call_forwarding.forwards_to";
const FORWARDING_TYPE: &str = "call_forwarding.forwarding_type";
const TRANSLATED: &str = "translated_number";
const TECH_PREFIX: &str = "tech_prefix_enabled";
const SCREENING: &str = "inbound_call_screening";
const MESSAGING: &str = "messaging_profile_id";

/// The settings of a routing, by Telnyx's names.
const SETTINGS: [&str; 9] =
    [CONNECTION, WEBHOOK, FORWARDING, FORWARDS_TO, FORWARDING_TYPE, TRANSLATED, TECH_PREFIX, SCREENING, MESSAGING];

/// Telnyx writes this for a profile that it could not load.
const UNAVAILABLE: &str = "UNAVAILABLE";

/// What answers the calls of a number.
#[derive(Debug)]
pub(super) struct Answering {
    pub(super) voice: VoiceSettings,
    /// The connection, if there is one and it can be read.
    pub(super) connection: Option<Connection>,
}

#[async_trait]
impl RoutingControl for Telnyx {
    async fn trunk_addresses(&self, _: &str) -> Result<Vec<CallbackUrl>> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        let Some((id, found)) = self.find_number(number).await? else { return Ok(None) };
        let answering = self.answering(&id, &found).await?;
        Ok(routing(*number, &found, &answering))
    }

    fn parts_of(&self, setting: &str) -> &'static [&'static str] {
        match setting {
            WEBHOOK => &[CONNECTION],
            FORWARDS_TO => &[FORWARDING, FORWARDING_TYPE],
            _ => &[],
        }
    }

    fn is_attachment(&self, setting: &str) -> bool {
        setting == CONNECTION
    }

    fn cleared_by(&self, _: &str) -> &'static [&'static str] {
        &[]
    }

    /// Verifies the number afterwards.
    async fn restore(&self, routing: &Routing) -> Result<Routing> {
        let settings = &routing.settings;
        let (voice, forwarding) = checked_update(settings)?;
        let mut steps = Steps::default();
        match settings.get(CONNECTION).map(String::as_str) {
            Some("") => steps.write(self.take_off(&routing.id).await)?,
            Some(connection) => {
                let update = UpdateNumber::new().connection_id(connection);
                steps.write(self.update_number(&routing.id, &update).await)?;
            }
            None => {}
        }
        let voice = match forwarding {
            Some(change) => voice.call_forwarding(steps.read(self.forwarding(&routing.id, change).await)?),
            None => voice,
        };
        if voice != UpdateVoiceSettings::new() {
            steps.write(self.update_voice_settings(&routing.id, &voice).await)?;
        }
        if let Some(profile) = settings.get(MESSAGING) {
            let profile = Some(profile.clone()).filter(|profile| !profile.is_empty()).map_or(Patch::Clear, Patch::Set);
            let update = UpdateMessagingSettings::new().messaging_profile_id(profile);
            steps.write(self.update_messaging_settings(&routing.id, &update).await)?;
        }
        steps.read(self.routing_of(routing).await)
    }

    async fn check_point(&self, address: &CallbackUrl) -> Result<()> {
        self.connection_at(address).await.map(drop)
    }

    /// Telnyx routes a number to a connection, not to an address. So this looks for an application whose webhook has
    /// the address. It also ends forwarding, which would take precedence.
    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        let id = self.connection_at(address).await?;
        let mut steps = Steps::default();
        steps.write(self.update_number(&routing.id, &UpdateNumber::new().connection_id(id)).await)?;
        let voice = steps.read(self.get_voice_settings(&routing.id).await)?;
        if let Some(forwarding) = voice.call_forwarding.filter(|forwarding| forwarding.always().is_some()) {
            let none = forwarding.forwards_to(String::new());
            let update = UpdateVoiceSettings::new().call_forwarding(none);
            steps.write(self.update_voice_settings(&routing.id, &update).await)?;
        }
        steps.read(self.routing_of(routing).await)
    }
}

impl Telnyx {
    /// The id of an active application with this webhook.
    async fn connection_at(&self, address: &CallbackUrl) -> Result<String> {
        checked(KIND, "point calls", |problems| {
            if address.is_sip() {
                let fault =
                    format!("is {address}, but Telnyx sends calls to a SIP address only through a SIP connection");
                let remedy = "create a SIP connection to the address, and attach the number to it";
                problems.add(ProblemCode::Unsupported, "address", fault, remedy);
            }
        })?;
        let mut connections = self.connections(ListConnections::new().page_size(PAGE_MAX));
        let mut id = None;
        while let Some(found) = connections.try_next().await? {
            if found.active != Some(false) && found.answering_url() == Some(address) {
                id = found.id;
                break;
            }
        }
        checked(KIND, "point calls", |problems| {
            if id.is_none() {
                let fault = format!("is {address}, which no active application of the account has as its webhook");
                let remedy = "create an application of the Voice API with this webhook, then point the calls again";
                problems.add(ProblemCode::Missing, "address", fault, remedy);
            }
        })?;
        Ok(id.unwrap_or_default())
    }

    /// The present routing of the same number.
    async fn routing_of(&self, routing: &Routing) -> Result<Routing> {
        let found = self.get_number(&routing.id).await?;
        let answering = self.answering(&routing.id, &found).await?;
        Ok(routing_with(routing.number, &routing.id, &found, &answering))
    }

    /// Detaches the connection. Telnyx does not document how. The similar field `messaging_profile_id` is cleared by an
    /// empty text, and kept by null.
    async fn take_off(&self, id: &str) -> Result<()> {
        const TAKE_OFF: &str = "take connection off";
        let (mut left, mut steps) = (String::new(), Steps::default());
        for spelling in [json!(""), json!(null)] {
            let call = Call::patch(TAKE_OFF, &[NUMBERS, id]).repeatable().json(&json!({CONNECTION: spelling}));
            match steps.write(self.http.request_empty(call).await) {
                // A rejected request changes nothing.
                Err(error) if error.meaning() != Some(Meaning::Invalid) => return Err(error),
                _ => {}
            }
            left = steps.read(self.get_number(id).await)?.connection_id.unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
        }
        let fault = CallFault::Mismatch(Mismatch::new("a number without a connection", Some(&left)));
        Err(Box::new(CallError::new(KIND.into(), TAKE_OFF, Delivery::Accepted, fault)).into())
    }

    /// The whole forwarding after a change, because Telnyx does not document what an omitted field means.
    async fn forwarding(&self, id: &str, change: CallForwarding) -> Result<CallForwarding> {
        let CallForwarding { call_forwarding_enabled: Some(_), forwards_to: Some(_), forwarding_type: Some(_), .. } =
            &change
        else {
            let now = self.get_voice_settings(id).await?.call_forwarding.unwrap_or_default();
            return Ok(CallForwarding {
                call_forwarding_enabled: change.call_forwarding_enabled.or(now.call_forwarding_enabled),
                forwards_to: change.forwards_to.or(now.forwards_to),
                forwarding_type: change.forwarding_type.or(now.forwarding_type),
                ..CallForwarding::new()
            });
        };
        Ok(change)
    }
}

/// The routing of a number; `None` if it has no id, because it could not be restored.
pub(super) fn routing(number: E164, found: &PhoneNumber, answering: &Answering) -> Option<Routing> {
    let id = found.id.as_deref().filter(|id| !id.is_empty())?;
    Some(routing_with(number, id, found, answering))
}

fn routing_with(number: E164, id: &str, found: &PhoneNumber, Answering { voice, connection }: &Answering) -> Routing {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
    let forwarding = voice.call_forwarding.as_ref();
    let attached = text(&found.connection_id);
    let webhook = connection.as_ref().and_then(Connection::answering_url);
    let values: [Option<String>; SETTINGS.len()] = [
        Some(attached.clone()),
        Some(webhook.map_or_else(String::new, |url| url.as_str().to_owned())),
        flag(forwarding.and_then(|forwarding| forwarding.call_forwarding_enabled)),
        forwarding.map(|forwarding| text(&forwarding.forwards_to)),
        forwarding.and_then(|forwarding| forwarding.forwarding_type.as_ref()).map(ToString::to_string),
        Some(text(&voice.translated_number)),
        flag(voice.tech_prefix_enabled),
        voice.inbound_call_screening.as_ref().map(ToString::to_string),
        Some(text(&found.messaging_profile_id)).filter(|profile| profile != UNAVAILABLE),
    ];
    let named = SETTINGS.into_iter().zip(values);
    let settings = named.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let calls = match forwarding.and_then(CallForwarding::always) {
        Some(to) => Calls::Forwarded(to.to_owned()),
        None => calls(&attached, connection.as_ref()),
    };
    Routing::new(number, id.to_owned(), calls, settings)
}

/// A connection that is not active answers no calls.
fn calls(attached: &str, connection: Option<&Connection>) -> Calls {
    if attached.is_empty() || connection.is_some_and(|connection| connection.active == Some(false)) {
        return Calls::Nowhere;
    }
    let url = connection.and_then(Connection::answering_url).cloned();
    url.map_or_else(|| Calls::Application(attached.to_owned()), Calls::Url)
}

/// The updates that set these settings, except the connection and the messaging profile.
fn checked_update(settings: &BTreeMap<String, String>) -> Result<(UpdateVoiceSettings, Option<CallForwarding>)> {
    let mut problems = Problems::default();
    for name in settings.keys().filter(|name| !SETTINGS.contains(&name.as_str())) {
        problems.add(
            ProblemCode::Malformed,
            "settings",
            format!("has {name:?}, which is not a routing setting of Telnyx"),
            "use an unmodified snapshot",
        );
    }
    let mut flag = |name: &str| {
        let value = settings.get(name)?;
        let flag = value.parse().ok();
        if flag.is_none() {
            let fault = format!("is {value:?}, which is neither true nor false");
            problems.within("settings", |problems| {
                problems.add(ProblemCode::Malformed, name, fault, "use an unmodified snapshot");
            });
        }
        flag
    };
    let (enabled, tech_prefix) = (flag(FORWARDING), flag(TECH_PREFIX));
    sendable(KIND, "restore routing", problems)?;
    let mut voice = UpdateVoiceSettings::new();
    if let Some(tech_prefix) = tech_prefix {
        voice = voice.tech_prefix_enabled(tech_prefix);
    }
    if let Some(translated) = settings.get(TRANSLATED) {
        voice = voice.translated_number(translated.as_str());
    }
    if let Some(screening) = settings.get(SCREENING) {
        voice = voice.inbound_call_screening(super::InboundCallScreening::from_wire(screening));
    }
    let is_given = [FORWARDING, FORWARDS_TO, FORWARDING_TYPE].iter().any(|name| settings.contains_key(*name));
    let forwarding = is_given.then(|| CallForwarding {
        call_forwarding_enabled: enabled,
        forwards_to: settings.get(FORWARDS_TO).cloned(),
        forwarding_type: settings.get(FORWARDING_TYPE).map(|name| ForwardingType::from_wire(name)),
        ..CallForwarding::new()
    });
    Ok((voice, forwarding))
}
