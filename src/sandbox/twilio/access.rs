//! What a user of the sandbox can see of Twilio's side.

use serde_json::Value;

use super::account::{MAIN, SUB};
use crate::E164;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// The SID of the Twilio account.
    #[must_use]
    pub const fn twilio_account_sid(&self) -> &'static str {
        MAIN.sid
    }

    /// The auth token of the Twilio account. It opens the subaccount's paths, too.
    #[must_use]
    pub const fn twilio_auth_token(&self) -> &'static str {
        MAIN.auth_token
    }

    /// SID and secret of the Twilio account's API key: a Standard key, which reads no `/Accounts` and
    /// opens nothing of the subaccount.
    #[must_use]
    pub fn twilio_api_key(&self) -> (&'static str, &'static str) {
        MAIN.api_key.unwrap_or_default()
    }

    /// The SID of the Twilio account's subaccount.
    #[must_use]
    pub const fn twilio_subaccount_sid(&self) -> &'static str {
        SUB.sid
    }

    /// The subaccount's own auth token, which opens the subaccount alone.
    #[must_use]
    pub const fn twilio_subaccount_auth_token(&self) -> &'static str {
        SUB.auth_token
    }

    /// The SID of the SIP trunk that the Twilio account has. The subaccount has another.
    #[must_use]
    pub const fn twilio_trunk_sid(&self) -> &'static str {
        MAIN.trunk
    }

    /// The SID of the application that the Twilio account has, for calls and messages. The subaccount has
    /// another.
    #[must_use]
    pub const fn twilio_application_sid(&self) -> &'static str {
        MAIN.application
    }

    /// The numbers that the Twilio account holds; not those of its subaccount.
    #[must_use]
    pub fn held_numbers(&self) -> Vec<E164> {
        self.world().twilio.iter().filter(|held| held.is_of(&MAIN)).map(|held| held.number).collect()
    }

    /// A number of either account as Twilio would answer it now, to compare field by field.
    #[must_use]
    pub fn twilio_number(&self, number: &E164) -> Option<Value> {
        self.world().twilio.get(number.as_str()).map(|held| held.fields.clone().into())
    }

    /// A number's voice URL. A trunk or an application beats it: see [`calls_go_to`](Self::calls_go_to).
    #[must_use]
    pub fn voice_url(&self, number: &E164) -> Option<String> {
        self.world().twilio.get(number.as_str()).map(|held| held.text("voice_url").to_owned()).filter(is_set)
    }

    /// Where Twilio sends a number's calls now: the SID of its trunk, else that of its application, else
    /// its voice URL. `None` if it is not held, cannot take calls or has nothing of these.
    #[must_use]
    pub fn calls_go_to(&self, number: &E164) -> Option<String> {
        let world = self.world();
        let held = world.twilio.get(number.as_str()).filter(|held| held.fields["capabilities"]["voice"] == true)?;
        let by_rank = ["trunk_sid", "voice_application_sid", "voice_url"];
        by_rank.into_iter().map(|field| held.text(field).to_owned()).find(is_set)
    }
}

#[allow(clippy::ptr_arg)] // for filters over texts
fn is_set(text: &String) -> bool {
    !text.is_empty()
}
