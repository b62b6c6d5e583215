use futures_util::stream::BoxStream;

use super::error::error_body;
use super::wire::{
    CreateCredential, CreatePhoneNumber, Credential, ListFilter, NumberPage, PhoneNumber, SearchNumbers,
    UpdateCredential, UpdatePhoneNumber,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{NumberSource, PlatformKind, Secret, Service};
use crate::platform::credentials::Credentials;

pub(super) const KIND: PlatformKind = PlatformKind::VAPI;

const NUMBER: &str = "phone-number";
const CREDENTIAL: &str = "credential";
const SEARCH: &str = "list numbers";

/// A Vapi organisation. Cheap to clone; clones share connections, limits, retry budget and the
/// credentials they made.
///
/// | variable | is |
/// | --- | --- |
/// | `VAPI_API_KEY` | the private key |
/// | `VAPI_BASE_URL` | optional: another address, such as [`EU_BASE_URL`](Self::EU_BASE_URL) |
///
/// ```
/// use std::time::Duration;
///
/// use numport::Vapi;
///
/// let client = Vapi::builder("the-key").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Vapi {
    pub(super) http: Client,
    /// The stored credentials of trunks and of accounts.
    pub(super) credentials: Credentials<NumberSource>,
}

impl Connect for Vapi {
    const SERVICE: &'static ServiceInfo = &ServiceInfo::new(Service::Platform(KIND), "https://api.vapi.ai", error_body)
        .paths(&[&[NUMBER], &["v2", NUMBER]]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        Self::builder(vars.secret("VAPI_API_KEY", "the private key of Vapi's dashboard"))
    }
}

client_methods!(Vapi);

impl Vapi {
    /// The base URL of the European region. A key and a number belong to one region.
    pub const EU_BASE_URL: &'static str = "https://api.eu.vapi.ai";

    /// The networks that the signalling of Vapi's calls out through a SIP trunk comes from: two of the United States, one
    /// of Europe. The [page] may list more by now. Media may come from elsewhere.
    ///
    /// [page]: https://docs.vapi.ai/advanced/sip/sip-networking
    pub const SIP_NETWORKS: [&'static str; 3] = ["44.229.228.186/32", "44.238.177.138/32", "63.182.83.170/32"];

    /// Returns a builder. The key is the private one.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        let auth = Auth::bearer("api_key", &api_key.into());
        ClientBuilder::new(auth, |http| Self { http, credentials: Credentials::default() })
    }

    /// Creates or imports a number. Not safe to repeat; [`Importer`](crate::Importer) is.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the request breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    pub async fn create_number(&self, create: impl Into<CreatePhoneNumber>) -> Result<PhoneNumber> {
        let created = self.prepared_create(&create.into());
        created.await
    }

    /// The call is built immediately, so that the large body does not wait for the response.
    pub(super) fn prepared_create(
        &self,
        create: &CreatePhoneNumber,
    ) -> impl Future<Output = Result<PhoneNumber>> + Send + use<'_> {
        let checked = checked(KIND, "import number", |problems| create.check(problems));
        let call = checked.map(|()| Call::post("import number", &[NUMBER]).json(create));
        let number = create.number().map(str::to_owned);
        async move {
            let same = |created: &PhoneNumber| match (&number, &created.number) {
                (Some(number), found) => Mismatch::unless_created(number, &created.id, found.as_deref()),
                (None, _) => Mismatch::unless_created("a new number", &created.id, None),
            };
            self.http.request_matching(call?, same).await
        }
    }

    /// Returns numbers as one list: as many as the filter's limit, which defaults to 100 and is at most 1000. The order is
    /// not documented; [`search_numbers`](Self::search_numbers) has pages and an order.
    ///
    /// # Errors
    ///
    /// If the filter is invalid, or the request fails.
    pub async fn list_numbers(&self, filter: &ListFilter) -> Result<Vec<PhoneNumber>> {
        checked(KIND, "list numbers", |problems| filter.check(problems))?;
        self.http.request(filter.apply(Call::get("list numbers", &[NUMBER]))).await
    }

    /// Returns one page of numbers.
    ///
    /// # Errors
    ///
    /// If the search is invalid, or the request fails.
    pub async fn search_numbers(&self, search: &SearchNumbers) -> Result<NumberPage> {
        checked(KIND, SEARCH, |problems| search.check(problems))?;
        self.http.request(search_call(search)).await
    }

    /// Returns all numbers of a search, page after page. The order defaults to oldest first, so that a number created
    /// meanwhile does not move the others to another page. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, search: SearchNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        let search = search.oldest_first();
        let mut page = search.page.unwrap_or(1);
        let checked = checked(KIND, SEARCH, |problems| search.check(problems));
        let call = move |page| search_call(&search.clone().page(page));
        let first = checked.map(|()| call(page));
        self.http.pages(first, move |answer: NumberPage| {
            let last =
                answer.results.is_empty() || answer.metadata.and_then(|metadata| metadata.has_next_page) == Some(false);
            page = page.saturating_add(1);
            (answer.results, if last { Next::End } else { Next::Call(call(page)) })
        })
    }

    /// Returns a number.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_number(&self, id: &str) -> Result<PhoneNumber> {
        self.http.request_matching(Call::get("get number", &[NUMBER, id]), of_number(id)).await
    }

    /// Updates the fields of a number that the update names.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// the number does not exist.
    pub async fn update_number(&self, id: &str, update: impl Into<UpdatePhoneNumber>) -> Result<PhoneNumber> {
        let update = update.into();
        checked(KIND, "update number", |problems| update.check(problems))?;
        let call = Call::patch("update number", &[NUMBER, id]).repeatable().json(&update);
        self.http.request_matching(call, of_number(id)).await
    }

    /// Removes a number from Vapi, and returns what was removed. The carrier keeps it.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn delete_number(&self, id: &str) -> Result<PhoneNumber> {
        self.http.request_matching(Call::delete("remove number", &[NUMBER, id]).repeatable(), of_number(id)).await
    }

    /// Creates a carrier credential. Not safe to repeat.
    ///
    /// # Errors
    ///
    /// As [`create_number`](Self::create_number).
    pub async fn create_credential(&self, create: impl Into<CreateCredential>) -> Result<Credential> {
        let create = create.into();
        checked(KIND, "make credential", |problems| create.check(problems))?;
        let call = Call::post("make credential", &[CREDENTIAL]).json(&create);
        self.http.request_matching(call, |made| create.is_answered_by(made)).await
    }

    /// Returns credentials of every kind, those of carriers and others.
    ///
    /// # Errors
    ///
    /// If the filter is invalid, or the request fails.
    pub async fn list_credentials(&self, filter: &ListFilter) -> Result<Vec<Credential>> {
        checked(KIND, "list credentials", |problems| filter.check(problems))?;
        self.http.request(filter.apply(Call::get("list credentials", &[CREDENTIAL]))).await
    }

    /// Returns a credential.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_credential(&self, id: &str) -> Result<Credential> {
        self.http.request_matching(Call::get("get credential", &[CREDENTIAL, id]), of_credential(id)).await
    }

    /// Updates the fields of a credential that the update names.
    ///
    /// # Errors
    ///
    /// As [`update_number`](Self::update_number).
    pub async fn update_credential(&self, id: &str, update: impl Into<UpdateCredential>) -> Result<Credential> {
        let update = update.into();
        checked(KIND, "update credential", |problems| update.check(problems))?;
        let call = Call::patch("update credential", &[CREDENTIAL, id]).repeatable().json(&update);
        self.http.request_matching(call, of_credential(id)).await
    }

    /// Removes a credential, and returns what was removed.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn delete_credential(&self, id: &str) -> Result<Credential> {
        let call = Call::delete("remove credential", &[CREDENTIAL, id]).repeatable();
        self.http.request_matching(call, of_credential(id)).await
    }
}

fn search_call(search: &SearchNumbers) -> Call {
    search.apply(Call::get(SEARCH, &["v2", NUMBER]))
}

/// Whether a response is about the number of this id.
fn of_number(id: &str) -> impl FnOnce(&PhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    |number| Mismatch::unless_id(id, Some(&number.id))
}

/// Whether a response is about the credential of this id.
fn of_credential(id: &str) -> impl FnOnce(&Credential) -> Result<(), Mismatch> + Send + '_ {
    |credential| Mismatch::unless_id(id, credential.id())
}
