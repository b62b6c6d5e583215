use futures_util::stream::BoxStream;

use super::error::{error_body, missing, taken};
use super::wire::{ImportNumber, ListNumbers, NumberPage, PhoneNumber, PurchaseNumber, UpdateNumber};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{PlatformKind, Secret, Service};

pub(super) const KIND: PlatformKind = PlatformKind::RETELL;

const IMPORT: [&str; 1] = ["import-phone-number"];
const LIST: [&str; 2] = ["v2", "list-phone-numbers"];

/// A Retell workspace. Cheap to clone; clones share connections, limits and the retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `RETELL_API_KEY` | an API key; it opens one workspace |
/// | `RETELL_BASE_URL` | optional: another base URL |
///
/// ```
/// use std::time::Duration;
///
/// use numport::Retell;
///
/// let client = Retell::builder("the-key").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Retell {
    pub(super) http: Client,
}

impl Connect for Retell {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Platform(KIND), "https://api.retellai.com", error_body).paths(&[&IMPORT, &LIST]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        Self::builder(vars.secret("RETELL_API_KEY", "an API key of Retell's dashboard"))
    }
}

client_methods!(Retell);

impl Retell {
    /// The SIP server to which a carrier's trunk must send the calls: the trunk's origination is `sip:` and this host. It
    /// takes TCP, UDP and TLS, which `;transport=tls` after the host chooses.
    pub const SIP_HOST: &'static str = "sip.retellai.com";

    /// The networks that Retell's calls come from, for the carrier's firewall; the last two only of some calls in the
    /// United States. Other services use some of them too. The [page] may list more by now.
    ///
    /// [page]: https://docs.retellai.com/deploy/custom-telephony
    pub const SIP_NETWORKS: [&'static str; 5] =
        ["18.98.16.120/30", "3.42.144.0/23", "153.57.128.0/18", "143.223.88.0/21", "161.115.160.0/19"];

    /// Returns a builder.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        ClientBuilder::new(Auth::bearer("api_key", &api_key.into()), |http| Self { http })
    }

    /// Imports a number of a SIP trunk. Not safe to repeat; [`Importer`](crate::Importer) is.
    ///
    /// Retell does not check the trunk: a number that was imported may still not work.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the request breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    /// [`Meaning::Conflict`](crate::error::Meaning::Conflict) if a workspace, which may be another one, has the number.
    pub async fn import_number(&self, import: &ImportNumber) -> Result<PhoneNumber> {
        checked(KIND, "import number", |problems| import.check(problems))?;
        let number = import.number();
        let same = |made: &PhoneNumber| Mismatch::unless_created(number, &made.phone_number, Some(&made.phone_number));
        let made = self.http.request_matching(Call::post("import number", &IMPORT).json(import), same).await;
        made.map_err(taken)
    }

    /// Buys a number. It is billed immediately, and the call is not safe to repeat: it would buy another number.
    ///
    /// # Errors
    ///
    /// The same errors as [`import_number`](Self::import_number).
    pub async fn purchase_number(&self, purchase: &PurchaseNumber) -> Result<PhoneNumber> {
        checked(KIND, "purchase number", |problems| purchase.check(problems))?;
        let call = Call::post("purchase number", &["create-phone-number"]).json(purchase);
        let bought = self.http.request_matching(call, |bought: &PhoneNumber| {
            let wanted = purchase.number().unwrap_or(&bought.phone_number);
            Mismatch::unless_created(wanted, &bought.phone_number, Some(&bought.phone_number))
        });
        bought.await.map_err(taken)
    }

    /// Returns a number.
    ///
    /// # Errors
    ///
    /// [`Meaning::Missing`](crate::error::Meaning::Missing), with status 404 or 422, if the workspace does not have it.
    pub async fn get_number(&self, number: &str) -> Result<PhoneNumber> {
        let call = Call::get("get number", &["get-phone-number", number]);
        self.http.request_matching(call, of_number(number)).await.map_err(missing)
    }

    /// Returns one page of numbers: the first, or the one at the list's key.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.http.request(list_call(list)?).await
    }

    /// Returns all numbers of a list, page after page, from its key on. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        self.http.pages(list_call(&list), move |page: NumberPage| {
            let next = match page.pagination_key.filter(|key| !key.is_empty()) {
                _ if !page.has_more => Next::End,
                Some(key) => list_call(&list.clone().pagination_key(key)).map_or(Next::Missing, Next::Call),
                None => Next::Missing,
            };
            (page.items, next)
        })
    }

    /// Returns all numbers by the old list, which has no pages. Retell withdrew it on 2026-06-15; use
    /// [`numbers`](Self::numbers).
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_all_numbers(&self) -> Result<Vec<PhoneNumber>> {
        self.http.request(Call::get("list all numbers", &["list-phone-numbers"])).await
    }

    /// Updates the fields of a number that the update names. Lists are replaced.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404
    /// or 422 if the workspace does not have the number; 422 may also say that a value is wrong.
    pub async fn update_number(&self, number: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        checked(KIND, "update number", |problems| update.check(problems))?;
        let call = Call::patch("update number", &["update-phone-number", number]).repeatable().json(update);
        self.http.request_matching(call, of_number(number)).await
    }

    /// Removes a number. The carrier keeps a number that was imported. A number that Retell sold is released for good.
    ///
    /// # Errors
    ///
    /// [`Meaning::Missing`](crate::error::Meaning::Missing), with status 404 or 422, if the workspace does not have it.
    pub async fn delete_number(&self, number: &str) -> Result<()> {
        let call = Call::delete("remove number", &["delete-phone-number", number]).repeatable();
        self.http.request_empty(call).await.map_err(missing)
    }
}

fn list_call(list: &ListNumbers) -> Result<Call> {
    checked(KIND, "list numbers", |problems| list.check(problems))?;
    Ok(list.query(Call::get("list numbers", &LIST)))
}

/// Whether a response is about this number. Whether Retell stores it in another spelling is not documented.
fn of_number(number: &str) -> impl FnOnce(&PhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    move |found| Mismatch::unless_created(number, &found.phone_number, Some(&found.phone_number))
}
