use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::client::{Interactly, KIND};
use super::wire::{ImportNumber, PhoneNumber, UpdateNumber};
use crate::E164;
use crate::error::{Error, NotFound, Result};
use crate::model::{
    AccountId, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, NumberId, NumberRecord, NumberSource,
    NumberUpdate, PlatformKind, ProviderKind, Reach, RecordNumber, Removal, Secret, SourcePart,
};
use crate::platform::answer::{first_match, of_record, text};
use crate::platform::{
    Capabilities, Create, Find, OnRemoval, RenewalRun, RenewedCredentials, SourceMatch, Sources, Support,
    VoicePlatform, Way,
};
use crate::wire::Patch;

static CAPABILITIES: Capabilities = Capabilities::new(
    Sources::Only(&[(ProviderKind::TWILIO, Way::Account), (ProviderKind::TWILIO, Way::StoredDefault)]),
    Find::ThroughList,
    OnRemoval::Unsupported,
)
.with_label(Support::CREATE, None)
.with_agent(Support::SET_AND_CLEAR)
.with_directions(Support::SET, Support::SET)
.with_get(Find::ThroughList);

#[async_trait]
impl VoicePlatform for Interactly {
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

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        let body = CAPABILITIES.prepare_import(KIND, source, request, |_| body(source, request))?;
        Ok(Create::new(async move { self.import_number(&body).await.map(record) }))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let numbers = self.list_numbers(None).await?;
        let found = numbers.into_iter().find(|number| number.id == id.as_str());
        found.map(record).ok_or_else(|| NotFound::new(KIND, id.clone()).into())
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        first_match(self.list(), number).await
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
        of_record(self.update_number(id.as_str(), &wire).await, KIND, id, record)
    }

    /// A record shows only the carrier.
    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        let uses = record.carrier.as_deref().filter(|&uses| uses != source.carrier.as_str());
        uses.map_or(SourceMatch::Unknown, |uses| {
            SourceMatch::differs(SourcePart::Carrier, uses, source.carrier.as_str())
        })
    }

    async fn renew(&self, _: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        Ok(RenewedCredentials::unchanged())
    }

    async fn remove(&self, _id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}

fn body(source: &NumberSource, request: &ImportRequest) -> Option<ImportNumber> {
    let mut import = ImportNumber::new(*request.number());
    if let Some(label) = request.label_text() {
        import = import.label(label);
    }
    match &source.reach {
        Reach::Account(account) => Some(import.credentials(account.clone())),
        Reach::Stored(None) => Some(import),
        _ => None,
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
        label: text(&number.label).map(str::to_owned),
        agent: text(&number.assistant_id).map(AgentId::new),
        inbound: number.inbound_enabled,
        outbound: number.outbound_enabled,
        carrier: carrier.map(|name| name.as_str().to_owned()),
        ..NumberRecord::new(KIND, number.id.clone(), dialled, Details::new(number))
    }
}
