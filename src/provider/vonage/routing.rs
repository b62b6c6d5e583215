//! Reads and restores where a number's calls and messages go.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::stream::TryStreamExt;

use super::Vonage;
use super::client::{KIND, State, not_set};
use super::wire::{Application, ListApplications, OwnedNumber, SIZE_MAX, UNREADABLE, UpdateNumber, VoiceCallbackType};
use crate::E164;
use crate::error::{Result, checked, sendable};
use crate::model::{CallbackUrl, Calls, ProblemCode, Problems, Routing};
use crate::provider::RoutingControl;
use crate::provider::steps::Steps;

const APP: &str = "app_id";
const MESSAGES: &str = "moHttpUrl";
const FORWARDING: &str = "voiceCallbackType";
const FORWARDS_TO: &str = "voiceCallbackValue";
/// A setting of the application: read, and not restored.
const ANSWER_URL: &str = "answer_url";
/// The settings of a routing, by Vonage's names.
const SETTINGS: [&str; 5] = [APP, MESSAGES, FORWARDING, FORWARDS_TO, ANSWER_URL];

const RESTORE: &str = "restore routing";
/// Vonage returns this, among other cases, if the URL for messages does not answer.
const METHOD_FAILED: u16 = 420;

#[async_trait]
impl RoutingControl for Vonage {
    async fn trunk_addresses(&self, _: &str) -> Result<Vec<CallbackUrl>> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        let Some(found) = self.find_number(number).await? else { return Ok(None) };
        let application = self.application_of(&found).await?;
        Ok(Some(routing(*number, &found, application.as_ref())))
    }

    fn parts_of(&self, setting: &str) -> &'static [&'static str] {
        match setting {
            ANSWER_URL => &[APP],
            FORWARDS_TO => &[FORWARDING],
            _ => &[],
        }
    }

    fn is_attachment(&self, setting: &str) -> bool {
        setting == APP
    }

    fn cleared_by(&self, setting: &str) -> &'static [&'static str] {
        if setting == APP { &[MESSAGES, FORWARDING, FORWARDS_TO] } else { &[] }
    }

    /// Reads the number, sends all its fields back, and reads it again. Vonage first sends a request to the URL for
    /// messages. If that URL does not answer, this restores the other fields and returns an error.
    async fn restore(&self, routing: &Routing) -> Result<Routing> {
        let mut steps = Steps::default();
        let now = self.held(&routing.number, RESTORE).await?;
        let wanted = wanted(&routing.settings, State::of(&now))?;
        if wanted != State::of(&now) {
            tracing::warn!(cleared = ?UNREADABLE, "an update of a Vonage number clears what cannot be read");
            let sent = self.write(&now, &wanted, &UpdateNumber::new()).await;
            let refused = sent.as_ref().err().and_then(|error| error.status());
            if refused.is_some_and(|status| status.as_u16() == METHOD_FAILED) && !wanted.mo_http_url.is_empty() {
                let without = State { mo_http_url: String::new(), ..wanted };
                self.write(&now, &without, &UpdateNumber::new()).await?;
                return Err(not_set(RESTORE, MESSAGES));
            }
            steps.write(sent)?;
        }
        steps.read(self.routing_of(&routing.number).await)
    }

    async fn check_point(&self, address: &CallbackUrl) -> Result<()> {
        self.application_at(address).await.map(drop)
    }

    /// Forwards calls to a SIP address. For any other address, this links the number to the application that has it,
    /// and ends forwarding, which would take precedence.
    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        let update = match self.application_at(address).await? {
            None => UpdateNumber::new().forward_to(VoiceCallbackType::Sip, address.as_str()),
            Some(id) => UpdateNumber::new().app_id(id).end_forwarding(),
        };
        let mut steps = Steps::default();
        steps.write(self.update_number(&routing.number, &update).await)?;
        steps.read(self.routing_of(&routing.number).await)
    }
}

impl Vonage {
    /// The id of an application with this answer URL; `None` for a SIP address, which needs none.
    async fn application_at(&self, address: &CallbackUrl) -> Result<Option<String>> {
        if address.is_sip() {
            return Ok(None);
        }
        let mut applications = self.all_applications(ListApplications::new().page_size(SIZE_MAX));
        let mut id = None;
        while let Some(found) = applications.try_next().await? {
            if found.answer_url() == Some(address) {
                id = found.id;
                break;
            }
        }
        checked(KIND, "point calls", |problems| {
            if id.is_none() {
                let fault = format!("is {address}, but no application of the account has this answer URL");
                let remedy = "create an application with this answer URL, then point the calls again";
                problems.add(ProblemCode::Missing, "address", fault, remedy);
            }
        })?;
        Ok(id)
    }

    async fn routing_of(&self, number: &E164) -> Result<Routing> {
        let found = self.held(number, RESTORE).await?;
        let application = self.application_of(&found).await?;
        Ok(routing(*number, &found, application.as_ref()))
    }
}

/// The routing of a number.
pub(super) fn routing(number: E164, found: &OwnedNumber, application: Option<&Application>) -> Routing {
    let State { app_id, mo_http_url, voice_callback } = State::of(found);
    let (kind, to) = voice_callback.unwrap_or_default();
    let answer_url = application.and_then(Application::answer_url);
    let calls = match (found.forwards_to(), found.application()) {
        (Some((_, to)), _) => Calls::Forwarded(to.to_owned()),
        (None, None) => Calls::Nowhere,
        // An application without the voice capability answers no calls.
        (None, Some(_)) if application.is_some_and(|found| found.has_voice() == Some(false)) => Calls::Nowhere,
        (None, Some(id)) => answer_url.cloned().map_or_else(|| Calls::Application(id.to_owned()), Calls::Url),
    };
    let answer_url = answer_url.map_or_else(String::new, |url| url.as_str().to_owned());
    let named = SETTINGS.into_iter().zip([app_id, mo_http_url, kind, to, answer_url]);
    let settings = named.map(|(name, value)| (name.to_owned(), value)).collect();
    Routing::new(number, number.digits().to_owned(), calls, settings)
}

/// The number's present state, with these settings applied.
fn wanted(settings: &BTreeMap<String, String>, now: State) -> Result<State> {
    let (kind, to) = now.voice_callback.unwrap_or_default();
    let setting = |name: &str, now: String| settings.get(name).cloned().unwrap_or(now);
    let (kind, to) = (setting(FORWARDING, kind), setting(FORWARDS_TO, to));
    let mut problems = Problems::default();
    let mut wrong = |fault: String| {
        problems.add(ProblemCode::Malformed, "settings", fault, "use an unmodified snapshot");
    };
    for name in settings.keys().filter(|name| !SETTINGS.contains(&name.as_str())) {
        wrong(format!("has {name:?}, which is not a routing setting of Vonage"));
    }
    if kind.is_empty() != to.is_empty() || kind == VoiceCallbackType::App.as_str() {
        wrong(format!("has {FORWARDING} {kind:?}, which does not go with its value"));
    }
    sendable(KIND, RESTORE, problems)?;
    Ok(State {
        app_id: setting(APP, now.app_id),
        mo_http_url: setting(MESSAGES, now.mo_http_url),
        voice_callback: Some((kind, to)).filter(|(kind, _)| !kind.is_empty()),
    })
}
