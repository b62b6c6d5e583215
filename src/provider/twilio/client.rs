use futures_util::stream::BoxStream;

use super::error::error_body;
use super::wire::{
    Account, AccountPage, CallerId, CallerIdPage, IncomingPhoneNumber, ListAccounts, ListCallerIds, ListNumbers,
    NumberPage, UpdateNumber, check_page_size,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{AccountKey, Key, ProblemCode, Problems, ProviderKind, Service, check_sid};

pub(super) const KIND: ProviderKind = ProviderKind::TWILIO;

const VERSION: &str = "2010-04-01";
const NUMBERS: &str = "IncomingPhoneNumbers";

const LIST: &str = "list held numbers";
const GET: &str = "get held number";
const UPDATE: &str = "update held number";
const LIST_ACCOUNTS: &str = "list accounts";
const GET_ACCOUNT: &str = "get account";
const LIST_CALLER_IDS: &str = "list caller ids";

/// A Twilio account. Cheap to clone; clones share connections, limits and retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `TWILIO_ACCOUNT_SID` | the account's SID |
/// | `TWILIO_API_KEY`, `TWILIO_API_SECRET` | an API key and its secret, used if both are set, or: |
/// | `TWILIO_AUTH_TOKEN` | the account's auth token |
/// | `TWILIO_EDGE`, `TWILIO_REGION` | optional: another region than the default |
/// | `TWILIO_BASE_URL` | optional: another address |
///
/// An API key can be revoked alone, so the client prefers it. Imports give the platform the same credentials: Interactly and
/// Vapi take either form, Cartesia takes only an API key, and Butter and ElevenLabs take only the auth token. For these two
/// leave `TWILIO_API_KEY` unset, or build the client with [`AccountKey::token`]. An API key of the type Standard cannot list
/// subaccounts, so a preflight does not tell whether one of them holds a number.
///
/// ```
/// use std::time::Duration;
///
/// use numport::{AccountKey, Twilio};
///
/// let key = AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the-token");
/// let client = Twilio::builder(key).timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-token"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Twilio {
    pub(super) http: Client,
    /// The same account at the host of the trunks.
    pub(super) trunking: Client,
    pub(super) credentials: AccountKey,
}

impl Connect for Twilio {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Provider(KIND), "https://api.twilio.com", error_body);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let account = vars.required("TWILIO_ACCOUNT_SID", "the account's SID, which begins with `AC`");
        let key = vars.optional("TWILIO_API_KEY");
        let has_secret = vars.optional("TWILIO_API_SECRET").is_some();
        let credentials = match key {
            // One without a secret is of no use beside a token.
            Some(key) if has_secret || vars.optional("TWILIO_AUTH_TOKEN").is_none() => {
                AccountKey::pair(account, key, vars.secret("TWILIO_API_SECRET", "the secret of the API key"))
            }
            _ => {
                let what = "the account's auth token, or set TWILIO_API_KEY and TWILIO_API_SECRET";
                AccountKey::token(account, vars.secret("TWILIO_AUTH_TOKEN", what))
            }
        };
        let edge = ("TWILIO_EDGE", "the edge, such as `dublin`");
        let region = vars.optional_pair(edge, ("TWILIO_REGION", "the region, such as `ie1`"));
        let builder = Self::builder(credentials);
        region.into_iter().fold(builder, |builder, (edge, region)| builder.region(&edge, &region))
    }
}

client_methods!(Twilio, trunking);

impl Twilio {
    /// Returns a builder.
    pub fn builder(credentials: AccountKey) -> ClientBuilder<Self> {
        let (user, secret) = match credentials.key.clone() {
            Key::Token(token) => (credentials.account.clone(), token),
            Key::Pair { id, secret } => (id, secret),
        };
        let own = credentials.clone();
        let connect = |http: Client| Self { trunking: http.sister("api", "trunking", "twilio.com"), http, credentials };
        ClientBuilder::new(Auth::basic(&user, &secret), connect).check(|problems| own.check(KIND, problems))
    }

    /// Returns a client for a subaccount, `AC…`. The account's auth token also gives access to the subaccount's
    /// numbers.
    ///
    /// For imports, build a client with the subaccount's own token instead. This client gives platforms the parent's
    /// credentials with the subaccount's SID, and most platforms refuse that combination.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if `sid` is not the SID of an account.
    pub fn for_subaccount(&self, sid: &str) -> Result<Self> {
        checked(KIND, "use of a subaccount", |problems| check_sid(problems, "account_sid", sid, "AC"))?;
        Ok(self.under(sid))
    }

    pub(super) fn under(&self, account_sid: &str) -> Self {
        let credentials = AccountKey { account: account_sid.to_owned(), ..self.credentials.clone() };
        Self { credentials, ..self.clone() }
    }

    /// A call to a resource of the account.
    fn of_account(&self, call: fn(&'static str, &[&str]) -> Call, operation: &'static str, path: &[&str]) -> Call {
        let account = self.credentials.account.as_str();
        call(operation, &[&[VERSION, "Accounts", account], path].concat())
    }

    fn number_call(&self, call: fn(&'static str, &[&str]) -> Call, operation: &'static str, sid: &str) -> Call {
        self.of_account(call, operation, &[NUMBERS, &format!("{sid}.json")])
    }

    fn numbers_call(&self, list: &ListNumbers) -> Result<Call> {
        let call = self.of_account(Call::get, LIST, &["IncomingPhoneNumbers.json"]);
        paged(LIST, list.page_size, list.query(call))
    }

    fn accounts_call(list: &ListAccounts) -> Result<Call> {
        paged(LIST_ACCOUNTS, list.page_size, list.query(Call::get(LIST_ACCOUNTS, &[VERSION, "Accounts.json"])))
    }

    fn caller_ids_call(&self, list: &ListCallerIds) -> Result<Call> {
        let call = self.of_account(Call::get, LIST_CALLER_IDS, &["OutgoingCallerIds.json"]);
        paged(LIST_CALLER_IDS, list.page_size, list.query(call))
    }

    /// Returns the first page of the account's numbers.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.http.request(self.numbers_call(list)?).await
    }

    /// Returns all the account's numbers, page after page. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<IncomingPhoneNumber>> {
        let split = |page: NumberPage| (page.incoming_phone_numbers, Next::link(page.next_page_uri));
        self.http.pages(self.numbers_call(&list), split)
    }

    /// Returns a number by its SID, `PN…`.
    ///
    /// # Errors
    ///
    /// If the SID is invalid, or the request fails. Status 404 if the account does not hold the number.
    pub async fn get_number(&self, sid: &str) -> Result<IncomingPhoneNumber> {
        checked(KIND, GET, |problems| check_sid(problems, "sid", sid, "PN"))?;
        self.http.request_matching(self.number_call(Call::get, GET, sid), of_number(sid)).await
    }

    /// Updates a number and returns it after the update. It is safe to repeat.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_number`](Self::get_number). Also if the update sets nothing or has an invalid SID.
    pub async fn update_number(&self, sid: &str, update: &UpdateNumber) -> Result<IncomingPhoneNumber> {
        checked(KIND, UPDATE, |problems| {
            check_sid(problems, "sid", sid, "PN");
            update.check(problems);
        })?;
        let call = self.number_call(Call::post, UPDATE, sid).repeatable().form(&update.form());
        self.http.request_matching(call, of_number(sid)).await
    }

    /// Returns the first page of the numbers that are verified for caller id. The account does not own them.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_caller_ids(&self, list: &ListCallerIds) -> Result<CallerIdPage> {
        self.http.request(self.caller_ids_call(list)?).await
    }

    /// Returns all numbers that are verified for caller id. The stream ends after its first error.
    #[must_use]
    pub fn caller_ids(&self, list: ListCallerIds) -> BoxStream<'_, Result<CallerId>> {
        let split = |page: CallerIdPage| (page.outgoing_caller_ids, Next::link(page.next_page_uri));
        self.http.pages(self.caller_ids_call(&list), split)
    }

    /// Returns the first page of the account and its subaccounts.
    ///
    /// # Errors
    ///
    /// If the request fails. A *standard* API key has no access (status 401, code 20003), although it has access to the
    /// numbers.
    pub async fn list_accounts(&self, list: &ListAccounts) -> Result<AccountPage> {
        self.http.request(Self::accounts_call(list)?).await
    }

    /// Returns the account and all its subaccounts. The stream ends after its first error.
    #[must_use]
    pub fn accounts(&self, list: ListAccounts) -> BoxStream<'_, Result<Account>> {
        let split = |page: AccountPage| (page.accounts, Next::link(page.next_page_uri));
        self.http.pages(Self::accounts_call(&list), split)
    }

    /// Returns an account by its SID, `AC…`.
    ///
    /// # Errors
    ///
    /// The same errors as [`list_accounts`](Self::list_accounts).
    pub async fn get_account(&self, sid: &str) -> Result<Account> {
        checked(KIND, GET_ACCOUNT, |problems| check_sid(problems, "sid", sid, "AC"))?;
        let call = Call::get(GET_ACCOUNT, &[VERSION, "Accounts", &format!("{sid}.json")]);
        self.http.request_matching(call, |account: &Account| Mismatch::unless_id(sid, account.sid.as_deref())).await
    }
}

/// Whether a response is about the number of this SID.
fn of_number(sid: &str) -> impl FnOnce(&IncomingPhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    |number| Mismatch::unless_id(sid, number.sid.as_deref())
}

impl ClientBuilder<Twilio> {
    /// Sets the region by its edge and name, such as `dublin` and `ie1` for Ireland. The hosts are then
    /// `api.dublin.ie1.twilio.com` and `trunking.dublin.ie1.twilio.com`. Tokens and keys belong to one region
    /// (<https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region>).
    pub fn region(self, edge: &str, region: &str) -> Self {
        let mut good = true;
        let checked = self.check(|problems| {
            good = check_label("edge", edge, problems) & check_label("region", region, problems);
            // A region is two letters and a number; an edge is not.
            let letters = edge.trim_end_matches(|last: char| last.is_ascii_digit());
            if letters.len() == 2 && letters.len() < edge.len() && letters.bytes().all(|byte| byte.is_ascii_lowercase())
            {
                let remedy = "give the edge first, as `dublin`, then the region, as `ie1`";
                problems.add(ProblemCode::Malformed, "edge", format!("is {edge:?}, which is a region"), remedy);
            }
        });
        // An address that cannot be would be named as a fault of its own, of a setting that nobody gave.
        if good { checked.base_url(format!("https://api.{edge}.{region}.twilio.com")) } else { checked }
    }
}

fn check_label(field: &str, label: &str, problems: &mut Problems) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let good = !label.is_empty() && label.bytes().all(fits);
    if !good {
        let remedy = "use lower-case names such as `dublin` and `ie1`";
        problems.add(
            ProblemCode::Malformed,
            field,
            format!("is {label:?}, which cannot be part of a host name"),
            remedy,
        );
    }
    good
}

/// The call of a list, if its page size is valid.
fn paged(operation: &'static str, page_size: Option<u16>, call: Call) -> Result<Call> {
    checked(KIND, operation, |problems| check_page_size(page_size, problems))?;
    Ok(call)
}
