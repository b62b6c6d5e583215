use std::num::NonZeroU32;

use futures_util::stream::BoxStream;
use serde_json::json;

use super::created::Created;
use super::error::{error_body, rejects};
use super::renew::Integrations;
use super::wire::{
    Assignment, CreateIntegration, Envelope, ImportNumber, ImportedNumber, Integration, ListNumbers, NumberPage,
    NumberSummary, UpdateIntegration,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{AccountKey, PlatformKind, Secret, Service};
use crate::platform::credentials::Credentials;
use crate::platform::lookups::Lookups;

pub(super) const KIND: PlatformKind = PlatformKind::BUTTER;

const NUMBERS: [&str; 2] = ["api", "phone-numbers"];
const INTEGRATIONS: [&str; 2] = ["api", "integrations"];

/// A Butter organization. Cheap to clone; clones share connections, limits, retry budget, the integrations that they
/// created, and the lists that they read to look up a number.
///
/// Butter has no endpoint for one number, and its list has no filter for a number. So
/// [`get`](crate::VoicePlatform::get), [`find`](crate::VoicePlatform::find) and each lookup of an import read the list from
/// its beginning, page by page, up to the number. If the number is missing, they read the whole list. The client sends
/// at most 10 requests per second by default.
///
/// | variable | is |
/// | --- | --- |
/// | `BUTTER_API_KEY` | the API key |
/// | `BUTTER_ORGANIZATION_ID` | the organization's id, such as `org_abc123` |
/// | `BUTTER_BASE_URL` | optional: another base URL |
///
/// ```
/// use std::time::Duration;
///
/// use numport::Butter;
///
/// let client = Butter::builder("the-key", "the-organization").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Butter {
    pub(super) http: Client,
    pub(super) integrations: Credentials<AccountKey>,
    pub(super) known: Integrations,
    pub(super) created: Created,
    pub(super) lookups: Lookups,
}

impl Connect for Butter {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Platform(KIND), "https://api.getbutter.ai", error_body)
            .rejects(rejects)
            .paths(&[&NUMBERS, &INTEGRATIONS]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let key = vars.secret("BUTTER_API_KEY", "an API key of Butter's dashboard");
        Self::builder(key, vars.required("BUTTER_ORGANIZATION_ID", "the organization's id, such as org_abc123"))
    }
}

client_methods!(Butter);

impl Butter {
    /// Requests per second that the Starter tier allows. A client's limit defaults to it.
    pub const STARTER_REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
    /// Requests per second that the Pro tier allows.
    pub const PRO_REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

    /// Returns a builder. The limit of requests defaults to
    /// [`STARTER_REQUESTS_PER_SECOND`](Self::STARTER_REQUESTS_PER_SECOND).
    pub fn builder(api_key: impl Into<Secret>, organization_id: impl Into<String>) -> ClientBuilder<Self> {
        let auth = Auth::header("x-api-key", "api_key", &api_key.into());
        let organization = organization_id.into();
        let auth = auth.and_header("x-organization-id", "organization_id", &organization).of_account(organization);
        ClientBuilder::new(auth, |http| Self {
            http,
            integrations: Credentials::default(),
            known: Integrations::default(),
            created: Created::default(),
            lookups: Lookups::default(),
        })
        .requests_per_second(Self::STARTER_REQUESTS_PER_SECOND)
    }

    /// Returns one page of numbers: the first, or the one at the list's cursor.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.http.request(list_call(list)).await
    }

    /// Returns all numbers of a list, page after page, from its cursor on. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<NumberSummary>> {
        self.http.pages(Ok(list_call(&list)), move |page: NumberPage| {
            let pagination = page.pagination.unwrap_or_default();
            let next = match (pagination.has_more, pagination.next_cursor.filter(|cursor| !cursor.is_empty())) {
                (Some(true), Some(cursor)) => Next::Call(list_call(&list.clone().cursor(cursor))),
                (Some(true), None) => Next::Missing,
                _ => Next::End,
            };
            (page.data, next)
        })
    }

    /// Imports a number. Not safe to repeat; [`Importer`](crate::Importer) is. Butter answers 400 or 422 for an invalid
    /// field, 403 for an integration of another organization, 404 for an integration that does not exist, and 409 for a
    /// number that exists already.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the request breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    pub async fn import_number(&self, import: impl Into<ImportNumber>) -> Result<ImportedNumber> {
        let import = import.into();
        checked(KIND, "import number", |problems| import.check(problems))?;
        self.data(Call::post("import number", &NUMBERS).json(&import), |made: &ImportedNumber| {
            Mismatch::unless_created(import.number().as_str(), &made.phone_number_id, Some(&made.phone_number))
        })
        .await
    }

    /// Assigns a number to an agent. Not idempotent: Butter answers 409 if any agent has it already, this one included.
    ///
    /// # Errors
    ///
    /// Status 400 for a Twilio number without an integration, 403 for an agent or a number of another organization, 404
    /// if one of them does not exist.
    pub async fn assign_number(&self, agent_id: &str, phone_number_id: &str) -> Result<Assignment> {
        // The record has changed since its create.
        drop(self.created.take(&phone_number_id.into()));
        let call = Call::post("assign number", &["api", "agents", agent_id, "assign-phone-number"]);
        self.data(call.json(&json!({"phone_number_id": phone_number_id})), of_agent(agent_id)).await
    }

    /// Removes a number's assignment to an agent.
    ///
    /// # Errors
    ///
    /// Status 400 if this agent does not have it, 403 for an agent of another organization, 404 if the agent does not
    /// exist.
    pub async fn unassign_number(&self, agent_id: &str, phone_number_id: &str) -> Result<Assignment> {
        drop(self.created.take(&phone_number_id.into()));
        let path = ["api", "agents", agent_id, "unassign-phone-number", phone_number_id];
        self.data(Call::post("unassign number", &path), of_agent(agent_id)).await
    }

    /// Creates an integration. Not safe to repeat.
    ///
    /// # Errors
    ///
    /// As [`import_number`](Self::import_number).
    pub async fn create_integration(&self, create: &CreateIntegration) -> Result<Integration> {
        checked(KIND, "make integration", |problems| create.check(problems))?;
        self.data(Call::post("make integration", &INTEGRATIONS).json(create), |made: &Integration| {
            let (id, name) = (&made.integration_id, made.name.as_deref());
            match name.filter(|name| *name != create.name()) {
                None if !id.is_empty() => Ok(()),
                other => Err(Mismatch::new(format_args!("the integration {}", create.name()), other)),
            }
        })
        .await
    }

    /// Changes an integration's name or credentials.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// the integration does not exist.
    pub async fn update_integration(&self, id: &str, update: &UpdateIntegration) -> Result<Integration> {
        checked(KIND, "update integration", |problems| update.check(problems))?;
        let [api, integrations] = INTEGRATIONS;
        let call = Call::put("update integration", &[api, integrations, id]).repeatable().json(update);
        self.data(call, of_integration(id)).await
    }

    /// Removes an integration, and returns what was removed.
    ///
    /// # Errors
    ///
    /// If a number still uses it, or it does not exist.
    pub async fn delete_integration(&self, id: &str) -> Result<Integration> {
        let [api, integrations] = INTEGRATIONS;
        self.data(Call::delete("remove integration", &[api, integrations, id]).repeatable(), of_integration(id)).await
    }

    /// Takes a response out of its envelope, if it is about the requested object.
    async fn data<T: serde::de::DeserializeOwned>(
        &self,
        call: Call,
        compare: impl FnOnce(&T) -> Result<(), Mismatch> + Send,
    ) -> Result<T> {
        let answer = self.http.request_matching(call, |envelope: &Envelope<T>| compare(&envelope.data)).await;
        answer.map(|envelope| envelope.data)
    }
}

/// Whether a response is about this agent.
fn of_agent(id: &str) -> impl FnOnce(&Assignment) -> Result<(), Mismatch> + Send + '_ {
    |assignment| Mismatch::unless_id(id, Some(&assignment.agent_id))
}

/// Whether a response is about the integration of this id.
fn of_integration(id: &str) -> impl FnOnce(&Integration) -> Result<(), Mismatch> + Send + '_ {
    |integration| Mismatch::unless_id(id, Some(&integration.integration_id))
}

fn list_call(list: &ListNumbers) -> Call {
    list.write(Call::get("list numbers", &NUMBERS))
}
