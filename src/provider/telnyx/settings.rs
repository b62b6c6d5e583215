//! Voice and messaging settings of numbers, connections, and the account.

use futures_util::stream::BoxStream;
use serde_json::json;

use super::Telnyx;
use super::client::{KIND, NUMBERS};
use super::wire::{
    Balance, Connection, ConnectionPage, Job, ListConnections, ListMessagingSettings, ListVoiceSettings, MessagingPage,
    MessagingSettings, NumberFeatures, NumberOwnership, UpdateMessagingSettings, UpdateNumbersJob, UpdateVoiceSettings,
    VoicePage, VoiceSettings,
};
use crate::E164;
use crate::error::{Mismatch, Result, checked};
use crate::http::Call;
use crate::model::{ProblemCode, Problems};

const CONNECTIONS: &str = "connections";

const LIST_VOICE: &str = "list voice settings";
const UPDATE_VOICE: &str = "update voice settings";
const LIST_MESSAGING: &str = "list messaging settings";
const UPDATE_MESSAGING: &str = "update messaging settings";
const LIST_CONNECTIONS: &str = "list connections";
const FEATURES: &str = "list features of numbers";
const OWNERSHIP: &str = "verify ownership of numbers";
const UPDATE_MANY: &str = "update held numbers";

impl Telnyx {
    /// Returns one page of the voice settings of the account's numbers.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_voice_settings(&self, list: &ListVoiceSettings) -> Result<VoicePage> {
        self.page(list, LIST_VOICE, voices_call(list)).await
    }

    /// Returns the voice settings of all the account's numbers. The stream ends after its first error.
    #[must_use]
    pub fn voice_settings(&self, list: ListVoiceSettings) -> BoxStream<'_, Result<VoiceSettings>> {
        self.walk(list, LIST_VOICE, voices_call, |page: VoicePage| (page.data, page.meta))
    }

    /// Returns the voice settings of a number, by the number's id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account does not hold the number.
    pub async fn get_voice_settings(&self, id: &str) -> Result<VoiceSettings> {
        self.one(Call::get("get voice settings", &[NUMBERS, id, "voice"]), of_voice(id)).await
    }

    /// Updates the voice settings of a number, and returns them. It is safe to repeat.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_voice_settings`](Self::get_voice_settings). Also if the update sets nothing or breaks a
    /// limit.
    pub async fn update_voice_settings(&self, id: &str, update: &UpdateVoiceSettings) -> Result<VoiceSettings> {
        checked(KIND, UPDATE_VOICE, |problems| update.check(problems))?;
        let call = Call::patch(UPDATE_VOICE, &[NUMBERS, id, "voice"]).repeatable().json(update);
        self.one(call, of_voice(id)).await
    }

    /// Returns one page of the messaging settings of the account's numbers.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_messaging_settings(&self, list: &ListMessagingSettings) -> Result<MessagingPage> {
        self.page(list, LIST_MESSAGING, messagings_call(list)).await
    }

    /// Returns the messaging settings of all the account's numbers. The stream ends after its first error.
    #[must_use]
    pub fn messaging_settings(&self, list: ListMessagingSettings) -> BoxStream<'_, Result<MessagingSettings>> {
        self.walk(list, LIST_MESSAGING, messagings_call, |page: MessagingPage| (page.data, page.meta))
    }

    /// Returns the messaging settings of a number, by the number's id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account does not hold the number.
    pub async fn get_messaging_settings(&self, id: &str) -> Result<MessagingSettings> {
        self.one(Call::get("get messaging settings", &[NUMBERS, id, "messaging"]), of_messaging(id)).await
    }

    /// Updates the messaging settings of a number, and returns them. It is safe to repeat.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_messaging_settings`](Self::get_messaging_settings). Also if the update sets nothing.
    pub async fn update_messaging_settings(
        &self,
        id: &str,
        update: &UpdateMessagingSettings,
    ) -> Result<MessagingSettings> {
        checked(KIND, UPDATE_MESSAGING, |problems| update.check(problems))?;
        let call = Call::patch(UPDATE_MESSAGING, &[NUMBERS, id, "messaging"]).repeatable().json(update);
        self.one(call, of_messaging(id)).await
    }

    /// Returns one page of the account's connections.
    ///
    /// # Errors
    ///
    /// If the list is invalid, or the request fails.
    pub async fn list_connections(&self, list: &ListConnections) -> Result<ConnectionPage> {
        self.page(list, LIST_CONNECTIONS, connections_call(list)).await
    }

    /// Returns all the account's connections. The stream ends after its first error.
    #[must_use]
    pub fn connections(&self, list: ListConnections) -> BoxStream<'_, Result<Connection>> {
        self.walk(list, LIST_CONNECTIONS, connections_call, |page: ConnectionPage| (page.data, page.meta))
    }

    /// Returns a connection of any kind by its id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if the account has no such connection.
    pub async fn get_connection(&self, id: &str) -> Result<Connection> {
        let of_connection = |found: &Connection| Mismatch::unless_id(id, found.id.as_deref());
        self.one(Call::get("get connection", &[CONNECTIONS, id]), of_connection).await
    }

    /// Returns which of the given numbers the account holds and may change.
    ///
    /// # Errors
    ///
    /// If there are no numbers, or the request fails.
    pub async fn verify_ownership(&self, numbers: &[E164]) -> Result<NumberOwnership> {
        checked(KIND, OWNERSHIP, |problems| check_some(numbers, problems))?;
        let call = Call::post(OWNERSHIP, &[NUMBERS, "actions", "verify_ownership"]).read_only();
        self.one(call.json(&json!({"phone_numbers": numbers})), |_| Ok(())).await
    }

    /// Returns the features of the given numbers.
    ///
    /// # Errors
    ///
    /// If there are no numbers, or the request fails.
    pub async fn number_features(&self, numbers: &[E164]) -> Result<Vec<NumberFeatures>> {
        checked(KIND, FEATURES, |problems| check_some(numbers, problems))?;
        let call = Call::post(FEATURES, &["numbers_features"]).read_only();
        self.one(call.json(&json!({"phone_numbers": numbers})), |_| Ok(())).await
    }

    /// Starts a job that makes the same change to many numbers. Telnyx accepts at most 20 concurrent jobs.
    ///
    /// # Errors
    ///
    /// If the job sets nothing or breaks a limit, or the request fails. The client does not resend it after a lost
    /// response: check the numbers for the change.
    pub async fn update_numbers(&self, job: &UpdateNumbersJob) -> Result<Job> {
        checked(KIND, UPDATE_MANY, |problems| job.check(problems))?;
        let call = Call::post(UPDATE_MANY, &[NUMBERS, "jobs", "update_phone_numbers"]);
        self.one(call.json(job), |_| Ok(())).await
    }

    /// Returns a job by its id.
    ///
    /// # Errors
    ///
    /// If the request fails. Status 404 if there is no such job.
    pub async fn get_job(&self, id: &str) -> Result<Job> {
        let of_job = |found: &Job| Mismatch::unless_id(id, found.id.as_deref());
        self.one(Call::get("get job", &[NUMBERS, "jobs", id]), of_job).await
    }

    /// Returns the account's balance.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn get_balance(&self) -> Result<Balance> {
        self.one(Call::get("get balance", &["balance"]), |_| Ok(())).await
    }
}

fn voices_call(list: &ListVoiceSettings) -> Call {
    list.query(Call::get(LIST_VOICE, &[NUMBERS, "voice"]))
}

fn messagings_call(list: &ListMessagingSettings) -> Call {
    list.query(Call::get(LIST_MESSAGING, &[NUMBERS, "messaging"]))
}

fn connections_call(list: &ListConnections) -> Call {
    list.query(Call::get(LIST_CONNECTIONS, &[CONNECTIONS]))
}

fn of_voice(id: &str) -> impl FnOnce(&VoiceSettings) -> Result<(), Mismatch> + Send + '_ {
    |found| Mismatch::unless_id(id, found.id.as_deref())
}

fn of_messaging(id: &str) -> impl FnOnce(&MessagingSettings) -> Result<(), Mismatch> + Send + '_ {
    |found| Mismatch::unless_id(id, found.id.as_deref())
}

fn check_some(numbers: &[E164], problems: &mut Problems) {
    if numbers.is_empty() {
        problems.add(ProblemCode::Empty, "phone_numbers", "is empty", "give at least one number");
    }
}
