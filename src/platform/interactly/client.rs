use super::error::error_body;
use super::wire::{ImportNumber, PhoneNumber, PurchaseNumber, UpdateNumber};
use crate::error::{Mismatch, Result};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, ServiceInfo, Vars, client_methods};
use crate::model::{PlatformKind, Secret, Service};

pub(super) const KIND: PlatformKind = PlatformKind::INTERACTLY;

const NUMBERS: [&str; 3] = ["assistants", "v1", "numbers"];

/// An Interactly account. Cheap to clone; clones share connections, limits and retry budget.
///
/// | variable | is |
/// | --- | --- |
/// | `INTERACTLY_API_KEY` | the API key |
/// | `INTERACTLY_BASE_URL` | optional: another address |
///
/// ```
/// use std::time::Duration;
///
/// use numport::Interactly;
///
/// let client = Interactly::builder("the-key").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-key"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct Interactly {
    pub(super) http: Client,
}

impl Connect for Interactly {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Platform(KIND), "https://api-prod.interactly.ai", error_body)
            .paths(&[&NUMBERS, &["assistants", "v1", "numbers", "twilio"]]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        Self::builder(vars.secret("INTERACTLY_API_KEY", "a key made under API Keys in Interactly's dashboard"))
    }
}

client_methods!(Interactly);

impl Interactly {
    /// Returns a builder.
    pub fn builder(api_key: impl Into<Secret>) -> ClientBuilder<Self> {
        ClientBuilder::new(Auth::bearer("api_key", &api_key.into()), |http| Self { http })
    }

    /// Returns all numbers, or those with this label. Whether the label is compared exactly is not documented.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_numbers(&self, label: Option<&str>) -> Result<Vec<PhoneNumber>> {
        self.http.request(Call::get("list numbers", &NUMBERS).query("label", label)).await
    }

    /// Imports a number from Twilio. Not safe to repeat; [`Importer`](crate::Importer) is.
    ///
    /// # Errors
    ///
    /// If the request fails. [`CallError::delivery`](crate::error::CallError::delivery) says whether it was carried out.
    pub async fn import_number(&self, import: &ImportNumber) -> Result<PhoneNumber> {
        let [assistants, version, numbers] = NUMBERS;
        let call = Call::post("import number", &[assistants, version, numbers, "twilio"]);
        let same =
            |made: &PhoneNumber| Mismatch::unless_created(import.number().as_str(), &made.id, Some(&made.number));
        self.http.request_matching(call.json(import), same).await
    }

    /// Buys a number. This costs money and is not safe to repeat: list the numbers first.
    ///
    /// # Errors
    ///
    /// If the request fails. [`CallError::delivery`](crate::error::CallError::delivery) says whether it was carried out.
    pub async fn purchase_number(&self, purchase: &PurchaseNumber) -> Result<PhoneNumber> {
        let [assistants, version, numbers] = NUMBERS;
        let call = Call::post("purchase number", &[assistants, version, numbers, "purchase"]);
        self.http.request(call.json(purchase)).await
    }

    /// Attaches or detaches an assistant, and enables or disables calls in each direction.
    ///
    /// # Errors
    ///
    /// Status 404 if the number does not exist.
    pub async fn update_number(&self, id: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        let [assistants, version, numbers] = NUMBERS;
        let call = Call::put("update number", &[assistants, version, numbers, id]).repeatable();
        let same = |number: &PhoneNumber| Mismatch::unless_id(id, Some(&number.id));
        self.http.request_matching(call.json(update), same).await
    }
}
