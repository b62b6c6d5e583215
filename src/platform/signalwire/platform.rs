use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::client::{KIND, SignalWire};
use super::wire::{
    CallHandler, CallHandlerKind, ImportNumber, ImportType, ImportableNumber, ListNumbers, PhoneNumber, UpdateNumber,
};
use crate::E164;
use crate::e164::{Assignment, NumberKind};
use crate::error::{Result, checked};
use crate::model::{
    AccountId, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, NumberId, NumberRecord, NumberSource,
    NumberUpdate, PlatformKind, ProblemCode, Problems, RecordNumber, Removal, Secret,
};
use crate::platform::answer::{first_match, of_record, removed, text, time};
use crate::platform::{
    Capabilities, Create, Duplicates, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, SourceMatch, Sources,
    Support, Takeover, VoicePlatform,
};

/// The maximum number of entries per page.
const PAGE: u16 = 1000;

static CAPABILITIES: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Releases)
    .with_label(Support::SET, None)
    .with_agent(Support::SET)
    .with_duplicates(Duplicates::Refused)
    .with_takeover(Takeover::Nothing)
    .with_renewal(Renewal::NoCredentials);

#[async_trait]
impl VoicePlatform for SignalWire {
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
        None
    }

    fn redact(&self, secrets: &[Secret]) {
        self.http.redact(secrets);
    }

    /// The create contains only the number; an update sets the label and the agent.
    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        let body = CAPABILITIES.prepare_import(KIND, source, request, |problems| body(request, problems))?;
        Ok(Create::new(async move { self.import_number(&body).await.map(record) }))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        of_record(self.get_number(id.as_str()).await, KIND, id, record)
    }

    /// The filter also matches parts of numbers, so they are compared exactly here.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let numbers = self.numbers(ListNumbers::new().number(number.as_str()));
        first_match(numbers.map_ok(record), number).await
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
        of_record(self.update_number(id.as_str(), &wire).await, KIND, id, record)
    }

    /// An import contains no carrier credentials, and a record shows none.
    fn compare_source(&self, _: &NumberRecord, _: &NumberSource) -> SourceMatch {
        SourceMatch::Unknown
    }

    async fn renew(&self, _: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        Ok(RenewedCredentials::unchanged())
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        removed(self.release_number(id.as_str()).await, KIND, id)
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}

fn body(request: &ImportRequest, problems: &mut Problems) -> Option<ImportNumber> {
    let number = request.number();
    let importable = ImportableNumber::try_from(*number);
    if let Err(error) = &importable {
        problems.add(ProblemCode::Length, "number", error.to_string(), "import a longer number");
    }
    check_agent(request.agent_id(), problems);
    let toll_free = request.is_toll_free().unwrap_or_else(|| is_toll_free(number));
    let number_type = if toll_free { ImportType::Tollfree } else { ImportType::Longcode };
    Some(ImportNumber::new(importable.ok()?, number_type))
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

/// Whether the number lies in a toll-free range of its numbering plan.
fn is_toll_free(number: &E164) -> bool {
    matches!(number.plan(), Assignment::Assigned { kind: NumberKind::TollFree, .. })
}

fn record(number: PhoneNumber) -> NumberRecord {
    // The response shows the agent's id as the handler's resource.
    let by_agent = number.call_handler == Some(CallHandlerKind::AiAgent);
    let agent = number.calling_handler_resource_id.as_deref().filter(|_| by_agent);
    // A number without a resource still has a handler, which answers nothing.
    let behind = number.call_handler.as_ref().zip(number.calling_handler_resource_id.as_deref());
    let handler = behind.filter(|_| !by_agent).map(|(handler, id)| format!("{} {id}", handler.as_str()));
    let dialled = RecordNumber::read(Some(&number.number));
    NumberRecord {
        label: text(&number.name).map(str::to_owned),
        agent: agent.map(AgentId::new),
        handler,
        created_at: time(&number.created_at),
        updated_at: time(&number.updated_at),
        ..NumberRecord::new(KIND, number.id.clone(), dialled, Details::new(number))
    }
}
