use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures_util::stream::BoxStream;

use super::error::error_body;
use super::read::Read;
use super::wire::{
    CreateProvider, ImportNumber, ListNumbers, ListProviders, NumberPage, PhoneNumber, Provider, ProvisionNumber,
    Region, UpdateNumber, UpdateProvider,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{AccountKey, PlatformKind, Secret, Service};
use crate::platform::credentials::Credentials;
use crate::platform::lookups::Lookups;

pub(super) const KIND: PlatformKind = PlatformKind::CARTESIA;

const NUMBERS: [&str; 2] = ["agents", "phone-numbers"];
const PROVIDERS: [&str; 3] = ["agents", "phone-numbers", "providers"];

/// A Cartesia organization. Cheap to clone; clones share connections, limits, retry budget and the links to Twilio accounts
/// that they made.
///
/// | variable | is |
/// | --- | --- |
/// | `CARTESIA_API_KEY` | an API key, `sk_car_…`; an admin key does not work |
/// | `TWILIO_REGION` | optional: the region of the Twilio API keys, such as `ie1` |
/// | `CARTESIA_BASE_URL` | optional: another base URL |
///
/// ```
/// use std::time::Duration;
///
/// use numport::Cartesia;
///
/// let client = Cartesia::builder("the-key").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Cartesia {
    pub(super) http: Client,
    /// The links to Twilio accounts.
    pub(super) links: Credentials<AccountKey>,
    pub(super) read: Read,
    pub(super) lookups: Lookups,
    /// Whether the search found a number by its E.164 form, so that one that it does not find is not there.
    pub(super) finds_numbers: Arc<AtomicBool>,
    /// The region of the Twilio keys.
    pub(super) region: Region,
}

impl Connect for Cartesia {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Platform(KIND), "https://api.cartesia.ai", error_body)
            .paths(&[&NUMBERS, &PROVIDERS]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let builder = Self::builder(vars.secret("CARTESIA_API_KEY", "an API key of Cartesia's console"));
        let region = vars.optional("TWILIO_REGION").map(|region| Region::from_wire(&region));
        region.into_iter().fold(builder, ClientBuilder::twilio_region)
    }
}

client_methods!(Cartesia);

impl ClientBuilder<Cartesia> {
    /// Sets the region of the Twilio API keys that imports and renewals give to Cartesia. Defaults to [`Region::Us1`]. It is
    /// not the country of the numbers. With a wrong region, transfers and outbound calls fail.
    pub fn twilio_region(self, region: Region) -> Self {
        self.map(|client| Cartesia { region, ..client })
    }
}

impl Cartesia {
    /// The version of the API, which every call names.
    pub const VERSION: &'static str = "2026-03-01";

    /// Returns a builder.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        let auth = Auth::bearer("api_key", &api_key.into()).and_constant("cartesia-version", Self::VERSION);
        ClientBuilder::new(auth, |http| Self {
            http,
            links: Credentials::default(),
            read: Read::default(),
            lookups: Lookups::default(),
            finds_numbers: Arc::default(),
            region: Region::Us1,
        })
    }

    /// Imports a number of a linked Twilio account. Not safe to repeat; [`Importer`](crate::Importer) is.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the request breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out. Which statuses
    /// Cartesia returns is not documented.
    pub async fn import_number(&self, import: &ImportNumber) -> Result<PhoneNumber> {
        checked(KIND, "import number", |problems| import.check(problems))?;
        let call = Call::post("import number", &NUMBERS).json(import);
        let same =
            |made: &PhoneNumber| Mismatch::unless_created(import.number().as_str(), &made.id, Some(&made.number));
        self.http.request_matching(call, same).await
    }

    /// Gets a new number in the United States that Cartesia holds. It may cost money and is not safe to repeat: a second
    /// call gets another number.
    ///
    /// # Errors
    ///
    /// The same errors as [`import_number`](Self::import_number).
    pub async fn provision_number(&self, provision: &ProvisionNumber) -> Result<PhoneNumber> {
        checked(KIND, "provision number", |problems| provision.check(problems))?;
        let call = Call::post("provision number", &["agents", "phone-numbers", "provision"]).json(provision);
        let made = |made: &PhoneNumber| Mismatch::unless_created("a new number", &made.id, None);
        self.http.request_matching(call, made).await
    }

    /// Returns a number.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_number(&self, id: &str) -> Result<PhoneNumber> {
        self.http.request_matching(Call::get("get number", &number_path(id)), of_number(id)).await
    }

    /// Returns one page of numbers.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.http.request(list_call(list)?).await
    }

    /// Returns all numbers of a list, page after page; with [`ending_before`](ListNumbers::ending_before) from its end on. The
    /// stream ends after its first error. An empty page that says that there are more is an error, because the list is not
    /// complete.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        self.http.pages(list_call(&list), move |page: NumberPage| {
            let backward = list.ending_before.is_some();
            let edge = if backward { page.data.first() } else { page.data.last() };
            let next = match edge.map(|edge| edge.id.as_str()).filter(|id| !id.is_empty()) {
                _ if page.has_more == Some(false) => Next::End,
                None if page.data.is_empty() && page.has_more.is_none() => Next::End,
                None => Next::Missing,
                Some(id) => {
                    let list = list.clone();
                    let list = if backward { list.ending_before(id) } else { list.starting_after(id) };
                    list_call(&list).map_or(Next::Missing, Next::Call)
                }
            };
            (page.data, next)
        })
    }

    /// Returns the numbers of an agent by the old list, which has no pages and is deprecated. Use
    /// [`numbers`](Self::numbers).
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_agent_numbers(&self, agent_id: &str) -> Result<Vec<PhoneNumber>> {
        self.http.request(Call::get("list agent numbers", &["agents", agent_id, "phone-numbers"])).await
    }

    /// Updates the fields of a number that the update names.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// the number does not exist.
    pub async fn update_number(&self, id: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        checked(KIND, "update number", |problems| update.check(problems))?;
        drop(self.read.take(&id.into()));
        let call = Call::patch("update number", &number_path(id)).repeatable().json(update);
        self.http.request_matching(call, of_number(id)).await
    }

    /// Removes a number, which must have no agent. A number of a linked account stays there. A number that Cartesia holds is
    /// lost for good.
    ///
    /// # Errors
    ///
    /// If an agent has it, or it does not exist.
    pub async fn delete_number(&self, id: &str) -> Result<()> {
        self.http.request_empty(Call::delete("remove number", &number_path(id)).repeatable()).await
    }

    /// Returns the linked accounts.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_providers(&self, list: &ListProviders) -> Result<Vec<Provider>> {
        self.http.request(list.query(Call::get("list providers", &PROVIDERS))).await
    }

    /// Links an account. Cartesia logs in to Twilio first, and refuses a second link of one account and region. Not safe to
    /// repeat.
    ///
    /// # Errors
    ///
    /// The same errors as [`import_number`](Self::import_number).
    pub async fn create_provider(&self, create: impl Into<CreateProvider>) -> Result<Provider> {
        let create = create.into();
        checked(KIND, "make provider", |problems| create.check(problems))?;
        let call = Call::post("make provider", &PROVIDERS).json(&create);
        let wanted = create.account_sid();
        self.http
            .request_matching(call, |made: &Provider| match made.account_sid.as_deref().filter(|sid| *sid != wanted) {
                None if !made.id.is_empty() => Ok(()),
                other => Err(Mismatch::new(format_args!("the account {wanted}"), other)),
            })
            .await
    }

    /// Returns a linked account.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_provider(&self, id: &str) -> Result<Provider> {
        self.http.request_matching(Call::get("get provider", &provider_path(id)), of_provider(id)).await
    }

    /// Changes the API key of a linked account, for all its numbers. Cartesia tries the key first, and refuses it with a list
    /// of the numbers that it cannot reach.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Otherwise if
    /// the key is refused, or the link does not exist.
    pub async fn update_provider(&self, id: &str, update: impl Into<UpdateProvider>) -> Result<Provider> {
        let update = update.into();
        checked(KIND, "update provider", |problems| update.check(problems))?;
        let call = Call::patch("update provider", &provider_path(id)).repeatable().json(&update);
        self.http.request_matching(call, of_provider(id)).await
    }

    /// Removes a link to an account.
    ///
    /// # Errors
    ///
    /// If a number uses it, or it does not exist.
    pub async fn delete_provider(&self, id: &str) -> Result<()> {
        self.http.request_empty(Call::delete("remove provider", &provider_path(id)).repeatable()).await
    }
}

const fn number_path(id: &str) -> [&str; 3] {
    let [agents, numbers] = NUMBERS;
    [agents, numbers, id]
}

const fn provider_path(id: &str) -> [&str; 4] {
    let [agents, numbers, providers] = PROVIDERS;
    [agents, numbers, providers, id]
}

fn list_call(list: &ListNumbers) -> Result<Call> {
    checked(KIND, "list numbers", |problems| list.check(problems))?;
    Ok(list.query(Call::get("list numbers", &NUMBERS)))
}

/// Whether a response is about the number of this id.
fn of_number(id: &str) -> impl FnOnce(&PhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    |number| Mismatch::unless_id(id, Some(&number.id))
}

/// Whether a response is about the linked account of this id.
fn of_provider(id: &str) -> impl FnOnce(&Provider) -> Result<(), Mismatch> + Send + '_ {
    |provider| Mismatch::unless_id(id, Some(&provider.id))
}
