use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::client::{KIND, Vapi};
use super::wire::{
    CreateByoNumber, CreatePhoneNumber, CreateTelnyxNumber, CreateTwilioNumber, CreateVonageNumber, LIMIT_MAX,
    ListFilter, NAME_MAX, PhoneNumber, SearchNumbers, Settings, SettingsPatch,
};
use super::{renew, trunk};
use crate::E164;
use crate::error::Result;
use crate::model::{
    AccountId, AccountKey, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, Key, NumberId, NumberRecord,
    NumberSource, NumberUpdate, PlatformKind, ProviderKind, Reach, RecordNumber, Removal, Secret, SipTrunk,
};
use crate::platform::answer::{first_match, of_record, removed, text, time};
use crate::platform::{
    Capabilities, Create, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch, Sources,
    Support, Takeover, VoicePlatform, Way,
};

static CAPABILITIES: Capabilities = Capabilities::new(
    Sources::Only(&[
        (ProviderKind::TWILIO, Way::Account),
        (ProviderKind::SIP_TRUNK, Way::Trunk),
        (ProviderKind::SIP_TRUNK, Way::Stored),
        (ProviderKind::TELNYX, Way::Token),
        (ProviderKind::TELNYX, Way::Stored),
        (ProviderKind::VONAGE, Way::Token),
        (ProviderKind::VONAGE, Way::Stored),
    ]),
    Find::Native,
    OnRemoval::Forgets,
)
.with_label(Support::FULL, Some(NAME_MAX))
.with_agent(Support::FULL)
.with_takeover(Takeover::AtImport)
.with_networks(&Vapi::SIP_NETWORKS)
.with_renewal(Renewal::Of(&[
    (ProviderKind::TWILIO, Way::Account, Renews::Record),
    (ProviderKind::SIP_TRUNK, Way::Trunk, Renews::Credential),
    (ProviderKind::SIP_TRUNK, Way::Stored, Renews::Record),
    (ProviderKind::TELNYX, Way::Stored, Renews::Record),
    (ProviderKind::VONAGE, Way::Stored, Renews::Record),
    (ProviderKind::VONAGE, Way::Token, Renews::Credential),
]));

#[async_trait]
impl VoicePlatform for Vapi {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    /// The address was observed on numbers that Vapi took over; no page documents it. With another base URL than Vapi's own,
    /// such as a proxy, it is the address of the default region.
    fn inbound_address(&self) -> Option<CallbackUrl> {
        let eu = self.http.account().as_str().ends_with("@api.eu.vapi.ai");
        let base = if eu { Self::EU_BASE_URL } else { "https://api.vapi.ai" };
        Some(CallbackUrl::new(format!("{base}/twilio/inbound_call")))
    }

    fn redact(&self, secrets: &[Secret]) {
        self.http.redact(secrets);
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        CAPABILITIES.prepare_import(KIND, source, request, |problems| match &source.reach {
            Reach::Account(account) if source.carrier == ProviderKind::TWILIO => {
                Some(self.create_as(&from_twilio(account, request)))
            }
            Reach::Account(account) => Some(self.create_by_credential(source, account, request)),
            Reach::Trunk(trunk) => {
                problems.within("source", |problems| trunk::check(trunk, problems));
                Some(self.create_on_trunk(source, trunk, request))
            }
            Reach::Stored(Some(id)) => {
                problems.within("source", |problems| problems.uuid("credential", id.as_str()));
                Some(self.create_as(&from_stored(source.carrier, id, request)))
            }
            _ => None,
        })
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        of_record(self.get_number(id.as_str()).await, KIND, id, record)
    }

    /// Vapi's search matches parts of numbers, so they are compared exactly here. The search sends the
    /// digits without `+`, because a trunk's numbers may be stored without it.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let search = SearchNumbers::new().search(number.digits());
        first_match(self.numbers(search).map_ok(record), number).await
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let filter = ListFilter::new().limit(LIMIT_MAX);
        let search = SearchNumbers::new().filter(filter);
        self.numbers(search).map_ok(record).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let agent = update.agent_patch().clone().map(|id| id.as_str().to_owned());
        let settings = SettingsPatch::new().name(update.label_patch().clone()).assistant_id(agent);
        of_record(self.update_number(id.as_str(), settings).await, KIND, id, record)
    }

    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        record.details.get().map_or(SourceMatch::Unknown, |number| renew::compare(number, source))
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

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        removed(self.delete_number(id.as_str()).await, KIND, id)
    }

    async fn remove_credential(&self, id: &CredentialId, number: &E164) -> Result<bool> {
        self.credentials.give_up(id, *number, |id| self.remove_unused(id)).await
    }

    fn created_credential(&self, id: &CredentialId) -> bool {
        self.credentials.created(id)
    }
}

impl Vapi {
    fn create_as(&self, number: &CreatePhoneNumber) -> Create<'_> {
        Create::new(self.prepared_create(number).map(|created| created.map(record)))
    }

    /// The trunk's credential, then the number, which names it.
    fn create_on_trunk<'a>(
        &'a self,
        source: &'a NumberSource,
        trunk: &'a SipTrunk,
        request: &'a ImportRequest,
    ) -> Create<'a> {
        let number = *request.number();
        let credential = trunk::credential(trunk);
        Create::new(async move {
            let created = self.credentials.with(
                source,
                (KIND, number),
                self.trunk_credential(credential),
                |id| self.create_number(CreateByoNumber::new(id.as_str(), number).settings(settings(request))),
                |id| self.remove_unused(id),
            );
            created.await.map(record)
        })
    }

    /// The stored credential of the account, and then the number, which names it.
    fn create_by_credential<'a>(
        &'a self,
        source: &'a NumberSource,
        account: &'a AccountKey,
        request: &'a ImportRequest,
    ) -> Create<'a> {
        let number = *request.number();
        Create::new(async move {
            let created = self.credentials.with(
                source,
                (KIND, number),
                self.account_credential(source.carrier, account),
                |id| self.create_number(from_stored(source.carrier, id, request)),
                |id| self.remove_unused(id),
            );
            created.await.map(record)
        })
    }
}

fn settings(request: &ImportRequest) -> Settings {
    let mut settings = Settings::new();
    if let Some(label) = request.label_text() {
        settings = settings.name(label);
    }
    if let Some(agent) = request.agent_id() {
        settings = settings.assistant_id(agent.as_str());
    }
    settings
}

fn from_twilio(account: &AccountKey, request: &ImportRequest) -> CreatePhoneNumber {
    let create = CreateTwilioNumber::new(*request.number(), account.account.as_str());
    let create = match &account.key {
        Key::Token(token) => create.twilio_auth_token(token.clone()),
        Key::Pair { id, secret } => create.twilio_api_key(id.as_str()).twilio_api_secret(secret.clone()),
    };
    create.settings(settings(request)).into()
}

fn from_stored(carrier: ProviderKind, id: &CredentialId, request: &ImportRequest) -> CreatePhoneNumber {
    let (id, number) = (id.as_str(), *request.number());
    match carrier {
        ProviderKind::TELNYX => CreateTelnyxNumber::new(id, number).settings(settings(request)).into(),
        ProviderKind::VONAGE => CreateVonageNumber::new(id, number).settings(settings(request)).into(),
        _ => CreateByoNumber::new(id, number).settings(settings(request)).into(),
    }
}

/// What answers the number's calls in place of an assistant.
fn handler(number: &PhoneNumber) -> Option<String> {
    let named = |name: &str, id: Option<&str>| id.map(|id| format!("{name} {id}"));
    named("squad", text(&number.squad_id)).or_else(|| named("workflow", text(&number.workflow_id)))
}

fn record(number: PhoneNumber) -> NumberRecord {
    let dialled = number.number.as_deref().filter(|text| !text.is_empty());
    let dialled = RecordNumber::read(dialled.or(number.sip_uri.as_deref()));
    NumberRecord {
        label: text(&number.name).map(str::to_owned),
        agent: text(&number.assistant_id).map(AgentId::new),
        handler: handler(&number),
        carrier: number.provider.as_ref().map(|name| name.as_str().to_owned()).filter(|name| !name.is_empty()),
        credential: text(&number.credential_id).map(CredentialId::new),
        status: number.status.as_ref().map(|status| status.as_str().to_owned()),
        created_at: time(&number.created_at),
        updated_at: time(&number.updated_at),
        ..NumberRecord::new(KIND, number.id.clone(), dialled, Details::new(number))
    }
}
