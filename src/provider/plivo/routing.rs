//! Reads and restores where a number's calls go.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::stream::TryStreamExt;

use super::Plivo;
use super::client::KIND;
use super::wire::{Application, ListApplications, PhoneNumber, Trunk, UpdateNumber};
use crate::E164;
use crate::error::{Result, checked, sendable};
use crate::model::{CallbackUrl, Calls, ProblemCode, Problems, Routing};
use crate::provider::RoutingControl;
use crate::provider::steps::Steps;
use crate::wire::Patch;

const APP: &str = "app_id";
const OBJECT_TYPE: &str = "object_type";
const OBJECT: &str = "object_id";
const ANSWER_URL: &str = "answer_url";

/// A setting of the application: read, and not restored.
const OF_APPLICATION: [&str; 5] = [ANSWER_URL, "answer_method", "hangup_url", "fallback_answer_url", "message_url"];

/// The application or the trunk of a number, if it can be read.
#[derive(Debug, Default)]
pub(super) struct Answering {
    pub(super) application: Option<Application>,
    pub(super) trunk: Option<Trunk>,
}

#[async_trait]
impl RoutingControl for Plivo {
    /// This account cannot set the routing of a subaccount's number.
    async fn trunk_addresses(&self, _: &str) -> Result<Vec<CallbackUrl>> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        let Some(found) = self.find_number(number).await?.filter(|found| self.is_own(found)) else { return Ok(None) };
        let answering = self.answering(&found).await?;
        Ok(Some(routing(*number, &found, &answering)))
    }

    fn parts_of(&self, setting: &str) -> &'static [&'static str] {
        match setting {
            ANSWER_URL => &[APP, "answer_method"],
            OBJECT => &[OBJECT_TYPE],
            _ => &[],
        }
    }

    fn is_attachment(&self, setting: &str) -> bool {
        setting == APP || setting == OBJECT
    }

    fn cleared_by(&self, _: &str) -> &'static [&'static str] {
        &[]
    }

    /// Verifies the number afterwards.
    async fn restore(&self, routing: &Routing) -> Result<Routing> {
        let update = update(&routing.settings)?;
        let mut steps = Steps::default();
        let found = match update.routes() {
            true => steps.write(self.update_number(&routing.number, &update).await)?,
            false => self.get_number(&routing.number).await?,
        };
        let answering = steps.read(self.answering(&found).await)?;
        Ok(self::routing(routing.number, &found, &answering))
    }

    async fn check_point(&self, address: &CallbackUrl) -> Result<()> {
        self.application_at(address).await.map(drop)
    }

    /// Plivo routes a number to an application, not to an address. So this looks for an application with the address.
    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        let update = UpdateNumber::new().app_id(self.application_at(address).await?);
        let mut steps = Steps::default();
        let found = steps.write(self.update_number(&routing.number, &update).await)?;
        let answering = steps.read(self.answering(&found).await)?;
        Ok(self::routing(routing.number, &found, &answering))
    }
}

impl Plivo {
    /// The id of an enabled application with this answer URL.
    async fn application_at(&self, address: &CallbackUrl) -> Result<String> {
        checked(KIND, "point calls", |problems| {
            if address.is_sip() {
                let fault = format!("is {address}, but Plivo sends calls to a SIP address only through a trunk");
                let remedy = "create an inbound trunk to the address, and attach the number to it";
                problems.add(ProblemCode::Unsupported, "address", fault, remedy);
            }
        })?;
        let mut applications = self.applications(&ListApplications::new());
        let mut id = None;
        while let Some(found) = applications.try_next().await? {
            if found.enabled != Some(false) && found.answer_url.as_ref() == Some(address) {
                id = found.app_id;
                break;
            }
        }
        checked(KIND, "point calls", |problems| {
            if id.is_none() {
                let fault = format!("is {address}, but no enabled application of the account has this answer URL");
                let remedy = "create an application with this answer URL, then point the calls again";
                problems.add(ProblemCode::Missing, "address", fault, remedy);
            }
        })?;
        Ok(id.unwrap_or_default())
    }
}

/// The routing of a number.
pub(super) fn routing(number: E164, found: &PhoneNumber, answering: &Answering) -> Routing {
    let mut settings = BTreeMap::from([(APP.to_owned(), found.app_id().unwrap_or_default().to_owned())]);
    if let Some((kind, id)) = found.object() {
        settings.insert(OBJECT_TYPE.to_owned(), kind.to_owned());
        settings.insert(OBJECT.to_owned(), id.to_owned());
    }
    let of_application: [Option<&str>; OF_APPLICATION.len()] = match &answering.application {
        Some(application) => [
            url(&application.answer_url),
            application.answer_method.as_deref(),
            url(&application.hangup_url),
            url(&application.fallback_answer_url),
            url(&application.message_url),
        ],
        None => [None; OF_APPLICATION.len()],
    };
    let named = OF_APPLICATION.into_iter().zip(of_application);
    settings.extend(named.map(|(name, value)| (name.to_owned(), value.unwrap_or_default().to_owned())));
    Routing::new(number, number.digits().to_owned(), calls(found, answering), settings)
}

fn url(url: &Option<CallbackUrl>) -> Option<&str> {
    url.as_ref().map(CallbackUrl::as_str)
}

/// Calls do not arrive at a disabled application, a disabled trunk or an outbound trunk.
fn calls(found: &PhoneNumber, Answering { application, trunk }: &Answering) -> Calls {
    let is_off = |application: &Application| application.enabled == Some(false);
    match (found.object(), found.app_id()) {
        (None, None) => Calls::Nowhere,
        _ if trunk.as_ref().is_some_and(|trunk| !trunk.takes_calls()) => Calls::Nowhere,
        (Some((_, id)), _) => Calls::Trunk(id.to_owned()),
        (None, Some(id)) if trunk.is_some() => Calls::Trunk(id.to_owned()),
        _ if application.as_ref().is_some_and(is_off) => Calls::Nowhere,
        (None, Some(id)) => {
            let url = application.as_ref().and_then(|application| application.answer_url.clone());
            let url = url.filter(|url| !url.is_empty());
            url.map_or_else(|| Calls::Application(id.to_owned()), Calls::Url)
        }
    }
}

/// The update that sets these settings.
fn update(settings: &BTreeMap<String, String>) -> Result<UpdateNumber> {
    let mut problems = Problems::default();
    let known = |name: &str| [APP, OBJECT_TYPE, OBJECT].contains(&name) || OF_APPLICATION.contains(&name);
    for name in settings.keys().filter(|name| !known(name)) {
        problems.add(
            ProblemCode::Malformed,
            "settings",
            format!("has {name:?}, which is not a routing setting of Plivo"),
            "use an unmodified snapshot",
        );
    }
    sendable(KIND, "restore routing", problems)?;
    let set = |name: &str| settings.get(name).filter(|value| !value.is_empty());
    Ok(match (set(OBJECT_TYPE).zip(set(OBJECT)), settings.get(APP)) {
        (Some((kind, id)), _) => UpdateNumber::new().object_type(kind.as_str()).object_id(id.as_str()),
        (None, Some(id)) if id.is_empty() => UpdateNumber::new().app_id(Patch::Clear),
        (None, Some(id)) => UpdateNumber::new().app_id(id.as_str()),
        (None, None) => UpdateNumber::new(),
    })
}
