use futures_util::stream::BoxStream;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::error_body;
use super::wire::{ListNumbers, NumberPage, Paged, PhoneNumber, SlimNumberPage, SlimPhoneNumber, UpdateNumber};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{ProblemCode, ProviderKind, Removal, Secret, Service, SipTrunk};
use crate::provider::SipFacts;

pub(super) const KIND: ProviderKind = ProviderKind::TELNYX;
pub(super) const NUMBERS: &str = "phone_numbers";

const LIST: &str = "list held numbers";
const LIST_SLIM: &str = "list held numbers in short";
const GET: &str = "get held number";
const UPDATE: &str = "update held number";
const RELEASE: &str = "release held number";

/// A Telnyx account. Cheap to clone; clones share connections, limits and retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `TELNYX_API_KEY` | an API key, which begins with `KEY` |
/// | `TELNYX_BASE_URL` | optional: another base URL, which ends with `/v2` |
///
/// A key sees the numbers of its own account. A managed account has a key of its own.
///
/// ```
/// use std::time::Duration;
///
/// use numport::Telnyx;
///
/// let client = Telnyx::builder("the-key").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Telnyx {
    pub(super) http: Client,
    pub(super) key: Secret,
}

impl Connect for Telnyx {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Provider(KIND), "https://api.telnyx.com/v2", error_body)
            .reset_header("x-ratelimit-reset")
            .paths(&[&[NUMBERS], &["connections"]]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        Self::builder(vars.secret("TELNYX_API_KEY", "an API key, which begins with `KEY`"))
    }
}

client_methods!(Telnyx);

/// The envelope of a single object.
#[derive(Debug, Deserialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

impl Telnyx {
    /// Returns a builder.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        let key = api_key.into();
        ClientBuilder::new(Auth::bearer("api_key", &key), |http| Self { http, key })
    }

    /// The SIP proxies, and the two addresses of each region that calls come from.
    pub const SIP: SipFacts = SipFacts {
        host: "sip.telnyx.com",
        regions: &[
            ("US", &[[192, 76, 120, 10], [64, 16, 250, 10]]),
            ("EU", &[[5, 172, 39, 10], [5, 172, 39, 25]]),
            ("Canada", &[[193, 108, 220, 10], [193, 108, 220, 25]]),
            ("Australia", &[[103, 135, 104, 10], [103, 135, 104, 25]]),
        ],
        page: "https://developers.telnyx.com/docs/voice/sip-trunking/routing/failover-and-retries",
    };

    /// Returns the SIP trunk to Telnyx. The login is that of a credential connection of your account. Import from it
    /// with [`ReachedBy`](crate::provider::ReachedBy). A platform that recognizes inbound calls by their IP addresses
    /// also needs [`allow_inbound`](SipTrunk::allow_inbound) with the addresses of the
    /// connection's region in [`SIP`](Self::SIP).
    pub fn sip_trunk(user: impl Into<String>, password: impl Into<Secret>) -> SipTrunk {
        SipTrunk::new(Self::SIP.host).credentials(user, password)
    }

    /// Sends a call whose response has one object.
    pub(super) async fn one<T: DeserializeOwned + Send>(
        &self,
        call: Call,
        compare: impl FnOnce(&T) -> Result<(), Mismatch> + Send,
    ) -> Result<T> {
        let answered: Data<T> = self.http.request_matching(call, |answer: &Data<T>| compare(&answer.data)).await?;
        Ok(answered.data)
    }

    /// A page of a list.
    pub(super) async fn page<P: DeserializeOwned>(
        &self,
        list: &impl Paged,
        operation: &'static str,
        call: Call,
    ) -> Result<P> {
        checked(KIND, operation, |problems| list.check(problems))?;
        self.http.request(call).await
    }

    /// All pages of a list, up to the page that says that it is the last one. Without a total, up to the first empty
    /// page.
    pub(super) fn walk<'a, L: Paged + 'a, P: DeserializeOwned + 'a, T: Send + 'a>(
        &'a self,
        list: L,
        operation: &'static str,
        call: fn(&L) -> Call,
        split: fn(P) -> (Vec<T>, Option<super::PageMeta>),
    ) -> BoxStream<'a, Result<T>> {
        let first = checked(KIND, operation, |problems| list.check(problems)).map(|()| call(&list));
        let mut page = list.page().0.unwrap_or(1);
        self.http.pages(first, move |answer: P| {
            let (items, meta) = split(answer);
            let is_last = items.is_empty() || meta.and_then(|meta| meta.has_more_than(page)) == Some(false);
            page = page.saturating_add(1);
            (items, if is_last { Next::End } else { Next::Call(call(&list.clone().at_page(page))) })
        })
    }

    /// Returns one page of the account's numbers.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.page(list, LIST, numbers_call(list)).await
    }

    /// Returns all the account's numbers, page after page. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        self.walk(list, LIST, numbers_call, |page: NumberPage| (page.data, page.meta))
    }

    /// Returns one page of the account's numbers in a shorter form, which Telnyx returns faster.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_slim_numbers(&self, list: &ListNumbers) -> Result<SlimNumberPage> {
        self.page(list, LIST_SLIM, slim_call(list)).await
    }

    /// Returns all the account's numbers in this form. The stream ends after its first error.
    #[must_use]
    pub fn slim_numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<SlimPhoneNumber>> {
        self.walk(list, LIST_SLIM, slim_call, |page: SlimNumberPage| (page.data, page.meta))
    }

    /// Returns a number by its id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account does not hold the number.
    pub async fn get_number(&self, id: &str) -> Result<PhoneNumber> {
        self.one(Call::get(GET, &[NUMBERS, id]), of_number(id)).await
    }

    /// Updates a number and returns it after the update. It is safe to repeat.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_number`](Self::get_number). Also if the update sets nothing.
    pub async fn update_number(&self, id: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        checked(KIND, UPDATE, |problems| update.check(problems))?;
        self.one(Call::patch(UPDATE, &[NUMBERS, id]).repeatable().json(update), of_number(id)).await
    }

    /// Releases a number permanently, and returns it. No import does this.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_number`](Self::get_number). Also without the consent
    /// [`Removal::RecordAndNumber`]; the client sends nothing then.
    pub async fn release_number(&self, id: &str, consent: Removal) -> Result<PhoneNumber> {
        checked(KIND, RELEASE, |problems| {
            if consent != Removal::RecordAndNumber {
                let remedy = "consent with `Removal::RecordAndNumber`, or keep the number";
                problems.add(
                    ProblemCode::NeedsConsent,
                    "consent",
                    "is missing: the number is released permanently",
                    remedy,
                );
            }
        })?;
        self.one(Call::delete(RELEASE, &[NUMBERS, id]), of_number(id)).await
    }
}

fn numbers_call(list: &ListNumbers) -> Call {
    list.query(Call::get(LIST, &[NUMBERS])).query("handle_messaging_profile_error", list.handle_messaging_profile_error)
}

fn slim_call(list: &ListNumbers) -> Call {
    list.query(Call::get(LIST_SLIM, &[NUMBERS, "slim"]))
        .query("include_connection", list.include_connection)
        .query("include_tags", list.include_tags)
}

/// Whether a response is about the number with this id.
fn of_number(id: &str) -> impl FnOnce(&PhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    |number| Mismatch::unless_id(id, number.id.as_deref())
}
