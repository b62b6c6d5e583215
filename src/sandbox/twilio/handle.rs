//! Access to Twilio's state in tests.

use serde_json::Value;

use super::ABOUT;
use super::account::{MAIN, SUB};
use crate::E164;
use crate::sandbox::Sandbox;
use crate::sandbox::records::{Object, text};

impl Sandbox {
    /// Returns Twilio's state: accounts with their credentials, and numbers with their routing.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let sandbox = numport::sandbox::Sandbox::start().await?;
    /// let twilio = sandbox.twilio();
    /// let number = twilio.held_numbers()[0];
    /// assert_eq!(twilio.calls_go_to(&number).as_deref(), Some("https://demo.twilio.com/welcome/voice/"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn twilio(&self) -> TwilioHandle<'_> {
        TwilioHandle { sandbox: self }
    }
}

/// Twilio's state, from [`Sandbox::twilio`]. Reads it without requests.
#[derive(Clone, Copy, Debug)]
pub struct TwilioHandle<'a> {
    sandbox: &'a Sandbox,
}

impl TwilioHandle<'_> {
    /// Returns the SID of the account.
    #[must_use]
    pub const fn account_sid(self) -> &'static str {
        MAIN.sid
    }

    /// Returns the account's current auth token. It also gives access to the subaccount.
    #[must_use]
    pub fn auth_token(self) -> String {
        self.token_of(MAIN.sid)
    }

    /// Renews the auth token of the account, as in Twilio's console. From now on requests with the old token get a 401,
    /// and platforms that stored it keep it. [`Sandbox::var`] still returns the old token.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::{NumberProvider, Twilio, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let twilio = Twilio::from_vars(|name| sandbox.var(name))?;
    /// sandbox.twilio().rotate_auth_token("a-new-token");
    /// let error = twilio.lookup(&"+14155552671".parse()?).await.unwrap_err();
    /// assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    /// # Ok(())
    /// # }
    /// ```
    pub fn rotate_auth_token(self, token: &str) {
        self.rotate(MAIN.sid, token);
    }

    /// Renews the subaccount's own token in the same way.
    pub fn rotate_subaccount_auth_token(self, token: &str) {
        self.rotate(SUB.sid, token);
    }

    /// Returns the SID and the secret of the account's API key: a Standard key, which cannot read `/Accounts` and gives
    /// no access to the subaccount.
    #[must_use]
    pub fn api_key(self) -> (&'static str, &'static str) {
        MAIN.api_keys[0]
    }

    /// Returns another key of the account, in the same form.
    #[must_use]
    pub fn second_api_key(self) -> (&'static str, &'static str) {
        MAIN.api_keys[1]
    }

    /// Returns the SID of the account's subaccount.
    #[must_use]
    pub const fn subaccount_sid(self) -> &'static str {
        SUB.sid
    }

    /// Returns the subaccount's own current auth token. It gives access only to the subaccount.
    #[must_use]
    pub fn subaccount_auth_token(self) -> String {
        self.token_of(SUB.sid)
    }

    /// Returns the SID of the account's SIP trunk. The subaccount has another.
    #[must_use]
    pub const fn trunk_sid(self) -> &'static str {
        MAIN.trunk
    }

    /// Returns the SID of the account's application for calls and messages. The subaccount has another.
    #[must_use]
    pub const fn application_sid(self) -> &'static str {
        MAIN.application
    }

    /// Returns the numbers that the account holds, without those of its subaccount.
    #[must_use]
    pub fn held_numbers(self) -> Vec<E164> {
        let is_main = |number: &&Object| text(number, "account_sid") == Some(MAIN.sid);
        let parsed = |number: &Object| text(number, "phone_number")?.parse().ok();
        self.numbers(|numbers| numbers.into_iter().filter(is_main).filter_map(parsed).collect())
    }

    /// Returns a number of either account as Twilio would return it now.
    #[must_use]
    pub fn number(self, number: &E164) -> Option<Value> {
        self.find(number, |found| Some(found.clone().into()))
    }

    /// Returns a number's voice URL. A trunk or an application takes precedence: see
    /// [`calls_go_to`](Self::calls_go_to).
    #[must_use]
    pub fn voice_url(self, number: &E164) -> Option<String> {
        self.find(number, |found| filled(found, "voice_url"))
    }

    /// Returns where Twilio currently sends a number's calls: the SID of its trunk, else that of its application, else
    /// its voice URL. `None` if it is not held, cannot receive calls or has none of these.
    #[must_use]
    pub fn calls_go_to(self, number: &E164) -> Option<String> {
        self.find(number, |found| {
            let by_rank = ["trunk_sid", "voice_application_sid", "voice_url"];
            let target = by_rank.into_iter().find_map(|field| filled(found, field));
            target.filter(|_| found["capabilities"]["voice"] == true)
        })
    }

    fn token_of(self, sid: &str) -> String {
        let state = self.sandbox.state();
        let token = state.api(ABOUT.service).and_then(|api| api.secret_of(sid));
        token.unwrap_or_default().to_owned()
    }

    fn rotate(self, sid: &str, token: &str) {
        if let Some((api, _)) = self.sandbox.state().open(ABOUT.service) {
            api.change_secret(sid, token);
        }
    }

    fn numbers<T>(self, read: impl FnOnce(Vec<&Object>) -> T) -> T {
        let state = self.sandbox.state();
        read(state.api(ABOUT.service).map(|api| api.records()).unwrap_or_default())
    }

    fn find<T>(self, number: &E164, read: impl FnOnce(&Object) -> Option<T>) -> Option<T> {
        self.numbers(|numbers| {
            let found = numbers.into_iter().find(|found| text(found, "phone_number") == Some(number.as_str()));
            found.and_then(read)
        })
    }
}

fn filled(number: &Object, field: &str) -> Option<String> {
    text(number, field).filter(|text| !text.is_empty()).map(str::to_owned)
}
