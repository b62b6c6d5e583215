use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::client::{Interactly, KIND};
use super::wire::{ImportNumber, PhoneNumber, UpdateNumber};
use crate::E164;
use crate::error::{Error, Incomplete, NotFound, Result, Step, checked};
use crate::model::{
    AgentId, Details, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate, PlatformKind,
    ProviderKind, Reach, RecordNumber, Removal,
};
use crate::platform::{Capabilities, Duplicates, Find, OnRemoval, Sources, Support, Takeover, VoicePlatform, Way};
use crate::wire::Patch;

static CAPABILITIES: Capabilities = Capabilities {
    sources: Sources::Only(&[(ProviderKind::TWILIO, Way::Account), (ProviderKind::TWILIO, Way::StoredDefault)]),
    label: Support::AT_IMPORT,
    label_max: None,
    agent: Support::FULL,
    inbound: Support::SWITCH,
    outbound: Support::SWITCH,
    find: Find::ThroughList,
    removal: OnRemoval::Unsupported,
    duplicates: Duplicates::Unknown,
    takeover: Takeover::Unknown,
};

#[async_trait]
impl VoicePlatform for Interactly {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> u64 {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn check_import(&self, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        checked(KIND, "import number", |problems| {
            CAPABILITIES.import_problems(KIND, source, request, problems);
        })
    }

    async fn import_once(&self, source: &NumberSource, request: &ImportRequest) -> Result<NumberRecord> {
        self.check_import(source, request)?;
        let mut import = ImportNumber::new(*request.number());
        if let Some(label) = request.label_text() {
            import = import.label(label);
        }
        if let Reach::Account(credentials) = &source.reach {
            import = import.credentials(credentials.clone());
        }
        let imported = self.import_number(&import).await?;

        // The import itself takes neither agent nor directions.
        let agent = request.agent_id().cloned().map_or(Patch::Keep, Patch::Set);
        let update = wire_update(&agent, request.inbound_enabled(), request.outbound_enabled());
        if update == UpdateNumber::new() {
            return Ok(record(imported));
        }
        match self.update_number(&imported.id, &update).await {
            Ok(updated) => Ok(record(updated)),
            Err(error) => {
                let incomplete = Incomplete::imported(record(imported), Step::Configure, error);
                Err(Box::new(incomplete).into())
            }
        }
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let numbers = self.list_numbers(None).await?;
        let found = numbers.into_iter().find(|number| number.id == id.as_str());
        found.map(record).ok_or_else(|| NotFound::new(KIND, id.clone()).into())
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let mut records = self.list_numbers(None).await?.into_iter().map(record);
        Ok(records.find(|record| record.number.is(number)))
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let listed = async move {
            let numbers = self.list_numbers(None).await?;
            Ok::<_, Error>(stream::iter(numbers).map(|number| Ok(record(number))))
        };
        stream::once(listed).try_flatten().boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let wire = wire_update(update.agent_patch(), update.inbound_enabled(), update.outbound_enabled());
        let updated = self.update_number(id.as_str(), &wire).await;
        updated.map(record).map_err(|error| NotFound::or(error, KIND, id))
    }

    async fn remove(&self, _id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)
    }
}

fn wire_update(agent: &Patch<AgentId>, inbound: Option<bool>, outbound: Option<bool>) -> UpdateNumber {
    let agent = agent.as_ref().map(|id| id.as_str().to_owned());
    let mut update = UpdateNumber::new().assistant_id(agent);
    if let Some(inbound) = inbound {
        update = update.inbound_enabled(inbound);
    }
    if let Some(outbound) = outbound {
        update = update.outbound_enabled(outbound);
    }
    update
}

fn record(number: PhoneNumber) -> NumberRecord {
    let carrier = number.provider.as_ref().and_then(|provider| provider.name.as_ref());
    let dialled = RecordNumber::read(Some(&number.number));
    NumberRecord {
        label: number.label.clone().filter(|label| !label.is_empty()),
        agent: number.assistant_id.clone().filter(|id| !id.is_empty()).map(AgentId::new),
        inbound: number.inbound_enabled,
        outbound: number.outbound_enabled,
        carrier: carrier.map(|name| name.as_str().to_owned()),
        ..NumberRecord::new(KIND, number.id.clone(), dialled, Details::new(number))
    }
}
