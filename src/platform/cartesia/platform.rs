use std::sync::atomic::Ordering;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde_json::Map;

use super::client::{Cartesia, KIND};
use super::link::{is_of_twilio, linked};
use super::wire::{
    CreateTwilioProvider, ImportNumber, LIMIT_MAX, ListNumbers, PhoneNumber, ProviderRef, ProviderType, UpdateNumber,
};
use crate::E164;
use crate::error::{Incomplete, NotFound, Result, Step, checked};
use crate::model::{
    AccountId, AccountKey, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, Key, NumberId, NumberRecord,
    NumberSource, NumberUpdate, PlatformKind, ProblemCode, ProviderKind, Reach, RecordNumber, Removal, Secret,
    Settings,
};
use crate::platform::answer::{first_match, of_record, removed, text, time};
use crate::platform::{
    Capabilities, Create, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch, Sources,
    Support, VoicePlatform, Way,
};
use crate::wire::Patch;

static CAPABILITIES: Capabilities = Capabilities::new(
    Sources::Only(&[(ProviderKind::TWILIO, Way::Key), (ProviderKind::TWILIO, Way::Stored)]),
    Find::Native,
    OnRemoval::Forgets,
)
.with_label(Support::CREATE_AND_SET, None)
.with_agent(Support::FULL)
.with_renewal(Renewal::Of(&[
    (ProviderKind::TWILIO, Way::Key, Renews::Credential),
    (ProviderKind::TWILIO, Way::Stored, Renews::Record),
]))
.with_removal_requests(2)
.with_unassigning_removal();

#[async_trait]
impl VoicePlatform for Cartesia {
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
        CAPABILITIES.prepare_import(KIND, source, request, |_| match &source.reach {
            Reach::Account(account) => self.create_from_account(account, request),
            Reach::Stored(Some(id)) => Some(Create::new(self.import_by(id.clone(), request))),
            _ => None,
        })
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let found = self.get_number(id.as_str()).await.map_err(|error| NotFound::or(error, KIND, id))?;
        self.read.put(found.clone());
        Ok(record(found))
    }

    /// Whether the search reads a number with its plus is not documented. Until it has found one, all numbers are read if
    /// it finds nothing.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let near = self.list_numbers(&ListNumbers::new().q(number.as_str()).limit(LIMIT_MAX)).await?;
        let is = |found: &&PhoneNumber| RecordNumber::read(Some(&found.number)).is(number);
        if near.data.iter().find(is).is_some_and(|found| !is_named_by(found, number)) {
            self.finds_numbers.store(true, Ordering::Relaxed);
        }
        // Names may fill more than one page, and a masked number may be this one.
        let is_proof = near.has_more == Some(false) && self.finds_numbers.load(Ordering::Relaxed);
        match first_match(stream::iter(near.data.into_iter().map(|found| Ok(record(found)))), number).await {
            Ok(found) if found.is_some() || is_proof => Ok(found),
            _ => self.lookups.find(self.clone(), number).await,
        }
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.numbers(ListNumbers::new().limit(LIMIT_MAX)).map_ok(record).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let agent = update.agent_patch().clone().map(|agent| agent.as_str().to_owned());
        let mut wire = UpdateNumber::new().agent_id(agent);
        if let Some(label) = update.label_patch().set() {
            wire = wire.label(label.as_str());
        }
        of_record(self.update_number(id.as_str(), &wire).await, KIND, id, record)
    }

    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        record.details.get().map_or(SourceMatch::Unknown, |number| self.compare(number, source))
    }

    async fn renew(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        self.renew_number(record, source, run).await
    }

    /// A number must have no agent, so that is taken off first. If the removal then fails, the number gets it back.
    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        let found = match self.read.take(id) {
            Some(found) => found,
            None => self.get_number(id.as_str()).await.map_err(|error| NotFound::or(error, KIND, id))?,
        };
        if consent == Removal::Record {
            check_release(&found)?;
        }
        let Some(agent) = &found.agent else { return removed(self.delete_number(id.as_str()).await, KIND, id) };
        let free = self.unassign(id).await?;
        let error = match removed(self.delete_number(id.as_str()).await, KIND, id) {
            Err(error) if !error.is_not_found() => error,
            result => return result,
        };
        match self.give_back(id, text(&agent.id)).await {
            Ok(true) => Err(error),
            // The removal was carried out, and its response was lost.
            Err(gone) if gone.is_not_found() => Ok(()),
            _ => Err(Box::new(Incomplete::imported(record(free), Step::Remove, error)).into()),
        }
    }

    async fn remove_credential(&self, id: &CredentialId, number: &E164) -> Result<bool> {
        self.links.give_up(id, *number, |id| self.remove_unused(id)).await
    }

    fn created_credential(&self, id: &CredentialId) -> bool {
        self.links.created(id)
    }
}

impl Cartesia {
    /// Takes the agent off. A request without a response may still arrive, so it is sent once more: a removal that ends here
    /// must not lose the agent later.
    async fn unassign(&self, id: &NumberId) -> Result<PhoneNumber> {
        let off = UpdateNumber::new().agent_id(Patch::Clear);
        let free = match self.update_number(id.as_str(), &off).await {
            Err(error) if !error.surely_not_done() => self.update_number(id.as_str(), &off).await,
            result => result,
        };
        free.map_err(|error| NotFound::or(error, KIND, id))
    }

    /// Gives the number the agent back that was taken off, unless somebody else has given it one meanwhile. Returns whether
    /// it has an agent.
    async fn give_back(&self, id: &NumberId, agent: Option<&str>) -> Result<bool> {
        if self.get_number(id.as_str()).await?.agent.is_some() {
            return Ok(true);
        }
        let Some(agent) = agent else { return Ok(false) };
        self.update_number(id.as_str(), &UpdateNumber::new().agent_id(agent.to_owned())).await.map(|_| true)
    }

    async fn import_by(&self, link: CredentialId, request: &ImportRequest) -> Result<NumberRecord> {
        let number = *request.number();
        // A label is required. This one has a space, so that a search that finds the number has not found its label.
        let (start, end) = number.as_str().split_at(number.as_str().len().saturating_sub(4).max(2));
        let label = request.label_text().map_or_else(|| format!("{start} {end}"), str::to_owned);
        let mut import = ImportNumber::new(label, number, ProviderRef::id(link.as_str()));
        if let Some(agent) = request.agent_id() {
            import = import.agent_id(agent.as_str());
        }
        self.import_number(&import).await.map(record)
    }

    /// The link of the account, then the number, which names it. A link accepts only an API key.
    fn create_from_account<'a>(&'a self, account: &'a AccountKey, request: &'a ImportRequest) -> Option<Create<'a>> {
        let Key::Pair { id, secret } = &account.key else { return None };
        let create = CreateTwilioProvider::new(account.account.as_str(), id.as_str(), secret.clone());
        let create = create.region(self.region.clone());
        Some(Create::new(async move {
            self.links
                .with(
                    account,
                    (KIND, *request.number()),
                    self.link(&account.account, create),
                    |id| self.import_by(id.clone(), request),
                    |id| self.remove_unused(id),
                )
                .await
        }))
    }
}

/// Whether the search may have found a number by its label or agent, which it looks at too.
fn is_named_by(found: &PhoneNumber, number: &E164) -> bool {
    let agent = found.agent.as_ref().and_then(|agent| agent.name.as_deref());
    [found.label.as_deref(), agent].into_iter().flatten().any(|name| name.contains(number.digits()))
}

/// Refuses what a removal would lose for good.
fn check_release(number: &PhoneNumber) -> Result<()> {
    checked(KIND, "remove number", |problems| {
        if !is_of_twilio(number) {
            let held = number.provider.as_ref().and_then(|provider| provider.kind.as_ref());
            let held = held.map_or_else(|| "does not show Twilio".to_owned(), |kind| format!("is {kind}"));
            let fault = format!("releases the number for good, because its provider {held}");
            let remedy = "consent with `Removal::RecordAndNumber`, or keep the record";
            problems.add(ProblemCode::NeedsConsent, "remove", fault, remedy);
        }
    })
}

/// An agent without an id, which no update can set again. An undo must not take it for no agent.
fn unnamed(number: &PhoneNumber) -> Settings {
    let unnamed = number.agent.as_ref().filter(|agent| text(&agent.id).is_none());
    let unnamed = unnamed.and_then(|agent| serde_json::to_value(agent).ok());
    Settings { agent: unnamed.map(|agent| ("agent".to_owned(), agent)).into_iter().collect(), number: Map::new() }
}

fn record(number: PhoneNumber) -> NumberRecord {
    let agent = number.agent.as_ref().map(|agent| text(&agent.id));
    let provider = number.provider.as_ref();
    let carrier = provider.and_then(|provider| provider.kind.as_ref()).map(ProviderType::as_str);
    let carrier = carrier.or_else(|| linked(&number).map(|_| ProviderKind::TWILIO.as_str()));
    NumberRecord {
        label: text(&number.label).map(str::to_owned),
        agent: agent.flatten().map(AgentId::new),
        handler: matches!(agent, Some(None)).then(|| "an unnamed agent".to_owned()),
        settings: unnamed(&number),
        carrier: carrier.filter(|name| !name.is_empty()).map(str::to_owned),
        credential: provider.and_then(|provider| text(&provider.id)).map(CredentialId::new),
        releases: !is_of_twilio(&number),
        created_at: time(&number.created_at),
        updated_at: time(&number.updated_at),
        ..NumberRecord::new(KIND, number.id.clone(), RecordNumber::read(Some(&number.number)), Details::new(number))
    }
}
