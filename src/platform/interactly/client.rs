use super::error::words;
use super::wire::{ImportNumber, PhoneNumber, PurchaseNumber, UpdateNumber};
use crate::error::Result;
use crate::http::{About, Call, ClientBuilder, Engine, Vars};
use crate::model::{PlatformKind, Secret, Service};

pub(super) const KIND: PlatformKind = PlatformKind::INTERACTLY;

static ABOUT: About = About::new(Service::Platform(KIND), "https://api-prod.interactly.ai", words)
    .paths(&[&NUMBERS, &["assistants", "v1", "numbers", "twilio"]]);

const NUMBERS: [&str; 3] = ["assistants", "v1", "numbers"];

/// An Interactly account. Cheap to clone; clones share connections, limits and retry budget.
#[derive(Clone, Debug)]
pub struct Interactly {
    pub(super) engine: Engine,
}

impl Interactly {
    /// The account of the environment variable `INTERACTLY_API_KEY`, at `INTERACTLY_BASE_URL` if that
    /// is set.
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
        Self::builder_from_vars(lookup)?.build()
    }

    /// As [`from_vars`](Self::from_vars), for settings that no variable has, such as a limit of requests.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn builder_from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<ClientBuilder<Self>> {
        let mut vars = Vars::new(&lookup);
        let key = vars.secret("INTERACTLY_API_KEY", "a key made under API Keys in Interactly's dashboard");
        let base_url = vars.optional("INTERACTLY_BASE_URL");
        vars.finish("interactly")?;
        Ok(base_url.into_iter().fold(Self::builder(key), ClientBuilder::base_url))
    }

    /// A client with settings of its own.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        ClientBuilder::new(&ABOUT, |engine| Self { engine }).bearer("api_key", &api_key.into())
    }

    /// All numbers, or those with this label. Whether the label is compared exactly is not documented.
    ///
    /// # Errors
    ///
    /// When the platform cannot be asked.
    pub async fn list_numbers(&self, label: Option<&str>) -> Result<Vec<PhoneNumber>> {
        self.engine.send(Call::get("list numbers", &NUMBERS).query("label", label)).await
    }

    /// Imports a number from Twilio. Not safe to repeat; [`Importer`](crate::Importer) is.
    ///
    /// # Errors
    ///
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether it was carried out.
    pub async fn import_number(&self, import: &ImportNumber) -> Result<PhoneNumber> {
        let [assistants, version, numbers] = NUMBERS;
        let call = Call::post("import number", &[assistants, version, numbers, "twilio"]);
        self.engine.send(call.json(import)).await
    }

    /// Buys a number. It costs money and is not safe to repeat: look at the list first.
    ///
    /// # Errors
    ///
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether it was carried out.
    pub async fn purchase_number(&self, purchase: &PurchaseNumber) -> Result<PhoneNumber> {
        let [assistants, version, numbers] = NUMBERS;
        let call = Call::post("purchase number", &[assistants, version, numbers, "purchase"]);
        self.engine.send(call.json(purchase)).await
    }

    /// Attaches or detaches an assistant, and switches the directions.
    ///
    /// # Errors
    ///
    /// When the number is not there (status 404), or the platform refuses.
    pub async fn update_number(&self, id: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        let [assistants, version, numbers] = NUMBERS;
        let call = Call::put("update number", &[assistants, version, numbers, id]).repeatable();
        self.engine.send(call.json(update)).await
    }
}
