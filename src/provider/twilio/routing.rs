//! Reads and restores where a number's calls and messages go.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::Twilio;
use super::client::KIND;
use super::wire::{CallbackMethod, IncomingPhoneNumber, OriginationUrl, UpdateNumber};
use crate::E164;
use crate::error::{Error, Result, checked, sendable};
use crate::model::{CallbackUrl, Calls, Problem, ProblemCode, Problems, Routing, SipHost};
use crate::provider::RoutingControl;

/// The name of pointing in errors.
const POINT: &str = "point calls";
/// The two settings that take precedence for calls. Setting one clears the other.
const TRUNK: &str = "TrunkSid";
const APPLICATION: &str = "VoiceApplicationSid";

/// The settings that can be restored, by their names in an update.
const SETTINGS: [&str; 15] = [
    "VoiceUrl",
    "VoiceMethod",
    "VoiceFallbackUrl",
    "VoiceFallbackMethod",
    "VoiceCallerIdLookup",
    "VoiceReceiveMode",
    APPLICATION,
    TRUNK,
    "SmsUrl",
    "SmsMethod",
    "SmsFallbackUrl",
    "SmsFallbackMethod",
    "SmsApplicationSid",
    "StatusCallback",
    "StatusCallbackMethod",
];

#[async_trait]
impl RoutingControl for Twilio {
    async fn trunk_addresses(&self, trunk: &str) -> Result<Vec<CallbackUrl>> {
        let enabled = |url: OriginationUrl| async move { Ok(url.sip_url.filter(|_| url.enabled != Some(false))) };
        self.origination_urls(trunk).try_filter_map(enabled).try_collect().await
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        let found = self.find_number(number).await?;
        Ok(found.and_then(|found| routing(*number, &found)))
    }

    fn parts_of(&self, setting: &str) -> &'static [&'static str] {
        match setting {
            "VoiceUrl" => &["VoiceMethod"],
            "VoiceFallbackUrl" => &["VoiceFallbackMethod"],
            "SmsUrl" => &["SmsMethod"],
            "SmsFallbackUrl" => &["SmsFallbackMethod"],
            "StatusCallback" => &["StatusCallbackMethod"],
            _ => &[],
        }
    }

    fn is_attachment(&self, _: &str) -> bool {
        false
    }

    fn cleared_by(&self, _: &str) -> &'static [&'static str] {
        &[]
    }

    async fn restore(&self, routing: &Routing) -> Result<Routing> {
        let update = update(&routing.settings)?;
        let number = self.update_number(&routing.id, &update).await?;
        // The requested number, even if the response does not name it.
        Ok(routing_of(routing.number, &routing.id, &number))
    }

    async fn check_point(&self, address: &CallbackUrl) -> Result<()> {
        match address.sip_host() {
            Some(host) => self.trunk_to(&host, address).await.map(drop),
            None => check_server(address),
        }
    }

    /// To a server by POST, as platforms expect it; a trunk or an application would take precedence, so both are cleared. To
    /// a SIP address through a trunk that leads to its host, and nowhere else.
    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        let update = match address.sip_host() {
            Some(host) => UpdateNumber::new().trunk_sid(self.trunk_to(&host, address).await?).voice_application_sid(""),
            None => {
                check_server(address)?;
                UpdateNumber::new()
                    .voice_url(address.clone())
                    .voice_method(CallbackMethod::Post)
                    .voice_application_sid("")
                    .trunk_sid("")
            }
        };
        let number = self.update_number(&routing.id, &update).await?;
        Ok(routing_of(routing.number, &routing.id, &number))
    }
}

impl Twilio {
    /// The trunk that sends all its calls to this host.
    async fn trunk_to(&self, host: &SipHost, address: &CallbackUrl) -> Result<String> {
        let mut trunks = self.trunks();
        while let Some(trunk) = trunks.try_next().await? {
            let Some(sid) = trunk.sid.filter(|sid| !sid.is_empty()) else { continue };
            if CallbackUrl::all_at(&self.trunk_addresses(&sid).await?, host) {
                return Ok(sid);
            }
        }
        let fault = format!("is {address}, to which no elastic SIP trunk of the account sends all its calls");
        let remedy = "create a trunk with this address as its only origination URL, then point the calls again";
        Err(Error::invalid(POINT, vec![Problem::new(ProblemCode::Missing, "address", fault, remedy)]))
    }
}

fn check_server(address: &CallbackUrl) -> Result<()> {
    checked(KIND, POINT, |problems| {
        if !["http:", "https:"].iter().any(|scheme| address.as_str().starts_with(scheme)) {
            let fault = format!("is {address}, which is neither a server nor a SIP address");
            problems.add(ProblemCode::Unsupported, "address", fault, "give an `https:` or a `sip:` address");
        }
    })
}

/// The routing of a number. A number without an id has none, because it could not be restored.
pub(super) fn routing(number: E164, found: &IncomingPhoneNumber) -> Option<Routing> {
    let id = found.sid.as_deref().filter(|sid| !sid.is_empty())?;
    Some(routing_of(number, id, found))
}

/// Addresses and SIDs that are not set are empty. Other settings that Twilio does not return are left out, because an
/// empty text would not be accepted for them.
fn routing_of(number: E164, id: &str, found: &IncomingPhoneNumber) -> Routing {
    let address = |url: &Option<CallbackUrl>| url.as_ref().map_or_else(String::new, |url| url.as_str().to_owned());
    let sid = |sid: &Option<String>| sid.clone().unwrap_or_default();
    let word = |word: &Option<String>| word.clone().filter(|word| !word.is_empty());
    let values: [Option<String>; SETTINGS.len()] = [
        Some(address(&found.voice_url)),
        word(&found.voice_method),
        Some(address(&found.voice_fallback_url)),
        word(&found.voice_fallback_method),
        found.voice_caller_id_lookup.map(|lookup| lookup.to_string()),
        word(&found.voice_receive_mode.as_ref().map(ToString::to_string)),
        Some(sid(&found.voice_application_sid)),
        Some(sid(&found.trunk_sid)),
        Some(address(&found.sms_url)),
        word(&found.sms_method),
        Some(address(&found.sms_fallback_url)),
        word(&found.sms_fallback_method),
        Some(sid(&found.sms_application_sid)),
        Some(address(&found.status_callback)),
        word(&found.status_callback_method),
    ];
    let named = SETTINGS.into_iter().zip(values);
    let settings = named.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Routing::new(number, id.to_owned(), calls(found), settings)
}

/// A trunk takes precedence over an application, and an application over the voice URL.
fn calls(found: &IncomingPhoneNumber) -> Calls {
    let set = |sid: &Option<String>| sid.clone().filter(|sid| !sid.is_empty());
    match (set(&found.trunk_sid), set(&found.voice_application_sid)) {
        (Some(trunk), _) => Calls::Trunk(trunk),
        (None, Some(application)) => Calls::Application(application),
        (None, None) => {
            let url = found.voice_url.clone().filter(|url| !url.is_empty());
            url.map_or(Calls::Nowhere, Calls::Url)
        }
    }
}

/// The update that sets all of these settings.
fn update(settings: &BTreeMap<String, String>) -> Result<UpdateNumber> {
    let mut problems = Problems::default();
    for name in settings.keys().filter(|name| !SETTINGS.contains(&name.as_str())) {
        problems.add(
            ProblemCode::Malformed,
            "settings",
            format!("has {name:?}, which is not a routing setting of Twilio"),
            "use an unmodified snapshot",
        );
    }
    sendable(KIND, "restore routing", problems)?;
    let set = |name: &str| settings.get(name).is_some_and(|value| !value.is_empty());
    // Clearing one of the two beside setting the other might clear both.
    let left_out =
        |name: &str| (name == TRUNK && set(APPLICATION) && !set(TRUNK)) || (name == APPLICATION && set(TRUNK));
    let named = SETTINGS.into_iter().filter(|name| !left_out(name));
    let given = named.filter_map(|name| Some((name, settings.get(name)?.clone())));
    Ok(given.fold(UpdateNumber::new(), |update, (name, value)| update.set(name, value)))
}
