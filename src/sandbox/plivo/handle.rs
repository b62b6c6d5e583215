//! Access to Plivo's state in tests.

use serde_json::Value;

use super::ABOUT;
use super::account::{APPLICATION, DEFAULT_APPLICATION, SUB, TRUNK};
use crate::E164;
use crate::sandbox::Sandbox;
use crate::sandbox::records::{Object, text};

impl Sandbox {
    /// Returns Plivo's state: numbers with their applications.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let sandbox = numport::sandbox::Sandbox::start().await?;
    /// let plivo = sandbox.plivo();
    /// let number = plivo.held_numbers()[0];
    /// assert_eq!(plivo.calls_go_to(&number).as_deref(), Some(plivo.application_id()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn plivo(&self) -> PlivoHandle<'_> {
        PlivoHandle { sandbox: self }
    }
}

/// Plivo's state, from [`Sandbox::plivo`]. Reads it without requests.
#[derive(Clone, Copy, Debug)]
pub struct PlivoHandle<'a> {
    sandbox: &'a Sandbox,
}

impl PlivoHandle<'_> {
    /// Returns the id of the application that is not the default.
    #[must_use]
    pub const fn application_id(self) -> &'static str {
        APPLICATION
    }

    /// Returns the id of the default application, which an update without an application assigns.
    #[must_use]
    pub const fn default_application_id(self) -> &'static str {
        DEFAULT_APPLICATION
    }

    /// Returns the id of the inbound SIP trunk.
    #[must_use]
    pub const fn trunk_id(self) -> &'static str {
        TRUNK
    }

    /// Returns the id and the token of the subaccount.
    #[must_use]
    pub const fn subaccount(self) -> (&'static str, &'static str) {
        (SUB.id, SUB.token)
    }

    /// Returns the numbers that the account holds, without those of its subaccount.
    #[must_use]
    pub fn held_numbers(self) -> Vec<E164> {
        let is_own = |held: &Object| held["sub_account"].is_null();
        self.numbers(|held| format!("+{}", text(held, "number").filter(|_| is_own(held))?).parse().ok())
    }

    /// Returns a number with all fields that Plivo stores.
    #[must_use]
    pub fn number(self, number: &E164) -> Option<Value> {
        let is_it = |held: &Object| text(held, "number") == Some(number.digits());
        self.numbers(|held| is_it(held).then(|| Value::Object(held.clone()))).pop()
    }

    /// Returns the id of the application or trunk that gets a number's calls. `None` if the account does not hold the
    /// number, or it has neither.
    #[must_use]
    pub fn calls_go_to(self, number: &E164) -> Option<String> {
        let held = self.number(number)?;
        let application = held["application"].as_str().and_then(|path| path.trim_end_matches('/').rsplit('/').next());
        held["object_id"].as_str().or(application).map(str::to_owned)
    }

    /// Renews the auth token. From now on requests with the old one get a 401. [`Sandbox::var`] still returns the old
    /// token.
    pub fn rotate_auth_token(self, token: &str) {
        if let Some((api, _)) = self.sandbox.state().open(ABOUT.service) {
            api.change_secret("", token);
        }
    }

    fn numbers<T>(self, read: impl Fn(&Object) -> Option<T>) -> Vec<T> {
        let state = self.sandbox.state();
        let numbers = state.api(ABOUT.service).map(|api| api.records()).unwrap_or_default();
        numbers.into_iter().filter_map(read).collect()
    }
}
