use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::client::{Butter, KIND};
use super::wire::{
    CreateIntegration, ImportNumber, ImportSipNumber, ImportTwilioNumber, ImportedNumber, ListNumbers, MediaEncryption,
    NumberStatus, NumberSummary,
};
use crate::E164;
use crate::error::{Error, Incomplete, Result, Step};
use crate::model::{
    self, AccountId, AccountKey, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, Key, NumberId,
    NumberRecord, NumberSource, NumberUpdate, PlatformKind, ProblemCode, Problems, ProviderKind, Reach, RecordNumber,
    Removal, Secret, SipTrunk,
};
use crate::platform::answer::{text, time};
use crate::platform::credentials::Made;
use crate::platform::{
    Capabilities, Create, Duplicates, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch,
    Sources, Support, Takeover, VoicePlatform, Way,
};
use crate::wire::Patch;

static CAPABILITIES: Capabilities = Capabilities::new(
    Sources::Only(&[
        (ProviderKind::TWILIO, Way::Token),
        (ProviderKind::SIP_TRUNK, Way::Trunk),
        (ProviderKind::TWILIO, Way::Stored),
    ]),
    Find::ThroughList,
    OnRemoval::Unsupported,
)
.with_agent(Support::SET_AND_CLEAR)
.with_directions(Support::CREATE, Support::CREATE)
.with_get(Find::ThroughList)
.with_duplicates(Duplicates::Refused)
.with_takeover(Takeover::WithAgent)
.with_renewal(Renewal::Of(&[(ProviderKind::TWILIO, Way::Token, Renews::Credential)]));

#[async_trait]
impl VoicePlatform for Butter {
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
        CAPABILITIES.prepare_import(KIND, source, request, |problems| {
            if let Reach::Trunk(trunk) = &source.reach {
                problems.within("source", |problems| check_trunk(trunk, problems));
            }
            check_inbound(source, request, problems);
            match &source.reach {
                Reach::Account(account) => self.create_from_account(account, request),
                Reach::Trunk(trunk) => Some(self.create_as(from_trunk(trunk, request), request)),
                Reach::Stored(Some(id)) => Some(self.create_as(from_integration(id, request), request)),
                _ => None,
            }
        })
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        self.lookups.get(self.clone(), id).await
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        self.lookups.find(self.clone(), number).await
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.numbers(ListNumbers::new()).map_ok(record).boxed()
    }

    /// A number has at most one agent, so changing it takes two calls: unassign the first, then assign the
    /// second.
    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let now = match (update.agent_patch(), self.created.take(id)) {
            (Patch::Set(_), Some(record)) => record,
            _ => self.get(id).await?,
        };
        match (update.agent_patch(), now.agent.clone()) {
            (Patch::Keep, _) | (Patch::Clear, None) => Ok(now),
            (Patch::Clear, Some(old)) => self.unassign(now, &old).await,
            (Patch::Set(new), Some(old)) if *new == old => Ok(now),
            (Patch::Set(new), Some(old)) => {
                let free = self.unassign(now, &old).await?;
                let assigned = self.assign(free.clone(), new).await;
                assigned.map_err(|error| Box::new(Incomplete::imported(free, Step::Configure, error)).into())
            }
            (Patch::Set(new), None) => self.assign(now, new).await,
        }
    }

    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        self.compare(record, source)
    }

    async fn renew(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        self.renew_integration(record, source, run).await
    }

    async fn remove(&self, _id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)
    }

    /// Numbers do not tell which integration they use, and none of them can be removed.
    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}

impl Butter {
    fn create_as<'a>(&'a self, number: ImportNumber, request: &'a ImportRequest) -> Create<'a> {
        Create::new(async move { Ok(self.created(self.import_number(number).await?, request)) })
    }

    /// The integration of the account, then the number, which names it. An integration accepts only a token.
    fn create_from_account<'a>(&'a self, account: &'a AccountKey, request: &'a ImportRequest) -> Option<Create<'a>> {
        let Key::Token(token) = &account.key else { return None };
        let name = format!("Twilio {}", account.account);
        let integration = CreateIntegration::twilio(name, account.account.as_str(), token.clone());
        Some(Create::new(async move {
            let imported = self.integrations.with(
                account,
                (KIND, *request.number()),
                self.make_integration(&account.account, integration),
                |id| {
                    let id = id.clone();
                    async move {
                        let imported = self.import_number(from_integration(&id, request)).await?;
                        self.known.imported(&imported, &id);
                        Ok(imported)
                    }
                },
                |id| async move { self.delete_integration(id.as_str()).await.map(|_| true) },
            );
            Ok(self.created(imported.await?, request))
        }))
    }

    async fn make_integration(&self, account: &str, integration: CreateIntegration) -> Result<Made> {
        if let Some(id) = self.known.told(account) {
            return Ok(Made { id, own: false });
        }
        let made = self.create_integration(&integration).await?;
        let id = CredentialId::new(made.integration_id);
        self.known.made(&id, account);
        Ok(Made { id, own: true })
    }

    /// Remembers the record of a created number for the update that assigns its agent.
    fn created(&self, imported: ImportedNumber, request: &ImportRequest) -> NumberRecord {
        let record = imported_record(imported);
        if request.agent_id().is_some() {
            self.created.put(record.clone());
        }
        record
    }

    /// Assigning is not idempotent: a conflict or a lost response is checked by a lookup.
    async fn assign(&self, record: NumberRecord, agent: &AgentId) -> Result<NumberRecord> {
        match self.assign_number(agent.as_str(), record.id.as_str()).await {
            Ok(_) => Ok(with_agent(record, Some(agent))),
            Err(error) if error.surely_not_done() => Err(error),
            Err(error) => self.read_back(record, Some(agent), error).await,
        }
    }

    async fn unassign(&self, record: NumberRecord, agent: &AgentId) -> Result<NumberRecord> {
        match self.unassign_number(agent.as_str(), record.id.as_str()).await {
            Ok(_) => Ok(with_agent(record, None)),
            Err(error) if error.surely_not_done() => Err(error),
            Err(error) => self.read_back(record, None, error).await,
        }
    }

    /// The record if it has this agent now, else the error that left it unknown.
    async fn read_back(&self, record: NumberRecord, agent: Option<&AgentId>, error: Error) -> Result<NumberRecord> {
        match self.get(&record.id).await {
            Ok(now) if now.agent.as_ref() == agent => Ok(now),
            _ => Err(error),
        }
    }
}

/// An agent enables inbound calls, and a trunk may not support inbound calls.
fn check_inbound(source: &NumberSource, request: &ImportRequest, problems: &mut Problems) {
    let outbound_only = matches!(&source.reach, Reach::Trunk(trunk) if trunk.outbound_only);
    let inbound = request.inbound_enabled().unwrap_or(!outbound_only);
    if outbound_only && inbound {
        problems.add(
            ProblemCode::Conflict,
            "inbound",
            "is on, but the trunk is outbound only",
            "leave out `inbound` or `outbound_only`",
        );
    }
    if !inbound && request.agent_id().is_some() {
        let remedy = if outbound_only { "leave the agent out" } else { "leave the agent out, or leave inbound on" };
        problems.add(
            ProblemCode::Conflict,
            "inbound",
            "is off, but Butter enables inbound calls when it assigns an agent",
            remedy,
        );
    }
}

/// The settings of a trunk for which Butter has no field.
fn check_trunk(trunk: &SipTrunk, problems: &mut Problems) {
    if let Some(transport) = trunk.transport {
        let fault = format!("is {transport}, but Butter's API has no setting for the transport");
        problems.add(
            ProblemCode::Unsupported,
            "transport",
            fault,
            "leave out the transport and `sips:`, so that Butter chooses, or use another platform",
        );
    }
    if trunk.leading_plus {
        let fault = "is on, but Butter's API has no setting for it";
        problems.add(ProblemCode::Unsupported, "leading_plus", fault, "leave it out");
    }
    if !trunk.allowed_inbound.is_empty() {
        let remedy = "leave them out: Butter provides an address and credentials for inbound calls";
        problems.add(
            ProblemCode::Unsupported,
            "allow_inbound",
            "cannot be set: Butter's API has no setting for it",
            remedy,
        );
    }
}

/// At Butter both directions default to off; here inbound defaults to on.
fn from_integration(integration: &CredentialId, request: &ImportRequest) -> ImportNumber {
    ImportTwilioNumber::new(*request.number(), integration.as_str())
        .supports_inbound(request.inbound_enabled().unwrap_or(true))
        .supports_outbound(request.outbound_enabled().unwrap_or(false))
        .into()
}

fn from_trunk(trunk: &SipTrunk, request: &ImportRequest) -> ImportNumber {
    let host = trunk.host_text();
    let server = trunk.port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut import = ImportSipNumber::new(*request.number())
        .supports_inbound(request.inbound_enabled().unwrap_or(!trunk.outbound_only))
        .supports_outbound(request.outbound_enabled().unwrap_or(trunk.outbound_only))
        .sip_trunk_name(trunk.name_or_host())
        .sip_server_address(server);
    if let Some(media) = trunk.media_encryption {
        import = import.media_encryption(match media {
            model::MediaEncryption::Disabled => MediaEncryption::Disable,
            model::MediaEncryption::Allowed => MediaEncryption::Allow,
            model::MediaEncryption::Required => MediaEncryption::Require,
        });
    }
    if let Some((user, password)) = &trunk.credentials {
        import = import.sip_username(user.as_str()).sip_password(password.clone());
    }
    import.into()
}

pub(super) fn record(number: NumberSummary) -> NumberRecord {
    NumberRecord {
        agent: text(&number.assigned_agent_id).map(AgentId::new),
        inbound: number.supports_inbound,
        outbound: number.supports_outbound,
        carrier: number.provider.as_ref().map(|provider| provider.as_str().to_owned()),
        status: number.status.as_ref().map(|status| status.as_str().to_owned()),
        created_at: time(&number.created_at),
        ..NumberRecord::new(
            KIND,
            number.phone_number_id.clone(),
            RecordNumber::read(Some(&number.phone_number)),
            Details::new(number),
        )
    }
}

fn imported_record(number: ImportedNumber) -> NumberRecord {
    NumberRecord {
        inbound: number.supports_inbound,
        outbound: number.supports_outbound,
        carrier: number.provider.as_ref().map(|provider| provider.as_str().to_owned()),
        status: number.status.as_ref().map(|status| status.as_str().to_owned()),
        created_at: time(&number.created_at),
        updated_at: time(&number.updated_at),
        ..NumberRecord::new(
            KIND,
            number.phone_number_id.clone(),
            RecordNumber::read(Some(&number.phone_number)),
            Details::new(number),
        )
    }
}

/// The record after an assignment that the platform confirmed. Assigning switches inbound calls on.
fn with_agent(mut record: NumberRecord, agent: Option<&AgentId>) -> NumberRecord {
    let status = if agent.is_some() { NumberStatus::Assigned } else { NumberStatus::Free };
    record.status = Some(status.as_str().to_owned());
    record.inbound = if agent.is_some() { Some(true) } else { record.inbound };
    record.agent = agent.cloned();
    record
}
