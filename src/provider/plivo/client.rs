use futures_util::stream::BoxStream;
use serde::de::DeserializeOwned;

use super::error::error_body;
use super::wire::{
    Account, AddNumber, Application, ApplicationPage, Changed, List, ListApplications, ListNumbers, ListSubaccounts,
    ListTrunks, NumberPage, Page, PhoneNumber, Subaccount, SubaccountPage, Trunk, TrunkPage, UpdateNumber,
};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{AccountKey, ProblemCode, Problems, ProviderKind, Removal, Secret, Service, SipTrunk};
use crate::provider::SipFacts;
use crate::provider::steps::Steps;
use crate::wire::Patch;

pub(super) const KIND: ProviderKind = ProviderKind::PLIVO;

const NUMBER: &str = "Number";
const APPLICATION: &str = "Application";
const TRUNK: [&str; 2] = ["Zentrunk", "Trunk"];

const LIST: &str = "list held numbers";
const GET: &str = "get held number";
const UPDATE: &str = "update held number";
const RELEASE: &str = "release held number";
const LIST_APPLICATIONS: &str = "list applications";
const LIST_TRUNKS: &str = "list trunks";
const LIST_SUBACCOUNTS: &str = "list subaccounts";

/// A Plivo account, or a subaccount. Cheap to clone; clones share connections, limits and retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `PLIVO_AUTH_ID` | the account's id, `MA…`, or a subaccount's, `SA…` |
/// | `PLIVO_AUTH_TOKEN` | its token |
/// | `PLIVO_BASE_URL` | optional: another address, without `/v1` |
#[derive(Clone)]
pub struct Plivo {
    pub(super) http: Client,
    pub(super) credentials: AccountKey,
}

impl Connect for Plivo {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Provider(KIND), "https://api.plivo.com", error_body);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let id = vars.required("PLIVO_AUTH_ID", "the account's id, which begins with `MA` or `SA`");
        Self::builder(id, vars.secret("PLIVO_AUTH_TOKEN", "the account's token"))
    }
}

client_methods!(Plivo);

impl Plivo {
    /// Returns a builder. The id is that of the account, `MA…`, or of a subaccount, `SA…`.
    pub fn builder(auth_id: impl Into<String>, auth_token: impl Into<Secret>) -> ClientBuilder<Self> {
        let token = auth_token.into();
        let credentials = AccountKey::token(auth_id, token.clone());
        let own = credentials.clone();
        ClientBuilder::new(Auth::basic(&own.account, &token), |http| Self { http, credentials }).check(|problems| {
            check_account("auth_id", &own.account, problems);
            own.check(KIND, problems);
        })
    }

    /// The host of an outbound trunk. The page lists no addresses that calls come from: ask Plivo for them.
    pub const SIP: SipFacts = SipFacts {
        host: "{trunk_id}.zt.plivo.com",
        regions: &[],
        page: "https://docs.plivo.com/docs/sip-trunking/api/trunks",
    };

    /// Returns the SIP trunk to Plivo that has this id. The login is that of the trunk. Import from it with
    /// [`ReachedBy`](crate::provider::ReachedBy). A platform that recognizes inbound calls by their IP addresses also
    /// needs [`allow_inbound`](SipTrunk::allow_inbound) with Plivo's signalling addresses, which its pages do not list.
    pub fn sip_trunk(trunk_id: &str, user: impl Into<String>, password: impl Into<Secret>) -> SipTrunk {
        SipTrunk::new(Self::SIP.host.replace("{trunk_id}", trunk_id)).credentials(user, password)
    }

    /// A call to a resource of the account. Every path of Plivo ends with a slash.
    fn of_account(&self, call: fn(&'static str, &[&str]) -> Call, operation: &'static str, path: &[&str]) -> Call {
        let account = self.credentials.account.as_str();
        call(operation, &[&["v1", "Account", account], path].concat()).trailing_slash()
    }

    async fn page<P: DeserializeOwned>(&self, operation: &'static str, path: &[&str], list: &impl List) -> Result<P> {
        checked(KIND, operation, |problems| list.check(problems))?;
        self.http.request(list.query(self.of_account(Call::get, operation, path))).await
    }

    fn walk<'a, P: Page + DeserializeOwned + 'a>(
        &'a self,
        operation: &'static str,
        path: &[&str],
        list: &impl List,
    ) -> BoxStream<'a, Result<P::Item>>
    where
        P::Item: Send + 'a,
    {
        let checked = checked(KIND, operation, |problems| list.check(problems));
        let call = checked.map(|()| list.query(self.of_account(Call::get, operation, path)));
        self.http.pages(call, |page: P| {
            let (items, next) = page.split();
            (items, Next::link(next))
        })
    }

    /// Returns one page of the account's numbers.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.page(LIST, &[NUMBER], list).await
    }

    /// Returns all the account's numbers, page after page. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: &ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        self.walk::<NumberPage>(LIST, &[NUMBER], list)
    }

    /// Returns a number.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account does not hold the number.
    pub async fn get_number(&self, number: &E164) -> Result<PhoneNumber> {
        let of_number = |found: &PhoneNumber| {
            let same = found.number.as_deref().is_some_and(|found| found.trim_start_matches('+') == number.digits());
            // The numbers stay out of the text, because it is logged.
            if same { Ok(()) } else { Err(Mismatch::new("the requested number", None)) }
        };
        self.http.request_matching(self.of_account(Call::get, GET, &[NUMBER, number.digits()]), of_number).await
    }

    /// Updates a number and returns it after the update. It is safe to repeat.
    ///
    /// Plivo assigns the account's default application if an update names none. So if the update does not set the
    /// routing, the client reads the number first and repeats its application. It also reads the number afterwards, and
    /// returns an error if the routing changed.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_number`](Self::get_number). Also if the update sets nothing or contradicts itself.
    pub async fn update_number(&self, number: &E164, update: &UpdateNumber) -> Result<PhoneNumber> {
        checked(KIND, UPDATE, |problems| update.check(problems))?;
        let update = match update.routes() {
            true => update.clone(),
            false => repeated(update.clone(), &self.get_number(number).await?),
        };
        let call = self.of_account(Call::post, UPDATE, &[NUMBER, number.digits()]).repeatable().json(&update);
        let mut steps = Steps::default();
        steps.write(self.http.request_empty(call).await)?;
        let after = steps.read(self.get_number(number).await)?;
        let target = after.object().map(|(_, id)| id).or_else(|| after.app_id()).unwrap_or_default();
        if target == update.target() {
            return Ok(after);
        }
        let fault = CallFault::Mismatch(Mismatch::new(
            format_args!("calls to {:?}", update.target()),
            Some(target).filter(|target| !target.is_empty()),
        ));
        Err(Box::new(CallError::new(KIND.into(), UPDATE, Delivery::Accepted, fault)).into())
    }

    /// Registers a number of another carrier. Not safe to repeat.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn add_number(&self, add: &AddNumber) -> Result<Changed> {
        self.http.request(self.of_account(Call::post, "add number", &[NUMBER]).json(add)).await
    }

    /// Releases a number permanently. No import does this.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_number`](Self::get_number). Also without the consent
    /// [`Removal::RecordAndNumber`]; the client sends nothing then.
    pub async fn release_number(&self, number: &E164, consent: Removal) -> Result<()> {
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
        self.http.request_empty(self.of_account(Call::delete, RELEASE, &[NUMBER, number.digits()])).await
    }

    /// Returns one page of the account's applications.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_applications(&self, list: &ListApplications) -> Result<ApplicationPage> {
        self.page(LIST_APPLICATIONS, &[APPLICATION], list).await
    }

    /// Returns all the account's applications. The stream ends after its first error.
    #[must_use]
    pub fn applications(&self, list: &ListApplications) -> BoxStream<'_, Result<Application>> {
        self.walk::<ApplicationPage>(LIST_APPLICATIONS, &[APPLICATION], list)
    }

    /// Returns an application by its id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account has no such application.
    pub async fn get_application(&self, id: &str) -> Result<Application> {
        let of_id = |found: &Application| Mismatch::unless_id(id, found.app_id.as_deref());
        self.http.request_matching(self.of_account(Call::get, "get application", &[APPLICATION, id]), of_id).await
    }

    /// Returns one page of the account's SIP trunks.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_trunks(&self, list: &ListTrunks) -> Result<TrunkPage> {
        self.page(LIST_TRUNKS, &TRUNK, list).await
    }

    /// Returns all the account's SIP trunks. The stream ends after its first error.
    #[must_use]
    pub fn trunks(&self, list: &ListTrunks) -> BoxStream<'_, Result<Trunk>> {
        self.walk::<TrunkPage>(LIST_TRUNKS, &TRUNK, list)
    }

    /// Returns a SIP trunk by its id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account has no such trunk.
    pub async fn get_trunk(&self, id: &str) -> Result<Trunk> {
        let of_id = |found: &Trunk| Mismatch::unless_id(id, found.trunk_id.as_deref());
        let call = self.of_account(Call::get, "get trunk", &[TRUNK[0], TRUNK[1], id]);
        self.http.request_matching(call, of_id).await
    }

    /// Returns the account.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn get_account(&self) -> Result<Account> {
        self.http.request(self.of_account(Call::get, "get account", &[])).await
    }

    /// Returns one page of the account's subaccounts.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_subaccounts(&self, list: &ListSubaccounts) -> Result<SubaccountPage> {
        self.page(LIST_SUBACCOUNTS, &["Subaccount"], list).await
    }

    /// Returns all the account's subaccounts. The stream ends after its first error.
    #[must_use]
    pub fn subaccounts(&self, list: &ListSubaccounts) -> BoxStream<'_, Result<Subaccount>> {
        self.walk::<SubaccountPage>(LIST_SUBACCOUNTS, &["Subaccount"], list)
    }
}

/// The same update, with the number's present application.
fn repeated(update: UpdateNumber, now: &PhoneNumber) -> UpdateNumber {
    match (now.object(), now.app_id()) {
        (Some((kind, id)), _) => update.object_type(kind).object_id(id),
        (None, Some(id)) => update.app_id(id),
        (None, None) => update.app_id(Patch::Clear),
    }
}

fn check_account(field: &str, id: &str, problems: &mut Problems) {
    let rest = id.strip_prefix("MA").or_else(|| id.strip_prefix("SA"));
    if !rest.is_some_and(|rest| rest.len() == 18 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        let fault = format!("is not a Plivo id ({} characters)", id.chars().count());
        let remedy = "copy the id from the Plivo console: `MA` or `SA`, and 18 letters and digits";
        problems.add(ProblemCode::Malformed, field, fault, remedy);
    }
}
