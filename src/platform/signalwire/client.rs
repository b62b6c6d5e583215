use futures_util::stream::BoxStream;
use serde_json::json;

use super::error::error_body;
use super::wire::{
    AvailableNumbers, CNAM_MAX, CnamRequest, CompatNumber, ImportNumber, ListNumbers, NumberPage, PhoneNumber,
    PurchaseNumber, SearchNumbers, UpdateNumber,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars, client_methods};
use crate::model::{PlatformKind, ProblemCode, Problems, Secret, Service};

pub(super) const KIND: PlatformKind = PlatformKind::SIGNALWIRE;

const NUMBERS: [&str; 4] = ["api", "relay", "rest", "phone_numbers"];
const LIST: &str = "list numbers";

/// A SignalWire project in its Space. Cheap to clone; clones share connections, limits and retry
/// budget.
///
/// | variable | is |
/// | --- | --- |
/// | `SIGNALWIRE_PROJECT_ID` | the project's id, a UUID |
/// | `SIGNALWIRE_API_TOKEN` | an API token with the scope Numbers |
/// | `SIGNALWIRE_SPACE` | the Space's name or its host |
/// | `SIGNALWIRE_BASE_URL` | optional: another address |
///
/// ```
/// use std::time::Duration;
///
/// use numport::SignalWire;
///
/// let project = "00000000-0000-4000-8000-000000000001";
/// let client = SignalWire::builder(project, "the-token", "my-space").timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-token"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct SignalWire {
    pub(super) http: Client,
    project_id: String,
}

impl Connect for SignalWire {
    /// Each Space has its own host.
    const SERVICE: &'static ServiceInfo = &ServiceInfo::new(Service::Platform(KIND), "", error_body)
        .paths(&[&NUMBERS, &["api", "relay", "rest", "imported_phone_numbers"]]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let project = vars.required("SIGNALWIRE_PROJECT_ID", "the project's id, a UUID");
        let token = vars.secret("SIGNALWIRE_API_TOKEN", "an API token with the scope Numbers");
        let space = vars.required("SIGNALWIRE_SPACE", "the Space's name or host, such as example.signalwire.com");
        Self::builder(project, token, space)
    }
}

client_methods!(SignalWire, project_id);

impl SignalWire {
    /// Returns a builder. `space` is the Space's name or its host.
    pub fn builder(
        project_id: impl Into<String>,
        api_token: impl Into<Secret>,
        space: impl AsRef<str>,
    ) -> ClientBuilder<Self> {
        let (project_id, token) = (project_id.into(), api_token.into());
        let mut problems = Problems::new();
        problems.uuid("project_id", &project_id);
        problems.key("api_token", &token);
        let base_url = space_url(space.as_ref(), &mut problems);
        let auth = Auth::basic(&project_id, &token).of_account(&project_id);
        ClientBuilder::new(auth, |http| Self { http, project_id })
            .check(|found| found.append(problems))
            .base_url(base_url)
    }

    /// Imports a number into the Space. Not safe to repeat; [`Importer`](crate::Importer) is.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the request breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    pub async fn import_number(&self, import: &ImportNumber) -> Result<PhoneNumber> {
        checked(KIND, "import number", |problems| import.check(problems))?;
        let call = Call::post("import number", &["api", "relay", "rest", "imported_phone_numbers"]);
        let same = |number: &PhoneNumber| import.is_answered_by(&number.id, &number.number);
        self.http.request_matching(call.json(import), same).await
    }

    /// Imports a number by the compatibility API, which requires a `+` and 5 to 30 digits. How several capabilities are
    /// written is not documented; this method repeats the field.
    ///
    /// # Errors
    ///
    /// As [`import_number`](Self::import_number).
    pub async fn import_number_compat(&self, import: &ImportNumber) -> Result<CompatNumber> {
        checked(KIND, "import number", |problems| import.check_compat(problems))?;
        let path = ["api", "laml", "2010-04-01", "Accounts", &self.project_id, "ImportedPhoneNumbers"];
        let same = |number: &CompatNumber| import.is_answered_by(&number.sid, &number.phone_number);
        self.http.request_matching(Call::post("import number", &path).form(&import.form()), same).await
    }

    /// Returns the first page of the project's numbers, newest first.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.http.request(first_page(list)?).await
    }

    /// Returns all the project's numbers, page after page. The stream ends after its first error; a link to another origin
    /// is one.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        self.http.pages(first_page(&list), |page: NumberPage| {
            (page.data, Next::link(page.links.and_then(|links| links.next)))
        })
    }

    /// Returns a number.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_number(&self, id: &str) -> Result<PhoneNumber> {
        self.http.request_matching(Call::get("get number", &number(id)), of_number(id)).await
    }

    /// Updates the fields of a number that the update names.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// the number does not exist.
    pub async fn update_number(&self, id: &str, update: &UpdateNumber) -> Result<PhoneNumber> {
        checked(KIND, "update number", |problems| update.check(problems))?;
        let call = Call::put("update number", &number(id)).repeatable().json(update);
        self.http.request_matching(call, of_number(id)).await
    }

    /// **Releases the number permanently.** SignalWire refuses it for 14 days after a purchase.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn release_number(&self, id: &str) -> Result<()> {
        self.http.request_empty(Call::delete("release number", &number(id)).repeatable()).await
    }

    /// Returns numbers that can be bought.
    ///
    /// # Errors
    ///
    /// If the search is invalid, or the request fails.
    pub async fn search_numbers(&self, search: &SearchNumbers) -> Result<AvailableNumbers> {
        checked(KIND, "search numbers", |problems| search.check(problems))?;
        self.http.request(search.apply(Call::get("search numbers", &number("search")))).await
    }

    /// Buys a number. It is billed immediately, and the call is not safe to repeat: list the numbers first.
    ///
    /// # Errors
    ///
    /// If the request fails. [`CallError::delivery`](crate::error::CallError::delivery) says whether it was carried out.
    pub async fn purchase_number(&self, purchase: &PurchaseNumber) -> Result<PhoneNumber> {
        self.http.request(Call::post("purchase number", &NUMBERS).json(purchase)).await
    }

    /// Assigns an emergency address to a number, by the address's id, a UUID.
    ///
    /// # Errors
    ///
    /// If the id is not a UUID, or the request fails.
    pub async fn assign_e911_address(&self, id: &str, address_id: &str) -> Result<PhoneNumber> {
        checked(KIND, "assign emergency address", |problems| problems.uuid("e911_address_id", address_id))?;
        let call = Call::post("assign emergency address", &part(id, "e911_address"));
        self.http.request_matching(call.json(&json!({"e911_address_id": address_id})), of_number(id)).await
    }

    /// Removes a number's emergency address, which must be active.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn remove_e911_address(&self, id: &str) -> Result<PhoneNumber> {
        let call = Call::delete("remove emergency address", &part(id, "e911_address")).repeatable();
        self.http.request_matching(call, of_number(id)).await
    }

    /// Returns the last request for a caller name.
    ///
    /// # Errors
    ///
    /// Status 404 if there was none.
    pub async fn get_cnam(&self, id: &str) -> Result<CnamRequest> {
        self.http.request(Call::get("get caller name", &part(id, "cnam"))).await
    }

    /// Requests a caller name of 1 to 15 characters.
    ///
    /// # Errors
    ///
    /// If the name is empty or too long, or the request fails.
    pub async fn request_cnam(&self, id: &str, name: &str) -> Result<CnamRequest> {
        checked(KIND, "request caller name", |problems| problems.length("name", name, 1, CNAM_MAX))?;
        self.http.request(Call::post("request caller name", &part(id, "cnam")).json(&json!({"name": name}))).await
    }

    /// Removes a number's caller name.
    ///
    /// # Errors
    ///
    /// If there is none, or the request fails.
    pub async fn clear_cnam(&self, id: &str) -> Result<()> {
        self.http.request_empty(Call::delete("clear caller name", &part(id, "cnam")).repeatable()).await
    }
}

/// Whether a response is about the number of this id.
fn of_number(id: &str) -> impl FnOnce(&PhoneNumber) -> Result<(), Mismatch> + Send + '_ {
    |number| Mismatch::unless_id(id, Some(&number.id))
}

fn first_page(list: &ListNumbers) -> Result<Call> {
    checked(KIND, LIST, |problems| list.check(problems))?;
    Ok(list.query(Call::get(LIST, &NUMBERS)))
}

fn number(id: &str) -> [&str; 5] {
    let [api, relay, rest, numbers] = NUMBERS;
    [api, relay, rest, numbers, id]
}

fn part<'a>(id: &'a str, part: &'a str) -> [&'a str; 6] {
    let [api, relay, rest, numbers] = NUMBERS;
    [api, relay, rest, numbers, id, part]
}

/// The address of a Space: a name is the first label of its host, and a host is used unchanged. Anything else is a
/// problem, and the placeholder is never used.
fn space_url(space: &str, problems: &mut Problems) -> String {
    let good = |character: char| character.is_ascii_alphanumeric() || "-.".contains(character);
    if space.is_empty() || !space.chars().all(good) {
        let fault = "is neither the name of a Space nor a host";
        problems.add(
            ProblemCode::Malformed,
            "space",
            fault,
            "give a name such as `example`, or a host such as `example.signalwire.com`",
        );
        return "https://space.signalwire.com".to_owned();
    }
    if space.contains('.') { format!("https://{space}") } else { format!("https://{space}.signalwire.com") }
}
