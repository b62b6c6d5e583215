use futures_util::stream::BoxStream;

use super::error::words;
use super::wire::{IncomingPhoneNumber, ListNumbers, NumberPage};
use crate::error::Result;
use crate::http::{About, Call, ClientBuilder, Engine, Vars};
use crate::model::{ProviderKind, Service, TwilioCredentials, TwilioKey};

static ABOUT: About = About::new(Service::Provider(ProviderKind::Twilio), "https://api.twilio.com", words);

const LIST: &str = "list held numbers";

/// A Twilio account. Cheap to clone; clones share connections, limits and retry budget.
#[derive(Clone, Debug)]
pub struct Twilio {
    engine: Engine,
    pub(super) credentials: TwilioCredentials,
}

impl Twilio {
    /// The account of these environment variables: `TWILIO_ACCOUNT_SID` with `TWILIO_AUTH_TOKEN`, or
    /// with `TWILIO_API_KEY` and `TWILIO_API_SECRET`; `TWILIO_BASE_URL` if it is set.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Self::from_vars(Vars::environment)
    }

    /// As [`from_env`](Self::from_env), with the variables from elsewhere.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut vars = Vars::new(&lookup);
        let account = vars.required("TWILIO_ACCOUNT_SID", "the account's SID, which begins with `AC`");
        let credentials = match vars.optional("TWILIO_API_KEY") {
            Some(key) if vars.optional("TWILIO_AUTH_TOKEN").is_none() => {
                TwilioCredentials::api_key(account, key, vars.secret("TWILIO_API_SECRET", "the secret of the API key"))
            }
            _ => {
                let token = vars.secret(
                    "TWILIO_AUTH_TOKEN",
                    "the account's auth token, or set TWILIO_API_KEY and TWILIO_API_SECRET",
                );
                TwilioCredentials::auth_token(account, token)
            }
        };
        let base_url = vars.optional("TWILIO_BASE_URL");
        vars.finish("twilio")?;
        let builder = Self::builder(credentials);
        base_url.into_iter().fold(builder, ClientBuilder::base_url).build()
    }

    /// A client with settings of its own.
    pub fn builder(credentials: TwilioCredentials) -> ClientBuilder<Self> {
        let (user, secret) = match credentials.key.clone() {
            TwilioKey::AuthToken(token) => (credentials.account_sid.clone(), token),
            TwilioKey::ApiKey { sid, secret } => (sid, secret),
        };
        let own = credentials.clone();
        ClientBuilder::new(&ABOUT, |engine| Self { engine, credentials })
            .check(|problems| own.check(problems))
            .basic(&user, &secret)
    }

    fn path<'a>(&'a self, last: &'a str) -> [&'a str; 4] {
        ["2010-04-01", "Accounts", &self.credentials.account_sid, last]
    }

    fn first_page(&self, list: &ListNumbers) -> Call {
        Call::get(LIST, &self.path("IncomingPhoneNumbers.json"))
            .query("PhoneNumber", list.phone_number.as_deref())
            .query("PageSize", list.page_size)
    }

    /// The first page of the account's numbers.
    ///
    /// # Errors
    ///
    /// When the account cannot be asked.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.engine.send(self.first_page(list)).await
    }

    /// All the account's numbers, page after page. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<IncomingPhoneNumber>> {
        let split = |page: NumberPage| (page.incoming_phone_numbers, page.next_page_uri);
        self.engine.linked(Ok(self.first_page(&list)), split)
    }

    /// One number by its SID.
    ///
    /// # Errors
    ///
    /// When the account cannot be asked, or does not hold the number (status 404).
    pub async fn get_number(&self, sid: &str) -> Result<IncomingPhoneNumber> {
        let [version, accounts, account, numbers] = self.path("IncomingPhoneNumbers");
        let last = format!("{sid}.json");
        self.engine.send(Call::get("get held number", &[version, accounts, account, numbers, &last])).await
    }
}
