//! Access to Vonage's state in tests.

use serde_json::Value;

use super::held::{APPLICATION, OTHER_APPLICATION};
use super::{ABOUT, KEY};
use crate::E164;
use crate::sandbox::Sandbox;
use crate::sandbox::records::{Object, text};

impl Sandbox {
    /// Returns Vonage's state: numbers with their routing.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let sandbox = numport::sandbox::Sandbox::start().await?;
    /// let vonage = sandbox.vonage();
    /// let number = vonage.held_numbers()[0];
    /// assert_eq!(vonage.calls_go_to(&number).as_deref(), Some(vonage.application_id()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn vonage(&self) -> VonageHandle<'_> {
        VonageHandle { sandbox: self }
    }
}

/// Vonage's state, from [`Sandbox::vonage`]. Reads it without requests.
#[derive(Clone, Copy, Debug)]
pub struct VonageHandle<'a> {
    sandbox: &'a Sandbox,
}

impl VonageHandle<'_> {
    /// Returns the account's API key.
    #[must_use]
    pub const fn api_key(self) -> &'static str {
        KEY
    }

    /// Returns the id of the account's first application.
    #[must_use]
    pub const fn application_id(self) -> &'static str {
        APPLICATION
    }

    /// Returns the id of the account's second application.
    #[must_use]
    pub const fn other_application_id(self) -> &'static str {
        OTHER_APPLICATION
    }

    /// Returns the numbers that the account holds.
    #[must_use]
    pub fn held_numbers(self) -> Vec<E164> {
        self.numbers(|held| format!("+{}", text(held, "msisdn")?).parse().ok())
    }

    /// Returns a number with all fields that Vonage stores, including those that no response contains.
    #[must_use]
    pub fn number(self, number: &E164) -> Option<Value> {
        let is_it = |held: &Object| text(held, "msisdn") == Some(number.digits());
        self.numbers(|held| is_it(held).then(|| Value::Object(held.clone()))).pop()
    }

    /// Returns where Vonage sends a number's calls: the SIP address or the telephone number, or else the id of the
    /// application. `None` if the account does not hold the number, or it has none of these.
    #[must_use]
    pub fn calls_go_to(self, number: &E164) -> Option<String> {
        let held = self.number(number)?;
        held["voiceCallbackValue"].as_str().or(held["app_id"].as_str()).map(str::to_owned)
    }

    /// Renews the API secret. From now on requests with the old one get a 401. [`Sandbox::var`] still returns the old
    /// secret.
    pub fn rotate_api_secret(self, secret: &str) {
        if let Some((api, _)) = self.sandbox.state().open(ABOUT.service) {
            api.change_secret(KEY, secret);
        }
    }

    fn numbers<T>(self, read: impl Fn(&Object) -> Option<T>) -> Vec<T> {
        let state = self.sandbox.state();
        let numbers = state.api(ABOUT.service).map(|api| api.records()).unwrap_or_default();
        numbers.into_iter().filter_map(read).collect()
    }
}
