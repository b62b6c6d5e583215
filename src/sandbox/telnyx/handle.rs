//! Access to Telnyx's state in tests.

use serde_json::Value;

use super::ABOUT;
use super::account::{OWN_APPLICATION, VAPI_APPLICATION};
use crate::E164;
use crate::sandbox::Sandbox;
use crate::sandbox::records::{Object, text};

impl Sandbox {
    /// Returns Telnyx's state: numbers with their routing, and connections.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let sandbox = numport::sandbox::Sandbox::start().await?;
    /// let telnyx = sandbox.telnyx();
    /// let number = telnyx.held_numbers()[0];
    /// assert_eq!(telnyx.calls_go_to(&number).as_deref(), Some(telnyx.connection_id()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn telnyx(&self) -> TelnyxHandle<'_> {
        TelnyxHandle { sandbox: self }
    }
}

/// Telnyx's state, from [`Sandbox::telnyx`]. Reads it without requests.
#[derive(Clone, Copy, Debug)]
pub struct TelnyxHandle<'a> {
    sandbox: &'a Sandbox,
}

impl TelnyxHandle<'_> {
    /// Returns the id of the account's own application.
    #[must_use]
    pub const fn connection_id(self) -> &'static str {
        OWN_APPLICATION
    }

    /// Returns the id of the application that Vapi's stored credential names.
    #[must_use]
    pub const fn vapi_connection_id(self) -> &'static str {
        VAPI_APPLICATION
    }

    /// Returns the numbers that the account holds.
    #[must_use]
    pub fn held_numbers(self) -> Vec<E164> {
        self.numbers(|held| text(held, "phone_number")?.parse().ok())
    }

    /// Returns a number with all fields that Telnyx stores.
    #[must_use]
    pub fn number(self, number: &E164) -> Option<Value> {
        let is_it = |held: &Object| text(held, "phone_number") == Some(number.as_str());
        self.numbers(|held| is_it(held).then(|| Value::Object(held.clone()))).pop()
    }

    /// Returns where Telnyx sends a number's calls: the number to which they are forwarded, or else the id of its
    /// connection. `None` if the account does not hold the number, or it has neither.
    #[must_use]
    pub fn calls_go_to(self, number: &E164) -> Option<String> {
        let held = self.number(number)?;
        let targets = [&held["voice"]["call_forwarding"]["forwards_to"], &held["connection_id"]];
        targets.into_iter().filter_map(Value::as_str).find(|target| !target.is_empty()).map(str::to_owned)
    }

    /// Renews the API key. From now on requests with the old one get a 401. [`Sandbox::var`] still returns the old
    /// key.
    pub fn rotate_api_key(self, key: &str) {
        if let Some((api, _)) = self.sandbox.state().open(ABOUT.service) {
            api.change_secret("", key);
        }
    }

    fn numbers<T>(self, read: impl Fn(&Object) -> Option<T>) -> Vec<T> {
        let state = self.sandbox.state();
        let numbers = state.api(ABOUT.service).map(|api| api.records()).unwrap_or_default();
        numbers.into_iter().filter_map(read).collect()
    }
}
