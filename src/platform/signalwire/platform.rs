use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::client::{KIND, SignalWire};
use super::wire::{
    CallHandler, CallHandlerKind, ImportNumber, ImportType, ImportableNumber, ListNumbers, PhoneNumber, UpdateNumber,
};
use crate::E164;
use crate::e164::{Assignment, NumberKind};
use crate::error::{Incomplete, NotFound, Result, Step, checked};
use crate::model::{
    AgentId, Details, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate, PlatformKind, Problems,
    RecordNumber, Removal,
};
use crate::platform::{Capabilities, Duplicates, Find, OnRemoval, Sources, Support, Takeover, VoicePlatform};

/// The most numbers on a page.
const PAGE: u16 = 1000;

static CAPABILITIES: Capabilities = Capabilities {
    sources: Sources::Any,
    label: Support::SWITCH,
    label_max: None,
    agent: Support::SWITCH,
    inbound: Support::NONE,
    outbound: Support::NONE,
    find: Find::Native,
    removal: OnRemoval::Releases,
    duplicates: Duplicates::Refused,
    takeover: Takeover::Nothing,
};

#[async_trait]
impl VoicePlatform for SignalWire {
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
            if let Err(error) = ImportableNumber::try_from(*request.number()) {
                problems.add("number", error.to_string(), "import a longer number");
            }
            check_agent(request.agent_id(), problems);
        })
    }

    /// The import takes the bare number; label and agent follow by an update.
    async fn import_once(&self, source: &NumberSource, request: &ImportRequest) -> Result<NumberRecord> {
        self.check_import(source, request)?;
        let number = request.number();
        let toll_free = request.is_toll_free().unwrap_or_else(|| is_toll_free(number));
        let number_type = if toll_free { ImportType::Tollfree } else { ImportType::Longcode };
        let import = ImportNumber::new(ImportableNumber::checked(number), number_type);
        let imported = self.import_number(&import).await?;

        let update = wire_update(request.label_text(), request.agent_id());
        if update == UpdateNumber::new() {
            return Ok(record(imported));
        }
        match self.update_number(&imported.id, &update).await {
            Ok(updated) => Ok(record(updated)),
            Err(error) => Err(Box::new(Incomplete::imported(record(imported), Step::Configure, error)).into()),
        }
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let number = self.get_number(id.as_str()).await;
        number.map(record).map_err(|error| NotFound::or(error, KIND, id))
    }

    /// The filter also matches parts of numbers; here they are compared exactly.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let mut numbers = self.numbers(ListNumbers::new().number(number.as_str()));
        while let Some(found) = numbers.try_next().await? {
            if RecordNumber::read(Some(&found.number)).is(number) {
                return Ok(Some(record(found)));
            }
        }
        Ok(None)
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.numbers(ListNumbers::new().page_size(PAGE)).map_ok(record).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        checked(KIND, "update number", |problems| {
            CAPABILITIES.update_problems(KIND, update, problems);
            check_agent(update.agent_patch().set(), problems);
        })?;
        let wire = wire_update(update.label_patch().set().map(String::as_str), update.agent_patch().set());
        let updated = self.update_number(id.as_str(), &wire).await;
        updated.map(record).map_err(|error| NotFound::or(error, KIND, id))
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        match self.release_number(id.as_str()).await {
            Err(error) if !error.is_removed_before() => Err(NotFound::or(error, KIND, id)),
            _ => Ok(()),
        }
    }
}

fn check_agent(agent: Option<&AgentId>, problems: &mut Problems) {
    if let Some(agent) = agent.filter(|agent| !agent.as_str().trim().is_empty()) {
        problems.uuid("agent", agent.as_str());
    }
}

fn wire_update(label: Option<&str>, agent: Option<&AgentId>) -> UpdateNumber {
    let mut update = UpdateNumber::new();
    if let Some(label) = label {
        update = update.name(label);
    }
    if let Some(agent) = agent {
        update = update.call_handler(CallHandler::AiAgent { agent_id: agent.as_str().to_owned() });
    }
    update
}

/// Whether a numbering plan has the number in a toll-free range.
fn is_toll_free(number: &E164) -> bool {
    matches!(number.plan(), Assignment::Assigned { kind: NumberKind::TollFree, .. })
}

fn record(number: PhoneNumber) -> NumberRecord {
    let time = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    // The agent's id is not answered itself, but as the resource behind the handler.
    let by_agent = number.call_handler == Some(CallHandlerKind::AiAgent);
    let agent = number.calling_handler_resource_id.as_deref().filter(|_| by_agent);
    let dialled = RecordNumber::read(Some(&number.number));
    NumberRecord {
        label: number.name.clone().filter(|name| !name.is_empty()),
        agent: agent.map(AgentId::new),
        created_at: time(&number.created_at),
        updated_at: time(&number.updated_at),
        ..NumberRecord::new(KIND, number.id.clone(), dialled, Details::new(number))
    }
}
