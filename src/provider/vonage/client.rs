use futures_util::stream::{BoxStream, TryStreamExt};

use super::error::{error_body, rejects};
use super::wire::{
    Application, ApplicationPage, Balance, ListApplications, ListNumbers, NumberPage, OwnedNumber, SIZE_MAX,
    SearchPattern, UpdateNumber, VoiceCallbackType,
};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{AccountKey, Key, ProblemCode, ProviderKind, Removal, Secret, Service, SipTrunk};
use crate::provider::SipFacts;
use crate::provider::steps::Steps;
use crate::wire::Patch;

pub(super) const KIND: ProviderKind = ProviderKind::VONAGE;

const LIST: &str = "list held numbers";
const UPDATE: &str = "update held number";
const RELEASE: &str = "release held number";
const LIST_APPLICATIONS: &str = "list applications";

/// A Vonage account, or a subaccount. Cheap to clone; clones share connections, limits and retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `VONAGE_API_KEY` | the account's API key |
/// | `VONAGE_API_SECRET` | its secret |
/// | `VONAGE_BASE_URL` | optional: another base URL for both hosts, `rest.nexmo.com` and `api.nexmo.com` |
///
/// A subaccount has its own key, secret and numbers.
#[derive(Clone)]
pub struct Vonage {
    pub(super) http: Client,
    /// The client for the same account at the host of the applications.
    pub(super) applications: Client,
    pub(super) credentials: AccountKey,
}

impl Connect for Vonage {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Provider(KIND), "https://rest.nexmo.com", error_body).rejects(rejects);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let key = vars.required("VONAGE_API_KEY", "the account's API key");
        Self::builder(key, vars.secret("VONAGE_API_SECRET", "its secret"))
    }
}

client_methods!(Vonage, applications);

/// The routing that an update sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) app_id: String,
    pub(super) mo_http_url: String,
    /// The type and the value; never an application.
    pub(super) voice_callback: Option<(String, String)>,
}

impl State {
    pub(super) fn of(found: &OwnedNumber) -> Self {
        Self {
            app_id: found.application().unwrap_or_default().to_owned(),
            mo_http_url: found.mo_http_url.as_ref().map_or_else(String::new, |url| url.as_str().to_owned()),
            voice_callback: found.forwards_to().map(|(kind, to)| (kind.to_string(), to.to_owned())),
        }
    }

    fn with(mut self, update: &UpdateNumber) -> Self {
        match &update.app_id {
            Patch::Keep => {}
            Patch::Clear => self.app_id.clear(),
            Patch::Set(id) => self.app_id.clone_from(id),
        }
        match &update.mo_http_url {
            Patch::Keep => {}
            Patch::Clear => self.mo_http_url.clear(),
            Patch::Set(url) => url.as_str().clone_into(&mut self.mo_http_url),
        }
        match &update.voice_callback {
            Patch::Keep => {}
            Patch::Clear => self.voice_callback = None,
            Patch::Set((kind, to)) => self.voice_callback = Some((kind.to_string(), to.clone())),
        }
        self
    }

    /// The first field that differs, by Vonage's name.
    fn differs(&self, other: &Self) -> Option<&'static str> {
        let fields = [
            ("app_id", self.app_id == other.app_id),
            ("moHttpUrl", self.mo_http_url == other.mo_http_url),
            ("voiceCallbackValue", self.voice_callback == other.voice_callback),
        ];
        fields.into_iter().find(|(_, same)| !same).map(|(name, _)| name)
    }
}

impl Vonage {
    /// Returns a builder.
    pub fn builder(api_key: impl Into<String>, api_secret: impl Into<Secret>) -> ClientBuilder<Self> {
        let secret = api_secret.into();
        let credentials = AccountKey::token(api_key, secret.clone());
        let own = credentials.clone();
        let connect = |http: Client| Self { applications: http.sister("rest", "api", "nexmo.com"), http, credentials };
        ClientBuilder::new(Auth::basic(&own.account, &secret), connect).check(|problems| {
            let key = &own.account;
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                let remedy = "copy the key from the Vonage dashboard: letters and digits";
                problems.add(ProblemCode::Malformed, "api_key", "is not a Vonage API key", remedy);
            }
            problems.key("api_secret", &secret);
        })
    }

    /// The host for outbound calls. The page lists no addresses that calls come from: they are in Vonage's knowledge base.
    pub const SIP: SipFacts =
        SipFacts { host: "sip.nexmo.com", regions: &[], page: "https://developer.vonage.com/en/sip/configure/freepbx" };

    /// Returns the SIP trunk to Vonage. The account's key and secret are the login. Import from it with
    /// [`ReachedBy`](crate::provider::ReachedBy). A platform that recognizes inbound calls by their IP addresses also
    /// needs [`allow_inbound`](SipTrunk::allow_inbound) with Vonage's signalling addresses.
    pub fn sip_trunk(&self) -> SipTrunk {
        let (Key::Token(secret) | Key::Pair { secret, .. }) = &self.credentials.key;
        let trunk = SipTrunk::new(Self::SIP.host).leading_plus(true);
        trunk.credentials(self.credentials.account.as_str(), secret.clone())
    }

    /// Returns one page of the account's numbers.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        checked(KIND, LIST, |problems| list.check(problems))?;
        self.http.request(numbers_call(list)).await
    }

    /// Returns all the account's numbers, page after page. The stream ends after its first error. If somebody buys or
    /// cancels a number meanwhile, the stream may skip a number or return one twice.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<OwnedNumber>> {
        let first = checked(KIND, LIST, |problems| list.check(problems)).map(|()| numbers_call(&list));
        let mut index = list.index.unwrap_or(1);
        // A page may be shorter than requested, so this counts the numbers that arrived.
        let before = u64::from(index.saturating_sub(1)).saturating_mul(u64::from(list.size.unwrap_or(10)));
        let mut seen = before;
        self.http.pages(first, move |page: NumberPage| {
            let numbers = page.numbers.unwrap_or_default();
            seen = seen.saturating_add(u64::try_from(numbers.len()).unwrap_or(u64::MAX));
            index = index.saturating_add(1);
            let count = page.count.as_ref().and_then(serde_json::Number::as_u64).unwrap_or(0);
            let is_last = numbers.is_empty() || seen >= count;
            (numbers, if is_last { Next::End } else { Next::Call(numbers_call(&list.at(index))) })
        })
    }

    /// Returns a number; `None` if the account does not hold it. Vonage has no request for one number, so this searches
    /// a list.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn find_number(&self, number: &E164) -> Result<Option<OwnedNumber>> {
        let list = ListNumbers::new().pattern(number.digits()).search_pattern(SearchPattern::Starts).size(SIZE_MAX);
        let mut numbers = self.numbers(list);
        while let Some(found) = numbers.try_next().await? {
            if found.msisdn.as_deref().is_some_and(|found| found.trim_start_matches('+') == number.digits()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Updates a number and returns it after the update. It is safe to repeat.
    ///
    /// Vonage clears each field that an update leaves out. So the client reads the number first, sends all its fields
    /// back, and reads it again afterwards. A field that cannot be read is lost unless the update sets it
    /// ([`UNREADABLE`](super::UNREADABLE)).
    ///
    /// # Errors
    ///
    /// If the update is invalid, the account does not hold the number, or a request fails. Status 420 also if the URL
    /// that receives messages does not answer, even if it is unchanged. Also if the number differs afterwards from what
    /// was sent.
    pub async fn update_number(&self, number: &E164, update: &UpdateNumber) -> Result<OwnedNumber> {
        checked(KIND, UPDATE, |problems| update.check(problems))?;
        let now = self.held(number, UPDATE).await?;
        let wanted = State::of(&now).with(update);
        let mut steps = Steps::default();
        steps.write(self.write(&now, &wanted, update).await)?;
        let after = steps.read(self.held(number, UPDATE).await)?;
        match State::of(&after).differs(&wanted) {
            None => Ok(after),
            Some(field) => Err(not_set(UPDATE, field)),
        }
    }

    /// The number, or an error if the account does not hold it.
    pub(super) async fn held(&self, number: &E164, operation: &'static str) -> Result<OwnedNumber> {
        let found = self.find_number(number).await?;
        found.ok_or_else(|| {
            let fault = CallFault::Mismatch(Mismatch::new("the requested number", Some("no number of this account")));
            Box::new(CallError::new(KIND.into(), operation, Delivery::Read, fault)).into()
        })
    }

    /// Replaces the routing of a number.
    pub(super) async fn write(&self, now: &OwnedNumber, wanted: &State, update: &UpdateNumber) -> Result<()> {
        let mut form = vec![
            ("country", now.country.as_deref().unwrap_or_default()),
            ("msisdn", now.msisdn.as_deref().unwrap_or_default()),
        ];
        if !wanted.app_id.is_empty() {
            form.push(("app_id", &wanted.app_id));
        }
        // As documented, an empty text removes it.
        if !wanted.mo_http_url.is_empty() || now.mo_http_url.as_ref().is_some_and(|url| !url.is_empty()) {
            form.push(("moHttpUrl", &wanted.mo_http_url));
        }
        if let Some((kind, to)) = wanted.voice_callback.as_ref().filter(|(kind, _)| *kind != voice_app()) {
            form.extend([("voiceCallbackType", kind.as_str()), ("voiceCallbackValue", to)]);
        }
        if let Some(url) = &update.voice_status_callback {
            form.push(("voiceStatusCallback", url.as_str()));
        }
        if let Some(kind) = &update.mo_smpp_sys_type {
            form.push(("moSmppSysType", kind));
        }
        self.http.request_empty(Call::post(UPDATE, &["number", "update"]).repeatable().form(&form)).await
    }

    /// Releases a number permanently. No import does this.
    ///
    /// # Errors
    ///
    /// If the account does not hold the number, or a request fails. Also without the consent
    /// [`Removal::RecordAndNumber`]; the client sends nothing then.
    pub async fn cancel_number(&self, number: &E164, consent: Removal) -> Result<()> {
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
        let now = self.held(number, RELEASE).await?;
        let country = now.country.as_deref().unwrap_or_default();
        let form = [("country", country), ("msisdn", number.digits())];
        self.http.request_empty(Call::post(RELEASE, &["number", "cancel"]).form(&form)).await
    }

    /// Returns one page of the account's applications.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_applications(&self, list: &ListApplications) -> Result<ApplicationPage> {
        checked(KIND, LIST_APPLICATIONS, |problems| list.check(problems))?;
        self.applications.request(applications_call(list)).await
    }

    /// Returns all the account's applications. The stream ends after its first error.
    #[must_use]
    pub fn all_applications(&self, list: ListApplications) -> BoxStream<'_, Result<Application>> {
        let checked = checked(KIND, LIST_APPLICATIONS, |problems| list.check(problems));
        let mut page = list.page.unwrap_or(1);
        self.applications.pages(checked.map(|()| applications_call(&list)), move |answer: ApplicationPage| {
            let found = answer.embedded.and_then(|embedded| embedded.applications).unwrap_or_default();
            let pages = answer.total_pages.as_ref().and_then(serde_json::Number::as_u64).unwrap_or(0);
            let is_last = found.is_empty() || u64::from(page) >= pages;
            page = page.saturating_add(1);
            (found, if is_last { Next::End } else { Next::Call(applications_call(&list.clone().page(page))) })
        })
    }

    /// Returns an application by its id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account has no such application.
    pub async fn get_application(&self, id: &str) -> Result<Application> {
        let of_id = |found: &Application| Mismatch::unless_id(id, found.id.as_deref());
        self.applications.request_matching(Call::get("get application", &["v2", "applications", id]), of_id).await
    }

    /// Returns the account's balance.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn get_balance(&self) -> Result<Balance> {
        self.http.request(Call::get("get balance", &["account", "get-balance"])).await
    }
}

/// The error of a field that differs from what was sent.
pub(super) fn not_set(operation: &'static str, field: &str) -> Error {
    let fault = CallFault::Mismatch(Mismatch::new(format_args!("{field} as it was sent"), Some("another value")));
    Box::new(CallError::new(KIND.into(), operation, Delivery::Accepted, fault)).into()
}

fn voice_app() -> String {
    VoiceCallbackType::App.to_string()
}

fn numbers_call(list: &ListNumbers) -> Call {
    list.query(Call::get(LIST, &["account", "numbers"]))
}

fn applications_call(list: &ListApplications) -> Call {
    list.query(Call::get(LIST_APPLICATIONS, &["v2", "applications"]))
}
