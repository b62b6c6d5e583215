use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use http::StatusCode;
use serde_json::Number;

use super::client::{KIND, Retell};
use super::wire::{
    AgentWeight, ImportNumber, LIMIT_MAX, ListNumbers, NumberType, PhoneNumber, SortOrder, UpdateNumber, Weight,
};
use super::{agents, renew, trunk};
use crate::E164;
use crate::error::{Error, NotFound, Result, checked};
use crate::model::{
    AccountId, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, NumberId, NumberRecord, NumberSource,
    NumberUpdate, PlatformKind, ProblemCode, ProviderKind, Reach, RecordNumber, Removal, Secret, Settings, Timestamp,
};
use crate::platform::answer::{first_match, of_record, removed, text};
use crate::platform::{
    Capabilities, Create, Duplicates, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch,
    Sources, Support, Takeover, VoicePlatform, Way,
};

static CAPABILITIES: Capabilities =
    Capabilities::new(Sources::Only(&[(ProviderKind::SIP_TRUNK, Way::Trunk)]), Find::Native, OnRemoval::Forgets)
        .with_label(Support::FULL, None)
        .with_agent(Support::FULL)
        .with_duplicates(Duplicates::Refused)
        .with_takeover(Takeover::Nothing)
        .with_networks(&Retell::SIP_NETWORKS)
        .with_reading_removal()
        .with_renewal(Renewal::Of(&[(ProviderKind::SIP_TRUNK, Way::Trunk, Renews::Record)]));

#[async_trait]
impl VoicePlatform for Retell {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn inbound_address(&self) -> Option<CallbackUrl> {
        Some(CallbackUrl::new(format!("sip:{}", Self::SIP_HOST)))
    }

    fn redact(&self, secrets: &[Secret]) {
        self.http.redact(secrets);
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        let body = CAPABILITIES.prepare_import(KIND, source, request, |problems| {
            let Reach::Trunk(trunk) = &source.reach else { return None };
            problems.within("source", |problems| trunk::check(trunk, problems));
            Some(settings(trunk::import(trunk, request), request))
        })?;
        let key = *request.number();
        Ok(Create::new(async move { self.import_number(&body).await.map(|number| keyed(number, key.as_str())) }))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        of_record(self.get_number(id.as_str()).await, KIND, id, |number| keyed(number, id.as_str()))
    }

    /// The number is the record's id.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        match self.get_number(number.as_str()).await {
            Ok(found) => first_match(stream::iter([Ok(keyed(found, number.as_str()))]), number).await,
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// In the ascending order: if it is by the last change, a number that changes meanwhile is listed again, and none is
    /// missed.
    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let list = ListNumbers::new().limit(LIMIT_MAX).sort_order(SortOrder::Ascending);
        self.numbers(list).map_ok(record).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let agents = update.agent_patch().as_ref().map(|agent| agents::named(agent, update.kept_settings()));
        let wire = UpdateNumber::new().nickname(update.label_patch().clone()).inbound_agents(agents);
        self.update_or_missing(id, &wire).await.map(|number| keyed(number, id.as_str()))
    }

    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        record.details.get().map_or(SourceMatch::Unknown, |number| renew::compare(number, source))
    }

    async fn renew(&self, record: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        self.renew_number(record, source).await
    }

    /// Without consent to a release, the number's type is read first.
    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        if consent == Removal::Record {
            let found = self.get_number(id.as_str()).await.map_err(|error| NotFound::or(error, KIND, id))?;
            checked(KIND, "remove number", |problems| {
                if !is_imported(&found) {
                    let fault = match &found.phone_number_type {
                        Some(NumberType::RetellTwilio | NumberType::RetellTelnyx) => {
                            "releases the number permanently, because it was bought from Retell"
                        }
                        _ => "may release the number permanently: Retell does not show that it was imported",
                    };
                    let remedy = "consent with `Removal::RecordAndNumber`, or keep the record";
                    problems.add(ProblemCode::NeedsConsent, "remove", fault, remedy);
                }
            })?;
        }
        removed(self.delete_number(id.as_str()).await, KIND, id)
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }

    async fn restore_settings(&self, id: &NumberId, before: &Settings) -> Result<NumberRecord> {
        of_record(self.restore_agents(id, before).await, KIND, id, |number| keyed(number, id.as_str()))
    }
}

impl Retell {
    /// Updates a number. Status 422 may mean that it does not exist, or that a value is wrong; a lookup decides.
    pub(super) async fn update_or_missing(&self, id: &NumberId, update: &UpdateNumber) -> Result<PhoneNumber> {
        let error = match self.update_number(id.as_str(), update).await {
            Ok(updated) => return Ok(updated),
            Err(error) => NotFound::or(error, KIND, id),
        };
        if error.status() != Some(StatusCode::UNPROCESSABLE_ENTITY) {
            return Err(error);
        }
        match self.get_number(id.as_str()).await.map_err(|error| NotFound::or(error, KIND, id)) {
            Err(missing @ Error::NotFound(_)) => Err(missing),
            _ => Err(error),
        }
    }
}

/// Sets what the request names.
fn settings(mut import: ImportNumber, request: &ImportRequest) -> ImportNumber {
    if let Some(label) = request.label_text() {
        import = import.nickname(label);
    }
    if let Some(agent) = request.agent_id() {
        import = import.inbound_agents([AgentWeight::new(agent.as_str(), Weight::all())]);
    }
    import
}

/// Whether a removal leaves the number with its owner. An unknown type may be one of Retell's own numbers.
fn is_imported(number: &PhoneNumber) -> bool {
    number.phone_number_type == Some(NumberType::Custom)
}

/// The only inbound agent, or what answers the calls in its place.
fn answers(number: &PhoneNumber) -> (Option<AgentId>, Option<String>) {
    let id = |agent: &AgentWeight| text(&agent.agent_id).map(str::to_owned);
    match number.inbound_agents.as_deref().unwrap_or_default() {
        [] => (None, text(&number.inbound_webhook_url).map(|_| "webhook".to_owned())),
        [only] => match id(only) {
            Some(only) => (Some(AgentId::new(only)), None),
            None => (None, Some("an unnamed agent".to_owned())),
        },
        several => {
            let ids: Vec<String> = several.iter().filter_map(id).collect();
            (None, Some(format!("agents {}", ids.join(", "))))
        }
    }
}

fn milliseconds(time: &Option<Number>) -> Option<Timestamp> {
    let since = Duration::from_millis(time.as_ref()?.as_u64()?);
    SystemTime::UNIX_EPOCH.checked_add(since).map(Timestamp::from)
}

/// The record of a number that was asked for by this key, which stays its id if the response spells or masks it.
fn keyed(number: PhoneNumber, key: &str) -> NumberRecord {
    let mut record = record(number);
    if key.parse().is_ok_and(|key| record.number.is(&key) || record.number.may_be(&key)) {
        record.id = NumberId::new(key);
    }
    record
}

fn record(number: PhoneNumber) -> NumberRecord {
    let (agent, handler) = answers(&number);
    let dialled = RecordNumber::read(Some(&number.phone_number));
    NumberRecord {
        label: text(&number.nickname).map(str::to_owned),
        agent,
        handler,
        settings: agents::settings(&number),
        carrier: number.phone_number_type.as_ref().map(|name| name.as_str().to_owned()).filter(|name| !name.is_empty()),
        updated_at: milliseconds(&number.last_modification_timestamp),
        // The number is the id, and there is no time of creation.
        instance: number.last_modification_timestamp.as_ref().map(ToString::to_string),
        releases: !is_imported(&number),
        ..NumberRecord::new(KIND, number.phone_number.clone(), dialled, Details::new(number))
    }
}
