use futures_util::stream::BoxStream;
use serde::Serialize;

use super::error::error_body;
use super::wire::{
    ImportNumber, ImportedNumber, ListNumbers, ListSipMessages, NumberFilter, NumberPage, PhoneNumber, SipMessage,
    SipMessagePage, UpdateNumber,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{PlatformKind, Secret, Service};

pub(super) const KIND: PlatformKind = PlatformKind::ELEVENLABS;
pub(super) const BASE_URL: &str = "https://api.elevenlabs.io";

const NUMBERS: [&str; 3] = ["v1", "convai", "phone-numbers"];
const PAGED: [&str; 4] = ["v1", "convai", "v2", "phone-numbers"];
const LIST: &str = "list numbers";
const LIST_MESSAGES: &str = "list SIP messages";

/// An ElevenLabs workspace. Cheap to clone; clones share connections, limits and retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `ELEVENLABS_API_KEY` | the API key |
/// | `ELEVENLABS_BASE_URL` | optional: another address, such as [`EU_BASE_URL`](Self::EU_BASE_URL) |
///
/// ```
/// use std::time::Duration;
///
/// use numport::ElevenLabs;
///
/// let client = ElevenLabs::builder("the-key").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct ElevenLabs {
    pub(super) http: Client,
}

impl Connect for ElevenLabs {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Platform(KIND), BASE_URL, error_body).paths(&[&NUMBERS, &PAGED]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        Self::builder(vars.secret("ELEVENLABS_API_KEY", "an API key of ElevenLabs' dashboard"))
    }
}

client_methods!(ElevenLabs);

impl ElevenLabs {
    /// The servers in the United States. They have the same workspaces as the default address. Use one address of the two
    /// in all processes: locks and unfinished imports belong to an address and its key.
    pub const US_BASE_URL: &'static str = "https://api.us.elevenlabs.io";
    /// The isolated region in the European Union, with workspaces and keys of its own.
    pub const EU_BASE_URL: &'static str = "https://api.eu.residency.elevenlabs.io";
    /// The isolated region in India, with workspaces and keys of its own.
    pub const IN_BASE_URL: &'static str = "https://api.in.residency.elevenlabs.io";
    /// The isolated region in Singapore, with workspaces and keys of its own.
    pub const SG_BASE_URL: &'static str = "https://api.sg.residency.elevenlabs.io";

    /// Returns a builder.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        let auth = Auth::header("xi-api-key", "api_key", &api_key.into());
        ClientBuilder::new(auth, |http| Self { http })
    }

    /// Imports a number, and returns the id of its record. Not safe to repeat; [`Importer`](crate::Importer) is. Whether
    /// ElevenLabs refuses a number that it already has is not documented.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the request breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    pub async fn import_number(&self, import: impl Into<ImportNumber>) -> Result<ImportedNumber> {
        let imported = self.prepared_import(&import.into());
        imported.await
    }

    /// The call is built immediately, so that the large body does not wait for the response.
    pub(super) fn prepared_import(
        &self,
        import: &ImportNumber,
    ) -> impl Future<Output = Result<ImportedNumber>> + Send + use<'_> {
        let checked = checked(KIND, "import number", |problems| import.check(problems));
        let call = checked.map(|()| Call::post("import number", &NUMBERS).json(import));
        let number = import.number().to_owned();
        async move {
            let same = |made: &ImportedNumber| {
                // It is not documented to be there.
                let told = made.extra.get("phone_number").and_then(|told| told.as_str());
                Mismatch::unless_created(&number, &made.phone_number_id, told)
            };
            self.http.request_matching(call?, same).await
        }
    }

    /// Returns all numbers of the workspace as one list, without pages.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_all_numbers(&self, filter: &NumberFilter) -> Result<Vec<PhoneNumber>> {
        self.http.request(filter.query(Call::get(LIST, &NUMBERS))).await
    }

    /// Returns one page of numbers: the first, or the one at the list's cursor.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        checked(KIND, LIST, |problems| list.check(problems))?;
        self.http.request(list_call(list)).await
    }

    /// Returns all numbers of a list, page after page, from its cursor on. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        let first = checked(KIND, LIST, |problems| list.check(problems)).map(|()| list_call(&list));
        self.http.pages(first, move |page: NumberPage| {
            let next = next(page.has_more, page.next_cursor, |cursor| list_call(&list.clone().cursor(cursor)));
            (page.phone_numbers, next)
        })
    }

    /// Returns a number.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_number(&self, id: &str) -> Result<PhoneNumber> {
        self.http.request_matching(Call::get("get number", &of_id(id)), of_number(id)).await
    }

    /// Updates the fields of a number that the update names.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// the number does not exist.
    pub async fn update_number(&self, id: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        checked(KIND, "update number", |problems| update.check(problems))?;
        self.patch(id, update).await
    }

    pub(super) async fn patch(&self, id: &str, body: &impl Serialize) -> Result<PhoneNumber> {
        let call = Call::patch("update number", &of_id(id)).repeatable().json(body);
        self.http.request_matching(call, of_number(id)).await
    }

    /// Removes a number from the workspace. The carrier keeps it. Whether its voice URL still leads to ElevenLabs
    /// afterwards is not documented.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn delete_number(&self, id: &str) -> Result<()> {
        self.http.request_empty(Call::delete("remove number", &of_id(id)).repeatable()).await
    }

    /// Returns one page of the SIP messages of a number's calls: the first, or the one at the cursor.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails. Status 404 if there is no number with this id.
    pub async fn list_sip_messages(&self, id: &str, list: &ListSipMessages) -> Result<SipMessagePage> {
        checked(KIND, LIST_MESSAGES, |problems| list.check(problems))?;
        self.http.request(messages_call(id, list)).await
    }

    /// Returns all SIP messages of a number's calls, page after page. The stream ends after its first error.
    #[must_use]
    pub fn sip_messages(&self, id: &str, list: ListSipMessages) -> BoxStream<'_, Result<SipMessage>> {
        let first = checked(KIND, LIST_MESSAGES, |problems| list.check(problems)).map(|()| messages_call(id, &list));
        let id = id.to_owned();
        self.http.pages(first, move |page: SipMessagePage| {
            let call = |cursor| messages_call(&id, &list.clone().cursor(cursor));
            (page.sip_messages, next(page.has_more, page.next_cursor, call))
        })
    }
}

/// The next page. `has_more` is false by default.
fn next(has_more: Option<bool>, cursor: Option<String>, call: impl FnOnce(String) -> Call) -> Next {
    match (has_more, cursor.filter(|cursor| !cursor.is_empty())) {
        (Some(true), Some(cursor)) | (None, Some(cursor)) => Next::Call(call(cursor)),
        (Some(true), None) => Next::Missing,
        _ => Next::End,
    }
}

fn of_id(id: &str) -> [&str; 4] {
    let [version, product, numbers] = NUMBERS;
    [version, product, numbers, id]
}

fn list_call(list: &ListNumbers) -> Call {
    list.query(Call::get(LIST, &PAGED))
}

fn messages_call(id: &str, list: &ListSipMessages) -> Call {
    let [version, product, numbers] = NUMBERS;
    list.query(Call::get(LIST_MESSAGES, &[version, product, numbers, id, "sip-messages"]))
}

/// Whether a response is about the number of this id.
fn of_number(id: &str) -> impl FnOnce(&PhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    |number| Mismatch::unless_id(id, Some(&number.phone_number_id))
}
